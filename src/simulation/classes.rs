//! What a class of cases is, which sources cases come from, and which figures they add up to.
//!
//! The classes themselves are in `class_table`.

use super::season::Rhythm;

/// The system a case comes from, in the order of the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SourceSystem {
    Orders,
    Desk,
    Faults,
}

impl SourceSystem {
    pub(super) const ALL: [SourceSystem; 3] =
        [SourceSystem::Orders, SourceSystem::Desk, SourceSystem::Faults];

    pub(super) fn name(self) -> &'static str {
        match self {
            SourceSystem::Orders => "simulated-bss",
            SourceSystem::Desk => "simulated-cs",
            SourceSystem::Faults => "simulated-oss",
        }
    }
}

/// Where the user of a class lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserArea {
    Town,
    Country,
    Either,
}

/// A published mean that several classes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedMean {
    FixedInstallUrban,
    FixedInstallRural,
    FixedRepairUrban,
    FixedRepairRural,
    MobileChange,
    MobileRestore,
    MobileRepair,
    BroadbandInstall,
    BroadbandRepair,
    LeasedOpening,
    LeasedRepair,
    ComplaintHandling,
}

impl PublishedMean {
    pub const ALL: [PublishedMean; 12] = [
        PublishedMean::FixedInstallUrban,
        PublishedMean::FixedInstallRural,
        PublishedMean::FixedRepairUrban,
        PublishedMean::FixedRepairRural,
        PublishedMean::MobileChange,
        PublishedMean::MobileRestore,
        PublishedMean::MobileRepair,
        PublishedMean::BroadbandInstall,
        PublishedMean::BroadbandRepair,
        PublishedMean::LeasedOpening,
        PublishedMean::LeasedRepair,
        PublishedMean::ComplaintHandling,
    ];

    /// The figure's id in the pack `cn-miit`.
    pub fn id(self) -> &'static str {
        match self {
            PublishedMean::FixedInstallUrban => "fixed.install.mean[area=urban]",
            PublishedMean::FixedInstallRural => "fixed.install.mean[area=rural]",
            PublishedMean::FixedRepairUrban => "fixed.repair.mean[area=urban]",
            PublishedMean::FixedRepairRural => "fixed.repair.mean[area=rural]",
            PublishedMean::MobileChange => "mobile.change.mean",
            PublishedMean::MobileRestore => "mobile.restore.mean",
            PublishedMean::MobileRepair => "mobile.repair.mean",
            PublishedMean::BroadbandInstall => "broadband.install.mean",
            PublishedMean::BroadbandRepair => "broadband.repair.mean",
            PublishedMean::LeasedOpening => "leased.opening.mean",
            PublishedMean::LeasedRepair => "leased.repair.mean",
            PublishedMean::ComplaintHandling => "complaint.handling.mean",
        }
    }

    /// The mean that the sample report prints for 2020H1, in hours.
    pub(super) fn sample_hours(self) -> f64 {
        match self {
            PublishedMean::FixedInstallUrban => 0.84 * 24.0,
            PublishedMean::FixedInstallRural => 1.04 * 24.0,
            PublishedMean::FixedRepairUrban => 7.41,
            PublishedMean::FixedRepairRural => 9.21,
            PublishedMean::MobileChange => 0.33,
            PublishedMean::MobileRestore => 0.41,
            PublishedMean::MobileRepair => 1.90,
            PublishedMean::BroadbandInstall => 0.85 * 24.0,
            PublishedMean::BroadbandRepair => 4.96,
            PublishedMean::LeasedOpening => 2.25 * 24.0,
            PublishedMean::LeasedRepair => 2.41,
            PublishedMean::ComplaintHandling => 11.54,
        }
    }
}

/// A lognormal: median in hours, spread of the logarithm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lognormal {
    pub(super) median: f64,
    pub(super) spread: f64,
}

/// At what hours a case may be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Anytime,
    /// From 8 to 21 o'clock, as far as the duration allows.
    ByDay,
}

/// Cases that are alike.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) source: SourceSystem,
    pub(super) kind: &'static str,
    pub(super) service: &'static str,
    pub(super) users: UserArea,
    /// How many of 1000 cases of the province.
    pub(super) share: f64,
    pub(super) figure: Option<PublishedMean>,
    /// The quick part, its share of the cases, and the slow part.
    pub(super) quick: Lognormal,
    pub(super) quick_share: f64,
    pub(super) lengthy: Lognormal,
    /// No duration reaches this many hours.
    pub(super) below_hours: f64,
    pub(super) rhythm: Rhythm,
    pub(super) finish: Finish,
    /// The shares of the cases that are paused, and that are withdrawn.
    pub(super) paused: f64,
    pub(super) withdrawn: f64,
    /// How much the pace of a branch affects this work: 1 fully, 0 not at all.
    pub(super) feels_pace: f64,
    pub(super) causes: &'static [(&'static str, u32)],
    pub(super) maintainer: Option<&'static str>,
}

//! What a class of cases is, which sources they come from, and the figures that they add up to.
//!
//! The classes themselves stand in `class_table`.

use super::season::Rhythm;

/// The system a case comes from. The order is that of the sources' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Orders,
    Desk,
    Faults,
}

impl Source {
    pub(super) const ALL: [Source; 3] = [Source::Orders, Source::Desk, Source::Faults];

    pub(super) fn name(self) -> &'static str {
        match self {
            Source::Orders => "simulated-bss",
            Source::Desk => "simulated-cs",
            Source::Faults => "simulated-oss",
        }
    }
}

/// Where the user of a class lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    Town,
    Country,
    Either,
}

/// A published mean that several classes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
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

impl Figure {
    pub const ALL: [Figure; 12] = [
        Figure::FixedInstallUrban,
        Figure::FixedInstallRural,
        Figure::FixedRepairUrban,
        Figure::FixedRepairRural,
        Figure::MobileChange,
        Figure::MobileRestore,
        Figure::MobileRepair,
        Figure::BroadbandInstall,
        Figure::BroadbandRepair,
        Figure::LeasedOpening,
        Figure::LeasedRepair,
        Figure::ComplaintHandling,
    ];

    /// The figure's id in the pack `cn-miit`.
    pub fn id(self) -> &'static str {
        match self {
            Figure::FixedInstallUrban => "fixed.install.mean[area=urban]",
            Figure::FixedInstallRural => "fixed.install.mean[area=rural]",
            Figure::FixedRepairUrban => "fixed.repair.mean[area=urban]",
            Figure::FixedRepairRural => "fixed.repair.mean[area=rural]",
            Figure::MobileChange => "mobile.change.mean",
            Figure::MobileRestore => "mobile.restore.mean",
            Figure::MobileRepair => "mobile.repair.mean",
            Figure::BroadbandInstall => "broadband.install.mean",
            Figure::BroadbandRepair => "broadband.repair.mean",
            Figure::LeasedOpening => "leased.opening.mean",
            Figure::LeasedRepair => "leased.repair.mean",
            Figure::ComplaintHandling => "complaint.handling.mean",
        }
    }

    /// The mean that the sample report prints for 2020H1, in hours.
    pub(super) fn sample_hours(self) -> f64 {
        match self {
            Figure::FixedInstallUrban => 0.84 * 24.0,
            Figure::FixedInstallRural => 1.04 * 24.0,
            Figure::FixedRepairUrban => 7.41,
            Figure::FixedRepairRural => 9.21,
            Figure::MobileChange => 0.33,
            Figure::MobileRestore => 0.41,
            Figure::MobileRepair => 1.90,
            Figure::BroadbandInstall => 0.85 * 24.0,
            Figure::BroadbandRepair => 4.96,
            Figure::LeasedOpening => 2.25 * 24.0,
            Figure::LeasedRepair => 2.41,
            Figure::ComplaintHandling => 11.54,
        }
    }
}

/// A lognormal: median in hours, spread of the logarithm.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
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
    pub(super) source: Source,
    pub(super) kind: &'static str,
    pub(super) service: &'static str,
    pub(super) users: Where,
    /// Out of 1000 cases of the province.
    pub(super) share: f64,
    pub(super) figure: Option<Figure>,
    /// The quick part, its share of the cases, and the slow part.
    pub(super) quick: Part,
    pub(super) quick_share: f64,
    pub(super) lengthy: Part,
    /// No duration reaches this many hours.
    pub(super) below_hours: f64,
    pub(super) rhythm: Rhythm,
    pub(super) finish: Finish,
    /// Shares of the cases that are paused, and withdrawn.
    pub(super) paused: f64,
    pub(super) withdrawn: f64,
    /// How much of a branch's pace this work feels: 1 all, 0 nothing.
    pub(super) feels_pace: f64,
    pub(super) causes: &'static [(&'static str, u32)],
    pub(super) maintainer: Option<&'static str>,
}

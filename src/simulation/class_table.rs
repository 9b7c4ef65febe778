//! The classes: how many cases each has, how long they take, when they come in, what stops them.
//!
//! Each class draws its durations from a mixture of two lognormals, cut off below the longest limit
//! that a rule book sets. The medians here are proportions: a class that belongs to a figure is
//! scaled until the figure's expected mean is its target (see `plan`).

use super::classes::{Class, Finish, Lognormal, PublishedMean, SourceSystem, UserArea};
use super::season::Rhythm;

const fn part(median: f64, spread: f64) -> Lognormal {
    Lognormal { median, spread }
}

/// What most classes of orders have in common; each class states only what differs.
const ORDER: Class = Class {
    source: SourceSystem::Orders,
    kind: "install",
    service: "fixed",
    users: UserArea::Either,
    share: 0.0,
    figure: None,
    quick: part(5.0, 0.5),
    quick_share: 0.55,
    lengthy: part(30.0, 0.5),
    below_hours: 20.0 * 24.0,
    rhythm: Rhythm::Orders,
    finish: Finish::ByDay,
    paused: 0.06,
    withdrawn: 0.03,
    feels_pace: 0.65,
    causes: &[],
    maintainer: None,
};

/// What most classes of faults have in common.
const FAULT: Class = Class {
    source: SourceSystem::Faults,
    kind: "repair",
    quick: part(5.0, 0.6),
    quick_share: 0.7,
    lengthy: part(10.5, 0.6),
    below_hours: 47.0,
    rhythm: Rhythm::Faults,
    paused: 0.04,
    withdrawn: 0.01,
    feels_pace: 1.0,
    causes: LINE_CAUSES,
    maintainer: Some("operator"),
    ..ORDER
};

/// What most classes of the service desk have in common.
const COMPLAINT: Class = Class {
    source: SourceSystem::Desk,
    kind: "complaint",
    quick: part(2.2, 0.8),
    quick_share: 0.45,
    lengthy: part(13.0, 0.7),
    below_hours: 14.0 * 24.0,
    rhythm: Rhythm::Complaints,
    paused: 0.03,
    withdrawn: 0.0,
    feels_pace: 0.35,
    ..ORDER
};

const TERMINAL: &[(&str, u32)] = &[("terminal", 1)];

const LINE_CAUSES: &[(&str, u32)] = &[
    ("drop_cable", 26),
    ("splitter", 9),
    ("trunk_cable_cut", 11),
    ("port", 14),
    ("power", 8),
    ("configuration", 12),
    ("connector", 15),
    ("lightning", 5),
];

const MOBILE_CAUSES: &[(&str, u32)] = &[
    ("base_station_power", 22),
    ("backhaul", 14),
    ("antenna", 12),
    ("core_configuration", 18),
    ("card", 24),
    ("interference", 10),
];

const COMPLAINT_CAUSES: &[(&str, u32)] = &[
    ("billing_dispute", 24),
    ("network_quality", 22),
    ("tariff_change", 16),
    ("install_delay", 9),
    ("repair_delay", 8),
    ("unwanted_service", 9),
    ("staff_attitude", 6),
    ("porting", 6),
];

/// Every class, in the order of the sources.
pub(super) const CLASSES: &[Class] = &[
    Class {
        users: UserArea::Town,
        share: 14.0,
        figure: Some(PublishedMean::FixedInstallUrban),
        ..ORDER
    },
    Class {
        kind: "move",
        users: UserArea::Town,
        share: 7.0,
        figure: Some(PublishedMean::FixedInstallUrban),
        quick: part(5.5, 0.5),
        ..ORDER
    },
    Class {
        users: UserArea::Country,
        share: 14.0,
        figure: Some(PublishedMean::FixedInstallRural),
        quick: part(5.5, 0.5),
        quick_share: 0.45,
        lengthy: part(33.0, 0.5),
        below_hours: 24.0 * 24.0,
        ..ORDER
    },
    Class {
        kind: "move",
        users: UserArea::Country,
        share: 6.0,
        figure: Some(PublishedMean::FixedInstallRural),
        quick: part(6.0, 0.5),
        quick_share: 0.45,
        lengthy: part(34.0, 0.5),
        below_hours: 24.0 * 24.0,
        ..ORDER
    },
    Class {
        kind: "change",
        share: 10.0,
        quick: part(0.5, 0.8),
        quick_share: 0.6,
        lengthy: part(4.0, 0.6),
        below_hours: 23.0,
        paused: 0.0,
        feels_pace: 0.2,
        ..ORDER
    },
    Class {
        kind: "restore",
        share: 12.0,
        quick: part(0.4, 0.8),
        quick_share: 0.7,
        lengthy: part(3.5, 0.6),
        below_hours: 23.0,
        paused: 0.0,
        feels_pace: 0.2,
        ..ORDER
    },
    Class {
        kind: "change",
        service: "mobile",
        share: 239.0,
        figure: Some(PublishedMean::MobileChange),
        quick: part(0.12, 0.6),
        quick_share: 0.86,
        lengthy: part(1.1, 0.75),
        below_hours: 23.5,
        ..AUTOMATIC
    },
    Class {
        kind: "restore",
        service: "mobile",
        share: 208.0,
        figure: Some(PublishedMean::MobileRestore),
        quick: part(0.15, 0.6),
        quick_share: 0.82,
        lengthy: part(1.1, 0.8),
        below_hours: 23.5,
        ..AUTOMATIC
    },
    Class {
        kind: "port",
        service: "mobile",
        share: 12.0,
        quick: part(0.5, 0.5),
        quick_share: 0.9,
        lengthy: part(2.0, 0.5),
        below_hours: 20.0,
        withdrawn: 0.04,
        paused: 0.0,
        feels_pace: 0.1,
        ..ORDER
    },
    Class {
        service: "broadband",
        users: UserArea::Town,
        share: 60.0,
        figure: Some(PublishedMean::BroadbandInstall),
        quick_share: 0.62,
        below_hours: 14.0 * 24.0,
        ..ORDER
    },
    Class {
        service: "broadband",
        users: UserArea::Country,
        share: 40.0,
        figure: Some(PublishedMean::BroadbandInstall),
        quick: part(5.5, 0.5),
        quick_share: 0.52,
        lengthy: part(33.0, 0.5),
        below_hours: 14.0 * 24.0,
        ..ORDER
    },
    Class {
        kind: "move",
        service: "broadband",
        users: UserArea::Town,
        share: 12.0,
        figure: Some(PublishedMean::BroadbandInstall),
        quick: part(5.5, 0.5),
        below_hours: 14.0 * 24.0,
        ..ORDER
    },
    Class {
        kind: "move",
        service: "broadband",
        users: UserArea::Country,
        share: 6.0,
        figure: Some(PublishedMean::BroadbandInstall),
        quick: part(6.0, 0.5),
        quick_share: 0.5,
        lengthy: part(34.0, 0.5),
        below_hours: 14.0 * 24.0,
        ..ORDER
    },
    Class {
        kind: "change",
        service: "broadband",
        share: 20.0,
        quick: part(0.3, 0.8),
        quick_share: 0.8,
        lengthy: part(4.0, 0.6),
        below_hours: 23.0,
        ..AUTOMATIC
    },
    Class {
        kind: "opening",
        service: "leased",
        share: 9.0,
        figure: Some(PublishedMean::LeasedOpening),
        quick: part(38.0, 0.45),
        quick_share: 0.7,
        lengthy: part(78.0, 0.4),
        below_hours: 14.0 * 24.0,
        rhythm: Rhythm::Business,
        paused: 0.09,
        feels_pace: 0.4,
        ..ORDER
    },
    Class {
        service: "mobile",
        share: 28.0,
        figure: Some(PublishedMean::ComplaintHandling),
        causes: COMPLAINT_CAUSES,
        ..COMPLAINT
    },
    Class {
        service: "broadband",
        share: 24.0,
        figure: Some(PublishedMean::ComplaintHandling),
        quick: part(2.5, 0.8),
        lengthy: part(14.0, 0.7),
        causes: COMPLAINT_CAUSES,
        ..COMPLAINT
    },
    Class {
        share: 6.0,
        figure: Some(PublishedMean::ComplaintHandling),
        causes: COMPLAINT_CAUSES,
        ..COMPLAINT
    },
    Class {
        kind: "appeal",
        service: "mobile",
        share: 0.05,
        quick: part(80.0, 0.4),
        lengthy: part(130.0, 0.3),
        below_hours: 9.0 * 24.0,
        causes: COMPLAINT_CAUSES,
        ..COMPLAINT
    },
    Class {
        kind: "enquiry",
        service: "mobile",
        share: 48.15,
        quick: part(0.1, 0.7),
        quick_share: 0.85,
        lengthy: part(6.0, 0.8),
        below_hours: 70.0,
        paused: 0.0,
        ..COMPLAINT
    },
    Class {
        users: UserArea::Town,
        share: 23.0,
        figure: Some(PublishedMean::FixedRepairUrban),
        ..FAULT
    },
    Class {
        users: UserArea::Country,
        share: 16.0,
        figure: Some(PublishedMean::FixedRepairRural),
        quick: part(6.0, 0.6),
        quick_share: 0.65,
        lengthy: part(13.0, 0.6),
        below_hours: 70.0,
        ..FAULT
    },
    Class {
        share: 2.6,
        quick: part(18.0, 0.7),
        lengthy: part(45.0, 0.6),
        below_hours: 240.0,
        maintainer: Some("customer"),
        ..FAULT
    },
    Class {
        share: 3.0,
        quick: part(5.0, 0.7),
        lengthy: part(24.0, 0.6),
        below_hours: 160.0,
        causes: TERMINAL,
        ..FAULT
    },
    Class {
        service: "mobile",
        share: 30.0,
        figure: Some(PublishedMean::MobileRepair),
        quick: part(1.1, 0.7),
        quick_share: 0.8,
        lengthy: part(3.2, 0.7),
        finish: Finish::Anytime,
        paused: 0.01,
        feels_pace: 0.6,
        causes: MOBILE_CAUSES,
        ..FAULT
    },
    Class {
        service: "mobile",
        share: 4.0,
        quick: part(2.0, 0.8),
        lengthy: part(20.0, 0.6),
        below_hours: 160.0,
        causes: TERMINAL,
        ..FAULT
    },
    Class {
        service: "broadband",
        users: UserArea::Town,
        share: 77.0,
        figure: Some(PublishedMean::BroadbandRepair),
        quick: part(3.0, 0.65),
        quick_share: 0.75,
        lengthy: part(7.0, 0.6),
        ..FAULT
    },
    Class {
        service: "broadband",
        users: UserArea::Country,
        share: 48.0,
        figure: Some(PublishedMean::BroadbandRepair),
        quick: part(3.7, 0.65),
        quick_share: 0.72,
        lengthy: part(9.0, 0.6),
        below_hours: 70.0,
        ..FAULT
    },
    Class {
        service: "broadband",
        share: 3.2,
        quick: part(16.0, 0.7),
        lengthy: part(40.0, 0.6),
        below_hours: 240.0,
        maintainer: Some("customer"),
        ..FAULT
    },
    Class {
        service: "broadband",
        share: 9.0,
        quick: part(4.0, 0.7),
        lengthy: part(22.0, 0.6),
        below_hours: 160.0,
        causes: TERMINAL,
        ..FAULT
    },
    Class {
        service: "leased",
        share: 9.0,
        figure: Some(PublishedMean::LeasedRepair),
        quick: part(1.6, 0.55),
        quick_share: 0.75,
        lengthy: part(3.4, 0.55),
        below_hours: 23.5,
        finish: Finish::Anytime,
        paused: 0.02,
        feels_pace: 0.4,
        ..FAULT
    },
];

/// Orders that are mostly carried out automatically.
const AUTOMATIC: Class = Class {
    rhythm: Rhythm::Automatic,
    finish: Finish::Anytime,
    paused: 0.0,
    withdrawn: 0.004,
    feels_pace: 0.15,
    ..ORDER
};

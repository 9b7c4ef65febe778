//! The record of a case: its course as moments, intervals and labels.
//!
//! A record holds what was known when the stretch ended: later moments are absent, and an interval
//! that had not ended is open.

use super::calibration::Calibration;
use super::chance::{ChanceSequence, mix_bits};
use super::classes::{Class, Finish, SourceSystem, UserArea};
use super::course::{CasePauses, ClockPause, Course, clock_time};
use super::plan::{PlanCell, SimulationPlan};
use super::province::{PREFECTURES, county_weight};
use super::season::Rhythm;
use super::words::{self, NONE};

/// A moment that has not come yet.
pub(super) const ABSENT: i64 = i64::MIN;

pub(super) const ACCEPTED: usize = 0;
pub(super) const PAID: usize = 1;
pub(super) const FIRST_CONTACT: usize = 2;
pub(super) const APPOINTMENT: usize = 3;
pub(super) const ARRIVED: usize = 4;
pub(super) const RESOLVED: usize = 5;
pub(super) const CONFIRMED: usize = 6;
pub(super) const CLOSED: usize = 7;
pub(super) const CANCELLED: usize = 8;
/// The moments, by the names of their columns.
pub(super) const MOMENTS: [&str; 9] = [
    "accepted",
    "paid",
    "first_contact",
    "appointment",
    "arrived",
    "resolved",
    "confirmed",
    "closed",
    "cancelled",
];

/// One record. Labels are indices into the lists of [`words`].
#[derive(Debug, Clone)]
pub(super) struct SimulatedRecord {
    pub(super) source: u16,
    pub(super) kind: u16,
    pub(super) service: u16,
    pub(super) region: u16,
    pub(super) area: u16,
    pub(super) line: u64,
    pub(super) channel: u16,
    pub(super) maintainer: u16,
    pub(super) cause: u16,
    pub(super) moments: [i64; 9],
    pub(super) excluded: u16,
    pub(super) excluded_by: u16,
    pub(super) satisfaction: u16,
    pub(super) reopened: i64,
    pub(super) intervals: Vec<RecordInterval>,
}

/// A span of time inside a case.
#[derive(Debug, Clone)]
pub(super) struct RecordInterval {
    pub(super) kind: u16,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) reason: u16,
    pub(super) requested_by: u16,
    pub(super) approved_by: u16,
    /// The number of a call record; zero for none.
    pub(super) evidence: u32,
}

const PAUSED: u16 = 0;
const AWAITING: u16 = 1;
const REOPENED: u16 = 2;

/// What is the same for every case of a cell.
#[derive(Debug)]
struct CellLabels {
    kind: u16,
    service: u16,
    maintainer: u16,
    causes: Vec<u16>,
    /// The county of each 256th of the cases, for townspeople and for villagers.
    counties: [[u16; 256]; 2],
}

/// Makes the records of the cases of a plan.
#[derive(Debug)]
pub(super) struct RecordMaker<'a> {
    plan: &'a SimulationPlan,
    calibration: &'a Calibration,
    labels: Vec<CellLabels>,
    /// The stretch that the records cover: from inclusive, to exclusive.
    from: i64,
    to: i64,
    /// Whether that is the stretch of the plan, not the one after it.
    own: bool,
}

impl<'a> RecordMaker<'a> {
    /// Makes records of cases of `plan` as they stood when the stretch of `covered` ended;
    /// `calibration` is that of `covered`.
    pub(super) fn new(
        plan: &'a SimulationPlan,
        calibration: &'a Calibration,
        covered: &SimulationPlan,
    ) -> RecordMaker<'a> {
        let labels = plan.cells.iter().map(make_labels).collect();
        let (from, to) = (covered.stretch.midnight_of(0), covered.stretch.end_second());
        let own = plan.stretch == covered.stretch;
        RecordMaker { plan, calibration, labels, from, to, own }
    }

    /// Makes the record of one case.
    pub(super) fn make_record(&self, cell_number: usize, mut course: Course) -> SimulatedRecord {
        let cell = &self.plan.cells[cell_number];
        let labels = &self.labels[cell_number];
        let ends = course.drawn_end() < self.to;
        let net = self.net_seconds(cell, &course, ends);
        let mut chance = course.chance.clone();
        let bits = chance.next_number();
        let area = match cell.class.users {
            UserArea::Town => 0,
            UserArea::Country => 1,
            UserArea::Either => u16::from(!chance.draw_bool(PREFECTURES[cell.place].urban)),
        };
        let lines = (cell.size as f64 * 0.7) as u64 + 1;
        let mut record = SimulatedRecord {
            source: cell.class.source as u16,
            kind: labels.kind,
            service: labels.service,
            region: labels.counties[usize::from(area)][(bits >> 56) as usize],
            area,
            line: mix_bits(cell.key ^ chance.draw_below(lines)),
            channel: draw_channel(cell.class, course.accepted, &mut chance),
            maintainer: choose_maintainer(labels.maintainer, bits),
            cause: draw_cause(cell.class, labels, &mut chance),
            moments: [ABSENT; 9],
            excluded: NONE,
            excluded_by: NONE,
            satisfaction: NONE,
            reopened: 0,
            intervals: Vec::new(),
        };
        course.chance = chance;
        if course.withdrawn.is_some() {
            add_withdrawal(&mut record, &course, cell.class);
        } else {
            add_work(&mut record, &mut course, cell, net);
            if ends {
                record.satisfaction = self.draw_answer(cell_number, &mut course);
            }
        }
        self.drop_later_moments(&mut record, ends);
        record
    }

    /// The net duration after the mean of its figure is corrected. A case ends in the stretch in
    /// which it was drawn to end, so that the sums of the first pass hold.
    fn net_seconds(&self, cell: &PlanCell, course: &Course, ends: bool) -> i64 {
        let moved = libm::round(course.drawn as f64 * self.calibration.cell_factor(cell)) as i64;
        let others = course.accepted + course.unpaid + course.pauses.total_seconds();
        if ends { moved.clamp(self.from - others, self.to - 1 - others) } else { moved }
    }

    fn draw_answer(&self, cell_number: usize, course: &mut Course) -> u16 {
        let class = self.plan.cells[cell_number].class;
        let chance = &mut course.chance;
        let (rates, happy) = match (class.kind, self.own) {
            ("complaint", true) => {
                let ratings = self.calibration.ratings[cell_number];
                (course.rank < ratings.rated, course.rank >= ratings.unhappy)
            }
            ("install" | "move" | "repair", _) => (chance.draw_bool(0.22), chance.draw_bool(0.93)),
            ("enquiry" | "opening", _) => (chance.draw_bool(0.30), chance.draw_bool(0.95)),
            (_, _) => (false, false),
        };
        match (rates, happy) {
            (false, _) => NONE,
            (true, true) => 0,
            (true, false) => 1 + u16::from(chance.draw_bool(0.55)),
        }
    }

    fn drop_later_moments(&self, record: &mut SimulatedRecord, ends: bool) {
        for (index, moment) in record.moments.iter_mut().enumerate() {
            let appointed = index == APPOINTMENT;
            let finished = (RESOLVED..=CANCELLED).contains(&index);
            if (*moment >= self.to && !appointed) || (finished && !ends) {
                *moment = ABSENT;
            }
        }
        record.intervals.retain(|interval| interval.from < self.to);
        for interval in &mut record.intervals {
            if interval.to >= self.to {
                interval.to = ABSENT;
            }
        }
        if !ends {
            record.intervals.retain(|interval| interval.kind == PAUSED);
            record.reopened = 0;
            record.excluded = NONE;
            record.excluded_by = NONE;
        }
    }
}

fn make_labels(cell: &PlanCell) -> CellLabels {
    let class = cell.class;
    let before: usize = PREFECTURES[..cell.place].iter().map(|p| p.counties.len()).sum();
    let counties = [0, 1].map(|rural| {
        let own = PREFECTURES[cell.place].counties.iter();
        let weights: Vec<f64> = own.map(|code| f64::from(county_weight(code, rural))).collect();
        let mut table = [0; 256];
        let mut at = 0;
        for (county, part) in super::chance::split_by_weights(256, &weights).into_iter().enumerate()
        {
            table[at..at + part as usize].fill((before + county) as u16);
            at += part as usize;
        }
        table
    });
    CellLabels {
        kind: words::find_word(words::KINDS, class.kind),
        service: words::find_word(words::SERVICES, class.service),
        maintainer: class
            .maintainer
            .map_or(NONE, |word| words::find_word(words::MAINTAINERS, word)),
        causes: class
            .causes
            .iter()
            .map(|(word, _)| words::find_word(words::CAUSES, word))
            .collect(),
        counties,
    }
}

fn choose_maintainer(usual: u16, bits: u64) -> u16 {
    // A contractor maintains one in 64 of the lines that the operator is responsible for.
    let contractor = usual == 0 && bits.trailing_zeros() >= 6;
    if contractor { 2 } else { usual }
}

fn draw_cause(class: &Class, labels: &CellLabels, chance: &mut ChanceSequence) -> u16 {
    if labels.causes.is_empty() {
        return NONE;
    }
    labels.causes[chance.pick_index(class.causes.iter().map(|(_, weight)| *weight))]
}

/// The channel by which the customer came in; halls are closed at night.
fn draw_channel(class: &Class, accepted: i64, chance: &mut ChanceSequence) -> u16 {
    if class.kind == "appeal" {
        return 5;
    }
    // hall, hotline, app, web, gateway
    let weights: [u32; 5] = match class.rhythm {
        Rhythm::Orders => [34, 22, 34, 6, 4],
        Rhythm::Automatic => [16, 14, 62, 8, 0],
        Rhythm::Business => [20, 35, 0, 0, 45],
        Rhythm::Faults => [0, 58, 30, 4, 8],
        Rhythm::Complaints => [6, 66, 20, 8, 0],
    };
    let drawn = chance.pick_index(weights.into_iter()) as u16;
    let open = (8 * 3600..20 * 3600).contains(&clock_time(accepted));
    if drawn == 0 && !open { 2 } else { drawn }
}

fn add_withdrawal(record: &mut SimulatedRecord, course: &Course, class: &Class) {
    let mut chance = course.chance.clone();
    let cancelled = course.accepted + course.withdrawn.unwrap_or(0);
    record.moments[ACCEPTED] = course.accepted;
    if class.source == SourceSystem::Orders && course.accepted + course.unpaid <= cancelled {
        record.moments[PAID] = course.accepted + course.unpaid;
    }
    record.moments[CANCELLED] = cancelled;
    record.moments[CLOSED] = cancelled + 60 + chance.draw_below(7200) as i64;
    if chance.draw_bool(0.25) {
        record.excluded = 0;
        record.excluded_by = if chance.draw_bool(0.85) { 1 } else { NONE };
    }
}

fn add_work(record: &mut SimulatedRecord, course: &mut Course, cell: &PlanCell, net: i64) {
    let class = cell.class;
    let start = course.accepted + course.unpaid;
    let resolved = start + net + course.pauses.total_seconds();
    let at = |share: f64| resolved - ((1.0 - share) * net as f64) as i64;
    let chance = &mut course.chance;
    record.moments[ACCEPTED] = course.accepted;
    record.moments[RESOLVED] = resolved;
    if class.source == SourceSystem::Orders {
        record.moments[PAID] = start;
    }
    if class.finish == Finish::ByDay && net > 1200 {
        record.moments[FIRST_CONTACT] = start + (net as f64 * 0.05 * chance.draw_unit()) as i64 + 1;
    }
    let visited = match class.kind {
        "install" | "move" | "opening" => true,
        "repair" => chance.draw_bool(0.65),
        _ => false,
    };
    if visited && net > 1800 {
        let arrived = at(0.72 + 0.23 * chance.draw_unit());
        record.moments[ARRIVED] = arrived;
        let hour = arrived - clock_time(arrived) % 3600;
        let appointment =
            hour + 3600 * (i64::from(chance.draw_bool(0.35)) - i64::from(chance.draw_bool(0.1)));
        if net > 4 * 3600 && appointment > record.moments[FIRST_CONTACT] {
            record.moments[APPOINTMENT] = appointment;
        }
    }
    add_pauses(record, course.pauses, (start, net), (cell.place, chance));
    let often = match class.source {
        SourceSystem::Orders => 0.002,
        SourceSystem::Desk => 0.025,
        SourceSystem::Faults => 0.015,
    };
    if chance.draw_bool(often) && net > 4 * 3600 && matches!(course.pauses, CasePauses::None) {
        record.reopened = 1;
        let (first, again) = (at(0.55), at(0.7));
        record.intervals.push(make_plain_interval(AWAITING, first, again));
        let reopening = RecordInterval {
            reason: 3,
            requested_by: 0,
            ..make_plain_interval(REOPENED, again, resolved)
        };
        record.intervals.push(reopening);
    }
    add_end(record, class, resolved, chance);
}

/// Confirmation and archiving.
fn add_end(
    record: &mut SimulatedRecord,
    class: &Class,
    resolved: i64,
    chance: &mut ChanceSequence,
) {
    let mut done = resolved;
    let asked = class.finish == Finish::ByDay && chance.draw_bool(0.8);
    if asked {
        let waits = chance.draw_bool(0.15);
        let wait = if waits {
            chance.draw_lognormal(6.0 * 3600.0, 0.8)
        } else {
            1200.0 * chance.draw_unit()
        };
        done = resolved + (wait as i64).clamp(20, 7 * 86_400);
        record.moments[CONFIRMED] = done;
        if waits {
            record.intervals.push(make_plain_interval(AWAITING, resolved, done));
        }
    }
    let archived = match class.rhythm {
        Rhythm::Automatic => 1 + chance.draw_below(30),
        Rhythm::Orders | Rhythm::Business | Rhythm::Faults | Rhythm::Complaints => {
            60 + chance.draw_below(5400)
        }
    };
    record.moments[CLOSED] = done + archived as i64;
}

fn make_plain_interval(kind: u16, from: i64, to: i64) -> RecordInterval {
    RecordInterval {
        kind,
        from,
        to,
        reason: NONE,
        requested_by: NONE,
        approved_by: NONE,
        evidence: 0,
    }
}

fn add_pauses(
    record: &mut SimulatedRecord,
    pauses: CasePauses,
    (start, net): (i64, i64),
    (place, chance): (usize, &mut ChanceSequence),
) {
    let begins = |pause: &ClockPause| start + (pause.after * net as f64) as i64;
    let mut add_pause = |pause: &ClockPause, from: i64| {
        let bits = chance.next_number();
        // The slow branch forgets the approval more often.
        let forgotten = if PREFECTURES[place].pace > 1.5 { 30 } else { 9 };
        let approved = bits % 100 >= forgotten;
        let called = pause.reason == 0 && bits >> 32 & 3 != 0;
        record.intervals.push(RecordInterval {
            kind: PAUSED,
            from,
            to: from + pause.seconds,
            reason: u16::from(pause.reason),
            requested_by: u16::from(pause.reason),
            approved_by: if approved { u16::from(pause.reason) } else { NONE },
            evidence: if called { (bits >> 34) as u32 | 1 } else { 0 },
        });
    };
    match pauses {
        CasePauses::None => {}
        CasePauses::One(only) => add_pause(&only, begins(&only)),
        CasePauses::Two(first, second) => {
            add_pause(&first, begins(&first));
            add_pause(&second, begins(&second) + first.seconds);
        }
        CasePauses::Overlapping(first, second, later) => {
            add_pause(&first, begins(&first));
            add_pause(&second, begins(&first) + later);
        }
    }
}

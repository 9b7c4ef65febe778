//! Registers: what the billing laboratory tested, and where radio sites stand.

use super::chance::{ChanceSequence, derive_key, split_by_weights};
use super::plan::SimulationPlan;
use super::province::{PREFECTURES, list_prefecture_codes};
use super::record::ABSENT;
use super::stretch::{AHEAD, DAY, day_number};
use super::tables::{SimulatedColumn, SimulatedTable, to_owned_words};
use super::words::NONE;

/// Makes one test lot per week for each prefecture and service. About one lot in thirty has a wrong
/// record, so that the bound for a half year of the province lies far below 1 in 10 000.
pub(super) fn make_billing_tests(plan: &SimulationPlan) -> SimulatedTable {
    const SERVICES: [&str; 3] = ["fixed", "mobile", "broadband"];
    let (mut keys, mut services, mut regions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut tested, mut records, mut wrong, mut errors) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let weeks = plan.stretch.days.div_ceil(7);
    for week in 0..weeks {
        for (place, prefecture) in PREFECTURES.iter().enumerate() {
            for (service, word) in SERVICES.iter().enumerate() {
                let fate =
                    derive_key(plan.seed, &["billing", &plan.stretch.name, prefecture.code, word]);
                let mut chance = ChanceSequence::new(fate, week as u64);
                keys.push(format!("{}-{:06}", plan.stretch.name, keys.len() + 1));
                services.push(service as u16);
                regions.push(place as u16);
                let day = (week * 7 + chance.draw_below(5) as usize).min(plan.stretch.days - 1);
                tested.push(
                    plan.stretch.midnight_of(day) + 9 * 3600 + chance.draw_below(30_000) as i64,
                );
                records.push((5000 + 500 * place as u64 % 1000 + chance.draw_below(3000)) as i64);
                let found = chance.draw_bool(0.03);
                wrong.push(i64::from(found));
                errors.push(if found { chance.draw_below(3) as u16 } else { NONE });
            }
        }
    }
    let rows = keys.len();
    SimulatedTable {
        rows,
        columns: vec![
            (
                "source",
                SimulatedColumn::Label(vec![0; rows], to_owned_words(&["simulated-billing-lab"])),
            ),
            ("source_key", SimulatedColumn::Text(keys)),
            ("service", SimulatedColumn::Label(services, to_owned_words(&SERVICES))),
            ("region", SimulatedColumn::Label(regions, list_prefecture_codes())),
            ("tested", SimulatedColumn::Moment(tested)),
            ("records", SimulatedColumn::Integer(records)),
            ("wrong", SimulatedColumn::Integer(wrong)),
            (
                "error",
                SimulatedColumn::Label(
                    errors,
                    to_owned_words(&["rating", "duplicate", "discount"]),
                ),
            ),
            ("precision", SimulatedColumn::Label(vec![0; rows], to_owned_words(&["s"]))),
        ],
    }
}

/// How many L900 and NR sites were open at the start of each half year from 2019-07-01 on. 3390
/// L900 sites open in 2020H1, as the sample report says.
const L900_OPEN: [u64; 6] = [0, 1262, 4652, 5892, 6372, 6462];
const NR_OPEN: [u64; 6] = [0, 240, 3105, 7220, 9840, 11_600];

/// Makes the register of sites as it stood when the stretch ended: everything planned by then.
pub(super) fn make_site_register(plan: &SimulationPlan) -> SimulatedTable {
    const TECHNOLOGIES: [&str; 2] = ["L900", "NR"];
    let (mut keys, mut regions, mut technologies, mut builders) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut milestones: [Vec<i64>; 4] = Default::default();
    let mut precisions = Vec::new();
    let weights: Vec<f64> = PREFECTURES.iter().map(|prefecture| prefecture.residents).collect();
    let by_people: Vec<u32> =
        split_by_weights(1000, &weights).iter().map(|part| *part as u32).collect();
    for (technology, open) in [L900_OPEN, NR_OPEN].into_iter().enumerate() {
        let fate = derive_key(plan.seed, &["site", TECHNOLOGIES[technology]]);
        for number in 0..open[5] {
            let mut chance = ChanceSequence::new(fate, number);
            let place = chance.pick_index(by_people.iter().copied()) as u16;
            let dates = draw_site_dates(number, technology, &open, &mut chance);
            if dates[0] >= plan.stretch.end_second() {
                continue;
            }
            let builder = u16::from(technology == 1 && chance.draw_bool(0.45));
            let mut present = 0;
            for (index, date) in dates.into_iter().enumerate() {
                let known = date < plan.stretch.end_second();
                milestones[index].push(if known { date } else { ABSENT });
                present |= u16::from(known) << index;
            }
            keys.push(format!("{}-{:06}", TECHNOLOGIES[technology], number + 1));
            regions.push(place);
            technologies.push(technology as u16);
            builders.push(builder);
            precisions.push(present);
        }
    }
    let rows = keys.len();
    let letter = |known: bool| if known { 'd' } else { '-' };
    let precision =
        (0..16).map(|present| (0..4).map(|index| letter(present >> index & 1 == 1)).collect());
    let [planned, installed, opened, shared] = milestones;
    SimulatedTable {
        rows,
        columns: vec![
            ("source", SimulatedColumn::Label(vec![0; rows], to_owned_words(&["simulated-sites"]))),
            ("source_key", SimulatedColumn::Text(keys)),
            ("region", SimulatedColumn::Label(regions, list_prefecture_codes())),
            ("technology", SimulatedColumn::Label(technologies, to_owned_words(&TECHNOLOGIES))),
            ("builder", SimulatedColumn::Label(builders, to_owned_words(&["own", "partner"]))),
            ("planned", SimulatedColumn::Moment(planned)),
            ("installed", SimulatedColumn::Moment(installed)),
            ("opened", SimulatedColumn::Moment(opened)),
            ("shared", SimulatedColumn::Moment(shared)),
            ("precision", SimulatedColumn::Label(precisions, precision.collect())),
        ],
    }
}

/// Draws when a site is planned, installed, opened and shared, as local midnights. NR sites are
/// shared when they open, L900 sites not at all.
fn draw_site_dates(
    number: u64,
    technology: usize,
    open: &[u64; 6],
    chance: &mut ChanceSequence,
) -> [i64; 4] {
    let half = open.partition_point(|count| *count <= number) - 1;
    let start = |half: usize| {
        let (year, month) =
            (2019 + (half as i16 + 1) / 2, if half.is_multiple_of(2) { 7 } else { 1 });
        day_number(jiff::civil::date(year, month, 1))
    };
    let days = (start(half + 1) - start(half)) as u64;
    let opened =
        start(half) + ((number - open[half]) * days / (open[half + 1] - open[half])) as i64;
    let installed = opened - 3 - chance.draw_below(25) as i64;
    let planned = installed - 20 - chance.draw_below(70) as i64;
    let midnight = |day: i64| day * DAY - AHEAD;
    let shared = if technology == 1 { midnight(opened) } else { i64::MAX };
    [midnight(planned), midnight(installed), midnight(opened), shared]
}

//! Counts: how many lines, users, bills and escalated complaints there are, by month and
//! prefecture.
//!
//! Lines and users grow with the number of cases, so that a rate per line is plausible at any size.

use std::collections::BTreeMap;

use super::plan::SimulationPlan;
use super::province::{PREFECTURES, list_prefecture_codes};
use super::tables::{SimulatedColumn, SimulatedTable, to_owned_words};

/// How many cases per half year come from a province of Shanxi's size.
const CASES_OF_A_PROVINCE: f64 = 8_000_000.0;

/// Lines and users per resident at the end of a month, at the full size.
const BROADBAND: f64 = 0.140;
const FIXED: f64 = 0.055;
const LEASED: f64 = 0.004;
const MOBILE: f64 = 0.290;

/// What is counted, in the order of the names of measures and scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CountedMeasure {
    Appeals,
    BillsBroadband,
    BillsFixed,
    BillsMobile,
    LinesBroadband,
    LinesFixed,
    LinesLeased,
    Users,
    UsersMobile,
}

const MEASURES: [CountedMeasure; 9] = [
    CountedMeasure::Appeals,
    CountedMeasure::BillsBroadband,
    CountedMeasure::BillsFixed,
    CountedMeasure::BillsMobile,
    CountedMeasure::LinesBroadband,
    CountedMeasure::LinesFixed,
    CountedMeasure::LinesLeased,
    CountedMeasure::Users,
    CountedMeasure::UsersMobile,
];

impl CountedMeasure {
    /// Measure, scope, unit.
    fn label_words(self) -> [&'static str; 3] {
        match self {
            CountedMeasure::Appeals => ["appeals", "", "cases"],
            CountedMeasure::BillsBroadband => ["bills", "broadband", "bills"],
            CountedMeasure::BillsFixed => ["bills", "fixed", "bills"],
            CountedMeasure::BillsMobile => ["bills", "mobile", "bills"],
            CountedMeasure::LinesBroadband => ["lines", "broadband", "lines"],
            CountedMeasure::LinesFixed => ["lines", "fixed", "lines"],
            CountedMeasure::LinesLeased => ["lines", "leased", "lines"],
            CountedMeasure::Users => ["users", "", "users"],
            CountedMeasure::UsersMobile => ["users", "mobile", "users"],
        }
    }

    /// Bills and escalated complaints add up over months; lines and users are a state.
    fn adds_up(self) -> bool {
        match self {
            CountedMeasure::Appeals
            | CountedMeasure::BillsBroadband
            | CountedMeasure::BillsFixed
            | CountedMeasure::BillsMobile => true,
            CountedMeasure::LinesBroadband
            | CountedMeasure::LinesFixed
            | CountedMeasure::LinesLeased
            | CountedMeasure::Users
            | CountedMeasure::UsersMobile => false,
        }
    }

    /// How many there are per resident.
    fn count_per_resident(self) -> f64 {
        match self {
            CountedMeasure::Appeals => 0.0,
            CountedMeasure::BillsBroadband => 0.985 * BROADBAND,
            CountedMeasure::BillsFixed => 0.985 * FIXED,
            CountedMeasure::BillsMobile => 0.99 * MOBILE,
            CountedMeasure::LinesBroadband => BROADBAND,
            CountedMeasure::LinesFixed => FIXED,
            CountedMeasure::LinesLeased => LEASED,
            CountedMeasure::Users => BROADBAND + FIXED + MOBILE,
            CountedMeasure::UsersMobile => MOBILE,
        }
    }
}

/// A part of the stretch: a calendar month, or as much of it as lies inside.
#[derive(Debug)]
struct Month {
    name: String,
    days: std::ops::Range<usize>,
    whole: bool,
}

/// Values by period, prefecture and measure, for every whole month and for the stretch.
pub(super) fn make_counts(plan: &SimulationPlan) -> SimulatedTable {
    let mut values: BTreeMap<(String, &str, CountedMeasure), f64> = BTreeMap::new();
    for month in list_months(plan) {
        for (place, prefecture) in PREFECTURES.iter().enumerate() {
            for measure in MEASURES {
                let value = compute_value(plan, &month, place, measure);
                if month.whole {
                    values.insert((month.name.clone(), prefecture.code, measure), value);
                }
                let total = (plan.stretch.name.clone(), prefecture.code, measure);
                if plan.stretch.name != month.name {
                    let before = values.get(&total).copied().unwrap_or(0.0);
                    let sum = if measure.adds_up() { before + value } else { value };
                    values.insert(total, sum);
                }
            }
        }
    }
    make_table(&values)
}

fn list_months(plan: &SimulationPlan) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for day in 0..plan.stretch.days {
        let date = plan.stretch.date_of(day);
        let name = date.strftime("%Y-%m").to_string();
        match months.last_mut() {
            Some(month) if month.name == name => month.days.end = day + 1,
            _ => months.push(Month { name, days: day..day + 1, whole: date.day() == 1 }),
        }
    }
    for month in &mut months {
        let last = plan.stretch.date_of(month.days.end - 1);
        month.whole &= last.last_of_month() == last;
    }
    months
}

fn compute_value(
    plan: &SimulationPlan,
    month: &Month,
    place: usize,
    measure: CountedMeasure,
) -> f64 {
    if measure == CountedMeasure::Appeals {
        let cells = plan.cells.iter();
        let cells = cells.filter(|cell| cell.place == place && cell.class.kind == "appeal");
        let days = month.days.clone();
        let cases =
            cells.map(|cell| cell.cases_on(days.start).start..cell.cases_on(days.end - 1).end);
        return cases.map(|cases| (cases.end - cases.start) as f64).sum();
    }
    let last = plan.stretch.date_of(month.days.end - 1);
    // They grow by 0.2 % every month; the sizes above are those of June 2020.
    let months_since = (f64::from(last.year()) - 2020.0) * 12.0 + f64::from(last.month()) - 6.0;
    let size: u64 = plan.cells.iter().map(|cell| cell.size).sum();
    let halves = plan.stretch.days as f64 / 182.0;
    let scale = size as f64 / CASES_OF_A_PROVINCE / halves * (1.0 + 0.002 * months_since).max(0.1);
    (PREFECTURES[place].residents * 1e4 * measure.count_per_resident() * scale).round()
}

fn make_table(values: &BTreeMap<(String, &str, CountedMeasure), f64>) -> SimulatedTable {
    let rows = values.len();
    let mut periods: Vec<String> = values.keys().map(|(period, ..)| period.clone()).collect();
    periods.dedup();
    let place = |list: &[String], word: &str| list.iter().position(|known| known == word);
    let index = |list: &[String], word: &str| place(list, word).map_or(0, |at| at as u16);
    let labels = |part: usize| {
        let list: Vec<&str> = MEASURES.iter().map(|measure| measure.label_words()[part]).collect();
        let of = values.keys().map(|(_, _, measure)| *measure as u16).collect();
        SimulatedColumn::Label(of, to_owned_words(&list))
    };
    let of_period = values.keys().map(|(period, ..)| index(&periods, period)).collect();
    let of_region =
        values.keys().map(|(_, region, _)| index(&list_prefecture_codes(), region)).collect();
    SimulatedTable {
        rows,
        columns: vec![
            (
                "source",
                SimulatedColumn::Label(vec![0; rows], to_owned_words(&["simulated-registers"])),
            ),
            ("period", SimulatedColumn::Label(of_period, periods)),
            ("region", SimulatedColumn::Label(of_region, list_prefecture_codes())),
            ("measure", labels(0)),
            ("scope", labels(1)),
            ("value", SimulatedColumn::Number(values.values().copied().collect())),
            ("unit", labels(2)),
            ("role", SimulatedColumn::Label(vec![0; rows], to_owned_words(&["input"]))),
        ],
    }
}

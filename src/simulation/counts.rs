//! Counts: how many lines, users, bills and escalated complaints there are, by month and
//! prefecture.
//!
//! Lines and users grow with the number of cases, so that a rate per line is plausible at any size.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::province::{PREFECTURES, codes};
use super::tables::{Column, Table, words};

/// So many cases a half year come from a province of Shanxi's size.
const CASES_OF_A_PROVINCE: f64 = 8_000_000.0;

/// Lines and users at the end of a month for each resident, in the largest size.
const BROADBAND: f64 = 0.140;
const FIXED: f64 = 0.055;
const LEASED: f64 = 0.004;
const MOBILE: f64 = 0.290;

/// What is counted. The order is that of the measures' and scopes' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Measure {
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

const MEASURES: [Measure; 9] = [
    Measure::Appeals,
    Measure::BillsBroadband,
    Measure::BillsFixed,
    Measure::BillsMobile,
    Measure::LinesBroadband,
    Measure::LinesFixed,
    Measure::LinesLeased,
    Measure::Users,
    Measure::UsersMobile,
];

impl Measure {
    /// Measure, scope, unit.
    fn words(self) -> [&'static str; 3] {
        match self {
            Measure::Appeals => ["appeals", "", "cases"],
            Measure::BillsBroadband => ["bills", "broadband", "bills"],
            Measure::BillsFixed => ["bills", "fixed", "bills"],
            Measure::BillsMobile => ["bills", "mobile", "bills"],
            Measure::LinesBroadband => ["lines", "broadband", "lines"],
            Measure::LinesFixed => ["lines", "fixed", "lines"],
            Measure::LinesLeased => ["lines", "leased", "lines"],
            Measure::Users => ["users", "", "users"],
            Measure::UsersMobile => ["users", "mobile", "users"],
        }
    }

    /// Bills and escalated complaints add up over months; lines and users are a state.
    fn adds_up(self) -> bool {
        match self {
            Measure::Appeals
            | Measure::BillsBroadband
            | Measure::BillsFixed
            | Measure::BillsMobile => true,
            Measure::LinesBroadband
            | Measure::LinesFixed
            | Measure::LinesLeased
            | Measure::Users
            | Measure::UsersMobile => false,
        }
    }

    /// How many a resident.
    fn each(self) -> f64 {
        match self {
            Measure::Appeals => 0.0,
            Measure::BillsBroadband => 0.985 * BROADBAND,
            Measure::BillsFixed => 0.985 * FIXED,
            Measure::BillsMobile => 0.99 * MOBILE,
            Measure::LinesBroadband => BROADBAND,
            Measure::LinesFixed => FIXED,
            Measure::LinesLeased => LEASED,
            Measure::Users => BROADBAND + FIXED + MOBILE,
            Measure::UsersMobile => MOBILE,
        }
    }
}

/// A part of the stretch: a calendar month, or what of it lies inside.
#[derive(Debug)]
struct Month {
    name: String,
    days: std::ops::Range<usize>,
    whole: bool,
}

/// Values by period, prefecture and measure, for every whole month and for the stretch.
pub(super) fn counts(plan: &Plan) -> Table {
    let mut values: BTreeMap<(String, &str, Measure), f64> = BTreeMap::new();
    for month in months(plan) {
        for (place, prefecture) in PREFECTURES.iter().enumerate() {
            for measure in MEASURES {
                let value = value(plan, &month, place, measure);
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
    table(&values)
}

fn months(plan: &Plan) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for day in 0..plan.stretch.days {
        let date = plan.stretch.date(day);
        let name = date.strftime("%Y-%m").to_string();
        match months.last_mut() {
            Some(month) if month.name == name => month.days.end = day + 1,
            _ => months.push(Month { name, days: day..day + 1, whole: date.day() == 1 }),
        }
    }
    for month in &mut months {
        let last = plan.stretch.date(month.days.end - 1);
        month.whole &= last.last_of_month() == last;
    }
    months
}

fn value(plan: &Plan, month: &Month, place: usize, measure: Measure) -> f64 {
    if measure == Measure::Appeals {
        let cells = plan.cells.iter();
        let cells = cells.filter(|cell| cell.place == place && cell.class.kind == "appeal");
        let days = month.days.clone();
        let cases = cells.map(|cell| cell.on(days.start).start..cell.on(days.end - 1).end);
        return cases.map(|cases| (cases.end - cases.start) as f64).sum();
    }
    let last = plan.stretch.date(month.days.end - 1);
    // 0.2 % more every month; the sizes above are those of June 2020.
    let months_since = (f64::from(last.year()) - 2020.0) * 12.0 + f64::from(last.month()) - 6.0;
    let size: u64 = plan.cells.iter().map(|cell| cell.size).sum();
    let halves = plan.stretch.days as f64 / 182.0;
    let scale = size as f64 / CASES_OF_A_PROVINCE / halves * (1.0 + 0.002 * months_since).max(0.1);
    (PREFECTURES[place].residents * 1e4 * measure.each() * scale).round()
}

fn table(values: &BTreeMap<(String, &str, Measure), f64>) -> Table {
    let rows = values.len();
    let mut periods: Vec<String> = values.keys().map(|(period, ..)| period.clone()).collect();
    periods.dedup();
    let place = |list: &[String], word: &str| list.iter().position(|known| known == word);
    let index = |list: &[String], word: &str| place(list, word).map_or(0, |at| at as u16);
    let labels = |part: usize| {
        let list: Vec<&str> = MEASURES.iter().map(|measure| measure.words()[part]).collect();
        let of = values.keys().map(|(_, _, measure)| *measure as u16).collect();
        Column::Label(of, words(&list))
    };
    let of_period = values.keys().map(|(period, ..)| index(&periods, period)).collect();
    let of_region = values.keys().map(|(_, region, _)| index(&codes(), region)).collect();
    Table {
        rows,
        columns: vec![
            ("source", Column::Label(vec![0; rows], words(&["simulated-registers"]))),
            ("period", Column::Label(of_period, periods)),
            ("region", Column::Label(of_region, codes())),
            ("measure", labels(0)),
            ("scope", labels(1)),
            ("value", Column::Number(values.values().copied().collect())),
            ("unit", labels(2)),
            ("role", Column::Label(vec![0; rows], words(&["input"]))),
        ],
    }
}

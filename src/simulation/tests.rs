//! Reads the province back from its files and recounts it without the code that made it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use trueline_figures::Period;

use super::calibration::{Calibration, redraw_strays};
use super::days::CarriedCase;
use super::plan::SimulationPlan;
use super::stretch::DayStretch;
use super::{
    PublishedMean, SimulationError, SimulationOrder, SimulationSummary, simulate_province,
};
use crate::program::datasets;

const HOUR: i64 = 3600;

fn make_period(name: &str) -> Period {
    // Beijing midnights.
    let (from, to) = match name {
        "2019H2" => (1_561_910_400, 1_577_808_000),
        "2020H1" => (1_577_808_000, 1_593_532_800),
        "2020H2" => (1_593_532_800, 1_609_430_400),
        "2020-05" => (1_588_262_400, 1_590_940_800),
        other => panic!("the tests do not know {other}"),
    };
    Period { name: name.into(), from, to }
}

fn make_province(out: &Path, name: &str, cases: u64, seed: u64) -> SimulationSummary {
    let order = SimulationOrder { out: out.into(), period: make_period(name), cases, seed };
    simulate_province(&order, &|_| {}).expect("the province is made")
}

fn list_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn read_batches(folder: &Path) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for path in list_files(folder) {
        let file = File::open(path).expect("the file opens");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("it is Parquet");
        let reader = reader.with_batch_size(65_536).build().expect("it can be read");
        batches.extend(reader.map(|batch| batch.expect("a batch")));
    }
    batches
}

/// A case as someone else would read it from the file.
#[derive(Debug, Clone)]
struct Case {
    key: String,
    kind: String,
    service: String,
    region: String,
    area: String,
    cause: String,
    maintainer: String,
    satisfaction: String,
    moments: BTreeMap<&'static str, i64>,
    /// Kind, from, to, whether someone approved.
    intervals: Vec<(String, i64, Option<i64>, bool)>,
}

fn read_label(column: &dyn Array, row: usize) -> String {
    let column = column.as_dictionary::<Int32Type>();
    if column.is_null(row) {
        return String::new();
    }
    column.values().as_string::<i32>().value(column.keys().value(row) as usize).to_string()
}

fn read_cases(out: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for batch in read_batches(&out.join("case")) {
        let column = |name: &str| batch.column_by_name(name).expect("the column is there");
        let lists = column("intervals").as_list::<i32>();
        for row in 0..batch.num_rows() {
            let text = |name: &str| read_label(column(name), row);
            let keys = column("source_key").as_string::<i32>();
            let moments = super::record::MOMENTS.into_iter().filter_map(|name| {
                let column = column(name).as_primitive::<TimestampSecondType>();
                column.is_valid(row).then(|| (name, column.value(row)))
            });
            cases.push(Case {
                key: format!("{}/{}", text("source"), keys.value(row)),
                kind: text("kind"),
                service: text("service"),
                region: text("region"),
                area: text("area"),
                cause: text("cause"),
                maintainer: text("maintainer"),
                satisfaction: text("satisfaction"),
                moments: moments.collect(),
                intervals: read_intervals(lists.value(row).as_ref()),
            });
        }
    }
    cases
}

fn read_intervals(list: &dyn Array) -> Vec<(String, i64, Option<i64>, bool)> {
    let list = list.as_struct();
    let column = |name: &str| list.column_by_name(name).expect("the column is there");
    let moments = |name: &str| column(name).as_primitive::<TimestampSecondType>();
    (0..list.len())
        .map(|row| {
            let to = moments("to");
            (
                read_label(column("kind"), row),
                moments("from").value(row),
                to.is_valid(row).then(|| to.value(row)),
                !read_label(column("approved_by"), row).is_empty(),
            )
        })
        .collect()
}

/// Seconds from the later of acceptance and payment to the end, without paused time.
fn measure_wait(case: &Case) -> Option<i64> {
    let accepted = *case.moments.get("accepted")?;
    let start = case.moments.get("paid").map_or(accepted, |paid| accepted.max(*paid));
    let stop = *case.moments.get("resolved")?;
    let mut pauses: Vec<(i64, i64)> = case
        .intervals
        .iter()
        .filter(|(kind, ..)| kind == "paused")
        .map(|(_, from, to, _)| (*from, to.unwrap_or(stop)))
        .collect();
    pauses.sort_unstable();
    let (mut stood_still, mut until) = (0, start);
    for (from, to) in pauses {
        let (from, to) = (from.max(until), to.min(stop));
        stood_still += (to - from).max(0);
        until = until.max(to);
    }
    Some(stop - start - stood_still)
}

/// Rounds `sum / n / unit` half to even to two decimals, on integers.
fn print_mean(sum: i64, n: i64, unit: i64) -> String {
    let (top, bottom) = (i128::from(sum) * 100, i128::from(n) * i128::from(unit));
    let (whole, rest) = (top / bottom, top % bottom);
    let up = rest * 2 > bottom || (rest * 2 == bottom && whole % 2 == 1);
    let rounded = whole + i128::from(up);
    format!("{}.{:02}", rounded / 100, rounded % 100)
}

/// A row of the sample report: services and kinds, area, unit, printed mean, limit in hours.
type Published = (&'static str, &'static [&'static str], &'static str, i64, &'static str, i64);

const PUBLISHED: [Published; 12] = [
    ("fixed", &["install", "move"], "urban", 24 * HOUR, "0.84", 25 * 24),
    ("fixed", &["install", "move"], "rural", 24 * HOUR, "1.04", 30 * 24),
    ("fixed", &["repair"], "urban", HOUR, "7.41", 48),
    ("fixed", &["repair"], "rural", HOUR, "9.21", 72),
    ("mobile", &["change"], "", HOUR, "0.33", 24),
    ("mobile", &["restore"], "", HOUR, "0.41", 24),
    ("mobile", &["repair"], "", HOUR, "1.90", 48),
    ("broadband", &["install", "move"], "", 24 * HOUR, "0.85", 16 * 24),
    ("broadband", &["repair"], "", HOUR, "4.96", 48),
    ("leased", &["opening"], "", 24 * HOUR, "2.25", 15 * 24),
    ("leased", &["repair"], "", HOUR, "2.41", 24),
    ("", &["complaint"], "", HOUR, "11.54", 15 * 24),
];

fn measure_cases<'a>(cases: &'a [Case], row: &Published, during: &Period) -> Vec<(&'a Case, i64)> {
    let (service, kinds, area, ..) = *row;
    let counts = |case: &&Case| {
        (service.is_empty() || case.service == service)
            && kinds.contains(&case.kind.as_str())
            && (area.is_empty() || case.area == area)
            && (case.kind != "repair" || case.maintainer != "customer" && case.cause != "terminal")
    };
    let resolved_inside = |case: &&Case| matches!(case.moments.get("resolved"), Some(at) if (during.from..during.to).contains(at));
    cases
        .iter()
        .filter(counts)
        .filter(resolved_inside)
        .filter_map(|case| Some((case, measure_wait(case)?)))
        .collect()
}

fn assert_is_the_sample(cases: &[Case], what: &str) {
    let during = make_period("2020H1");
    for row in &PUBLISHED {
        let counted = measure_cases(cases, row, &during);
        let n = counted.len() as i64;
        let sum: i64 = counted.iter().map(|(_, seconds)| seconds).sum();
        assert!(n > 200, "{what}: {row:?} has {n} cases");
        assert_eq!(print_mean(sum, n, row.3), row.4, "{what}: mean of {row:?}, n {n}");
        for (case, seconds) in counted {
            // Broadband faults have the limit of their area.
            let rural = case.service == "broadband" && case.area == "rural";
            let limit = if rural && case.kind == "repair" { 72 } else { row.5 };
            assert!(seconds > 0 && seconds <= limit * HOUR, "{what}: {seconds} s in {case:?}");
        }
    }
    let complaints = measure_cases(cases, &PUBLISHED[11], &during);
    let rated = complaints.iter().filter(|(case, _)| !case.satisfaction.is_empty()).count() as i64;
    let satisfied = complaints.iter().filter(|(case, _)| case.satisfaction == "satisfied").count();
    assert_eq!(print_mean(satisfied as i64 * 100, rated, 1), "88.14", "{what}: of {rated}");
    let response = rated as f64 / complaints.len() as f64;
    assert!((0.4..0.7).contains(&response), "{what}: response {response}");
}

#[test]
fn fifty_thousand_cases_print_the_sample_with_any_seed() {
    for seed in [super::DEFAULT_SEED, 1, 77] {
        let out = tempfile::tempdir().expect("a folder");
        let summary = make_province(out.path(), "2020H1", 50_000, seed);
        assert_is_the_sample(&read_cases(out.path()), &format!("seed {seed}"));
        for mean in &summary.means {
            assert!(mean.is_reached() && (mean.factor - 1.0).abs() < 0.02, "{mean:?}");
        }
    }
}

#[test]
fn no_seed_needs_to_change_a_duration_much() {
    for seed in 100..106 {
        let stretch = DayStretch::from_period(&make_period("2020H1")).expect("whole days");
        let mut before = SimulationPlan::new(stretch.previous_stretch(), seed, 50_000);
        let mut plan = SimulationPlan::new(stretch, seed, 50_000);
        redraw_strays(&mut before);
        redraw_strays(&mut plan);
        let found = Calibration::new(&plan, &before, &CarriedCase::find_carried(&before));
        for (figure, moved) in PublishedMean::ALL.iter().zip(found.moves) {
            assert!((moved.exact - 1.0).abs() < 0.019, "seed {seed}: {figure:?} {moved:?}");
        }
    }
}

#[test]
fn the_demo_province_prints_the_sample_and_lvliang_is_late_against_the_promise() {
    let out = tempfile::tempdir().expect("a folder");
    make_province(out.path(), "2020H1", 200_000, super::DEFAULT_SEED);
    let cases = read_cases(out.path());
    assert_is_the_sample(&cases, "demo");
    for (row, promise) in [(&PUBLISHED[2], 24), (&PUBLISHED[3], 36)] {
        let counted = measure_cases(&cases, row, &make_period("2020H1"));
        let late = |of: &[&(&Case, i64)]| {
            let late = of.iter().filter(|(_, seconds)| *seconds > promise * HOUR).count();
            late as f64 / of.len() as f64
        };
        let (slow, others): (Vec<_>, Vec<_>) =
            counted.iter().partition(|(case, _)| case.region.starts_with("1411"));
        assert!(late(&slow) > 0.05 && late(&others) < 0.03, "{} {}", late(&slow), late(&others));
        let mean = |of: &[&(&Case, i64)]| {
            of.iter().map(|(_, seconds)| *seconds).sum::<i64>() as f64 / of.len() as f64
        };
        assert!(mean(&slow) > 1.5 * mean(&others));
    }
}

#[test]
fn records_have_the_schema_and_ascending_keys() {
    let out = tempfile::tempdir().expect("a folder");
    make_province(out.path(), "2020H1", 30_000, 5);
    for schema in datasets().schemas() {
        let batches = read_batches(&out.path().join(schema.name));
        assert!(!batches.is_empty());
        for batch in batches {
            assert_eq!(batch.schema().fields(), schema.to_arrow().fields(), "{}", schema.name);
        }
    }
    let keys: Vec<String> = read_cases(out.path()).into_iter().map(|case| case.key).collect();
    assert!(keys.windows(2).all(|pair| pair[0].as_bytes() < pair[1].as_bytes()));
    assert!(keys.len() >= 30_000);
    assert!(keys.iter().all(|key| key.starts_with("simulated-")));
}

#[test]
fn moments_come_in_a_possible_order() {
    let out = tempfile::tempdir().expect("a folder");
    make_province(out.path(), "2020H1", 30_000, 9);
    let end = make_period("2020H1").to;
    let mut open = 0;
    for case in read_cases(out.path()) {
        let at = |name: &str| case.moments.get(name).copied();
        let accepted = at("accepted").expect("every case is accepted");
        let order =
            ["accepted", "paid", "first_contact", "arrived", "resolved", "confirmed", "closed"];
        let known: Vec<i64> = order.into_iter().filter_map(at).collect();
        assert!(known.is_sorted(), "{case:?}");
        assert!(at("cancelled").is_none() || at("resolved").is_none(), "{case:?}");
        assert!(known.iter().all(|moment| *moment < end), "{case:?}");
        open += usize::from(at("cancelled").is_none() && at("resolved").is_none());
        for (_, from, to, _) in &case.intervals {
            assert!(accepted <= *from && to.is_none_or(|to| *from < to && to < end), "{case:?}");
        }
    }
    assert!((30..1000).contains(&open), "{open} open cases");
}

#[test]
fn the_next_period_finishes_under_the_same_keys_what_one_period_leaves_open() {
    let out = tempfile::tempdir().expect("a folder");
    let (old, new) = (out.path().join("old"), out.path().join("new"));
    make_province(&old, "2019H2", 20_000, 3);
    let summary = make_province(&new, "2020H1", 20_000, 3);
    let is_open = |case: &&Case| {
        !case.moments.contains_key("resolved") && !case.moments.contains_key("cancelled")
    };
    let left: BTreeMap<String, Case> = read_cases(&old)
        .iter()
        .filter(is_open)
        .map(|case| (case.key.clone(), case.clone()))
        .collect();
    let carried: Vec<Case> =
        read_cases(&new).into_iter().filter(|case| case.key.contains("/2019H2-")).collect();
    assert_eq!(carried.len(), left.len());
    assert_eq!(carried.len() as u64, summary.carried);
    for case in carried {
        let before = &left[&case.key];
        assert_eq!(case.moments["accepted"], before.moments["accepted"]);
        assert_eq!((&case.kind, &case.region), (&before.kind, &before.region));
        let ended = case.moments.get("resolved").or(case.moments.get("cancelled"));
        assert!(ended.is_none_or(|at| *at >= make_period("2020H1").from), "{case:?}");
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_cores() {
    let out = tempfile::tempdir().expect("a folder");
    let make = |threads: usize| {
        let folder = out.path().join(threads.to_string());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| make_province(&folder, "2020-05", 20_000, 11));
        ["case", "count", "billing_test", "site"]
            .iter()
            .flat_map(|dataset| list_files(&folder.join(dataset)))
            .map(|path| fs::read(path).expect("the file can be read"))
            .collect::<Vec<_>>()
    };
    assert!(make(1) == make(3));
}

#[test]
fn the_half_year_before_was_worse() {
    let out = tempfile::tempdir().expect("a folder");
    let summary = make_province(out.path(), "2019H2", 50_000, super::DEFAULT_SEED);
    let cases = read_cases(out.path());
    for (row, sample) in PUBLISHED.iter().zip(&summary.means) {
        let counted = measure_cases(&cases, row, &make_period("2019H2"));
        let mean = counted.iter().map(|(_, s)| s).sum::<i64>() as f64 / counted.len() as f64;
        assert!((mean / sample.target_seconds - 1.0).abs() < 0.001, "{row:?}: {mean}");
        assert!(mean / row.3 as f64 > 1.02 * row.4.parse::<f64>().expect("a number"));
    }
    assert!(summary.satisfaction_target < 0.88);
}

#[test]
fn billing_and_sites_hold_what_the_sample_says() {
    let out = tempfile::tempdir().expect("a folder");
    make_province(out.path(), "2020H1", 1000, super::DEFAULT_SEED);
    let during = make_period("2020H1");
    let mut opened = 0;
    for batch in read_batches(&out.path().join("site")) {
        let column = |name: &str| batch.column_by_name(name).expect("the column is there");
        let moments = column("opened").as_primitive::<TimestampSecondType>();
        opened += (0..batch.num_rows())
            .filter(|row| read_label(column("technology"), *row) == "L900")
            .filter(|row| moments.is_valid(*row))
            .filter(|row| (during.from..during.to).contains(&moments.value(*row)))
            .count();
    }
    assert_eq!(opened, 3390);
    let mut lots: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for batch in read_batches(&out.path().join("billing_test")) {
        let column = |name: &str| batch.column_by_name(name).expect("the column is there");
        let number = |name: &str, row| column(name).as_primitive::<Int64Type>().value(row);
        for row in 0..batch.num_rows() {
            let lot = lots.entry(read_label(column("service"), row)).or_default();
            lot.0 += number("records", row);
            lot.1 += number("wrong", row);
        }
    }
    for (service, (records, wrong)) in lots {
        // Chernoff: with this many records, so few errors have a probability far below 5 % at 1e-4.
        assert!((wrong as f64) < 0.5 * 1e-4 * records as f64, "{service}: {wrong} of {records}");
        assert!(records as f64 * 1e-4 > 50.0);
    }
}

#[test]
fn orders_that_cannot_be_filled_are_refused() {
    let out = tempfile::tempdir().expect("a folder");
    let order = |period, cases| SimulationOrder { out: out.path().into(), period, cases, seed: 1 };
    let crooked = Period { name: "2020H1".into(), from: 1, to: 86_401 };
    let refused = simulate_province(&order(crooked, 10), &|_| {});
    assert!(matches!(refused, Err(SimulationError::Period(_))));
    let refused = simulate_province(&order(make_period("2020-05"), 0), &|_| {});
    assert!(matches!(refused, Err(SimulationError::Cases(0))));
    assert!(simulate_province(&order(make_period("2020-05"), 500), &|_| {}).is_ok());
    let refused = simulate_province(&order(make_period("2020-05"), 500), &|_| {});
    assert!(matches!(refused, Err(SimulationError::Exists { .. })));
}

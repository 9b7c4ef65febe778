//! What is not a case: billing tests, radio sites, and how many lines, users and bills there are.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow_schema::{ArrowError, SchemaRef};
use trueline_lake::Schema;

use super::SimulationError;
use super::chance::{Chance, apportion, key};
use super::columns::{Export, Labels, moments};
use super::files::Output;
use super::plan::Plan;
use super::province::PREFECTURES;
use super::story::ABSENT;
use super::stretch::{AHEAD, DAY, day_number};
use super::words::NONE;
use crate::systems::cases::{billing_test_schema, count_schema, site_schema};

/// So many cases a half year come from a province of Shanxi's size: its lines and users are scaled
/// by this, so that a rate per line is plausible at any size.
const CASES_OF_A_PROVINCE: f64 = 8_000_000.0;

/// How many rows were written.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) sites: u64,
    pub(super) lots: u64,
    pub(super) counts: u64,
}

/// Writes the datasets `billing_test`, `site` and `count` below `out`.
pub(super) fn write(out: &Path, plan: &Plan, export: &Export) -> Result<Rest, SimulationError> {
    let lots = write_table(
        out,
        &billing_test_schema(),
        plan,
        billing_tests(plan),
        export,
    )?;
    let sites = write_table(out, &site_schema(), plan, sites(plan), export)?;
    let counts = write_table(out, &count_schema(), plan, counts(plan), export)?;
    Ok(Rest {
        sites,
        lots,
        counts,
    })
}

/// Columns by name; those that a schema has beyond them are null.
struct Table {
    rows: usize,
    columns: Vec<(&'static str, Column)>,
}

enum Column {
    Label(Vec<u16>, Vec<String>),
    Text(Vec<String>),
    Moment(Vec<i64>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
}

fn write_table(
    out: &Path,
    schema: &Schema,
    plan: &Plan,
    table: Table,
    export: &Export,
) -> Result<u64, SimulationError> {
    let rows = table.rows as u64;
    let name = format!("simulated-{}-{}", schema.name, plan.stretch.name);
    let notes = [
        ("trueline.simulated", "true".to_string()),
        ("trueline.period", plan.stretch.name.clone()),
        ("trueline.seed", plan.seed.to_string()),
    ];
    let arrow = schema.arrow();
    let mut output = Output::begin(&out.join(schema.name), &name, &arrow, &notes)?;
    let encoded = batch(table, &arrow, export)
        .map_err(Into::into)
        .and_then(|batch| {
            let mut encoder = output.encoder(0)?;
            encoder.write(&batch)?;
            encoder.finish()
        })
        .and_then(|chunks| output.append(chunks));
    encoded.map_err(SimulationError::Parquet)?;
    output.finish()?;
    Ok(rows)
}

fn batch(table: Table, schema: &SchemaRef, export: &Export) -> Result<RecordBatch, ArrowError> {
    let Table { rows, mut columns } = table;
    columns.push(("revised", Column::Moment(vec![export.revised; rows])));
    columns.push((
        "source_file",
        Column::Label(vec![0; rows], vec![export.digest.clone()]),
    ));
    columns.push(("source_line", Column::Integer((1..=rows as i64).collect())));
    let mut arrays = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let found = columns.iter().position(|(name, _)| name == field.name());
        arrays.push(match found {
            Some(index) => array(columns.swap_remove(index).1)?,
            None => new_null_array(field.data_type(), rows),
        });
    }
    RecordBatch::try_new(SchemaRef::clone(schema), arrays)
}

fn array(column: Column) -> Result<ArrayRef, ArrowError> {
    Ok(match column {
        Column::Label(indices, words) => {
            let mut labels = Labels::new(words.iter().map(String::as_str));
            for index in indices {
                labels.push(index);
            }
            labels.take()?
        }
        Column::Text(texts) => Arc::new(StringArray::from(texts)),
        Column::Moment(seconds) => moments(seconds),
        Column::Integer(values) => Arc::new(Int64Array::from(values)),
        Column::Number(values) => Arc::new(Float64Array::from(values)),
    })
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_string()).collect()
}

fn prefecture_codes() -> Vec<String> {
    PREFECTURES
        .iter()
        .map(|prefecture| prefecture.code.to_string())
        .collect()
}

/// A test lot a week for each prefecture and service. About one lot in thirty has a wrong record,
/// so that the bound of a province's half year lies far below 1 in 10 000.
fn billing_tests(plan: &Plan) -> Table {
    const SERVICES: [&str; 3] = ["fixed", "mobile", "broadband"];
    let (mut keys, mut services, mut regions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut tested, mut records, mut wrong, mut errors) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let weeks = plan.stretch.days.div_ceil(7);
    for week in 0..weeks {
        for (place, prefecture) in PREFECTURES.iter().enumerate() {
            for (service, word) in SERVICES.iter().enumerate() {
                let fate = key(
                    plan.seed,
                    &["billing", &plan.stretch.name, prefecture.code, word],
                );
                let mut chance = Chance::new(fate, week as u64);
                keys.push(format!("{}-{:06}", plan.stretch.name, keys.len() + 1));
                services.push(service as u16);
                regions.push(place as u16);
                let day = (week * 7 + chance.below(5) as usize).min(plan.stretch.days - 1);
                tested.push(plan.stretch.midnight(day) + 9 * 3600 + chance.below(30_000) as i64);
                records.push((5000 + 500 * place as u64 % 1000 + chance.below(3000)) as i64);
                let found = chance.hits(0.03);
                wrong.push(i64::from(found));
                errors.push(if found { chance.below(3) as u16 } else { NONE });
            }
        }
    }
    let rows = keys.len();
    Table {
        rows,
        columns: vec![
            (
                "source",
                Column::Label(vec![0; rows], words(&["simulated-billing-lab"])),
            ),
            ("source_key", Column::Text(keys)),
            ("service", Column::Label(services, words(&SERVICES))),
            ("region", Column::Label(regions, prefecture_codes())),
            ("tested", Column::Moment(tested)),
            ("records", Column::Integer(records)),
            ("wrong", Column::Integer(wrong)),
            (
                "error",
                Column::Label(errors, words(&["rating", "duplicate", "discount"])),
            ),
            ("precision", Column::Label(vec![0; rows], words(&["s"]))),
        ],
    }
}

/// How many L900 and NR sites were open at the start of each half year from 2019-07-01 on. 3390 L900
/// sites open in 2020H1, as the sample report says.
const L900_OPEN: [u64; 6] = [0, 1262, 4652, 5892, 6372, 6462];
const NR_OPEN: [u64; 6] = [0, 240, 3105, 7220, 9840, 11_600];

/// The register of sites as it stood when the stretch ended: what has been planned by then.
fn sites(plan: &Plan) -> Table {
    const TECHNOLOGIES: [&str; 2] = ["L900", "NR"];
    let (mut keys, mut regions, mut technologies, mut builders) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut milestones: [Vec<i64>; 4] = Default::default();
    let mut precisions = Vec::new();
    let weights: Vec<f64> = PREFECTURES
        .iter()
        .map(|prefecture| prefecture.residents)
        .collect();
    let by_people: Vec<u32> = apportion(1000, &weights)
        .iter()
        .map(|part| *part as u32)
        .collect();
    for (technology, open) in [L900_OPEN, NR_OPEN].into_iter().enumerate() {
        let fate = key(plan.seed, &["site", TECHNOLOGIES[technology]]);
        for number in 0..open[5] {
            let mut chance = Chance::new(fate, number);
            let place = chance.pick(by_people.iter().copied()) as u16;
            let dates = site_dates(number, technology, &open, &mut chance);
            if dates[0] >= plan.stretch.end() {
                continue;
            }
            let builder = u16::from(technology == 1 && chance.hits(0.45));
            let mut present = 0;
            for (index, date) in dates.into_iter().enumerate() {
                let known = date < plan.stretch.end();
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
    let precision = (0..16).map(|present| {
        (0..4)
            .map(|index| letter(present >> index & 1 == 1))
            .collect()
    });
    let [planned, installed, opened, shared] = milestones;
    Table {
        rows,
        columns: vec![
            (
                "source",
                Column::Label(vec![0; rows], words(&["simulated-sites"])),
            ),
            ("source_key", Column::Text(keys)),
            ("region", Column::Label(regions, prefecture_codes())),
            (
                "technology",
                Column::Label(technologies, words(&TECHNOLOGIES)),
            ),
            (
                "builder",
                Column::Label(builders, words(&["own", "partner"])),
            ),
            ("planned", Column::Moment(planned)),
            ("installed", Column::Moment(installed)),
            ("opened", Column::Moment(opened)),
            ("shared", Column::Moment(shared)),
            ("precision", Column::Label(precisions, precision.collect())),
        ],
    }
}

/// Planned, installed, opened, shared: local midnights. NR sites are shared when they open, L900
/// sites not at all.
fn site_dates(number: u64, technology: usize, open: &[u64; 6], chance: &mut Chance) -> [i64; 4] {
    let half = open.partition_point(|count| *count <= number) - 1;
    let start = |half: usize| {
        let (year, month) = (
            2019 + (half as i16 + 1) / 2,
            if half.is_multiple_of(2) { 7 } else { 1 },
        );
        day_number(jiff::civil::date(year, month, 1))
    };
    let days = (start(half + 1) - start(half)) as u64;
    let opened =
        start(half) + ((number - open[half]) * days / (open[half + 1] - open[half])) as i64;
    let installed = opened - 3 - chance.below(25) as i64;
    let planned = installed - 20 - chance.below(70) as i64;
    let midnight = |day: i64| day * DAY - AHEAD;
    let shared = if technology == 1 {
        midnight(opened)
    } else {
        i64::MAX
    };
    [
        midnight(planned),
        midnight(installed),
        midnight(opened),
        shared,
    ]
}

/// Lines, users and bills by prefecture, and for the whole province under an empty region.
fn counts(plan: &Plan) -> Table {
    // Measure, scope, how many a resident, unit.
    const MEASURES: [(&str, &str, f64, &str); 7] = [
        ("bills", "broadband", 0.138, "bills"),
        ("bills", "fixed", 0.054, "bills"),
        ("bills", "mobile", 0.287, "bills"),
        ("lines", "broadband", 0.140, "lines"),
        ("lines", "fixed", 0.055, "lines"),
        ("lines", "leased", 0.004, "lines"),
        ("users", "mobile", 0.290, "users"),
    ];
    let size: u64 = plan.cells.iter().map(|cell| cell.size).sum();
    let growth = 1.0 + 0.012 * f64::from(plan.stretch.halves_since_sample().clamp(-20, 20));
    let halves = plan.stretch.days as f64 / 182.0;
    let scale = size as f64 / CASES_OF_A_PROVINCE / halves * growth;
    let months = (plan.stretch.days as f64 / 30.4).max(1.0);
    let mut regions: Vec<String> = vec![String::new()];
    regions.extend(prefecture_codes());
    let mut values = Vec::new();
    for (index, _) in regions.iter().enumerate() {
        for (measure, _, per_resident, _) in MEASURES {
            let each = |residents: f64| {
                let months = if measure == "bills" { months } else { 1.0 };
                (residents * 1e4 * per_resident * scale * months).round()
            };
            values.push(match index.checked_sub(1) {
                Some(place) => each(PREFECTURES[place].residents),
                None => PREFECTURES
                    .iter()
                    .map(|prefecture| each(prefecture.residents))
                    .sum(),
            });
        }
    }
    let rows = values.len();
    let by_row = |pick: fn(usize) -> usize| (0..rows).map(|row| pick(row) as u16).collect();
    let list = |pick: fn(&(&str, &str, f64, &str)) -> String| MEASURES.iter().map(pick).collect();
    Table {
        rows,
        columns: vec![
            (
                "source",
                Column::Label(vec![0; rows], words(&["simulated-registers"])),
            ),
            (
                "period",
                Column::Label(vec![0; rows], vec![plan.stretch.name.clone()]),
            ),
            (
                "region",
                Column::Label(by_row(|row| row / MEASURES.len()), regions),
            ),
            (
                "measure",
                Column::Label(by_row(|row| row % MEASURES.len()), list(|m| m.0.into())),
            ),
            (
                "scope",
                Column::Label(by_row(|row| row % MEASURES.len()), list(|m| m.1.into())),
            ),
            ("value", Column::Number(values)),
            (
                "unit",
                Column::Label(by_row(|row| row % MEASURES.len()), list(|m| m.3.into())),
            ),
            ("role", Column::Label(vec![0; rows], words(&["input"]))),
        ],
    }
}

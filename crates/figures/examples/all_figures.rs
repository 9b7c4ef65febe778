//! All figures of a telecom pack from Parquet files: the engine's side of the comparison in
//! `benches/figures`.
//!
//! `all_figures FOLDER [--print FILE]` reads every file in the folder, works out every slice of
//! every roll-up with its percentiles, and prints the seconds it took. With `--print` it writes
//! one line per slice, to be compared with what other engines find. `--sql` prints the question as
//! DuckDB SQL instead.

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::RecordBatch;
use jiff::tz::TimeZone;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;
use trueline_clock::{ClockRule, TimeLimit, Unit};
use trueline_expression::{Expr, parse_expression};
use trueline_figures::{
    Answer, BatchSource, Dimension, DimensionKey, ExclusionRule, FigureDefinition, FigureMeasure,
    INTERVAL_FIELDS, INTERVALS, LateAfter, LimitSource, Period, Request, SourceError,
    answer_request, columns_needed,
};

const ZONE: &str = "Asia/Shanghai";
const BATCH_ROWS: usize = 16_384;
const PERCENTS: [f64; 4] = [50.0, 80.0, 95.0, 99.0];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let folder = arguments.get(1).ok_or("usage: all_figures FOLDER [--print FILE]")?;
    let request = make_request()?;
    let started = Instant::now();
    let sources = open_sources(Path::new(folder), &request)?;
    if arguments.iter().any(|argument| argument == "--decode-only") {
        return measure_decoding(&sources);
    }
    let answer = answer_request(&request, &sources)?;
    let scanned = started.elapsed();
    let table = write_table(&answer);
    let finished = started.elapsed();
    println!(
        "{{\"seconds\": {:.4}, \"scan\": {:.4}, \"slices\": {}}}",
        finished.as_secs_f64(),
        scanned.as_secs_f64(),
        table.lines().count()
    );
    if let Some(place) = arguments.iter().position(|argument| argument == "--print") {
        fs::write(arguments.get(place + 1).ok_or("--print FILE")?, table)?;
    }
    Ok(())
}

/// Reads everything and adds nothing up: what no engine can be faster than.
fn measure_decoding(sources: &[Box<dyn BatchSource>]) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let rows = sources.par_iter().map(|source| {
        let sizes = source.read_batches().map(|batch| batch.map(|batch| batch.num_rows()));
        sizes.sum::<Result<usize, SourceError>>()
    });
    let rows = rows.try_reduce(|| 0, |a, b| Ok(a + b)).map_err(|error| error.to_string())?;
    println!("{{\"decode\": {:.4}, \"rows\": {rows}}}", started.elapsed().as_secs_f64());
    Ok(())
}

/// One row group: read on one core from beginning to end.
struct RowGroup {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    index: usize,
}

impl BatchSource for RowGroup {
    fn read_batches(&self) -> Box<dyn Iterator<Item = Result<RecordBatch, SourceError>> + '_> {
        let open = || -> Result<_, Box<dyn Error + Send + Sync>> {
            let file = File::open(&self.path)?;
            let metadata = self.metadata.clone();
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
                .with_row_groups(vec![self.index])
                .with_projection(self.mask.clone())
                .with_batch_size(BATCH_ROWS)
                .build()?;
            Ok(reader)
        };
        match open() {
            Ok(reader) => Box::new(reader.map(|batch| batch.map_err(SourceError::of_foreign))),
            Err(error) => Box::new(std::iter::once(Err(SourceError::of_foreign(error)))),
        }
    }
}

fn open_sources(
    folder: &Path,
    request: &Request,
) -> Result<Vec<Box<dyn BatchSource>>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "parquet"));
    paths.sort();
    let needed = columns_needed(request);
    let mut found: Vec<Box<dyn BatchSource>> = Vec::new();
    for path in paths {
        let metadata =
            ArrowReaderMetadata::load(&File::open(&path)?, ArrowReaderOptions::default())?;
        let parquet = Arc::clone(metadata.metadata());
        let schema = parquet.file_metadata().schema_descr();
        let leaves = (0..schema.num_columns()).filter(|leaf| {
            let column = schema.column(*leaf);
            let parts = column.path().parts();
            let is_needed = needed.iter().any(|name| *name == parts[0]);
            let is_read = parts[0] != INTERVALS
                || INTERVAL_FIELDS.contains(&parts.last().map_or("", String::as_str));
            is_needed && is_read
        });
        let mask = ProjectionMask::leaves(schema, leaves);
        for index in 0..parquet.num_row_groups() {
            found.push(Box::new(RowGroup {
                path: path.clone(),
                metadata: metadata.clone(),
                mask: mask.clone(),
                index,
            }));
        }
    }
    Ok(found)
}

fn write_table(answer: &Answer) -> String {
    let mut out = String::new();
    let ids: Vec<String> = answer.definition_ids().map(str::to_owned).collect();
    for id in &ids {
        for by in list_rollups(&["prefecture", "month", "area"]) {
            for (slice, tally) in answer.tallies_by(id, &by) {
                let key = |name: &str| slice.get(name).map_or("*", String::as_str);
                let _ = write!(
                    out,
                    "{id}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                    key("prefecture"),
                    key("month"),
                    key("area"),
                    tally.n,
                    tally.sum,
                    tally.late,
                    tally.excluded.iter().map(|e| e.n).sum::<u64>(),
                    tally.without_exclusions.sum,
                    tally.without_pauses.sum,
                );
                let optional = |value: Option<i64>| match value {
                    Some(value) => value.to_string(),
                    None => String::new(),
                };
                let _ = write!(out, "\t{}", optional(tally.longest));
                for percent in PERCENTS {
                    let _ = write!(out, "\t{}", optional(tally.value_at_percentile(percent)));
                }
                out.push('\n');
            }
        }
    }
    out
}

/// Every choice among the dimensions.
fn list_rollups<'a>(dimensions: &[&'a str]) -> Vec<Vec<&'a str>> {
    (0..1_u32 << dimensions.len())
        .map(|chosen| {
            let of = dimensions.iter().enumerate();
            of.filter(|(at, _)| chosen & (1 << at) != 0).map(|(_, name)| *name).collect()
        })
        .collect()
}

fn natural_rule() -> ClockRule {
    ClockRule {
        unit: Unit::NaturalHours,
        zone: ZONE.to_owned(),
        calendar: None,
        limit_is_on_time: true,
    }
}

/// `"condition: hours"`, tried in order.
fn parse_limits(texts: &[(&str, i64)]) -> Result<Vec<LateAfter>, Box<dyn Error>> {
    let each = texts.iter().map(|(when, hours)| {
        Ok(LateAfter {
            when: parse_expression(when)?,
            limit: TimeLimit::Elapsed { seconds: hours * 3600 },
            bound: LimitSource { by: "bench".to_owned(), text: format!("{hours} h") },
        })
    });
    each.collect()
}

fn parse_exclusions(own: &[(&str, &str)]) -> Result<Vec<ExclusionRule>, Box<dyn Error>> {
    let mut found = vec![
        ExclusionRule {
            reason: Expr::Text("cancelled".to_owned()),
            approved_by: Some(Expr::Text("bench".to_owned())),
            when: parse_expression("cancelled <= resolved")?,
        },
        ExclusionRule {
            reason: parse_expression("excluded")?,
            approved_by: Some(parse_expression("excluded_by")?),
            when: parse_expression("present(excluded)")?,
        },
    ];
    for (reason, when) in own {
        found.push(ExclusionRule {
            reason: Expr::Text((*reason).to_owned()),
            approved_by: Some(Expr::Text("bench".to_owned())),
            when: parse_expression(when)?,
        });
    }
    Ok(found)
}

/// Id, population, start, exclusions of its own, limits.
type WaitTexts = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, i64)],
);

const PAID: &str = "latest(accepted, paid)";
const CUSTOMER: (&str, &str) = ("customer_maintained", "maintainer == 'customer'");
const TERMINAL: (&str, &str) = ("terminal_fault", "cause == 'terminal'");
const BY_AREA: &[(&str, i64)] = &[("area == 'rural'", 72), ("true", 48)];

const WAITS: &[WaitTexts] = &[
    (
        "fixed.install",
        "service == 'fixed' and kind in ('install', 'move')",
        PAID,
        &[],
        &[("area == 'rural'", 720), ("true", 600)],
    ),
    (
        "fixed.repair",
        "service == 'fixed' and kind == 'repair'",
        "accepted",
        &[CUSTOMER, TERMINAL],
        BY_AREA,
    ),
    ("mobile.change", "service == 'mobile' and kind == 'change'", PAID, &[], &[("true", 24)]),
    ("mobile.restore", "service == 'mobile' and kind == 'restore'", PAID, &[], &[("true", 24)]),
    (
        "mobile.repair",
        "service == 'mobile' and kind == 'repair'",
        "accepted",
        &[TERMINAL],
        &[("true", 48)],
    ),
    (
        "broadband.install",
        "service == 'broadband' and kind in ('install', 'move')",
        PAID,
        &[],
        &[("area == 'rural'", 480), ("true", 384)],
    ),
    (
        "broadband.repair",
        "service == 'broadband' and kind == 'repair'",
        "accepted",
        &[CUSTOMER, TERMINAL],
        BY_AREA,
    ),
    ("leased.opening", "service == 'leased' and kind == 'opening'", PAID, &[], &[]),
    (
        "leased.repair",
        "service == 'leased' and kind == 'repair'",
        "accepted",
        &[CUSTOMER, TERMINAL],
        &[],
    ),
    ("complaint.handling", "kind == 'complaint'", "accepted", &[], &[("true", 360)]),
];

fn make_definitions() -> Result<Vec<FigureDefinition>, Box<dyn Error>> {
    let mut found = Vec::new();
    for (id, population, start, own, late_after) in WAITS {
        found.push(FigureDefinition {
            id: (*id).to_owned(),
            population: parse_expression(population)?,
            period_moment: parse_expression("resolved")?,
            measure: FigureMeasure::Waited {
                start: parse_expression(start)?,
                stop: parse_expression("resolved")?,
                withdrawn: Some(parse_expression("cancelled")?),
                subtract: vec!["paused".to_owned()],
                rule: natural_rule(),
            },
            exclusions: parse_exclusions(own)?,
            late_after: parse_limits(late_after)?,
        });
    }
    for (id, population, hit, of) in [
        (
            "complaint.satisfaction",
            "kind == 'complaint'",
            "satisfaction == 'satisfied'",
            "present(satisfaction)",
        ),
        ("repair.reopened", "kind == 'repair'", "reopened > 0", "true"),
    ] {
        found.push(FigureDefinition {
            id: id.to_owned(),
            population: parse_expression(population)?,
            period_moment: parse_expression("resolved")?,
            measure: FigureMeasure::Share {
                hit: parse_expression(hit)?,
                of: parse_expression(of)?,
            },
            exclusions: parse_exclusions(&[])?,
            late_after: Vec::new(),
        });
    }
    Ok(found)
}

fn make_request() -> Result<Request, Box<dyn Error>> {
    let zone = TimeZone::get(ZONE)?;
    let dimension = |name: &str, key: DimensionKey| Dimension { name: name.to_owned(), key };
    Ok(Request {
        definitions: make_definitions()?,
        period: Period::parse("2020H1", &zone)?,
        dimensions: vec![
            dimension(
                "prefecture",
                DimensionKey::Prefix {
                    column: "region".to_owned(),
                    length: 4,
                    pad: "00".to_owned(),
                },
            ),
            dimension("month", DimensionKey::Month { zone: ZONE.to_owned() }),
            dimension("area", DimensionKey::Column("area".to_owned())),
        ],
        zone,
        calendars: Vec::new(),
    })
}

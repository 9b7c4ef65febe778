//! Writes Parquet files of invented cases, in the schema of the dataset `case`, for speed tests.
//!
//! `make_cases FOLDER ROWS [SEED]` writes files of a million rows. The same arguments give the same
//! rows. About 12 % of the rows have intervals; durations are skewed as waits are.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{
    Int64Builder, ListBuilder, StringBuilder, StringDictionaryBuilder, StructBuilder,
    TimestampSecondBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rayon::prelude::*;

const ROWS_PER_FILE: usize = 1_000_000;
const ROWS_PER_GROUP: usize = 524_288;
const ROWS_PER_BATCH: usize = 65_536;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, rows, rest @ ..] = arguments.as_slice() else {
        return Err("usage: make_cases FOLDER ROWS [SEED]".into());
    };
    let rows: usize = rows.replace('_', "").parse()?;
    let seed: u64 = rest.first().map_or(Ok(7), |seed| seed.parse())?;
    fs::create_dir_all(folder)?;
    let files = rows.div_ceil(ROWS_PER_FILE);
    let made: Result<(), String> = (0..files).into_par_iter().try_for_each(|file| {
        let first = file * ROWS_PER_FILE;
        let count = ROWS_PER_FILE.min(rows - first);
        let path = Path::new(folder).join(format!("cases-{file:03}.parquet"));
        write_file(&path, first, count, seed).map_err(|error| error.to_string())
    });
    Ok(made?)
}

fn write_file(path: &Path, first: usize, count: usize, seed: u64) -> Result<(), Box<dyn Error>> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build();
    let schema = Arc::new(case_schema());
    let mut writer = ArrowWriter::try_new(File::create(path)?, schema, Some(properties))?;
    let mut done = 0;
    while done < count {
        let rows = ROWS_PER_BATCH.min(count - done);
        writer.write(&make_batch(first + done, rows, seed))?;
        done += rows;
    }
    writer.close()?;
    Ok(())
}

/// A generator whose sequence is fixed by its seed.
struct SeededChance(u64);

impl SeededChance {
    fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn number_below(&mut self, bound: u64) -> u64 {
        self.next_number() % bound
    }

    fn random_share(&mut self) -> f64 {
        (self.next_number() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn happens_with(&mut self, share: f64) -> bool {
        self.random_share() < share
    }

    fn pick_from<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.number_below(values.len() as u64) as usize]
    }

    /// Seconds with this mean, most below it and few far above.
    fn draw_wait(&mut self, mean: f64) -> i64 {
        (-(1.0 - self.random_share()).ln() * mean) as i64 + 1
    }
}

/// What cases there are: share in thousandths, kind, service, mean seconds.
const KINDS: &[(u64, &str, &str, f64)] = &[
    (90, "install", "fixed", 72_000.0),
    (20, "move", "fixed", 90_000.0),
    (110, "repair", "fixed", 28_000.0),
    (120, "change", "mobile", 1_200.0),
    (90, "restore", "mobile", 1_500.0),
    (80, "repair", "mobile", 6_800.0),
    (130, "install", "broadband", 73_000.0),
    (30, "move", "broadband", 80_000.0),
    (190, "repair", "broadband", 17_800.0),
    (8, "opening", "leased", 194_000.0),
    (7, "repair", "leased", 8_600.0),
    (85, "complaint", "mobile", 41_500.0),
    (25, "complaint", "broadband", 41_500.0),
    (15, "enquiry", "mobile", 600.0),
];

const CAUSES: &[&str] =
    &["cable", "card", "power", "terminal", "weather", "theft", "works", "settings", "unknown"];

struct Builders {
    labels: Vec<StringDictionaryBuilder<Int32Type>>,
    keys: StringBuilder,
    lines: StringBuilder,
    moments: Vec<TimestampSecondBuilder>,
    reopened: Int64Builder,
    intervals: ListBuilder<StructBuilder>,
    source_lines: Int64Builder,
    source_texts: StringBuilder,
}

const LABELS: [&str; 12] = [
    "source",
    "kind",
    "service",
    "region",
    "area",
    "channel",
    "maintainer",
    "cause",
    "excluded",
    "excluded_by",
    "satisfaction",
    "precision",
];
const MOMENTS: [&str; 10] = [
    "accepted",
    "paid",
    "first_contact",
    "appointment",
    "arrived",
    "resolved",
    "confirmed",
    "closed",
    "cancelled",
    "revised",
];

fn label_type() -> DataType {
    DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into())
}

fn moment_type() -> DataType {
    DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))
}

fn interval_fields() -> Fields {
    let label = |name: &str| Field::new(name, label_type(), true);
    let moment = |name: &str| Field::new(name, moment_type(), true);
    Fields::from(vec![
        label("kind"),
        moment("from"),
        moment("to"),
        label("reason"),
        label("requested_by"),
        label("approved_by"),
        Field::new("evidence", DataType::Utf8, true),
    ])
}

fn case_schema() -> Schema {
    let label = |name: &str| Field::new(name, label_type(), true);
    let moment = |name: &str| Field::new(name, moment_type(), true);
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let item = Field::new("item", DataType::Struct(interval_fields()), true);
    let mut fields = vec![label("source"), text("source_key")];
    fields.extend(["kind", "service", "region", "area"].map(label));
    fields.push(text("line"));
    fields.extend(["channel", "maintainer", "cause"].map(label));
    fields.extend(MOMENTS[..9].iter().map(|name| moment(name)));
    fields.extend(["excluded", "excluded_by", "satisfaction"].map(label));
    fields.push(Field::new("reopened", DataType::Int64, true));
    fields.push(Field::new("intervals", DataType::List(Arc::new(item)), true));
    fields.extend([label("precision"), moment("revised"), label("source_file")]);
    fields.push(Field::new("source_line", DataType::Int64, false));
    fields.push(text("source_text"));
    Schema::new(fields)
}

impl Builders {
    fn new() -> Builders {
        let moment = || TimestampSecondBuilder::new().with_data_type(moment_type());
        let label = || Box::new(StringDictionaryBuilder::<Int32Type>::new());
        let fields: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> = vec![
            label(),
            Box::new(moment()),
            Box::new(moment()),
            label(),
            label(),
            label(),
            Box::new(StringBuilder::new()),
        ];
        Builders {
            labels: LABELS.iter().map(|_| StringDictionaryBuilder::new()).collect(),
            keys: StringBuilder::new(),
            lines: StringBuilder::new(),
            moments: MOMENTS.iter().map(|_| moment()).collect(),
            reopened: Int64Builder::new(),
            intervals: ListBuilder::new(StructBuilder::new(interval_fields(), fields)),
            source_lines: Int64Builder::new(),
            source_texts: StringBuilder::new(),
        }
    }

    fn append_label(&mut self, name: &str, value: Option<&str>) {
        let place = LABELS.iter().position(|known| *known == name);
        self.labels[place.expect("a label of the schema")].append_option(value);
    }

    fn append_moment(&mut self, name: &str, value: Option<i64>) {
        let place = MOMENTS.iter().position(|known| *known == name);
        self.moments[place.expect("a moment of the schema")].append_option(value);
    }
}

fn make_batch(first: usize, rows: usize, seed: u64) -> RecordBatch {
    let mut chance = SeededChance(seed ^ (first as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut builders = Builders::new();
    for row in first..first + rows {
        append_case(&mut builders, &mut chance, row);
    }
    finish_batch(builders)
}

fn append_case(builders: &mut Builders, chance: &mut SeededChance, row: usize) {
    let mut roll = chance.number_below(1000);
    let mut chosen = KINDS[0];
    for kind in KINDS {
        chosen = *kind;
        if roll < kind.0 {
            break;
        }
        roll -= kind.0;
    }
    let (_, kind, service, mean) = chosen;
    let city = chance.number_below(11) + 1;
    let region = format!("14{city:02}{:02}", chance.number_below(9) + 21);
    let is_rural = chance.happens_with(0.35);
    let area = if is_rural { "rural" } else { "urban" };
    builders.append_label("source", Some("made"));
    builders.keys.append_value(format!("M{row:010}"));
    builders.append_label("kind", Some(kind));
    builders.append_label("service", Some(service));
    builders.append_label("region", Some(&region));
    builders.append_label("area", Some(area).filter(|_| chance.happens_with(0.97)));
    builders.lines.append_value(format!("{:016x}", chance.next_number()));
    builders.append_label("channel", Some(chance.pick_from(&["10010", "app", "hall", "web"])));
    let is_repair = kind == "repair";
    let is_customers = chance.happens_with(0.04);
    let maintainer = if is_customers { "customer" } else { "operator" };
    builders.append_label("maintainer", Some(maintainer).filter(|_| is_repair));
    let cause = chance.pick_from(CAUSES);
    builders.append_label("cause", Some(cause).filter(|_| is_repair));
    append_moments(builders, chance, (kind, mean, is_rural));
    let is_excluded = chance.happens_with(0.02);
    let reason = chance.pick_from(&["storm", "customer_refused", "duplicate"]);
    builders.append_label("excluded", Some(reason).filter(|_| is_excluded));
    let approver = chance.pick_from(&["liu", "wang", ""]);
    builders.append_label("excluded_by", Some(approver).filter(|_| is_excluded));
    let answer =
        chance.pick_from(&["satisfied", "satisfied", "satisfied", "neutral", "dissatisfied"]);
    let asked = kind == "complaint" && chance.happens_with(0.6);
    builders.append_label("satisfaction", Some(answer).filter(|_| asked));
    builders.reopened.append_value(i64::from(chance.happens_with(0.03)));
    builders.append_label("precision", Some("s"));
    builders.source_lines.append_value(row as i64 + 2);
    builders.source_texts.append_null();
}

fn append_moments(
    builders: &mut Builders,
    chance: &mut SeededChance,
    (kind, mean, is_rural): (&str, f64, bool),
) {
    // From mid-December to the end of June, local time.
    let accepted = 1_576_339_200 + chance.number_below(198 * 86_400) as i64;
    let pays = matches!(kind, "install" | "move" | "opening" | "restore" | "change");
    let paid = accepted + chance.draw_wait(1800.0) - 900;
    let start = if pays { accepted.max(paid) } else { accepted };
    let mean = if is_rural { mean * 1.25 } else { mean };
    let wait = chance.draw_wait(mean);
    let pause = chance.happens_with(0.12).then(|| {
        let from = start + chance.number_below(wait as u64 + 1) as i64;
        (from, from + chance.draw_wait(mean / 3.0))
    });
    let paused = pause.map_or(0, |(from, to)| to - from);
    let is_cancelled = chance.happens_with(0.01);
    let resolved = start + wait + paused;
    let is_resolved = !is_cancelled && chance.happens_with(0.995);
    let late = |chance: &mut SeededChance, mean: f64| resolved + chance.draw_wait(mean);
    builders.append_moment("accepted", Some(accepted));
    builders.append_moment("paid", Some(paid).filter(|_| pays));
    builders.append_moment("first_contact", Some(accepted + chance.draw_wait(900.0)));
    let visits = matches!(kind, "install" | "move" | "repair" | "opening");
    builders.append_moment("appointment", Some(resolved - 3600).filter(|_| visits));
    builders.append_moment("arrived", Some(resolved - 1800).filter(|_| visits));
    builders.append_moment("resolved", Some(resolved).filter(|_| is_resolved));
    let confirmed = late(chance, 7200.0);
    builders.append_moment("confirmed", Some(confirmed).filter(|_| is_resolved));
    let closed = late(chance, 20_000.0);
    builders.append_moment("closed", Some(closed).filter(|_| is_resolved));
    builders.append_moment("cancelled", Some(start + wait / 2).filter(|_| is_cancelled));
    builders.append_moment("revised", Some(closed + 86_400));
    if let Some((from, to)) = pause {
        append_interval(builders, chance, (from, Some(to)));
        if chance.happens_with(0.15) {
            append_interval(builders, chance, (from + (to - from) / 2, Some(to + 300)));
        }
    }
    builders.intervals.append(true);
}

fn append_interval(
    builders: &mut Builders,
    chance: &mut SeededChance,
    (from, to): (i64, Option<i64>),
) {
    let kind = chance.pick_from(&["paused", "paused", "paused", "awaiting_confirmation"]);
    let reason = chance.pick_from(&["customer_away", "no_line", "weather", "access_refused"]);
    let approver = chance.pick_from(&["liu", "wang", "zhao", ""]);
    let row = builders.intervals.values();
    let mut label = |at: usize, value: Option<&str>| {
        let field = row.field_builder::<StringDictionaryBuilder<Int32Type>>(at);
        field.expect("a label").append_option(value);
    };
    label(0, Some(kind));
    label(3, Some(reason));
    label(4, None);
    label(5, Some(approver).filter(|approver| !approver.is_empty()));
    let mut moment = |at: usize, value: Option<i64>| {
        let field = row.field_builder::<TimestampSecondBuilder>(at);
        field.expect("a moment").append_option(value);
    };
    moment(1, Some(from));
    moment(2, to);
    let evidence = row.field_builder::<StringBuilder>(6);
    evidence.expect("a text").append_null();
    row.append(true);
}

fn finish_batch(builders: Builders) -> RecordBatch {
    let Builders {
        mut labels,
        mut keys,
        mut lines,
        mut moments,
        mut reopened,
        mut intervals,
        mut source_lines,
        mut source_texts,
    } = builders;
    let rows = keys.len_of();
    let schema = Arc::new(case_schema());
    let columns: Vec<ArrayRef> = schema
        .fields()
        .iter()
        .map(|field| -> ArrayRef {
            let name = field.name().as_str();
            if let Some(place) = LABELS.iter().position(|known| *known == name) {
                return Arc::new(labels[place].finish());
            }
            if let Some(place) = MOMENTS.iter().position(|known| *known == name) {
                return Arc::new(moments[place].finish());
            }
            match name {
                "source_key" => Arc::new(keys.finish()),
                "line" => Arc::new(lines.finish()),
                "reopened" => Arc::new(reopened.finish()),
                "intervals" => Arc::new(intervals.finish()),
                "source_line" => Arc::new(source_lines.finish()),
                "source_text" => Arc::new(source_texts.finish()),
                _ => {
                    let mut file = StringDictionaryBuilder::<Int32Type>::new();
                    for _ in 0..rows {
                        file.append_value("sha256:0000000000000000");
                    }
                    Arc::new(file.finish())
                }
            }
        })
        .collect();
    RecordBatch::try_new(schema, columns).expect("columns in the order of the schema")
}

trait BuilderLength {
    fn len_of(&self) -> usize;
}

impl BuilderLength for StringBuilder {
    fn len_of(&self) -> usize {
        arrow_array::builder::ArrayBuilder::len(self)
    }
}

//! Tests as tables of text: rows and a definition go in, figures come out. Adding a case in
//! `tables/` needs no Rust.
//!
//! A file holds tests. Each starts with `== what it shows`, then has a pack (`pack NAME`, or lines
//! after `pack:`), tables of rows (`rows DATASET:`), and figures (`figures PERIOD by NAME,…
//! where NAME=VALUE,…:`). Times are local to the pack. An interval is written
//! `kind from..to reason/approver`; several are separated by `;`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Float64Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use trueline_figures::Period;
use trueline_lake::ValueKind;

use super::{
    FigureQuestion, FigureResults, FigureRow, Filter, MemoryRecords, Pack, compute_figures,
    load::parse_pack, load_pack,
};
use crate::datasets::Dataset;
use crate::program::datasets;
use crate::systems::cases::CASE;

#[test]
fn every_table_gives_its_figures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/systems/indicators/tables");
    let mut tests = 0;
    let mut wrong = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder of tables") {
        let path = entry.expect("a table").path();
        let text = std::fs::read_to_string(&path).expect("a table is UTF-8");
        for test in text.split("\n== ").skip(1) {
            let (title, body) = test.split_once('\n').unwrap_or((test, ""));
            tests += 1;
            if let Err(problem) = run_test(body) {
                let file = path.file_name().unwrap_or_default().display();
                write!(wrong, "\n{file}: {title}\n  {problem}").expect("a text takes text");
            }
        }
    }
    assert!(tests > 0, "there are no tables");
    assert!(wrong.is_empty(), "{wrong}");
}

fn run_test(body: &str) -> Result<(), String> {
    let mut pack = None;
    let mut records = MemoryRecords::default();
    let mut checked = 0;
    for (head, lines) in split_blocks(body) {
        let words: Vec<&str> = head.trim_end_matches(':').split_whitespace().collect();
        match words.as_slice() {
            ["pack", name] => {
                pack = Some(load_pack(name, &[], &datasets()).map_err(|e| e.to_string())?);
            }
            ["pack"] => {
                pack = Some(
                    parse_pack("test.toml", &lines.join("\n"), &datasets())
                        .map_err(|e| e.to_string())?,
                );
            }
            ["rows", dataset] => {
                let dataset = find_dataset(dataset)?;
                let zone = pack.as_ref().map_or("Asia/Shanghai", |pack| pack.zone.name());
                let batch = build_batch(dataset, &lines, zone)?;
                records.batches.entry(dataset).or_default().push(batch);
            }
            ["figures", period, rest @ ..] => {
                let pack = pack.as_ref().ok_or("name a pack first")?;
                let results = answer_question(pack, &records, period, rest)?;
                for line in &lines {
                    check_figure(pack, &results, line)?;
                    checked += 1;
                }
            }
            other => return Err(format!("no such block: {other:?}")),
        }
    }
    if checked == 0 {
        return Err("the test checks nothing".to_owned());
    }
    Ok(())
}

/// Splits a test into blocks: lines at the margin are heads, and indented lines belong to the head
/// above them.
fn split_blocks(body: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in body.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match (line.strip_prefix("  "), blocks.last_mut()) {
            (Some(inside), Some(block)) => block.1.push(inside),
            (_, _) => blocks.push((line, Vec::new())),
        }
    }
    blocks
}

fn find_dataset(name: &str) -> Result<Dataset, String> {
    let found = datasets().find(name);
    found.ok_or_else(|| format!("no dataset {name}"))
}

fn answer_question(
    pack: &Pack,
    records: &MemoryRecords,
    period: &str,
    rest: &[&str],
) -> Result<FigureResults, String> {
    let zone = pack.zone.rules().clone();
    let mut question =
        FigureQuestion::about_period(Period::parse(period, &zone).map_err(|e| e.to_string())?);
    for pair in rest.chunks(2) {
        match pair {
            ["by", names] => question.by = names.split(',').map(str::to_owned).collect(),
            ["where", text] => {
                question.filter = Filter::parse(pack, text).map_err(|e| e.to_string())?;
            }
            other => return Err(format!("write `by …` or `where …`, not {other:?}")),
        }
    }
    compute_figures(pack, &question, records).map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        format!("{error}: {}", source.unwrap_or_default())
    })
}

/// `fixed.repair.mean[area=urban] | 7.41 | n=12 late=0`
fn check_figure(pack: &Pack, results: &FigureResults, line: &str) -> Result<(), String> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let [id, printed, facts @ ..] = parts.as_slice() else {
        return Err(format!("a figure needs an id and a value: {line}"));
    };
    if *printed == "absent" {
        return match results.find_figure(id) {
            None => Ok(()),
            Some(row) => Err(format!("{id}: there, as {}", row.printed)),
        };
    }
    let row = results.find_figure(id).ok_or_else(|| format!("{id}: no such row"))?;
    if row.printed != *printed {
        return Err(format!("{id}: {} where {printed} was expected", row.printed));
    }
    for fact in facts.iter().flat_map(|facts| facts.split_whitespace()) {
        let (name, expected) = fact.split_once('=').ok_or_else(|| format!("no fact: {fact}"))?;
        let found = read_fact(pack, row, name);
        if found != expected {
            return Err(format!("{id}: {name}={found} where {expected} was expected"));
        }
    }
    Ok(())
}

fn read_fact(pack: &Pack, row: &FigureRow, name: &str) -> String {
    let number = |value: Option<f64>| value.map_or("—".to_owned(), |v| format!("{v:.2}"));
    let whole = |value: Option<i64>| value.map_or("—".to_owned(), |v| v.to_string());
    match name {
        "n" => row.n.to_string(),
        "late" => row.late.to_string(),
        "limited" => row.limited.to_string(),
        "sum" => whole(row.sum),
        "longest" => whole(row.longest),
        "unmeasurable" => row.unmeasurable.to_string(),
        "unit" => row.unit.clone(),
        "status" => format!("{:?}", row.status),
        "p50" => row.percentiles.map_or("—".to_owned(), |p| p.p50.to_string()),
        "p95" => row.percentiles.map_or("—".to_owned(), |p| p.p95.to_string()),
        "without_exclusions" => number(row.without_exclusions),
        "without_pauses" => number(row.without_pauses),
        "low" => number(row.interval.as_ref().map(|interval| interval.low)),
        "high" => number(row.interval.as_ref().map(|interval| interval.high)),
        "open" => row.open.as_ref().map_or("—".to_owned(), |open| open.n.to_string()),
        "past" => row.open.as_ref().map_or("—".to_owned(), |open| open.past_limit.to_string()),
        "excluded" => {
            let each = row.excluded.iter().map(|e| {
                let alone = if e.without_approver > 0 { "!" } else { "" };
                format!("{}:{}{alone}", e.reason, e.n)
            });
            each.collect::<Vec<_>>().join(",")
        }
        "subtracted" => {
            let each = row.subtracted.iter().map(|s| format!("{}:{}", s.reason, s.seconds));
            each.collect::<Vec<_>>().join(",")
        }
        "limits" => {
            let each = row.limits.iter().map(|limit| {
                let met = limit.met.map_or("?", |met| if met { "kept" } else { "broken" });
                let known = if limit.verified { "" } else { "~" };
                format!("{}:{}{}{known}:{met}", limit.by, limit.value, limit.unit)
            });
            each.collect::<Vec<_>>().join(",")
        }
        "needed" => row.bound.as_ref().map_or("—".to_owned(), |b| b.records_needed.to_string()),
        "version" => pack.version.clone(),
        other => format!("no fact is called {other}"),
    }
}

pub(crate) fn build_batch(
    dataset: Dataset,
    lines: &[&str],
    zone: &str,
) -> Result<RecordBatch, String> {
    let cells = |line: &str| -> Vec<String> {
        line.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let [head, rows @ ..] = lines else {
        return Err("a table needs a head".to_owned());
    };
    let head = cells(head);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let mut columns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (at, name) in head.iter().enumerate() {
        let values = rows.iter().map(|row| row.get(at).cloned().unwrap_or_default());
        columns.insert(name, values.collect());
    }
    let schema = dataset.schema();
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    let mut push = |name: &str, array: ArrayRef| {
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    };
    for column in &schema.columns {
        let given = columns.remove(column.name).unwrap_or_else(|| match column.name {
            "source" => vec!["test".to_owned(); rows.len()],
            "source_key" => (0..rows.len()).map(|row| format!("{row:04}")).collect(),
            "role" => vec!["input".to_owned(); rows.len()],
            _ => vec![String::new(); rows.len()],
        });
        push(column.name, build_array(column.kind, &given, zone)?);
    }
    if dataset.holds_cases() {
        let given = columns.remove("intervals").unwrap_or_else(|| vec![String::new(); rows.len()]);
        push("intervals", build_intervals(&given, zone)?);
    }
    for (name, values) in columns {
        if !name.starts_with("x_") && name != "precision" {
            return Err(format!("{} has no column {name}", schema.name));
        }
        push(name, build_array(ValueKind::Label, &values, zone)?);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|e| e.to_string())
}

fn build_array(kind: ValueKind, values: &[String], zone: &str) -> Result<ArrayRef, String> {
    let given = |value: &'_ String| Some(value.clone()).filter(|value| !value.is_empty());
    let array: ArrayRef = match kind {
        ValueKind::Label | ValueKind::Text | ValueKind::Boolean => {
            Arc::new(values.iter().map(given).collect::<StringArray>())
        }
        ValueKind::Integer => {
            Arc::new(values.iter().map(|v| v.parse().ok()).collect::<Int64Array>())
        }
        ValueKind::Number => {
            Arc::new(values.iter().map(|v| v.parse().ok()).collect::<Float64Array>())
        }
        ValueKind::Moment => {
            let moments: Result<Vec<Option<i64>>, String> = values
                .iter()
                .map(|value| given(value).map(|text| parse_moment(&text, zone)).transpose())
                .collect();
            Arc::new(Int64Array::from(moments?))
        }
    };
    cast(&array, &kind.data_type()).map_err(|e| e.to_string())
}

fn parse_moment(text: &str, zone: &str) -> Result<i64, String> {
    let civil = match text.parse::<DateTime>() {
        Ok(civil) => civil,
        Err(error) => return Err(format!("{text}: {error}")),
    };
    let zone = TimeZone::get(zone).map_err(|e| e.to_string())?;
    let instant = zone.to_timestamp(civil).map_err(|e| e.to_string())?;
    Ok(instant.as_second())
}

fn build_intervals(values: &[String], zone: &str) -> Result<ArrayRef, String> {
    let mut lengths = Vec::new();
    let mut texts: Vec<[String; 5]> = Vec::new();
    for value in values {
        let before = texts.len();
        for part in value.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let [kind, span, rest @ ..] = words.as_slice() else {
                return Err(format!("no interval: {part}"));
            };
            let (from, to) = span.split_once("..").ok_or_else(|| format!("no span: {span}"))?;
            let (reason, approver) = match rest.first() {
                Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
                None => ("", ""),
            };
            texts.push([kind, &from, &to, &reason, &approver].map(|text| (*text).to_owned()));
        }
        lengths.push(texts.len() - before);
    }
    let schema = CASE.schema();
    let list = &schema.lists[0];
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in &list.columns {
        let at = ["kind", "from", "to", "reason", "approved_by"]
            .iter()
            .position(|name| *name == column.name);
        let values: Vec<String> =
            texts.iter().map(|text| at.map(|at| text[at].clone()).unwrap_or_default()).collect();
        let array = build_array(column.kind, &values, zone)?;
        fields.push(Arc::new(Field::new(column.name, array.data_type().clone(), true)));
        arrays.push(array);
    }
    let structs = StructArray::new(fields.into(), arrays, None);
    let item = Arc::new(Field::new("item", DataType::clone(structs.data_type()), false));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::new(item, offsets, Arc::new(structs), None)))
}

//! `trueline quality`: what in the imported cases looks wrong, and what to do about it.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use serde_json::{Value, json};
use trueline_lake::{Lake, LakeError, ScanTask};

use super::arguments::Quality;
use super::place::Place;
use super::{Align, Failure, Format, Language, Table, question};
use crate::systems::cases::case_schema;
use crate::systems::cases::quality::{self, Finding, Options};
use crate::systems::indicators::{self, Dataset, LimitKind, Pack};

pub(super) fn run(asked: &Quality, place: &Place, language: Language) -> Result<(), Failure> {
    let instance = place.open()?;
    let name = &instance.settings.instance.pack;
    let pack = indicators::load(name, &instance.pack_folders())?;
    let as_of = question::moment(asked.as_of.as_deref())?;
    let found = findings(&instance.lake()?, &pack, as_of, super::now())?;
    let json: Vec<Value> = found.iter().map(finding_json).collect();
    let mut table = Table::new(&[
        (language.pick("问题", "problem"), Align::Left),
        (language.pick("列", "column"), Align::Left),
        (language.pick("行数", "rows"), Align::Right),
        (language.pick("把握", "certainty"), Align::Left),
        (language.pick("例", "example"), Align::Left),
    ]);
    for finding in &found {
        let example = finding.examples.first().map_or(String::new(), |one| one.case.clone());
        table.row(vec![
            kind(finding, language).to_owned(),
            finding.column.clone(),
            finding.rows.to_string(),
            certainty(finding, language).to_owned(),
            example,
        ]);
    }
    if asked.format == Format::Table && table.is_empty() {
        println!("{}", language.pick("未发现数据质量问题", "no data-quality problem found"));
        return Ok(());
    }
    table.print(asked.format, &Value::Array(json))?;
    if asked.format == Format::Table {
        for finding in &found {
            let (says, does) = told(finding, language);
            let (kind, code) = (kind(finding, language), finding.kind.code());
            println!("\n{kind} [{code}] ({}): {says}\n  → {does}", finding.column);
        }
    }
    Ok(())
}

/// What kind of problem a finding is about.
pub(super) fn kind(finding: &Finding, language: Language) -> &'static str {
    let (chinese, english) = finding.kind.name();
    language.pick(chinese, english)
}

/// How sure the finder is.
pub(super) fn certainty(finding: &Finding, language: Language) -> &'static str {
    let (chinese, english) = finding.certainty.name();
    language.pick(chinese, english)
}

/// What is wrong, and what to do.
pub(super) fn told(finding: &Finding, language: Language) -> (&str, &str) {
    language.pick(
        (&finding.explanation.zh, &finding.remedy.zh),
        (&finding.explanation.en, &finding.remedy.en),
    )
}

/// Looks twice at every case that counts at the cut.
pub(super) fn findings(
    lake: &Lake,
    pack: &Pack,
    as_of: Option<i64>,
    now: i64,
) -> Result<Vec<Finding>, Failure> {
    let schema = case_schema();
    if lake.manifest(schema.name)?.batches.is_empty() {
        return Ok(Vec::new());
    }
    let extras = lake.extras(&schema)?;
    let arrow = schema.arrow();
    let mut columns: Vec<&str> = arrow.fields().iter().map(|field| field.name().as_str()).collect();
    columns.extend(extras.iter().map(String::as_str));
    let tasks: Vec<ScanTask> = lake.scan(&schema, &columns, as_of)?;
    let options =
        Options { zone: pack.zone.clone(), as_of: as_of.unwrap_or(now), limits: limits(pack) };
    let mut profile = quality::Profile::new(&options)?;
    each(&tasks, |batch| profile.observe(batch))?;
    let mut evidence = profile.suspect();
    each(&tasks, |batch| evidence.observe(batch))?;
    Ok(evidence.findings())
}

fn each(tasks: &[ScanTask], mut look: impl FnMut(&RecordBatch)) -> Result<(), LakeError> {
    for task in tasks {
        for batch in task.batches() {
            look(&batch?);
        }
    }
    Ok(())
}

/// The limits that cases of a kind have to keep, for what happens just before one.
fn limits(pack: &Pack) -> BTreeMap<String, Vec<i64>> {
    let mut limits: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let cases = pack.indicators.iter().filter(|indicator| indicator.dataset == Dataset::Case);
    for indicator in cases {
        let seconds = indicator.limits.iter().filter_map(|limit| match &limit.kind {
            LimitKind::Longest(trueline_clock::Limit::Elapsed { seconds }) => Some(*seconds),
            _ => None,
        });
        let seconds: Vec<i64> = seconds.collect();
        for kind in ["repair", "complaint", "install", "move", "change", "restore", "opening"] {
            if indicator.population.text.contains(&format!("\"{kind}\"")) {
                limits.entry(kind.to_owned()).or_default().extend(&seconds);
            }
        }
    }
    for seconds in limits.values_mut() {
        seconds.sort_unstable();
        seconds.dedup();
    }
    limits
}

/// A finding for programs.
pub(super) fn finding_json(finding: &Finding) -> Value {
    let examples: Vec<Value> = finding
        .examples
        .iter()
        .map(|example| json!({ "case": example.case, "line": example.line }))
        .collect();
    json!({
        "kind": finding.kind.code(),
        "column": finding.column,
        "rows": finding.rows,
        "certainty": finding.certainty.code(),
        "explanation": { "zh": finding.explanation.zh, "en": finding.explanation.en },
        "remedy": { "zh": finding.remedy.zh, "en": finding.remedy.en },
        "examples": examples,
        "effect": finding.effect.map(|effect| json!({
            "mean_seconds_with": effect.mean_seconds_with,
            "mean_seconds_without": effect.mean_seconds_without,
        })),
    })
}

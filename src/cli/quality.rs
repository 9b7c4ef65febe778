//! `trueline quality`: what in the imported cases looks wrong, and what to do about it.

use serde_json::{Value, json};

use super::arguments::QualityArguments;
use super::place::InstanceFolders;
use super::question::parse_moment;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::systems::intake::quality::QualityFinding;
use crate::systems::{cases, indicators};

pub(super) fn run_quality(
    asked: &QualityArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let state = place.open_instance()?.state;
    let pack = indicators::load_pack(&state.pack, &state.instance.pack_folders(), &state.datasets)?;
    let as_of = parse_moment(asked.as_of.as_deref())?;
    let found = cases::find_quality_problems(&state.open_lake()?, &pack, as_of, state.clock.now())?;
    let json: Vec<Value> = found.iter().map(finding_to_json).collect();
    let mut table = TextTable::new(&[
        (language.pick("问题", "problem"), Align::Left),
        (language.pick("列", "column"), Align::Left),
        (language.pick("行数", "rows"), Align::Right),
        (language.pick("把握", "certainty"), Align::Left),
        (language.pick("例", "example"), Align::Left),
    ]);
    for finding in &found {
        let example = finding.examples.first().map_or(String::new(), |one| one.case.clone());
        table.add_row(vec![
            name_kind(finding, language).to_owned(),
            finding.column.clone(),
            finding.rows.to_string(),
            name_certainty(finding, language).to_owned(),
            example,
        ]);
    }
    if asked.format == OutputFormat::Table && table.is_empty() {
        println!("{}", language.pick("未发现数据质量问题", "no data-quality problem found"));
        return Ok(());
    }
    table.print_as(asked.format, &Value::Array(json))?;
    if asked.format == OutputFormat::Table {
        for finding in &found {
            let (says, does) = describe_finding(finding, language);
            let (kind, code) = (name_kind(finding, language), finding.kind.code());
            println!("\n{kind} [{code}] ({}): {says}\n  → {does}", finding.column);
        }
    }
    Ok(())
}

/// What kind of problem a finding is about.
pub(super) fn name_kind(finding: &QualityFinding, language: Language) -> &'static str {
    let (chinese, english) = finding.kind.name();
    language.pick(chinese, english)
}

/// How sure the finder is.
pub(super) fn name_certainty(finding: &QualityFinding, language: Language) -> &'static str {
    let (chinese, english) = finding.certainty.name();
    language.pick(chinese, english)
}

/// What is wrong, and what to do.
pub(super) fn describe_finding(finding: &QualityFinding, language: Language) -> (&str, &str) {
    (finding.explanation.as_str(language), finding.remedy.as_str(language))
}

/// A finding for programs.
pub(super) fn finding_to_json(finding: &QualityFinding) -> Value {
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
        "explanation": finding.explanation,
        "remedy": finding.remedy,
        "examples": examples,
        "effect": finding.effect.map(|effect| json!({
            "mean_seconds_with": effect.mean_seconds_with,
            "mean_seconds_without": effect.mean_seconds_without,
        })),
    })
}

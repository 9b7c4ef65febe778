//! What was found in the field, and what it supports.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use trueline_language::{Text, text};
use trueline_numbers::error_rate_upper_bound;

use super::columns::{CASE_HEADS, FOUND_HEADS};
use super::{DrawnCase, Failure, Language, OutputFormat, read_named_file};

/// How sure the stated bound is.
pub(super) const CONFIDENCE: f64 = 0.95;

/// A rate in percent, rounded up to two digits: a bound must not be printed below its value.
pub(super) fn format_rate(rate: f64) -> String {
    let percent = rate * 100.0;
    let decimals = if percent >= 10.0 {
        0
    } else if percent >= 1.0 {
        1
    } else {
        2
    };
    let scale = 10_f64.powi(decimals);
    let decimals = usize::try_from(decimals).unwrap_or_default();
    format!("{:.decimals$}%", (percent * scale).ceil() / scale)
}

/// What the answers support.
pub(super) fn judge_answers(
    drawn: &[DrawnCase],
    path: &Path,
    format: OutputFormat,
    language: Language,
) -> Result<(), Failure> {
    let answers = read_answers(path)?;
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    for one in drawn {
        match answers.get(&one.case_name()) {
            Some(Some(true)) => {}
            Some(Some(false)) => wrong.push(one.case_name()),
            Some(None) | None => open.push(one.case_name()),
        }
    }
    let strangers: Vec<&String> =
        answers.keys().filter(|case| !drawn.iter().any(|one| one.case_name() == **case)).collect();
    if !strangers.is_empty() {
        let list = strangers.iter().map(|case| case.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::negative_answer(text!(
            "抽查表中有并未抽中的工单：{list}",
            "the sheet holds cases that were not drawn: {list}"
        ))
        .with_next(text!(
            "请以制表时的同一文件、数值、件数和指标运行",
            "use the same file, value, number of cases and figure as for the sheet"
        )));
    }
    let n = drawn.len() as u64;
    // Whoever cannot show a case has not shown it to be true.
    let errors = (wrong.len() + open.len()) as u64;
    let bound = error_rate_upper_bound(errors, n, CONFIDENCE).unwrap_or(1.0);
    let (wrong_n, open_n, text) = (wrong.len(), open.len(), format_rate(bound));
    if format == OutputFormat::Json {
        let said = json!({
            "cases": n, "wrong": wrong, "unanswered": open, "level": CONFIDENCE, "upper_bound": bound,
        });
        println!("{}", serde_json::to_string_pretty(&said).map_err(Failure::from_foreign)?);
    } else {
        for case in &wrong {
            println!("✗ {case}");
        }
        for case in &open {
            println!("? {case}");
        }
        println!(
            "{}",
            language.pick(
                format!(
                    "抽查 {n} 件：不属实 {wrong_n} 件，没有结果 {open_n} 件（按不属实计）。\n\
                     以 95% 的把握，差错率不超过 {text}（Clopper–Pearson 单侧上限）。"
                ),
                format!(
                    "{n} cases: {wrong_n} not as recorded, {open_n} without an answer (counted as \
                     wrong).\nWith 95% confidence the error rate is at most {text} (one-sided \
                     Clopper–Pearson bound)."
                ),
            )
        );
    }
    if errors == 0 {
        return Ok(());
    }
    Err(Failure::negative_answer(text!(
        "{errors} 件未能证实",
        "{errors} cases could not be confirmed"
    )))
}

/// Case → whether it was found as recorded; `None` for one without an answer.
fn read_answers(path: &Path) -> Result<BTreeMap<String, Option<bool>>, Failure> {
    let bytes = read_named_file(path)?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        // Spreadsheets on Chinese systems save in this encoding.
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(Failure::from_foreign)?.clone();
    let named = |names: [&str; 2]| {
        let found = head.iter().position(|head| names.contains(&head.trim()));
        found.ok_or_else(|| {
            Failure::wrong_request(
                Text::new(
                    format!("{} 没有列“{}”", path.display(), names[0]),
                    format!("{} has no column `{}`", path.display(), names[1]),
                ),
                text!("请使用 --out 写出的抽查表", "use the sheet that --out wrote"),
            )
        })
    };
    let (case, found) = (named(CASE_HEADS)?, named(FOUND_HEADS)?);
    let mut answers = BTreeMap::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(Failure::from_foreign)?;
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        if cell(case).is_empty() {
            continue;
        }
        let answer = match cell(found).to_lowercase().as_str() {
            "" => None,
            "是" | "yes" | "y" | "1" | "true" => Some(true),
            "否" | "no" | "n" | "0" | "false" => Some(false),
            other => {
                return Err(Failure::wrong_request(
                    text!(
                        "{} 第 {} 行：“{other}”既不是“是”也不是“否”",
                        "{}, line {}: `{other}` is neither yes nor no",
                        path.display(),
                        number + 2
                    ),
                    text!(
                        "写 是 或 否；没有结果则留空",
                        "write yes or no; leave it empty without an answer"
                    ),
                ));
            }
        };
        answers.insert(cell(case).to_owned(), answer);
    }
    Ok(answers)
}

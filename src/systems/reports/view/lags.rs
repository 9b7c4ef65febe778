//! How late the records were committed to, as the report says it.

use trueline_numbers::Fraction;

use super::table::{ReportColumn, ReportTable};
use crate::systems::reports::lags::dataset_in_words;
use crate::systems::reports::model::{Language, QualityReport, ReportedLag};
use crate::systems::reports::print;

/// Seconds as days: `2.1`.
fn print_days(seconds: i64) -> String {
    print::format_decimals(seconds as f64 / 86_400.0, 1)
}

/// The share of late cases, rounded as published percentages are.
fn print_late_share(lag: &ReportedLag) -> String {
    let share = Fraction::new(i128::from(lag.late) * 100, i128::from(lag.cases));
    share.map_or(print::NOTHING.to_owned(), |share| share.print_percent(2))
}

/// What a reader must know before the numbers.
pub(super) fn introduce_lags(report: &QualityReport) -> String {
    let is_witnessed = report.lags.iter().all(|lag| lag.witnessed);
    match (report.language, is_witnessed) {
        (Language::Chinese, true) => format!("{LEAD_ZH}时间以见证方为准。"),
        (Language::Chinese, false) => {
            format!("{LEAD_ZH}时间为本企业自己的时钟，没有见证方佐证。")
        }
        (Language::English, true) => format!("{LEAD_EN} Times are those of a witness."),
        (Language::English, false) => {
            format!("{LEAD_EN} Times are the operator's own clock; no witness confirms them.")
        }
    }
}

const LEAD_ZH: &str = "封印只能证明记录入账之后没有改动，不能证明入账之前的情况：入账越晚，证明的就越少。\
    下表为自工单计入本期的时刻起，至载有该时刻的记录首次入账的时间，以及入账之后又有改动的件数。";

const LEAD_EN: &str = "A seal proves that records were not changed after they were committed to. It \
    says nothing about the time before: the later the commitment, the less it proves. The table \
    gives the time from the moment that counts a case to the first commitment of a record that \
    states it, and how many cases were changed after that.";

/// One row per dataset.
pub(super) fn tabulate_lags(report: &QualityReport) -> ReportTable {
    let columns = match report.language {
        Language::Chinese => [
            "记录",
            "本期件数",
            "中位（天）",
            "P95（天）",
            "超过7天",
            "占比（%）",
            "办结后改动",
            "期末后改动",
        ],
        Language::English => [
            "Records",
            "In the period",
            "Median, days",
            "P95, days",
            "Later than 7 days",
            "Share, %",
            "Changed after close",
            "Changed after the period",
        ],
    };
    let [first, numbers @ ..] = columns;
    let columns = std::iter::once(ReportColumn::for_words(first, 1));
    let row = |lag: &ReportedLag| {
        vec![
            capitalize_first(dataset_in_words(&lag.dataset, report.language)),
            print::format_count(lag.cases),
            print_days(lag.median),
            print_days(lag.p95),
            print::format_count(lag.late),
            print_late_share(lag),
            print::format_count(lag.changed_after_close),
            print::format_count(lag.changed_after_period),
        ]
    };
    ReportTable {
        title: None,
        columns: columns.chain(numbers.map(ReportColumn::for_numbers)).collect(),
        rows: report.lags.iter().map(row).collect(),
    }
}

fn capitalize_first(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

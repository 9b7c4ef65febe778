//! How late the records were committed to, as the report says it.

use trueline_numbers::Fraction;
use trueline_verify::Evidence;

use super::model::{Language, QualityReport, ReportedLag};
use super::print;
use super::view::{ReportColumn, ReportTable};

/// The lags of a period, from its evidence.
pub(super) fn lags(evidence: &Evidence, period: &str) -> Vec<ReportedLag> {
    let of_period = evidence.populations.iter().filter(|one| one.period == period);
    let lags = of_period.filter_map(|population| {
        let lag = population.lag.as_ref()?;
        Some(ReportedLag {
            dataset: population.dataset.clone(),
            cases: lag.cases,
            median: lag.median,
            p95: lag.p95,
            late: lag.late,
            changed_after_close: lag.changed_after_close,
            changed_after_period: lag.changed_after_period,
            witnessed: lag.witnessed,
        })
    });
    lags.collect()
}

/// A dataset in words.
pub(super) fn dataset_in_words(dataset: &str, language: Language) -> &str {
    match (dataset, language) {
        ("case", Language::Chinese) => "工单",
        ("case", Language::English) => "cases",
        ("billing_test", Language::Chinese) => "计费检测",
        ("billing_test", Language::English) => "billing tests",
        ("site", Language::Chinese) => "基站",
        ("site", Language::English) => "sites",
        (other, _) => other,
    }
}

/// Seconds as days: `2.1`.
pub(super) fn days(seconds: i64) -> String {
    print::fixed(seconds as f64 / 86_400.0, 1)
}

/// The share of late ones, as published percentages are rounded.
pub(super) fn late_share(lag: &ReportedLag) -> String {
    let share = Fraction::new(i128::from(lag.late) * 100, i128::from(lag.cases));
    share.map_or(print::NOTHING.to_owned(), |share| share.print_percent(2))
}

/// What a reader must know before the numbers.
pub(super) fn lead(report: &QualityReport) -> String {
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

/// A row a dataset.
pub(super) fn table(report: &QualityReport) -> ReportTable {
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
    let columns = std::iter::once(ReportColumn::words(first, 1));
    let row = |lag: &ReportedLag| {
        vec![
            capital(dataset_in_words(&lag.dataset, report.language)),
            print::count(lag.cases),
            days(lag.median),
            days(lag.p95),
            print::count(lag.late),
            late_share(lag),
            print::count(lag.changed_after_close),
            print::count(lag.changed_after_period),
        ]
    };
    ReportTable {
        title: None,
        columns: columns.chain(numbers.map(ReportColumn::number)).collect(),
        rows: report.lags.iter().map(row).collect(),
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

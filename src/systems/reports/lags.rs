//! How late the records of a period were committed to, dataset by dataset.

use trueline_verify::Evidence;

use super::model::{Language, ReportedLag};

/// The lags of a period, from its evidence.
pub(super) fn collect_lags(evidence: &Evidence, period: &str) -> Vec<ReportedLag> {
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

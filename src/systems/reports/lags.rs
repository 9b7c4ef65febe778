//! How late the records were committed to, as the report says it.

use trueline_numbers::Fraction;
use trueline_verify::Evidence;

use super::model::{DatasetLag, Language, Report};
use super::print;

/// The lags of a period, from its evidence.
pub fn lags(evidence: &Evidence, period: &str) -> Vec<DatasetLag> {
    let of_period = evidence.populations.iter().filter(|one| one.period == period);
    let lags = of_period.filter_map(|population| {
        let lag = population.lag.as_ref()?;
        Some(DatasetLag {
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
        ("case", Language::Zh) => "工单",
        ("case", Language::En) => "cases",
        ("billing_test", Language::Zh) => "计费检测",
        ("billing_test", Language::En) => "billing tests",
        ("site", Language::Zh) => "基站",
        ("site", Language::En) => "sites",
        (other, _) => other,
    }
}

/// Seconds as days: `2.1`.
pub(super) fn days(seconds: i64) -> String {
    print::fixed(seconds as f64 / 86_400.0, 1)
}

/// The share of late ones, as published percentages are rounded.
pub(super) fn late_share(lag: &DatasetLag) -> String {
    let share = Fraction::new(i128::from(lag.late) * 100, i128::from(lag.cases));
    share.map_or(print::NOTHING.to_owned(), |share| share.percent(2))
}

/// What a reader must know before the numbers.
pub(super) fn lead(language: Language) -> &'static str {
    match language {
        Language::Zh => {
            "封印只能证明记录入账之后没有改动，不能证明入账之前的情况：入账越晚，证明的就越少。"
        }
        Language::En => {
            "A seal proves that records were not changed after they were committed to. It says \
             nothing about the time before: the later the commitment, the less it proves."
        }
    }
}

/// One sentence a dataset.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    report.lags.iter().map(|lag| sentence(lag, report.language)).collect()
}

fn sentence(lag: &DatasetLag, language: Language) -> String {
    let what = dataset_in_words(&lag.dataset, language);
    let (median, p95) = (days(lag.median), days(lag.p95));
    let (cases, late) = (print::count(lag.cases), print::count(lag.late));
    let share = late_share(lag);
    let closed = print::count(lag.changed_after_close);
    let ended = print::count(lag.changed_after_period);
    match language {
        Language::Zh => {
            let time = match lag.witnessed {
                true => "时间以见证方为准",
                false => "时间为本企业时钟，无见证方佐证",
            };
            format!(
                "{what}{cases}件：自计入本期的时刻起，至该记录首次入账，中位{median}天，95%在\
                 {p95}天以内；超过7天的{late}件，占{share}%。入账后又改动的：办结后{closed}件，\
                 期末之后{ended}件。{time}。"
            )
        }
        Language::En => {
            let time = match lag.witnessed {
                true => "Times are a witness's",
                false => "Times are the operator's own clock, with no witness to them",
            };
            format!(
                "{cases} {what}: from the moment that counts one to its first commitment, a \
                 median of {median} days, 95 % within {p95} days; {late} ({share} %) later than \
                 7 days. Changed after they were committed to as closed: {closed}; by a batch \
                 after the end of the period: {ended}. {time}."
            )
        }
    }
}

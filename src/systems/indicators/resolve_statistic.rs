//! The published figures of an indicator: one `[[indicator.publish]]` each.

use toml::Spanned;
use trueline_language::{Phrase, phrase, text};

use super::file::PublishText;
use super::mistake::{Manuscript, PackResult};
use super::model::{Indicator, IndicatorMeasure, Pack, Statistic, StatisticKind};
use super::resolve_due::{DueText, resolve_due, write_due};
use super::resolve_value::{list_own_units, list_value_units};
use super::written_text::WrittenText;

const STATISTICS: &[&str] = &[
    "mean", "longest", "shortest", "median", "p80", "p95", "p99", "on_time", "within", "count",
    "sum", "share", "response", "bound", "rate",
];

/// Reads one `[[indicator.publish]]`.
pub(super) fn resolve_statistic(
    manuscript: &Manuscript,
    text: &PublishText,
    indicator: &Indicator,
    pack: &Pack,
) -> PackResult<Statistic> {
    let kind = resolve_kind(manuscript, text, indicator, pack)?;
    check_statistic(manuscript, text, &kind, indicator)?;
    check_unit(manuscript, &text.unit, &kind, indicator, pack)?;
    let name = text.id.as_ref().unwrap_or(&text.statistic);
    if name.get_ref().contains(['.', '[', ']', ' ']) {
        return Err(manuscript
            .mistake_at(
                &name.span(),
                phrase!("指标值的编号须为一个词", "the id of a figure is one word"),
            )
            .or_write(phrase!("只用字母、数字和 `_`", "use letters, digits and `_`"))
            .into());
    }
    let decimals = text.decimals.unwrap_or_else(|| default_decimals(&kind));
    Ok(Statistic {
        id: name.get_ref().clone(),
        kind,
        title: text.title.to_text(),
        unit: text.unit.get_ref().clone(),
        decimals,
        main: text.main.unwrap_or(true),
        note: text.note.as_ref().map(WrittenText::to_text),
    })
}

fn default_decimals(kind: &StatisticKind) -> u8 {
    match kind {
        StatisticKind::Count => 0,
        StatisticKind::Mean
        | StatisticKind::Longest
        | StatisticKind::Shortest
        | StatisticKind::Median
        | StatisticKind::Percentile(_)
        | StatisticKind::OnTime { .. }
        | StatisticKind::Within { .. }
        | StatisticKind::Sum
        | StatisticKind::Share
        | StatisticKind::Response
        | StatisticKind::Bound { .. }
        | StatisticKind::Rate => 2,
    }
}

fn resolve_kind(
    manuscript: &Manuscript,
    text: &PublishText,
    indicator: &Indicator,
    pack: &Pack,
) -> PackResult<StatisticKind> {
    let name = text.statistic.get_ref().as_str();
    Ok(match name {
        "mean" => StatisticKind::Mean,
        "longest" => StatisticKind::Longest,
        "shortest" => StatisticKind::Shortest,
        "median" => StatisticKind::Median,
        "count" => StatisticKind::Count,
        "sum" => StatisticKind::Sum,
        "share" => StatisticKind::Share,
        "response" => StatisticKind::Response,
        "rate" => StatisticKind::Rate,
        "on_time" => StatisticKind::OnTime { against: resolve_against(manuscript, text, pack)? },
        "bound" => StatisticKind::Bound { claim: resolve_claim(manuscript, text)? },
        "within" => resolve_within(manuscript, text, indicator, pack)?,
        other => StatisticKind::Percentile(resolve_percentile(manuscript, text, other)?),
    })
}

/// The claimed error rate that a bound is compared with.
fn resolve_claim(manuscript: &Manuscript, text: &PublishText) -> PackResult<f64> {
    match text.claim.as_ref().map(|claim| *claim.get_ref()) {
        Some(claim) if claim > 0.0 && claim < 1.0 => Ok(claim),
        Some(_) | None => Err(manuscript
            .mistake_at(
                &text.statistic.span(),
                phrase!(
                    "置信上限须与 0 至 1 之间的声称差错率比较",
                    "a bound is held against a claimed rate between 0 and 1"
                ),
            )
            .or_write(phrase!("请加上 `claim = 1e-4`", "add `claim = 1e-4`"))
            .into()),
    }
}

fn resolve_within(
    manuscript: &Manuscript,
    text: &PublishText,
    indicator: &Indicator,
    pack: &Pack,
) -> PackResult<StatisticKind> {
    let Some(within) = &text.within else {
        return Err(manuscript
            .mistake_at(
                &text.statistic.span(),
                phrase!("没有写明 `within` 的时限", "`within` of what?"),
            )
            .or_write(phrase!(
                "请加上 `within = { value = 24, unit = \"h\" }`",
                "add `within = { value = 24, unit = \"h\" }`"
            ))
            .into());
    };
    let due = DueText { value: &within.value, unit: &within.unit, counted: within.counted };
    Ok(StatisticKind::Within {
        due: resolve_due(manuscript, due, indicator, pack)?,
        text: write_due(due),
    })
}

/// The percent of a name such as `p95`.
fn resolve_percentile(manuscript: &Manuscript, text: &PublishText, name: &str) -> PackResult<f64> {
    match name.strip_prefix('p').and_then(|percent| percent.parse::<f64>().ok()) {
        Some(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        Some(_) | None => Err(manuscript
            .mistake_at(
                &text.statistic.span(),
                text!("没有统计量 `{name}`", "there is no statistic `{name}`"),
            )
            .or_one_of(name, STATISTICS.iter().copied())
            .into()),
    }
}

fn resolve_against(
    manuscript: &Manuscript,
    text: &PublishText,
    pack: &Pack,
) -> PackResult<Option<String>> {
    let Some(against) = &text.against else {
        return Ok(None);
    };
    if pack.generation_of(against.get_ref()).is_some() {
        return Ok(Some(against.get_ref().clone()));
    }
    let problem = text!(
        "`{}` 不是该指标包所继承的指标包",
        "`{}` is not a pack that this one inherits",
        against.get_ref()
    );
    Err(manuscript
        .mistake_at(&against.span(), problem)
        .or_one_of(against.get_ref(), pack.lineage.iter().map(|ancestor| ancestor.id.as_str()))
        .into())
}

/// Refuses a statistic that cannot be had from what the indicator measures.
fn check_statistic(
    manuscript: &Manuscript,
    text: &PublishText,
    kind: &StatisticKind,
    indicator: &Indicator,
) -> PackResult<()> {
    let waits = matches!(indicator.measure, IndicatorMeasure::Waited(_));
    let has_values = waits || matches!(indicator.measure, IndicatorMeasure::Amount { .. });
    let (possible, needs) = match kind {
        StatisticKind::Mean
        | StatisticKind::Longest
        | StatisticKind::Shortest
        | StatisticKind::Median
        | StatisticKind::Percentile(_) => (
            has_values,
            Phrase::new(
                "[indicator.clock] 或 [indicator.amount]",
                "a [indicator.clock] or [indicator.amount]",
            ),
        ),
        StatisticKind::OnTime { .. } | StatisticKind::Within { .. } => {
            (waits, Phrase::new("[indicator.clock]", "an [indicator.clock]"))
        }
        StatisticKind::Sum => {
            (has_values && !waits, Phrase::new("[indicator.amount]", "an [indicator.amount]"))
        }
        StatisticKind::Share | StatisticKind::Response => (
            matches!(indicator.measure, IndicatorMeasure::Share { .. }),
            Phrase::new("[indicator.share]", "an [indicator.share]"),
        ),
        StatisticKind::Bound { .. } => (
            matches!(indicator.measure, IndicatorMeasure::Ratio { .. }),
            Phrase::new("[indicator.ratio]", "an [indicator.ratio]"),
        ),
        StatisticKind::Rate => (
            matches!(indicator.measure, IndicatorMeasure::Ratio { .. } | IndicatorMeasure::Per(_)),
            Phrase::new(
                "[indicator.ratio] 或 [indicator.per]",
                "an [indicator.ratio] or [indicator.per]",
            ),
        ),
        StatisticKind::Count => (true, Phrase::new("", "")),
    };
    if possible {
        return Ok(());
    }
    let problem = text!(
        "`{}` 不能由 `{}` 度量的内容得出",
        "`{}` cannot be had from what `{}` measures",
        text.statistic.get_ref(),
        indicator.id
    );
    Err(manuscript
        .mistake_at(&text.statistic.span(), problem)
        .or_write(text!("需要 {needs}", "it needs {needs}"))
        .into())
}

fn check_unit(
    manuscript: &Manuscript,
    unit: &Spanned<String>,
    kind: &StatisticKind,
    indicator: &Indicator,
    pack: &Pack,
) -> PackResult<()> {
    let code = unit.get_ref().as_str();
    let right: Vec<&str> = match kind {
        StatisticKind::Mean
        | StatisticKind::Longest
        | StatisticKind::Shortest
        | StatisticKind::Median
        | StatisticKind::Percentile(_)
        | StatisticKind::Sum => list_value_units(indicator, pack),
        StatisticKind::OnTime { .. }
        | StatisticKind::Within { .. }
        | StatisticKind::Share
        | StatisticKind::Response => vec!["%"],
        StatisticKind::Bound { .. } => vec!["1"],
        StatisticKind::Rate => list_own_units(pack, &["%", "1"]),
        StatisticKind::Count => list_own_units(pack, &[]),
    };
    if right.contains(&code) {
        return Ok(());
    }
    Err(manuscript
        .mistake_at(
            &unit.span(),
            text!("`{code}` 不是该指标值的单位", "`{code}` is no unit for this figure"),
        )
        .or_one_of(code, right)
        .into())
}

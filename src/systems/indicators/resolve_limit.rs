//! Published figures and limits of an indicator, and the rule that a child may only tighten.

use std::collections::BTreeMap;

use jiff::civil::Date;
use toml::Spanned;
use toml::value::Datetime;
use trueline_clock::TimeLimit as DueRule;
use trueline_language::{Explain as _, Phrase, Text, phrase, text};

use super::defaults;
use super::expressions::{ExpectedType, parse_pack_expression};
use super::file::{AtText, CountedText, LimitKindText, LimitText, OneOrMany, PublishText};
use super::inherit;
use super::mistake::{Manuscript, PackMistake};
use super::model::{
    Direction, Indicator, IndicatorLimit, IndicatorMeasure, LimitKind, Pack, Read, Statistic,
    StatisticKind, TimeUnit,
};
use crate::datasets::Dataset;

type LimitResult<T> = Result<T, Box<PackMistake>>;

const STATISTICS: &[&str] = &[
    "mean", "longest", "shortest", "median", "p80", "p95", "p99", "on_time", "within", "count",
    "sum", "share", "response", "bound", "rate",
];

const BUILT_IN: [&str; 8] = ["s", "min", "h", "d", "wh", "wd", "%", "1"];

/// Reads one `[[indicator.publish]]`.
pub(super) fn resolve_statistic(
    manuscript: &Manuscript,
    text: &PublishText,
    indicator: &Indicator,
    pack: &Pack,
) -> LimitResult<Statistic> {
    let kind = statistic_kind(manuscript, text, indicator, pack)?;
    statistic_fits(manuscript, text, &kind, indicator)?;
    unit_fits(manuscript, &text.unit, &kind, indicator, pack)?;
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
    let decimals = text.decimals.unwrap_or(match kind {
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
    });
    Ok(Statistic {
        id: name.get_ref().clone(),
        kind,
        title: text.title.clone(),
        unit: text.unit.get_ref().clone(),
        decimals,
        main: text.main.unwrap_or(true),
        note: text.note.clone(),
    })
}

fn statistic_kind(
    manuscript: &Manuscript,
    text: &PublishText,
    indicator: &Indicator,
    pack: &Pack,
) -> LimitResult<StatisticKind> {
    let name = text.statistic.get_ref().as_str();
    let at = text.statistic.span();
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
        "bound" => match &text.claim {
            Some(claim) if *claim.get_ref() > 0.0 && *claim.get_ref() < 1.0 => {
                StatisticKind::Bound { claim: *claim.get_ref() }
            }
            Some(_) | None => {
                return Err(manuscript
                    .mistake_at(
                        &at,
                        phrase!(
                            "置信上限须与 0 至 1 之间的声称差错率比较",
                            "a bound is held against a claimed rate between 0 and 1"
                        ),
                    )
                    .or_write(phrase!("请加上 `claim = 1e-4`", "add `claim = 1e-4`"))
                    .into());
            }
        },
        "within" => {
            let Some(within) = &text.within else {
                return Err(manuscript
                    .mistake_at(&at, phrase!("没有写明 `within` 的时限", "`within` of what?"))
                    .or_write(phrase!(
                        "请加上 `within = { value = 24, unit = \"h\" }`",
                        "add `within = { value = 24, unit = \"h\" }`"
                    ))
                    .into());
            };
            let due = due_rule(
                manuscript,
                (&within.value, &within.unit, within.counted),
                indicator,
                pack,
            )?;
            StatisticKind::Within {
                text: due_text(*within.value.get_ref(), within.unit.get_ref(), within.counted),
                due,
            }
        }
        other => match other.strip_prefix('p').and_then(|p| p.parse::<f64>().ok()) {
            Some(percent) if percent > 0.0 && percent <= 100.0 => {
                StatisticKind::Percentile(percent)
            }
            Some(_) | None => {
                return Err(manuscript
                    .mistake_at(
                        &at,
                        text!("没有统计量 `{other}`", "there is no statistic `{other}`"),
                    )
                    .or_one_of(other, STATISTICS.iter().copied())
                    .into());
            }
        },
    })
}

fn resolve_against(
    manuscript: &Manuscript,
    text: &PublishText,
    pack: &Pack,
) -> LimitResult<Option<String>> {
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

/// Whether a statistic can be had from what the indicator measures.
fn statistic_fits(
    manuscript: &Manuscript,
    text: &PublishText,
    kind: &StatisticKind,
    indicator: &Indicator,
) -> LimitResult<()> {
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

fn unit_fits(
    manuscript: &Manuscript,
    unit: &Spanned<String>,
    kind: &StatisticKind,
    indicator: &Indicator,
    pack: &Pack,
) -> LimitResult<()> {
    let code = unit.get_ref().as_str();
    let right: Vec<&str> = match kind {
        StatisticKind::Mean
        | StatisticKind::Longest
        | StatisticKind::Shortest
        | StatisticKind::Median
        | StatisticKind::Percentile(_)
        | StatisticKind::Sum => match indicator.clock_spec() {
            Some(clock) if is_working_time(clock.unit) => vec!["wh", "wd"],
            Some(_) => vec!["s", "min", "h", "d"],
            None => own_units(pack, &["%"]),
        },
        StatisticKind::OnTime { .. }
        | StatisticKind::Within { .. }
        | StatisticKind::Share
        | StatisticKind::Response => vec!["%"],
        StatisticKind::Bound { .. } => vec!["1"],
        StatisticKind::Rate => own_units(pack, &["%", "1"]),
        StatisticKind::Count => own_units(pack, &[]),
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

fn own_units<'a>(pack: &'a Pack, built_in: &[&'a str]) -> Vec<&'a str> {
    built_in
        .iter()
        .copied()
        .chain(pack.units.keys().map(String::as_str).filter(|unit| !BUILT_IN.contains(unit)))
        .collect()
}

pub(super) fn is_working_time(unit: TimeUnit) -> bool {
    match unit {
        TimeUnit::WorkingHours | TimeUnit::WorkingDays => true,
        TimeUnit::Seconds | TimeUnit::Minutes | TimeUnit::Hours | TimeUnit::Days => false,
    }
}

/// Reads one `[[indicator.limit]]` and lets it run beside those that are inherited.
pub(super) fn read_limit(
    manuscript: &Manuscript,
    text: &Spanned<LimitText>,
    pack: &Pack,
    indicator: &mut Indicator,
) -> LimitResult<()> {
    let at = text.span();
    let text = text.get_ref();
    let limit = resolve_limit(manuscript, text, pack, indicator)?;
    if let (Some(from), Some(until)) = (limit.from, limit.until)
        && from > until
    {
        return Err(manuscript
            .mistake_at(
                &at,
                text!(
                    "时限止于 {until}，早于起始日",
                    "the limit ends on {until}, before it starts"
                ),
            )
            .or_write(phrase!("`until` 为有效期的最后一日", "`until` is the last day in force"))
            .into());
    }
    inherit::add_limit(limit, indicator).map_err(|looser| {
        manuscript
            .mistake_at(&text.value.span(), looser.to_text())
            .or_write(looser.suggest_remedy())
            .into()
    })
}

fn resolve_limit(
    manuscript: &Manuscript,
    text: &LimitText,
    pack: &Pack,
    indicator: &Indicator,
) -> LimitResult<IndicatorLimit> {
    let kind = limit_kind(manuscript, text, pack, indicator)?;
    let Some(source) = &text.source else {
        return Err(manuscript
            .mistake_at(
                &text.value.span(),
                phrase!("没有写明该时限的来源", "nothing says where this limit comes from"),
            )
            .or_write(phrase!(
                "请加上 `source = \"…\"`，即某个 [source.…] 的名称",
                "add `source = \"…\"`, the name of a [source.…]"
            ))
            .into());
    };
    let known = defaults::known_source(manuscript, pack, source)?;
    // Of its own promise the pack itself is the text.
    let has_text = matches!(known.read, Read::Primary | Read::OwnDesign);
    if text.verified == Some(true) && !has_text {
        let problem =
            text!("`{}` 的原文无人核对过", "nobody has read `{}` in its own text", known.id);
        return Err(manuscript
            .mistake_at(&source.span(), problem)
            .or_write(phrase!(
                "请去掉 `verified`；核对原文后写 `read = \"primary\"`",
                "leave `verified` out, or set `read = \"primary\"` once it has been read"
            ))
            .into());
    }
    let direction = match (text.at, &kind) {
        (Some(AtText::Least), _) | (None, LimitKind::Share(_)) => Direction::AtLeast,
        (Some(AtText::Most), _)
        | (
            None,
            LimitKind::Mean
            | LimitKind::Longest(_)
            | LimitKind::Percentile(_)
            | LimitKind::Rate
            | LimitKind::Bound,
        ) => Direction::AtMost,
    };
    let when = match &text.when {
        Some(when) => Some(parse_pack_expression(
            manuscript,
            when,
            indicator.dataset,
            ExpectedType::Condition,
        )?),
        None => None,
    };
    let day = |datetime: Option<Datetime>| {
        datetime.map(|datetime| resolve_date(manuscript, datetime, &text.value.span())).transpose()
    };
    Ok(IndicatorLimit {
        kind,
        value: *text.value.get_ref(),
        unit: text.unit.get_ref().clone(),
        direction,
        segment: resolve_segment(manuscript, text, indicator)?,
        when,
        from: day(text.from)?,
        until: day(text.until)?,
        by: pack.id.clone(),
        source: Some(source.get_ref().clone()),
        clause: text.clause.clone(),
        read: known.read,
        verified: has_text && text.verified != Some(false),
        note: text.note.clone(),
        approval: text.approval.clone(),
    })
}

fn limit_kind(
    manuscript: &Manuscript,
    text: &LimitText,
    pack: &Pack,
    indicator: &Indicator,
) -> LimitResult<LimitKind> {
    let waits = indicator.clock_spec().is_some();
    let fail = |problem: Phrase, instead: Phrase| -> LimitResult<LimitKind> {
        Err(manuscript.mistake_at(&text.value.span(), problem).or_write(instead).into())
    };
    let kind = match text.kind {
        LimitKindText::Longest if !waits => {
            return fail(
                phrase!(
                    "只有计时指标才有最长时限",
                    "only an indicator with a clock has a longest time"
                ),
                phrase!(
                    "请加上 [indicator.clock]，或改用其他种类",
                    "add an [indicator.clock], or use another kind"
                ),
            );
        }
        LimitKindText::Longest => {
            let parts = (&text.value, &text.unit, text.counted);
            return Ok(LimitKind::Longest(due_rule(manuscript, parts, indicator, pack)?));
        }
        LimitKindText::Mean => LimitKind::Mean,
        LimitKindText::Percentile => match text.percent {
            Some(percent) if percent > 0.0 && percent <= 100.0 => LimitKind::Percentile(percent),
            Some(_) | None => {
                return fail(
                    phrase!("没有写明限定哪个百分位", "which percentile is limited?"),
                    phrase!(
                        "请加上 `percent = 95`，即届时须办结的比例",
                        "add `percent = 95`, the share of cases that must be done by then"
                    ),
                );
            }
        },
        LimitKindText::Share => {
            let name = text.of.as_ref().map_or("on_time", |of| of.get_ref());
            if !indicator.publish.iter().any(|s| s.id == name) {
                let at = text.of.as_ref().unwrap_or(&text.unit).span();
                let problem =
                    text!("`{}` 不公布 `{name}`", "`{}` publishes no `{name}`", indicator.id);
                let known = indicator.publish.iter().map(|s| s.id.as_str());
                return Err(manuscript.mistake_at(&at, problem).or_one_of(name, known).into());
            }
            LimitKind::Share(name.to_owned())
        }
        LimitKindText::Rate => LimitKind::Rate,
        LimitKindText::Bound => LimitKind::Bound,
    };
    let right: Vec<&str> = match &kind {
        LimitKind::Mean | LimitKind::Percentile(_) => match indicator.clock_spec() {
            Some(clock) if is_working_time(clock.unit) => vec!["wh", "wd"],
            Some(_) => vec!["s", "min", "h", "d"],
            None => own_units(pack, &["%"]),
        },
        LimitKind::Share(_) => vec!["%"],
        LimitKind::Rate => own_units(pack, &["%", "1"]),
        LimitKind::Bound => vec!["1"],
        LimitKind::Longest(_) => Vec::new(),
    };
    let unit = text.unit.get_ref().as_str();
    if right.contains(&unit) {
        return Ok(kind);
    }
    Err(manuscript
        .mistake_at(
            &text.unit.span(),
            text!("`{unit}` 不是该时限的单位", "`{unit}` is no unit for this limit"),
        )
        .or_one_of(unit, right)
        .into())
}

/// Value, unit and way of counting of a limit on each case.
type DueParts<'a> = (&'a Spanned<f64>, &'a Spanned<String>, Option<CountedText>);

fn due_rule(
    manuscript: &Manuscript,
    (value, unit, counted): DueParts<'_>,
    indicator: &Indicator,
    pack: &Pack,
) -> LimitResult<DueRule> {
    let number = *value.get_ref();
    let fail = |at: std::ops::Range<usize>, problem: Text, instead: Phrase| {
        Err(manuscript.mistake_at(&at, problem).or_write(instead).into())
    };
    if !(number.is_finite() && number > 0.0 && number <= 100_000.0) {
        return fail(
            value.span(),
            text!("{number} 不是时长", "{number} is no length of time"),
            phrase!("请写时长", "write how long"),
        );
    }
    let elapsed =
        |seconds_each: f64| DueRule::Elapsed { seconds: (number * seconds_each).round() as i64 };
    let by_date = counted != Some(CountedText::Elapsed);
    let whole = number.fract() == 0.0;
    let works = indicator.clock_spec().is_some_and(|clock| is_working_time(clock.unit));
    match unit.get_ref().as_str() {
        "s" if !works => Ok(elapsed(1.0)),
        "min" if !works => Ok(elapsed(60.0)),
        "h" if !works => Ok(elapsed(3600.0)),
        "d" if !works && !by_date => Ok(elapsed(86_400.0)),
        "wh" if works => Ok(elapsed(3600.0)),
        "d" | "wd" if by_date && !whole => fail(
            value.span(),
            text!("天数须为整数", "days are counted whole"),
            phrase!("请改写小时", "write hours instead"),
        ),
        "d" if by_date => Ok(DueRule::Dates { days: number as i64 }),
        "wd" if pack.calendar.is_none() => fail(
            unit.span(),
            text!("工作日需要日历", "working days need a calendar"),
            phrase!("请在 [pack] 中加上 `calendar = \"cn\"`", "add `calendar = \"cn\"` to [pack]"),
        ),
        "wd" if !by_date => fail(
            unit.span(),
            text!("工作日按日期计算", "working days are counted by date"),
            phrase!(
                "请去掉 `counted`；若计工作时间的时长，请在工作时间时钟上写 `wh`",
                "leave `counted` out; for elapsed working time write `wh`, on a clock of \
                 working time"
            ),
        ),
        "wd" if by_date => Ok(DueRule::WorkingDates { days: number as i64 }),
        "same_day" if (0.0..=24.0).contains(&number) && whole => {
            Ok(DueRule::SameDay { before_hour: number as i8 })
        }
        other => Err(manuscript
            .mistake_at(
                &unit.span(),
                text!(
                    "`{other}` 不能限定该时钟上的工单",
                    "`{other}` cannot limit a case on this clock"
                ),
            )
            .or_one_of(
                other,
                if works {
                    ["wh", "wd", "d", "same_day"].as_slice()
                } else {
                    ["s", "min", "h", "d", "wd", "same_day"].as_slice()
                }
                .iter()
                .copied(),
            )
            .into()),
    }
}

/// A limit on a case as people write it: `48 h`, `5 wd`.
pub(super) fn due_text(value: f64, unit: &str, counted: Option<CountedText>) -> String {
    match unit {
        "same_day" => format!("same day before {value}:00"),
        "d" if counted == Some(CountedText::Elapsed) => format!("{} h", value * 24.0),
        _ => format!("{value} {unit}"),
    }
}

pub(super) fn known_column(
    manuscript: &Manuscript,
    name: &Spanned<String>,
    dataset: Dataset,
) -> LimitResult<()> {
    let schema = dataset.schema();
    let known = schema.columns.iter().map(|column| column.name);
    if name.get_ref().starts_with("x_") || known.clone().any(|column| column == name.get_ref()) {
        return Ok(());
    }
    let problem = text!("`{}` 没有列 `{}`", "`{}` has no column `{}`", schema.name, name.get_ref());
    Err(manuscript.mistake_at(&name.span(), problem).or_one_of(name.get_ref(), known).into())
}

fn resolve_segment(
    manuscript: &Manuscript,
    text: &LimitText,
    indicator: &Indicator,
) -> LimitResult<BTreeMap<String, Vec<String>>> {
    let mut segment = BTreeMap::new();
    for (column, values) in &text.segment {
        let at = Spanned::new(text.value.span(), column.clone());
        known_column(manuscript, &at, indicator.dataset)?;
        let values = match values {
            OneOrMany::One(value) => vec![value.clone()],
            OneOrMany::Many(values) => values.clone(),
        };
        let schema = indicator.dataset.schema();
        let allowed = schema
            .columns
            .iter()
            .find(|known| known.name == column)
            .map_or(&[] as &[&str], |known| known.allowed);
        let wrong =
            values.iter().find(|value| !value.is_empty() && !allowed.contains(&value.as_str()));
        if let (false, Some(wrong)) = (allowed.is_empty(), wrong) {
            let problem = text!("`{column}` 没有取值 `{wrong}`", "`{column}` is never `{wrong}`");
            return Err(manuscript
                .mistake_at(&text.value.span(), problem)
                .or_one_of(wrong, allowed.iter().copied())
                .into());
        }
        segment.insert(column.clone(), values);
    }
    Ok(segment)
}

pub(super) fn resolve_date(
    manuscript: &Manuscript,
    datetime: Datetime,
    near: &std::ops::Range<usize>,
) -> LimitResult<Date> {
    let date = match datetime {
        Datetime { date: Some(date), time: None, offset: None } => {
            Date::new(date.year as i16, date.month as i8, date.day as i8).ok()
        }
        Datetime { .. } => None,
    };
    date.ok_or_else(|| {
        manuscript
            .mistake_at(near, text!("`{datetime}` 不是日期", "`{datetime}` is not a day"))
            .or_write(phrase!(
                "请写 2005-04-20 这样的日期，不加引号",
                "write a date such as 2005-04-20, without quotes"
            ))
            .into()
    })
}

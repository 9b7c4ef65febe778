//! One indicator of a pack: defined in the file, or inherited and changed by it.
//!
//! A child may add figures and limits to an inherited indicator. It may not change what is measured
//! unless it cites an approval, because a definition that quietly leaves out cases loosens every
//! limit at once. Subtracting fewer kinds of pauses is stricter and needs no approval.

use toml::Spanned;
use trueline_expression::Expr;
use trueline_language::{Text, phrase, text};

use super::defaults::{self, Fallback};
use super::expressions::{ExpectedType, parse_pack_expression};
use super::file::{self, IndicatorText};
use super::mistake::{Manuscript, PackMistake, PackResult};
use super::model::{
    Approver, ClockSpec, CountKind, DefinitionChange, Denominator, ExclusionReason, Indicator,
    IndicatorExclusion, IndicatorMeasure, Pack, PackExpression, PerSpec, TimeUnit,
};
use super::resolve_limit::read_limit;
use super::resolve_statistic::resolve_statistic;
use super::resolve_value::{check_column, resolve_date};
use super::written_text::WrittenText;
use crate::datasets::{Dataset, Datasets};

/// Adds an indicator to the pack, or changes the one that the pack inherits.
pub(super) fn add_indicator(
    manuscript: &Manuscript,
    text: Spanned<IndicatorText>,
    fallback: &Fallback,
    pack: &mut Pack,
) -> PackResult<()> {
    let text = text.into_inner();
    let known = pack.indicators.iter().position(|known| known.id == *text.id.get_ref());
    let mut indicator = match known {
        Some(at) => refine_indicator(manuscript, &text, fallback, pack.indicators[at].clone())?,
        None => define_indicator(manuscript, &text, fallback, pack)?,
    };
    for source in &text.source {
        defaults::find_source(manuscript, pack, source)?;
        if !indicator.sources.contains(source.get_ref()) {
            indicator.sources.push(source.get_ref().clone());
        }
    }
    for change in &text.changed {
        indicator.changed.push(DefinitionChange {
            on: resolve_date(manuscript, change.on, &text.id.span())?,
            says: change.says.to_text(),
        });
    }
    for publish in &text.publish {
        let statistic = resolve_statistic(manuscript, publish, &indicator, pack)?;
        match indicator.publish.iter_mut().find(|s| s.id == statistic.id) {
            Some(known) => *known = statistic,
            None => indicator.publish.push(statistic),
        }
    }
    for limit in &text.limit {
        read_limit(manuscript, limit, pack, &mut indicator)?;
    }
    match known {
        Some(at) => pack.indicators[at] = indicator,
        None => pack.indicators.push(indicator),
    }
    Ok(())
}

fn refuse_missing_key(
    manuscript: &Manuscript,
    text: &IndicatorText,
    key: &str,
    example: &str,
) -> PackMistake {
    let problem =
        text!("指标 `{}` 没有 `{key}`", "the indicator `{}` has no `{key}`", text.id.get_ref());
    manuscript
        .mistake_at(&text.id.span(), problem)
        .or_write(text!("请加上 `{key} = {example}`", "add `{key} = {example}`"))
}

fn define_indicator(
    manuscript: &Manuscript,
    text: &IndicatorText,
    fallback: &Fallback,
    pack: &Pack,
) -> PackResult<Indicator> {
    let Some(title) = &text.title else {
        let example = "{ zh = \"…\", en = \"…\" }";
        return Err(refuse_missing_key(manuscript, text, "title", example).into());
    };
    let group = resolve_group(manuscript, text, pack)?;
    check_that_it_publishes(manuscript, text)?;
    let dataset = resolve_dataset(manuscript, text, &pack.datasets)?;
    let population = resolve_population(manuscript, text, dataset)?;
    let measure = resolve_measure(manuscript, text, dataset, fallback)?;
    let period_moment = resolve_period(manuscript, text, dataset)?;
    let mut indicator = Indicator {
        id: text.id.get_ref().clone(),
        group,
        title: title.to_text(),
        says: text.says.as_ref().map_or_else(|| Text::new("", ""), WrittenText::to_text),
        set_by: pack.id.clone(),
        dataset,
        population,
        period_moment,
        measure,
        denominator: text
            .denominator
            .map_or(fallback.denominator, |text| defaults::resolve_denominator(Some(text))),
        exclusions: resolve_all_exclusions(manuscript, text, dataset, fallback)?,
        segments: resolve_segments(manuscript, text, dataset)?,
        publish: Vec::new(),
        limits: Vec::new(),
        changed: Vec::new(),
        sources: Vec::new(),
        clause: text.clause.clone(),
        approval: text.approval.as_ref().map(WrittenText::to_text),
    };
    if indicator.clock_spec().is_none() {
        indicator.denominator = Denominator::Closed;
    }
    check_denominator(manuscript, text, &indicator)?;
    Ok(indicator)
}

fn check_that_it_publishes(manuscript: &Manuscript, text: &IndicatorText) -> PackResult<()> {
    if !text.publish.is_empty() {
        return Ok(());
    }
    let problem = text!(
        "指标 `{}` 没有公布任何指标值",
        "the indicator `{}` publishes nothing",
        text.id.get_ref()
    );
    Err(manuscript
        .mistake_at(&text.id.span(), problem)
        .or_write(phrase!(
            "请加上带 `statistic` 的 [[indicator.publish]]",
            "add a [[indicator.publish]] with a `statistic`"
        ))
        .into())
}

/// The condition for the cases that are counted; counts have none.
fn resolve_population(
    manuscript: &Manuscript,
    text: &IndicatorText,
    dataset: Dataset,
) -> PackResult<PackExpression> {
    match &text.population {
        Some(population) => {
            parse_pack_expression(manuscript, population, dataset, ExpectedType::Condition)
        }
        None if dataset.holds_counts() => Ok(match_everything()),
        None => {
            let example = "\"kind == 'repair'\"";
            Err(refuse_missing_key(manuscript, text, "population", example).into())
        }
    }
}

/// The moment that puts a case into a period; counts have none.
fn resolve_period(
    manuscript: &Manuscript,
    text: &IndicatorText,
    dataset: Dataset,
) -> PackResult<Option<PackExpression>> {
    match &text.period {
        Some(period) => {
            parse_pack_expression(manuscript, period, dataset, ExpectedType::Moment).map(Some)
        }
        None if dataset.holds_counts() => Ok(None),
        None => Err(refuse_missing_key(manuscript, text, "period", "\"resolved\"").into()),
    }
}

/// Refuses a period that goes by the clock's stop where cases that are never done count too: they
/// have no stop.
fn check_denominator(
    manuscript: &Manuscript,
    text: &IndicatorText,
    indicator: &Indicator,
) -> PackResult<()> {
    let (Some(clock), Some(period)) = (indicator.clock_spec(), &indicator.period_moment) else {
        return Ok(());
    };
    if indicator.denominator == Denominator::Closed || clock.stop.text != period.text {
        return Ok(());
    }
    let at = text.period.as_ref().map_or(text.id.span(), Spanned::span);
    let problem = text!(
        "按派单计的比率不能以 `{}` 确定统计期：未办结的工单没有这个时间",
        "a rate over dispatched cases cannot take its period from `{}`, which a case that is never \
         done does not have",
        period.text
    );
    Err(manuscript
        .mistake_at(&at, problem)
        .or_write(phrase!(
            "请写每件工单都有的时间，如 `accepted`",
            "write the moment that every case has, such as `accepted`"
        ))
        .into())
}

fn match_everything() -> PackExpression {
    PackExpression { text: "true".to_owned(), expr: Expr::Boolean(true) }
}

fn resolve_group(manuscript: &Manuscript, text: &IndicatorText, pack: &Pack) -> PackResult<String> {
    let Some(group) = &text.group else {
        return Err(refuse_missing_key(manuscript, text, "group", "\"…\"").into());
    };
    if pack.groups.iter().any(|known| known.id == *group.get_ref()) {
        return Ok(group.get_ref().clone());
    }
    let problem = text!("没有名为 `{}` 的分组", "no group is called `{}`", group.get_ref());
    Err(manuscript
        .mistake_at(&group.span(), problem)
        .or_one_of(group.get_ref(), pack.groups.iter().map(|known| known.id.as_str()))
        .into())
}

/// The named dataset; without a name the one that holds cases.
fn resolve_dataset(
    manuscript: &Manuscript,
    text: &IndicatorText,
    datasets: &Datasets,
) -> PackResult<Dataset> {
    let Some(name) = &text.dataset else {
        let example = "\"case\"";
        let cases = datasets.iter().find(|dataset| dataset.holds_cases());
        return cases
            .ok_or_else(|| refuse_missing_key(manuscript, text, "dataset", example).into());
    };
    datasets.find(name.get_ref()).ok_or_else(|| {
        let problem = text!("没有名为 `{}` 的数据集", "no dataset is called `{}`", name.get_ref());
        manuscript
            .mistake_at(&name.span(), problem)
            .or_one_of(name.get_ref(), datasets.names())
            .into()
    })
}

fn resolve_measure(
    manuscript: &Manuscript,
    text: &IndicatorText,
    dataset: Dataset,
    fallback: &Fallback,
) -> PackResult<IndicatorMeasure> {
    let quantity = |text| parse_pack_expression(manuscript, text, dataset, ExpectedType::Quantity);
    let condition =
        |text| parse_pack_expression(manuscript, text, dataset, ExpectedType::Condition);
    let mut found: Vec<IndicatorMeasure> = Vec::new();
    if let Some(clock) = &text.clock {
        found.push(IndicatorMeasure::Waited(resolve_clock(manuscript, clock, dataset, fallback)?));
    }
    if let Some(amount) = &text.amount {
        found.push(IndicatorMeasure::Amount {
            value: quantity(&amount.value)?,
            decimals: amount.decimals,
        });
    }
    if let Some(share) = &text.share {
        found.push(IndicatorMeasure::Share {
            hit: condition(&share.hit)?,
            of: condition(&share.of)?,
        });
    }
    if let Some(ratio) = &text.ratio {
        found.push(IndicatorMeasure::Ratio {
            numerator: quantity(&ratio.numerator)?,
            denominator: quantity(&ratio.denominator)?,
        });
    }
    if let Some(per) = &text.per {
        found.push(IndicatorMeasure::Per(resolve_per(manuscript, text, per, dataset)?));
    }
    if found.len() > 1 {
        let problem = text!(
            "指标 `{}` 同时度量多项内容",
            "the indicator `{}` measures several things",
            text.id.get_ref()
        );
        return Err(manuscript
            .mistake_at(&text.id.span(), problem)
            .or_write(phrase!(
                "clock、amount、share、ratio、per 只保留一个",
                "keep one of clock, amount, share, ratio and per"
            ))
            .into());
    }
    Ok(found.pop().unwrap_or(IndicatorMeasure::Count))
}

fn resolve_per(
    manuscript: &Manuscript,
    text: &IndicatorText,
    per: &file::PerText,
    dataset: Dataset,
) -> PackResult<PerSpec> {
    if (dataset.holds_counts()) != per.numerator.is_some() {
        return Err(manuscript
            .mistake_at(
                &text.id.span(),
                phrase!(
                    "比率以数据集的行数相除，或以一个计数除以另一个",
                    "a rate divides rows of a dataset, or one count by another",
                ),
            )
            .or_write(phrase!(
                "`numerator` 与 `dataset = \"count\"` 须同时写，或都不写",
                "give `numerator` together with `dataset = \"count\"`, or neither of the two"
            ))
            .into());
    }
    Ok(PerSpec {
        of: per.of.clone(),
        scope: per.scope.clone().unwrap_or_default(),
        kind: match per.kind {
            file::CountKindText::Stock => CountKind::Stock,
            file::CountKindText::Flow => CountKind::Flow,
        },
        each: per.each,
        numerator: per.numerator.clone(),
    })
}

fn resolve_clock(
    manuscript: &Manuscript,
    text: &file::ClockText,
    dataset: Dataset,
    fallback: &Fallback,
) -> PackResult<ClockSpec> {
    Ok(ClockSpec {
        start: parse_pack_expression(manuscript, &text.start, dataset, ExpectedType::Moment)?,
        stop: parse_pack_expression(manuscript, &text.stop, dataset, ExpectedType::Moment)?,
        withdrawn: resolve_withdrawn(manuscript, text, dataset)?,
        unit: match text.unit {
            file::UnitText::S => TimeUnit::Seconds,
            file::UnitText::Min => TimeUnit::Minutes,
            file::UnitText::H => TimeUnit::Hours,
            file::UnitText::D => TimeUnit::Days,
            file::UnitText::Wh => TimeUnit::WorkingHours,
            file::UnitText::Wd => TimeUnit::WorkingDays,
        },
        subtract: text.subtract.clone().unwrap_or_else(|| fallback.subtract.clone()),
        limit_is_on_time: text.limit_is_on_time.unwrap_or(fallback.limit_is_on_time),
    })
}

fn resolve_withdrawn(
    manuscript: &Manuscript,
    text: &file::ClockText,
    dataset: Dataset,
) -> PackResult<Option<PackExpression>> {
    match &text.withdrawn {
        Some(moment) => {
            Ok(Some(parse_pack_expression(manuscript, moment, dataset, ExpectedType::Moment)?))
        }
        None if dataset.holds_cases() => Ok(Some(PackExpression {
            text: "cancelled".to_owned(),
            expr: Expr::Name("cancelled".to_owned()),
        })),
        None => Ok(None),
    }
}

/// The indicator's own exclusions first, then those that the file makes for all cases.
fn resolve_all_exclusions(
    manuscript: &Manuscript,
    text: &IndicatorText,
    dataset: Dataset,
    fallback: &Fallback,
) -> PackResult<Vec<IndicatorExclusion>> {
    let mut all = resolve_exclusions(manuscript, &text.exclude, dataset)?;
    if dataset.holds_cases() {
        all.extend(resolve_exclusions(manuscript, &fallback.exclude, dataset)?);
    }
    Ok(all)
}

fn resolve_exclusions(
    manuscript: &Manuscript,
    texts: &[file::ExcludeText],
    dataset: Dataset,
) -> PackResult<Vec<IndicatorExclusion>> {
    let label = |text: &Spanned<String>| {
        parse_pack_expression(manuscript, text, dataset, ExpectedType::Label)
    };
    let one = |exclude: &file::ExcludeText| -> PackResult<IndicatorExclusion> {
        let reason = match (&exclude.reason, &exclude.reason_from) {
            (Some(reason), None) => ExclusionReason::Fixed(reason.clone()),
            (None, Some(column)) => ExclusionReason::From(label(column)?),
            (Some(_), Some(_)) | (None, None) => {
                return Err(manuscript
                    .mistake_at(
                        &exclude.when.span(),
                        phrase!("一项排除须有且只有一个理由", "an exclusion has one reason"),
                    )
                    .or_write(phrase!(
                        "请加上 `reason = \"…\"`，或以 `reason_from` 指定列",
                        "add `reason = \"…\"`, or `reason_from` with a column"
                    ))
                    .into());
            }
        };
        let approver = match (&exclude.approved_by, &exclude.approver_from) {
            (Some(by), None) => Approver::Definition(by.clone()),
            (None, Some(column)) => Approver::From(label(column)?),
            (Some(_), Some(_)) | (None, None) => {
                return Err(manuscript
                    .mistake_at(
                        &exclude.when.span(),
                        phrase!("此项排除无人批准", "nobody approves this exclusion"),
                    )
                    .or_write(phrase!(
                        "请以 `approved_by = \"…\"` 写明允许排除的规定，或以 \
                         `approver_from` 指定批准人所在的列",
                        "add `approved_by = \"…\"` with the rule that allows it, or \
                         `approver_from` with the column that names the person"
                    ))
                    .into());
            }
        };
        let title = match (&exclude.title, &reason) {
            (Some(title), _) => title.to_text(),
            (None, ExclusionReason::Fixed(code)) => Text::new(code.clone(), code.clone()),
            (None, ExclusionReason::From(_)) => Text::new("", ""),
        };
        Ok(IndicatorExclusion {
            reason,
            title,
            when: parse_pack_expression(
                manuscript,
                &exclude.when,
                dataset,
                ExpectedType::Condition,
            )?,
            approver,
        })
    };
    texts.iter().map(one).collect()
}

fn resolve_segments(
    manuscript: &Manuscript,
    text: &IndicatorText,
    dataset: Dataset,
) -> PackResult<Vec<String>> {
    for segment in &text.segments {
        check_column(manuscript, segment, dataset)?;
    }
    Ok(text.segments.iter().map(|segment| segment.get_ref().clone()).collect())
}

/// Changes an inherited indicator as a child says, all but its figures and limits.
fn refine_indicator(
    manuscript: &Manuscript,
    text: &IndicatorText,
    fallback: &Fallback,
    mut indicator: Indicator,
) -> PackResult<Indicator> {
    let change = find_definition_change(text, &indicator);
    if let (Some(key), None) = (change, &text.approval) {
        let problem = text!(
            "`{key}` 改变了 `{}` 在 {} 中度量的内容",
            "`{key}` changes what `{}` measures in {}",
            indicator.id,
            indicator.set_by
        );
        return Err(manuscript
            .mistake_at(&text.id.span(), problem)
            .or_write(phrase!(
                "请保持原样，或给指标另一个编号，或以 `approval = \"…\"` 引用批准",
                "leave it as it is, give your indicator another id, or cite `approval = \"…\"`"
            ))
            .into());
    }
    let dataset = indicator.dataset;
    if let Some(title) = &text.title {
        indicator.title = title.to_text();
    }
    if let Some(says) = &text.says {
        indicator.says = says.to_text();
    }
    if let Some(population) = &text.population {
        indicator.population =
            parse_pack_expression(manuscript, population, dataset, ExpectedType::Condition)?;
    }
    if let Some(period) = &text.period {
        indicator.period_moment =
            Some(parse_pack_expression(manuscript, period, dataset, ExpectedType::Moment)?);
    }
    if let Some(clock) = &text.clock {
        indicator.measure =
            IndicatorMeasure::Waited(resolve_clock(manuscript, clock, dataset, fallback)?);
    } else if gives_measure(text) {
        indicator.measure = resolve_measure(manuscript, text, dataset, fallback)?;
    }
    if let Some(denominator) = text.denominator {
        indicator.denominator = defaults::resolve_denominator(Some(denominator));
    }
    indicator.exclusions.extend(resolve_exclusions(manuscript, &text.exclude, dataset)?);
    for segment in resolve_segments(manuscript, text, dataset)? {
        if !indicator.segments.contains(&segment) {
            indicator.segments.push(segment);
        }
    }
    if let Some(approval) = &text.approval {
        indicator.approval = Some(approval.to_text());
    }
    check_denominator(manuscript, text, &indicator)?;
    Ok(indicator)
}

fn gives_measure(text: &IndicatorText) -> bool {
    text.amount.is_some() || text.share.is_some() || text.ratio.is_some() || text.per.is_some()
}

/// The first key with which a child changes the definition, if there is one.
fn find_definition_change(text: &IndicatorText, inherited: &Indicator) -> Option<&'static str> {
    let clock = match (&text.clock, inherited.clock_spec()) {
        (Some(new), Some(old)) => changes_clock(new, old),
        (Some(_), None) => true,
        (None, _) => false,
    };
    let keys = [
        (
            "dataset",
            text.dataset.as_ref().is_some_and(|name| name.get_ref() != inherited.dataset.name()),
        ),
        ("population", text.population.is_some()),
        ("period", text.period.is_some()),
        ("clock", clock),
        ("denominator", text.denominator.is_some()),
        ("exclude", !text.exclude.is_empty()),
        ("amount, share, ratio or per", gives_measure(text)),
    ];
    keys.into_iter().find_map(|(key, changed)| changed.then_some(key))
}

fn changes_clock(new: &file::ClockText, old: &ClockSpec) -> bool {
    let fewer_pauses = new
        .subtract
        .as_ref()
        .is_none_or(|kinds| kinds.iter().all(|kind| old.subtract.contains(kind)));
    let as_strict = new.limit_is_on_time.is_none_or(|on_time| !on_time || old.limit_is_on_time);
    new.start.get_ref().trim() != old.start.text
        || new.stop.get_ref().trim() != old.stop.text
        || !fewer_pauses
        || !as_strict
}

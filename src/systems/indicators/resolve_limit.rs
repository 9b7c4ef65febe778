//! The limits of an indicator: one `[[indicator.limit]]` each.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::value::Datetime;
use trueline_language::{Explain as _, Phrase, phrase, text};

use super::defaults::find_source;
use super::expressions::{ExpectedType, parse_pack_expression};
use super::file::{AtText, LimitKindText, LimitText, OneOrMany};
use super::inherit;
use super::mistake::{Manuscript, PackResult};
use super::model::{Direction, Indicator, IndicatorLimit, LimitKind, Pack, Read, RuleSource};
use super::resolve_due::{DueText, resolve_due};
use super::resolve_value::{check_column, list_own_units, list_value_units, resolve_date};
use super::written_text::WrittenText;

/// Reads one `[[indicator.limit]]` and adds it to the limits that are inherited.
pub(super) fn read_limit(
    manuscript: &Manuscript,
    text: &Spanned<LimitText>,
    pack: &Pack,
    indicator: &mut Indicator,
) -> PackResult<()> {
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
) -> PackResult<IndicatorLimit> {
    let kind = resolve_kind(manuscript, text, pack, indicator)?;
    let source = resolve_source(manuscript, text, pack)?;
    let direction = resolve_direction(text.at, &kind);
    let condition =
        |when| parse_pack_expression(manuscript, when, indicator.dataset, ExpectedType::Condition);
    let when = text.when.as_ref().map(condition).transpose()?;
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
        source: Some(source.id.clone()),
        clause: text.clause.clone(),
        read: source.read,
        verified: has_text(source) && text.verified != Some(false),
        note: text.note.as_ref().map(WrittenText::to_text),
        approval: text.approval.as_ref().map(WrittenText::to_text),
    })
}

/// The source of a limit. Refuses one that calls itself verified though nobody read its text.
fn resolve_source<'a>(
    manuscript: &Manuscript,
    text: &LimitText,
    pack: &'a Pack,
) -> PackResult<&'a RuleSource> {
    let Some(name) = &text.source else {
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
    let source = find_source(manuscript, pack, name)?;
    if text.verified == Some(true) && !has_text(source) {
        let problem =
            text!("`{}` 的原文无人核对过", "nobody has read `{}` in its own text", source.id);
        return Err(manuscript
            .mistake_at(&name.span(), problem)
            .or_write(phrase!(
                "请去掉 `verified`；核对原文后写 `read = \"primary\"`",
                "leave `verified` out, or set `read = \"primary\"` once it has been read"
            ))
            .into());
    }
    Ok(source)
}

/// Whether the text of a source was read. The text of an operator's own promise is the pack itself.
fn has_text(source: &RuleSource) -> bool {
    matches!(source.read, Read::Primary | Read::OwnDesign)
}

fn resolve_direction(at: Option<AtText>, kind: &LimitKind) -> Direction {
    match (at, kind) {
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
    }
}

fn resolve_kind(
    manuscript: &Manuscript,
    text: &LimitText,
    pack: &Pack,
    indicator: &Indicator,
) -> PackResult<LimitKind> {
    let refuse = |problem: Phrase, instead: Phrase| {
        Err(manuscript.mistake_at(&text.value.span(), problem).or_write(instead).into())
    };
    let kind = match text.kind {
        LimitKindText::Longest if indicator.clock_spec().is_none() => {
            return refuse(
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
            let due = DueText { value: &text.value, unit: &text.unit, counted: text.counted };
            return Ok(LimitKind::Longest(resolve_due(manuscript, due, indicator, pack)?));
        }
        LimitKindText::Mean => LimitKind::Mean,
        LimitKindText::Percentile => match text.percent {
            Some(percent) if percent > 0.0 && percent <= 100.0 => LimitKind::Percentile(percent),
            Some(_) | None => {
                return refuse(
                    phrase!("没有写明限定哪个百分位", "which percentile is limited?"),
                    phrase!(
                        "请加上 `percent = 95`，即届时须办结的比例",
                        "add `percent = 95`, the share of cases that must be done by then"
                    ),
                );
            }
        },
        LimitKindText::Share => LimitKind::Share(resolve_share(manuscript, text, indicator)?),
        LimitKindText::Rate => LimitKind::Rate,
        LimitKindText::Bound => LimitKind::Bound,
    };
    check_unit(manuscript, &text.unit, list_units(&kind, indicator, pack))?;
    Ok(kind)
}

/// The last part of the id of the figure that a share limits.
fn resolve_share(
    manuscript: &Manuscript,
    text: &LimitText,
    indicator: &Indicator,
) -> PackResult<String> {
    let name = text.of.as_ref().map_or("on_time", |of| of.get_ref());
    if indicator.publish.iter().any(|s| s.id == name) {
        return Ok(name.to_owned());
    }
    let at = text.of.as_ref().unwrap_or(&text.unit).span();
    let problem = text!("`{}` 不公布 `{name}`", "`{}` publishes no `{name}`", indicator.id);
    let known = indicator.publish.iter().map(|s| s.id.as_str());
    Err(manuscript.mistake_at(&at, problem).or_one_of(name, known).into())
}

/// Lists the units in which a limit may be given.
fn list_units<'a>(kind: &LimitKind, indicator: &Indicator, pack: &'a Pack) -> Vec<&'a str> {
    match kind {
        LimitKind::Mean | LimitKind::Percentile(_) => list_value_units(indicator, pack),
        LimitKind::Share(_) => vec!["%"],
        LimitKind::Rate => list_own_units(pack, &["%", "1"]),
        LimitKind::Bound => vec!["1"],
        LimitKind::Longest(_) => Vec::new(),
    }
}

fn check_unit(manuscript: &Manuscript, unit: &Spanned<String>, right: Vec<&str>) -> PackResult<()> {
    let code = unit.get_ref().as_str();
    if right.contains(&code) {
        return Ok(());
    }
    Err(manuscript
        .mistake_at(
            &unit.span(),
            text!("`{code}` 不是该时限的单位", "`{code}` is no unit for this limit"),
        )
        .or_one_of(code, right)
        .into())
}

fn resolve_segment(
    manuscript: &Manuscript,
    text: &LimitText,
    indicator: &Indicator,
) -> PackResult<BTreeMap<String, Vec<String>>> {
    let mut segment = BTreeMap::new();
    for (column, values) in &text.segment {
        let at = Spanned::new(text.value.span(), column.clone());
        check_column(manuscript, &at, indicator.dataset)?;
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

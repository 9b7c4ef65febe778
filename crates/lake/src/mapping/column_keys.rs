//! The keys of the table of one column.

use trueline_expression::parse_expression;
use trueline_language::{phrase, text};

use super::error::MappingError;
use super::model::{TakeEvent, Unlisted, ValueMap, ValueOrigin};
use super::table::MappingTable;
use crate::dates::DateOrder;
use crate::schema::ValueKind;

pub(super) fn read_day_order(table: &MappingTable<'_>) -> Result<Option<DateOrder>, MappingError> {
    Ok(table
        .read_flag("day_first")?
        .map(|day_first| if day_first { DateOrder::DayFirst } else { DateOrder::MonthFirst }))
}

pub(super) fn read_origin(table: &MappingTable<'_>) -> Result<ValueOrigin, MappingError> {
    let mut found = Vec::new();
    if let Some(source) = table.read_text("from")? {
        found.push(ValueOrigin::Column(source));
    }
    if let Some(text) = table.read_text("value")? {
        found.push(ValueOrigin::Constant(text));
    }
    if let Some(text) = table.read_text("expr")? {
        let expr = parse_expression(&text).map_err(|error| {
            let problem = text!(
                "`expr` 第 {} 个字符处：{}",
                "in `expr`, character {}: {}",
                error.offset + 1,
                error.message
            );
            table.place.error_at(table.line_of("expr"), problem, error.hint)
        })?;
        found.push(ValueOrigin::Expression(expr));
    }
    match (table.read_text("date")?, table.read_text("time")?) {
        (Some(date), Some(time)) => found.push(ValueOrigin::DateAndTime(date, time)),
        (Some(date), None) => found.push(ValueOrigin::Column(date)),
        (None, Some(_)) => {
            return Err(table.not_understood(
                "time",
                phrase!(
                    "请同时写明日期的列：`date = \"…\"`",
                    "name the column of the date too: `date = \"…\"`"
                ),
            ));
        }
        (None, None) => {}
    }
    if table.read_flag("line")?.unwrap_or(false) {
        found.push(ValueOrigin::Line);
    }
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let problem = if found.is_empty() {
        text!("[{}] 没有写明取值的来源", "[{}] does not say where its value comes from", table.path)
    } else {
        text!("[{}] 有不止一个来源", "[{}] has several origins", table.path)
    };
    let remedy = phrase!(
        "请只写其一：`from`、`value`、`expr`、`date` 与 `time`、`line = true`",
        "write exactly one of `from`, `value`, `expr`, `date` with `time`, `line = true`"
    );
    Err(table.place.error_at(table.line, problem, remedy))
}

pub(super) fn read_values(
    table: &MappingTable<'_>,
    allowed: &'static [&'static str],
) -> Result<Option<ValueMap>, MappingError> {
    let unlisted = match table.read_text("unlisted")?.as_deref() {
        None | Some("quarantine") => Unlisted::Quarantine,
        Some("keep") => Unlisted::Keep,
        Some("null") => Unlisted::Null,
        Some(_) => {
            let remedy = phrase!(
                "请写 `unlisted = \"quarantine\"`、`\"keep\"` 或 `\"null\"`",
                "write `unlisted = \"quarantine\"`, `\"keep\"` or `\"null\"`"
            );
            return Err(table.not_understood("unlisted", remedy));
        }
    };
    let Some(map) = table.read_table("values")? else {
        return Ok(None);
    };
    let pairs = map.read_pairs()?;
    for (key, value) in &pairs {
        if !allowed.is_empty() && !value.is_empty() && !allowed.contains(&value.as_str()) {
            let problem =
                text!("此列没有取值 `{value}`", "`{value}` is not a value of this column");
            let remedy = text!("可用的有：{}", "allowed values: {}", allowed.join(", "));
            return Err(table.place.error_at(map.line_of(key), problem, remedy));
        }
    }
    Ok(Some(ValueMap { pairs, unlisted }))
}

pub(super) fn read_take(table: &MappingTable<'_>) -> Result<TakeEvent, MappingError> {
    match table.read_text("take")?.as_deref() {
        None | Some("last") => Ok(TakeEvent::Last),
        Some("first") => Ok(TakeEvent::First),
        Some("any") => Ok(TakeEvent::Any),
        Some("last_present") => Ok(TakeEvent::LastPresent),
        Some("min") => Ok(TakeEvent::Min),
        Some("max") => Ok(TakeEvent::Max),
        Some(_) => {
            let remedy = phrase!(
                "请写 `first`、`last`、`any`、`last_present`、`min` 或 `max`",
                "write `first`, `last`, `any`, `last_present`, `min` or `max`"
            );
            Err(table.not_understood("take", remedy))
        }
    }
}

pub(super) fn read_extra_kind(table: &MappingTable<'_>) -> Result<ValueKind, MappingError> {
    match table.read_text("kind")?.as_deref() {
        None | Some("label") => Ok(ValueKind::Label),
        Some("text") => Ok(ValueKind::Text),
        Some("integer") => Ok(ValueKind::Integer),
        Some("number") => Ok(ValueKind::Number),
        Some("boolean") => Ok(ValueKind::Boolean),
        Some("moment") => Ok(ValueKind::Moment),
        Some(_) => {
            let remedy = phrase!(
                "请写 `label`、`text`、`integer`、`number`、`boolean` 或 `moment`",
                "write `label`, `text`, `integer`, `number`, `boolean` or `moment`"
            );
            Err(table.not_understood("kind", remedy))
        }
    }
}

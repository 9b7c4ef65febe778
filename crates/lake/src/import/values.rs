//! Single values: from the text of a cell to what its column holds.

use std::borrow::Cow;

use trueline_expression::ExpressionValue;

use super::column::{NULL_INTEGER, NULL_NUMBER_BITS};
use super::labels::{LabelMeaning, ThreadLabels};
use super::pseudonym::Pseudonyms;
use super::reason::RefusalReason;
use crate::mapping::{BoundTarget, ColumnInput, ColumnTarget, Pseudonymise, Unlisted};
use crate::source::Encoding;

/// Whether the mapping itself gives an empty text, as opposed to a cell that somebody left empty.
/// Some datasets need the empty label, for instance for "the whole".
pub(super) fn says_empty(bound: &BoundTarget) -> bool {
    let said = matches!(bound.input, ColumnInput::Constant(_) | ColumnInput::Expression(..));
    said && bound.target.required
}

#[inline]
pub(super) fn is_missing(target: &ColumnTarget, text: &[u8]) -> bool {
    text.is_empty() || target.missing.iter().any(|missing| missing.as_bytes() == text)
}

/// Applies the value map to a text; `None` is a null.
pub(super) fn map_value<'a>(
    target: &'a ColumnTarget,
    text: &'a str,
) -> Result<Option<Cow<'a, str>>, RefusalReason> {
    let Some(map) = &target.values else {
        return Ok(Some(Cow::Borrowed(text)));
    };
    if let Some((_, to)) = map.pairs.iter().find(|(from, _)| from == text) {
        return Ok((!to.is_empty()).then_some(Cow::Borrowed(to.as_str())));
    }
    match map.unlisted {
        Unlisted::Keep => Ok(Some(Cow::Borrowed(text))),
        Unlisted::Null => Ok(None),
        Unlisted::Quarantine => Err(RefusalReason::NotListed),
    }
}

pub(super) fn find_label(
    cell: &[u8],
    encoding: Encoding,
    target: &ColumnTarget,
    labels: &mut ThreadLabels,
    pseudonyms: &mut Pseudonyms,
) -> LabelMeaning {
    let Some(text) = encoding.decode(cell) else {
        return LabelMeaning::NoText;
    };
    if is_missing(target, text.as_bytes()) {
        return LabelMeaning::Null;
    }
    let mapped = match map_value(target, &text) {
        Ok(Some(mapped)) => mapped,
        Ok(None) => return LabelMeaning::Null,
        Err(_) => return LabelMeaning::Refused,
    };
    if !target.allowed.is_empty() && !target.allowed.contains(&&*mapped) {
        return LabelMeaning::Refused;
    }
    match target.pseudonymise {
        Pseudonymise::No => LabelMeaning::Code(labels.code_of(&mapped)),
        Pseudonymise::Yes => {
            let pseudonym = pseudonyms.make_pseudonym(&mapped);
            LabelMeaning::Code(labels.code_of(&pseudonym))
        }
    }
}

pub(super) fn parse_integer(text: &str) -> Option<i64> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.parse().ok().filter(|value| *value != NULL_INTEGER)
}

pub(super) fn parse_number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let finite = value.is_finite() && value.to_bits() != NULL_NUMBER_BITS;
    finite.then_some(value)
}

pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "是" => Some(true),
        "false" | "f" | "no" | "n" | "0" | "否" => Some(false),
        _ => None,
    }
}

pub(super) fn plain_text(value: &ExpressionValue<'_>) -> String {
    match value {
        ExpressionValue::Null => String::new(),
        ExpressionValue::Boolean(value) => value.to_string(),
        ExpressionValue::Integer(value) | ExpressionValue::Time(value) => value.to_string(),
        ExpressionValue::Number(value) => value.to_string(),
        ExpressionValue::Text(text) => text.clone().into_owned(),
    }
}

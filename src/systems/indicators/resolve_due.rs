//! The time within which a case must be done, as a pack file writes it.

use std::ops::Range;

use toml::Spanned;
use trueline_clock::TimeLimit as DueRule;
use trueline_language::{Phrase, Text, phrase, text};

use super::file::CountedText;
use super::mistake::{Manuscript, PackMistake, PackResult};
use super::model::{Indicator, Pack};
use super::resolve_value::is_working_time;

/// The value, the unit and the way of counting.
#[derive(Debug, Clone, Copy)]
pub(super) struct DueText<'a> {
    pub(super) value: &'a Spanned<f64>,
    pub(super) unit: &'a Spanned<String>,
    pub(super) counted: Option<CountedText>,
}

/// Resolves the time for the clock of `indicator`.
pub(super) fn resolve_due(
    manuscript: &Manuscript,
    due: DueText<'_>,
    indicator: &Indicator,
    pack: &Pack,
) -> PackResult<DueRule> {
    let DueText { value, unit, counted } = due;
    let number = *value.get_ref();
    let refuse = |at: Range<usize>, problem: Text, instead: Phrase| {
        Err(manuscript.mistake_at(&at, problem).or_write(instead).into())
    };
    if !(number.is_finite() && number > 0.0 && number <= 100_000.0) {
        return refuse(
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
        "d" | "wd" if by_date && !whole => refuse(
            value.span(),
            text!("天数须为整数", "days are counted whole"),
            phrase!("请改写小时", "write hours instead"),
        ),
        "d" if by_date => Ok(DueRule::Dates { days: number as i64 }),
        "wd" if pack.calendar.is_none() => refuse(
            unit.span(),
            text!("工作日需要日历", "working days need a calendar"),
            phrase!("请在 [pack] 中加上 `calendar = \"cn\"`", "add `calendar = \"cn\"` to [pack]"),
        ),
        "wd" if !by_date => refuse(
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
        _ => Err(refuse_unit(manuscript, unit, works)),
    }
}

fn refuse_unit(manuscript: &Manuscript, unit: &Spanned<String>, works: bool) -> Box<PackMistake> {
    let right: &[&str] = if works {
        &["wh", "wd", "d", "same_day"]
    } else {
        &["s", "min", "h", "d", "wd", "same_day"]
    };
    let other = unit.get_ref().as_str();
    let problem =
        text!("`{other}` 不能限定该时钟上的工单", "`{other}` cannot limit a case on this clock");
    manuscript.mistake_at(&unit.span(), problem).or_one_of(other, right.iter().copied()).into()
}

/// Writes the time as people do: `48 h`, `5 wd`.
pub(super) fn write_due(due: DueText<'_>) -> String {
    let value = *due.value.get_ref();
    match due.unit.get_ref().as_str() {
        "same_day" => format!("same day before {value}:00"),
        "d" if due.counted == Some(CountedText::Elapsed) => format!("{} h", value * 24.0),
        unit => format!("{value} {unit}"),
    }
}

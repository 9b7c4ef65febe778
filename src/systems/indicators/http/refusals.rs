//! What a reader is told who asks for a figure that does not exist.

use trueline_expression::find_nearest_word;
use trueline_figures::PeriodError;
use trueline_language::Text;

use super::console::Console;
use crate::language::Language;
use crate::systems::indicators::{ComputeError, DimensionError, known_names};
use crate::web::{ChoiceGroup, Refusal};

impl Console {
    /// The refusal for a question that has no figures.
    pub(crate) fn refusal_for(&self, error: &ComputeError) -> Refusal {
        match error {
            ComputeError::Dimension(error) => refuse_filter(error, self),
            ComputeError::NoIndicator { id, .. } => refuse_indicator(self, id),
            ComputeError::Calendar(_) | ComputeError::Records { .. } | ComputeError::Run { .. } => {
                Refusal::failed(error)
            }
        }
    }
}

/// 404, with the name that was probably meant.
pub(super) fn refuse_indicator(console: &Console, name: &str) -> Refusal {
    let pack = &console.pack.id;
    let refusal = Refusal::not_found(
        format!("指标包 {pack} 里没有指标 `{name}`"),
        format!("there is no indicator `{name}` in {pack}"),
    )
    .at("indicator");
    match find_nearest_word(name, console.pack.indicators.iter().map(|one| one.id.as_str())) {
        Some(near) => {
            refusal.with_next(format!("是否指 `{near}`？"), format!("did you mean `{near}`?"))
        }
        None => refusal.with_next("从下面选一个", "choose one of those below"),
    }
    .with_choices(console.pack.groups.iter().map(|group| {
        ChoiceGroup {
            title: both_languages(&group.title),
            options: console
                .pack
                .in_group(&group.id)
                .map(|one| (one.id.clone(), both_languages(&one.title)))
                .collect(),
        }
    }))
}

/// In Chinese and English.
fn both_languages(text: &Text) -> (String, String) {
    let words = |language| text.as_str(language).to_owned();
    (words(Language::Chinese), words(Language::English))
}

/// 400: a period that cannot be read.
pub(super) fn refuse_period(error: &PeriodError) -> Refusal {
    let chinese = match error {
        PeriodError::Unknown(text) => format!("`{text}` 不是统计期"),
        PeriodError::Backwards(text) => format!("统计期 `{text}` 的末日早于首日"),
        PeriodError::OutOfRange(text) => format!("统计期 `{text}` 不在 1900 至 2199 年之间"),
    };
    Refusal::unclear(chinese, error.to_string()).with_next(
        "可写 2020H1、2020Q2、2020-05、2020 或 2020-05-01..2020-05-17",
        "write 2020H1, 2020Q2, 2020-05, 2020 or 2020-05-01..2020-05-17",
    )
}

/// 400: a filter or a slice that makes no sense.
pub(super) fn refuse_filter(error: &DimensionError, console: &Console) -> Refusal {
    let english = error.to_string();
    let refusal = match error {
        DimensionError::Unknown { name, .. } => {
            return refuse_dimension(name, console);
        }
        DimensionError::NotAFilter { text } => {
            Refusal::unclear(format!("`{text}` 不是条件"), format!("`{text}` is no condition"))
                .with_next(
                    "写名称、等号和取值，如 prefecture=141100",
                    "write a name, `=` and a value, such as prefecture=141100",
                )
        }
        DimensionError::Period(error) => refuse_period(error),
        DimensionError::OutsidePeriod { value, period, .. } => {
            Refusal::unclear(format!("{value} 不在统计期 {period} 之内"), english).with_next(
                "去掉这个条件，或换一个包含它的统计期",
                "remove this condition, or choose a period that holds it",
            )
        }
        DimensionError::SeveralTimes => Refusal::unclear("一次只能看一段时间", english)
            .with_next("只留一个 month、quarter 或 day", "keep one of month, quarter and day"),
    };
    refusal.at("where")
}

fn refuse_dimension(name: &str, console: &Console) -> Refusal {
    let known = known_names(&console.pack);
    let refusal = Refusal::unclear(
        format!("没有叫 `{name}` 的维度"),
        format!("there is no dimension `{name}`"),
    );
    let refusal = if let Some(near) = find_nearest_word(name, known.iter().map(String::as_str)) {
        refusal.with_next(format!("是否指 `{near}`？"), format!("did you mean `{near}`?"))
    } else {
        let all = known.join(", ");
        refusal.with_next(format!("可写：{all}"), format!("write one of: {all}"))
    };
    refusal.at("where")
}

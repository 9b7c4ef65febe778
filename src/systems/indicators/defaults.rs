//! What the parts of a pack file share while they are resolved: its defaults and its sources.

use trueline_language::text;

use super::file;
use super::mistake::{Manuscript, PackResult};
use super::model::{Denominator, Pack, RuleSource};

/// What indicators of one file mean where they do not say.
#[derive(Debug)]
pub(super) struct Fallback {
    pub(super) subtract: Vec<String>,
    pub(super) limit_is_on_time: bool,
    pub(super) denominator: Denominator,
    pub(super) exclude: Vec<file::ExcludeText>,
}

impl Fallback {
    pub(super) fn from_file(defaults: file::Defaults) -> Fallback {
        Fallback {
            subtract: defaults.subtract.unwrap_or_default(),
            limit_is_on_time: defaults.limit_is_on_time.unwrap_or(true),
            denominator: resolve_denominator(defaults.denominator),
            exclude: defaults.exclude,
        }
    }
}

pub(super) fn resolve_denominator(text: Option<file::DenominatorText>) -> Denominator {
    match text {
        None | Some(file::DenominatorText::Closed) => Denominator::Closed,
        Some(file::DenominatorText::Dispatched) => Denominator::Dispatched,
        Some(file::DenominatorText::DispatchedMinusWithdrawn) => {
            Denominator::DispatchedMinusWithdrawn
        }
    }
}

/// Finds a source by its name; a name that the pack does not know is a mistake.
pub(super) fn find_source<'a>(
    manuscript: &Manuscript,
    pack: &'a Pack,
    name: &toml::Spanned<String>,
) -> PackResult<&'a RuleSource> {
    pack.sources.get(name.get_ref()).ok_or_else(|| {
        manuscript
            .mistake_at(
                &name.span(),
                text!("没有名为 `{}` 的来源", "no source is called `{}`", name.get_ref()),
            )
            .or_one_of(name.get_ref(), pack.sources.keys().map(String::as_str))
            .into()
    })
}

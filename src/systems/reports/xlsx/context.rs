//! What every sheet is written from.

use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::words::ReportWords;

/// The report, and the words of its language.
pub(super) struct WorkbookContext<'a> {
    pub(super) report: &'a QualityReport,
    pub(super) t: &'static ReportWords,
}

impl WorkbookContext<'_> {
    pub(super) fn pick_text<'b>(&self, chinese: &'b str, english: &'b str) -> &'b str {
        match self.report.language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }
}

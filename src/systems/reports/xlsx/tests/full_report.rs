//! A report with one of everything that a cell can say.

use crate::systems::reports::model::{
    FigureChange, Language, QualityReport, ReportedSlice, ReportedStatus,
};
use crate::systems::reports::narrative::{NotFromRecords, SectionKind};
use crate::systems::reports::print;
use crate::systems::reports::tests::province;

pub(super) fn full(language: Language) -> QualityReport {
    let mut report = province(language);
    let lines = &mut report.groups[0].lines;
    lines[0].title = "=1+1".into();
    lines[0].note = Some("@note".into());
    lines[1].figure.limits[0].met = Some(false);
    lines[1].figure.limits[1].verified = true;
    lines[2].figure.status = ReportedStatus::Published;
    lines[3].previous.as_mut().unwrap().as_published = true;
    lines[3].change = None;
    lines[4].change = Some(FigureChange::Break { says: "break".into() });
    lines[5].figure.value = None;
    lines[5].figure.printed = print::NOTHING.into();
    lines[5].figure.status = ReportedStatus::Nothing;
    lines[5].previous = None;
    lines[5].change = None;
    lines[6].figure.limits[0].promise = true;
    lines[6].figure.limits[0].source = None;
    report.slices[0].slice.insert("month".into(), "2020-03".into());
    detach_slice(&mut report.slices[1]);
    report.not_from_records.push(NotFromRecords {
        text: "12个".into(),
        source: "工程管理系统".into(),
        place: SectionKind::Measures,
        line: 3,
    });
    report.data.batches[0].digest = Some("9f86d081".into());
    report.filing.late_reason = Some("late".into());
    report.filing.due = Some("2020-07-15".into());
    report
}

/// Turns it into a slice of a figure that has no line of its own.
fn detach_slice(slice: &mut ReportedSlice) {
    slice.statistic = "within_promise".into();
    slice.value = Some(97.25);
    slice.printed = "97.25".into();
    slice.unit = "%".into();
    slice.longest = None;
    slice.percentiles = None;
}

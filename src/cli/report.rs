//! `trueline report`: the half-year report, in as many formats as files are named.

use std::path::Path;

use trueline_language::{Explain as _, text};

use super::indicators::{note_if_empty, open_inquiry};
use super::named_file::replace_named_file;
use super::place::InstanceFolders;
use super::report_arguments::ReportArguments;
use super::{Failure, Language, ProgressStep};
use crate::ledger::Ledger;
use crate::systems::indicators::Inquiry;
use crate::systems::reports::{
    Correction, RenderedFile, ReportFormat, ReportInputs, SealReportError, SealedReport, Sealer,
    find_correction,
};

pub(super) fn run_report(
    asked: &ReportArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let formats = asked.out.iter().map(|path| parse_format(path)).collect::<Result<Vec<_>, _>>()?;
    let program = place.open_instance()?;
    let state = &program.state;
    let inquiry = open_inquiry(state, &asked.question, &[])?;
    let step = language.pick("编写报告", "writing the report");
    let bar = ProgressStep::start_step(step, asked.out.len() as u64);
    let now = state.clock.now();
    let inputs = ReportInputs::read(state, &program.settings.report, &inquiry, now)?;
    note_if_empty(&inputs.material.current, language);
    let ledger = state.open_ledger()?;
    let correction = look_up_correction(asked, &inquiry, &ledger)?;
    let mut sealer = Sealer::prepare(&inputs, ledger).map_err(explain_seal_failure)?;
    let draft = inputs.draft_report(language, sealer.lags(), correction.as_ref())?;
    let mut files = Vec::new();
    for (index, format) in formats.into_iter().enumerate() {
        let enclosed = format.carries_seal().then(|| sealer.enclosed());
        let bytes = draft.render(format, enclosed)?;
        files.push(RenderedFile { format, language, bytes });
        bar.move_to(index as u64 + 1);
    }
    let sealed =
        sealer.seal(&[&draft], correction.as_ref(), &mut files).map_err(explain_seal_failure)?;
    for (path, file) in asked.out.iter().zip(&files) {
        replace_named_file(path, &file.bytes)?;
    }
    let names: Vec<String> = asked.out.iter().map(|path| path.display().to_string()).collect();
    bar.finish_step(&format!("{step}: {}", names.join(", ")));
    if let Some(sealed) = sealed {
        print_sealed(&sealed, language);
    }
    Ok(())
}

/// The published report that this one corrects, by the first digits of its id.
fn look_up_correction(
    asked: &ReportArguments,
    inquiry: &Inquiry,
    ledger: &Ledger,
) -> Result<Option<Correction>, Failure> {
    let Some(id) = &asked.restates else {
        return Ok(None);
    };
    let period = &inquiry.question.period.name;
    let found = find_correction(ledger, (&inquiry.pack.id, period), id, asked.reason.clone());
    found.map(Some).ok_or_else(|| {
        Failure::wrong_request(
            text!(
                "{period} 没有编号为 {id} 的已发布报告",
                "no report of {period} was published as {id}"
            ),
            text!("只有已发布的报告需要更正", "only a published report needs a restatement"),
        )
    })
}

/// Tells a person what a report was sealed as.
pub(super) fn print_sealed(sealed: &SealedReport, language: Language) {
    if let Some(missing) = &sealed.missing {
        eprintln!("{}", text!("提示：{missing}", "note: {missing}").as_str(language));
    }
    let (id, size) = (&sealed.id, sealed.size);
    println!(
        "{}",
        language.pick(
            format!("已封印，草稿 {id}，账本共 {size} 条；核对：trueline verify 文件"),
            format!(
                "sealed as draft {id}, the ledger has {size} entries; check: trueline verify FILE"
            ),
        )
    );
}

/// A report that disagrees with its records, or has no quorum, is an answer: "no".
pub(super) fn explain_seal_failure(error: SealReportError) -> Failure {
    match error {
        SealReportError::Disagrees(_) => Failure::negative_answer(error.to_text()),
        SealReportError::NotPublished(_) => {
            Failure::negative_answer(error.to_text()).with_next(text!(
                "先以 `trueline ledger cosign` 再次请见证方联署，然后重新发布",
                "`trueline ledger cosign` asks the witnesses again, then publish again"
            ))
        }
        SealReportError::Ledger(_)
        | SealReportError::Policy(_)
        | SealReportError::Lake(_)
        | SealReportError::Calendar(_)
        | SealReportError::Compute(_)
        | SealReportError::Evidence(_)
        | SealReportError::Seal(_)
        | SealReportError::Workbook(_)
        | SealReportError::Xlsx(_)
        | SealReportError::Json(_)
        | SealReportError::File(_) => Failure::from(error),
    }
}

fn parse_format(path: &Path) -> Result<ReportFormat, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    ending.and_then(|ending| ReportFormat::from_ending(&ending)).ok_or_else(|| {
        let known: Vec<String> =
            ReportFormat::ALL.iter().map(|format| format!(".{}", format.ending())).collect();
        Failure::wrong_request(
            text!(
                "{} 的扩展名不能表明格式",
                "{} has no ending that says its format",
                path.display()
            ),
            text!("可用：{}", "use one of {}", known.join(", ")),
        )
    })
}

//! Sealing: the evidence of a report, its statement in the ledger, and the seal in each file.

mod evidence;
mod statement;

use trueline_clock::CalendarError;
use trueline_lake::LakeError;
use trueline_language::Text;
use trueline_verify::{SealError, Statement, WorkbookError, find_disagreements, to_canonical_json};

pub(super) use self::statement::StatementSealer;
pub(crate) use self::statement::sealed_folder;
pub use self::statement::{RenderedFile, SealedReport, published_statements};
use super::draft::{Draft, ReportInputs};
use super::lags::lags;
use super::{Correction, EnclosedEvidence, ReportedLag};
use crate::files::FileError;
use crate::ledger::{Ledger, LedgerError, PolicyError};
use crate::systems::indicators::evidence::FigureEvidenceError;
use crate::systems::indicators::{ComputeError, PackAncestor};
use rust_xlsxwriter::XlsxError;

/// Why a report could not be sealed.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SealReportError {
    #[error("the report cannot be sealed: {0}")]
    #[zh("报告不能封印：{0}")]
    Disagrees(Text),
    #[error("the statement is recorded, but not published: {0}")]
    #[zh("声明已入账，但未发布：{0}")]
    NotPublished(Text),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Evidence(#[from] FigureEvidenceError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("the report cannot be written as JSON")]
    #[zh("报告无法写成 JSON")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Seals the renderings of one report.
#[derive(Debug)]
pub struct Sealer<'a> {
    inputs: &'a ReportInputs<'a>,
    ledger: Ledger,
    evidence: trueline_verify::Evidence,
    /// The evidence in canonical JSON.
    text: String,
    lags: Vec<ReportedLag>,
}

impl<'a> Sealer<'a> {
    /// Commits to what is not committed yet, and gathers the evidence of what the report prints.
    pub fn prepare(
        inputs: &'a ReportInputs<'a>,
        mut ledger: Ledger,
    ) -> Result<Sealer<'a>, SealReportError> {
        let inquiry = inputs.inquiry;
        ledger.commit_batches(&inquiry.lake, &inputs.state.datasets.schemas())?;
        evidence::record_definitions(&mut ledger, inquiry)?;
        let batches = evidence::witnessed_inputs(inputs.state, &mut ledger, inquiry.as_of)?;
        let evidence = evidence::gather_evidence(inputs, batches)?;
        if let Some(wrong) = find_disagreements(&evidence).first() {
            return Err(SealReportError::Disagrees(Text::of_error(wrong)));
        }
        let text = to_canonical_json(&evidence).map_err(LedgerError::from)?;
        let lags = lags(&evidence, &inquiry.question.period.name);
        Ok(Sealer { inputs, ledger, evidence, text, lags })
    }

    /// How late the records of the period were committed to, for the report to say.
    pub fn lags(&self) -> &[ReportedLag] {
        &self.lags
    }

    /// What every rendering that is to be sealed carries.
    pub fn enclosed(&self) -> EnclosedEvidence<'_> {
        EnclosedEvidence { evidence: &self.text }
    }

    /// Puts the statement about these renderings into the ledger, and the seal into each of them.
    /// `None` if none of them carries a seal.
    pub fn seal(
        &mut self,
        drafts: &[&Draft],
        correction: Option<&Correction>,
        files: &mut [RenderedFile],
    ) -> Result<Option<SealedReport>, SealReportError> {
        let inquiry = self.inputs.inquiry;
        evidence::record_populations(&mut self.ledger, &self.evidence, &self.text)?;
        let simulated = self.inputs.is_simulated()?;
        let period = &inquiry.question.period.name;
        let statement = Statement {
            restates: correction.map(|correction| correction.digest.clone()),
            reason: correction.and_then(|correction| correction.reason.clone()),
            ..statement::draft_statement(&inquiry.pack.id, period, simulated, &self.text)
        };
        let logo = drafts.first().and_then(|draft| draft.logo.as_ref());
        let text = |one: &PackAncestor| (format!("{}.toml", one.id), one.text.clone());
        let mut sealer = StatementSealer {
            state: self.inputs.state,
            ledger: &mut self.ledger,
            evidence: &self.text,
            reports: drafts.iter().map(|draft| &draft.report).collect(),
            logo: logo.map(|logo| (logo.kind.file_name(), logo.bytes.as_slice())),
            packs: inquiry.pack.lineage.iter().map(text).collect(),
        };
        sealer.seal_files(statement, files)
    }
}

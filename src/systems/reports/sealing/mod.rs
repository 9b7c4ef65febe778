//! Sealing: the evidence of a report, its statement in the ledger, and the seal in each file.

mod error;
mod evidence;
mod statement;

use trueline_language::Text;
use trueline_verify::{Statement, find_disagreements, to_canonical_json};

pub use self::error::SealReportError;
pub(super) use self::statement::StatementSealer;
pub(crate) use self::statement::list_published_statements;
pub(crate) use self::statement::sealed_folder;
pub use self::statement::{RenderedFile, SealedReport};
use super::draft::{Draft, ReportInputs};
use super::lags::collect_lags;
use super::{Correction, EnclosedEvidence, ReportedLag};
use crate::ledger::{Ledger, LedgerError};
use crate::systems::indicators::PackAncestor;

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
    /// Commits to the batches that are not committed to yet, and gathers the evidence of what the
    /// report prints.
    pub fn prepare(
        inputs: &'a ReportInputs<'a>,
        mut ledger: Ledger,
    ) -> Result<Sealer<'a>, SealReportError> {
        let inquiry = inputs.inquiry;
        ledger.commit_batches(&inquiry.lake, &inputs.state.datasets.schemas())?;
        evidence::record_definitions(&mut ledger, inquiry)?;
        let batches = evidence::list_witnessed_inputs(inputs.state, &mut ledger, inquiry.as_of)?;
        let evidence = evidence::gather_evidence(inputs, batches)?;
        if let Some(wrong) = find_disagreements(&evidence).first() {
            return Err(SealReportError::Disagrees(Text::of_error(wrong)));
        }
        let text = to_canonical_json(&evidence).map_err(LedgerError::from)?;
        let lags = collect_lags(&evidence, &inquiry.question.period.name);
        Ok(Sealer { inputs, ledger, evidence, text, lags })
    }

    /// How late the records of the period were committed to, as the report says it.
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

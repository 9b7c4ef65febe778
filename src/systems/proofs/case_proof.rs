//! The proof of one case: how it was counted, or that it was absent, in a file that anyone can
//! check against the ledger.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trueline_verify::{
    CASE, CaseChecked, CaseError, CaseExtra, Evidence, JsonError, MemberProof, Population,
    PopulationEntry, RowProof, Statement, check_case, read_canonical_json, statement_id,
};

use super::archive::{CasePosition, HashedRecords, ProvenMember, ProvenRow};
use super::recheck::RecheckError;
use crate::files::{FileError, read_file};
use crate::instance::Instance;
use crate::ledger::{LedgerError, LedgerHistory};
use crate::state::State;
use crate::systems::cases;
use crate::systems::reports::sealed_folder;

/// Why there is no proof of a case.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum CaseProofError {
    #[error("no such report was sealed")]
    #[zh("没有封印过该报告")]
    NoReport,
    #[error("the report is about no case")]
    #[zh("该报告不涉及工单")]
    NoCases,
    #[error("the population of the report is not in the ledger")]
    #[zh("该报告的总体不在账本中")]
    NoPopulationEntry,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Recheck(#[from] RecheckError),
    #[error("the proof does not hold")]
    #[zh("凭据不成立")]
    Check(#[from] CaseError),
    #[error("the evidence of the report is damaged")]
    #[zh("该报告的证据已损坏")]
    Evidence(#[source] JsonError),
    #[error("the proof has no canonical form")]
    #[zh("凭据没有规范形式")]
    Json(#[from] JsonError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// A proof and what it shows, checked as its reader will check it.
#[derive(Debug)]
pub struct CaseProof {
    /// C2SP tlog-proof.
    pub text: String,
    pub checked: CaseChecked,
}

/// Proves how a sealed report counted the case named by its source and source key. `report` is the
/// beginning of the id of the report; without it, the newest report is taken.
pub(crate) fn prove_case(
    state: &State,
    history: &LedgerHistory,
    case: Vec<String>,
    report: Option<&str>,
) -> Result<CaseProof, CaseProofError> {
    let evidence = find_evidence(&state.instance, history, report)?;
    let population = find_cases(&evidence).ok_or(CaseProofError::NoCases)?;
    let (number, entry) = find_population_entry(history, population)?;
    let archive = HashedRecords::open(&evidence, state)?;
    let (members, row) = match &archive.find_case(population, &case)? {
        CasePosition::Member(place) => {
            let row = archive.find_rows(&[&place.member])?.pop().flatten();
            (
                vec![make_member_proof(place)],
                row.map(|row| make_row_proof(history, &row)).transpose()?,
            )
        }
        CasePosition::Absent { before, after } => {
            (before.iter().chain(after).map(make_member_proof).collect(), None)
        }
    };
    let extra = CaseExtra { format: CASE.to_owned(), case, population: entry, members, row };
    write_proof(history, number, &extra)
}

/// The cases of a report's period, if its evidence holds any.
pub(super) fn find_cases(evidence: &Evidence) -> Option<&Population> {
    let name = cases::CASE.name();
    let found = evidence.populations.iter().find(|one| one.dataset == name);
    found.filter(|one| one.root.is_some())
}

/// Finds the number and text of the entry about a population.
pub(super) fn find_population_entry(
    history: &LedgerHistory,
    population: &Population,
) -> Result<(u64, String), CaseProofError> {
    let entries = history.read_entries().collect::<Result<Vec<_>, LedgerError>>()?;
    let found = entries.iter().enumerate().find_map(|(number, entry)| {
        let known = PopulationEntry::from_entry(entry)?;
        let same =
            Some(&known.root) == population.root.as_ref() && known.period == population.period;
        same.then(|| (number as u64, String::from_utf8_lossy(entry).into_owned()))
    });
    found.ok_or(CaseProofError::NoPopulationEntry)
}

/// Writes the proof of a case, and checks it as its reader will.
pub(super) fn write_proof(
    history: &LedgerHistory,
    number: u64,
    extra: &CaseExtra,
) -> Result<CaseProof, CaseProofError> {
    let text = history.receipt_with(number, extra.to_bytes()?)?.to_string();
    let checked = check_case(text.as_bytes(), None, &[])?;
    Ok(CaseProof { text, checked })
}

/// Finds the evidence of a sealed report: the one asked for, or the newest.
fn find_evidence(
    instance: &Instance,
    history: &LedgerHistory,
    report: Option<&str>,
) -> Result<Evidence, CaseProofError> {
    let mut found = None;
    for entry in history.read_entries() {
        let entry = entry?;
        if Statement::from_entry(&entry).is_some() {
            let id = statement_id(&String::from_utf8_lossy(&entry));
            if report.is_none_or(|report| id.starts_with(report)) {
                found = Some(id);
            }
        }
    }
    let id = found.ok_or(CaseProofError::NoReport)?;
    let text = read_file(&sealed_folder(instance, &id).join("evidence.json"))?;
    read_canonical_json(&text).map_err(CaseProofError::Evidence)
}

pub(super) fn make_member_proof(place: &ProvenMember) -> MemberProof {
    MemberProof {
        index: place.index,
        member: STANDARD.encode(&place.member.bytes),
        path: place.path.iter().map(ToString::to_string).collect(),
    }
}

pub(super) fn make_row_proof(
    history: &LedgerHistory,
    row: &ProvenRow,
) -> Result<RowProof, LedgerError> {
    let batch = String::from_utf8_lossy(&history.read_entry(row.entry)?).into_owned();
    Ok(RowProof {
        batch,
        index: row.index,
        row: STANDARD.encode(&row.salted),
        path: row.path.iter().map(ToString::to_string).collect(),
        receipt: history.make_receipt(row.entry, history.newest_note())?.to_string(),
    })
}

//! A spot check: cases that the operator could not choose, each with its proof.
//!
//! Cryptography cannot show whether records were true when they were written. So cases are drawn by
//! a value that nobody knew when the report was sealed.

use jiff::tz::TimeZone;
use trueline_ledger::{Hash, Policy};
use trueline_verify::{
    CASE, CaseChecked, CaseDraw, CaseError, CaseExtra, Evidence, MemberOutcome, Population,
    PopulationMember, check_case,
};

use super::archive::{HashedRecords, ProvenMember, ProvenRow};
use super::case_proof::{
    CaseProofError, find_cases, find_population_entry, make_member_proof, make_row_proof,
    write_proof,
};
use super::recheck::RecheckError;
use crate::ledger::{LedgerError, LedgerHistory};
use crate::state::State;

/// Why no cases could be drawn.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SpotCheckError {
    #[error("the report is about no case")]
    #[zh("该报告不涉及工单")]
    NoCases,
    #[error("no figure `{figure}` of the report is made from records")]
    #[zh("报告中没有由记录算出的指标值 `{figure}`")]
    NoFigure { figure: String, known: Vec<String> },
    #[error("there is no ledger beside the records")]
    #[zh("记录旁没有账本")]
    NoLedger,
    #[error(transparent)]
    Proof(#[from] CaseProofError),
    #[error(transparent)]
    Recheck(#[from] RecheckError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("the proof of a case does not hold")]
    #[zh("工单的凭据不成立")]
    Check(#[from] CaseError),
}

/// Which cases are drawn.
#[derive(Debug, Clone, Copy)]
pub struct SpotCheckRequest<'a> {
    pub seed: Hash,
    /// How many.
    pub cases: usize,
    /// Only cases that count for this figure.
    pub figure: Option<&'a str>,
    /// Whose signatures the proofs are checked against.
    pub policy: Option<&'a Policy>,
}

/// A case that was drawn.
#[derive(Debug)]
pub struct DrawnCase {
    /// Its place in the population.
    pub place: u64,
    pub checked: CaseChecked,
    /// C2SP tlog-proof.
    pub proof: String,
}

/// The cases that were drawn, in their order.
#[derive(Debug)]
pub struct SpotDraw {
    pub cases: Vec<DrawnCase>,
    /// The zone in which the pack reads moments.
    pub zone: TimeZone,
}

/// Draws cases of a sealed report from its records.
pub(crate) fn draw_cases(
    evidence: &Evidence,
    state: &State,
    request: &SpotCheckRequest<'_>,
) -> Result<SpotDraw, SpotCheckError> {
    let (population, family) = find_population(evidence, request.figure)?;
    let history = LedgerHistory::read(&state.instance)?.ok_or(SpotCheckError::NoLedger)?;
    let archive = HashedRecords::open(evidence, state)?;
    let is_wanted = |member: &PopulationMember| {
        member.verdicts.iter().any(|verdict| {
            family.is_none_or(|family| verdict.family == family)
                && verdict.outcome != MemberOutcome::Open
        })
    };
    let order = CaseDraw::new(request.seed, population.rows);
    let places = archive.draw_sample(population, order, request.cases, &is_wanted)?;
    let members: Vec<_> = places.iter().map(|place| &place.member).collect();
    let rows = archive.find_rows(&members)?;
    let (number, entry) = find_population_entry(&history, population)?;
    let prove = |(place, row): (&ProvenMember, Option<ProvenRow>)| {
        let row = row.map(|row| make_row_proof(&history, &row)).transpose()?;
        let extra = CaseExtra {
            format: CASE.to_owned(),
            case: place.member.key.clone(),
            population: entry.clone(),
            members: vec![make_member_proof(place)],
            row,
        };
        let proof = write_proof(&history, number, &extra)?;
        if request.policy.is_some() {
            check_case(proof.text.as_bytes(), request.policy, &history.read_retirements()?)?;
        }
        Ok(DrawnCase { place: place.index, checked: proof.checked, proof: proof.text })
    };
    let cases = places.iter().zip(rows).map(prove).collect::<Result<_, SpotCheckError>>()?;
    Ok(SpotDraw { cases, zone: archive.zone() })
}

/// The cases of the report's period, and the family of a figure among its definitions.
fn find_population<'a>(
    evidence: &'a Evidence,
    figure: Option<&str>,
) -> Result<(&'a Population, Option<u64>), SpotCheckError> {
    let Some(id) = figure else {
        let found = find_cases(evidence).ok_or(SpotCheckError::NoCases)?;
        return Ok((found, None));
    };
    let used = evidence.figures.iter().find(|one| one.figure == id && one.population.is_some());
    let found = used.and_then(|used| {
        let population = evidence.populations.get(used.population?)?;
        let definition = population.cells.get(used.cell?)?.definition;
        let family = population.families.iter().position(|ids| ids.contains(&definition))?;
        Some((population, Some(family as u64)))
    });
    found.ok_or_else(|| {
        let with_records = evidence.figures.iter().filter(|one| one.cell.is_some());
        let mut known: Vec<String> = with_records.map(|one| one.figure.clone()).collect();
        known.sort_unstable();
        known.dedup();
        SpotCheckError::NoFigure { figure: id.to_owned(), known }
    })
}

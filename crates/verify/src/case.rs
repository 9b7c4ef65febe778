//! Was one case counted, and as what? The proof is the receipt of a population with one member, or
//! with two neighbours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use trueline_ledger::{
    Checkpoint, Hash, Policy, ProofError, Receipt, ReceiptError, Retirement, Trust, leaf_hash,
    verify_inclusion,
};

use crate::entries::{BatchEntry, PopulationEntry};
use crate::json::{JsonError, read_canonical_json, to_canonical_json};
use crate::member::{MemberOutcome, MemberVerdict, NotAMember, PopulationMember};
use crate::row::{CanonicalRow, NotARow};
use trueline_language::Text;

/// The name of the form, as the `extra` of such a receipt states it.
pub const CASE: &str = "trueline-case/v1";

/// The `extra` of a receipt: the entry, and what is in its population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseExtra {
    pub format: String,
    /// The columns of the key that was asked for.
    pub case: Vec<String>,
    /// The entry of the population, as it stands in the ledger.
    pub population: String,
    /// The case itself; or its neighbours: the case before its place, the one after, or both.
    pub members: Vec<MemberProof>,
    /// The revision that was used, if the reader may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<RowProof>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberProof {
    /// Its number in the population, from 0.
    pub index: u64,
    /// Base64 of its canonical bytes.
    pub member: String,
    /// Hashes up to the population's root, base64.
    pub path: Vec<String>,
}

/// A row, and the path from it to its batch's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowProof {
    /// The entry of the batch.
    pub batch: String,
    pub index: u64,
    /// Base64 of salt and canonical row, one after the other.
    pub row: String,
    pub path: Vec<String>,
    /// The receipt of the batch's entry.
    pub receipt: String,
}

/// What such a receipt proves.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseFound {
    /// It is in the population, and this is how it was counted.
    Counted { member: PopulationMember, row: Option<CanonicalRow> },
    /// It is not: these two stand next to each other where it would be.
    NotThere { before: Option<Vec<String>>, after: Option<Vec<String>> },
}

/// A case that was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseChecked {
    pub case: Vec<String>,
    /// The number of its entry in the ledger.
    pub entry: u64,
    /// The place of the case in the population; that of its first neighbour if it is not there.
    pub index: u64,
    pub population: PopulationEntry,
    pub found: CaseFound,
    /// Absent without a policy: then nothing says whose ledger it is.
    pub trust: Option<Trust>,
}

/// Why a receipt does not prove what it says about a case.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum CaseError {
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    #[error("the path of the proof does not hold")]
    #[zh("证明的路径不成立")]
    Path(#[from] ProofError),
    #[error("it is a receipt, but not one for a case")]
    #[zh("这是凭据，但不是工单的凭据")]
    NoCase,
    #[error("its data about the case is damaged")]
    #[zh("其中关于工单的内容已损坏")]
    Extra(#[from] JsonError),
    #[error(transparent)]
    Member(#[from] NotAMember),
    #[error("its members are not the case, nor neighbours between which it would be")]
    #[zh("其成员既不是该工单，也不是它应在其间的两个相邻成员")]
    NotNeighbours,
    #[error(transparent)]
    Row(#[from] NotARow),
    #[error("the row is not the revision that was counted")]
    #[zh("数据行不是计入报告的版本")]
    OtherRow,
}

impl CaseExtra {
    pub fn to_bytes(&self) -> Result<Vec<u8>, JsonError> {
        Ok(to_canonical_json(self)?.into_bytes())
    }
}

/// Checks the receipt of a case.
pub fn check_case(
    receipt: &[u8],
    policy: Option<&Policy>,
    retired: &[Retirement],
) -> Result<CaseChecked, CaseError> {
    let receipt = Receipt::parse(receipt)?;
    let extra: CaseExtra = read_canonical_json(receipt.extra().ok_or(CaseError::NoCase)?)?;
    let trust = check_receipt(&receipt, extra.population.as_bytes(), policy, retired)?;
    let population = PopulationEntry::from_entry(extra.population.as_bytes());
    let population = population.filter(|_| extra.format == CASE).ok_or(CaseError::NoCase)?;
    let mut members = Vec::new();
    for proof in &extra.members {
        members.push((proof.index, check_member(proof, &population, extra.case.len())?));
    }
    let index = members.first().map_or(0, |(index, _)| *index);
    let mut found = locate_case(&extra, &population, &members)?;
    if let (Some(proof), CaseFound::Counted { member, row }) = (&extra.row, &mut found) {
        *row = Some(check_row(proof, &member.revision, policy, retired)?);
    }
    Ok(CaseChecked { case: extra.case, entry: receipt.index(), index, population, found, trust })
}

fn check_receipt(
    receipt: &Receipt,
    entry: &[u8],
    policy: Option<&Policy>,
    retired: &[Retirement],
) -> Result<Option<Trust>, CaseError> {
    if let Some(policy) = policy {
        return Ok(Some(receipt.verify_entry(entry, policy, retired)?));
    }
    let checkpoint = Checkpoint::parse(receipt.checkpoint().text()).map_err(ReceiptError::from)?;
    receipt.check_path(entry, &checkpoint)?;
    Ok(None)
}

fn parse_path(lines: &[String]) -> Result<Vec<Hash>, CaseError> {
    lines.iter().map(|line| line.parse().map_err(|_| CaseError::NoCase)).collect()
}

fn check_member(
    proof: &MemberProof,
    population: &PopulationEntry,
    columns: usize,
) -> Result<PopulationMember, CaseError> {
    let bytes = STANDARD.decode(&proof.member).map_err(|_| CaseError::NoCase)?;
    let root = Hash::from_hex(&population.root).ok_or(CaseError::NoCase)?;
    let path = parse_path(&proof.path)?;
    verify_inclusion(&leaf_hash(&bytes), proof.index, &path, population.rows, &root)?;
    Ok(PopulationMember::parse(&bytes, columns)?)
}

fn locate_case(
    extra: &CaseExtra,
    population: &PopulationEntry,
    members: &[(u64, PopulationMember)],
) -> Result<CaseFound, CaseError> {
    let case = &extra.case;
    let last = population.rows.checked_sub(1);
    match members {
        [(_, member)] if member.key == *case => {
            Ok(CaseFound::Counted { member: member.clone(), row: None })
        }
        [(0, after)] if after.key > *case => {
            Ok(CaseFound::NotThere { before: None, after: Some(after.key.clone()) })
        }
        [(index, before)] if Some(*index) == last && before.key < *case => {
            Ok(CaseFound::NotThere { before: Some(before.key.clone()), after: None })
        }
        [(first, before), (second, after)]
            if *second == first + 1 && before.key < *case && *case < after.key =>
        {
            Ok(CaseFound::NotThere {
                before: Some(before.key.clone()),
                after: Some(after.key.clone()),
            })
        }
        _ => Err(CaseError::NotNeighbours),
    }
}

fn check_row(
    row: &RowProof,
    revision: &Hash,
    policy: Option<&Policy>,
    retired: &[Retirement],
) -> Result<CanonicalRow, CaseError> {
    let receipt = Receipt::parse(row.receipt.as_bytes())?;
    check_receipt(&receipt, row.batch.as_bytes(), policy, retired)?;
    let batch = BatchEntry::from_entry(row.batch.as_bytes()).ok_or(CaseError::NoCase)?;
    let salted = STANDARD.decode(&row.row).map_err(|_| CaseError::NoCase)?;
    let leaf = leaf_hash(&salted);
    if leaf != *revision {
        return Err(CaseError::OtherRow);
    }
    let root = Hash::from_hex(&batch.root).ok_or(CaseError::NoCase)?;
    verify_inclusion(&leaf, row.index, &parse_path(&row.path)?, batch.rows, &root)?;
    Ok(CanonicalRow::parse(&salted, &batch.columns)?)
}

impl CaseChecked {
    /// How each family of definitions counted the case, one line per family.
    pub fn counted_as(&self) -> Vec<Text> {
        match &self.found {
            CaseFound::Counted { member, .. } => {
                let line = |verdict| describe_verdict(verdict, &self.population);
                member.verdicts.iter().map(line).collect()
            }
            CaseFound::NotThere { .. } => Vec::new(),
        }
    }
}

fn describe_verdict(verdict: &MemberVerdict, population: &PopulationEntry) -> Text {
    let family = usize::try_from(verdict.family).ok();
    let ids = family.and_then(|at| population.families.get(at));
    let name = ids.and_then(|ids| ids.first()).map_or("?", String::as_str);
    let (mut zh, mut en) = match &verdict.outcome {
        MemberOutcome::Counted => ("计入".to_owned(), "counted".to_owned()),
        MemberOutcome::Excluded { reason, is_approved: true } => {
            (format!("排除（{reason}）"), format!("excluded ({reason})"))
        }
        MemberOutcome::Excluded { reason, is_approved: false } => (
            format!("排除（{reason}，无人批准）"),
            format!("excluded ({reason}, approved by nobody)"),
        ),
        MemberOutcome::Unmeasurable => ("无法计量".to_owned(), "not measurable".to_owned()),
        MemberOutcome::Open => ("期末未完".to_owned(), "open at the end".to_owned()),
    };
    if let Some(value) = verdict.value {
        zh = format!("{zh}，计量值{value}");
        en = format!("{en}, measured {value}");
    }
    if let Some(open) = verdict.open {
        zh = format!("{zh}，期末已历时{open}秒");
        en = format!("{en}, open for {open} s at the end");
    }
    if verdict.late != 0 {
        zh = format!("{zh}，超过限值");
        en = format!("{en}, past the limit");
    }
    Text::new(format!("{name}：{zh}"), format!("{name}: {en}"))
}

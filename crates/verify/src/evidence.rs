//! The evidence of a report: figures, how they follow from partial figures, and what those are
//! partial figures of. `docs/evidence.md` describes it key by key.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::json::WholeNumber;

/// The name of the form, as the evidence states it.
pub const EVIDENCE: &str = "trueline-evidence/v1";

/// Everything on which the figures of a report rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub format: String,
    pub pack: PackUsed,
    pub calendars: Vec<NamedDigest>,
    /// Versions of what turns records into figures.
    pub semantics: BTreeMap<String, String>,
    /// The cut of the records, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<i64>,
    pub inputs: Vec<BatchInput>,
    pub definitions: Vec<DefinitionUsed>,
    pub populations: Vec<Population>,
    pub figures: Vec<FigureUsed>,
}

/// The pack and the packs that it inherits from, the most general first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackUsed {
    pub id: String,
    pub version: String,
    pub lineage: Vec<PackText>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackText {
    pub id: String,
    pub version: String,
    pub sha256: String,
}

/// Something with a name and a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedDigest {
    pub name: String,
    pub sha256: String,
}

/// A batch that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchInput {
    pub dataset: String,
    pub batch: String,
    /// The number of its entry in the ledger.
    pub entry: u64,
    pub rows: u64,
    pub root: String,
    /// When it was imported, by the operator's clock.
    pub recorded: i64,
    /// The earliest time at which a witness vouched for its entry, as far as was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<i64>,
}

/// A definition, and the digest of its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefinitionUsed {
    pub id: String,
    pub sha256: String,
    pub text: String,
}

/// The closed set of cases that the figures of one period are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    pub dataset: String,
    pub period: String,
    /// Seconds since 1970; `to` is not in it.
    pub from: i64,
    pub to: i64,
    pub rows: u64,
    /// Of the tree of its members; absent without rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    pub block_rows: u64,
    /// Definitions that differ in their limits alone, by their numbers.
    pub families: Vec<Vec<usize>>,
    pub cells: Vec<EvidenceCell>,
    pub blocks: Vec<EvidenceBlock>,
    /// Absent if no case is in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<CommitmentLag>,
}

/// One definition in one slice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceCell {
    pub definition: usize,
    pub slice: BTreeMap<String, String>,
}

/// What the members of one block add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceBlock {
    pub rows: u64,
    pub root: String,
    pub cells: Vec<(usize, CellColumns)>,
}

/// The columns of a cell that are not zero.
pub type CellColumns = BTreeMap<String, WholeNumber>;

/// A printed figure and how it follows from its cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureUsed {
    /// `fixed.install.mean`
    pub figure: String,
    pub slice: BTreeMap<String, String>,
    pub period: String,
    /// Absent for what others published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    pub value: ValueRule,
    pub print: PrintRule,
    pub printed: String,
    pub unit: String,
}

/// How the value of a figure follows from the columns of its cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueRule {
    Ratio {
        numerator: BTreeMap<String, WholeNumber>,
        denominator: BTreeMap<String, WholeNumber>,
    },
    Extreme {
        column: String,
        divide: WholeNumber,
    },
    Quantile {
        /// A share as a fraction of integers: 95 of 100.
        rank: (u64, u64),
        of: i64,
        divide: WholeNumber,
    },
    Median {
        low: i64,
        high: i64,
        divide: WholeNumber,
    },
    Bound {
        errors: String,
        records: String,
        level: String,
        claim: String,
    },
    Nothing,
    Missing,
    Published,
}

/// How a value is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case", deny_unknown_fields)]
pub enum PrintRule {
    Decimal { decimals: u8 },
    Percent { decimals: u8 },
    Bound,
}

/// How late the records of a period were committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitmentLag {
    pub cases: u64,
    /// Seconds.
    pub median: i64,
    pub p95: i64,
    /// Cases committed more than [`Lag::LATE`] after.
    pub late: u64,
    pub changed_after_close: u64,
    pub changed_after_period: u64,
    /// Whether the times are a witness's; else they are the operator's own.
    pub witnessed: bool,
}

impl CommitmentLag {
    /// Seconds from which on a commitment counts as late: seven days.
    pub const LATE: i64 = 7 * 86_400;
}

impl fmt::Display for CommitmentLag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CommitmentLag {
            cases,
            median,
            p95,
            late,
            changed_after_close,
            changed_after_period,
            ..
        } = self;
        write!(
            f,
            "{cases} ({median} s, {p95} s, {late}; {changed_after_close}, {changed_after_period})"
        )?;
        f.write_str(if self.witnessed { " witnessed" } else { "" })
    }
}

impl Evidence {
    /// Whether a witness vouched for every batch that was read: then lags are by its time.
    pub fn is_witnessed(&self) -> bool {
        self.inputs.iter().all(|input| input.witnessed.is_some())
    }
}

impl BatchInput {
    /// When it was committed to: by a witness's time, or by the operator's.
    pub fn committed_at(&self, by_witness: bool) -> i64 {
        self.witnessed.filter(|_| by_witness).unwrap_or(self.recorded)
    }
}

/// How a column adds up over blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    Sum,
    Maximum,
    Minimum,
}

impl Addition {
    /// By the column's name.
    pub fn of_column(column: &str) -> Addition {
        match column {
            "longest" | "all.longest" | "bare.longest" | "open.oldest" => Addition::Maximum,
            "shortest" => Addition::Minimum,
            _ => Addition::Sum,
        }
    }
}

impl Population {
    /// Adds up every cell over the blocks. A cell that no block has is empty.
    pub fn sum_blocks(&self) -> Vec<CellColumns> {
        let mut totals = vec![CellColumns::new(); self.cells.len()];
        for (cell, columns) in self.blocks.iter().flat_map(|block| &block.cells) {
            let Some(total) = totals.get_mut(*cell) else {
                continue;
            };
            for (column, value) in columns {
                match total.get_mut(column) {
                    None => {
                        total.insert(column.clone(), *value);
                    }
                    Some(known) => {
                        known.0 = match Addition::of_column(column) {
                            Addition::Sum => known.0.saturating_add(value.0),
                            Addition::Maximum => known.0.max(value.0),
                            Addition::Minimum => known.0.min(value.0),
                        };
                    }
                }
            }
        }
        totals
    }
}

//! What a comparison of a report with its records finds.

/// Something in the records that differs from what the evidence of the report states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordMismatch {
    /// A batch that is not there.
    NoBatch {
        dataset: String,
        batch: String,
    },
    /// A batch that came after the report and that the ledger does not commit to.
    Uncommitted {
        dataset: String,
        batch: String,
    },
    /// A file that can no longer be read.
    Unreadable {
        dataset: String,
        batch: String,
        why: String,
    },
    /// Rows were added or removed.
    Rows {
        dataset: String,
        batch: String,
        stated: u64,
        found: u64,
        first: Option<String>,
    },
    /// A row whose values or salt differ from what was committed to.
    Row {
        dataset: String,
        batch: String,
        block: usize,
        row: Option<u64>,
        key: Option<String>,
    },
    /// A pack that is not the one that the report was made with.
    Pack {
        id: String,
    },
    Calendar {
        name: String,
    },
    Definition {
        id: String,
    },
    /// A population has other members.
    Population {
        dataset: String,
        period: String,
        stated: u64,
        found: u64,
    },
    Block {
        dataset: String,
        period: String,
        block: usize,
    },
    /// The lag with which records were committed to differs.
    Lag {
        dataset: String,
        period: String,
        what: &'static str,
        stated: i128,
        found: i128,
    },
    /// A partial figure of a block differs.
    Partial {
        cell: String,
        block: usize,
        column: String,
        stated: i128,
        found: i128,
    },
    Figure {
        figure: String,
        stated: String,
        found: String,
    },
}

/// The result of comparing a report with its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecheckResult {
    /// In the order of the evidence; empty if everything agrees.
    pub faults: Vec<RecordMismatch>,
    pub batches: u64,
    pub rows: u64,
    pub blocks: u64,
    pub figures: u64,
}

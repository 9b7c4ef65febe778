//! Checks a sealed report without trusting whoever made it.
//!
//! Reads files and folders only: no network, no database, no clock. `docs/evidence.md` describes
//! the forms, `docs/verify.md` how to use the program.

mod bytes;
mod case;
mod check;
mod entries;
mod evidence;
mod figures;
mod inflate;
mod instant;
mod json;
mod member;
mod row;
mod seal;
mod spot;
mod verdict;
mod workbook;

pub use case::{
    CASE, CaseChecked, CaseError, CaseExtra, CaseFound, MemberProof, RowProof, check_case,
};
pub use check::{VerifyOptions, check_file, extract_evidence, extract_report, extract_seal};
pub use entries::{
    BATCH, BatchEntry, CALENDAR, CalendarEntry, FileDigest, PACK, POPULATION, PackEntry,
    PopulationEntry, RowColumn, SourceDigest,
};
pub use evidence::{
    Addition, BatchInput, CellColumns, CommitmentLag, DefinitionUsed, EVIDENCE, Evidence,
    EvidenceBlock, EvidenceCell, FigureUsed, NamedDigest, PackText, PackUsed, Population,
    PrintRule, ValueRule,
};
pub use figures::{Disagreement, check_figure, figure_name, find_disagreements};
pub use json::{JsonError, WholeNumber, read_canonical_json, to_canonical_json};
pub use member::{MemberOutcome, MemberVerdict, NotAMember, PopulationMember};
pub use row::{CanonicalRow, NotARow, RowValue};
pub use seal::{
    MARK, PLACE_BYTES, STATEMENT, Seal, SealError, SealedRendering, Statement, StatementStatus,
    digest_and_place, empty_place, fill_place, find_place, statement_id,
};
pub use spot::{CaseDraw, draw_seed};
pub use trueline_language::{Language, Text};
pub use verdict::{FileVerdict, FindingKind, VerdictFinding};
pub use workbook::{
    CELL_CHARACTERS, SHEET_PARTS, SealedWorkbook, WorkbookCell, WorkbookError, WorkbookRow,
    cut_into_cells, packed_cells, read_workbook, row_marks, workbook_digest,
};

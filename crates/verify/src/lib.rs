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
pub use check::{Options, check_file, evidence_in, report_in, seal_in};
pub use entries::{
    BATCH, BatchFact, CALENDAR, CalendarFact, FileDigest, PACK, POPULATION, PackFact,
    PopulationFact, RowColumn, SourceDigest,
};
pub use evidence::{
    Addition, Block, Cell, Columns, DefinitionUsed, Digested, EVIDENCE, Evidence, FigureUsed,
    Input, Lag, PackText, PackUsed, Population, PrintRule, ValueRule,
};
pub use figures::{Disagreement, against, disagreements, figure_name};
pub use json::{JsonError, Whole, canonical_json, from_canonical_json};
pub use member::{MemberRead, NoMember, OutcomeRead, VerdictRead};
pub use row::{NoRow, RowRead, RowValue};
pub use seal::{
    MARK, PLACE_BYTES, Rendering, STATEMENT, Seal, SealError, Statement, Status, empty_place, fill,
    open_file, place_in, statement_id,
};
pub use spot::{Draw, seed};
pub use trueline_language::{Language, Text};
pub use verdict::{Finding, Verdict, What};
pub use workbook::{
    CELL_CHARACTERS, CellText, RowText, SHEET_PARTS, Workbook, WorkbookError, cut, packed_cells,
    read_workbook, row_marks, workbook_digest,
};

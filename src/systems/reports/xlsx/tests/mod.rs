//! The workbook read back: every cell of every sheet against the report it was made from.

mod annexes;
mod charts;
mod exclusions;
mod expected;
mod figures;
mod full_report;
mod workbook;

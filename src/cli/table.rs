//! Tables on standard output, as text for people, JSON or CSV for programs.
//!
//! Chinese characters take two columns on a terminal, so widths are display widths.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::web::csv::quoted;

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum OutputFormat {
    #[default]
    Table,
    Json,
    Csv,
}

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Columns with headings, and rows of text.
#[derive(Debug, Default)]
pub(crate) struct TextTable {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(crate) fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        TextTable { columns, rows: Vec::new() }
    }

    /// Adds a row. Missing cells print empty.
    pub(crate) fn add_row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints the table in a format. JSON takes `json` instead, which may say more than the table.
    pub(crate) fn print_as(&self, format: OutputFormat, json: &Value) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = match format {
            OutputFormat::Table => self.write_text(&mut out),
            OutputFormat::Json => serde_json::to_writer_pretty(&mut out, json)
                .map_err(io::Error::from)
                .and_then(|()| writeln!(out)),
            OutputFormat::Csv => self.write_csv(&mut out),
        };
        // A reader that closed its end (`| head`) has what it wanted.
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let widths: Vec<usize> = (0..self.columns.len()).map(|i| self.column_width(i)).collect();
        let head: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        self.write_line(out, &head, &widths)?;
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        writeln!(out, "{}", rule.join("  "))?;
        for row in &self.rows {
            self.write_line(out, row, &widths)?;
        }
        Ok(())
    }

    fn column_width(&self, column: usize) -> usize {
        let head = self.columns[column].0.width();
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.max().unwrap_or(0).max(head)
    }

    fn write_line(
        &self,
        out: &mut impl Write,
        cells: &[String],
        widths: &[usize],
    ) -> io::Result<()> {
        let mut line = String::new();
        for (index, width) in widths.iter().enumerate() {
            let cell = cells.get(index).map_or("", String::as_str);
            let pad = " ".repeat(width.saturating_sub(cell.width()));
            match self.columns[index].1 {
                Align::Left => line.extend([cell, &pad]),
                Align::Right => line.extend([&pad, cell]),
            }
            line.push_str("  ");
        }
        writeln!(out, "{}", line.trim_end())
    }

    fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        let head: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        for row in std::iter::once(&head).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            write!(out, "{}\r\n", cells.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_headings_and_numbers_line_up() {
        let mut table = TextTable::new(&[("指标", Align::Left), ("值", Align::Right)]);
        table.add_row(vec!["装移机".into(), "0.84".into()]);
        table.add_row(vec!["fault".into(), "—".into()]);
        let mut text = Vec::new();
        table.write_text(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(text, "指标      值\n──────  ────\n装移机  0.84\nfault      —\n");
    }
}

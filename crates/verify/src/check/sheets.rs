//! Which cells of a workbook are not the sealed ones, and of which figures.

use std::collections::BTreeMap;

use crate::evidence::{CellColumns, Evidence, Population};
use crate::figures::figure_value;
use crate::inflate::inflate_base64_gzip;
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use crate::workbook::{SealedWorkbook, WorkbookCell, WorkbookRow, column_letters, escape_text};
use trueline_language::Text;

/// Names the rows that changed. A row of a figure is named by the figure.
pub(crate) fn compare_cells(
    book: &SealedWorkbook,
    evidence: &Evidence,
    is_same: bool,
    verdict: &mut FileVerdict,
) {
    for (sheet, cell, format) in &book.disguised {
        let says = Text::new(
            format!("工作表“{sheet}”单元格 {cell} 的数字格式“{format}”自带数字，显示的不是其值"),
            format!(
                "sheet {sheet}, cell {cell}: its number format {format} shows digits of its own, \
                 not its value"
            ),
        );
        verdict.add_finding(
            VerdictFinding::new(FindingKind::Cell, says).at_place(format!("{sheet}!{cell}")),
        );
    }
    if !book.beside.is_empty() {
        verdict.add_unproved(
            "最后一张工作表（封印页）上的其他文字：未封印",
            "other text on the last sheet, which holds the seal: not sealed",
        );
    }
    if is_same {
        verdict.add_remark(
            "按单元格核对：另存过的工作簿字节不同，但内容相同",
            "checked cell by cell: formats, widths and the file's bytes may differ after another \
             save",
        );
        verdict.add_unproved(
            "数字格式、列宽、隐藏行列、图表和图形：未封印；以编辑栏中的值为准",
            "number formats, widths, hidden rows, charts and drawings: not sealed; what counts is \
             the value in the formula bar",
        );
        return;
    }
    let totals: Vec<Vec<CellColumns>> =
        evidence.populations.iter().map(Population::sum_blocks).collect();
    let marks = book.join_part("ROWS").and_then(|text| inflate_base64_gzip(&text));
    let marks = marks.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let mut sealed: BTreeMap<(String, u32), String> = BTreeMap::new();
    for line in marks.lines() {
        let mut parts = line.rsplitn(3, '\t');
        let (mark, row, sheet) = (parts.next(), parts.next(), parts.next());
        if let (Some(mark), Some(row), Some(sheet)) = (mark, row, sheet)
            && let Ok(row) = row.parse()
        {
            sealed.insert((sheet.to_owned(), row), mark.to_owned());
        }
    }
    if sealed.is_empty() {
        return;
    }
    for row in &book.rows {
        let mark = sealed.remove(&(escape_text(&row.sheet), row.row));
        if mark.is_none_or(|mark| mark != row.digest_mark()) {
            verdict.add_finding(describe_changed_row(book, row, evidence, &totals));
        }
    }
    for ((sheet, row), _) in sealed {
        let says = Text::new(
            format!("工作表“{sheet}”第{row}行已被清空或删除"),
            format!("sheet {sheet}, row {row}: it was there and is gone"),
        );
        verdict.add_finding(
            VerdictFinding::new(FindingKind::Cell, says).at_place(format!("{sheet}!{row}:{row}")),
        );
    }
}

fn describe_changed_row(
    book: &SealedWorkbook,
    row: &WorkbookRow,
    evidence: &Evidence,
    totals: &[Vec<CellColumns>],
) -> VerdictFinding {
    let sheet = &row.sheet;
    let place = format!("{sheet}!{}:{}", row.row, row.row);
    let named = row.cells.iter().find(|cell| {
        cell.kind == 's' && evidence.figures.iter().any(|figure| figure.figure == cell.value)
    });
    let Some(named) = named else {
        let says = Text::new(
            format!("工作表“{sheet}”第{}行与封印时不同", row.row),
            format!("sheet {sheet}, row {}: it is not what was sealed", row.row),
        );
        return VerdictFinding::new(FindingKind::Cell, says).at_place(place);
    };
    let figure = &named.value;
    let finding = match find_value_cell(book, row) {
        Some(cell) if !is_value_of(cell, figure, evidence, totals) => {
            let at = format!("{}{}", column_letters(cell.column), cell.row);
            let says = Text::new(
                format!("{figure}：工作表“{sheet}”单元格 {at} 为 {}，不是证据中的值", cell.value),
                format!(
                    "{figure}: sheet {sheet}, cell {at} says {}, which is no value of the evidence",
                    cell.value
                ),
            );
            VerdictFinding::new(FindingKind::Cell, says).at_place(format!("{sheet}!{at}"))
        }
        Some(_) | None => {
            let says = Text::new(
                format!("{figure}：工作表“{sheet}”第{}行与封印时不同", row.row),
                format!("{figure}: sheet {sheet}, row {} is not what was sealed", row.row),
            );
            VerdictFinding::new(FindingKind::Cell, says).at_place(place)
        }
    };
    finding.about_figure(figure)
}

/// The cell in the column whose head says that it holds the value.
fn find_value_cell<'a>(book: &SealedWorkbook, row: &'a WorkbookRow) -> Option<&'a WorkbookCell> {
    let above = book.rows.iter().filter(|one| one.sheet == row.sheet && one.row < row.row);
    let head = above.flat_map(|one| &one.cells).find(|cell| {
        cell.kind == 's' && matches!(cell.value.as_str(), "完成值" | "Value" | "数值")
    })?;
    row.cells.iter().find(|cell| cell.column == head.column && cell.kind == 'n')
}

fn is_value_of(
    cell: &WorkbookCell,
    figure: &str,
    evidence: &Evidence,
    totals: &[Vec<CellColumns>],
) -> bool {
    let Ok(shown) = cell.value.parse::<f64>() else { return false };
    let none = CellColumns::new();
    evidence.figures.iter().filter(|used| used.figure == figure).any(|used| {
        let place = used.population.zip(used.cell);
        let columns = place.and_then(|(population, cell)| totals.get(population)?.get(cell));
        let Some(value) = figure_value(used, columns.unwrap_or(&none)) else { return false };
        // Shares stand in a workbook as fractions that it shows in percent.
        [value, value / 100.0].iter().any(|one| (one - shown).abs() <= 1e-9 * one.abs().max(1.0))
    })
}

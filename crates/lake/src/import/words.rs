//! What people read about refused rows, in each language. No other place has such words.

use trueline_language::Language;

use super::reason::RefusalReason;

/// The letters of a column of a sheet, counted from 0.
fn column_letters(column: u32) -> String {
    let (before, last) = (column / 26, (b'A' + (column % 26) as u8) as char);
    if before == 0 { last.to_string() } else { format!("{}{last}", column_letters(before - 1)) }
}

/// A placed reason with the sheet of its workbook.
pub(crate) fn place_in_sheet(language: Language, sheet: &str, placed: &str) -> String {
    match language {
        Language::Chinese => format!("工作表“{sheet}”，{placed}"),
        Language::English => format!("sheet `{sheet}`, {placed}"),
    }
}

/// A reason with its place: line, column and value, of which the last two may be empty.
pub(crate) fn place_reason(
    language: Language,
    line: u64,
    (column, value): (&str, &str),
    reason: RefusalReason,
) -> String {
    let text = reason.describe_row(language);
    match (language, column.is_empty(), value.is_empty()) {
        (Language::Chinese, true, _) => format!("第 {line} 行：{text}"),
        (Language::Chinese, false, true) => format!("第 {line} 行，{column}：{text}"),
        (Language::Chinese, false, false) => {
            format!("第 {line} 行，{column} = {value}：{text}")
        }
        (Language::English, true, _) => format!("line {line}: {text}"),
        (Language::English, false, true) => format!("line {line}, {column}: {text}"),
        (Language::English, false, false) => {
            format!("line {line}, {column} = {value}: {text}")
        }
    }
}

impl RefusalReason {
    /// What is wrong with one row, as a fragment that follows the name of the column.
    pub fn describe_row(self, language: Language) -> String {
        let (chinese, english) = match self {
            RefusalReason::Cells { found, wanted } => (
                format!("本行有 {found} 个单元格，表头有 {wanted} 列"),
                format!("the row has {found} cells, the header names {wanted}"),
            ),
            RefusalReason::CellError { line, column } => (
                format!("单元格 {}{line} 是电子表格的错误值", column_letters(column)),
                format!("cell {}{line} holds an error of the spreadsheet", column_letters(column)),
            ),
            RefusalReason::DayNumber { year, month, day } => (
                format!("电子表格的日期序号，即 {year}-{month:02}-{day:02}"),
                format!("a spreadsheet's number of a day, {year}-{month:02}-{day:02}"),
            ),
            RefusalReason::HalfRecord { list } => (
                format!("此项为空，而同一条 {list} 记录的其他部分已填"),
                format!("it is empty, but other parts of the same `{list}` record are filled"),
            ),
            RefusalReason::EndsFirst { list } => (
                format!("这条 {list} 记录的结束早于开始"),
                format!("this `{list}` record ends before it begins"),
            ),
            RefusalReason::Duplicate { line } => {
                (format!("与第 {line} 行完全相同"), format!("the same as line {line}"))
            }
            RefusalReason::Conflict { line } => (
                format!("与第 {line} 行主键相同，内容不同"),
                format!("the same key as line {line}, but different content"),
            ),
            RefusalReason::OtherEvent { line } => (
                format!("主键相同的第 {line} 行在隔离区"),
                format!("line {line} with the same key is in quarantine"),
            ),
            RefusalReason::StrayQuote
            | RefusalReason::NoJson
            | RefusalReason::Missing
            | RefusalReason::NoText
            | RefusalReason::NotListed
            | RefusalReason::NoMoment
            | RefusalReason::DayOrderUnknown
            | RefusalReason::OtherDayOrder
            | RefusalReason::NoInteger
            | RefusalReason::NoNumber
            | RefusalReason::NoBoolean
            | RefusalReason::EarlierEvents => return self.summarise_kind(language).to_owned(),
        };
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// What is wrong with many rows of this kind, without what differs from row to row.
    pub fn summarise_kind(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            RefusalReason::Cells { .. } => {
                ("单元格个数与表头列数不符", "the number of cells differs from the header")
            }
            RefusalReason::StrayQuote => ("右引号之后还有文字", "text follows a closing quote"),
            RefusalReason::NoJson => ("不是 JSON 对象", "not a JSON object"),
            RefusalReason::CellError { .. } => ("是电子表格的错误值", "a spreadsheet error"),
            RefusalReason::Missing => ("此项必填", "a value is required"),
            RefusalReason::NoText => {
                ("不是本文件编码的文字", "the bytes are not text in the encoding of the file")
            }
            RefusalReason::NotListed => {
                ("取值不在允许范围内", "the value is not one of those allowed")
            }
            RefusalReason::NoMoment => ("不是有效的日期或时间", "no such date or time"),
            RefusalReason::DayOrderUnknown => {
                ("分不清日与月", "day and month cannot be told apart")
            }
            RefusalReason::OtherDayOrder => (
                "日与月的次序与映射的 `day_first` 相反",
                "day and month are not in the order that `day_first` says",
            ),
            RefusalReason::DayNumber { .. } => {
                ("是电子表格的日期序号，不是日期", "a spreadsheet's number of a day, no date")
            }
            RefusalReason::NoInteger => ("不是整数", "not a whole number"),
            RefusalReason::NoNumber => ("不是数字", "not a number"),
            RefusalReason::NoBoolean => ("不是“是”或“否”", "neither true nor false"),
            RefusalReason::HalfRecord { .. } => (
                "此项为空，而同一条记录的其他部分已填",
                "it is empty, but other parts of the same record are filled",
            ),
            RefusalReason::EndsFirst { .. } => {
                ("记录的结束早于开始", "the record ends before it begins")
            }
            RefusalReason::Duplicate { .. } => {
                ("与前面某行完全相同", "the same as an earlier line")
            }
            RefusalReason::Conflict { .. } => (
                "与前面某行主键相同，内容不同",
                "the same key as an earlier line, but different content",
            ),
            RefusalReason::OtherEvent { .. } => {
                ("主键相同的另一行在隔离区", "another line with the same key is in quarantine")
            }
            RefusalReason::EarlierEvents => {
                ("此工单较早的事件在另一文件中", "earlier events of this case lie in another file")
            }
        };
        language.pick(chinese, english)
    }

    /// What to do about it.
    pub fn describe_remedy(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            RefusalReason::Cells { .. } => (
                "含分隔符的单元格加引号，缺少的单元格补齐",
                "quote the cell that holds a separator, or add what is missing",
            ),
            RefusalReason::StrayQuote => {
                ("单元格内的引号写成两个", "double the quotes inside the cell")
            }
            RefusalReason::NoJson => ("改正此记录，或删去", "correct the record, or remove it"),
            RefusalReason::CellError { .. } => (
                "在工作簿中改正公式后重新导入，或在映射的 `missing` 中列出此错误值",
                "correct the formula and import the file again, or list the error under `missing`",
            ),
            RefusalReason::Missing => ("补填此项", "fill it in"),
            RefusalReason::NoText => (
                "重新录入此值，或在映射中写明 `encoding`",
                "type the value again, or declare the encoding in the mapping",
            ),
            RefusalReason::NotListed => (
                "改正，或在映射的 `values` 中列出此值",
                "correct it, or list it under `values` in the mapping",
            ),
            RefusalReason::NoMoment => (
                "改正，或在映射中写明其格式 `format`",
                "correct it, or add its format to the mapping",
            ),
            RefusalReason::DayOrderUnknown => (
                "在映射中写明 `day_first = true`（日在前）或 `false`（月在前）",
                "write `day_first = true` or `false` in the mapping",
            ),
            RefusalReason::OtherDayOrder => (
                "改正此日期；若来源混用两种写法，请来源改为年月日",
                "correct it; if the source writes both ways, ask it for year-month-day",
            ),
            RefusalReason::DayNumber { .. } => (
                "在映射中写明 `format = \"excel\"`，或按上述日期改正",
                "write `format = \"excel\"` in the mapping, or correct the date",
            ),
            RefusalReason::NoInteger => ("只写数字", "write digits only"),
            RefusalReason::NoNumber => (
                "只写数字与小数点，不写千位分隔符",
                "write digits and a point, without thousands separators",
            ),
            RefusalReason::NoBoolean => ("写“是”或“否”", "write true or false"),
            RefusalReason::HalfRecord { .. } => (
                "补填此项，或清空该记录的其他部分",
                "fill it in, or clear the other parts of that record",
            ),
            RefusalReason::EndsFirst { .. } => (
                "改正开始或结束时间；若是事件，检查 `order` 的次序",
                "correct its start or its end; for events, check that `order` gives their order",
            ),
            RefusalReason::Duplicate { .. } => {
                ("删去本行，先出现的一行已计入", "remove the row; the first one is counted")
            }
            RefusalReason::Conflict { .. } => (
                "只留正确的一行，或映射 `revised`（最后修改时间），以较晚者为准",
                "keep the right one, or map `revised` so that the later one wins",
            ),
            RefusalReason::OtherEvent { .. } => (
                "改好那一行；主键相同的各行一同导入",
                "correct that line; the rows belong together",
            ),
            RefusalReason::EarlierEvents => (
                "导入完整的日志（在一条命令中列出其全部文件）；若本文件已完整，加 `--full` 导入",
                "import the whole log (all its files in one command); if this is the whole of it, \
                 import with `--full`",
            ),
        };
        language.pick(chinese, english)
    }
}

#[cfg(test)]
mod tests {
    use trueline_language::contains_chinese;

    use super::*;

    /// The reason after this one. A new variant does not compile until it is listed here, and then
    /// the test below checks it.
    fn reason_after(reason: RefusalReason) -> Option<RefusalReason> {
        Some(match reason {
            RefusalReason::Cells { .. } => RefusalReason::StrayQuote,
            RefusalReason::StrayQuote => RefusalReason::NoJson,
            RefusalReason::NoJson => RefusalReason::CellError { line: 9, column: 27 },
            RefusalReason::CellError { .. } => RefusalReason::Missing,
            RefusalReason::Missing => RefusalReason::NoText,
            RefusalReason::NoText => RefusalReason::NotListed,
            RefusalReason::NotListed => RefusalReason::NoMoment,
            RefusalReason::NoMoment => RefusalReason::DayOrderUnknown,
            RefusalReason::DayOrderUnknown => RefusalReason::OtherDayOrder,
            RefusalReason::OtherDayOrder => {
                RefusalReason::DayNumber { year: 2020, month: 1, day: 31 }
            }
            RefusalReason::DayNumber { .. } => RefusalReason::NoInteger,
            RefusalReason::NoInteger => RefusalReason::NoNumber,
            RefusalReason::NoNumber => RefusalReason::NoBoolean,
            RefusalReason::NoBoolean => RefusalReason::HalfRecord { list: "stops" },
            RefusalReason::HalfRecord { .. } => RefusalReason::EndsFirst { list: "stops" },
            RefusalReason::EndsFirst { .. } => RefusalReason::Duplicate { line: 7 },
            RefusalReason::Duplicate { .. } => RefusalReason::Conflict { line: 8 },
            RefusalReason::Conflict { .. } => RefusalReason::OtherEvent { line: 9 },
            RefusalReason::OtherEvent { .. } => RefusalReason::EarlierEvents,
            RefusalReason::EarlierEvents => return None,
        })
    }

    #[test]
    fn columns_of_sheets_have_letters() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), name);
        }
    }

    #[test]
    fn every_reason_is_told_in_both_languages() {
        let mut next = Some(RefusalReason::Cells { found: 3, wanted: 5 });
        let mut told = 0;
        while let Some(reason) = next {
            let texts = |language| {
                let placed = place_reason(language, 4, ("", ""), reason);
                let [summary, remedy] =
                    [reason.summarise_kind(language), reason.describe_remedy(language)];
                [reason.describe_row(language), summary.to_owned(), remedy.to_owned(), placed]
            };
            for text in texts(Language::Chinese) {
                assert!(contains_chinese(&text), "no Chinese for {reason:?}: {text}");
            }
            for text in texts(Language::English) {
                assert!(text.is_ascii() && !text.is_empty(), "no English for {reason:?}: {text}");
            }
            told += 1;
            next = reason_after(reason);
        }
        assert_eq!(told, 20);
    }
}

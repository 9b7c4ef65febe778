//! What people read about refused rows, in each language. No other place has such words.

use trueline_language::Language;

use super::reason::Reason;

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
    reason: Reason,
) -> String {
    let text = reason.text(language);
    match (language, column.is_empty(), value.is_empty()) {
        (Language::Chinese, true, _) => format!("第 {line} 行：{text}"),
        (Language::Chinese, false, true) => format!("第 {line} 行，{column}：{text}"),
        (Language::Chinese, false, false) => format!("第 {line} 行，{column} = {value}：{text}"),
        (Language::English, true, _) => format!("line {line}: {text}"),
        (Language::English, false, true) => format!("line {line}, {column}: {text}"),
        (Language::English, false, false) => format!("line {line}, {column} = {value}: {text}"),
    }
}

impl Reason {
    /// What is wrong with one row, as a fragment that follows the name of the column.
    pub fn text(self, language: Language) -> String {
        let (chinese, english) = match self {
            Reason::Cells { found, wanted } => (
                format!("本行有 {found} 个单元格，表头有 {wanted} 列"),
                format!("the row has {found} cells, the header names {wanted}"),
            ),
            Reason::CellError { line, column } => (
                format!("单元格 {}{line} 是电子表格的错误值", column_letters(column)),
                format!("cell {}{line} holds an error of the spreadsheet", column_letters(column)),
            ),
            Reason::DayNumber { year, month, day } => (
                format!("电子表格的日期序号，即 {year}-{month:02}-{day:02}"),
                format!("a spreadsheet's number of a day, {year}-{month:02}-{day:02}"),
            ),
            Reason::HalfRecord { list } => (
                format!("此项为空，而同一条 {list} 记录的其他部分已填"),
                format!("it is empty, but other parts of the same `{list}` record are filled"),
            ),
            Reason::EndsFirst { list } => (
                format!("这条 {list} 记录的结束早于开始"),
                format!("this `{list}` record ends before it begins"),
            ),
            Reason::Duplicate { line } => {
                (format!("与第 {line} 行完全相同"), format!("the same as line {line}"))
            }
            Reason::Conflict { line } => (
                format!("与第 {line} 行主键相同，内容不同"),
                format!("the same key as line {line}, but different content"),
            ),
            Reason::OtherEvent { line } => (
                format!("主键相同的第 {line} 行在隔离区"),
                format!("line {line} with the same key is in quarantine"),
            ),
            Reason::StrayQuote
            | Reason::NoJson
            | Reason::Missing
            | Reason::NoText
            | Reason::NotListed
            | Reason::NoMoment
            | Reason::DayOrderUnknown
            | Reason::OtherDayOrder
            | Reason::NoInteger
            | Reason::NoNumber
            | Reason::NoBoolean
            | Reason::EarlierEvents => return self.summary(language).to_owned(),
        };
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// What is wrong with many rows of this kind, without what differs from row to row.
    pub fn summary(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            Reason::Cells { .. } => {
                ("单元格个数与表头列数不符", "the number of cells differs from the header")
            }
            Reason::StrayQuote => ("右引号之后还有文字", "text follows a closing quote"),
            Reason::NoJson => ("不是 JSON 对象", "not a JSON object"),
            Reason::CellError { .. } => ("是电子表格的错误值", "a spreadsheet error"),
            Reason::Missing => ("此项必填", "a value is required"),
            Reason::NoText => {
                ("不是本文件编码的文字", "the bytes are not text in the encoding of the file")
            }
            Reason::NotListed => ("取值不在允许范围内", "the value is not one of those allowed"),
            Reason::NoMoment => ("不是有效的日期或时间", "no such date or time"),
            Reason::DayOrderUnknown => ("分不清日与月", "day and month cannot be told apart"),
            Reason::OtherDayOrder => (
                "日与月的次序与映射的 `day_first` 相反",
                "day and month are not in the order that `day_first` says",
            ),
            Reason::DayNumber { .. } => {
                ("是电子表格的日期序号，不是日期", "a spreadsheet's number of a day, no date")
            }
            Reason::NoInteger => ("不是整数", "not a whole number"),
            Reason::NoNumber => ("不是数字", "not a number"),
            Reason::NoBoolean => ("不是“是”或“否”", "neither true nor false"),
            Reason::HalfRecord { .. } => (
                "此项为空，而同一条记录的其他部分已填",
                "it is empty, but other parts of the same record are filled",
            ),
            Reason::EndsFirst { .. } => ("记录的结束早于开始", "the record ends before it begins"),
            Reason::Duplicate { .. } => ("与前面某行完全相同", "the same as an earlier line"),
            Reason::Conflict { .. } => (
                "与前面某行主键相同，内容不同",
                "the same key as an earlier line, but different content",
            ),
            Reason::OtherEvent { .. } => {
                ("主键相同的另一行在隔离区", "another line with the same key is in quarantine")
            }
            Reason::EarlierEvents => {
                ("此工单较早的事件在另一文件中", "earlier events of this case lie in another file")
            }
        };
        language.pick(chinese, english)
    }

    /// What to do about it.
    pub fn remedy(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            Reason::Cells { .. } => (
                "含分隔符的单元格加引号，缺少的单元格补齐",
                "quote the cell that holds a separator, or add what is missing",
            ),
            Reason::StrayQuote => ("单元格内的引号写成两个", "double the quotes inside the cell"),
            Reason::NoJson => ("改正此记录，或删去", "correct the record, or remove it"),
            Reason::CellError { .. } => (
                "在工作簿中改正公式后重新导入，或在映射的 `missing` 中列出此错误值",
                "correct the formula and import the file again, or list the error under `missing`",
            ),
            Reason::Missing => ("补填此项", "fill it in"),
            Reason::NoText => (
                "重新录入此值，或在映射中写明 `encoding`",
                "type the value again, or declare the encoding in the mapping",
            ),
            Reason::NotListed => (
                "改正，或在映射的 `values` 中列出此值",
                "correct it, or list it under `values` in the mapping",
            ),
            Reason::NoMoment => (
                "改正，或在映射中写明其格式 `format`",
                "correct it, or add its format to the mapping",
            ),
            Reason::DayOrderUnknown => (
                "在映射中写明 `day_first = true`（日在前）或 `false`（月在前）",
                "write `day_first = true` or `false` in the mapping",
            ),
            Reason::OtherDayOrder => (
                "改正此日期；若来源混用两种写法，请来源改为年月日",
                "correct it; if the source writes both ways, ask it for year-month-day",
            ),
            Reason::DayNumber { .. } => (
                "在映射中写明 `format = \"excel\"`，或按上述日期改正",
                "write `format = \"excel\"` in the mapping, or correct the date",
            ),
            Reason::NoInteger => ("只写数字", "write digits only"),
            Reason::NoNumber => (
                "只写数字与小数点，不写千位分隔符",
                "write digits and a point, without thousands separators",
            ),
            Reason::NoBoolean => ("写“是”或“否”", "write true or false"),
            Reason::HalfRecord { .. } => (
                "补填此项，或清空该记录的其他部分",
                "fill it in, or clear the other parts of that record",
            ),
            Reason::EndsFirst { .. } => (
                "改正开始或结束时间；若是事件，检查 `order` 的次序",
                "correct its start or its end; for events, check that `order` gives their order",
            ),
            Reason::Duplicate { .. } => {
                ("删去本行，先出现的一行已计入", "remove the row; the first one is counted")
            }
            Reason::Conflict { .. } => (
                "只留正确的一行，或映射 `revised`（最后修改时间），以较晚者为准",
                "keep the right one, or map `revised` so that the later one wins",
            ),
            Reason::OtherEvent { .. } => (
                "改好那一行；主键相同的各行一同导入",
                "correct that line; the rows belong together",
            ),
            Reason::EarlierEvents => (
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
    fn reason_after(reason: Reason) -> Option<Reason> {
        Some(match reason {
            Reason::Cells { .. } => Reason::StrayQuote,
            Reason::StrayQuote => Reason::NoJson,
            Reason::NoJson => Reason::CellError { line: 9, column: 27 },
            Reason::CellError { .. } => Reason::Missing,
            Reason::Missing => Reason::NoText,
            Reason::NoText => Reason::NotListed,
            Reason::NotListed => Reason::NoMoment,
            Reason::NoMoment => Reason::DayOrderUnknown,
            Reason::DayOrderUnknown => Reason::OtherDayOrder,
            Reason::OtherDayOrder => Reason::DayNumber { year: 2020, month: 1, day: 31 },
            Reason::DayNumber { .. } => Reason::NoInteger,
            Reason::NoInteger => Reason::NoNumber,
            Reason::NoNumber => Reason::NoBoolean,
            Reason::NoBoolean => Reason::HalfRecord { list: "stops" },
            Reason::HalfRecord { .. } => Reason::EndsFirst { list: "stops" },
            Reason::EndsFirst { .. } => Reason::Duplicate { line: 7 },
            Reason::Duplicate { .. } => Reason::Conflict { line: 8 },
            Reason::Conflict { .. } => Reason::OtherEvent { line: 9 },
            Reason::OtherEvent { .. } => Reason::EarlierEvents,
            Reason::EarlierEvents => return None,
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
        let mut next = Some(Reason::Cells { found: 3, wanted: 5 });
        let mut told = 0;
        while let Some(reason) = next {
            let texts = |language| {
                let placed = place_reason(language, 4, ("", ""), reason);
                let [summary, remedy] = [reason.summary(language), reason.remedy(language)];
                [reason.text(language), summary.to_owned(), remedy.to_owned(), placed]
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

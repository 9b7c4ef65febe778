//! The head of a draft: how to read the file, the order of day and month, words for "no value", and
//! the columns that are dropped.

use std::collections::BTreeSet;

use trueline_language::text;

use super::draft::quote_string;
use super::look::{ColumnCounts, ValueSort};
use super::values::{DateLayout, DayPosition};
use super::writer::{Declared, MappingWriter};

impl MappingWriter<'_> {
    pub(super) fn write_head(&mut self) {
        let (file, rows) = (self.file, self.rows);
        self.draft.add_comment(text!(
            "由“{file}”的 {rows} 行起草。“？”开头的注释请人来定，改好即可导入。",
            "Drafted from {rows} rows of “{file}”. Comments that begin with “?” ask you."
        ));
        self.draft.add_toml("[mapping]");
        self.draft.add_toml("dataset = \"case\"");
        self.draft.add_toml(format!("title = {}", quote_string(file)));
        self.write_reading();
        self.draft.add_comment(text!(
            "没有写明时区的时间按此时区读。",
            "The zone of times that do not name one."
        ));
        self.draft.add_toml("zone = \"Asia/Shanghai\"");
        self.write_day_order();
        self.write_missing_words();
        self.write_drops();
    }

    fn write_reading(&mut self) {
        if let Some((name, declared)) = self.encoding {
            match declared {
                Declared::Detected => {
                    self.draft
                        .add_comment(text!("文字编码，按内容检测。", "The encoding, as detected."));
                }
                Declared::Guessed => self.draft.add_question(text!(
                    "编码无法确定，暂按西文读；请核对带重音的字母或汉字是否正确。",
                    "The encoding is a guess: see whether accented letters (or Chinese) are right."
                )),
            }
            self.draft.add_toml(format!("encoding = {}", quote_string(&name.to_lowercase())));
        }
        if !self.unread_sheets.is_empty() {
            let names: Vec<String> =
                self.unread_sheets.iter().map(|name| quote_string(name)).collect();
            let names = names.join(", ");
            self.draft.add_question(text!(
                "只读第一个工作表；未读：{names}。要读的用 `sheets = [...]` 列出。",
                "Only the first sheet is read, not {names}; list sheets as `sheets`."
            ));
        }
    }

    fn write_day_order(&mut self) {
        let looks = self.sample.looks.iter();
        let doubtful: Vec<&ColumnCounts> = looks
            .filter(|look| look.value_sort() == ValueSort::Dates(DateLayout::YearLast))
            .collect();
        if doubtful.is_empty() {
            return;
        }
        let sum =
            |count: fn(&ColumnCounts) -> u64| doubtful.iter().map(|look| count(look)).sum::<u64>();
        let (day, month) = (sum(|look| look.day_first), sum(|look| look.month_first));
        let either = sum(|look| look.either);
        self.draft.add_comment(text!(
            "日期：{day} 个只能是日在前，{month} 个只能是月在前，{either} 个两种读法都行。",
            "Dates: {day} can only be day first, {month} only month first, {either} fit both."
        ));
        if self.plan.order.is_none() {
            self.draft.add_question(text!(
                "没有一行能判定日在前还是月在前，暂按日在前，请核对。",
                "No row decides whether the day or the month comes first; day first is a guess."
            ));
        } else if day > 0 && month > 0 {
            self.draft.add_question(text!(
                "两种写法混在一起：少数行会进隔离区，或被读错，请先查来源。",
                "Both orders occur: some rows will be refused or misread. Ask the source."
            ));
        }
        let day_first = self.plan.order != Some(DayPosition::MonthFirst);
        self.draft.add_toml(format!("day_first = {day_first}"));
    }

    fn write_missing_words(&mut self) {
        let mut words: BTreeSet<&str> = BTreeSet::from([""]);
        let mut count = 0;
        for look in &self.sample.looks {
            for (word, times) in &look.empty_words {
                words.insert(word);
                count += times;
            }
        }
        if count > 0 {
            self.draft.add_comment(text!(
                "这些写法表示“无值”（共 {count} 处）。",
                "These words mean “no value” ({count} cells)."
            ));
            let list: Vec<String> = words.iter().map(|word| quote_string(word)).collect();
            self.draft.add_toml(format!("missing = [{}]", list.join(", ")));
        }
    }

    fn write_drops(&mut self) {
        if self.dropped.is_empty() && self.empty.is_empty() {
            return;
        }
        for (column, secret) in self.dropped.clone() {
            let header = &self.counts_of(column).header;
            let content = secret.name();
            self.draft.add_comment(text!(
                "“{header}”像是{content}，建议不导入。",
                "“{header}” looks like {content}: better not imported."
            ));
        }
        for column in self.empty.clone() {
            let header = &self.counts_of(column).header;
            self.draft.add_comment(text!("“{header}”没有值。", "“{header}” is empty."));
        }
        let columns = self.dropped.iter().map(|&(column, _)| column).chain(self.empty.clone());
        let names: Vec<String> =
            columns.map(|at| quote_string(&self.counts_of(at).header)).collect();
        self.draft.add_toml(format!("drop = [{}]", names.join(", ")));
    }
}

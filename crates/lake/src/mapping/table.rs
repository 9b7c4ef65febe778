//! A TOML table that knows its place in the text and which of its keys were read.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trueline_expression::find_nearest_word;
use trueline_language::{Text, text};

use super::error::MappingError;

/// The text that is being parsed, for error messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct MappingText<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl MappingText<'_> {
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    pub(super) fn error_at(
        &self,
        line: usize,
        problem: impl Into<Text>,
        remedy: impl Into<Text>,
    ) -> MappingError {
        MappingError {
            file: self.file.to_owned(),
            line,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// One table of a mapping.
pub(super) struct MappingTable<'a> {
    pub(super) place: MappingText<'a>,
    pub(super) line: usize,
    /// Such as `columns.accepted`.
    pub(super) path: String,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<String>>,
}

impl<'a> MappingTable<'a> {
    pub(super) fn new(
        place: MappingText<'a>,
        table: &'a DeTable<'a>,
        path: String,
        offset: usize,
    ) -> MappingTable<'a> {
        MappingTable {
            place,
            line: place.line_at(offset),
            path,
            table,
            asked: RefCell::new(Vec::new()),
        }
    }

    fn ask_for(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    pub(super) fn line_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.line, |value| self.place.line_at(value.span().start))
    }

    pub(super) fn has_key(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    pub(super) fn not_understood(&self, key: &str, remedy: impl Into<Text>) -> MappingError {
        let problem =
            text!("看不懂 [{}] 中的 `{key}`", "`{key}` in [{}] is not understood", self.path);
        self.place.error_at(self.line_of(key), problem, remedy)
    }

    pub(super) fn read_text(&self, key: &str) -> Result<Option<String>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(None);
        };
        match value.as_ref().as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(self.not_understood(
                key,
                text!(
                    "请写 `{key} = \"…\"`，文本加引号",
                    "write `{key} = \"…\"`, a text in quotes"
                ),
            )),
        }
    }

    /// One text or a list of texts.
    pub(super) fn read_texts(&self, key: &str) -> Result<Vec<String>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(Vec::new());
        };
        let value = value.as_ref();
        if let Some(text) = value.as_str() {
            return Ok(vec![text.to_owned()]);
        }
        let listed = value.as_array().map(|items| {
            let texts = items.iter().map(|item| item.as_ref().as_str());
            texts.map(|text| text.map(str::to_owned)).collect()
        });
        match listed {
            Some(Some(texts)) => Ok(texts),
            Some(None) | None => Err(self.not_understood(
                key,
                text!(
                    "请写 `{key} = [\"…\", \"…\"]`，文本加引号",
                    "write `{key} = [\"…\", \"…\"]`, texts in quotes"
                ),
            )),
        }
    }

    pub(super) fn read_flag(&self, key: &str) -> Result<Option<bool>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(None);
        };
        match value.as_ref().as_bool() {
            Some(flag) => Ok(Some(flag)),
            None => Err(self.not_understood(
                key,
                text!(
                    "请写 `{key} = true` 或 `{key} = false`",
                    "write `{key} = true` or `{key} = false`"
                ),
            )),
        }
    }

    pub(super) fn read_count(&self, key: &str) -> Result<Option<usize>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(None);
        };
        let number = value.as_ref().as_integer();
        match number.and_then(|number| number.as_str().parse::<usize>().ok()) {
            Some(count) if count < 1_000_000 => Ok(Some(count)),
            Some(_) | None => Err(self.not_understood(
                key,
                text!("请写个数，如 `{key} = 1`", "write a count such as `{key} = 1`"),
            )),
        }
    }

    pub(super) fn read_table(&self, key: &str) -> Result<Option<MappingTable<'a>>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(None);
        };
        match value.as_ref().as_table() {
            Some(table) => Ok(Some(self.open_child(table, key, value.span().start))),
            None => Err(self.not_understood(
                key,
                text!("请写表 `[{}]`", "write a table `[{}]`", self.path_of(key)),
            )),
        }
    }

    /// The tables of `[[key]]`.
    pub(super) fn read_tables(&self, key: &str) -> Result<Vec<MappingTable<'a>>, MappingError> {
        let Some(value) = self.ask_for(key) else {
            return Ok(Vec::new());
        };
        let remedy = || {
            text!(
                "请写 `[[{}]]`，其键写在下面",
                "write `[[{}]]` and its keys below",
                self.path_of(key)
            )
        };
        let Some(items) = value.as_ref().as_array() else {
            return Err(self.not_understood(key, remedy()));
        };
        let mut tables = Vec::new();
        for item in items {
            match item.as_ref().as_table() {
                Some(table) => tables.push(self.open_child(table, key, item.span().start)),
                None => return Err(self.not_understood(key, remedy())),
            }
        }
        Ok(tables)
    }

    /// Every key that holds a table, with that table, in the order of the text.
    pub(super) fn read_children(&self) -> Result<Vec<(String, MappingTable<'a>)>, MappingError> {
        let mut found = Vec::new();
        for (key, _) in self.table {
            let key = key.as_ref().as_ref();
            if let Some(table) = self.read_table(key)? {
                found.push((key.to_owned(), table));
            }
        }
        Ok(found)
    }

    /// Every key with its text.
    pub(super) fn read_pairs(&self) -> Result<Vec<(String, String)>, MappingError> {
        let mut found = Vec::new();
        for (key, _) in self.table {
            let key = key.as_ref().as_ref();
            if let Some(text) = self.read_text(key)? {
                found.push((key.to_owned(), text));
            }
        }
        Ok(found)
    }

    fn open_child(&self, table: &'a DeTable<'a>, key: &str, offset: usize) -> MappingTable<'a> {
        MappingTable::new(self.place, table, self.path_of(key), offset)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Refuses a key that nothing has read: it is a slip of the pen, or asks for what does not
    /// exist.
    pub(super) fn refuse_unknown_keys(&self) -> Result<(), MappingError> {
        let asked = self.asked.borrow();
        for (key, value) in self.table {
            let name = key.as_ref().as_ref();
            if asked.iter().any(|known| known == name) {
                continue;
            }
            let mut known: Vec<&str> = asked.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let remedy = match find_nearest_word(name, known.iter().copied()) {
                Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                None => text!("可用的有：{}", "there are: {}", known.join(", ")),
            };
            let line = self.place.line_at(key.span().start.min(value.span().start));
            let place = if self.path.is_empty() {
                text!("映射", "a mapping")
            } else {
                text!("[{}]", "[{}]", self.path)
            };
            return Err(self.place.error_at(
                line,
                text!("{place} 没有键 `{name}`", "{place} has no key `{name}`"),
                remedy,
            ));
        }
        Ok(())
    }
}

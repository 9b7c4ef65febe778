//! A TOML table that knows where it stands and which of its keys somebody asked for.

use std::cell::RefCell;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trueline_expression::nearest;
use trueline_language::{Text, text};

use super::error::MappingError;

/// The file under work, for error messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Place<'_> {
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        before.iter().filter(|b| **b == b'\n').count() + 1
    }

    pub(super) fn error(
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

/// One table.
pub(super) struct Table<'a> {
    pub(super) place: Place<'a>,
    pub(super) line: usize,
    /// Such as `columns.accepted`.
    pub(super) path: String,
    table: &'a DeTable<'a>,
    asked: RefCell<Vec<String>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        place: Place<'a>,
        table: &'a DeTable<'a>,
        path: String,
        offset: usize,
    ) -> Table<'a> {
        Table { place, line: place.line(offset), path, table, asked: RefCell::new(Vec::new()) }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    pub(super) fn line_of(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.line, |value| self.place.line(value.span().start))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    pub(super) fn wrong(&self, key: &str, remedy: impl Into<Text>) -> MappingError {
        let problem =
            text!("看不懂 [{}] 中的 `{key}`", "`{key}` in [{}] is not understood", self.path);
        self.place.error(self.line_of(key), problem, remedy)
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<String>, MappingError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.as_ref().as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(self.wrong(
                key,
                text!(
                    "请写 `{key} = \"…\"`，文本加引号",
                    "write `{key} = \"…\"`, a text in quotes"
                ),
            )),
        }
    }

    /// One text or a list of them.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, MappingError> {
        let Some(value) = self.get(key) else {
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
            Some(None) | None => Err(self.wrong(
                key,
                text!(
                    "请写 `{key} = [\"…\", \"…\"]`，文本加引号",
                    "write `{key} = [\"…\", \"…\"]`, texts in quotes"
                ),
            )),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, MappingError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.as_ref().as_bool() {
            Some(flag) => Ok(Some(flag)),
            None => Err(self.wrong(
                key,
                text!(
                    "请写 `{key} = true` 或 `{key} = false`",
                    "write `{key} = true` or `{key} = false`"
                ),
            )),
        }
    }

    pub(super) fn count(&self, key: &str) -> Result<Option<usize>, MappingError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let number = value.as_ref().as_integer();
        match number.and_then(|number| number.as_str().parse::<usize>().ok()) {
            Some(count) if count < 1_000_000 => Ok(Some(count)),
            Some(_) | None => Err(self.wrong(
                key,
                text!("请写个数，如 `{key} = 1`", "write a count such as `{key} = 1`"),
            )),
        }
    }

    pub(super) fn table(&self, key: &str) -> Result<Option<Table<'a>>, MappingError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        match value.as_ref().as_table() {
            Some(table) => Ok(Some(self.child(table, key, value.span().start))),
            None => {
                Err(self
                    .wrong(key, text!("请写表 `[{}]`", "write a table `[{}]`", self.path_of(key))))
            }
        }
    }

    /// The tables of `[[key]]`.
    pub(super) fn tables(&self, key: &str) -> Result<Vec<Table<'a>>, MappingError> {
        let Some(value) = self.get(key) else {
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
            return Err(self.wrong(key, remedy()));
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.as_ref().as_table() {
                Some(table) => tables.push(self.child(table, key, item.span().start)),
                None => return Err(self.wrong(key, remedy())),
            }
        }
        Ok(tables)
    }

    /// Every key that holds a table, in the order of the text.
    pub(super) fn children(&self) -> Result<Vec<(String, Table<'a>)>, MappingError> {
        let mut found = Vec::new();
        for (key, _) in self.table {
            let key = key.as_ref().as_ref();
            if let Some(table) = self.table(key)? {
                found.push((key.to_owned(), table));
            }
        }
        Ok(found)
    }

    /// Every key with its text.
    pub(super) fn pairs(&self) -> Result<Vec<(String, String)>, MappingError> {
        let mut found = Vec::new();
        for (key, _) in self.table {
            let key = key.as_ref().as_ref();
            if let Some(text) = self.text(key)? {
                found.push((key.to_owned(), text));
            }
        }
        Ok(found)
    }

    fn child(&self, table: &'a DeTable<'a>, key: &str, offset: usize) -> Table<'a> {
        Table::new(self.place, table, self.path_of(key), offset)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Refuses a key that nobody asked for: it is a slip of the pen, or a wish we would not grant.
    pub(super) fn finish(&self) -> Result<(), MappingError> {
        let asked = self.asked.borrow();
        for (key, value) in self.table {
            let name = key.as_ref().as_ref();
            if asked.iter().any(|known| known == name) {
                continue;
            }
            let mut known: Vec<&str> = asked.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let remedy = match nearest(name, known.iter().copied()) {
                Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                None => text!("可用的有：{}", "there are: {}", known.join(", ")),
            };
            let line = self.place.line(key.span().start.min(value.span().start));
            let place = if self.path.is_empty() {
                text!("映射", "a mapping")
            } else {
                text!("[{}]", "[{}]", self.path)
            };
            return Err(self.place.error(
                line,
                text!("{place} 没有键 `{name}`", "{place} has no key `{name}`"),
                remedy,
            ));
        }
        Ok(())
    }
}

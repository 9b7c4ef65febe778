//! A mapping from its text.

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;
use trueline_expression::nearest;
use trueline_language::{phrase, text};

use super::columns::Reader;
use super::error::MappingError;
use super::model::{Events, ListEntry, Mapping, Rest, States};
use super::table::{Place, Table};
use crate::schema::Schema;
use crate::source::{FileEncoding, Format, Layout};

/// The longest mapping we read.
const MAX_LENGTH: usize = 4 << 20;

impl Mapping {
    /// Parses a mapping for a dataset. `name` stands in error messages and in the manifest.
    pub fn parse(name: &str, text: &str, schema: &Schema) -> Result<Mapping, MappingError> {
        let place = Place { file: name, text };
        if text.len() > MAX_LENGTH {
            let problem = text!("映射有 {} 字节", "a mapping of {} bytes", text.len());
            return Err(place.error(
                1,
                problem,
                phrase!("映射最多 4 MiB", "a mapping has at most 4 MiB"),
            ));
        }
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| place.line(span.start));
            let message = error.message().replace('\n', " ");
            place.error(
                line,
                text!("不是有效的 TOML：“{message}”", "no valid TOML: {message}"),
                phrase!("请改正该行", "mend that line"),
            )
        })?;
        let root = Table::new(place, root.get_ref(), String::new(), 0);
        parse_root(&root, schema)
    }
}

fn parse_root(root: &Table<'_>, schema: &Schema) -> Result<Mapping, MappingError> {
    let place = root.place;
    let Some(head) = root.table("mapping")? else {
        return Err(place.error(
            1,
            phrase!("没有 [mapping]", "there is no [mapping]"),
            phrase!("请以 `[mapping]` 开头", "start with `[mapping]`"),
        ));
    };
    let dataset = head.text("dataset")?.unwrap_or_default();
    if dataset != schema.name {
        let problem =
            text!("此映射用于数据集 `{dataset}`", "this mapping is for the dataset `{dataset}`");
        let remedy = text!(
            "请写 `dataset = \"{}\"`，或导入另一数据集",
            "write `dataset = \"{}\"` or import into another",
            schema.name
        );
        return Err(place.error(head.line_of("dataset"), problem, remedy));
    }
    let mut reader = Reader::new(schema, &head)?;
    let columns = reader.columns(root, &head)?;
    let lists = lists(root, schema, &mut reader)?;
    let events = events(root, schema, &mut reader)?;
    let mapping = Mapping {
        name: place.file.to_owned(),
        title: head.text("title")?.unwrap_or_default(),
        dataset,
        layout: layout(&head)?,
        full_export: head.flag("full_export")?.unwrap_or(false),
        digest: crate::hex::hex_digits(&Sha256::digest(place.text.as_bytes())),
        columns,
        lists,
        events,
        drop: head.texts("drop")?,
        rest: rest(&head)?,
        drop_line: head.line_of("drop"),
        zones: reader.zones,
    };
    head.finish()?;
    root.finish()?;
    Ok(mapping)
}

fn rest(head: &Table<'_>) -> Result<Rest, MappingError> {
    match head.text("rest")?.as_deref() {
        None => Ok(Rest::Refuse),
        Some("drop") => Ok(Rest::Drop),
        Some("keep") => Ok(Rest::Keep),
        Some(_) => Err(head.wrong(
            "rest",
            phrase!(
                "请写 `rest = \"drop\"` 或 `rest = \"keep\"`",
                "write `rest = \"drop\"` or `rest = \"keep\"`"
            ),
        )),
    }
}

fn layout(head: &Table<'_>) -> Result<Layout, MappingError> {
    let format = match head.text("format")? {
        None => None,
        Some(name) => Some(Format::named(&name).ok_or_else(|| {
            head.wrong(
                "format",
                phrase!(
                    "请写 `csv`、`json`、`xlsx` 或 `parquet`，或不写",
                    "write `csv`, `json`, `xlsx` or `parquet`, or leave it out"
                ),
            )
        })?),
    };
    let encoding = match head.text("encoding")? {
        None => None,
        Some(name) => Some(FileEncoding::named(&name).ok_or_else(|| {
            head.wrong(
                "encoding",
                phrase!(
                    "请写 `utf-8`、`gb18030`、`utf-16le`、`utf-16be` 等",
                    "write `utf-8`, `gb18030`, `utf-16le`, `utf-16be` …"
                ),
            )
        })?),
    };
    let separator = match head.text("separator")?.as_deref() {
        None => None,
        Some("tab") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && *one != b'"' => Some(*one),
            _ => {
                let remedy =
                    phrase!("请写 `,` `;` `|` 或 `tab` 之一", "write one of `,` `;` `|` or `tab`");
                return Err(head.wrong("separator", remedy));
            }
        },
    };
    Ok(Layout {
        format,
        encoding,
        separator,
        sheets: [head.texts("sheet")?, head.texts("sheets")?].concat(),
        header_row: head.count("header_row")?,
        header_rows: head.count("header_rows")?,
        skip_rows: head.count("skip_rows")?.unwrap_or(0),
    })
}

fn lists(
    root: &Table<'_>,
    schema: &Schema,
    reader: &mut Reader<'_>,
) -> Result<Vec<ListEntry>, MappingError> {
    let mut entries = Vec::new();
    for (at, list) in schema.lists.iter().enumerate() {
        for table in root.tables(list.name)? {
            let columns = reader.list_columns(&table, list)?;
            table.finish()?;
            let line = table.line;
            entries.push(ListEntry { list: at, columns, line });
        }
    }
    Ok(entries)
}

fn events(
    root: &Table<'_>,
    schema: &Schema,
    reader: &mut Reader<'_>,
) -> Result<Option<Events>, MappingError> {
    let Some(table) = root.table("events")? else {
        return Ok(None);
    };
    let key = table.texts("key")?;
    if key.is_empty() {
        let remedy = phrase!(
            "请写 `key = \"…\"`，即来源中标识工单的列",
            "write `key = \"…\"`, the source column that names the case"
        );
        return Err(table.wrong("key", remedy));
    }
    let order = reader.order(&table)?;
    let mut states = Vec::new();
    for part in table.tables("states")? {
        states.push(state_rule(&part, schema, reader)?);
        part.finish()?;
    }
    table.finish()?;
    Ok(Some(Events { key, order, states, line: table.line }))
}

fn state_rule(
    table: &Table<'_>,
    schema: &Schema,
    reader: &mut Reader<'_>,
) -> Result<States, MappingError> {
    let name = table.text("list")?.unwrap_or_default();
    let found = schema.lists.iter().position(|list| list.name == name);
    let Some(list) = found else {
        let known: Vec<&str> = schema.lists.iter().map(|list| list.name).collect();
        let remedy = text!(
            "请写 `list = \"…\"`，可用的有：{}",
            "write `list = \"…\"`, one of: {}",
            known.join(", ")
        );
        return Err(table.wrong("list", remedy));
    };
    let columns = &schema.lists[list].columns;
    let column = reader.state_column(table)?;
    let at = reader.state_time(table)?;
    let Some(map) = table.table("is")? else {
        let remedy = phrase!(
            "请写 `[events.states.is]`，其下写 `\"状态\" = { kind = \"…\" }`",
            "write `[events.states.is]` and below it `\"state\" = { kind = \"…\" }`"
        );
        return Err(table.place.error(
            table.line,
            phrase!("没有写明任何状态", "no states are named"),
            remedy,
        ));
    };
    let mut states = Vec::new();
    for (state, constants) in map.children()? {
        let mut row = vec![None; columns.len()];
        for (key, text) in constants.pairs()? {
            let Some(slot) = columns.iter().position(|column| column.name == key) else {
                let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
                let remedy = match nearest(&key, names.iter().copied()) {
                    Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                    None => text!("可用的有：{}", "there are: {}", names.join(", ")),
                };
                return Err(constants.wrong(&key, remedy));
            };
            row[slot] = Some(text);
        }
        states.push((state, row));
    }
    Ok(States { list, column, at, states })
}

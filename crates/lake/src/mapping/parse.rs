//! Parses the text of a mapping.

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;
use trueline_expression::find_nearest_word;
use trueline_language::{phrase, text};

use super::columns::TargetReader;
use super::error::MappingError;
use super::model::{EventRules, ListEntry, Mapping, RestColumns, StateRule};
use super::table::{MappingTable, MappingText};
use crate::schema::DatasetSchema;
use crate::source::{FileEncoding, SourceFormat, SourceLayout};

/// The longest mapping that we read.
const MAX_LENGTH: usize = 4 << 20;

impl Mapping {
    /// Parses a mapping for a dataset. `name` appears in error messages and in the manifest.
    pub fn parse(name: &str, text: &str, schema: &DatasetSchema) -> Result<Mapping, MappingError> {
        let place = MappingText { file: name, text };
        if text.len() > MAX_LENGTH {
            let problem = text!("映射有 {} 字节", "a mapping of {} bytes", text.len());
            return Err(place.error_at(
                1,
                problem,
                phrase!("映射最多 4 MiB", "a mapping has at most 4 MiB"),
            ));
        }
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| place.line_at(span.start));
            let message = error.message().replace('\n', " ");
            place.error_at(
                line,
                text!("不是有效的 TOML：“{message}”", "not valid TOML: {message}"),
                phrase!("请改正该行", "correct that line"),
            )
        })?;
        let root = MappingTable::new(place, root.get_ref(), String::new(), 0);
        parse_root(&root, schema)
    }
}

fn parse_root(root: &MappingTable<'_>, schema: &DatasetSchema) -> Result<Mapping, MappingError> {
    let place = root.place;
    let Some(head) = root.read_table("mapping")? else {
        return Err(place.error_at(
            1,
            phrase!("没有 [mapping]", "there is no [mapping]"),
            phrase!("请以 `[mapping]` 开头", "start with `[mapping]`"),
        ));
    };
    let dataset = head.read_text("dataset")?.unwrap_or_default();
    if dataset != schema.name {
        let problem =
            text!("此映射用于数据集 `{dataset}`", "this mapping is for the dataset `{dataset}`");
        let remedy = text!(
            "请写 `dataset = \"{}\"`，或导入另一数据集",
            "write `dataset = \"{}\"` or import into that one",
            schema.name
        );
        return Err(place.error_at(head.line_of("dataset"), problem, remedy));
    }
    let mut reader = TargetReader::new(schema, &head)?;
    let columns = reader.read_columns(root, &head)?;
    let lists = parse_lists(root, schema, &mut reader)?;
    let events = parse_events(root, schema, &mut reader)?;
    let mapping = Mapping {
        name: place.file.to_owned(),
        title: head.read_text("title")?.unwrap_or_default(),
        dataset,
        layout: parse_layout(&head)?,
        full_export: head.read_flag("full_export")?.unwrap_or(false),
        digest: crate::hex::hex_digits(&Sha256::digest(place.text.as_bytes())),
        columns,
        lists,
        events,
        drop: head.read_texts("drop")?,
        rest: parse_rest(&head)?,
        drop_line: head.line_of("drop"),
        zones: reader.zones,
    };
    head.refuse_unknown_keys()?;
    root.refuse_unknown_keys()?;
    Ok(mapping)
}

fn parse_rest(head: &MappingTable<'_>) -> Result<RestColumns, MappingError> {
    match head.read_text("rest")?.as_deref() {
        None => Ok(RestColumns::Refuse),
        Some("drop") => Ok(RestColumns::Drop),
        Some("keep") => Ok(RestColumns::Keep),
        Some(_) => Err(head.not_understood(
            "rest",
            phrase!(
                "请写 `rest = \"drop\"` 或 `rest = \"keep\"`",
                "write `rest = \"drop\"` or `rest = \"keep\"`"
            ),
        )),
    }
}

fn parse_layout(head: &MappingTable<'_>) -> Result<SourceLayout, MappingError> {
    let format = match head.read_text("format")? {
        None => None,
        Some(name) => Some(SourceFormat::from_name(&name).ok_or_else(|| {
            head.not_understood(
                "format",
                phrase!(
                    "请写 `csv`、`json`、`xlsx` 或 `parquet`，或不写",
                    "write `csv`, `json`, `xlsx` or `parquet`, or leave it out"
                ),
            )
        })?),
    };
    let encoding = match head.read_text("encoding")? {
        None => None,
        Some(name) => Some(FileEncoding::from_name(&name).ok_or_else(|| {
            head.not_understood(
                "encoding",
                phrase!(
                    "请写 `utf-8`、`gb18030`、`utf-16le`、`utf-16be` 等",
                    "write `utf-8`, `gb18030`, `utf-16le`, `utf-16be` …"
                ),
            )
        })?),
    };
    let separator = match head.read_text("separator")?.as_deref() {
        None => None,
        Some("tab") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && *one != b'"' => Some(*one),
            _ => {
                let remedy =
                    phrase!("请写 `,` `;` `|` 或 `tab` 之一", "write one of `,` `;` `|` or `tab`");
                return Err(head.not_understood("separator", remedy));
            }
        },
    };
    Ok(SourceLayout {
        format,
        encoding,
        separator,
        sheets: [head.read_texts("sheet")?, head.read_texts("sheets")?].concat(),
        header_row: head.read_count("header_row")?,
        header_rows: head.read_count("header_rows")?,
        skip_rows: head.read_count("skip_rows")?.unwrap_or(0),
    })
}

fn parse_lists(
    root: &MappingTable<'_>,
    schema: &DatasetSchema,
    reader: &mut TargetReader<'_>,
) -> Result<Vec<ListEntry>, MappingError> {
    let mut entries = Vec::new();
    for (at, list) in schema.lists.iter().enumerate() {
        for table in root.read_tables(list.name)? {
            let columns = reader.read_list_columns(&table, list)?;
            table.refuse_unknown_keys()?;
            let line = table.line;
            entries.push(ListEntry { list: at, columns, line });
        }
    }
    Ok(entries)
}

fn parse_events(
    root: &MappingTable<'_>,
    schema: &DatasetSchema,
    reader: &mut TargetReader<'_>,
) -> Result<Option<EventRules>, MappingError> {
    let Some(table) = root.read_table("events")? else {
        return Ok(None);
    };
    let key = table.read_texts("key")?;
    if key.is_empty() {
        let remedy = phrase!(
            "请写 `key = \"…\"`，即来源中标识工单的列",
            "write `key = \"…\"`, the source column that names the case"
        );
        return Err(table.not_understood("key", remedy));
    }
    let order = reader.read_order(&table)?;
    let mut states = Vec::new();
    for part in table.read_tables("states")? {
        states.push(parse_state_rule(&part, schema, reader)?);
        part.refuse_unknown_keys()?;
    }
    table.refuse_unknown_keys()?;
    Ok(Some(EventRules { key, order, states, line: table.line }))
}

fn parse_state_rule(
    table: &MappingTable<'_>,
    schema: &DatasetSchema,
    reader: &mut TargetReader<'_>,
) -> Result<StateRule, MappingError> {
    let name = table.read_text("list")?.unwrap_or_default();
    let found = schema.lists.iter().position(|list| list.name == name);
    let Some(list) = found else {
        let known: Vec<&str> = schema.lists.iter().map(|list| list.name).collect();
        let remedy = text!(
            "请写 `list = \"…\"`，可用的有：{}",
            "write `list = \"…\"`, one of: {}",
            known.join(", ")
        );
        return Err(table.not_understood("list", remedy));
    };
    let columns = &schema.lists[list].columns;
    let column = reader.read_state_column(table)?;
    let at = reader.read_state_time(table)?;
    let Some(map) = table.read_table("is")? else {
        let remedy = text!(
            "请写 `[events.states.is]`，其下写 `\"状态\" = {{ kind = \"…\" }}`",
            "write `[events.states.is]` and below it `\"state\" = {{ kind = \"…\" }}`"
        );
        return Err(table.place.error_at(
            table.line,
            phrase!("没有写明任何状态", "no states are named"),
            remedy,
        ));
    };
    let mut states = Vec::new();
    for (state, constants) in map.read_children()? {
        let mut row = vec![None; columns.len()];
        for (key, text) in constants.read_pairs()? {
            let Some(slot) = columns.iter().position(|column| column.name == key) else {
                let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
                let remedy = match find_nearest_word(&key, names.iter().copied()) {
                    Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                    None => text!("可用的有：{}", "there are: {}", names.join(", ")),
                };
                return Err(constants.not_understood(&key, remedy));
            };
            row[slot] = Some(text);
        }
        states.push((state, row));
    }
    Ok(StateRule { list, column, at, states })
}

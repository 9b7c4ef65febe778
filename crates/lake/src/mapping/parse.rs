//! Parses the text of a mapping.

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;
use trueline_expression::nearest;

use super::columns::TargetReader;
use super::error::MappingError;
use super::model::{EventRules, ListEntry, Mapping, RestColumns, StateRule};
use super::table::{MappingTable, MappingText};
use crate::schema::Schema;
use crate::source::{FileEncoding, Layout, SourceFormat};

/// The longest mapping that we read.
const MAX_LENGTH: usize = 4 << 20;

impl Mapping {
    /// Parses a mapping for a dataset. `name` appears in error messages and in the manifest.
    pub fn parse(name: &str, text: &str, schema: &Schema) -> Result<Mapping, MappingError> {
        let place = MappingText { file: name, text };
        if text.len() > MAX_LENGTH {
            let problem = format!("a mapping of {} bytes", text.len());
            return Err(place.error_at(1, problem, "a mapping has at most 4 MiB"));
        }
        let root = DeTable::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| place.line_at(span.start));
            let message = error.message().replace('\n', " ");
            place.error_at(line, format!("not valid TOML: {message}"), "correct that line")
        })?;
        let root = MappingTable::new(place, root.get_ref(), String::new(), 0);
        parse_root(&root, schema)
    }
}

fn parse_root(root: &MappingTable<'_>, schema: &Schema) -> Result<Mapping, MappingError> {
    let place = root.place;
    let Some(head) = root.read_table("mapping")? else {
        return Err(place.error_at(1, "there is no [mapping]", "start with `[mapping]`"));
    };
    let dataset = head.read_text("dataset")?.unwrap_or_default();
    if dataset != schema.name {
        let problem = format!("this mapping is for the dataset `{dataset}`");
        let remedy = format!("write `dataset = \"{}\"` or import into that one", schema.name);
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
        Some(_) => Err(head.not_understood("rest", "write `rest = \"drop\"` or `rest = \"keep\"`")),
    }
}

fn parse_layout(head: &MappingTable<'_>) -> Result<Layout, MappingError> {
    let format = match head.read_text("format")? {
        None => None,
        Some(name) => Some(SourceFormat::from_name(&name).ok_or_else(|| {
            head.not_understood(
                "format",
                "write `csv`, `json`, `xlsx` or `parquet`, or leave it out",
            )
        })?),
    };
    let encoding = match head.read_text("encoding")? {
        None => None,
        Some(name) => Some(FileEncoding::named(&name).ok_or_else(|| {
            head.not_understood("encoding", "write `utf-8`, `gb18030`, `utf-16le`, `utf-16be` …")
        })?),
    };
    let separator = match head.read_text("separator")?.as_deref() {
        None => None,
        Some("tab") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [one] if one.is_ascii() && !one.is_ascii_alphanumeric() && *one != b'"' => Some(*one),
            _ => {
                let remedy = "write one of `,` `;` `|` or `tab`";
                return Err(head.not_understood("separator", remedy));
            }
        },
    };
    Ok(Layout {
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
    schema: &Schema,
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
    schema: &Schema,
    reader: &mut TargetReader<'_>,
) -> Result<Option<EventRules>, MappingError> {
    let Some(table) = root.read_table("events")? else {
        return Ok(None);
    };
    let key = table.read_texts("key")?;
    if key.is_empty() {
        let remedy = "write `key = \"…\"`, the source column that names the case";
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
    schema: &Schema,
    reader: &mut TargetReader<'_>,
) -> Result<StateRule, MappingError> {
    let name = table.read_text("list")?.unwrap_or_default();
    let found = schema.lists.iter().position(|list| list.name == name);
    let Some(list) = found else {
        let known: Vec<&str> = schema.lists.iter().map(|list| list.name).collect();
        let remedy = format!("write `list = \"…\"`, one of: {}", known.join(", "));
        return Err(table.not_understood("list", remedy));
    };
    let columns = &schema.lists[list].columns;
    let column = reader.read_state_column(table)?;
    let at = reader.read_state_time(table)?;
    let Some(map) = table.read_table("is")? else {
        let remedy = "write `[events.states.is]` and below it `\"state\" = { kind = \"…\" }`";
        return Err(table.place.error_at(table.line, "no states are named", remedy));
    };
    let mut states = Vec::new();
    for (state, constants) in map.read_children()? {
        let mut row = vec![None; columns.len()];
        for (key, text) in constants.read_pairs()? {
            let Some(slot) = columns.iter().position(|column| column.name == key) else {
                let near = nearest(&key, columns.iter().map(|column| column.name));
                let remedy =
                    near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
                return Err(constants.not_understood(&key, remedy));
            };
            row[slot] = Some(text);
        }
        states.push((state, row));
    }
    Ok(StateRule { list, column, at, states })
}

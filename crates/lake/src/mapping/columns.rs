//! Reads the columns that a mapping fills from its tables.

use jiff::tz::TimeZone;
use trueline_expression::find_nearest_word;
use trueline_language::{phrase, text};

use super::column_keys::{read_day_order, read_extra_kind, read_origin, read_take, read_values};
use super::error::MappingError;
use super::model::{ColumnTarget, DateRules, Pseudonymise, TakeEvent, ValueOrigin};
use super::table::MappingTable;
use super::zone::parse_zone;
use crate::dates::{DateFormat, DateOrder, TimePrecision};
use crate::schema::{DatasetColumn, DatasetSchema, ListColumn, ValueKind};

/// The defaults that every column of a mapping starts from.
pub(super) struct TargetReader<'s> {
    schema: &'s DatasetSchema,
    missing: Vec<String>,
    order: DateOrder,
    pub(super) zones: Vec<TimeZone>,
    time_zone: usize,
}

/// A column that any mapping may fill, whatever the dataset.
const REVISED: DatasetColumn = DatasetColumn {
    name: "revised",
    kind: ValueKind::Moment,
    required: false,
    allowed: &[],
    doc: "when the source gave this state",
};

impl<'s> TargetReader<'s> {
    pub(super) fn new(
        schema: &'s DatasetSchema,
        head: &MappingTable<'_>,
    ) -> Result<TargetReader<'s>, MappingError> {
        let date_zone = match parse_zone(head, "zone")? {
            Some(zone) => zone,
            None => TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC),
        };
        let mut zones = vec![date_zone];
        let mut time_zone = 0;
        if let Some(shown) = parse_zone(head, "shown_in")? {
            zones.push(shown);
            time_zone = 1;
        }
        let mut missing = head.read_texts("missing")?;
        if !head.has_key("missing") {
            missing.push(String::new());
        }
        Ok(TargetReader {
            schema,
            missing,
            order: read_day_order(head)?.unwrap_or(DateOrder::Unknown),
            zones,
            time_zone,
        })
    }

    /// The dataset's columns in its order, then `revised` if it is filled, then the extras.
    pub(super) fn read_columns(
        &mut self,
        root: &MappingTable<'_>,
        head: &MappingTable<'_>,
    ) -> Result<Vec<ColumnTarget>, MappingError> {
        let mut given = match root.read_table("columns")? {
            Some(table) => table.read_children()?,
            None => Vec::new(),
        };
        let mut targets = Vec::new();
        let schema = self.schema;
        for column in schema.columns.iter().chain([&REVISED]) {
            let found = given.iter().position(|(name, _)| name == column.name);
            match found {
                Some(at) => targets.push(self.read_column_target(&given.remove(at).1, column)?),
                None if column.required => {
                    let problem = text!("列 `{}` 必填", "the column `{}` is required", column.name);
                    let remedy = text!(
                        "请加上 `[columns.{}]`（{}）",
                        "add `[columns.{}]` ({})",
                        column.name,
                        column.doc
                    );
                    return Err(root.place.error_at(head.line, problem, remedy));
                }
                None => {}
            }
        }
        if let Some((name, table)) = given.first() {
            let names = schema.columns.iter().map(|column| column.name);
            let remedy = match find_nearest_word(name, names) {
                Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
                None => text!(
                    "自有的列写作附加列：`[extras.x_{name}]`",
                    "a column of your own is an extra: `[extras.x_{name}]`"
                ),
            };
            let problem = text!(
                "数据集 `{}` 没有列 `{name}`",
                "the dataset `{}` has no column `{name}`",
                schema.name
            );
            return Err(root.place.error_at(table.line, problem, remedy));
        }
        self.read_extras(root, head, &mut targets)?;
        Ok(targets)
    }

    fn read_extras(
        &mut self,
        root: &MappingTable<'_>,
        head: &MappingTable<'_>,
        targets: &mut Vec<ColumnTarget>,
    ) -> Result<(), MappingError> {
        let first = targets.len();
        if let Some(table) = root.read_table("extras")? {
            for (name, table) in table.read_children()? {
                if !name.starts_with("x_") || name.len() < 3 {
                    let problem = text!(
                        "附加列的名称须以 `x_` 开头，不能是 `{name}`",
                        "an extra's name starts with `x_`, not `{name}`"
                    );
                    let remedy = text!("请写 `[extras.x_{name}]`", "write `[extras.x_{name}]`");
                    return Err(root.place.error_at(table.line, problem, remedy));
                }
                let kind = read_extra_kind(&table)?;
                targets.push(self.read_target(&table, &name, kind, &[])?);
            }
        }
        for (key, pseudonymise) in [("keep", Pseudonymise::No), ("pseudonymise", Pseudonymise::Yes)]
        {
            for source in head.read_texts(key)? {
                targets.push(self.start_target(&source, pseudonymise, head.line_of(key)));
            }
        }
        targets[first..].sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = targets[first..].windows(2).find(|w| w[0].name == w[1].name) {
            let problem =
                text!("附加列 `{}` 有两个来源", "the extra `{}` is filled twice", pair[0].name);
            let remedy = phrase!(
                "请在 `[extras.x_…]` 下为其中一个另取名称",
                "give one of them a name of its own under `[extras.x_…]`"
            );
            return Err(root.place.error_at(pair[1].line, problem, remedy));
        }
        Ok(())
    }

    /// A column filled from a source column that is only named, with all defaults.
    fn start_target(&self, source: &str, pseudonymise: Pseudonymise, line: usize) -> ColumnTarget {
        ColumnTarget {
            name: extra_name(source),
            kind: match pseudonymise {
                Pseudonymise::No => ValueKind::Label,
                Pseudonymise::Yes => ValueKind::Text,
            },
            required: false,
            allowed: &[],
            from: ValueOrigin::Column(source.to_owned()),
            optional: false,
            dates: self.default_dates(),
            values: None,
            missing: self.missing.clone(),
            pseudonymise,
            take: TakeEvent::Last,
            line,
        }
    }

    pub(super) fn default_dates(&self) -> DateRules {
        DateRules {
            formats: Vec::new(),
            precision: None,
            order: self.order,
            date_zone: 0,
            time_zone: self.time_zone,
        }
    }

    pub(super) fn read_list_columns(
        &mut self,
        table: &MappingTable<'_>,
        list: &ListColumn,
    ) -> Result<Vec<Option<ColumnTarget>>, MappingError> {
        let mut columns = Vec::new();
        for column in &list.columns {
            if !table.has_key(column.name) {
                if column.required {
                    let problem =
                        text!("[[{}]] 需要 `{}`", "[[{}]] needs `{}`", list.name, column.name);
                    let remedy = text!(
                        "请写 `{} = {{ from = \"…\" }}`",
                        "write `{} = {{ from = \"…\" }}`",
                        column.name
                    );
                    return Err(table.place.error_at(table.line, problem, remedy));
                }
                columns.push(None);
                continue;
            }
            let target = match table.read_text(column.name) {
                // A plain text is a constant, as most labels here are.
                Ok(Some(text)) => {
                    let line = table.line_of(column.name);
                    let mut target = self.start_target("", Pseudonymise::No, line);
                    target.from = ValueOrigin::Constant(text);
                    target
                }
                Ok(None) | Err(_) => match table.read_table(column.name)? {
                    Some(inner) => self.read_column_target(&inner, column)?,
                    None => continue,
                },
            };
            columns.push(Some(ColumnTarget {
                name: format!("{}.{}", list.name, column.name),
                kind: column.kind,
                // Whether a record is complete is checked once all its columns are read.
                required: false,
                allowed: column.allowed,
                ..target
            }));
        }
        Ok(columns)
    }

    pub(super) fn read_order(
        &mut self,
        table: &MappingTable<'_>,
    ) -> Result<Option<ColumnTarget>, MappingError> {
        let Some(source) = table.read_text("order")? else {
            return Ok(None);
        };
        let mut target = self.start_target(&source, Pseudonymise::No, table.line_of("order"));
        "order".clone_into(&mut target.name);
        target.kind = match table.read_text("order_kind")?.as_deref() {
            None | Some("integer") => ValueKind::Integer,
            Some("moment") => ValueKind::Moment,
            Some(_) => {
                let remedy = phrase!(
                    "请写 `order_kind = \"integer\"` 或 `\"moment\"`",
                    "write `order_kind = \"integer\"` or `\"moment\"`"
                );
                return Err(table.not_understood("order_kind", remedy));
            }
        };
        self.read_dates(table, &mut target)?;
        Ok(Some(target))
    }

    pub(super) fn read_state_column(
        &mut self,
        table: &MappingTable<'_>,
    ) -> Result<ColumnTarget, MappingError> {
        let Some(source) = table.read_text("column")? else {
            let remedy = phrase!(
                "请写 `column = \"…\"`，即来源中记状态的列",
                "write `column = \"…\"`, the source column with the state"
            );
            return Err(table.not_understood("column", remedy));
        };
        Ok(self.start_target(&source, Pseudonymise::No, table.line_of("column")))
    }

    pub(super) fn read_state_time(
        &mut self,
        table: &MappingTable<'_>,
    ) -> Result<ColumnTarget, MappingError> {
        let Some(source) = table.read_text("at")? else {
            let remedy = phrase!(
                "请写 `at = \"…\"`，即来源中记事件时间的列",
                "write `at = \"…\"`, the source column with the time of the event"
            );
            return Err(table.not_understood("at", remedy));
        };
        let mut target = self.start_target(&source, Pseudonymise::No, table.line_of("at"));
        target.kind = ValueKind::Moment;
        target.required = true;
        "at".clone_into(&mut target.name);
        self.read_dates(table, &mut target)?;
        Ok(target)
    }

    fn read_column_target(
        &mut self,
        table: &MappingTable<'_>,
        column: &DatasetColumn,
    ) -> Result<ColumnTarget, MappingError> {
        let mut target = self.read_target(table, column.name, column.kind, column.allowed)?;
        target.required = column.required;
        Ok(target)
    }

    fn read_target(
        &mut self,
        table: &MappingTable<'_>,
        name: &str,
        kind: ValueKind,
        allowed: &'static [&'static str],
    ) -> Result<ColumnTarget, MappingError> {
        let mut target = self.start_target("", Pseudonymise::No, table.line);
        name.clone_into(&mut target.name);
        target.kind = kind;
        target.allowed = allowed;
        target.from = read_origin(table)?;
        target.optional = table.read_flag("optional")?.unwrap_or(false);
        if table.has_key("missing") {
            target.missing = table.read_texts("missing")?;
        }
        self.read_dates(table, &mut target)?;
        target.values = read_values(table, allowed)?;
        if table.read_flag("pseudonymise")?.unwrap_or(false) {
            target.pseudonymise = Pseudonymise::Yes;
            if !matches!(kind, ValueKind::Text | ValueKind::Label) {
                return Err(table.not_understood(
                    "pseudonymise",
                    phrase!(
                        "只有 text 与 label 可以化名",
                        "only texts and labels can be pseudonymised"
                    ),
                ));
            }
        }
        target.take = read_take(table)?;
        table.refuse_unknown_keys()?;
        Ok(target)
    }

    fn read_dates(
        &mut self,
        table: &MappingTable<'_>,
        target: &mut ColumnTarget,
    ) -> Result<(), MappingError> {
        let dates = &mut target.dates;
        for key in ["format", "formats"] {
            for text in table.read_texts(key)? {
                let format = DateFormat::parse(&text).map_err(|problem| {
                    let remedy =
                        phrase!("写法如 `%Y-%m-%d %H:%M:%S`", "write it like `%Y-%m-%d %H:%M:%S`");
                    table.place.error_at(table.line_of(key), problem, remedy)
                })?;
                dates.formats.push(format);
            }
        }
        if let Some(order) = read_day_order(table)? {
            dates.order = order;
        }
        if let Some(name) = table.read_text("precision")? {
            let found = TimePrecision::from_name(&name).ok_or_else(|| {
                table.not_understood(
                    "precision",
                    phrase!(
                        "请写 `second`、`minute` 或 `day`",
                        "write `second`, `minute` or `day`"
                    ),
                )
            })?;
            dates.precision = Some(found);
        }
        if let Some(zone) = parse_zone(table, "zone")? {
            self.zones.push(zone);
            dates.date_zone = self.zones.len() - 1;
            dates.time_zone = self.zones.len() - 1;
        }
        let dated = !dates.formats.is_empty() || dates.precision.is_some();
        if dated && target.kind != ValueKind::Moment {
            let problem = text!(
                "`{}` 不是时间，不能有日期格式",
                "`{}` is not a moment, so it has no date format",
                target.name
            );
            return Err(table.place.error_at(
                table.line,
                problem,
                phrase!("请删去该格式", "remove the format"),
            ));
        }
        Ok(())
    }
}

/// `Service request type` becomes `x_service_request_type`.
pub(super) fn extra_name(source: &str) -> String {
    if source.len() > 2 && source.starts_with("x_") {
        return source.to_owned();
    }
    let mut name = String::from("x_");
    for letter in source.chars() {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.truncate(name.trim_end_matches('_').len().max(2));
    if name.len() < 3 {
        name.push_str("column");
    }
    name
}

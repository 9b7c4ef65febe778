//! The columns that a mapping fills, from their tables.

use jiff::tz::TimeZone;
use trueline_expression::{nearest, parse as parse_expression};
use trueline_language::{phrase, text};

use super::error::MappingError;
use super::model::{Dates, From, Pseudonymise, TakeEvent, Target, Unlisted, ValueMap};
use super::table::Table;
use super::zone::zone;
use crate::dates::{DateFormat, DayOrder, Precision};
use crate::schema::{Column, Kind, List, Schema};

/// What every column of a mapping starts from.
pub(super) struct Reader<'s> {
    schema: &'s Schema,
    missing: Vec<String>,
    order: DayOrder,
    pub(super) zones: Vec<TimeZone>,
    time_zone: usize,
}

/// The columns that a mapping may fill besides the dataset's own.
const REVISED: Column = Column {
    name: "revised",
    kind: Kind::Moment,
    required: false,
    allowed: &[],
    doc: "when the source gave this state",
};

impl<'s> Reader<'s> {
    pub(super) fn new(schema: &'s Schema, head: &Table<'_>) -> Result<Reader<'s>, MappingError> {
        let date_zone = match zone(head, "zone")? {
            Some(zone) => zone,
            None => TimeZone::get("Asia/Shanghai").unwrap_or(TimeZone::UTC),
        };
        let mut zones = vec![date_zone];
        let mut time_zone = 0;
        if let Some(shown) = zone(head, "shown_in")? {
            zones.push(shown);
            time_zone = 1;
        }
        let mut missing = head.texts("missing")?;
        if !head.has("missing") {
            missing.push(String::new());
        }
        Ok(Reader {
            schema,
            missing,
            order: day_order(head)?.unwrap_or(DayOrder::Unknown),
            zones,
            time_zone,
        })
    }

    /// The dataset's columns in its order, `revised` if given, then the extras.
    pub(super) fn columns(
        &mut self,
        root: &Table<'_>,
        head: &Table<'_>,
    ) -> Result<Vec<Target>, MappingError> {
        let mut given = match root.table("columns")? {
            Some(table) => table.children()?,
            None => Vec::new(),
        };
        let mut targets = Vec::new();
        let schema = self.schema;
        for column in schema.columns.iter().chain([&REVISED]) {
            let found = given.iter().position(|(name, _)| name == column.name);
            match found {
                Some(at) => targets.push(self.target(&given.remove(at).1, column)?),
                None if column.required => {
                    let problem = text!("列 `{}` 必填", "the column `{}` is required", column.name);
                    let remedy = text!(
                        "请加上 `[columns.{}]`（{}）",
                        "add `[columns.{}]` ({})",
                        column.name,
                        column.doc
                    );
                    return Err(root.place.error(head.line, problem, remedy));
                }
                None => {}
            }
        }
        if let Some((name, table)) = given.first() {
            let names = schema.columns.iter().map(|column| column.name);
            let remedy = match nearest(name, names) {
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
            return Err(root.place.error(table.line, problem, remedy));
        }
        self.extras(root, head, &mut targets)?;
        Ok(targets)
    }

    fn extras(
        &mut self,
        root: &Table<'_>,
        head: &Table<'_>,
        targets: &mut Vec<Target>,
    ) -> Result<(), MappingError> {
        let first = targets.len();
        if let Some(table) = root.table("extras")? {
            for (name, table) in table.children()? {
                if !name.starts_with("x_") || name.len() < 3 {
                    let problem = text!(
                        "附加列的名称须以 `x_` 开头，不能是 `{name}`",
                        "an extra's name starts with `x_`, not `{name}`"
                    );
                    let remedy = text!("请写 `[extras.x_{name}]`", "write `[extras.x_{name}]`");
                    return Err(root.place.error(table.line, problem, remedy));
                }
                let kind = extra_kind(&table)?;
                targets.push(self.target_of(&table, &name, kind, &[])?);
            }
        }
        for (key, pseudonymise) in [("keep", Pseudonymise::No), ("pseudonymise", Pseudonymise::Yes)]
        {
            for source in head.texts(key)? {
                targets.push(self.kept(&source, pseudonymise, head.line_of(key)));
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
            return Err(root.place.error(pair[1].line, problem, remedy));
        }
        Ok(())
    }

    /// The extra that a source column becomes when it is only named.
    fn kept(&self, source: &str, pseudonymise: Pseudonymise, line: usize) -> Target {
        Target {
            name: extra_name(source),
            kind: match pseudonymise {
                Pseudonymise::No => Kind::Label,
                Pseudonymise::Yes => Kind::Text,
            },
            required: false,
            allowed: &[],
            from: From::Column(source.to_owned()),
            optional: false,
            dates: self.dates_default(),
            values: None,
            missing: self.missing.clone(),
            pseudonymise,
            take: TakeEvent::Last,
            line,
        }
    }

    pub(super) fn dates_default(&self) -> Dates {
        Dates {
            formats: Vec::new(),
            precision: None,
            order: self.order,
            date_zone: 0,
            time_zone: self.time_zone,
        }
    }

    pub(super) fn list_columns(
        &mut self,
        table: &Table<'_>,
        list: &List,
    ) -> Result<Vec<Option<Target>>, MappingError> {
        let mut columns = Vec::new();
        for column in &list.columns {
            if !table.has(column.name) {
                if column.required {
                    let problem =
                        text!("[[{}]] 需要 `{}`", "[[{}]] needs `{}`", list.name, column.name);
                    let remedy = text!(
                        "请写 `{} = {{ from = \"…\" }}`",
                        "write `{} = {{ from = \"…\" }}`",
                        column.name
                    );
                    return Err(table.place.error(table.line, problem, remedy));
                }
                columns.push(None);
                continue;
            }
            let target = match table.text(column.name) {
                // A plain text is a constant, which is what most labels here are.
                Ok(Some(text)) => {
                    let line = table.line_of(column.name);
                    let mut target = self.kept("", Pseudonymise::No, line);
                    target.from = From::Constant(text);
                    target
                }
                Ok(None) | Err(_) => match table.table(column.name)? {
                    Some(inner) => self.target(&inner, column)?,
                    None => continue,
                },
            };
            columns.push(Some(Target {
                name: format!("{}.{}", list.name, column.name),
                kind: column.kind,
                // Whether a record is whole is asked once all its columns are read.
                required: false,
                allowed: column.allowed,
                ..target
            }));
        }
        Ok(columns)
    }

    pub(super) fn order(&mut self, table: &Table<'_>) -> Result<Option<Target>, MappingError> {
        let Some(source) = table.text("order")? else {
            return Ok(None);
        };
        let mut target = self.kept(&source, Pseudonymise::No, table.line_of("order"));
        "order".clone_into(&mut target.name);
        target.kind = match table.text("order_kind")?.as_deref() {
            None | Some("integer") => Kind::Integer,
            Some("moment") => Kind::Moment,
            Some(_) => {
                let remedy = phrase!(
                    "请写 `order_kind = \"integer\"` 或 `\"moment\"`",
                    "write `order_kind = \"integer\"` or `\"moment\"`"
                );
                return Err(table.wrong("order_kind", remedy));
            }
        };
        self.read_dates(table, &mut target)?;
        Ok(Some(target))
    }

    pub(super) fn state_column(&mut self, table: &Table<'_>) -> Result<Target, MappingError> {
        let Some(source) = table.text("column")? else {
            let remedy = phrase!(
                "请写 `column = \"…\"`，即来源中记状态的列",
                "write `column = \"…\"`, the source column with the state"
            );
            return Err(table.wrong("column", remedy));
        };
        Ok(self.kept(&source, Pseudonymise::No, table.line_of("column")))
    }

    pub(super) fn state_time(&mut self, table: &Table<'_>) -> Result<Target, MappingError> {
        let Some(source) = table.text("at")? else {
            let remedy = phrase!(
                "请写 `at = \"…\"`，即来源中记事件时间的列",
                "write `at = \"…\"`, the source column with the time of the event"
            );
            return Err(table.wrong("at", remedy));
        };
        let mut target = self.kept(&source, Pseudonymise::No, table.line_of("at"));
        target.kind = Kind::Moment;
        target.required = true;
        "at".clone_into(&mut target.name);
        self.read_dates(table, &mut target)?;
        Ok(target)
    }

    fn target(&mut self, table: &Table<'_>, column: &Column) -> Result<Target, MappingError> {
        let mut target = self.target_of(table, column.name, column.kind, column.allowed)?;
        target.required = column.required;
        Ok(target)
    }

    fn target_of(
        &mut self,
        table: &Table<'_>,
        name: &str,
        kind: Kind,
        allowed: &'static [&'static str],
    ) -> Result<Target, MappingError> {
        let mut target = self.kept("", Pseudonymise::No, table.line);
        name.clone_into(&mut target.name);
        target.kind = kind;
        target.allowed = allowed;
        target.from = origin(table)?;
        target.optional = table.flag("optional")?.unwrap_or(false);
        if table.has("missing") {
            target.missing = table.texts("missing")?;
        }
        self.read_dates(table, &mut target)?;
        target.values = values(table, allowed)?;
        if table.flag("pseudonymise")?.unwrap_or(false) {
            target.pseudonymise = Pseudonymise::Yes;
            if !matches!(kind, Kind::Text | Kind::Label) {
                return Err(table.wrong(
                    "pseudonymise",
                    phrase!("只有 text 与 label 可以化名", "only texts and labels can be"),
                ));
            }
        }
        target.take = take(table)?;
        table.finish()?;
        Ok(target)
    }

    fn read_dates(&mut self, table: &Table<'_>, target: &mut Target) -> Result<(), MappingError> {
        let dates = &mut target.dates;
        for key in ["format", "formats"] {
            for text in table.texts(key)? {
                let format = DateFormat::parse(&text).map_err(|problem| {
                    let remedy =
                        phrase!("写法如 `%Y-%m-%d %H:%M:%S`", "write it like `%Y-%m-%d %H:%M:%S`");
                    table.place.error(table.line_of(key), problem, remedy)
                })?;
                dates.formats.push(format);
            }
        }
        if let Some(order) = day_order(table)? {
            dates.order = order;
        }
        if let Some(name) = table.text("precision")? {
            let found = Precision::named(&name).ok_or_else(|| {
                table.wrong(
                    "precision",
                    phrase!(
                        "请写 `second`、`minute` 或 `day`",
                        "write `second`, `minute` or `day`"
                    ),
                )
            })?;
            dates.precision = Some(found);
        }
        if let Some(zone) = zone(table, "zone")? {
            self.zones.push(zone);
            dates.date_zone = self.zones.len() - 1;
            dates.time_zone = self.zones.len() - 1;
        }
        let dated = !dates.formats.is_empty() || dates.precision.is_some();
        if dated && target.kind != Kind::Moment {
            let problem = text!(
                "`{}` 不是时间，不能有日期格式",
                "`{}` is no moment, so it has no date format",
                target.name
            );
            return Err(table.place.error(
                table.line,
                problem,
                phrase!("请删去该格式", "remove the format"),
            ));
        }
        Ok(())
    }
}

fn day_order(table: &Table<'_>) -> Result<Option<DayOrder>, MappingError> {
    Ok(table
        .flag("day_first")?
        .map(|day_first| if day_first { DayOrder::DayFirst } else { DayOrder::MonthFirst }))
}

fn origin(table: &Table<'_>) -> Result<From, MappingError> {
    let mut found = Vec::new();
    if let Some(source) = table.text("from")? {
        found.push(From::Column(source));
    }
    if let Some(text) = table.text("value")? {
        found.push(From::Constant(text));
    }
    if let Some(text) = table.text("expr")? {
        let expr = parse_expression(&text).map_err(|error| {
            let problem = text!(
                "`expr` 第 {} 个字符处：{}",
                "in `expr`, character {}: {}",
                error.offset + 1,
                error.message
            );
            table.place.error(table.line_of("expr"), problem, error.hint)
        })?;
        found.push(From::Expression(expr));
    }
    match (table.text("date")?, table.text("time")?) {
        (Some(date), Some(time)) => found.push(From::DateAndTime(date, time)),
        (Some(date), None) => found.push(From::Column(date)),
        (None, Some(_)) => {
            return Err(table.wrong(
                "time",
                phrase!(
                    "请同时写明日期的列：`date = \"…\"`",
                    "name the column of the date too: `date = \"…\"`"
                ),
            ));
        }
        (None, None) => {}
    }
    if table.flag("line")?.unwrap_or(false) {
        found.push(From::Line);
    }
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let problem = if found.is_empty() {
        text!("[{}] 没有写明取值的来源", "[{}] does not say where its value comes from", table.path)
    } else {
        text!("[{}] 有不止一个来源", "[{}] has several origins", table.path)
    };
    let remedy = phrase!(
        "请只写其一：`from`、`value`、`expr`、`date` 与 `time`、`line = true`",
        "write exactly one of `from`, `value`, `expr`, `date` with `time`, `line = true`"
    );
    Err(table.place.error(table.line, problem, remedy))
}

fn values(
    table: &Table<'_>,
    allowed: &'static [&'static str],
) -> Result<Option<ValueMap>, MappingError> {
    let unlisted = match table.text("unlisted")?.as_deref() {
        None | Some("quarantine") => Unlisted::Quarantine,
        Some("keep") => Unlisted::Keep,
        Some("null") => Unlisted::Null,
        Some(_) => {
            let remedy = phrase!(
                "请写 `unlisted = \"quarantine\"`、`\"keep\"` 或 `\"null\"`",
                "write `unlisted = \"quarantine\"`, `\"keep\"` or `\"null\"`"
            );
            return Err(table.wrong("unlisted", remedy));
        }
    };
    let Some(map) = table.table("values")? else {
        return Ok(None);
    };
    let pairs = map.pairs()?;
    for (key, value) in &pairs {
        if !allowed.is_empty() && !value.is_empty() && !allowed.contains(&value.as_str()) {
            let problem = text!("此列没有取值 `{value}`", "`{value}` is no value of this column");
            let remedy = text!("可用的有：{}", "allowed are: {}", allowed.join(", "));
            return Err(table.place.error(map.line_of(key), problem, remedy));
        }
    }
    Ok(Some(ValueMap { pairs, unlisted }))
}

fn take(table: &Table<'_>) -> Result<TakeEvent, MappingError> {
    match table.text("take")?.as_deref() {
        None | Some("last") => Ok(TakeEvent::Last),
        Some("first") => Ok(TakeEvent::First),
        Some("any") => Ok(TakeEvent::Any),
        Some("last_present") => Ok(TakeEvent::LastPresent),
        Some("min") => Ok(TakeEvent::Min),
        Some("max") => Ok(TakeEvent::Max),
        Some(_) => {
            let remedy = phrase!(
                "请写 `first`、`last`、`any`、`last_present`、`min` 或 `max`",
                "write `first`, `last`, `any`, `last_present`, `min` or `max`"
            );
            Err(table.wrong("take", remedy))
        }
    }
}

fn extra_kind(table: &Table<'_>) -> Result<Kind, MappingError> {
    match table.text("kind")?.as_deref() {
        None | Some("label") => Ok(Kind::Label),
        Some("text") => Ok(Kind::Text),
        Some("integer") => Ok(Kind::Integer),
        Some("number") => Ok(Kind::Number),
        Some("boolean") => Ok(Kind::Boolean),
        Some("moment") => Ok(Kind::Moment),
        Some(_) => {
            let remedy = phrase!(
                "请写 `label`、`text`、`integer`、`number`、`boolean` 或 `moment`",
                "write `label`, `text`, `integer`, `number`, `boolean` or `moment`"
            );
            Err(table.wrong("kind", remedy))
        }
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

//! Binds a mapping to the column names of a source.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use trueline_expression::{Expr, KnownNames, Type, check_types, find_nearest_word, list_names};
use trueline_language::{Text, phrase, text};

use super::columns::extra_name;
use super::error::MappingError;
use super::model::{
    ColumnTarget, DateRules, Mapping, Pseudonymise, RestColumns, TakeEvent, ValueOrigin,
};
use crate::dates::DateOrder;
use crate::quarantine_columns::QuarantineColumns;
use crate::schema::ValueKind;

/// A mapping whose source columns are known by their positions.
#[derive(Debug, Clone)]
pub(crate) struct BoundMapping {
    /// The dataset's columns, then the extras.
    pub(crate) targets: Vec<BoundTarget>,
    pub(crate) lists: Vec<BoundList>,
    pub(crate) events: Option<BoundEvents>,
    pub(crate) zones: Vec<TimeZone>,
}

#[derive(Debug, Clone)]
pub(crate) struct BoundTarget {
    pub(crate) target: ColumnTarget,
    pub(crate) input: ColumnInput,
}

#[derive(Debug, Clone)]
pub(crate) enum ColumnInput {
    Cell(usize),
    Two(usize, usize),
    Constant(String),
    Expression(Expr, Vec<(String, usize)>),
    Line,
    /// An optional column that this source lacks.
    Absent,
}

impl ColumnInput {
    /// Whether it reads a source column.
    pub(crate) fn reads_column(&self, column: usize) -> bool {
        match self {
            ColumnInput::Cell(at) => *at == column,
            ColumnInput::Two(date, time) => *date == column || *time == column,
            ColumnInput::Expression(_, names) => names.iter().any(|(_, at)| *at == column),
            ColumnInput::Constant(_) | ColumnInput::Line | ColumnInput::Absent => false,
        }
    }

    /// The first source column that it reads.
    pub(crate) fn first_column(&self) -> Option<usize> {
        match self {
            ColumnInput::Cell(at) | ColumnInput::Two(at, _) => Some(*at),
            ColumnInput::Expression(_, names) => names.first().map(|(_, at)| *at),
            ColumnInput::Constant(_) | ColumnInput::Line | ColumnInput::Absent => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct BoundList {
    pub(crate) list: usize,
    pub(crate) columns: Vec<Option<BoundTarget>>,
}

#[derive(Debug, Clone)]
pub(crate) struct BoundEvents {
    pub(crate) key: Vec<usize>,
    pub(crate) order: Option<BoundTarget>,
    pub(crate) states: Vec<BoundStateRule>,
}

impl BoundEvents {
    /// Whether a source column is read to place a row among the events of its case.
    pub(crate) fn reads_column(&self, column: usize) -> bool {
        let parts = self.states.iter().flat_map(|states| [&states.column, &states.at]);
        self.key.contains(&column)
            || self.order.iter().chain(parts).any(|bound| bound.input.reads_column(column))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct BoundStateRule {
    pub(crate) list: usize,
    pub(crate) column: BoundTarget,
    pub(crate) at: BoundTarget,
    pub(crate) states: Vec<(String, Vec<Option<String>>)>,
}

/// What binding needs to know about a source.
pub(crate) struct SourceHeaders<'a> {
    pub(crate) file: &'a str,
    pub(crate) names: &'a [String],
    /// Records may leave out columns, as JSON objects do.
    pub(crate) sparse: bool,
}

impl KnownNames for SourceHeaders<'_> {
    fn type_of(&self, name: &str) -> Option<Type> {
        (self.sparse || self.position_of(name).is_some()).then_some(Type::Text)
    }

    fn all_names(&self) -> Vec<String> {
        self.names.to_vec()
    }
}

impl SourceHeaders<'_> {
    fn position_of(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

struct MappingBinder<'a> {
    mapping: &'a Mapping,
    headers: &'a SourceHeaders<'a>,
    used: HashSet<usize>,
}

impl Mapping {
    /// Finds the source columns that the mapping names, and refuses a source that has others.
    pub(crate) fn bind_to_source(
        &self,
        headers: &SourceHeaders<'_>,
    ) -> Result<BoundMapping, MappingError> {
        let mut binder = MappingBinder { mapping: self, headers, used: HashSet::new() };
        let mut targets = Vec::new();
        for target in &self.columns {
            targets.push(binder.bind_target(target)?);
        }
        let mut lists = Vec::new();
        for entry in &self.lists {
            let mut columns = Vec::new();
            for column in &entry.columns {
                columns.push(match column {
                    Some(target) => Some(binder.bind_target(target)?),
                    None => None,
                });
            }
            let list = entry.list;
            lists.push(BoundList { list, columns });
        }
        let events = binder.bind_events()?;
        binder.bind_rest(&mut targets)?;
        Ok(BoundMapping { targets, lists, events, zones: self.zones.clone() })
    }
}

impl MappingBinder<'_> {
    fn error_at(&self, line: usize, problem: Text, remedy: impl Into<Text>) -> MappingError {
        MappingError { file: self.mapping.name.clone(), line, problem, remedy: remedy.into() }
    }

    fn bind_column(
        &mut self,
        name: &str,
        target: &ColumnTarget,
    ) -> Result<Option<usize>, MappingError> {
        if let Some(at) = self.headers.position_of(name) {
            self.used.insert(at);
            return Ok(Some(at));
        }
        if target.optional || self.headers.sparse {
            return Ok(None);
        }
        Err(self.unknown_column(name, target.line))
    }

    fn unknown_column(&self, name: &str, line: usize) -> MappingError {
        let known = self.headers.names.iter().map(String::as_str);
        let remedy = match find_nearest_word(name, known) {
            Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
            None => text!("现有：{}", "it has: {}", self.headers.names.join(", ")),
        };
        let problem = text!("{} 没有列 `{name}`", "{} has no column `{name}`", self.headers.file);
        self.error_at(line, problem, remedy)
    }

    fn bind_target(&mut self, target: &ColumnTarget) -> Result<BoundTarget, MappingError> {
        let input = match &target.from {
            ValueOrigin::Column(name) => {
                let found = self.bind_column(name, target)?;
                found.map_or(ColumnInput::Absent, ColumnInput::Cell)
            }
            ValueOrigin::DateAndTime(date, time) => {
                let date = self.bind_column(date, target)?;
                let time = self.bind_column(time, target)?;
                match (date, time) {
                    (Some(date), Some(time)) => ColumnInput::Two(date, time),
                    (Some(date), None) => ColumnInput::Cell(date),
                    (None, _) => ColumnInput::Absent,
                }
            }
            ValueOrigin::Constant(text) => ColumnInput::Constant(text.clone()),
            ValueOrigin::Line => ColumnInput::Line,
            ValueOrigin::Expression(expr) => self.bind_expression(expr, target)?,
        };
        Ok(BoundTarget { target: target.clone(), input })
    }

    fn bind_expression(
        &mut self,
        expr: &Expr,
        target: &ColumnTarget,
    ) -> Result<ColumnInput, MappingError> {
        check_types(expr, self.headers)
            .map_err(|error| self.error_at(target.line, error.message, error.hint))?;
        let mut found = Vec::new();
        for name in list_names(expr) {
            if let Some(at) = self.bind_column(&name, target)? {
                found.push((name, at));
            }
        }
        Ok(ColumnInput::Expression(expr.clone(), found))
    }

    fn bind_events(&mut self) -> Result<Option<BoundEvents>, MappingError> {
        let Some(events) = &self.mapping.events else {
            return Ok(None);
        };
        let mut key = Vec::new();
        for name in &events.key {
            let Some(at) = self.headers.position_of(name) else {
                return Err(self.unknown_column(name, events.line));
            };
            self.used.insert(at);
            key.push(at);
        }
        let order = match &events.order {
            Some(target) => Some(self.bind_target(target)?),
            None => None,
        };
        let mut states = Vec::new();
        for rule in &events.states {
            states.push(BoundStateRule {
                list: rule.list,
                column: self.bind_target(&rule.column)?,
                at: self.bind_target(&rule.at)?,
                states: rule.states.clone(),
            });
        }
        Ok(Some(BoundEvents { key, order, states }))
    }

    /// Drops or keeps the columns that nothing has used, as `drop` or `rest` say, or refuses the
    /// source.
    fn bind_rest(&mut self, targets: &mut Vec<BoundTarget>) -> Result<(), MappingError> {
        let mut forgotten = Vec::new();
        for (at, name) in self.headers.names.iter().enumerate() {
            let named = self.used.contains(&at)
                || self.mapping.drop.contains(name)
                || QuarantineColumns::is_added(name);
            if named {
                continue;
            }
            match self.mapping.rest {
                RestColumns::Drop => {}
                RestColumns::Keep => targets.push(keep_column(name, at, targets)),
                RestColumns::Refuse => forgotten.push(format!("`{name}`")),
            }
        }
        if forgotten.is_empty() {
            return Ok(());
        }
        let problem = text!(
            "{} 有映射未提及的列：{}",
            "{} has columns that the mapping does not name: {}",
            self.headers.file,
            forgotten.join(", ")
        );
        let remedy = phrase!(
            "请列入 `keep`、`drop` 或 `pseudonymise`，或写 `rest = \"drop\"`",
            "list them under `keep`, `drop` or `pseudonymise`, or write `rest = \"drop\"`"
        );
        Err(self.error_at(self.mapping.drop_line, problem, remedy))
    }
}

impl BoundMapping {
    /// The columns of a file that is in the dataset's own layout.
    pub(crate) fn bind_own_columns(columns: Vec<(String, ValueKind, bool)>) -> BoundMapping {
        let targets = columns.into_iter().enumerate().map(|(at, (name, kind, required))| {
            let mut bound = keep_column(&name, at, &[]);
            bound.target.name = name;
            bound.target.kind = kind;
            bound.target.required = required;
            bound
        });
        BoundMapping {
            targets: targets.collect(),
            lists: Vec::new(),
            events: None,
            zones: Vec::new(),
        }
    }
}

fn keep_column(name: &str, at: usize, targets: &[BoundTarget]) -> BoundTarget {
    let base = extra_name(name);
    let taken = |name: &str| targets.iter().any(|bound| bound.target.name == name);
    let mut free = base.clone();
    let mut count = 2;
    while taken(&free) {
        free = format!("{base}_{count}");
        count += 1;
    }
    BoundTarget {
        input: ColumnInput::Cell(at),
        target: ColumnTarget {
            name: free,
            kind: ValueKind::Label,
            required: false,
            allowed: &[],
            from: ValueOrigin::Column(name.to_owned()),
            optional: false,
            dates: DateRules {
                formats: Vec::new(),
                precision: None,
                order: DateOrder::Unknown,
                date_zone: 0,
                time_zone: 0,
            },
            values: None,
            missing: vec![String::new()],
            pseudonymise: Pseudonymise::No,
            take: TakeEvent::Last,
            line: 1,
        },
    }
}

//! A mapping meets the column names of a source.

use std::collections::HashSet;

use jiff::tz::TimeZone;
use trueline_expression::{Expr, Names, Type, check, names, nearest};
use trueline_language::{Text, phrase, text};

use super::columns::extra_name;
use super::error::MappingError;
use super::model::{Dates, From, Mapping, Pseudonymise, Rest, TakeEvent, Target};
use crate::dates::DayOrder;
use crate::quarantine_columns::Added;
use crate::schema::Kind;

/// A mapping whose source columns are known by position.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    /// The dataset's columns, then the extras.
    pub(crate) targets: Vec<BoundTarget>,
    pub(crate) lists: Vec<BoundList>,
    pub(crate) events: Option<BoundEvents>,
    pub(crate) zones: Vec<TimeZone>,
}

#[derive(Debug, Clone)]
pub(crate) struct BoundTarget {
    pub(crate) target: Target,
    pub(crate) input: Input,
}

#[derive(Debug, Clone)]
pub(crate) enum Input {
    Cell(usize),
    Two(usize, usize),
    Constant(String),
    Expression(Expr, Vec<(String, usize)>),
    Line,
    /// An optional column that this source lacks.
    Absent,
}

impl Input {
    /// Whether it reads a source column.
    pub(crate) fn reads(&self, column: usize) -> bool {
        match self {
            Input::Cell(at) => *at == column,
            Input::Two(date, time) => *date == column || *time == column,
            Input::Expression(_, names) => names.iter().any(|(_, at)| *at == column),
            Input::Constant(_) | Input::Line | Input::Absent => false,
        }
    }

    /// The first source column it reads.
    pub(crate) fn column(&self) -> Option<usize> {
        match self {
            Input::Cell(at) | Input::Two(at, _) => Some(*at),
            Input::Expression(_, names) => names.first().map(|(_, at)| *at),
            Input::Constant(_) | Input::Line | Input::Absent => None,
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
    pub(crate) states: Vec<BoundStates>,
}

impl BoundEvents {
    /// Whether a source column tells what event a row is.
    pub(crate) fn reads(&self, column: usize) -> bool {
        let parts = self.states.iter().flat_map(|states| [&states.column, &states.at]);
        self.key.contains(&column)
            || self.order.iter().chain(parts).any(|bound| bound.input.reads(column))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct BoundStates {
    pub(crate) list: usize,
    pub(crate) column: BoundTarget,
    pub(crate) at: BoundTarget,
    pub(crate) states: Vec<(String, Vec<Option<String>>)>,
}

/// What binding needs to know of a source.
pub(crate) struct Headers<'a> {
    pub(crate) file: &'a str,
    pub(crate) names: &'a [String],
    /// A JSON object simply leaves out what it does not have.
    pub(crate) sparse: bool,
}

impl Names for Headers<'_> {
    fn type_of(&self, name: &str) -> Option<Type> {
        (self.sparse || self.position(name).is_some()).then_some(Type::Text)
    }

    fn all(&self) -> Vec<String> {
        self.names.to_vec()
    }
}

impl Headers<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

struct Binder<'a> {
    mapping: &'a Mapping,
    headers: &'a Headers<'a>,
    used: HashSet<usize>,
}

impl Mapping {
    /// Finds the source columns that the mapping names, and refuses those that it forgets.
    pub(crate) fn bind(&self, headers: &Headers<'_>) -> Result<Bound, MappingError> {
        let mut binder = Binder { mapping: self, headers, used: HashSet::new() };
        let mut targets = Vec::new();
        for target in &self.columns {
            targets.push(binder.target(target)?);
        }
        let mut lists = Vec::new();
        for entry in &self.lists {
            let mut columns = Vec::new();
            for column in &entry.columns {
                columns.push(match column {
                    Some(target) => Some(binder.target(target)?),
                    None => None,
                });
            }
            let list = entry.list;
            lists.push(BoundList { list, columns });
        }
        let events = binder.events()?;
        binder.rest(&mut targets)?;
        Ok(Bound { targets, lists, events, zones: self.zones.clone() })
    }
}

impl Binder<'_> {
    fn error(&self, line: usize, problem: Text, remedy: impl Into<Text>) -> MappingError {
        MappingError { file: self.mapping.name.clone(), line, problem, remedy: remedy.into() }
    }

    fn column(&mut self, name: &str, target: &Target) -> Result<Option<usize>, MappingError> {
        if let Some(at) = self.headers.position(name) {
            self.used.insert(at);
            return Ok(Some(at));
        }
        if target.optional || self.headers.sparse {
            return Ok(None);
        }
        Err(self.unknown(name, target.line))
    }

    fn unknown(&self, name: &str, line: usize) -> MappingError {
        let known = self.headers.names.iter().map(String::as_str);
        let remedy = match nearest(name, known) {
            Some(near) => text!("是否指 `{near}`？", "did you mean `{near}`?"),
            None => text!("现有：{}", "it has: {}", self.headers.names.join(", ")),
        };
        let problem = text!("{} 没有列 `{name}`", "{} has no column `{name}`", self.headers.file);
        self.error(line, problem, remedy)
    }

    fn target(&mut self, target: &Target) -> Result<BoundTarget, MappingError> {
        let input = match &target.from {
            From::Column(name) => {
                let found = self.column(name, target)?;
                found.map_or(Input::Absent, Input::Cell)
            }
            From::DateAndTime(date, time) => {
                let date = self.column(date, target)?;
                let time = self.column(time, target)?;
                match (date, time) {
                    (Some(date), Some(time)) => Input::Two(date, time),
                    (Some(date), None) => Input::Cell(date),
                    (None, _) => Input::Absent,
                }
            }
            From::Constant(text) => Input::Constant(text.clone()),
            From::Line => Input::Line,
            From::Expression(expr) => self.expression(expr, target)?,
        };
        Ok(BoundTarget { target: target.clone(), input })
    }

    fn expression(&mut self, expr: &Expr, target: &Target) -> Result<Input, MappingError> {
        check(expr, self.headers)
            .map_err(|error| self.error(target.line, error.message, error.hint))?;
        let mut found = Vec::new();
        for name in names(expr) {
            if let Some(at) = self.column(&name, target)? {
                found.push((name, at));
            }
        }
        Ok(Input::Expression(expr.clone(), found))
    }

    fn events(&mut self) -> Result<Option<BoundEvents>, MappingError> {
        let Some(events) = &self.mapping.events else {
            return Ok(None);
        };
        let mut key = Vec::new();
        for name in &events.key {
            let Some(at) = self.headers.position(name) else {
                return Err(self.unknown(name, events.line));
            };
            self.used.insert(at);
            key.push(at);
        }
        let order = match &events.order {
            Some(target) => Some(self.target(target)?),
            None => None,
        };
        let mut states = Vec::new();
        for rule in &events.states {
            states.push(BoundStates {
                list: rule.list,
                column: self.target(&rule.column)?,
                at: self.target(&rule.at)?,
                states: rule.states.clone(),
            });
        }
        Ok(Some(BoundEvents { key, order, states }))
    }

    /// Every column that nothing has used is dropped by name, dropped or kept by `rest`, or
    /// refused.
    fn rest(&mut self, targets: &mut Vec<BoundTarget>) -> Result<(), MappingError> {
        let mut forgotten = Vec::new();
        for (at, name) in self.headers.names.iter().enumerate() {
            let named =
                self.used.contains(&at) || self.mapping.drop.contains(name) || Added::has(name);
            if named {
                continue;
            }
            match self.mapping.rest {
                Rest::Drop => {}
                Rest::Keep => targets.push(kept(name, at, targets)),
                Rest::Refuse => forgotten.push(format!("`{name}`")),
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
        Err(self.error(self.mapping.drop_line, problem, remedy))
    }
}

impl Bound {
    /// The columns of a file that is in the dataset's own layout.
    pub(crate) fn own(columns: Vec<(String, Kind, bool)>) -> Bound {
        let targets = columns.into_iter().enumerate().map(|(at, (name, kind, required))| {
            let mut bound = kept(&name, at, &[]);
            bound.target.name = name;
            bound.target.kind = kind;
            bound.target.required = required;
            bound
        });
        Bound { targets: targets.collect(), lists: Vec::new(), events: None, zones: Vec::new() }
    }
}

fn kept(name: &str, at: usize, targets: &[BoundTarget]) -> BoundTarget {
    let base = extra_name(name);
    let taken = |name: &str| targets.iter().any(|bound| bound.target.name == name);
    let mut free = base.clone();
    let mut count = 2;
    while taken(&free) {
        free = format!("{base}_{count}");
        count += 1;
    }
    BoundTarget {
        input: Input::Cell(at),
        target: Target {
            name: free,
            kind: Kind::Label,
            required: false,
            allowed: &[],
            from: From::Column(name.to_owned()),
            optional: false,
            dates: Dates {
                formats: Vec::new(),
                precision: None,
                order: DayOrder::Unknown,
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

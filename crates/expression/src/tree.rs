//! The tree a parsed expression becomes. It is public so that an engine can compile it to columns.

/// An expression, as parsed. Names are not yet resolved and types not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    /// Seconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// A moment written without an offset: civil seconds since 1970-01-01T00:00:00, read in the
    /// zone that the evaluation is given.
    LocalTime(i64),
    /// A column of the dataset, or a column of the source in a mapping.
    Name(String),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// `value in (a, b, c)`; the list holds literals only, none of them null.
    In(Box<Expr>, Vec<Expr>),
    Math(Math, Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic. Time minus time gives whole seconds; time plus or minus seconds gives time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Math {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Every function there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The first argument that is not null.
    Coalesce,
    /// The earliest (smallest) argument that is not null.
    First,
    /// The latest (largest) argument that is not null.
    Latest,
    /// `if(condition, then, otherwise)`
    If,
    /// True when the argument is not null.
    Present,
    /// True when the argument is null.
    Missing,
    Lower,
    Upper,
    Trim,
    Length,
    StartsWith,
    EndsWith,
    Contains,
    /// `replace(text, what, with)`
    Replace,
    /// `part(text, from, length)`, from 1, in characters
    Part,
    /// Joins texts; a null argument is skipped.
    Join,
    /// A text read as a number; null when it is not one. A number stays as it is.
    Number,
    /// `text(value)`: any value as text.
    ToText,
    /// `time(text, format)`: a text read as a moment in the mapping's zone; null when it is not
    /// one.
    /// Without a format, ISO 8601.
    ParseTime,
    Year,
    Quarter,
    Month,
    Day,
    Hour,
    Minute,
    /// 1 is Monday, 7 is Sunday.
    Weekday,
    /// The local midnight that starts the day of a moment.
    StartOfDay,
}

/// Every function with the name it is written by, and the fewest and most arguments it takes.
pub(crate) const FUNCTIONS: &[(Function, &str, usize, usize)] = &[
    (Function::Coalesce, "coalesce", 1, MANY),
    (Function::First, "first", 1, MANY),
    (Function::Latest, "latest", 1, MANY),
    (Function::If, "if", 3, 3),
    (Function::Present, "present", 1, 1),
    (Function::Missing, "missing", 1, 1),
    (Function::Lower, "lower", 1, 1),
    (Function::Upper, "upper", 1, 1),
    (Function::Trim, "trim", 1, 1),
    (Function::Length, "length", 1, 1),
    (Function::StartsWith, "starts_with", 2, 2),
    (Function::EndsWith, "ends_with", 2, 2),
    (Function::Contains, "contains", 2, 2),
    (Function::Replace, "replace", 3, 3),
    (Function::Part, "part", 2, 3),
    (Function::Join, "join", 1, MANY),
    (Function::Number, "number", 1, 1),
    (Function::ToText, "text", 1, 1),
    (Function::ParseTime, "time", 1, 2),
    (Function::Year, "year", 1, 1),
    (Function::Quarter, "quarter", 1, 1),
    (Function::Month, "month", 1, 1),
    (Function::Day, "day", 1, 1),
    (Function::Hour, "hour", 1, 1),
    (Function::Minute, "minute", 1, 1),
    (Function::Weekday, "weekday", 1, 1),
    (Function::StartOfDay, "start_of_day", 1, 1),
];

/// No bound on the number of arguments besides the length of the text.
pub(crate) const MANY: usize = usize::MAX;

impl Function {
    /// Every function.
    pub fn all_functions() -> impl Iterator<Item = Function> {
        FUNCTIONS.iter().map(|entry| entry.0)
    }

    /// The name it is written by.
    pub fn name(self) -> &'static str {
        self.table_entry().1
    }

    /// The function written by this name.
    pub fn find_by_name(name: &str) -> Option<Function> {
        let found = FUNCTIONS.iter().find(|entry| entry.1 == name)?;
        Some(found.0)
    }

    /// The fewest and the most arguments; `usize::MAX` for any number.
    pub fn arguments(self) -> (usize, usize) {
        let entry = self.table_entry();
        (entry.2, entry.3)
    }

    fn table_entry(self) -> &'static (Function, &'static str, usize, usize) {
        FUNCTIONS
            .iter()
            .find(|entry| entry.0 == self)
            .expect("every function stands in the table; a test walks them all")
    }
}

impl Compare {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "==",
            Compare::NotEqual => "!=",
            Compare::Less => "<",
            Compare::LessOrEqual => "<=",
            Compare::Greater => ">",
            Compare::GreaterOrEqual => ">=",
        }
    }
}

impl Math {
    /// As written.
    pub fn sign(self) -> &'static str {
        match self {
            Math::Add => "+",
            Math::Subtract => "-",
            Math::Multiply => "*",
            Math::Divide => "/",
        }
    }
}

/// Every name that an expression reads, each once, in the order of first use.
pub fn list_names(expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    gather_names(expr, &mut found);
    found
}

fn gather_names(expr: &Expr, found: &mut Vec<String>) {
    match expr {
        Expr::Null
        | Expr::Boolean(_)
        | Expr::Integer(_)
        | Expr::Number(_)
        | Expr::Text(_)
        | Expr::Time(_)
        | Expr::LocalTime(_) => {}
        Expr::Name(name) => {
            if !found.contains(name) {
                found.push(name.clone());
            }
        }
        Expr::Not(inner) | Expr::Negate(inner) | Expr::In(inner, _) => gather_names(inner, found),
        Expr::Compare(_, left, right) | Expr::Math(_, left, right) => {
            gather_names(left, found);
            gather_names(right, found);
        }
        Expr::And(parts) | Expr::Or(parts) | Expr::Call(_, parts) => {
            for part in parts {
                gather_names(part, found);
            }
        }
    }
}

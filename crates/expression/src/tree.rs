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
    /// A column of the dataset, or a column of the source in a mapping.
    Name(String),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// `value in (a, b, c)`; the list holds literals only.
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
    /// A text read as a number; null when it is none.
    Number,
    /// Any value as text.
    ToText,
    /// `time(text, format)`: a text read as a moment in the mapping's zone; null when it is none.
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

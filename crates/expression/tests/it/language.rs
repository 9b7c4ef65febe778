//! The language as a reader of `docs/expressions.md` meets it: what is written, and what comes out.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use trueline_expression::{
    Expr, ExpressionValue, Function, KnownNames, MAX_LENGTH, RowValues, Type, check_types,
    evaluate_expression, list_names, parse_expression,
};
use trueline_language::Language;

struct Columns;

impl KnownNames for Columns {
    fn type_of(&self, name: &str) -> Option<Type> {
        let found = self.all_names().iter().position(|known| known == name)?;
        Some([Type::Text, Type::Text, Type::Time, Type::Time, Type::Integer, Type::Number][found])
    }

    fn all_names(&self) -> Vec<String> {
        ["kind", "region", "accepted", "paid", "reopened", "x_speed"].map(str::to_owned).to_vec()
    }
}

struct Fields(BTreeMap<&'static str, ExpressionValue<'static>>);

impl RowValues for Fields {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        self.0.get(name).cloned().unwrap_or(ExpressionValue::Null)
    }
}

fn row() -> Fields {
    Fields(BTreeMap::from([
        ("kind", ExpressionValue::Text("Install".into())),
        ("region", ExpressionValue::Text("141121".into())),
        // 2020-05-17, a Sunday, at 07:30:15 in Shanghai.
        ("accepted", ExpressionValue::Time(1_589_671_815)),
        ("reopened", ExpressionValue::Integer(2)),
        ("x_speed", ExpressionValue::Number(37.5)),
        ("日期", ExpressionValue::Text("17/05/2020 07:30".into())),
    ]))
}

fn value(text: &str) -> ExpressionValue<'static> {
    let expr = parse_expression(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    evaluate_expression(&expr, &row(), &zone).into_owned()
}

fn gives(text: &str, expected: ExpressionValue<'static>) {
    assert_eq!(value(text), expected, "{text}");
}

fn text(text: &'static str) -> ExpressionValue<'static> {
    ExpressionValue::Text(text.into())
}

#[test]
fn operators_bind_as_people_read_them() {
    gives("1 + 2 * 3 == 7 and not false", ExpressionValue::Boolean(true));
    gives("(1 + 2) * 3", ExpressionValue::Integer(9));
    gives("10 - 3 - 2", ExpressionValue::Integer(5));
    gives("not kind == \"x\"", ExpressionValue::Boolean(true));
    gives("true or false and false", ExpressionValue::Boolean(true));
    gives("2 - -3", ExpressionValue::Integer(5));
    gives("-(2) * 3", ExpressionValue::Integer(-6));
    gives("7 / 2", ExpressionValue::Number(3.5));
    gives("region in ('141121', '140100',)", ExpressionValue::Boolean(true));
    gives("region not in ('141121')", ExpressionValue::Boolean(false));
}

#[test]
fn null_spreads_and_a_null_condition_does_not_hold() {
    for unknown in [
        "paid == accepted",
        "not paid == accepted",
        "paid in (@2020-01-01)",
        "paid - accepted",
        "null and true",
        "false or null",
        "1 / 0",
        "9223372036854775807 + 1",
        "-(-9223372036854775808)",
        "number(kind)",
        "time(kind)",
        "hour(paid)",
        "number('inf')",
    ] {
        gives(unknown, ExpressionValue::Null);
    }
    gives("null and false", ExpressionValue::Boolean(false));
    gives("null or true", ExpressionValue::Boolean(true));
    gives("if(paid == accepted, 1, 2)", ExpressionValue::Integer(2));
}

#[test]
fn choosing_among_values_skips_nulls() {
    gives("coalesce(paid, accepted)", ExpressionValue::Time(1_589_671_815));
    gives("latest(accepted, paid)", ExpressionValue::Time(1_589_671_815));
    gives("first(3, 1, null, 2)", ExpressionValue::Integer(1));
    gives("latest('b', 'a')", text("b"));
    gives("present(paid) or missing(paid)", ExpressionValue::Boolean(true));
}

#[test]
fn texts_are_counted_in_characters() {
    gives("lower(kind)", text("install"));
    gives("upper('ß')", text("SS"));
    gives("trim('  a ')", text("a"));
    gives("length('准绳')", ExpressionValue::Integer(2));
    gives("part(region, 1, 4)", text("1411"));
    gives("part('准绳线', 2)", text("绳线"));
    gives("part('abc', -5, 2)", text("ab"));
    gives("replace('a-b-c', '-', '')", text("abc"));
    gives("replace('abc', '', '-')", text("abc"));
    gives("join(part(region, 1, 4), null, '00')", text("141100"));
    gives("starts_with(region, '14') and ends_with(region, '21')", ExpressionValue::Boolean(true));
    gives("contains(kind, 'stal')", ExpressionValue::Boolean(true));
    gives("text(x_speed)", text("37.5"));
    gives("text(accepted)", text("2020-05-17T07:30:15+08:00"));
    gives("number(' 12.50 ')", ExpressionValue::Number(12.5));
}

#[test]
fn moments_are_read_and_taken_apart_in_the_zone() {
    let half_past_seven = 1_589_671_800;
    gives("time(`日期`, '%d/%m/%Y %H:%M')", ExpressionValue::Time(half_past_seven));
    gives("time('2020-05-17 07:30')", ExpressionValue::Time(half_past_seven));
    gives("time('2020-05-16T23:30:00Z')", ExpressionValue::Time(half_past_seven));
    gives("time('20200517', '%Y%m%d') == @2020-05-17", ExpressionValue::Boolean(true));
    gives("@2020-05-17T07:30:00 == @2020-05-17T07:30:00+08:00", ExpressionValue::Boolean(true));
    gives("accepted - @2020-05-17T07:30:00", ExpressionValue::Integer(15));
    gives("accepted + 45 == @2020-05-17T07:31:00", ExpressionValue::Boolean(true));
    gives("year(accepted) * 100 + month(accepted)", ExpressionValue::Integer(202_005));
    gives("quarter(accepted)", ExpressionValue::Integer(2));
    gives("day(accepted)", ExpressionValue::Integer(17));
    gives("hour(accepted) * 60 + minute(accepted)", ExpressionValue::Integer(450));
    gives("weekday(accepted)", ExpressionValue::Integer(7));
    gives("start_of_day(accepted) == @2020-05-17", ExpressionValue::Boolean(true));
}

#[test]
fn a_moment_that_the_clocks_skip_moves_on_and_one_that_repeats_is_the_first() {
    let zone = TimeZone::get("Europe/London").unwrap();
    let seconds =
        |text: &str| match evaluate_expression(&parse_expression(text).unwrap(), &row(), &zone) {
            ExpressionValue::Time(seconds) => seconds,
            other => panic!("{other:?}"),
        };
    assert_eq!(seconds("@2020-03-29T01:30:00"), seconds("@2020-03-29T01:30:00Z"));
    assert_eq!(seconds("@2020-10-25T01:30:00"), seconds("@2020-10-25T00:30:00Z"));
}

#[test]
fn a_syntax_error_points_at_its_place_and_says_what_to_write() {
    let cases = [
        ("kind = 'a'", 5, "write `==` to compare"),
        ("kind == 'a' && true", 12, "write `and`"),
        ("kind == “a”", 8, "write texts in straight quotes: \"…\""),
        ("kind == 'a", 8, "close it with the quote it began with"),
        ("coalece(paid)", 0, "did you mean `coalesce`?"),
        ("if(true, 1)", 0, "if takes 3"),
        ("(1 + 2", 6, "close the parenthesis with `)`"),
        ("1 < 2 < 3", 6, "comparisons do not chain: write `a < b and b < c`"),
        ("kind in 'a'", 8, "write a list: x in (\"a\", \"b\")"),
        ("kind in (a)", 9, "a list holds literals; texts stand in quotes"),
        ("kind in (null)", 9, "null is in no list: write `or missing(x)`"),
        ("true AND false", 5, "write `and` in small letters"),
        ("", 0, "expected a value, a name or a function"),
        ("99999999999999999999", 0, "whole numbers go to 9223372036854775807"),
        ("@2020-13-01", 0, "write @2020-01-31, @2020-01-31T08:00:00 or @2020-01-31T08:00:00+08:00"),
        ("'a\\x'", 2, "known are \\n \\t \\r \\\\ \\\" \\'; write `\\\\` for a backslash"),
        ("单位 名称 == 1", 7, "the expression was complete before this"),
    ];
    for (text, offset, hint) in cases {
        let error = parse_expression(text).unwrap_err();
        assert_eq!(
            (error.offset, error.hint.as_str(Language::English)),
            (offset, hint),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_type_error_says_what_to_write() {
    let cases = [
        ("knid == 'a'", "did you mean `kind`?"),
        ("accepted > '2020-01-01'", "write a moment as @2020-01-31 or @2020-01-31T08:00:00+08:00"),
        (
            "region == 141100",
            "write the number as a text in quotes, or read the text with number(text)",
        ),
        ("paid == null", "write missing(x) or present(x)"),
        ("kind + region", "texts are joined with join(a, b)"),
        (
            "accepted + paid",
            "arithmetic takes numbers; time - time gives seconds, time + seconds gives time",
        ),
        ("kind and true", "compare it: `x == …`, `x in (…)`, `present(x)`"),
        ("hour(kind)", "read it with time(text, format)"),
        ("lower(reopened)", "turn it into text with text(value)"),
        ("coalesce(kind, 1)", "give values of one type"),
        ("true < false", "use `==`, `!=`, `and`, `or`, `not`"),
        ("kind in ('a', 1)", "list values of type text"),
        ("-kind", "only numbers can be negative"),
    ];
    for (text, hint) in cases {
        let error = check_types(&parse_expression(text).unwrap(), &Columns).unwrap_err();
        assert_eq!(error.hint.as_str(Language::English), hint, "{text}: {error}");
    }
}

#[test]
fn what_passes_the_check_has_the_type_it_says() {
    let cases = [
        ("latest(accepted, paid)", Type::Time),
        ("paid - accepted", Type::Integer),
        ("paid + 3600", Type::Time),
        ("reopened * 2", Type::Integer),
        ("reopened / 2", Type::Number),
        ("coalesce(reopened, x_speed)", Type::Number),
        ("if(kind == 'a', null, 'b')", Type::Text),
        ("time(kind, '%Y-%m-%d')", Type::Time),
        ("present(paid)", Type::Boolean),
    ];
    for (text, expected) in cases {
        assert_eq!(check_types(&parse_expression(text).unwrap(), &Columns), Ok(expected), "{text}");
    }
}

#[test]
fn hostile_texts_are_refused_and_not_crashed_on() {
    let deep = [
        "(".repeat(MAX_LENGTH),
        "-".repeat(MAX_LENGTH),
        "not ".repeat(10_000),
        "lower(".repeat(10_000),
        vec!["1"; 10_000].join("+"),
        vec!["a"; 1_000].join(" == (") + &")".repeat(999),
        "x".repeat(MAX_LENGTH + 1),
    ];
    for text in deep {
        assert!(parse_expression(&text).is_err());
    }
    // Width is no depth: a long list and a long chain are fine.
    assert!(parse_expression(&vec!["a"; 5_000].join(" or ")).is_ok());
    assert!(parse_expression(&format!("a in ({})", vec!["1"; 5_000].join(","))).is_ok());
}

#[test]
fn the_names_of_an_expression_are_found_once_each() {
    let expr =
        parse_expression("latest(accepted, paid) > accepted and `客户 类型` in ('a')").unwrap();
    assert_eq!(list_names(&expr), ["accepted", "paid", "客户 类型"]);
}

#[test]
fn every_function_is_found_by_its_name() {
    let Expr::Call(function, _) = parse_expression("start_of_day(paid)").unwrap() else {
        panic!("a call");
    };
    assert_eq!(function, Function::StartOfDay);
    assert_eq!(Function::find_by_name(function.name()), Some(function));
}

#[test]
fn a_format_that_reads_no_moment_is_refused_before_any_row() {
    let checked = |format: &str| {
        let expr =
            parse_expression(&format!("time(\"2020-01-31\", \"{format}\")")).expect("it parses");
        check_types(&expr, &NoNames)
    };
    for format in ["%Q", "%Y-%m", "day", "%H:%M", "%Y-%m-%!", "%"] {
        let error = checked(format).expect_err(format);
        assert!(error.message.as_str(Language::English).contains("format"), "{format}: {error:?}");
    }
    for format in ["%Y-%m-%d", "%d/%m/%y %H:%M", "%Y%m%d%H%M%S", "%b %d, %Y %I:%M %p", "%s"] {
        assert_eq!(checked(format), Ok(Type::Time), "{format}");
    }
}

struct NoNames;

impl KnownNames for NoNames {
    fn type_of(&self, _: &str) -> Option<Type> {
        None
    }

    fn all_names(&self) -> Vec<String> {
        Vec::new()
    }
}

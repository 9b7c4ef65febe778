//! The examples in `docs/expressions.md` are true, and its table names every function.

use jiff::tz::TimeZone;
use trueline_expression::{
    ExpressionValue, Function, RowValues, evaluate_expression, parse_expression,
};

struct Example;

impl RowValues for Example {
    fn value_of(&self, name: &str) -> ExpressionValue<'_> {
        match name {
            "kind" => ExpressionValue::Text("install".into()),
            "region" => ExpressionValue::Text("141121".into()),
            "accepted" => ExpressionValue::Time(1_589_671_815),
            "reopened" => ExpressionValue::Integer(2),
            "order no" => ExpressionValue::Text(" A-7 ".into()),
            _ => ExpressionValue::Null,
        }
    }
}

fn manual() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/expressions.md");
    std::fs::read_to_string(path).expect("the manual stands in docs/")
}

/// The text between code marks, of one tick or of two.
fn code(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix("``") {
        Some(inner) => inner.trim_end_matches("``").trim(),
        None => cell.trim_matches('`'),
    }
}

#[test]
fn every_example_gives_what_the_manual_says() {
    let text = manual();
    let examples = text.split("## Examples").nth(1).expect("a section");
    let rows = examples.lines().filter(|line| line.starts_with("| `"));
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (left, right) = (cells[0].trim_start_matches("| "), cells[1].trim_end_matches(" |"));
        let expr = parse_expression(code(left)).unwrap_or_else(|error| panic!("{left}: {error}"));
        let expected =
            parse_expression(code(right)).unwrap_or_else(|error| panic!("{right}: {error}"));
        let given = evaluate_expression(&expr, &Example, &zone);
        assert_eq!(given, evaluate_expression(&expected, &Example, &zone), "{left}");
        count += 1;
    }
    assert!(count >= 15, "{count} examples found");
}

#[test]
fn every_function_stands_in_the_manual() {
    let text = manual();
    for function in Function::all_functions() {
        assert!(text.contains(&format!("`{}(", function.name())), "{}", function.name());
    }
}

//! Properties of the language over trees and bytes that nobody wrote by hand.

use jiff::tz::TimeZone;
use proptest::prelude::*;
use trueline_expression::{
    Compare, Expr, ExpressionValue, Function, KnownNames, Math, RowValues, Type, check_types,
    evaluate_expression, fuzz_expression, parse_expression,
};

fn literal() -> impl Strategy<Value = Expr> {
    // What a moment can hold, from the year -9999 to 9999.
    let seconds = -377_705_023_201_i64..=253_402_207_200;
    let written = -62_135_596_800_i64..=253_402_207_200;
    prop_oneof![
        any::<bool>().prop_map(Expr::Boolean),
        any::<i64>().prop_map(Expr::Integer),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(Expr::Number),
        ".{0,12}".prop_map(Expr::Text),
        (seconds.clone(), written.clone()).prop_map(|(_, seconds)| Expr::Time(seconds)),
        written.prop_map(Expr::LocalTime),
    ]
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        literal(),
        Just(Expr::Null),
        "[a-zéж准]{1,6}".prop_map(Expr::Name),
        ".{1,8}".prop_map(Expr::Name),
        prop_oneof!["and", "or", "not", "in", "null", "true", "if"].prop_map(Expr::Name),
    ]
}

fn functions() -> impl Strategy<Value = Function> {
    prop_oneof![
        Just(Function::Coalesce),
        Just(Function::Latest),
        Just(Function::Join),
        Just(Function::First),
    ]
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(6, 64, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let compare =
            prop_oneof![Just(Compare::Equal), Just(Compare::NotEqual), Just(Compare::Less)];
        let math = prop_oneof![
            Just(Math::Add),
            Just(Math::Subtract),
            Just(Math::Multiply),
            Just(Math::Divide)
        ];
        let many = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            boxed().prop_map(Expr::Not),
            boxed().prop_map(Expr::Negate),
            many().prop_map(Expr::And),
            many().prop_map(Expr::Or),
            (compare, boxed(), boxed()).prop_map(|(c, a, b)| Expr::Compare(c, a, b)),
            (boxed(), prop::collection::vec(literal(), 1..4)).prop_map(|(v, l)| Expr::In(v, l)),
            (math, boxed(), boxed()).prop_map(|(m, a, b)| Expr::Math(m, a, b)),
            (functions(), many()).prop_map(|(f, arguments)| Expr::Call(f, arguments)),
            many().prop_filter_map("three", |mut parts| {
                parts.push(Expr::Null);
                parts.truncate(3);
                Some(Expr::Call(Function::If, parts))
            }),
        ]
    })
}

struct AnyName(Type);

impl KnownNames for AnyName {
    fn type_of(&self, _: &str) -> Option<Type> {
        Some(self.0)
    }

    fn all_names(&self) -> Vec<String> {
        Vec::new()
    }
}

struct AnyRow(ExpressionValue<'static>);

impl RowValues for AnyRow {
    fn value_of(&self, _: &str) -> ExpressionValue<'_> {
        self.0.clone()
    }
}

fn is_of(value: &ExpressionValue<'_>, wanted: Type) -> bool {
    match value {
        ExpressionValue::Null => true,
        ExpressionValue::Boolean(_) => wanted == Type::Boolean,
        ExpressionValue::Integer(_) => matches!(wanted, Type::Integer | Type::Number),
        ExpressionValue::Number(_) => wanted == Type::Number,
        ExpressionValue::Text(_) => wanted == Type::Text,
        ExpressionValue::Time(_) => wanted == Type::Time,
    }
}

proptest! {
    #[test]
    fn what_is_printed_parses_back_to_the_same_tree(expr in tree()) {
        let printed = expr.to_string();
        let parsed = parse_expression(&printed);
        prop_assert_eq!(parsed.as_ref(), Ok(&expr), "{}", printed);
    }

    #[test]
    fn a_value_has_the_type_that_the_check_promised(expr in tree(), pick in 0..5_usize) {
        let (kind, value) = [
            (Type::Text, ExpressionValue::Text("2020-01-31".into())),
            (Type::Time, ExpressionValue::Time(1_600_000_000)),
            (Type::Integer, ExpressionValue::Integer(i64::MIN)),
            (Type::Boolean, ExpressionValue::Boolean(true)),
            (Type::Number, ExpressionValue::Null),
        ][pick].clone();
        if let Ok(promised) = check_types(&expr, &AnyName(kind)) {
            let row = AnyRow(value);
            let value = evaluate_expression(&expr, &row, &TimeZone::UTC);
            prop_assert!(is_of(&value, promised), "{} gives {:?}, not {}", expr, value, promised);
        }
    }
}

/// A small generator whose sequence is fixed, so that a failure repeats.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

#[test]
fn mutated_expressions_never_crash() {
    let seeds: [&[u8]; 6] = [
        br#"kind in ("install", "move") and not starts_with(region, "14")"#,
        b"latest(accepted, paid) - @2020-01-01T08:00:00+08:00 > 86400 * 1.5e2",
        "`客户 类型` == '准绳\\n' or missing(x.y)".as_bytes(),
        b"if(a < -9223372036854775808, replace(b, '', 'xx'), part(c, 1, 9))",
        b"time(join(d, ' ', t), '%d/%m/%Y %H:%M') >= @2020-02-29",
        b"((((((((((1))))))))))",
    ];
    let mut seeded = Seeded(0x5eed_0009);
    for round in 0..40_000 {
        let mut bytes = seeds[round % seeds.len()].to_vec();
        for _ in 0..=seeded.next(6) {
            let at = seeded.next(bytes.len().max(1)).min(bytes.len());
            match seeded.next(5) {
                0 => bytes.insert(at, b"()'\"`@,-.=<>\\ e0\xe5"[seeded.next(17)]),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 if at < bytes.len() => bytes[at] = seeded.next(256) as u8,
                3 => {
                    let other = seeds[seeded.next(seeds.len())];
                    let from = seeded.next(other.len());
                    bytes.splice(at..at, other[from..].iter().copied());
                }
                _ => bytes.truncate(at),
            }
        }
        fuzz_expression(&bytes);
    }
}

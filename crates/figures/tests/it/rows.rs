//! Rows that tests make up, as structs for an oracle and as batches for the engine.

use std::sync::Arc;

use arrow_array::builder::{
    Int64Builder, ListBuilder, StringBuilder, StringDictionaryBuilder, StructBuilder,
    TimestampSecondBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use proptest::prelude::*;
use trueline_clock::{ClockRule, TimeLimit, Unit};
use trueline_expression::parse_expression;
use trueline_figures::{
    Dimension, DimensionKey, ExclusionRule, FigureDefinition, FigureMeasure, LateAfter,
    LimitSource, Period, Request,
};

pub(crate) const ZONE: &str = "Asia/Shanghai";

#[derive(Debug, Clone, Default)]
pub(crate) struct Pause {
    pub(crate) kind: &'static str,
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
    pub(crate) reason: Option<&'static str>,
    pub(crate) approved_by: Option<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) kind: &'static str,
    pub(crate) region: Option<&'static str>,
    pub(crate) side: Option<&'static str>,
    pub(crate) excluded: Option<&'static str>,
    pub(crate) excluded_by: Option<&'static str>,
    pub(crate) answer: Option<&'static str>,
    pub(crate) note: Option<&'static str>,
    pub(crate) amount: Option<i64>,
    pub(crate) accepted: Option<i64>,
    pub(crate) paid: Option<i64>,
    pub(crate) resolved: Option<i64>,
    pub(crate) cancelled: Option<i64>,
    pub(crate) pauses: Vec<Pause>,
}

fn labels(values: impl Iterator<Item = Option<&'static str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

fn moments(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let mut builder = TimestampSecondBuilder::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish().with_timezone("UTC"))
}

fn pause_fields() -> Fields {
    let label = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
    let moment = DataType::Timestamp(TimeUnit::Second, None);
    Fields::from(vec![
        Field::new("kind", label.clone(), true),
        Field::new("from", moment.clone(), true),
        Field::new("to", moment, true),
        Field::new("reason", label.clone(), true),
        Field::new("approved_by", label, true),
    ])
}

fn intervals(cases: &[Case]) -> ArrayRef {
    let inner = StructBuilder::from_fields(pause_fields(), 0);
    let mut list = ListBuilder::new(inner);
    for case in cases {
        for pause in &case.pauses {
            let row = list.values();
            let mut label = |at: usize, value: Option<&str>| {
                let field = row.field_builder::<StringDictionaryBuilder<Int32Type>>(at);
                field.unwrap().append_option(value);
            };
            label(0, Some(pause.kind));
            label(3, pause.reason);
            label(4, pause.approved_by);
            let mut moment = |at: usize, value: Option<i64>| {
                let field = row.field_builder::<TimestampSecondBuilder>(at);
                field.unwrap().append_option(value);
            };
            moment(1, Some(pause.from));
            moment(2, pause.to);
            row.append(true);
        }
        list.append(true);
    }
    Arc::new(list.finish())
}

pub(crate) fn batch(cases: &[Case]) -> RecordBatch {
    let of = |get: fn(&Case) -> Option<&'static str>| labels(cases.iter().map(get));
    let at = |get: fn(&Case) -> Option<i64>| moments(cases.iter().map(get));
    let mut notes = StringBuilder::new();
    let mut amounts = Int64Builder::new();
    for case in cases {
        notes.append_option(case.note);
        amounts.append_option(case.amount);
    }
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("kind", of(|case| Some(case.kind))),
        ("region", of(|case| case.region)),
        ("side", of(|case| case.side)),
        ("excluded", of(|case| case.excluded)),
        ("excluded_by", of(|case| case.excluded_by)),
        ("answer", of(|case| case.answer)),
        ("note", Arc::new(notes.finish())),
        ("amount", Arc::new(amounts.finish())),
        ("accepted", at(|case| case.accepted)),
        ("paid", at(|case| case.paid)),
        ("resolved", at(|case| case.resolved)),
        ("cancelled", at(|case| case.cancelled)),
        ("intervals", intervals(cases)),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

/// 2020-01-01T00:00:00+08:00
pub(crate) const NEW_YEAR: i64 = 1_577_808_000;
pub(crate) const DAY: i64 = 86_400;

pub(crate) fn period(text: &str) -> Period {
    Period::parse(text, &jiff::tz::TimeZone::get(ZONE).unwrap()).unwrap()
}

/// A moment around the first quarter of 2020, often exactly at a boundary.
fn moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => (-40 * DAY..140 * DAY).prop_map(|seconds| NEW_YEAR + seconds),
        1 => (-2..5_i64).prop_map(|month| NEW_YEAR + month * 31 * DAY),
        1 => Just(period("2020Q1").to),
        1 => Just(period("2020-02").to),
    ]
}

fn pick(of: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.8, prop::sample::select(of))
}

fn pause(near: i64) -> impl Strategy<Value = Pause> {
    (
        prop::sample::select(&["paused", "held", "reopened"][..]),
        -2 * DAY..5 * DAY,
        prop::option::weighted(0.9, -3600..3 * DAY),
        pick(&["away", "no line"]),
        pick(&["boss", ""]),
    )
        .prop_map(move |(kind, from, length, reason, approved_by)| Pause {
            kind,
            from: near + from,
            to: length.map(|length| near + from + length),
            reason,
            approved_by,
        })
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let labels = (
        prop::sample::select(&["fix", "move", "ask"][..]),
        pick(&["110101", "110102", "120101", "12"]),
        pick(&["north", "south"]),
        prop::option::weighted(0.1, Just("storm")),
        pick(&["boss", ""]),
        pick(&["good", "bad", "fair"]),
        pick(&["x", "y"]),
    );
    let moments = (
        prop::option::weighted(0.95, moment()),
        prop::option::weighted(0.3, -DAY..3 * DAY),
        prop::option::weighted(0.85, -3600..6 * DAY),
        prop::option::weighted(0.1, 0..9 * DAY),
    );
    let amount = prop::option::weighted(0.9, -3..50_i64);
    (labels, moments, amount).prop_flat_map(|(labels, moments, amount)| {
        let near = moments.0.unwrap_or(NEW_YEAR);
        let after = move |wait: Option<i64>| wait.map(|wait| near + wait);
        prop::collection::vec(pause(near), 0..4).prop_map(move |pauses| Case {
            kind: labels.0,
            region: labels.1,
            side: labels.2,
            excluded: labels.3,
            excluded_by: labels.4,
            answer: labels.5,
            note: labels.6,
            amount,
            accepted: moments.0,
            paid: after(moments.1),
            resolved: after(moments.2),
            cancelled: after(moments.3),
            pauses,
        })
    })
}

pub(crate) fn late_after(when: &str, hours: i64, by: &str) -> LateAfter {
    LateAfter {
        when: parse_expression(when).unwrap(),
        limit: TimeLimit::Elapsed { seconds: hours * 3600 },
        bound: LimitSource { by: by.to_owned(), text: format!("{hours} h") },
    }
}

pub(crate) fn natural_hours() -> ClockRule {
    ClockRule {
        unit: Unit::NaturalHours,
        zone: ZONE.to_owned(),
        calendar: None,
        limit_is_on_time: true,
    }
}

pub(crate) fn waited(id: &str, population: &str, late_after: Vec<LateAfter>) -> FigureDefinition {
    FigureDefinition {
        id: id.to_owned(),
        population: parse_expression(population).unwrap(),
        period_moment: parse_expression("resolved").unwrap(),
        measure: FigureMeasure::Waited {
            start: parse_expression("latest(accepted, paid)").unwrap(),
            stop: parse_expression("resolved").unwrap(),
            withdrawn: Some(parse_expression("cancelled").unwrap()),
            subtract: vec!["paused".to_owned(), "held".to_owned()],
            rule: natural_hours(),
        },
        exclusions: vec![
            ExclusionRule {
                reason: parse_expression("excluded").unwrap(),
                approved_by: Some(parse_expression("excluded_by").unwrap()),
                when: parse_expression("true").unwrap(),
            },
            ExclusionRule {
                reason: parse_expression("'south'").unwrap(),
                approved_by: Some(parse_expression("'by definition'").unwrap()),
                when: parse_expression("side == 'south' and kind == 'fix'").unwrap(),
            },
        ],
        late_after,
    }
}

/// One definition of every measure, two of them of one family.
pub(crate) fn definitions() -> Vec<FigureDefinition> {
    let other = |id: &str, measure: FigureMeasure| FigureDefinition {
        id: id.to_owned(),
        period_moment: parse_expression("accepted").unwrap(),
        measure,
        exclusions: Vec::new(),
        ..waited(id, "note == 'x' or missing(note)", Vec::new())
    };
    vec![
        waited(
            "fix.law",
            "kind in ('fix', 'move')",
            vec![late_after("side == 'north'", 48, "law"), late_after("true", 72, "law")],
        ),
        waited(
            "fix.promise",
            "kind in ('fix', 'move')",
            vec![late_after("true", 72, "law"), late_after("kind == 'fix'", 24, "promise")],
        ),
        other(
            "good",
            FigureMeasure::Share {
                hit: parse_expression("answer == 'good'").unwrap(),
                of: parse_expression("present(answer)").unwrap(),
            },
        ),
        other("count", FigureMeasure::Count),
        other(
            "amount",
            FigureMeasure::Amount { value: parse_expression("amount / 4").unwrap(), decimals: 2 },
        ),
        other(
            "ratio",
            FigureMeasure::Ratio {
                numerator: parse_expression("coalesce(amount, 0)").unwrap(),
                denominator: parse_expression("amount").unwrap(),
            },
        ),
    ]
}

pub(crate) fn dimensions() -> Vec<Dimension> {
    let dimension = |name: &str, key: DimensionKey| Dimension { name: name.to_owned(), key };
    vec![
        dimension(
            "city",
            DimensionKey::Prefix { column: "region".to_owned(), length: 4, pad: "00".to_owned() },
        ),
        dimension("month", DimensionKey::Month { zone: ZONE.to_owned() }),
        dimension("side", DimensionKey::Column("side".to_owned())),
        dimension("note", DimensionKey::Column("note".to_owned())),
        dimension("quarter", DimensionKey::Quarter { zone: ZONE.to_owned() }),
    ]
}

pub(crate) fn request(text: &str, dimensions: Vec<Dimension>) -> Request {
    Request {
        definitions: definitions(),
        period: period(text),
        dimensions,
        zone: jiff::tz::TimeZone::get(ZONE).unwrap(),
        calendars: Vec::new(),
    }
}

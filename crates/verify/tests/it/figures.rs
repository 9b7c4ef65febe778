//! The evidence must agree with itself: each rule, broken by one change.

use serde_json::{Value, json};
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{
    CellColumns, Evidence, FigureUsed, check_figure, find_disagreements, read_canonical_json,
    to_canonical_json,
};

use crate::data::{block_roots, evidence};

fn base() -> Value {
    evidence(&block_roots())
}

fn disagreements_of(value: &Value) -> Vec<String> {
    let text = to_canonical_json(value).unwrap();
    let evidence: Evidence = read_canonical_json(text.as_bytes()).unwrap();
    find_disagreements(&evidence).iter().map(ToString::to_string).collect()
}

/// What the evidence disagrees about, with one place in it replaced or added.
fn disagreements_with(place: &str, value: &Value) -> Vec<String> {
    let mut changed = base();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent).unwrap() {
        Value::Array(items) if key == "-" => items.push(value.clone()),
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
        other => other[key] = value.clone(),
    }
    disagreements_of(&changed)
}

#[test]
fn an_evidence_agrees_with_itself_until_one_thing_is_changed() {
    assert_eq!(disagreements_of(&base()), [""; 0]);
    let figure = base()["figures"][0].clone();
    let no_cell = json!({ "definition": 1, "slice": {} });
    let text = "{\"b\":1,\"a\":1}";
    let sloppy =
        json!({ "id": "x", "sha256": Hash::digest_of(text.as_bytes()).to_hex(), "text": text });
    for (place, value, says) in [
        ("/figures/-", figure, "has it twice"),
        ("/figures/0/cell", json!(1), "names a cell that is not there"),
        ("/figures/0/population", json!(2), "names a cell that is not there"),
        ("/figures/0/printed", json!("3.01"), "prints 3.01, but its blocks add up to 3.00"),
        ("/populations/0/cells/-", no_cell, "has no definition"),
        ("/populations/0/blocks/0/cells/-", json!([1, {}]), "is there twice, is nowhere"),
        ("/populations/0/blocks/0/cells/-", json!([0, {}]), "is there twice"),
        ("/populations/0/root", json!(Hash::digest_of(b"x").to_hex()), "do not lead to the root"),
        ("/populations/0/blocks/1/root", json!("no hash"), "do not lead to the root"),
        ("/populations/0/blocks/1/rows", json!(3), "65539 rows, the population 65538"),
        ("/definitions/-", sloppy, "definition x is not canonical"),
        ("/definitions/0/sha256", json!(Hash::digest_of(b"x").to_hex()), "definition repair"),
    ] {
        let found = disagreements_with(place, &value);
        assert!(found.iter().any(|one| one.contains(says)), "{place} {value}: {found:?}");
    }
}

#[test]
fn a_figure_without_a_population_has_no_cell_either() {
    let mut changed = base();
    let figure = changed["figures"][0].as_object_mut().unwrap();
    figure.remove("cell");
    assert!(disagreements_of(&changed)[0].contains("names a cell that is not there"));
    let figure = changed["figures"][0].as_object_mut().unwrap();
    figure.remove("population");
    figure.insert("value".to_owned(), json!({ "kind": "missing" }));
    figure.insert("printed".to_owned(), json!("—"));
    assert_eq!(disagreements_of(&changed), [""; 0]);
}

/// A population of so many rows in blocks of these, without cells.
fn blocks_agree(rows: u64, block_rows: u64, blocks: &[u64]) -> bool {
    let roots: Vec<Hash> = (0..blocks.len()).map(|at| Hash::digest_of(&at.to_be_bytes())).collect();
    let mut changed = base();
    changed["figures"] = json!([]);
    let all: Vec<Value> = blocks
        .iter()
        .zip(&roots)
        .map(|(rows, root)| json!({ "rows": rows, "root": root.to_hex(), "cells": [] }))
        .collect();
    let mut population = json!({
        "dataset": "case", "period": "2020H1", "from": 0, "to": 1, "rows": rows,
        "block_rows": block_rows, "families": [], "cells": [], "blocks": all,
    });
    if !roots.is_empty() {
        population["root"] = json!(tree_root(&roots).to_hex());
    }
    changed["populations"] = json!([population]);
    let found = disagreements_of(&changed);
    assert!(found.iter().all(|one| one.contains("rows")), "{found:?}");
    found.is_empty()
}

#[test]
fn blocks_are_the_smallest_power_of_two_that_makes_at_most_64() {
    const SMALLEST: u64 = 65_536;
    let full = |count: usize, size: u64| vec![size; count];
    let with = |mut blocks: Vec<u64>, last: u64| {
        blocks.push(last);
        blocks
    };
    for (rows, size, blocks) in [
        (0, SMALLEST, vec![]),
        (1, SMALLEST, vec![1]),
        (SMALLEST, SMALLEST, vec![SMALLEST]),
        (SMALLEST + 1, SMALLEST, vec![SMALLEST, 1]),
        (64 * SMALLEST, SMALLEST, full(64, SMALLEST)),
        (64 * SMALLEST + 1, 2 * SMALLEST, with(full(32, 2 * SMALLEST), 1)),
        (128 * SMALLEST, 2 * SMALLEST, full(64, 2 * SMALLEST)),
        (128 * SMALLEST + 1, 4 * SMALLEST, with(full(32, 4 * SMALLEST), 1)),
    ] {
        assert!(blocks_agree(rows, size, &blocks), "{rows} rows in blocks of {size}");
    }
    for (rows, size, blocks) in [
        // Too many blocks, blocks too large, too small, of no power of two.
        (64 * SMALLEST + 1, SMALLEST, with(full(64, SMALLEST), 1)),
        (64 * SMALLEST, 2 * SMALLEST, full(32, 2 * SMALLEST)),
        (SMALLEST, SMALLEST / 2, full(2, SMALLEST / 2)),
        (SMALLEST + 1, SMALLEST + 1, vec![SMALLEST + 1]),
        // Cut elsewhere, one missing, one of nothing, one more.
        (SMALLEST + 2, SMALLEST, vec![SMALLEST - 1, 3]),
        (SMALLEST + 2, SMALLEST, vec![SMALLEST]),
        (SMALLEST, SMALLEST, vec![SMALLEST, 0]),
        (SMALLEST, SMALLEST, vec![SMALLEST, 1]),
        (1, SMALLEST, vec![]),
    ] {
        assert!(!blocks_agree(rows, size, &blocks), "{rows} rows in blocks of {size}");
    }
}

#[test]
fn a_root_without_rows_is_refused() {
    let mut changed = base();
    changed["figures"] = json!([]);
    changed["populations"][0]["rows"] = json!(0);
    changed["populations"][0]["blocks"] = json!([]);
    changed["populations"][0].as_object_mut().unwrap().remove("lag");
    changed["populations"][0]["cells"] = json!([]);
    let found = disagreements_of(&changed);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("do not lead to the root"));
}

/// The lag of five cases with these numbers: median, 95th percentile, how many were late.
fn lag_agrees(median: i64, p95: i64, late: u64) -> bool {
    let lag = json!({
        "cases": 5, "median": median, "p95": p95, "late": late,
        "changed_after_close": 5, "changed_after_period": 5, "witnessed": false,
    });
    disagreements_with("/populations/0/lag", &lag).is_empty()
}

#[test]
fn the_numbers_of_a_lag_are_possible() {
    const WEEK: i64 = 7 * 86_400;
    for (median, p95, late) in [
        (0, 0, 0),
        (WEEK, WEEK, 0),
        (WEEK, WEEK + 1, 1),
        (0, WEEK + 1, 2),
        (WEEK + 1, WEEK + 1, 3),
        (WEEK + 1, WEEK + 1, 5),
    ] {
        assert!(lag_agrees(median, p95, late), "{median} {p95} {late}");
    }
    for (median, p95, late) in [
        (0, WEEK, 1),
        (0, WEEK + 1, 0),
        (0, WEEK + 1, 3),
        (WEEK + 1, WEEK + 1, 2),
        (WEEK + 1, WEEK + 1, 6),
        (2, 1, 0),
    ] {
        assert!(!lag_agrees(median, p95, late), "{median} {p95} {late}");
    }
    for (key, value) in [
        ("cases", json!(0)),
        ("cases", json!(65_539)),
        ("changed_after_close", json!(6)),
        ("changed_after_period", json!(6)),
        ("witnessed", json!(true)),
    ] {
        let found = disagreements_with(&format!("/populations/0/lag/{key}"), &value);
        assert!(found[0].contains("commitment lag of case in 2020H1"), "{key}: {found:?}");
    }
}

#[test]
fn a_lag_is_by_witnesses_just_if_all_batches_are() {
    let mut changed = base();
    changed["inputs"][0]["witnessed"] = json!(1_600_000_100);
    assert!(disagreements_of(&changed)[0].contains("commitment lag"));
    changed["populations"][0]["lag"]["witnessed"] = json!(true);
    assert_eq!(disagreements_of(&changed), [""; 0]);
}

/// What a figure with this rule must print, by its refusal of what it cannot print.
fn printed(value: Value, print: Value, cell: Value) -> String {
    let mut figure = base()["figures"][0].clone();
    figure["value"] = value;
    figure["print"] = print;
    figure["printed"] = json!("?");
    let figure: FigureUsed = serde_json::from_value(figure).unwrap();
    let cell: CellColumns = serde_json::from_value(cell).unwrap();
    match check_figure(&figure, &cell) {
        Ok(()) => "anything".to_owned(),
        Err(error) => {
            let text = error.to_string();
            text.rsplit_once("add up to ").map_or(text.clone(), |(_, made)| made.to_owned())
        }
    }
}

fn ratio(numerator: &Value, denominator: &Value) -> Value {
    json!({ "kind": "ratio", "numerator": numerator, "denominator": denominator })
}

#[test]
fn every_rule_of_a_value_prints_what_its_columns_make() {
    let two = json!({ "as": "decimal", "decimals": 2 });
    let cell = json!({ "n": 4, "sum": 10, "longest": 9000, "errors": 1, "records": 1000 });
    let extreme = |column: &str| json!({ "kind": "extreme", "column": column, "divide": 3600 });
    let bound = |claim: &str| {
        json!({
            "kind": "bound", "errors": "errors", "records": "records", "level": "0.95",
            "claim": claim,
        })
    };
    let kind = |name: &str| json!({ "kind": name });
    let percent = json!({ "as": "percent", "decimals": 1 });
    let as_bound = json!({ "as": "bound" });
    for (value, print, made) in [
        (ratio(&json!({"sum": 1}), &json!({"n": 1})), &two, "2.50"),
        (ratio(&json!({"sum": 2, "1": -1}), &json!({"n": 1})), &two, "4.75"),
        (ratio(&json!({"sum": 1}), &json!({"nothing": 1})), &two, "—"),
        (ratio(&json!({"n": 100}), &json!({"sum": 1})), &percent, "40.0"),
        (ratio(&json!({"sum": 1}), &json!({"n": 1})), &as_bound, "—"),
        (extreme("longest"), &two, "2.50"),
        (extreme("shortest"), &two, "—"),
        (bound("0.01"), &as_bound, "≤10⁻²"),
        (bound("0.001"), &as_bound, "≤4.8×10⁻³"),
        (kind("nothing"), &two, "4 cases"),
        (kind("missing"), &two, "—"),
        (kind("published"), &two, "anything"),
    ] {
        assert_eq!(printed(value.clone(), print.clone(), cell.clone()), made, "{value}");
    }
    assert_eq!(printed(kind("nothing"), two, json!({})), "—");
    assert_eq!(printed(bound("0.01"), as_bound, json!({})), "—");
}

#[test]
fn a_percentile_stands_at_its_rank() {
    let two = json!({ "as": "decimal", "decimals": 2 });
    // Four values: 3600, 7200, 7200, 10800.
    let cell = json!({
        "n": 4, "upto.3600": 1, "below.7200": 1, "upto.7200": 3, "below.10800": 3, "upto.10800": 4,
    });
    let quantile = |part: u64, of: i64| {
        let value = json!({ "kind": "quantile", "rank": [part, 100], "of": of, "divide": 3600 });
        printed(value, two.clone(), cell.clone())
    };
    let not_at_rank = |text: String| text.contains("is not at its rank");
    assert_eq!(quantile(25, 3600), "1.00");
    assert_eq!(quantile(26, 7200), "2.00");
    assert_eq!(quantile(75, 7200), "2.00");
    assert_eq!(quantile(76, 10800), "3.00");
    assert_eq!(quantile(0, 3600), "1.00");
    assert!(not_at_rank(quantile(26, 3600)));
    assert!(not_at_rank(quantile(25, 7200)));
    assert!(not_at_rank(quantile(76, 7200)));
    assert!(not_at_rank(quantile(75, 10800)));
    let median = |low: i64, high: i64, cell: &Value| {
        let value = json!({ "kind": "median", "low": low, "high": high, "divide": 3600 });
        printed(value, two.clone(), cell.clone())
    };
    assert_eq!(median(7200, 7200, &cell), "2.00");
    assert!(not_at_rank(median(3600, 7200, &cell)));
    assert!(not_at_rank(median(7200, 10800, &cell)));
    let two_values = json!({ "n": 2, "upto.3600": 1, "below.7200": 1, "upto.7200": 2 });
    assert_eq!(median(3600, 7200, &two_values), "1.50");
    let three_values = json!({
        "n": 3, "upto.3600": 1, "below.7200": 1, "upto.7200": 2, "below.10800": 2, "upto.10800": 3,
    });
    assert_eq!(median(7200, 7200, &three_values), "2.00");
}

#[test]
fn columns_add_up_over_blocks_by_their_names() {
    let mut changed = base();
    let blocks = &mut changed["populations"][0]["blocks"];
    for (at, value) in [(0, 7), (1, 5)] {
        for column in ["all.longest", "bare.longest", "open.oldest", "other"] {
            blocks[at]["cells"][0][1][column] = json!(value);
        }
    }
    let text = to_canonical_json(&changed).unwrap();
    let evidence: Evidence = read_canonical_json(text.as_bytes()).unwrap();
    let totals = evidence.populations[0].sum_blocks();
    let total = |column: &str| totals[0][column].0;
    for column in ["all.longest", "bare.longest", "open.oldest"] {
        assert_eq!(total(column), 7, "{column}");
    }
    assert_eq!((total("other"), total("longest"), total("shortest")), (12, 20_000, 5000));
    let input = &evidence.inputs[0];
    assert_eq!(
        (input.committed_at(true), input.committed_at(false)),
        (1_600_000_000, 1_600_000_000)
    );
    let mut witnessed = input.clone();
    witnessed.witnessed = Some(1_600_000_100);
    let times = (witnessed.committed_at(true), witnessed.committed_at(false));
    assert_eq!(times, (1_600_000_100, 1_600_000_000));
}

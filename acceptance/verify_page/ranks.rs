//! Values from cells: percentiles, medians, shares and bounds, worked out by the page and by the
//! program from the same columns, right ones and wrong ones.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use trueline_verify::{
    CellColumns, Disagreement, Evidence, FigureUsed, PrintRule, ValueRule, WholeNumber,
    check_figure, find_disagreements,
};

use super::page;

/// A figure and the columns of its cell, and whether its value is the right one, if that is known.
struct Case {
    figure: FigureUsed,
    cell: CellColumns,
    is_right: Option<bool>,
}

fn case(value: ValueRule, print: PrintRule, cell: CellColumns) -> Case {
    let figure = FigureUsed {
        figure: "fixed.repair.x".to_owned(),
        slice: BTreeMap::new(),
        period: "2020H1".to_owned(),
        population: Some(0),
        cell: Some(0),
        value,
        print,
        printed: "?".to_owned(),
        unit: "h".to_owned(),
    };
    Case { figure, cell, is_right: None }
}

fn columns(all: &[(&str, i128)]) -> CellColumns {
    let filled = all.iter().filter(|(_, value)| *value != 0);
    filled.map(|(name, value)| ((*name).to_owned(), WholeNumber(*value))).collect()
}

/// For each of some values, how many of all lie below it, and how many do not lie above it.
fn ranked(values: &[i64], of: &[i64]) -> CellColumns {
    let mut cell = columns(&[("n", values.len() as i128)]);
    for one in of {
        let below = values.iter().filter(|value| *value < one).count() as i128;
        let upto = values.iter().filter(|value| *value <= one).count() as i128;
        for (name, count) in [("below", below), ("upto", upto)] {
            if count != 0 {
                cell.insert(format!("{name}.{one}"), WholeNumber(count));
            }
        }
    }
    cell
}

const NOT_AT_RANK: &str = "not at its rank";
const TWO: PrintRule = PrintRule::Decimal { decimals: 2 };

fn by_program(case: &Case) -> String {
    match check_figure(&case.figure, &case.cell) {
        Ok(()) => case.figure.printed.clone(),
        Err(Disagreement::Figure { computed, .. }) => computed,
        Err(Disagreement::NotAtRank { .. }) => NOT_AT_RANK.to_owned(),
        Err(other) => panic!("{other}"),
    }
}

fn by_page(cases: &[Case]) -> Vec<String> {
    let given: Vec<Value> =
        cases.iter().map(|case| json!({ "figure": case.figure, "cell": case.cell })).collect();
    let text = serde_json::to_string(&given).unwrap();
    let answer = page().js(&format!(
        "{text}.map(({{ figure, cell }}) => {{
           const columns = new Map(Object.entries(cell).map(([name, value]) => [name, big(value)]));
           try {{ return printedOf(figure, columns); }} catch {{ return '{NOT_AT_RANK}'; }}
         }})"
    ));
    serde_json::from_value(answer).unwrap()
}

fn agree(cases: &[Case]) {
    for (case, page) in cases.iter().zip(by_page(cases)) {
        let told = format!("{:?} of {:?}", case.figure.value, case.cell);
        assert_eq!(page, by_program(case), "{told}");
        if let Some(is_right) = case.is_right {
            assert_eq!(page != NOT_AT_RANK, is_right, "{told}");
        }
    }
}

/// All lists of up to five values among three, and longer ones where a rank falls on a boundary.
fn lists() -> Vec<Vec<i64>> {
    let mut all: Vec<Vec<i64>> = vec![vec![]];
    let mut from = 0;
    for _ in 0..5 {
        let until = all.len();
        for at in from..until {
            let last = all[at].last().copied().unwrap_or(-7);
            for value in [-7, 0, 90].into_iter().filter(|value| *value >= last) {
                all.push([all[at].as_slice(), &[value]].concat());
            }
        }
        from = until;
    }
    for n in [10, 19, 20, 21, 39, 40, 99, 100, 101] {
        all.push((0..n).collect());
        all.push((0..n).map(|value| value / 2).collect());
    }
    all
}

#[test]
fn a_percentile_stands_at_its_rank_or_both_refuse_it() {
    let mut cases = Vec::new();
    for values in lists() {
        for rank in [(80, 100), (95, 100), (99, 100), (1, 2), (1, 3), (1, 1)] {
            let (part, whole) = rank;
            let at = ((values.len() as u64 * part).div_ceil(whole)).max(1) as usize;
            let right = values.get(at - 1).copied();
            let near = right.unwrap_or_default();
            for of in BTreeSet::from([near - 1, near, near + 1, -7, 0, 90]) {
                let value = ValueRule::Quantile { rank, of, divide: WholeNumber(7) };
                let case = case(value, TWO, ranked(&values, &[of]));
                cases.push(Case { is_right: Some(right == Some(of)), ..case });
            }
        }
    }
    assert!(cases.len() > 1000, "{}", cases.len());
    agree(&cases);
}

#[test]
fn a_median_lies_between_the_values_at_both_its_ranks_or_both_refuse_it() {
    let mut cases = Vec::new();
    for values in lists() {
        let n = values.len();
        let right = (n > 0).then(|| (values[n.div_ceil(2) - 1], values[n / 2]));
        let (below, above) = right.unwrap_or_default();
        let near: BTreeSet<i64> = [below - 1, below, below + 1, above, above + 1, 0].into();
        for low in &near {
            for high in &near {
                let value = ValueRule::Median { low: *low, high: *high, divide: WholeNumber(7) };
                let case = case(value, TWO, ranked(&values, &[*low, *high]));
                cases.push(Case { is_right: Some(right == Some((*low, *high))), ..case });
            }
        }
    }
    agree(&cases);
}

#[test]
fn columns_of_a_percentile_that_are_not_there_are_refused() {
    let quantile = || ValueRule::Quantile { rank: (95, 100), of: 5, divide: WholeNumber(1) };
    let cases: Vec<Case> = [
        columns(&[("n", 3)]),
        columns(&[("n", 3), ("below.5", 2)]),
        columns(&[("n", 3), ("below.5", 3), ("upto.5", 3)]),
        columns(&[("n", 3), ("upto.5", 2)]),
        columns(&[("upto.5", 2)]),
        columns(&[]),
    ]
    .into_iter()
    .map(|cell| case(quantile(), TWO, cell))
    .collect();
    agree(&cases);
}

#[test]
fn shares_means_and_bounds_print_the_same_where_they_lie_in_the_middle_and_at_the_ends() {
    let ratio = |up: i128, down: i128| ValueRule::Ratio {
        numerator: BTreeMap::from([("sum".to_owned(), WholeNumber(up))]),
        denominator: BTreeMap::from([("n".to_owned(), WholeNumber(down))]),
    };
    let mut cases = Vec::new();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut below = |limit: u64| i128::from(random.next_u64() % limit);
    let print = |decimals, is_share| {
        if is_share { PrintRule::Percent { decimals } } else { PrintRule::Decimal { decimals } }
    };
    for _ in 0..2000 {
        let (down, is_share) = (below(400) + 1, below(2) == 0);
        let cell = columns(&[("sum", below(1000) - 300), ("n", 1 + below(9))]);
        cases.push(case(ratio(1 + below(100), down), print(below(4) as u8, is_share), cell));
    }
    // Halves, what is nearly all or nearly none, a little more than all, and nothing to divide by.
    for (up, down, decimals) in [
        (125, 1000, 2),
        (135, 1000, 2),
        (-125, 1000, 2),
        (-4, 1000, 2),
        (9_999_999, 100_000, 2),
        (10_000_001, 100_000, 2),
        (1, 10_000_000, 2),
        (997, 10, 0),
        (3, 10, 0),
        (100, 1, 0),
        (-100, 1, 1),
        (1000, 1, 2),
        (0, 5, 2),
        (5, 0, 2),
        (i128::MAX, 3, 2),
        (9_007_199_254_740_993, 1, 0),
    ] {
        for is_share in [true, false] {
            let cell = columns(&[("sum", up), ("n", down)]);
            cases.push(case(ratio(1, 1), print(decimals, is_share), cell));
        }
    }
    for _ in 0..400 {
        let records = below(60_000);
        let errors = if below(3) == 0 { 0 } else { below(40).min(records) };
        let bound = ValueRule::Bound {
            errors: "late".to_owned(),
            records: "n".to_owned(),
            level: "0.95".to_owned(),
            claim: ["0.0001", "0.001", "0.00025", "0.05"][below(4) as usize].to_owned(),
        };
        cases.push(case(bound, PrintRule::Bound, columns(&[("late", errors), ("n", records)])));
    }
    agree(&cases);
}

#[test]
fn extremes_and_what_has_no_value_print_the_same() {
    let longest = || ValueRule::Extreme { column: "longest".to_owned(), divide: WholeNumber(3600) };
    let cases = [
        case(longest(), TWO, columns(&[("n", 1), ("longest", 54)])),
        case(longest(), TWO, columns(&[("n", 1), ("longest", -54)])),
        case(longest(), TWO, columns(&[("n", 1)])),
        case(ValueRule::Nothing, TWO, columns(&[])),
        // Columns that state nothing although something was counted.
        case(ValueRule::Nothing, TWO, columns(&[("n", 3)])),
        case(ValueRule::Missing, TWO, columns(&[("n", 3)])),
    ];
    agree(&cases);
    assert_eq!(by_program(&cases[4]), "3 cases");
}

// Beside figures, reports print durations from doubles; the page must print the same, or it would
// call a true report changed.
#[test]
fn a_duration_prints_as_reports_print_it() {
    let printed = |half_seconds: i64, unit: i64| {
        let text = format!("{:.2}", half_seconds as f64 / 2.0 / unit as f64);
        match text.strip_prefix('-') {
            Some(rest) if rest.chars().all(|sign| matches!(sign, '0' | '.')) => rest.to_owned(),
            Some(rest) => format!("−{rest}"),
            None => text,
        }
    };
    let browser = page();
    for unit in [1, 60, 3600, 86_400] {
        let all = browser.js(&format!(
            "Array.from({{ length: 12001 }}, (_, at) => onClock((at - 2000) / 2, {{ seconds: {unit} }}))"
        ));
        let all: Vec<String> = serde_json::from_value(all).unwrap();
        for (at, shown) in (-2000..=10_000).zip(all) {
            assert_eq!(shown, printed(at, unit), "{at} half seconds in units of {unit}");
        }
    }
}

/// Evidence with one population of two blocks and one figure.
fn evidence() -> Value {
    let hash = |text: &str| trueline_ledger::Hash::digest_of(text.as_bytes());
    let (one, two) = (hash("one"), hash("two"));
    let text = "{\"measure\":\"waited\"}";
    json!({
        "format": trueline_verify::EVIDENCE,
        "pack": { "id": "example", "version": "1", "lineage": [] },
        "calendars": [], "semantics": { "figures": "1" },
        "inputs": [{ "dataset": "case", "batch": "000001", "entry": 0, "rows": 65_538,
                     "root": one.to_hex(), "recorded": 1_600_000_000 }],
        "definitions": [{ "id": "repair", "sha256": hash(text).to_hex(), "text": text }],
        "populations": [{
            "dataset": "case", "period": "2020H1", "from": 0, "to": 1, "rows": 65_538,
            "root": trueline_ledger::tree_root(&[one, two]).to_hex(), "block_rows": 65_536,
            "families": [[0]], "cells": [{ "definition": 0, "slice": {} }],
            "blocks": [
                { "rows": 65_536, "root": one.to_hex(), "cells": [[0, { "n": 2, "sum": 60 }]] },
                { "rows": 2, "root": two.to_hex(), "cells": [[0, { "n": 1, "sum": 30 }]] },
            ],
        }],
        "figures": [{
            "figure": "fixed.repair.mean", "slice": {}, "period": "2020H1", "population": 0,
            "cell": 0, "value": { "kind": "ratio", "numerator": { "sum": 1 },
            "denominator": { "n": 1 } }, "print": { "as": "decimal", "decimals": 2 },
            "printed": "30.00", "unit": "s",
        }],
    })
}

#[test]
fn evidence_that_does_not_agree_with_itself_is_refused_by_both() {
    let browser = page();
    let refused = |evidence: &Value| {
        let text = evidence.to_string();
        let by_page = browser.js(&format!(
            "(async () => {{ const verdict = new Verdict('x');
               const evidence = {text};
               if (!fits(evidence, EVIDENCE)) return true;
               await checkEvidence(evidence, verdict);
               return verdict.findings.length > 0; }})()"
        ));
        let read = serde_json::from_value::<Evidence>(evidence.clone()).ok();
        let read = read.filter(|one| one.format == trueline_verify::EVIDENCE);
        (by_page == true, read.is_none_or(|one| !find_disagreements(&one).is_empty()))
    };
    assert_eq!(refused(&evidence()), (false, false));
    let known = json!({ "id": "example", "version": "1", "lineage": [], "name": "x" });
    let changes: [(&str, &str, Value); 26] = [
        ("another form", "/format", json!("trueline-evidence/v2")),
        ("a key that no form has", "/pack", known),
        ("a key that is not there", "/pack", json!({ "id": "example", "version": "1" })),
        ("a unit that is no text", "/figures/0/unit", json!(3)),
        ("a rule that no form has", "/figures/0/value", json!({ "kind": "guessed" })),
        ("a print that no form has", "/figures/0/print", json!({ "as": "roman", "decimals": 2 })),
        ("a number of rows below none", "/inputs/0/rows", json!(-1)),
        ("fewer rows", "/populations/0/rows", json!(65_537)),
        ("a block with a row less", "/populations/0/blocks/0/rows", json!(65_535)),
        ("a last block without rows", "/populations/0/blocks/1/rows", json!(0)),
        ("larger blocks than needed", "/populations/0/block_rows", json!(131_072)),
        ("blocks of no power of two", "/populations/0/block_rows", json!(65_537)),
        ("small blocks", "/populations/0/block_rows", json!(4)),
        ("another root", "/populations/0/root", json!("00".repeat(32))),
        ("another block", "/populations/0/blocks/0/root", json!("00".repeat(32))),
        ("no block", "/populations/0/blocks", json!([])),
        ("a cell twice", "/populations/0/blocks/1/cells", json!([[0, {"n": 1}], [0, {"sum": 30}]])),
        ("a cell that is nowhere", "/populations/0/blocks/1/cells/0/0", json!(1)),
        ("a cell without definition", "/populations/0/cells/0/definition", json!(1)),
        ("a sum as a text", "/populations/0/blocks/1/cells/0/1/sum", json!("30")),
        ("another sum", "/populations/0/blocks/1/cells/0/1/sum", json!(31)),
        ("a figure without cell", "/figures/0/cell", json!(7)),
        ("another population", "/figures/0/population", json!(1)),
        ("another value", "/figures/0/printed", json!("30.01")),
        ("another definition", "/definitions/0/text", json!("{\"measure\":\"jumped\"}")),
        ("a lag of more cases than rows", "/populations/0/lag", json!(7)),
    ];
    for (what, place, value) in changes {
        let mut changed = evidence();
        if what.starts_with("a lag") {
            changed["populations"][0]["lag"] = json!({
                "cases": 65_539, "median": 1, "p95": 2, "late": 0, "changed_after_close": 0,
                "changed_after_period": 0, "witnessed": false,
            });
        } else {
            *changed.pointer_mut(place).expect(what) = value;
        }
        assert_eq!(refused(&changed), (true, true), "{what}");
    }
    let mut twice = evidence();
    let figure = twice["figures"][0].clone();
    twice["figures"].as_array_mut().unwrap().push(figure);
    assert_eq!(refused(&twice), (true, true), "a figure twice");
    let mut loose = evidence();
    let text = "{ \"measure\":\"waited\" }";
    loose["definitions"][0]["text"] = json!(text);
    loose["definitions"][0]["sha256"] =
        json!(trueline_ledger::Hash::digest_of(text.as_bytes()).to_hex());
    assert_eq!(refused(&loose), (true, true), "a definition in no canonical form");
}

//! The data of a small report, and its evidence.

use serde_json::{Value, json};
use trueline_ledger::{Hash, tree_root};
use trueline_verify::{BATCH, EVIDENCE, to_canonical_json};

pub(crate) fn root() -> String {
    Hash::digest_of(b"rows").to_hex()
}

pub(crate) fn batch(id: &str, replaces: bool) -> String {
    let mut entry = json!({
        "format": BATCH, "dataset": "case", "batch": id, "recorded": 1_600_000_000,
        "columns": [], "rows": 6, "root": root(), "files": [], "sources": [],
        "read": 6, "accepted": 6, "quarantined": 0,
    });
    if replaces {
        entry["superseded"] = json!({ "name": "x", "sha256": root(), "bytes": 1 });
    }
    to_canonical_json(&entry).unwrap()
}

/// A population of two blocks, with one cell.
fn population(blocks: &[Hash; 2], period: &str, cells: [Value; 2]) -> Value {
    let [one, two] = cells;
    let mut population = json!({
        "dataset": "case", "period": period, "from": 0, "to": 1, "rows": 65_538,
        "block_rows": 65_536,
        "root": tree_root(blocks).to_hex(), "families": [[0]],
        "cells": [{ "definition": 0, "slice": { "area": "urban" } }],
        "blocks": [
            { "rows": 65_536, "root": blocks[0].to_hex(), "cells": [[0, one]] },
            { "rows": 2, "root": blocks[1].to_hex(), "cells": [[0, two]] },
        ],
    });
    if period == "2020H1" {
        population["lag"] = lag();
    }
    population
}

/// The roots of the blocks of both populations.
pub(crate) fn block_roots() -> [Hash; 2] {
    [Hash::digest_of(b"one"), Hash::digest_of(b"two")]
}

/// One of five was committed to more than a week later.
fn lag() -> Value {
    json!({
        "cases": 5, "median": 200_000, "p95": 700_000, "late": 1,
        "changed_after_close": 1, "changed_after_period": 0, "witnessed": false,
    })
}

pub(crate) fn evidence(blocks: &[Hash; 2]) -> Value {
    let text = "{\"measure\":\"waited\"}";
    let figure = |figure: &str, period: &str, value: Value, print: Value, printed: &str| {
        json!({
            "figure": figure, "slice": { "area": "urban" }, "period": period,
            "population": usize::from(period == "2019H2"), "cell": 0,
            "value": value, "print": print, "printed": printed, "unit": "h",
        })
    };
    let mean = json!({ "kind": "ratio", "numerator": {"sum": 1}, "denominator": {"n": 3600} });
    let on_time = json!({
        "kind": "ratio", "numerator": {"n": 100, "late": -100}, "denominator": {"n": 1},
    });
    let p95 = json!({ "kind": "quantile", "rank": [95, 100], "of": 20_000, "divide": 3600 });
    let two = json!({ "as": "decimal", "decimals": 2 });
    let percent = json!({ "as": "percent", "decimals": 2 });
    json!({
        "format": EVIDENCE,
        "pack": { "id": "example", "version": "1", "lineage": [] },
        "calendars": [], "semantics": { "figures": "1" },
        "inputs": [{
            "dataset": "case", "batch": "000001", "entry": 0, "rows": 6, "root": root(),
            "recorded": 1_600_000_000,
        }],
        "definitions": [
            { "id": "repair", "sha256": Hash::digest_of(text.as_bytes()).to_hex(), "text": text },
        ],
        "populations": [
            population(blocks, "2020H1", [
                json!({
                    "n": 3, "sum": 36000, "all.n": 4, "all.sum": 54000,
                    "limited": 3, "late": 1, "longest": 20000,
                    "shortest": 7000, "excluded.duplicate": 1, "unapproved.duplicate": 1,
                    "paused.customer/absent.cases": 1, "paused.customer/absent.seconds": 600,
                    "open.n": 2, "open.past": 1, "open.oldest": 700,
                    "below.9000": 1, "upto.9000": 2, "below.20000": 2, "upto.20000": 3,
                    "below.13000": 2, "upto.13000": 2,
                }),
                json!({
                    "n": 2, "sum": 18000, "all.n": 2, "all.sum": 18000,
                    "limited": 2, "longest": 13000, "shortest": 5000,
                    "excluded.duplicate": 1,
                    "below.9000": 1, "upto.9000": 1, "below.20000": 2, "upto.20000": 2,
                    "below.13000": 1, "upto.13000": 2,
                }),
            ]),
            population(blocks, "2019H2", [json!({ "n": 1, "sum": 14400 }), json!({})]),
        ],
        "figures": [
            figure("fixed.repair.mean", "2020H1", mean.clone(), two.clone(), "3.00"),
            figure("fixed.repair.on_time", "2020H1", on_time, percent, "80.00"),
            figure("fixed.repair.longest_p95", "2020H1", p95, two.clone(), "5.56"),
            figure("fixed.repair.mean", "2019H2", mean, two, "4.00"),
        ],
    })
}

fn line(statistic: &str, value: f64, printed: &str, unit: &str) -> Value {
    json!({
        "title": statistic, "segment": "urban", "note": null, "unit_title": unit,
        "clock": { "title": "hours", "seconds": 3600 }, "main": true,
        "figure": {
            "indicator": "fixed.repair", "statistic": statistic, "slice": { "area": "urban" },
            "period": "2020H1", "value": value, "printed": printed, "unit": "h",
            "measured_in": "s", "n": 5, "limited": 5, "sum": 54000, "longest": 20000,
            "shortest": 5000, "late": 1,
            "percentiles": { "p50": 9000.0, "p80": 20000, "p95": 20000, "p99": 20000 },
            "unmeasurable": 0,
            "excluded": [
                { "reason": "duplicate", "n": 2, "title": "duplicate", "without_approver": 1 },
            ],
            "subtracted": [{
                "kind": "customer", "reason": "absent", "title": "absent", "cases": 1,
                "seconds": 600, "seconds_without_approver": 0,
            }],
            "open": { "n": 2, "past_limit": 1, "oldest": 700 },
            "limits": [], "status": "computed",
        },
        "previous": null, "change": null,
    })
}

pub(crate) fn report(company: &str) -> Value {
    let mut mean = line("mean", 3.0, "3.00", "hours");
    mean["previous"] = json!({ "value": 4.0, "printed": "4.00", "n": 1, "as_published": false });
    mean["change"] =
        json!({ "kind": "difference", "value": -1.0, "printed": "−1.00", "trend": "better" });
    // 72 000 seconds with nothing excluded, over six cases.
    mean["figure"]["without_exclusions"] = json!(72_000.0 / 6.0 / 3600.0);
    let mut rate = line("on_time", 80.0, "80.00", "%");
    let interval = trueline_numbers::wilson_interval(4, 5, 0.95).unwrap();
    rate["figure"]["unit"] = json!("%");
    rate["figure"]["interval"] = json!({
        "low": interval.low * 100.0, "high": interval.high * 100.0, "level": 0.95,
        "method": "wilson",
    });
    // The median of five lies at one value; p80 is the fourth.
    for line in [&mut mean, &mut rate] {
        line["figure"]["percentiles"]["p80"] = json!(13_000);
    }
    let span =
        |text: &str, origin: Value| json!({ "text": text, "weight": "regular", "origin": origin });
    let figure = |text: &str, reference: &str| {
        span(text, json!({ "from": "figure", "reference": reference }))
    };
    let mut of_case = lag();
    of_case["dataset"] = "case".into();
    json!({
        "schema": "trueline.report/1", "language": "en", "company": company,
        "period": { "name": "2020H1" }, "previous": { "name": "2019H2" },
        "narrative": [{ "blocks": [{ "block": "paragraph", "spans": [
            span("Repairs took ", json!({ "from": "author" })),
            figure("3.00 hours", "fixed.repair.mean[area=urban]"),
            figure("1.00 hours shorter", "fixed.repair.mean[area=urban]|change"),
            figure("37.55–96.38", "fixed.repair.on_time[area=urban]|interval"),
        ]}]}],
        "groups": [{ "id": "fixed", "lines": [mean, rate] }],
        "lags": [],
        "slices": [{
            "indicator": "fixed.repair", "statistic": "longest_p95", "slice": { "area": "urban" },
            "value": 20_000.0 / 3600.0, "printed": "5.56", "unit": "h", "n": 5, "late": 1,
            "longest": 20000, "percentiles": null,
        }],
        "lags": [of_case],
    })
}

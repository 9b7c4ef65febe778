//! A small sealed report in every format, and the ledger that it is sealed in.

use std::io::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use rust_xlsxwriter::{Workbook, Worksheet};
use serde_json::{Value, json};
use tempfile::TempDir;
use trueline_language::Language;
use trueline_ledger::{Hash, Log, Note, Signer, tree_root};
use trueline_verify::{
    BATCH, EVIDENCE, Rendering, STATEMENT, Seal, Statement, Status, Verdict, canonical_json, cut,
    empty_place, fill, open_file, packed_cells, row_marks, workbook_digest,
};

pub(crate) struct Fixture {
    work: TempDir,
    pub(crate) key: String,
    pub(crate) since: Note,
    pub(crate) json: Vec<u8>,
    pub(crate) html: Vec<u8>,
    pub(crate) pdf: Vec<u8>,
    pub(crate) pdf_attachment: Vec<u8>,
    pub(crate) xlsx: Vec<u8>,
    pub(crate) block_root: String,
    evidence: String,
    seal: String,
}

/// The finding about a figure (or the first, if none is named) says this.
pub(crate) fn finding_about(verdict: &Verdict, figure: &str, word: &str) {
    assert!(!verdict.holds);
    let all = &verdict.findings;
    let found = all.iter().any(|one| {
        let named = one.figure.as_deref().unwrap_or_default();
        named.starts_with(figure)
            && one.says.as_str(Language::English).contains(word)
            && trueline_language::contains_chinese(one.says.as_str(Language::Chinese))
    });
    assert!(found, "{figure} {word}: {all:#?}");
    // What is named by figure comes first.
    assert!(figure.is_empty() || all[0].figure.is_some(), "{all:#?}");
}

impl Fixture {
    pub(crate) fn new() -> Fixture {
        Fixture::with_company("Example Telecom")
    }

    pub(crate) fn with_company(company: &str) -> Fixture {
        Fixture::made(company, false)
    }

    /// The key that signed the seal was retired afterwards.
    pub(crate) fn retired() -> Fixture {
        Fixture::made("Example Telecom", true)
    }

    fn made(company: &str, is_retired: bool) -> Fixture {
        let work = tempfile::tempdir().unwrap();
        let signer = Signer::generate("log.example/quality").unwrap();
        let verifier = signer.verifier().clone();
        let key = verifier.to_string();
        let folder = work.path().join("log");
        let mut log = Log::create(&folder, "log.example/quality", vec![signer]).unwrap();
        log.append(&[batch("000001", false)]).unwrap();
        let since = log.checkpoint().clone();
        let blocks = [Hash::of(b"one"), Hash::of(b"two")];
        let evidence = canonical_json(&evidence(&blocks)).unwrap();
        let report = report(company);
        let mut json = sealed_json(&report, &evidence);
        let mut html = page(&report, &evidence, company);
        let pdf_attachment = attachment(9, evidence.as_bytes(), true);
        let mut pdf = pdf(&report, &evidence);
        let xlsx = workbook(&evidence, "", false, &|_| {});
        let digest = |bytes: &[u8]| open_file(bytes).unwrap().0.to_hex();
        let rendering = |format: &str, sha256: String| Rendering {
            format: format.to_owned(),
            language: "en".to_owned(),
            sha256,
        };
        let statement = Statement {
            format: STATEMENT.to_owned(),
            program: "Trueline test".to_owned(),
            status: Status::Published,
            pack: "example".to_owned(),
            period: "2020H1".to_owned(),
            simulated: true,
            evidence: Hash::of(evidence.as_bytes()).to_hex(),
            renderings: vec![
                rendering("html", digest(&html)),
                rendering("json", digest(&json)),
                rendering("pdf", digest(&pdf)),
                rendering("xlsx", workbook_digest(&xlsx).unwrap().0.to_hex()),
            ],
            prepared_by: None,
            reviewed_by: None,
            signed_by: None,
            restates: None,
            reason: None,
        };
        let entry = statement.to_entry().unwrap();
        let index = log.append(&[&entry]).unwrap().first;
        let receipt = log.reader().receipt(index, log.checkpoint(), None).unwrap();
        let seal = Seal { entry: entry.clone(), receipt };
        for file in [&mut json, &mut html, &mut pdf] {
            fill(file, &seal).unwrap();
        }
        let restated = Statement {
            restates: Some(Hash::of(entry.as_bytes()).to_hex()),
            reason: Some("a district came late".to_owned()),
            ..statement
        };
        let after = [batch("000002", false), batch("000003", true), restated.to_entry().unwrap()];
        log.append(&after).unwrap();
        if is_retired {
            log.rotate(Signer::generate("log.example/quality").unwrap()).unwrap();
            log.retire(&verifier, 1_600_000_000).unwrap();
        }
        let seal = seal.to_base64();
        let xlsx = workbook(&evidence, &seal, false, &|_| {});
        let block_root = blocks[0].to_hex();
        Fixture {
            work,
            key,
            since,
            json,
            html,
            pdf,
            pdf_attachment,
            xlsx,
            block_root,
            evidence,
            seal,
        }
    }

    pub(crate) fn files(&self) -> [(&'static str, &[u8]); 4] {
        [
            ("report.json", &self.json),
            ("report.html", &self.html),
            ("report.pdf", &self.pdf),
            ("report.xlsx", &self.xlsx),
        ]
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.work.path().join("log")
    }

    /// The sealed workbook with other numbers in some cells; or saved by another hand.
    pub(crate) fn workbook(&self, changed: &[(u32, u16, f64)], another_save: bool) -> Vec<u8> {
        workbook(&self.evidence, &self.seal, another_save, &|sheet| {
            for (row, column, value) in changed {
                sheet.write_number(*row, *column, *value).unwrap();
            }
        })
    }

    /// The sealed workbook with something done to its first sheet.
    pub(crate) fn workbook_with(&self, change: impl Fn(&mut Worksheet)) -> Vec<u8> {
        workbook(&self.evidence, &self.seal, false, &change)
    }
}

fn root() -> String {
    Hash::of(b"rows").to_hex()
}

fn batch(id: &str, replaces: bool) -> String {
    let mut fact = json!({
        "format": BATCH, "dataset": "case", "batch": id, "recorded": 1_600_000_000,
        "columns": [], "rows": 6, "root": root(), "files": [], "sources": [],
        "read": 6, "accepted": 6, "quarantined": 0,
    });
    if replaces {
        fact["superseded"] = json!({ "name": "x", "sha256": root(), "bytes": 1 });
    }
    canonical_json(&fact).unwrap()
}

/// One of five was committed to more than a week later.
fn lag() -> Value {
    json!({
        "cases": 5, "median": 200_000, "p95": 700_000, "late": 1,
        "changed_after_close": 1, "changed_after_period": 0, "witnessed": false,
    })
}

fn evidence(blocks: &[Hash; 2]) -> Value {
    let text = "{\"measure\":\"waited\"}";
    let population = |period: &str, cells: [Value; 2]| {
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
    };
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
    json!({
        "format": EVIDENCE,
        "pack": { "id": "example", "version": "1", "lineage": [] },
        "calendars": [], "semantics": { "figures": "1" },
        "inputs": [{
            "dataset": "case", "batch": "000001", "entry": 0, "rows": 6, "root": root(),
            "recorded": 1_600_000_000,
        }],
        "definitions": [
            { "id": "repair", "sha256": Hash::of(text.as_bytes()).to_hex(), "text": text },
        ],
        "populations": [
            population("2020H1", [
                json!({
                    "n": 3, "sum": 36000, "all.n": 4, "all.sum": 54000, "limited": 3, "late": 1, "longest": 20000,
                    "shortest": 7000, "excluded.duplicate": 1, "unapproved.duplicate": 1,
                    "paused.customer/absent.cases": 1, "paused.customer/absent.seconds": 600,
                    "open.n": 2, "open.past": 1, "open.oldest": 700,
                    "below.9000": 1, "upto.9000": 2, "below.20000": 2, "upto.20000": 3,
                    "below.13000": 2, "upto.13000": 2,
                }),
                json!({
                    "n": 2, "sum": 18000, "all.n": 2, "all.sum": 18000, "limited": 2, "longest": 13000, "shortest": 5000,
                    "excluded.duplicate": 1,
                    "below.9000": 1, "upto.9000": 1, "below.20000": 2, "upto.20000": 2,
                    "below.13000": 1, "upto.13000": 2,
                }),
            ]),
            population("2019H2", [json!({ "n": 1, "sum": 14400 }), json!({})]),
        ],
        "figures": [
            figure("fixed.repair.mean", "2020H1", mean.clone(), two.clone(), "3.00"),
            figure("fixed.repair.on_time", "2020H1", on_time, json!({"as":"percent","decimals":2}), "80.00"),
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

fn report(company: &str) -> Value {
    let mut mean = line("mean", 3.0, "3.00", "hours");
    mean["previous"] = json!({ "value": 4.0, "printed": "4.00", "n": 1, "as_published": false });
    mean["change"] =
        json!({ "kind": "difference", "value": -1.0, "printed": "−1.00", "trend": "better" });
    // 72 000 seconds with nothing excluded, over six cases.
    mean["figure"]["without_exclusions"] = json!(72_000.0 / 6.0 / 3600.0);
    let mut rate = line("on_time", 80.0, "80.00", "%");
    let interval = trueline_numbers::wilson(4, 5, 0.95).unwrap();
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

fn sealed_json(report: &Value, evidence: &str) -> Vec<u8> {
    let text = report.to_string();
    let text = text.strip_suffix('}').unwrap();
    format!("{text},\"evidence\":{evidence},\"seal\":\"{}\"}}\n", empty_place()).into_bytes()
}

fn page(report: &Value, evidence: &str, company: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(evidence.as_bytes()).unwrap();
    let packed = STANDARD.encode(packed.finish().unwrap());
    let row = |id: &str, value: &str, unit: &str, longest: &str, previous: &str, change: &str| {
        format!(
            "<tr data-figure=\"{id}\"><th scope=\"row\">{id}</th><td class=\"split\">urban</td>\
             <td class=\"number value\">{value}</td><td class=\"split\">{unit}</td>\
             <td class=\"number\">5</td><td class=\"number\">1</td>\
             <td class=\"number\">{longest}</td><td></td><td class=\"number\">{previous}</td>\
             <td class=\"number none\">{change}</td></tr>\n"
        )
    };
    let rows = row("fixed.repair.mean", "3.00", "hours", "5.56", "4.00", "−1.00")
        + &row("fixed.repair.on_time", "80.00", "%", "", "—", "—");
    format!(
        "<!DOCTYPE html>\n<title>{company}</title><p class=\"tile-value\">3.00 \
         <span>hours</span></p><p>Repairs took <data class=\"figure\" \
         value=\"fixed.repair.mean[area=urban]\" title=\"x\">3.00 hours</data></p>\n<table>{rows}\
         </table><script type=\"application/json\" id=\"report\">\n{report}</script>\n\
         <script type=\"application/gzip\" id=\"trueline-evidence\">\n{packed}</script>\n\
         <script type=\"text/plain\" id=\"trueline-seal\">\n{}</script>\n",
        empty_place()
    )
    .into_bytes()
}

fn attachment(number: usize, bytes: &[u8], packed: bool) -> Vec<u8> {
    let (filter, data) = if packed {
        let mut out = ZlibEncoder::new(Vec::new(), Compression::best());
        out.write_all(bytes).unwrap();
        ("/Filter /FlateDecode ", out.finish().unwrap())
    } else {
        ("", bytes.to_vec())
    };
    let head = format!(
        "{number} 0 obj\n<< /Type /EmbeddedFile {filter}/Length {} >>\nstream\n",
        data.len()
    );
    [head.as_bytes(), &data, b"\nendstream\nendobj\n"].concat()
}

fn pdf(report: &Value, evidence: &str) -> Vec<u8> {
    let page = b"%PDF-1.7\n1 0 obj\n<< /Length 9 >>\nstream\n(3.00) Tj\nendstream\nendobj\n";
    [
        page.as_slice(),
        &attachment(2, report.to_string().as_bytes(), false),
        &attachment(3, evidence.as_bytes(), true),
        &attachment(4, empty_place().as_bytes(), false),
        b"%%EOF\n",
    ]
    .concat()
}

fn workbook(evidence: &str, seal: &str, another: bool, change: &dyn Fn(&mut Worksheet)) -> Vec<u8> {
    let written = |marks: &str, change: &dyn Fn(&mut Worksheet)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("Figures").unwrap();
        if another {
            sheet.set_column_width(0, 40).unwrap();
        }
        let rows = [("fixed.repair.mean", 3.0), ("fixed.repair.on_time", 0.8)];
        for (column, head) in ["Figure", "Value", "Notes"].iter().enumerate() {
            sheet.write_string(0, column as u16, *head).unwrap();
        }
        for (row, (figure, value)) in (1..).zip(rows) {
            sheet.write_string(row, 0, figure).unwrap();
            sheet.write_number(row, 1, value).unwrap();
            sheet.write_string(row, 2, "a\tnote\nof two lines").unwrap();
        }
        sheet.write_boolean(4, 0, true).unwrap();
        sheet.write_number(4, 1, 1.0 / 3.0).unwrap();
        change(sheet);
        let sheet = book.add_worksheet().set_name("Seal").unwrap();
        let parts = [
            ("EVIDENCE", packed_cells(evidence).unwrap()),
            ("ROWS", packed_cells(marks).unwrap()),
            ("SEAL", cut(seal)),
        ];
        let cells = parts
            .into_iter()
            .flat_map(|(head, cells)| std::iter::once(head.to_owned()).chain(cells));
        for (row, cell) in (0..).zip(cells) {
            sheet.write_string(row, 0, cell).unwrap();
        }
        book.save_to_buffer().unwrap()
    };
    let marks = row_marks(&workbook_digest(&written("", &|_| {})).unwrap().1);
    written(&marks, change)
}

//! Whole reports of the simulated province.

use serde_json::Value;

use super::charts::{Chart, ChartBody};
use super::model::{FigureChange, Language, QualityReport, ReportedStatus};
use super::narrative::{self, NarrativeBlock, NarrativeSpan, ReferenceContext, SectionKind};
use super::words::words;
use super::{Logo, LogoKind, default_fields, json, pdf, print, view};

/// The report of the fixture, with the demo's narrative.
pub(super) fn province(language: Language) -> QualityReport {
    let (fixture, words) = match language {
        Language::Chinese => {
            (include_str!("fixtures/province-zh.json"), include_str!("narratives/demo-zh.md"))
        }
        Language::English => {
            (include_str!("fixtures/province-en.json"), include_str!("narratives/demo-en.md"))
        }
    };
    let mut report: QualityReport = serde_json::from_str(fixture).unwrap();
    let context = ReferenceContext {
        language,
        groups: &report.groups,
        slices: &report.slices,
        fields: default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve(words, "demo.md", &context).unwrap();
    report.narrative = narrative.parts;
    report.not_from_records = narrative.not_from_records;
    report
}

/// Every run of words in the blocks, in order.
pub(super) fn sentences(blocks: &[NarrativeBlock]) -> Vec<String> {
    let flat = |spans: &[NarrativeSpan]| -> Vec<String> {
        spans.iter().map(|span| span.text.trim().to_owned()).collect()
    };
    let mut all = Vec::new();
    for block in blocks {
        match block {
            NarrativeBlock::Heading { spans, .. } | NarrativeBlock::Paragraph { spans } => {
                all.extend(flat(spans))
            }
            NarrativeBlock::List { items, .. } => {
                all.extend(items.iter().flat_map(|one| sentences(one)))
            }
            NarrativeBlock::Quote { blocks } => all.extend(sentences(blocks)),
            NarrativeBlock::Table { head, rows } => {
                let cells = head.iter().chain(rows.iter().flatten());
                all.extend(cells.flat_map(|cell| flat(cell)));
            }
        }
    }
    all.retain(|text| !text.is_empty());
    all
}

/// A narrative with everything that Markdown may hold here.
fn hard_words(report: &QualityReport) -> String {
    let group = &report.groups.iter().find(|group| group.id == "broadband").unwrap().title;
    let parts: Vec<&str> =
        SectionKind::ALL.iter().map(|place| place.title(report.language)).collect();
    let [company, state, indicators, measures, ..] = parts[..] else { unreachable!() };
    let number = match report.language {
        Language::Chinese => ["12个", "8件"],
        Language::English => ["12 cases", "8 days"],
    };
    format!(
        "# {company}\n\n\
         {{{{company}}}}: A & B < C > D, “quoted”, 'single'.\n\n\
         # {state}\n\n## Second level\n\n\
         Before **bold words** and *stressed words*.\\\nAfter the break.\n\n\
         - first point\n  - nested point\n    - deepest point\n\
         - loose point\n\n  second paragraph of it\n\n\
         3. third\n4. fourth\n\n\
         > quoted {{{{fixed.repair.mean[area=urban]}}}}\n\n\
         | Head A | Head B |\n|---|---|\n\
         | Sites &amp; &lt;sites&gt; | {}[^source: register of works] |\n\
         | Mean | {{{{fixed.repair.mean[area=urban]}}}} |\n\n\
         Also {}[^source: R&amp;D &lt;desk&gt;].\n\n\
         # {indicators}\n\nWords on all.\n\n\
         ## {group}\n\n### Deeper\n\nWords on one group.\n\n\
         # {measures}\n\nWhat is done.\n",
        number[0], number[1]
    )
}

/// A report that is hard to lay out: long names, signs of XML, a table and lists in its words,
/// charts without points, limits missed, figures as published.
pub(super) fn hard(language: Language) -> QualityReport {
    let mut report = province(language);
    let words = hard_words(&report);
    report.company.name = format!("{}<&\">", "很长Long ".repeat(28));
    let context = ReferenceContext {
        language,
        groups: &report.groups,
        slices: &report.slices,
        fields: default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve(&words, "hard.md", &context).unwrap();
    report.narrative = narrative.parts;
    report.not_from_records = narrative.not_from_records;
    let lines = &mut report.groups[0].lines;
    lines[0].title = "T & <t> ".repeat(25);
    lines[0].note = Some("note & <note>".into());
    lines[1].figure.limits[0].met = Some(false);
    lines[1].figure.limits[1].verified = true;
    lines[2].figure.status = ReportedStatus::Published;
    lines[3].previous.as_mut().unwrap().as_published = true;
    lines[3].change = None;
    lines[4].change = Some(FigureChange::Break { says: "the definition changed".into() });
    lines[8].main = false;
    for chart in &mut report.charts {
        match &mut chart.body {
            ChartBody::Trend { series, .. } if chart.group == "leased" => series.clear(),
            ChartBody::Regions { rows, .. } if chart.group == "fixed" => rows.clear(),
            ChartBody::Trend { .. }
            | ChartBody::Regions { .. }
            | ChartBody::Distribution { .. } => {}
        }
    }
    report
}

/// Whether there is anything to draw.
pub(super) fn drawn(chart: &Chart) -> bool {
    match &chart.body {
        ChartBody::Trend { series, .. } => !series.is_empty(),
        ChartBody::Regions { rows, .. } => !rows.is_empty(),
        ChartBody::Distribution { bins, .. } => !bins.is_empty(),
    }
}

/// What a rendering must say in one row of a table, for each row that it must have.
pub(super) fn rows_to_say(report: &QualityReport) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let text = |text: &str| text.to_owned();
    for line in report.lines().filter(|line| line.main) {
        let figure = &line.figure;
        let mut row = vec![text(&line.title), text(&figure.printed), text(&line.unit_title)];
        row.extend(line.segment.clone());
        row.extend(line.note.clone());
        row.push(match figure.status {
            ReportedStatus::Published => words(report.language).as_published.to_owned(),
            ReportedStatus::Computed | ReportedStatus::Nothing | ReportedStatus::MissingInput => {
                print::count(figure.n)
            }
        });
        row.extend(line.previous.as_ref().map(|before| before.printed.clone()));
        row.extend(match &line.change {
            Some(FigureChange::Difference { printed, .. }) => Some(printed.clone()),
            Some(FigureChange::Break { says }) => Some(says.clone()),
            None => None,
        });
        for limit in &figure.limits {
            row.push(limit.printed.clone());
            row.extend((!limit.verified).then(|| words(report.language).unverified.to_owned()));
            let missed = limit.met == Some(false) && !limit.promise;
            row.extend(missed.then(|| words(report.language).not_met.to_owned()));
        }
        rows.push(row);
    }
    for line in report.lines().filter(|line| !line.main && line.figure.value.is_some()) {
        rows.push(vec![text(&line.title), text(&line.figure.printed), print::count(line.figure.n)]);
    }
    for line in view::firsts(report) {
        let figure = &line.figure;
        for one in &figure.excluded {
            rows.push(vec![text(&one.title), print::count(one.n), text(&figure.printed)]);
        }
        for one in &figure.subtracted {
            rows.push(vec![text(&one.title), print::count(one.cases)]);
        }
        if let Some(open) = figure.open {
            rows.push(vec![print::count(open.n), print::count(open.past_limit)]);
        }
    }
    for chart in &report.charts {
        match &chart.body {
            ChartBody::Trend { series, .. } => rows.extend(series.iter().map(|one| {
                let values = one.points.iter().map(|point| point.printed.clone());
                std::iter::once(one.title.clone()).chain(values).collect()
            })),
            ChartBody::Regions { rows: regions, .. } => rows.extend(regions.iter().map(|row| {
                let counts = [row.n, row.late].map(print::count);
                vec![row.name.clone(), row.printed.clone(), counts[0].clone(), counts[1].clone()]
            })),
            ChartBody::Distribution { bins, .. } => rows.extend(bins.iter().map(|bin| {
                vec![print::fixed(bin.from, 1), print::fixed(bin.to, 1), print::count(bin.n)]
            })),
        }
    }
    for one in &report.definitions {
        rows.push(vec![
            text(&one.title),
            text(&one.says),
            text(&one.population),
            text(&one.measure),
        ]);
    }
    for one in &report.legal_sources {
        rows.push(vec![text(&one.title), text(&one.citation)]);
    }
    for one in &report.data.batches {
        let counts = [one.read, one.accepted, one.quarantined].map(print::count);
        rows.push([vec![text(&one.source)], counts.to_vec()].concat());
    }
    for one in &report.data.findings {
        rows.push(vec![text(&one.kind), print::count(one.rows), text(&one.explanation)]);
    }
    for (index, one) in report.not_from_records.iter().enumerate() {
        let place = one.place.title(report.language);
        rows.push(vec![(index + 1).to_string(), text(&one.text), text(&one.source), text(place)]);
    }
    rows.extend(report.not_answered.iter().map(|one| vec![text(&one.title), text(&one.missing)]));
    rows
}

/// What a rendering must say anywhere.
pub(super) fn words_to_say(report: &QualityReport) -> Vec<String> {
    let t = words(report.language);
    let mut all = vec![
        report.company.name.clone(),
        report.title(),
        report.filing.addressee.clone(),
        t.simulated_long.to_owned(),
        t.unverified_note.to_owned(),
        t.reading.to_owned(),
        report.company.complaint_phone.clone().unwrap(),
        report.made.version.clone(),
    ];
    all.extend(report.charts.iter().any(|one| !drawn(one)).then(|| t.no_chart_data.to_owned()));
    all.extend(report.groups.iter().map(|group| group.title.clone()));
    all.extend(report.charts.iter().map(|chart| chart.title.clone()));
    all.extend(report.narrative.iter().flat_map(|part| sentences(&part.blocks)));
    all.extend(view::compared(report));
    all
}

/// Panics unless some row has cells that say all of it.
pub(super) fn assert_rows(report: &QualityReport, rows: &[Vec<String>]) {
    for wanted in rows_to_say(report) {
        let said =
            |row: &&Vec<String>| wanted.iter().all(|want| row.iter().any(|cell| says(cell, want)));
        assert!(rows.iter().any(|row| said(&row)), "no row says {wanted:?}");
    }
}

/// Whether a cell says so; a number is no part of another number.
fn says(cell: &str, want: &str) -> bool {
    let part = |sign: Option<char>| sign.is_some_and(|c| c.is_ascii_digit() || ".,".contains(c));
    let number = want.chars().all(|c| c.is_ascii_digit() || ".,−+".contains(c));
    let mut hits = cell.match_indices(want);
    hits.any(|(at, _)| {
        let (before, after) = (cell[..at].chars().last(), cell[at + want.len()..].chars().next());
        !number || !(part(before) || part(after))
    })
}

/// The text of XML or HTML: tags left out, breaks as ends of lines, signs as themselves.
pub(super) fn text_of(xml: &str) -> String {
    let mut text = String::new();
    for piece in xml.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if matches!(tag.split([' ', '/']).next(), Some("br" | "w:br")) {
            text.push('\n');
        }
        text.push_str(words);
    }
    // What is escaped twice must stay escaped once, so the ampersand comes last.
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/")];
    let text = signs.iter().fold(text, |text, (code, sign)| text.replace(code, sign));
    text.replace("&amp;", "&")
}

/// The texts of the cells of every row.
pub(super) fn table_rows(xml: &str, row: &str, cells: [&str; 2]) -> Vec<Vec<String>> {
    let close = format!("</{row}>");
    let open = format!("<{row}");
    let opened = xml.split(&open).skip(1);
    let inside = opened.filter_map(|rest| {
        let (_, rest) = rest.split_once('>')?;
        Some(rest.split(&close).next().unwrap_or_default().to_owned())
    });
    let parted = inside.map(|row| {
        let row = row.replace(&format!("</{}>", cells[0]), "\u{1}");
        let row = row.replace(&format!("</{}>", cells[1]), "\u{1}");
        row.split('\u{1}').map(text_of).collect()
    });
    parted.collect()
}

/// Leaves a rendering where a person can look at it, if `TRUELINE_LOOK` names a folder.
pub(super) fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("TRUELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

/// What a program says about a PDF.
fn told_by(program: &str, before: &[&str], bytes: &[u8], after: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.pdf");
    std::fs::write(&path, bytes).unwrap();
    let output = std::process::Command::new(program).args(before).arg(&path).args(after).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed by tests: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} refuses the file: {complaint}");
    output.stdout
}

#[test]
fn the_pdf_says_all_that_the_report_says() {
    for language in [Language::Chinese, Language::English] {
        let report = hard(language);
        let bytes = pdf::render(&report, None, None).unwrap();
        keep(&format!("hard-{}.pdf", language.language_tag()), &bytes);
        assert!(bytes.starts_with(b"%PDF-1.7"));
        assert!(bytes == pdf::render(&report, None, None).unwrap(), "the bytes differ");
        let text = told_by("pdftotext", &["-raw"], &bytes, &["-"]);
        // Lines and pages break where they must, and words with them.
        let bare = |text: &str| -> String {
            text.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect()
        };
        let text = bare(&String::from_utf8(text).unwrap());
        let heads: Vec<String> = report.groups.iter().map(|group| group.title.clone()).collect();
        let narrative = report.narrative.iter().flat_map(|part| sentences(&part.blocks));
        let long = |words: &String| words.chars().count() < 200;
        for words in heads.into_iter().chain(narrative).filter(long) {
            for line in words.lines() {
                assert!(text.contains(&bare(line)), "the PDF does not say `{line}`");
            }
        }
        for line in report.lines().filter(|line| line.main) {
            assert!(text.contains(&line.figure.printed), "{}", line.id());
        }
    }
}

#[test]
fn two_lines_of_one_title_are_told_apart_by_their_indicators() {
    for (language, wanted) in [(Language::Chinese, "甲兑现率"), (Language::English, "甲: 兑现率")]
    {
        let mut report = province(language);
        let lines = &mut report.groups[0].lines;
        lines[0].title = "兑现率".into();
        assert_ne!(lines[0].figure.indicator, lines[4].figure.indicator);
        let indicator = lines[0].figure.indicator.clone();
        let title = |report: &QualityReport| view::line_title(report, &report.groups[0].lines[0]);
        let known = report.definitions.iter_mut().find(|one| one.indicator == indicator);
        known.unwrap().title = "甲".into();
        assert_eq!(title(&report), "兑现率");
        report.groups[0].lines[4].title = "兑现率".into();
        assert_eq!(title(&report), wanted);
    }
}

#[test]
fn a_logo_is_in_the_pdf_and_has_a_name() {
    let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect
        width="40" height="20" fill="#00ff7f"/></svg>"##;
    let logos = [
        Logo { kind: LogoKind::Svg, bytes: svg.to_vec() },
        Logo { kind: LogoKind::Png, bytes: include_bytes!("fixtures/logo.png").to_vec() },
    ];
    let mut report = province(Language::English);
    report.company.name = "Example Telecom".into();
    let green = |bytes: &[u8]| {
        let pages = ["-r", "40", "-f", "1", "-l", "1", "-singlefile"];
        let drawn = told_by("pdftoppm", &pages, bytes, &[]);
        drawn.windows(3).filter(|dot| *dot == [0, 255, 127]).count()
    };
    let figures = |bytes: &[u8]| {
        let before = ["--qdf", "--object-streams=disable"];
        let objects = told_by("qpdf", &before, bytes, &["-"]);
        String::from_utf8_lossy(&objects).matches("/Alt (Example Telecom)").count()
    };
    let without = pdf::render(&report, None, None).unwrap();
    assert_eq!((green(&without), figures(&without)), (0, 0));
    for logo in logos {
        let bytes = pdf::render(&report, Some(&logo), None).unwrap();
        assert!(green(&bytes) > 50, "{:?} is not on the cover", logo.kind);
        assert_eq!(figures(&bytes), 1, "{:?} has no text in its place", logo.kind);
    }
}

#[test]
fn the_json_keeps_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    for language in [Language::Chinese, Language::English] {
        let text = json::render(&hard(language), None).unwrap();
        let report: Value = serde_json::from_slice(&text).unwrap();
        let mut wrong = Vec::new();
        check(&schema, &schema, &report, "report", &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn the_schema_refuses_what_it_should() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut report = serde_json::to_value(province(Language::Chinese)).unwrap();
        change(&mut report);
        let mut wrong = Vec::new();
        check(&schema, &schema, &report, "report", &mut wrong);
        !wrong.is_empty()
    };
    assert!(!refused(&|_| {}));
    assert!(refused(&|report| report["simulated"] = Value::from("yes")));
    assert!(refused(&|report| report["more"] = Value::Null));
    assert!(refused(&|report| report["groups"][0]["lines"][0]["figure"]["n"] = Value::from(0.5)));
}

/// The part of JSON Schema that ours uses.
fn check(root: &Value, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return check(root, &root["$defs"][name], value, place, wrong);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut inner = Vec::new();
            check(root, choice, value, place, &mut inner);
            inner.is_empty()
        };
        if !choices.iter().any(fits) {
            wrong.push(format!("{place}: none of the choices fits"));
        }
        return;
    }
    let listed = schema["enum"].as_array();
    if listed.is_some_and(|known| !known.contains(value))
        || schema.get("const").is_some_and(|constant| constant != value)
    {
        wrong.push(format!("{place}: {value} is not allowed"));
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !names.is_empty() && !names.iter().any(|name| is_of_type(value, name)) {
        wrong.push(format!("{place}: {value} is no {names:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            wrong.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(known), _) => check(root, known, inner, &place, wrong),
            (None, Value::Bool(false)) => wrong.push(format!("{place} is not in the schema")),
            (None, other) => check(root, other, inner, &place, wrong),
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], inner, &format!("{place}[{index}]"), wrong);
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the schema knows no {other}"),
    }
}

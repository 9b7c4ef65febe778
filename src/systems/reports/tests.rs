//! Whole reports of the simulated province.

mod schema;

use super::charts::{Chart, ChartBody};
use super::model::{FigureChange, Language, QualityReport, ReportLine, ReportedStatus};
use super::narrative::{self, NarrativeBlock, NarrativeSpan, ReferenceContext, SectionKind};
use super::words::pick_words;
use super::{Logo, LogoKind, list_default_fields, pdf, print, view};

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
        fields: list_default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve_narrative(words, "demo.md", &context).unwrap();
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
                all.extend(flat(spans));
            }
            NarrativeBlock::List { items, .. } => {
                all.extend(items.iter().flat_map(|one| sentences(one)));
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

/// A narrative with everything that its Markdown may hold.
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
        fields: list_default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: Vec::new(),
    };
    let narrative = narrative::resolve_narrative(&words, "hard.md", &context).unwrap();
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
    let main = report.lines().filter(|line| line.main);
    let others = report.lines().filter(|line| !line.main && line.figure.value.is_some());
    let mut rows: Vec<Vec<String>> = main.map(|line| line_row(report, line)).collect();
    rows.extend(others.map(|line| {
        let figure = &line.figure;
        vec![line.title.clone(), figure.printed.clone(), print::format_count(figure.n)]
    }));
    rows.extend(view::find_first_lines(report).into_iter().flat_map(side_rows));
    rows.extend(report.charts.iter().flat_map(chart_rows));
    rows.extend(definition_rows(report));
    rows.extend(data_rows(report));
    rows.extend(report.not_answered.iter().map(|one| vec![one.title.clone(), one.missing.clone()]));
    rows
}

/// A main indicator with everything beside it.
fn line_row(report: &QualityReport, line: &ReportLine) -> Vec<String> {
    let (figure, t) = (&line.figure, pick_words(report.language));
    let mut row = vec![line.title.clone(), figure.printed.clone(), line.unit_title.clone()];
    row.extend(line.segment.clone());
    row.extend(line.note.clone());
    row.push(match figure.status {
        ReportedStatus::Published => t.as_published.to_owned(),
        ReportedStatus::Computed | ReportedStatus::Nothing | ReportedStatus::MissingInput => {
            print::format_count(figure.n)
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
        row.extend((!limit.verified).then(|| t.unverified.to_owned()));
        let missed = limit.met == Some(false) && !limit.promise;
        row.extend(missed.then(|| t.not_met.to_owned()));
    }
    row
}

/// What is excluded, subtracted and open behind a figure.
fn side_rows(line: &ReportLine) -> Vec<Vec<String>> {
    let figure = &line.figure;
    let mut rows = Vec::new();
    for one in &figure.excluded {
        rows.push(vec![one.title.clone(), print::format_count(one.n), figure.printed.clone()]);
    }
    for one in &figure.subtracted {
        rows.push(vec![one.title.clone(), print::format_count(one.cases)]);
    }
    if let Some(open) = figure.open {
        rows.push(vec![print::format_count(open.n), print::format_count(open.past_limit)]);
    }
    rows
}

fn chart_rows(chart: &Chart) -> Vec<Vec<String>> {
    match &chart.body {
        ChartBody::Trend { series, .. } => {
            let rows = series.iter().map(|one| {
                let values = one.points.iter().map(|point| point.printed.clone());
                std::iter::once(one.title.clone()).chain(values).collect()
            });
            rows.collect()
        }
        ChartBody::Regions { rows, .. } => {
            let rows = rows.iter().map(|row| {
                let counts = [row.n, row.late].map(print::format_count);
                vec![row.name.clone(), row.printed.clone(), counts[0].clone(), counts[1].clone()]
            });
            rows.collect()
        }
        ChartBody::Distribution { bins, .. } => {
            let rows = bins.iter().map(|bin| {
                let ends = [bin.from, bin.to].map(|end| print::format_decimals(end, 1));
                vec![ends[0].clone(), ends[1].clone(), print::format_count(bin.n)]
            });
            rows.collect()
        }
    }
}

fn definition_rows(report: &QualityReport) -> Vec<Vec<String>> {
    let definitions = report.definitions.iter().map(|one| {
        vec![one.title.clone(), one.says.clone(), one.population.clone(), one.measure.clone()]
    });
    let sources =
        report.legal_sources.iter().map(|one| vec![one.title.clone(), one.citation.clone()]);
    definitions.chain(sources).collect()
}

/// Where the records come from, what was found in them, and what is not from records.
fn data_rows(report: &QualityReport) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for one in &report.data.batches {
        let counts = [one.read, one.accepted, one.quarantined].map(print::format_count);
        rows.push([vec![one.source.clone()], counts.to_vec()].concat());
    }
    for one in &report.data.findings {
        rows.push(vec![one.kind.clone(), print::format_count(one.rows), one.explanation.clone()]);
    }
    for (index, one) in report.not_from_records.iter().enumerate() {
        let place = one.place.title(report.language).to_owned();
        rows.push(vec![(index + 1).to_string(), one.text.clone(), one.source.clone(), place]);
    }
    rows
}

/// What a rendering must say anywhere.
pub(super) fn words_to_say(report: &QualityReport) -> Vec<String> {
    let t = pick_words(report.language);
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
    all.extend(view::list_comparison_sentences(report));
    all
}

/// Panics unless each row that the report must say is among `rows`.
pub(super) fn assert_rows(report: &QualityReport, rows: &[Vec<String>]) {
    for wanted in rows_to_say(report) {
        let said =
            |row: &&Vec<String>| wanted.iter().all(|want| row.iter().any(|cell| says(cell, want)));
        assert!(rows.iter().any(|row| said(&row)), "no row says {wanted:?}");
    }
}

/// Whether a cell says this. A number does not count as part of another number.
fn says(cell: &str, want: &str) -> bool {
    let part = |sign: Option<char>| sign.is_some_and(|c| c.is_ascii_digit() || ".,".contains(c));
    let number = want.chars().all(|c| c.is_ascii_digit() || ".,−+".contains(c));
    let mut hits = cell.match_indices(want);
    hits.any(|(at, _)| {
        let (before, after) = (cell[..at].chars().last(), cell[at + want.len()..].chars().next());
        !number || !(part(before) || part(after))
    })
}

/// The text of XML or HTML without tags, with breaks as line ends and characters unescaped.
pub(super) fn text_of(xml: &str) -> String {
    let mut text = String::new();
    for piece in xml.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if matches!(tag.split([' ', '/']).next(), Some("br" | "w:br")) {
            text.push('\n');
        }
        text.push_str(words);
    }
    // A character that is escaped twice must stay escaped once, so the ampersand comes last.
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

/// Writes a rendering for a person to look at, if `TRUELINE_LOOK` names a folder.
pub(super) fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("TRUELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

/// What a program prints about a PDF.
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
        let bytes = pdf::render_pdf(&report, None, None).unwrap();
        keep(&format!("hard-{}.pdf", language.language_tag()), &bytes);
        assert!(bytes.starts_with(b"%PDF-1.7"));
        assert!(bytes == pdf::render_pdf(&report, None, None).unwrap(), "the bytes differ");
        let text = told_by("pdftotext", &["-raw"], &bytes, &["-"]);
        // Lines and pages break where they must, and also within words.
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
        let title =
            |report: &QualityReport| view::find_line_title(report, &report.groups[0].lines[0]);
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
    let without = pdf::render_pdf(&report, None, None).unwrap();
    assert_eq!((green(&without), figures(&without)), (0, 0));
    for logo in logos {
        let bytes = pdf::render_pdf(&report, Some(&logo), None).unwrap();
        assert!(green(&bytes) > 50, "{:?} is not on the cover", logo.kind);
        assert_eq!(figures(&bytes), 1, "{:?} has no text in its place", logo.kind);
    }
}

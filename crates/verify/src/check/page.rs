//! Compares what a person sees in an HTML report with the data inside it.

use super::difference::difference_finding;
use super::reference::{PrintedReference, print_count, print_in_unit, print_reference};
use super::shape::{ShownLine, ShownReport};
use crate::figures::figure_name;
use crate::verdict::{FindingKind, VerdictFinding};
use trueline_language::Text;

/// The text inside the element with this id.
pub(crate) fn read_element<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let at = page.find(&format!("id=\"{id}\""))?;
    let rest = &page[at..];
    let from = rest.find('>')? + 1;
    let to = rest.find("</script>")?;
    rest.get(from..to).map(str::trim)
}

/// Compares every number that the page shows beside the name of a figure.
pub(crate) fn compare_page(page: &str, report: &ShownReport) -> Vec<VerdictFinding> {
    let mut found = Vec::new();
    // What lies in scripts is data, not what a person sees.
    let seen = page.split("<script").next().unwrap_or(page);
    let rows: Vec<&str> = seen.split("<tr data-figure=\"").skip(1).collect();
    let lines: Vec<&ShownLine> = list_shown_lines(report);
    if rows.len() != lines.len() {
        let says = Text::new(
            format!("页面有{}行指标，数据有{}行", rows.len(), lines.len()),
            format!("the page shows {} rows of figures, its data {}", rows.len(), lines.len()),
        );
        found.push(VerdictFinding::new(FindingKind::Rendering, says).at_place("page"));
    }
    for (row, line) in rows.iter().zip(&lines) {
        compare_row(row, line, &mut found);
    }
    for part in seen.split("<data class=\"figure\" value=\"").skip(1) {
        let Some((reference, rest)) = part.split_once('"') else { continue };
        let reference = decode_entities(reference);
        let text = rest.split_once('>').and_then(|(_, rest)| rest.split_once("</data>"));
        let Some((text, _)) = text else { continue };
        let expected = PrintedReference::parse_reference(&reference)
            .and_then(|one| print_reference(&one, report));
        if let Some(expected) = expected.filter(|expected| *expected != decode_entities(text)) {
            found.push(difference_finding(
                &reference,
                "page",
                ("正文", "narrative"),
                &decode_entities(text),
                &expected,
            ));
        }
    }
    compare_tiles(seen, report, &mut found);
    found
}

/// Checks that the values of the overview stand in the report, too.
fn compare_tiles(seen: &str, report: &ShownReport, found: &mut Vec<VerdictFinding>) {
    for part in seen.split("<p class=\"tile-value\">").skip(1) {
        let shown = decode_entities(part.split(" <span>").next().unwrap_or_default());
        let lines = report.groups.iter().flat_map(|group| &group.lines);
        if !lines.into_iter().any(|line| line.figure.printed == shown) {
            let says = Text::new(
                format!("页面概览中的 {shown} 不是本报告任何一项指标的值"),
                format!("the overview shows {shown}, which is no figure of this report"),
            );
            found.push(VerdictFinding::new(FindingKind::Figure, says).at_place("page"));
        }
    }
}

/// The lines that the page shows: the main lines of each group that has any value.
fn list_shown_lines(report: &ShownReport) -> Vec<&ShownLine> {
    let groups = report
        .groups
        .iter()
        .filter(|group| group.lines.iter().any(|line| line.main && line.figure.value.is_some()));
    groups.flat_map(|group| group.lines.iter().filter(|line| line.main)).collect()
}

fn compare_row(row: &str, line: &ShownLine, found: &mut Vec<VerdictFinding>) {
    let name = figure_name(&line.id(), &line.figure.slice, &line.figure.period);
    let row = row.split("</tr>").next().unwrap_or(row);
    let shown_id = row.split('"').next().map(decode_entities).unwrap_or_default();
    if shown_id != line.id() {
        found.push(difference_finding(&name, "page", ("编号", "figure"), &shown_id, &line.id()));
        return;
    }
    let cells: Vec<(&str, String)> = row
        .split("<td")
        .skip(1)
        .filter_map(|cell| cell.split_once('>'))
        .map(|(attributes, rest)| {
            let text = rest.split("</td>").next().unwrap_or(rest);
            (attributes, decode_entities(&remove_tags(text)))
        })
        .collect();
    let Some(at) = cells.iter().position(|(attributes, _)| attributes.contains("number value"))
    else {
        found.push(difference_finding(
            &name,
            "page",
            ("完成值", "value"),
            "",
            &line.figure.printed,
        ));
        return;
    };
    let cell = |after: usize| cells.get(at + after).map_or("", |(_, text)| text.as_str());
    let figure = &line.figure;
    let mut expect = |field: (&str, &str), shown: &str, expected: &str| {
        if shown != expected {
            found.push(difference_finding(&name, "page", field, shown, expected));
        }
    };
    expect(("完成值", "value"), cell(0), &figure.printed);
    expect(("单位", "unit"), cell(1), &line.unit_title);
    if figure.status != "published" {
        expect(("件数", "n"), cell(2), &print_count(figure.n));
    }
    // The count may stand below, beside the on-time rate of the same cases.
    if !cell(3).is_empty() {
        let late = if figure.limited > 0 { print_count(figure.late) } else { "—".to_owned() };
        expect(("超限", "late"), cell(3), &late);
    }
    if let Some(clock) = line.clock.as_ref().filter(|clock| clock.title == line.unit_title) {
        let longest =
            figure.longest.map_or("—".to_owned(), |one| print_in_unit(one as f64, clock));
        expect(("最长", "longest"), cell(4), &longest);
    }
    let before = line.previous.as_ref().map_or("—", |before| &before.printed);
    expect(("上期", "previous"), cell(6), before);
    if let Some(printed) = line.change.as_ref().and_then(|change| change["printed"].as_str()) {
        let shown = cell(7).split(' ').next().unwrap_or_default();
        expect(("变化", "change"), shown, printed);
    }
}

fn remove_tags(text: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for sign in text.chars() {
        match sign {
            '<' => is_tag = true,
            '>' => is_tag = false,
            sign if !is_tag => out.push(sign),
            _ => {}
        }
    }
    out
}

fn decode_entities(text: &str) -> String {
    let mut text = text.to_owned();
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x2f;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, sign);
    }
    text
}

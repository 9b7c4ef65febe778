//! Whole documents: repeatable, tagged, archival, with attachments, or refused with a reason.

use std::fs;
use std::process::Command;

use trueline_typeset::{DocumentDate, Fonts, PdfJob, TypesetError, render_pdf};

const HEAD: &str = r#"
#set document(title: "状况报告", author: "准绳")
#set text(font: "Trueline Sans SC", lang: "zh", region: "cn", fallback: false)
"#;

fn render(body: &str, files: &[(&str, &[u8])]) -> Result<Vec<u8>, TypesetError> {
    let template = format!("{HEAD}{body}");
    let mut all = vec![("main.typ", template.into_bytes())];
    all.extend(files.iter().map(|(name, data)| (*name, data.to_vec())));
    render_pdf(&PdfJob {
        main: "main.typ",
        files: all,
        fonts: Fonts::bundled_fonts(),
        identifier: "test",
        creator: "Trueline",
        date: DocumentDate { year: 2020, month: 7, day: 10 },
    })
}

/// What a program says about a PDF.
fn told_by(program: &str, before: &[&str], bytes: &[u8], after: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made.pdf");
    fs::write(&path, bytes).expect("written");
    let output = Command::new(program).args(before).arg(&path).args(after).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed by tests: {error}"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} refuses the file: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn chinese_text_is_text_and_keeps_its_superscript() {
    let bytes = render("= 固定电话\n计费差错率：≤10⁻⁴，城市0.84天", &[]).unwrap();
    let text = told_by("pdftotext", &["-layout"], &bytes, &["-"]);
    assert!(text.contains("固定电话"), "{text}");
    // The gap between Chinese and Latin is typesetting; some readers report it as a space.
    let text = text.replace(' ', "");
    assert!(text.contains("计费差错率：≤10⁻⁴，城市0.84天"), "{text}");
}

#[test]
fn two_renders_are_byte_identical() {
    let body = "= 指标\n#let d = json(\"data.json\")\n#d.value 小时 #datetime.today().display()";
    let once = render(body, &[("data.json", br#"{"value":"7.41"}"#)]).unwrap();
    let twice = render(body, &[("data.json", br#"{"value":"7.41"}"#)]).unwrap();
    assert!(once == twice);
    let other = render(body, &[("data.json", br#"{"value":"7.42"}"#)]).unwrap();
    assert!(once != other);
}

#[test]
fn the_file_is_sound_tagged_archival_and_accessible() {
    let bytes = render("= 标题\n正文", &[]).unwrap();
    told_by("qpdf", &["--check"], &bytes, &[]);
    let objects = told_by("qpdf", &["--qdf", "--object-streams=disable"], &bytes, &["-"]);
    assert!(objects.contains("/MarkInfo"), "not tagged");
    assert!(objects.contains("/StructTreeRoot"), "no structure");
    assert!(objects.contains("<pdfaid:part>3</pdfaid:part>"), "not PDF/A-3");
    assert!(objects.contains("<pdfaid:conformance>A</pdfaid:conformance>"), "not PDF/A-3a");
    assert!(objects.contains("<pdfuaid:part>1</pdfuaid:part>"), "not PDF/UA-1");
    assert!(objects.contains("/Lang (zh-CN)"), "no language");
}

#[test]
fn attachments_come_out_as_they_went_in() {
    let body = r#"正文 #pdf.attach("figures.json", relationship: "data",
        mime-type: "application/json", description: "Figures")"#;
    let bytes = render(body, &[("figures.json", br#"{"n":41286}"#)]).unwrap();
    let listed = told_by("qpdf", &["--list-attachments"], &bytes, &[]);
    assert!(listed.contains("figures.json"), "{listed}");
    let shown = told_by("qpdf", &["--show-attachment=figures.json"], &bytes, &[]);
    assert_eq!(shown, r#"{"n":41286}"#);
}

#[test]
fn a_picture_without_alternative_text_is_refused() {
    let svg: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#;
    let error = render("正文\n\n#image(\"logo.svg\")", &[("logo.svg", svg)]).unwrap_err();
    assert!(error.to_string().contains("missing alt text"), "{error}");
    render("正文\n\n#image(\"logo.svg\", alt: \"标志\")", &[("logo.svg", svg)]).unwrap();
}

#[test]
fn a_character_without_a_glyph_is_named() {
    let error = render("签发人：𠮷田😃", &[]).unwrap_err();
    let TypesetError::MissingGlyphs(signs) = &error else {
        panic!("{error}");
    };
    assert_eq!(signs, &['𠮷', '😃']);
    assert!(error.to_string().contains("“😃” (U+1F603)"), "{error}");
}

#[test]
fn a_mistake_is_reported_with_its_line() {
    let error = render("一\n\n#nothing-here\n", &[]).unwrap_err();
    let TypesetError::Template(mistakes) = &error else {
        panic!("{error}");
    };
    assert_eq!(mistakes[0].place, Some(("main.typ".to_owned(), 6)));
    assert!(mistakes[0].message.contains("unknown variable"), "{error}");
}

#[test]
fn a_font_that_was_not_given_is_refused() {
    let error = render("#set text(font: \"Helvetica\")\n正文", &[]).unwrap_err();
    assert!(error.to_string().contains("unknown font family"), "{error}");
}

#[test]
fn a_template_reaches_no_disk_and_no_package() {
    for body in ["#read(\"/etc/hostname\")", "#import \"@preview/cetz:0.3.0\": *"] {
        let error = render(body, &[]).unwrap_err();
        assert!(matches!(error, TypesetError::Template(_)), "{body}: {error}");
    }
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    let job = PdfJob {
        main: "main.typ",
        files: vec![("main.typ", HEAD.as_bytes().to_vec())],
        fonts: Fonts::bundled_fonts(),
        identifier: "test",
        creator: "Trueline",
        date: DocumentDate { year: 2021, month: 2, day: 29 },
    };
    assert_eq!(render_pdf(&job).unwrap_err().to_string(), "there is no date 2021-02-29");
}

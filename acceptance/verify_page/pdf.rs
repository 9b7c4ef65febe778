//! A sealed PDF that another program wrote again: no longer the sealed file, and what is attached
//! to it is still read, by the page and by the program.

use std::fs;

use serde_json::Value;

use super::{Sealed, by_program, judged, page, shared};
use crate::browser::Browser;
use crate::program::{Folder, tool};

/// The kinds of what was found, in their order.
fn found(verdict: &Value) -> Vec<String> {
    let findings = verdict["findings"].as_array().unwrap();
    findings.iter().map(|one| one["what"].as_str().unwrap().to_owned()).collect()
}

/// What both find in the PDF after `qpdf` did something to it; they must find the same.
fn both(sealed: &Sealed, browser: &Browser, options: &[&str]) -> (Vec<String>, Value) {
    let folder = Folder::new();
    let (from, to) = (folder.path("sealed.pdf"), folder.path("again.pdf"));
    fs::write(&from, sealed.file("pdf")).unwrap();
    tool("qpdf", &[&[from.as_str()], options, &[to.as_str()]].concat());
    let bytes = fs::read(&to).unwrap();
    assert_ne!(bytes, sealed.file("pdf"), "{options:?}");
    let (page, program) = (judged(browser, &bytes, "pdf"), by_program(&bytes));
    assert_eq!(found(&page), found(&program), "{options:?}\n{page:#}\n{program:#}");
    for verdict in [&page, &program] {
        assert_eq!(verdict["holds"], false, "{options:?}");
    }
    assert_eq!(page["sealed_as"], program["sealed_as"], "{options:?}");
    (found(&page), page)
}

#[test]
fn a_pdf_that_was_written_again_is_not_the_sealed_one_and_its_attachments_are_read() {
    let sealed = shared();
    let browser = page();
    for options in [
        ["--object-streams=generate"].as_slice(),
        &["--linearize"],
        &["--linearize", "--object-streams=generate"],
        &["--object-streams=generate", "--compress-streams=n"],
        &["--object-streams=disable", "--recompress-flate", "--compression-level=9"],
        &["--stream-data=uncompress"],
        &["--qdf"],
    ] {
        let (found, verdict) = both(sealed, &browser, options);
        assert_eq!(found, ["rendering"], "{options:?}: {}", verdict["findings"]);
        let proved = verdict["proved"].to_string();
        for words in ["the evidence is exactly what was sealed", "the statement is entry"] {
            assert!(proved.contains(words), "{options:?}: {proved}");
        }
    }
}

#[test]
fn an_attachment_that_is_gone_or_there_twice_is_told_by_both() {
    let sealed = shared();
    let browser = page();
    let gone = both(sealed, &browser, &["--remove-attachment=evidence.json"]).0;
    assert_eq!(gone, ["evidence", "rendering"]);
    let gone = both(sealed, &browser, &["--remove-attachment=report.json"]).0;
    assert_eq!(gone, ["rendering", "unreadable"]);
    let gone = both(sealed, &browser, &["--remove-attachment=seal.txt"]).0;
    assert_eq!(gone, ["seal"]);
    let folder = Folder::new();
    let evidence = folder.path("second.json");
    fs::write(&evidence, "{\"format\":\"trueline-evidence/v1\"}").unwrap();
    let twice = ["--add-attachment", evidence.as_str(), "--"];
    let (found, verdict) = both(sealed, &browser, &twice);
    assert!(found.contains(&"rendering".to_owned()), "{}", verdict["findings"]);
}

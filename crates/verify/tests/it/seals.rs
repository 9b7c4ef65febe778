//! The place of a seal, what stands in it, and the files that carry one.

use trueline_verify::{
    FindingKind, Language, MARK, PLACE_BYTES, Seal, SealError, VerifyOptions, check_file,
    digest_and_place, empty_place, extract_evidence, extract_report, extract_seal, fill_place,
    find_place, statement_id,
};

use crate::files::attachment;
use crate::fixture::Fixture;

#[test]
fn a_place_is_found_by_its_mark_and_its_length() {
    let place = empty_place();
    assert_eq!(place.len(), PLACE_BYTES);
    let file = format!("before {place} after");
    assert_eq!(find_place(file.as_bytes()).unwrap(), 7..7 + PLACE_BYTES);
    // A place may end with the file, and may be as short as its head.
    assert_eq!(find_place(place.as_bytes()).unwrap(), 0..PLACE_BYTES);
    let short = format!("{MARK}000023 rest");
    assert_eq!(find_place(short.as_bytes()).unwrap(), 0..23);
    let absent = |file: &str| matches!(find_place(file.as_bytes()), Err(SealError::Absent));
    assert!(absent("nothing"));
    assert!(absent(MARK));
    assert!(absent(&format!("{MARK}000022 rest")));
    assert!(absent(&format!("{MARK}000023-rest")));
    assert!(absent(&format!("{MARK}00002x rest")));
    assert!(absent(&place[..PLACE_BYTES - 1]));
    let twice = format!("{place}{place}");
    assert!(matches!(find_place(twice.as_bytes()), Err(SealError::Several)));
}

#[test]
fn the_digest_of_a_file_leaves_out_what_stands_in_the_place_and_nothing_else() {
    let fixture = Fixture::new();
    let (sealed, place) = digest_and_place(&fixture.json).unwrap();
    let range = find_place(&fixture.json).unwrap();
    let mut empty = fixture.json.clone();
    empty[range.clone()].copy_from_slice(empty_place().as_bytes());
    assert_eq!(digest_and_place(&empty).unwrap().0, sealed);
    assert_eq!(place.as_bytes(), &fixture.json[range.clone()]);
    for at in [range.start - 1, range.end, range.start + MARK.len() + 5] {
        let mut changed = fixture.json.clone();
        changed[at] ^= 1;
        assert!(
            digest_and_place(&changed).map(|(digest, _)| digest).ok() != Some(sealed),
            "byte {at}"
        );
    }
}

#[test]
fn a_seal_reads_back_from_its_place() {
    let fixture = Fixture::new();
    let seal = extract_seal(&fixture.json).unwrap();
    let place = seal.to_place().unwrap();
    assert_eq!(place.len(), PLACE_BYTES);
    assert_eq!(Seal::from_place(&place).unwrap(), seal);
    assert_eq!(Seal::from_base64(&seal.to_base64()).unwrap(), seal);
    assert_eq!(statement_id(&seal.entry).len(), 12);
    assert!(matches!(Seal::from_place("another"), Err(SealError::Absent)));
    assert!(matches!(Seal::from_place(&format!("{MARK}0000")), Err(SealError::Absent)));
    assert!(matches!(Seal::from_place(&empty_place()), Err(SealError::Empty)));
    assert!(matches!(Seal::from_base64("?"), Err(SealError::Damaged)));
    assert!(matches!(Seal::from_base64("/w=="), Err(SealError::Damaged)));
    assert!(matches!(Seal::from_base64("bm8gbGluZQ=="), Err(SealError::Damaged)));
    assert!(matches!(Seal::from_base64("ZQpubyByZWNlaXB0"), Err(SealError::Receipt(_))));
    let mut long = Seal { entry: "x".repeat(PLACE_BYTES), receipt: seal.receipt.clone() };
    assert!(matches!(long.to_place(), Err(SealError::TooLong)));
    // The longest that fits: three bytes of text make four of base64.
    let room = (PLACE_BYTES - MARK.len() - 7) / 4 * 3 - seal.receipt.to_string().len() - 1;
    long.entry = "x".repeat(room);
    assert_eq!(long.to_place().unwrap().len(), PLACE_BYTES);
    long.entry.push('x');
    assert!(matches!(long.to_place(), Err(SealError::TooLong)));
    let mut short = format!("{MARK}000100 {}", " ".repeat(77)).into_bytes();
    assert!(matches!(fill_place(&mut short, &seal), Err(SealError::TooLong)));
}

#[test]
fn what_lies_in_a_file_can_be_taken_out() {
    let fixture = Fixture::new();
    for (name, bytes) in fixture.files() {
        let evidence = extract_evidence(bytes).unwrap();
        assert_eq!(evidence.figures.len(), 4, "{name}");
        assert!(extract_seal(bytes).is_some(), "{name}");
        assert_eq!(extract_report(bytes).is_some(), name != "report.xlsx", "{name}");
    }
    assert!(extract_evidence(b"plain text").is_none());
    assert!(extract_seal(b"plain text").is_none());
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    let other = text.replacen("trueline-evidence/v1", "trueline-evidence/v2", 1);
    assert!(extract_evidence(other.as_bytes()).is_none());
}

#[test]
fn a_file_is_known_by_how_it_begins() {
    let fixture = Fixture::new();
    let first = |bytes: &[u8]| {
        let verdict = check_file(bytes, "x", &VerifyOptions::default());
        assert!(!verdict.holds);
        (verdict.findings[0].what, verdict.findings[0].says.as_str(Language::English).to_owned())
    };
    let (what, says) = first(b"plain text");
    assert_eq!(
        (what, says.contains("not a format that carries a seal")),
        (FindingKind::Unreadable, true)
    );
    let (_, says) = first(b"PK\x03\x04 is no workbook");
    assert!(says.contains("a Word draft is for circulation"), "{says}");
    let indented = [b"\n  ".as_slice(), &fixture.html].concat();
    let verdict = check_file(&indented, "x", &VerifyOptions::default());
    assert!(
        verdict
            .report
            .unwrap()
            .as_str(Language::English)
            .contains("(html, published, holds simulated records)")
    );
    // Only what stands at the very beginning makes a PDF.
    let (what, _) = first(&[b" ".as_slice(), &fixture.pdf].concat());
    assert_eq!(what, FindingKind::Unreadable);
}

#[test]
fn a_format_that_was_not_sealed_is_named() {
    let fixture = Fixture::new();
    let seal = extract_seal(&fixture.json).unwrap();
    let entry = seal.entry.replacen("\"format\":\"json\"", "\"format\":\"docx\"", 1);
    let mut file = fixture.json.clone();
    fill_place(&mut file, &Seal { entry, receipt: seal.receipt }).unwrap();
    let verdict = check_file(&file, "x", &VerifyOptions::default());
    let found = |word: &str| {
        verdict.findings.iter().any(|one| one.says.as_str(Language::English).contains(word))
    };
    assert!(found("the statement seals no file of the format json"));
    assert!(found("the statement is not entry 1 of the ledger"));
}

#[test]
fn a_damaged_seal_or_evidence_is_named() {
    let fixture = Fixture::new();
    let says = |file: &[u8], word: &str| {
        let verdict = check_file(file, "x", &VerifyOptions::default());
        let found =
            verdict.findings.iter().any(|one| one.says.as_str(Language::English).contains(word));
        assert!(found, "{word}: {:?}", verdict.findings);
    };
    let seal = extract_seal(&fixture.json).unwrap();
    let mut file = fixture.json.clone();
    fill_place(&mut file, &Seal { entry: "{}".to_owned(), receipt: seal.receipt.clone() }).unwrap();
    says(&file, "the statement in the seal is damaged");
    let other = seal.entry.replacen("\"pack\":\"example\"", "\"pack\":\"another\"", 1);
    fill_place(&mut file, &Seal { entry: other, receipt: seal.receipt }).unwrap();
    says(&file, "the evidence is of another pack than the statement");
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    says(
        text.replacen("trueline-evidence/v1", "trueline-evidence/v2", 1).as_bytes(),
        "not of the form",
    );
    says(text.replacen("\"evidence\":", "\"other\":", 1).as_bytes(), "there is no evidence in it");
    says(text.replacen("\"groups\":", "\"other\":", 1).as_bytes(), "the data of the report cannot");
    let page = String::from_utf8(fixture.html.clone()).unwrap();
    says(
        page.replacen("id=\"report\"", "id=\"other\"", 1).as_bytes(),
        "the data of the report cannot",
    );
    says(
        page.replacen("id=\"trueline-evidence\"", "id=\"o\"", 1).as_bytes(),
        "there is no evidence",
    );
}

#[test]
fn attachments_of_a_pdf_are_found_however_they_are_written() {
    let fixture = Fixture::new();
    let evidence = |pdf: &[u8]| extract_evidence(&[b"%PDF-1.7\n", pdf].concat()).is_some();
    let text = evidence_text(&fixture);
    let packed = attachment(3, text.as_bytes(), true);
    let plain = attachment(3, text.as_bytes(), false);
    assert!(evidence(&packed) && evidence(&plain));
    let replaced = |from: &str, to: &str| {
        let text = String::from_utf8(plain.clone()).unwrap();
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1).into_bytes()
    };
    // Line ends of both kinds; a length that is wrong, or too large.
    assert!(evidence(&replaced("stream\n{", "stream\r\n{")));
    assert!(evidence(&replaced("}\nendstream", "}\r\nendstream")));
    assert!(evidence(&replaced("/Length ", "/Length 9 %")));
    assert!(evidence(&replaced("/Length ", "/Length 99999")));
    assert!(evidence(&replaced("/Length ", "/Size ")));
    // What is no embedded file, or has no end, is none.
    assert!(!evidence(&replaced("/EmbeddedFile", "/XObject")));
    assert!(!evidence(&replaced("endstream", "end")));
    assert!(!evidence(&packed[..packed.len() - 40]));
    // The dictionary before belongs to another object.
    let other = [
        b"1 0 obj\n<< /Type /EmbeddedFile >>\nendobj\n".as_slice(),
        &replaced("/EmbeddedFile", "/XObject"),
    ]
    .concat();
    assert!(!evidence(&other));
    // A length may be shorter than the contents that hold the word.
    let with_word = text.replacen("waited", "endstream", 1);
    assert!(evidence(&attachment(3, with_word.as_bytes(), false)));
}

fn evidence_text(fixture: &Fixture) -> String {
    let text = String::from_utf8(fixture.json.clone()).unwrap();
    let from = text.find("\"evidence\":").unwrap() + "\"evidence\":".len();
    let to = text.find(",\"seal\":").unwrap();
    text[from..to].to_owned()
}

#[test]
fn a_pdf_that_was_written_again_still_tells_its_seal() {
    let fixture = Fixture::new();
    let place = digest_and_place(&fixture.json).unwrap().1;
    let data = extract_report(&fixture.json).unwrap();
    let parts = [
        b"%PDF-1.7\n".to_vec(),
        attachment(2, &data, true),
        attachment(3, evidence_text(&fixture).as_bytes(), true),
        attachment(4, place.as_bytes(), true),
    ];
    let verdict = check_file(&parts.concat(), "x", &VerifyOptions::default());
    assert!(verdict.sealed_as.is_some());
    assert_eq!(verdict.findings.len(), 1, "{:?}", verdict.findings);
    assert!(
        verdict.findings[0]
            .says
            .as_str(Language::English)
            .contains("the file is not the one that was sealed")
    );
    let says = "the text of the PDF's pages is sealed with the file";
    assert!(verdict.not_proved.iter().any(|one| one.as_str(Language::English).contains(says)));
}

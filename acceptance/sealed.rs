//! A sealed report from draft to publication, as its readers get it: files, ledger, records.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::instances::{HALF_YEAR, SEALED, SEALED_FORMATS};
use crate::program::{Folder, LATER, trueline};
use serde_json::Value;

fn verdict(arguments: &[&str], code: i32) -> Value {
    let mut run = trueline(&["verify", "--format", "json"]);
    let output = run.args(arguments).output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The first finding in English, and the figure that it names.
fn first(verdict: &Value) -> (String, Option<String>) {
    let finding = &verdict["findings"][0];
    let says = finding["says"]["en"].as_str().unwrap_or_default().to_owned();
    (says, finding["figure"].as_str().map(str::to_owned))
}

fn sealed_id(said: &str) -> String {
    let (_, rest) = said.split_once("sealed as draft ").expect(said);
    rest.split(',').next().unwrap().to_owned()
}

/// Seals what was imported before.
fn report(dir: &str, out: &[String], more: &[&str]) -> String {
    let mut run = trueline(&["--dir", dir, "report", "--period", "2020H1"]);
    run.at(LATER).args(["--out"]).args(out).args(more).done()
}

#[test]
fn every_format_verifies_and_a_changed_number_in_each_is_found() {
    let folder = Folder::new();
    let out = SEALED_FORMATS.map(|format| SEALED.path(&format!("report.{format}")));
    let ledger = SEALED.path("instance/ledger");
    for path in &out {
        let holds = verdict(&[path, "--ledger", &ledger], 0);
        assert_eq!(holds["holds"], true, "{path}");
        assert!(holds["not_proved"].as_array().unwrap().len() > 3, "{path}");
    }
    // A figure of the page: the printed one beside its title.
    let page = fs::read_to_string(&out[1]).unwrap();
    let (before, row) = page.split_once("<tr data-figure=\"fixed.repair.mean").unwrap();
    let (value, after) = ("7.41", row);
    let changed =
        format!("{before}<tr data-figure=\"fixed.repair.mean{}", after.replacen(value, "6.41", 1));
    let path = folder.path("changed.html");
    fs::write(&path, changed).unwrap();
    let (says, figure) = first(&verdict(&[&path], 1));
    assert!(figure.is_some_and(|figure| figure.starts_with("fixed.repair.mean")), "{says}");
    // A word that stands for no figure.
    let words = page.replacen("A seal proves", "A seal attests", 1);
    assert_ne!(words, page);
    fs::write(&path, words).unwrap();
    let (says, _) = first(&verdict(&[&path], 1));
    assert!(
        says.starts_with("the page says “attests”, the report attached to it “proves”"),
        "{says}"
    );
    // The data of the report.
    let text = fs::read_to_string(&out[2]).unwrap();
    let path = folder.path("changed.json");
    fs::write(&path, text.replacen("\"printed\": \"7.41\"", "\"printed\": \"6.41\"", 1)).unwrap();
    let (says, figure) = first(&verdict(&[&path], 1));
    assert!(figure.is_some_and(|figure| figure.starts_with("fixed.repair.mean")), "{says}");
    // A row of a chart.
    let report: Value = serde_json::from_str(&text).unwrap();
    let charts = report["charts"].as_array().unwrap();
    let chart = charts.iter().find(|chart| chart["id"] == "regions.fixed.repair").unwrap();
    let row = &chart["body"]["rows"][0];
    let (code, n) = (row["code"].as_str().unwrap(), row["n"].as_u64().unwrap());
    let (before, after) = text.split_once("\"regions.fixed.repair\"").unwrap();
    let after = after.replacen(&format!("\"n\": {n}"), &format!("\"n\": {}", n + 1), 1);
    fs::write(&path, format!("{before}\"regions.fixed.repair\"{after}")).unwrap();
    let (says, figure) = first(&verdict(&[&path], 1));
    let name = format!("fixed.repair.mean[prefecture={code}] (2020H1)");
    assert_eq!(figure, Some(name), "{says}");
    assert!(says.ends_with("(in chart)"), "{says}");
    // How late the records were committed to.
    let report: Value = serde_json::from_str(&text).unwrap();
    let median = report["lags"][0]["median"].as_i64().expect("seconds");
    let changed = text.replacen(&format!("\"median\": {median}"), "\"median\": 3600", 1);
    fs::write(&path, changed).unwrap();
    let (says, figure) = first(&verdict(&[&path], 1));
    assert_eq!(figure.as_deref(), Some("case 2020H1 lag"), "{says}");
    // One byte of a page of the PDF.
    let mut bytes = fs::read(&out[0]).unwrap();
    let at = bytes.windows(6).position(|part| part == b"stream").unwrap() + 200;
    bytes[at] ^= 1;
    let path = folder.path("changed.pdf");
    fs::write(&path, bytes).unwrap();
    let says = verdict(&[&path], 1);
    assert_eq!(says["findings"][0]["what"], "rendering", "{says}");
}

#[test]
fn a_published_report_is_not_replaced_but_restated_with_a_reason() {
    let (folder, dir) = HALF_YEAR.copy();
    let names = ["--prepared-by", "A. Wang", "--reviewed-by", "B. Li", "--signed-by", "C. Zhang"];
    let publish = |id: &str| {
        let mut run = trueline(&["--dir", &dir, "publish", id]);
        run.args(names);
        run
    };
    let draft = sealed_id(&report(&dir, &[folder.path("a.json")], &[]));
    let said = publish(&draft).done();
    let first_id = said.split("published as ").nth(1).unwrap()[..12].to_owned();
    let published = PathBuf::from(&dir).join("published").join(format!("2020H1-{first_id}"));
    let path = published.join("report.en.json").display().to_string();
    let whole: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(whole["filing"]["signed_by"], "C. Zhang");
    verdict(&[&path, "--data", &dir], 0);
    // Records that come later need a restatement; the first report still verifies at its own cut.
    let later = folder.path("later");
    trueline(&["simulate", "--out", &later, "--period", "2020H1", "--cases", "1000"])
        .args(["--seed", "5"])
        .done();
    trueline(&["--dir", &dir, "import", "--from", &later]).at(LATER).done();
    let draft = sealed_id(&report(&dir, &[folder.path("b.json")], &[]));
    let refused = publish(&draft).fails(2);
    assert!(refused.contains(&first_id) && refused.contains("--restates"), "{refused}");
    let why = ["--restates", &first_id, "--reason", "orders that were reported late"];
    let draft = sealed_id(&report(&dir, &[folder.path("c.json")], &why));
    let said = publish(&draft).done();
    assert!(said.contains("figures differ"), "{said}");
    let first_still = verdict(&[&path, "--data", &dir], 0);
    assert_eq!(first_still["holds"], true);
    let text = fs::read_to_string(folder.path("c.json")).unwrap();
    assert!(text.contains("orders that were reported late"));
}

#[test]
fn what_is_handed_over_verifies_alone_and_holds_no_key_and_no_name_of_a_source() {
    let (folder, dir) = SEALED.copy();
    let path = SEALED.path("report.html");
    let out = folder.path("handed-over");
    trueline(&["--dir", &dir, "export", "--for-verification", &out]).done();
    let seen = verdict(&[&path, "--data", &out], 0);
    let proved = seen["proved"].to_string();
    assert!(proved.contains("worked out again from the records"), "{proved}");
    let mut files = Vec::new();
    walk(Path::new(&out), &mut files);
    for file in &files {
        let name = file.display().to_string();
        assert!(file.extension().is_none_or(|ending| ending != "key"), "{name}");
        assert!(!name.contains("quarantine"), "{name}");
        let bytes = fs::read(file).unwrap();
        for secret in [b"PRIVATE+KEY".as_slice(), b"simulated-case-2020H1"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{name}");
        }
    }
    trueline(&["--dir", &dir, "export", "--for-verification", &out]).fails(2);
    // One salt changed: its row is no longer the one that was committed to.
    let salts = files.iter().find(|file| file.ends_with("case/000001.salts")).unwrap();
    let mut bytes = fs::read(salts).unwrap();
    bytes[16 * 5] ^= 1;
    fs::write(salts, bytes).unwrap();
    let (says, _) = first(&verdict(&[&path, "--data", &out], 1));
    assert!(says.starts_with("row 5 "), "{says}");
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

#[test]
fn a_case_is_proved_with_how_it_was_counted_and_a_missing_one_by_its_neighbours() {
    let (folder, dir) = SEALED.copy();
    let list = trueline(&["--dir", &dir, "cases", "--indicator", "fixed.repair"])
        .args(["--period", "2020H1", "--limit", "1", "--format", "json"])
        .done();
    let list: Value = serde_json::from_str(&list).unwrap();
    let case = list[0]["case"].as_str().unwrap().to_owned();
    let proof = folder.path("case.tlog-proof");
    let said = trueline(&["--dir", &dir, "ledger", "prove", &case, "--out", &proof]).done();
    assert!(said.contains("fixed.repair: "), "{said}");
    let bytes = fs::read(&proof).unwrap();
    let checked = trueline_verify::check_case(&bytes, None, &[]).unwrap();
    assert!(matches!(checked.found, trueline_verify::CaseFound::Counted { row: Some(_), .. }));
    let missing = format!("{case}-never");
    trueline(&["--dir", &dir, "ledger", "prove", &missing, "--out", &proof]).done();
    let bytes = fs::read(&proof).unwrap();
    let checked = trueline_verify::check_case(&bytes, None, &[]).unwrap();
    let trueline_verify::CaseFound::NotThere { before, after } = checked.found else {
        panic!("{checked:?}");
    };
    let asked: Vec<String> = missing.split('/').map(str::to_owned).collect();
    assert!(before.is_none_or(|before| before < asked) && after.is_none_or(|after| after > asked));
}

#[test]
fn an_import_without_the_ledger_s_key_says_what_to_do_and_loses_nothing() {
    let (folder, dir) = HALF_YEAR.copy();
    let moved = folder.path("elsewhere");
    fs::rename(format!("{dir}-keys"), &moved).unwrap();
    let later = folder.path("later");
    trueline(&["simulate", "--out", &later, "--period", "2020H1", "--cases", "1000"])
        .args(["--seed", "5"])
        .done();
    let said = trueline(&["--dir", &dir, "import", "--from", &later]).fails(2);
    for word in ["ledger.key", "--keys", "imported", "ledger commit"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let size = || {
        let checkpoint = fs::read_to_string(format!("{dir}/ledger/checkpoint")).unwrap();
        checkpoint.lines().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = size();
    trueline(&["--dir", &dir, "--keys", &moved, "ledger", "commit"]).done();
    // A batch for each of three files of cases, for counts, billing tests and sites.
    assert_eq!(size(), before + 6);
}

/// The cases of a sheet, in the order in which they were drawn.
fn drawn(sheet: &str) -> Vec<String> {
    let lines = sheet.lines().skip(1);
    lines.map(|line| line.split(',').nth(2).unwrap().to_owned()).collect()
}

#[test]
fn a_spot_check_draws_what_nobody_could_choose_and_says_what_the_answers_support() {
    let folder = Folder::new();
    let (dir, path) = (SEALED.dir(), SEALED.path("report.json"));
    let out = folder.path("spot");
    let spot = |value: &str| {
        let mut run = trueline(&["spot-check", &path, "--data", &dir, "--value", value]);
        run.args(["--cases", "12", "--figure", "fixed.repair.mean"]);
        run
    };
    let said = spot("3911.52").args(["--out", &out]).done();
    assert!(said.contains("the error rate is at most 23%, with 95% confidence"), "{said}");
    let sheet = fs::read_to_string(format!("{out}/sheet.csv")).unwrap();
    let cases = drawn(&sheet);
    assert_eq!(cases.len(), 12);
    assert!(sheet.lines().skip(1).all(|line| line.contains("fixed.repair: ")), "{sheet}");
    // The same value draws the same cases, another value others.
    let again = folder.path("again");
    spot("3911.52").args(["--out", &again]).done();
    assert_eq!(fs::read_to_string(format!("{again}/sheet.csv")).unwrap(), sheet);
    spot("3911.53").args(["--out", &again]).done();
    assert_ne!(drawn(&fs::read_to_string(format!("{again}/sheet.csv")).unwrap()), cases);
    // Each proof holds by itself, and no longer once a byte of the record has changed.
    let proof = format!("{out}/001.tlog-proof");
    let says = verdict(&[&proof], 0);
    let record = says["proved"].to_string();
    let key = cases[0].split('/').nth(1).unwrap();
    assert!(record.contains(&format!("source_key={key}")), "{record}");
    let text = fs::read_to_string(&proof).unwrap();
    let at = text.find("extra ").unwrap() + 2000;
    let changed = if &text[at..=at] == "A" { "B" } else { "A" };
    fs::write(&proof, format!("{}{changed}{}", &text[..at], &text[at + 1..])).unwrap();
    assert_eq!(verdict(&[&proof], 1)["holds"], false);
    // What was found in the field: all, all but one without an answer, one wrong.
    let answered = folder.path("answered.csv");
    let answer = |answer: &dyn Fn(usize) -> &'static str| {
        let mut text = String::from("case,found as recorded (yes/no)\n");
        for (at, case) in cases.iter().enumerate() {
            text.push_str(&format!("{case},{}\n", answer(at)));
        }
        fs::write(&answered, text).unwrap();
        let mut run = spot("3911.52");
        run.args(["--answers", &answered]);
        run
    };
    let said = answer(&|_| "yes").done();
    assert!(said.contains("12 cases: 0 not as recorded, 0 without an answer"), "{said}");
    assert!(said.contains("at most 23%"), "{said}");
    let said = answer(&|at| if at == 3 { "" } else { "是" }).fails(1);
    assert!(said.contains("1 cases could not be confirmed"), "{said}");
    answer(&|at| if at == 5 { "no" } else { "yes" }).fails(1);
    let said = answer(&|_| "perhaps").fails(2);
    assert!(said.contains("line 2: `perhaps` is neither yes nor no"), "{said}");
    fs::write(&answered, "case,found as recorded (yes/no)\nbss/chosen,yes\n").unwrap();
    let said = spot("3911.52").args(["--answers", &answered]).fails(1);
    assert!(said.contains("cases that were not drawn: bss/chosen"), "{said}");
    let said = trueline(&["spot-check", &path, "--data", &dir, "--value", "1"])
        .args(["--figure", "no.such"])
        .fails(2);
    assert!(said.contains("fixed.repair.mean"), "{said}");
}

/// Serves a folder as any web server would; returns its address.
struct Server(std::process::Child, String);

impl Server {
    fn start(folder: &str) -> Server {
        let mut process = std::process::Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("./test installs it");
        let mut line = String::new();
        let output = process.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
        let address = line.split(['(', ')']).nth(1).expect("where it serves").to_owned();
        Server(process, address.trim_end_matches('/').to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_report_and_its_ledger_are_fetched_from_any_web_server_and_checked_here() {
    let (folder, dir) = SEALED.copy();
    fs::copy(SEALED.path("report.json"), format!("{dir}/r.json")).unwrap();
    let server = Server::start(&dir);
    let (url, into) = (&server.1, folder.path("fetched"));
    let (file, ledger) = (format!("{url}/r.json"), format!("{url}/ledger"));
    let asked = [file.as_str(), "--ledger", &ledger, "--into", &into];
    let says = verdict(&asked, 0);
    assert!(says["proved"].to_string().contains("begins with the whole history"), "{says}");
    assert!(Path::new(&into).join("ledger/tile/entries").is_dir());
    // What comes over the wire is believed no more than a file.
    let text = fs::read_to_string(format!("{dir}/r.json")).unwrap();
    let changed = text.replacen("\"printed\": \"7.41\"", "\"printed\": \"6.41\"", 1);
    fs::write(format!("{dir}/r.json"), changed).unwrap();
    assert_eq!(verdict(&asked, 1)["holds"], false);
    let said = trueline(&["verify", &format!("{url}/none.pdf"), "--into", &into]).fails(2);
    assert!(said.contains("there is nothing at"), "{said}");
    let said = trueline(&["verify", "https://127.0.0.1/r.pdf", "--into", &into]).fails(2);
    assert!(said.contains("save the file with a browser first"), "{said}");
    drop(server);
    let said = trueline(&["verify", &file, "--into", &into]).fails(2);
    assert!(said.contains("cannot be fetched: not reachable"), "{said}");
}

/// The character of each glyph of a font, as the PDF itself says for whoever copies text.
fn characters(document: &lopdf::Document, font: &lopdf::Dictionary) -> BTreeMap<[u8; 2], char> {
    let map = font.get(b"ToUnicode").and_then(|entry| document.dereference(entry)).unwrap().1;
    let text = map.as_stream().unwrap().decompressed_content().unwrap();
    let text = String::from_utf8(text).unwrap();
    let pair = |line: &str| {
        let (glyph, character) = line.strip_prefix('<')?.split_once("> <")?;
        let glyph = u16::from_str_radix(glyph, 16).ok()?;
        let character = u32::from_str_radix(character.strip_suffix('>')?, 16).ok()?;
        Some((glyph.to_be_bytes(), char::from_u32(character)?))
    };
    text.lines().filter_map(|line| pair(line.trim())).collect()
}

/// Writes another digit where a page first says this, as anybody with a PDF editor could.
fn retouch(pdf: &[u8], says: &str, digit: char) -> (u32, Vec<u8>) {
    let mut document = lopdf::Document::load_mem(pdf).unwrap();
    for (number, page) in document.get_pages() {
        let fonts: BTreeMap<Vec<u8>, BTreeMap<[u8; 2], char>> = document
            .get_page_fonts(page)
            .unwrap()
            .into_iter()
            .map(|(name, font)| (name, characters(&document, font)))
            .collect();
        let content = document.get_page_content(page);
        let mut content = lopdf::content::Content::decode(&content).unwrap();
        let mut font = &BTreeMap::new();
        for operation in &mut content.operations {
            if operation.operator == "Tf" {
                font = &fonts[operation.operands[0].as_name().unwrap()];
            }
            let Some(lopdf::Object::Array(runs)) = operation.operands.first_mut() else { continue };
            let glyphs: Vec<u8> =
                runs.iter().filter_map(|run| run.as_str().ok()).flatten().copied().collect();
            let text: String = glyphs.chunks_exact(2).filter_map(|glyph| font.get(glyph)).collect();
            let other = font.iter().find(|(_, character)| **character == digit);
            if let (true, Some((glyph, _))) = (text == says, other) {
                let first = runs.iter_mut().find_map(|run| run.as_str_mut().ok()).unwrap();
                first[..2].copy_from_slice(glyph);
                let encoded = content.encode().unwrap();
                document.change_page_content(page, encoded).unwrap();
                let mut out = Vec::new();
                document.save_to(&mut out).unwrap();
                return (number, out);
            }
        }
    }
    panic!("no page says {says}");
}

#[test]
fn a_number_retouched_on_a_page_of_the_pdf_is_named_with_its_page_and_figure() {
    let folder = Folder::new();
    let path = folder.path("r.pdf");
    let sealed = fs::read(SEALED.path("report.pdf")).unwrap();
    // What an editor only saves again says the same: the bytes differ, no page does.
    let mut same = Vec::new();
    lopdf::Document::load_mem(&sealed).unwrap().save_to(&mut same).unwrap();
    fs::write(&path, same).unwrap();
    let says = verdict(&[&path], 1);
    assert!(!says["findings"].to_string().contains("page "), "{says}");
    let (page, changed) = retouch(&sealed, "7.41", '6');
    fs::write(&path, changed).unwrap();
    let (says, figure) = first(&verdict(&[&path], 1));
    let expected = format!("page {page} says “6.41”, the report attached to it “7.41”");
    assert_eq!(says, expected);
    assert_eq!(figure.as_deref(), Some("fixed.repair.mean[area=urban] (2020H1)"), "{says}");
}

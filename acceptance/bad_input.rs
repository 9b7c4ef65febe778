//! Bad input of every kind: a clear error, exit code 2, and an instance that is as it was.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use crate::instances::Made;
use crate::program::{Folder, trueline};

const MAPPING: &str = r#"
[mapping]
dataset = "case"

[columns.source]
value = "t"

[columns.source_key]
from = "id"

[columns.kind]
value = "repair"

[columns.accepted]
from = "opened"
optional = true

[extras.x_note]
kind = "text"
from = "note"
optional = true
"#;

/// An instance with one good case in it, and a mapping.
struct Ready {
    folder: Folder,
    dir: String,
    mapping: String,
}

static ONE_CASE: LazyLock<Made> = LazyLock::new(|| {
    let made = Made::new();
    let (mapping, good) = (made.path("mapping.toml"), made.path("good.csv"));
    fs::write(&mapping, MAPPING).expect("written");
    fs::write(&good, "id,opened,note\n1,2020-01-02 10:00:00,good\n").expect("written");
    trueline(&["--dir", &made.dir(), "import", "case", &good, "--mapping", &mapping]).done();
    made
});

fn ready() -> Ready {
    let (folder, dir) = ONE_CASE.copy();
    let mapping = folder.path("mapping.toml");
    fs::write(&mapping, MAPPING).expect("written");
    Ready { folder, dir, mapping }
}

/// A register as branches keep it: a title, a header of two rows with merged cells, and a column of
/// dates that somebody typed in any form.
fn register(dates: &[&str]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let plain = rust_xlsxwriter::Format::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "障碍登记表").expect("a title");
    sheet.merge_range(1, 0, 2, 0, "工单编号", &plain).expect("a header");
    sheet.merge_range(1, 1, 1, 2, "受理", &plain).expect("a header");
    sheet.write(2, 1, "时间").expect("a header");
    sheet.write(2, 2, "渠道").expect("a header");
    for (row, date) in (3..).zip(dates) {
        sheet.write(row, 0, format!("G{row}")).expect("a cell");
        match date.parse::<f64>() {
            Ok(number) => sheet.write(row, 1, number).expect("a cell"),
            Err(_) => sheet.write(row, 1, *date).expect("a cell"),
        };
        sheet.write(row, 2, if row % 2 == 0 { "NULL" } else { "营业厅" }).expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

const REGISTER: &str = r#"
[mapping]
dataset = "case"
[columns.source]
value = "登记表"
[columns.source_key]
from = "工单编号"
[columns.kind]
value = "repair"
[columns.accepted]
from = "受理/时间"
[columns.channel]
from = "受理/渠道"
"#;

/// Every file of an instance with its bytes.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(&path).expect("readable"));
        }
    }
    found
}

impl Ready {
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    /// The import of a file must fail with 2, name the file by its base name only, say something of
    /// the cause, and leave nothing behind.
    fn refuses(&self, name: &str, bytes: &[u8], says: &str) {
        let path = self.file(name, bytes);
        let before = content(Path::new(&self.dir));
        let said =
            trueline(&["--dir", &self.dir, "import", "case", &path, "--mapping", &self.mapping])
                .fails(2);
        assert!(said.contains(name), "{said} names {name}");
        assert!(said.contains(says), "{said} says {says}");
        assert!(!said.contains("panicked"), "{said}");
        assert_eq!(content(Path::new(&self.dir)), before, "{name} left something behind");
    }

    fn refuses_mapping(&self, text: &str, says: &str) {
        let mapping = self.file("hostile.toml", text.as_bytes());
        let good = self.file("good2.csv", b"id,opened,note\n2,2020-01-02 10:00:00,x\n");
        let before = content(Path::new(&self.dir));
        let said = trueline(&["--dir", &self.dir, "import", "case", &good, "--mapping", &mapping])
            .fails(2);
        assert!(said.contains("hostile.toml"), "{said}");
        assert!(said.contains(says), "{said} says {says}");
        assert_eq!(content(Path::new(&self.dir)), before);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).expect("in memory");
    packed.finish().expect("in memory")
}

/// A table of so many rows of noise, which hardly compresses.
fn table(rows: u64) -> Vec<u8> {
    let mut csv = String::from("id,opened,note\n");
    let mut noise = 1_u64;
    for row in 0..rows {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        csv += &format!("{row},2020-01-02 10:00:00,{noise:x}\n");
    }
    csv.into_bytes()
}

#[test]
fn a_gzip_cut_short_is_refused_whole() {
    let packed = gzip(&table(20_000));
    ready().refuses("cut.csv.gz", &packed[..packed.len() / 2], "cut short or damaged");
}

#[test]
fn damaged_gzip_is_refused_whole() {
    let mut packed = gzip(&table(20_000));
    let middle = packed.len() / 2;
    packed[middle..middle + 64].fill(0xff);
    ready().refuses("damaged.csv.gz", &packed, "damaged");
}

#[test]
fn a_quote_left_open_is_refused_with_its_line() {
    let csv = b"id,opened,note\n1,2020-01-02 10:00:00,\"never closed\n2,x,y\n";
    ready().refuses("open.csv", csv, "line 2");
}

#[test]
fn text_in_another_encoding_than_the_mapping_says_is_refused() {
    let ready = ready();
    let mapping = MAPPING.replace("[mapping]", "[mapping]\nencoding = \"utf-8\"");
    fs::write(&ready.mapping, mapping).expect("written");
    let mut csv = String::from("id,opened,note\n");
    for row in 0..200 {
        csv += &format!("单{row},2020-01-02 10:00:00,障碍修复工单\n");
    }
    let (bytes, _, _) = encoding_rs::GB18030.encode(&csv);
    ready.refuses("gb.csv", &bytes, "UTF-8");
}

#[test]
fn an_empty_file_is_refused() {
    ready().refuses("empty.csv", b"", "empty.csv");
}

#[test]
fn a_cell_of_ten_megabytes_is_a_cell() {
    let ready = ready();
    let mut csv = b"id,opened,note\n9,2020-01-02 10:00:00,".to_vec();
    csv.resize(csv.len() + 10_000_000, b'x');
    csv.push(b'\n');
    let path = ready.file("wide.csv", &csv);
    let done = trueline(&["--dir", &ready.dir, "import", "case", &path])
        .args(["--mapping", &ready.mapping, "--format", "json"])
        .done();
    assert!(done.contains("\"accepted\": 1"), "{done}");
}

#[test]
fn json_nested_without_end_is_refused() {
    let mut json = b"{\"id\": \"1\", \"opened\": ".to_vec();
    json.extend(std::iter::repeat_n(b'[', 200_000));
    json.extend(std::iter::repeat_n(b']', 200_000));
    json.push(b'}');
    ready().refuses("deep.json", &json, "deep.json");
}

#[test]
fn json_cut_short_is_refused() {
    ready().refuses("cut.json", b"{\"id\": \"1\"}\n{\"id\": \"2\", \"op", "cut short");
}

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SHEETS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook whose only sheet unpacks to so many megabytes of blanks.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\">\
                 <Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{SHEETS}\" xmlns:r=\"{OFFICE}\"><sheets>\
                 <sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
    ];
    for (name, text) in parts {
        zip.start_file(name, options).expect("in memory");
        zip.write_all(text.as_bytes()).expect("in memory");
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).expect("in memory");
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..megabytes {
        zip.write_all(&blanks).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

#[test]
fn a_workbook_that_unpacks_without_end_is_refused() {
    let packed = bomb(1_100);
    assert!(packed.len() < 16 << 20, "a bomb is small: {}", packed.len());
    ready().refuses("bomb.xlsx", &packed, "bomb.xlsx");
}

#[test]
fn a_workbook_cut_short_is_refused() {
    let packed = bomb(1);
    ready().refuses("cut.xlsx", &packed[..packed.len() / 2], "cut.xlsx");
}

#[test]
fn hostile_mappings_are_refused_with_file_and_line() {
    let ready = ready();
    let deep = format!("[mapping]\ndataset = {}", "[".repeat(100_000));
    ready.refuses_mapping(&deep, "line");
    let parentheses = format!("{}true{}", "(".repeat(50_000), ")".repeat(50_000));
    let expression =
        MAPPING.replace("value = \"repair\"", &format!("expr = 'if({parentheses}, \"a\", \"b\")'"));
    ready.refuses_mapping(&expression, "expr");
    ready.refuses_mapping(&MAPPING.replace("[columns.kind]", "[columns.knd]"), "kind");
    ready.refuses_mapping(&MAPPING.replace("from = \"id\"", "from = \"ID no\""), "ID no");
    ready.refuses_mapping("\u{0}\u{1}\u{2}", "line 1");
}

#[test]
fn packs_that_inherit_in_a_circle_are_refused() {
    let folder = Folder::new();
    let text = |id: &str, parent: &str| {
        format!(
            "[pack]\nid = \"{id}\"\nversion = \"1\"\ntitle = \"{id}\"\ninherits = \"{parent}\"\n"
        )
    };
    for (id, parent) in [("one", "two"), ("two", "three"), ("three", "one")] {
        fs::write(folder.path(&format!("{id}.toml")), text(id, parent)).expect("written");
    }
    let said = trueline(&["pack", "check", &folder.path("one.toml")]).fails(2);
    assert!(said.contains("circle"), "{said}");
    assert!(said.contains("one.toml") || said.contains("three.toml"), "{said}");
}

#[test]
fn random_bytes_are_refused_or_quarantined_and_never_crash() {
    let ready = ready();
    let mut noise = 7_u64;
    for round in 0..6 {
        let bytes: Vec<u8> = (0..5_000)
            .map(|_| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (noise >> 56) as u8
            })
            .collect();
        let path = ready.file(&format!("noise{round}.csv"), &bytes);
        let output =
            trueline(&["--dir", &ready.dir, "import", "case", &path, "--mapping", &ready.mapping])
                .output();
        let code = output.status.code();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(code, Some(0 | 2)), "round {round}: {code:?}\n{said}");
    }
}

#[test]
fn a_clerk_mends_a_register_in_either_language() {
    let words = [
        (
            "zh",
            ["受理/时间：分不清日与月", "日期序号", "day_first", "无值代码", "改好后可再次导入"],
            ["第 7 行，受理/时间 = 2020-13-01：不是有效的日期或时间", "即 2020-01-31"],
        ),
        (
            "en",
            [
                "day and month cannot",
                "number of a day",
                "day_first",
                "code for no value",
                "to mend",
            ],
            ["line 7, 受理/时间 = 2020-13-01: no such date or time", "a day, 2020-01-31"],
        ),
    ];
    for (language, screen, file) in words {
        let ready = ready();
        let mapping = ready.file("register.toml", REGISTER.as_bytes());
        let dates = ["2020-01-30 08:00", "43861.5", "3/4/2020", "2020-13-01", "2020年2月1日"];
        let path = ready.file("register.xlsx", &register(&dates));
        let import = |path: &str| {
            trueline(&["--dir", &ready.dir, "import", "case", path, "--mapping", &mapping])
                .env("TRUELINE_LANG", language)
                .done()
        };
        let said = import(&path);
        for words in screen {
            assert!(said.contains(words), "{said} says {words}");
        }
        let folder = Path::new(&ready.dir).join("quarantine/case");
        let mut found = content(&folder).into_values();
        let told = String::from_utf8(found.next().expect("a quarantine file")).expect("UTF-8");
        for words in file {
            assert!(told.contains(words), "{told} says {words}");
        }
        let mended = told
            .replace("G4,43861.5", "G4,2020-01-31 12:00")
            .replace("G5,3/4/2020", "G5,2020-04-03")
            .replace("G6,2020-13-01", "G6,2020-12-01");
        let said = import(&ready.file("mended.csv", mended.as_bytes()));
        let row = said.lines().find(|line| line.starts_with("case")).expect("a row");
        let counts: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(counts[2..5], ["3", "3", "0"], "{said}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let ready = ready();
    let cases = "cases --indicator broadband.repair --period 2020H1";
    let dir = &ready.dir;
    for words in ["mapping list", "pack show cn-miit", &format!("--dir {dir} {cases}")] {
        let mut program = trueline(&words.split(' ').collect::<Vec<_>>());
        let program = program.command().stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = program.spawn().expect("the program starts");
        drop(running.stdout.take());
        let output = running.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words}: {said}");
        assert!(!said.contains("panicked"), "{words}: {said}");
    }
}

#[test]
fn a_wrong_request_says_where_and_what_to_do() {
    let ready = ready();
    let dir = ready.dir.as_str();
    let check = |words: &[&str], expected: &[&str]| {
        let said = trueline(&["--dir", dir]).args(words).fails(2);
        for text in expected {
            assert!(said.contains(text), "{words:?}: `{text}` is not in {said}");
        }
    };
    let report = ["report", "--period", "2020H1", "--out"];
    let absent = ready.folder.path("absent/report.json");
    check(&[&report[..], &[&absent]].concat(), &["cannot write", "absent", "mkdir -p"]);
    check(&[&report[..], &["report.txt"]].concat(), &["report.txt", ".pdf"]);
    check(&["indicators", "--period", "2020H3"], &["`2020H3` is no period", "2020H1"]);
    check(&["indicators", "--period", "2020H1", "--pack", "cn-mit"], &["did you mean `cn-miit`?"]);
    check(&["serve", "--period", "2020H1", "--listen", "nowhere"], &["nowhere", "--listen"]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it has an address").to_string();
    check(&["serve", "--period", "2020H1", "--listen", &address], &[&address, "127.0.0.1:0"]);
}

#[test]
fn a_period_without_records_is_pointed_out() {
    let ready = ready();
    let output =
        trueline(&["--dir", &ready.dir, "indicators", "--period", "2031H1", "--format", "json"])
            .output();
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no record of 2031H1"), "{said}");
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON alone");
    assert!(rows.is_array());
}

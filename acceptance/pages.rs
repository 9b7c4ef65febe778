//! The pages in a real browser: what a person does there, and what must hold on every page.
//!
//! A simulated half year is served to all tests of this file; instances of other kinds are made
//! where a test is about them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::LazyLock;

use crate::browser::Browser;
use crate::instances::HALF_YEAR;
use crate::program::{Folder, Tethered, trueline};
use serde_json::Value;

/// The program, serving an instance until this is dropped.
struct Server {
    _process: Tethered,
    /// `http://127.0.0.1:…`
    root: String,
    _folder: Option<Folder>,
}

impl Server {
    fn start(folder: Option<Folder>, dir: &str) -> Server {
        let mut program = trueline(&["--dir", dir, "serve", "--period", "2020H1"]);
        program.args(["--listen", "127.0.0.1:0"]);
        let mut process = program.tethered();
        let mut line = String::new();
        BufReader::new(process.output()).read_line(&mut line).expect("it says where it serves");
        let address = line.split_whitespace().find(|word| word.starts_with("http://"));
        let root = address.and_then(|address| address.split("/?").next()).map(str::to_owned);
        let root = root.unwrap_or_else(|| panic!("no address in `{line}`"));
        Server { _process: process, root, _folder: folder }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// An answer as it comes over the wire: head and body.
    fn raw(&self, path: &str) -> (String, String) {
        let host = self.root.strip_prefix("http://").expect("our own form");
        let mut stream = TcpStream::connect(host).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head.to_owned(), body.to_owned())
    }
}

/// A simulated half year.
static SIMULATED: LazyLock<Server> = LazyLock::new(|| Server::start(None, &HALF_YEAR.dir()));

const MAPPING: &str = r#"
[mapping]
dataset = "case"
[columns.source]
value = "provincial-integrated-fault-management-platform"
[columns.source_key]
from = "id"
[columns.kind]
value = "repair"
[columns.service]
value = "broadband"
[columns.region]
from = "region"
[columns.cause]
from = "cause"
[columns.excluded]
from = "excluded"
optional = true
[columns.accepted]
from = "opened"
[columns.resolved]
from = "done"
[[intervals]]
kind = "paused"
from = { from = "from" }
to = { from = "to" }
reason = { from = "why" }
"#;

/// Names as long as some systems give, a late case, an excluded one, a pause.
static LONG_NAMES: LazyLock<Server> = LazyLock::new(|| {
    let folder = Folder::new();
    let long = "Z".repeat(60);
    let region = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch";
    let csv = format!(
        "id,region,cause,excluded,opened,done,from,to,why\n\
         GZ-{long}-1,{region},光缆被第三方施工挖断,,2020-03-02 08:00:00,2020-03-09 08:00:00,,,\n\
         GZ-{long}-2,141182,cable,不可抗力,2020-03-02 08:00:00,2020-03-20 08:00:00,,,\n\
         GZ-{long}-3,141182,cable,,2020-03-02 08:00:00,2020-03-02 12:00:00,\
         2020-03-02 09:00:00,2020-03-02 10:00:00,用户原因\n"
    );
    let (file, mapping) = (folder.path("long.csv"), folder.path("long.toml"));
    fs::write(&file, csv).expect("written");
    fs::write(&mapping, MAPPING).expect("written");
    let dir = folder.path("instance");
    trueline(&["--dir", &dir, "import", "case", &file, "--mapping", &mapping, "--strict"]).done();
    Server::start(Some(folder), &dir)
});

const REPAIRS: &str = "indicator=broadband.repair";

#[test]
fn a_manager_gets_from_a_figure_to_the_clock_of_one_case_and_back() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.width(1280);
    assert_eq!(page.open(&server.at("/?lang=en")).status, 200);
    let seen = page.words();
    assert!(seen.contains("provisional") && seen.contains("Simulated"), "{seen}");

    page.follow("a[href*='/figures'][href*='broadband.repair']");
    let months = "form.ask input[name=by][value=month]";
    assert_eq!(page.js("document.querySelector('input[value=prefecture]').checked"), true);
    page.click(months);
    assert_eq!(page.follow("form.ask button").status, 200);
    assert_eq!(page.js(&format!("document.querySelector({months:?}).checked")), true);
    let across = page.js("document.querySelectorAll('table.cross thead th').length");
    assert_eq!(across, 8, "a corner, six months and the whole");
    let first = "table.cross tbody tr:first-child td:nth-of-type(2) a";
    let address = page.text(&format!("document.querySelector({first:?}).href"));
    assert!(
        address.contains("prefecture=140100") && address.contains("month=2020-02"),
        "{address}"
    );

    page.follow(first);
    let chips = page.js("[...document.querySelectorAll('.chip')].map(chip => chip.innerText)");
    let chips = chips.to_string();
    assert!(chips.contains("Taiyuan") && chips.contains("2020-02"), "{chips}");
    let listed = page.js("document.querySelectorAll('table.cases tbody tr').length");
    let counted = page.js("document.querySelectorAll('table.cases tbody tr:not(.out)').length");
    assert!(counted.as_u64() > Some(0) && counted.as_u64() <= listed.as_u64());

    let id = page.text("document.querySelector('table.cases a.id').innerText");
    page.follow("table.cases a.id");
    assert_eq!(page.text("document.querySelector('h1').innerText"), id);
    let seen = page.words();
    assert!(seen.contains("Accepted") && seen.contains("Elapsed"), "{seen}");
    assert_eq!(page.js("document.querySelectorAll('svg.axis line.due').length"), 1);
    page.follow(".back a");
    assert!(page.address().contains("prefecture=140100"), "{}", page.address());
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_cell_counts_as_many_cases_as_it_opens() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.open(&server.at(&format!("/figures?lang=en&{REPAIRS}&by=area&by=month")));
    let rows = page.js("(() => { const table = document.querySelector('table:not(.cross)');
           const heads = [...table.querySelectorAll('thead th')];
           const at = heads.findIndex(head => head.innerText == 'Cases');
           return [...table.querySelectorAll('tbody tr:not(.total)')].map(row => {
             const link = row.children[at].querySelector('a');
             return link && [link.innerText, link.href.replace('/cases?', '/api/cases?')] }) })()");
    let rows: Vec<&Value> =
        rows.as_array().expect("rows").iter().filter(|r| !r.is_null()).collect();
    assert!(rows.len() >= 10, "{} slices", rows.len());
    for row in rows {
        let address = row[1].as_str().expect("a link");
        let path = address.strip_prefix(&server.root).expect("our own address");
        let cases: Vec<Value> = serde_json::from_str(&server.raw(path).1).expect("JSON");
        let counted = cases.iter().filter(|case| case["outcome"] == "counted").count();
        assert_eq!(row[0], counted.to_string(), "{address}");
    }
}

#[test]
fn the_language_changes_and_the_question_stays() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.open(&server.at(&format!(
        "/cases?lang=zh&{REPAIRS}&where=prefecture%3D141100,channel%3Dhotline&which=excluded"
    )));
    assert_eq!(page.text("document.documentElement.lang"), "zh-CN");
    assert!(page.words().contains("吕梁"), "{}", page.words());
    let form = "JSON.stringify([...new FormData(document.querySelector('form.ask'))].slice(1))";
    let before = page.text(form);
    assert!(before.contains("prefecture=141100"), "{before}");
    assert!(before.contains("channel=hotline") && before.contains("excluded"), "{before}");
    page.follow("header [hreflang=en]");
    assert_eq!(page.text("document.documentElement.lang"), "en");
    assert!(page.words().contains("Lüliang"), "{}", page.words());
    assert_eq!(page.text(form), before);
    page.follow("form.ask button");
    assert_eq!(page.text(form), before, "a form sent again asks the same");
    page.follow(".chip");
    assert!(!page.address().contains("141100"), "{}", page.address());
    assert!(page.address().contains("hotline"), "{}", page.address());
}

#[test]
fn a_wrong_address_says_where_it_is_wrong_and_what_to_do() {
    let server = &*SIMULATED;
    let page = Browser::start();
    let check = |path: &str, status: u64, expected: &[&str]| {
        let answer = page.open(&server.at(path));
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        let seen = page.words();
        for words in expected {
            assert!(seen.contains(words), "{path}: `{words}` is not in\n{seen}");
        }
        assert_eq!(page.js("document.querySelectorAll('main a').length > 0"), true, "{path}");
    };
    check(
        "/figures?lang=en&indicator=broadband.repare",
        404,
        &["no indicator `broadband.repare`", "indicator=broadband.repare", "`broadband.repair`"],
    );
    check("/figures?lang=zh&indicator=nichts", 404, &["没有指标 `nichts`", "下一步", "障碍修复"]);
    let wrong = "/cases?lang=en&indicator=broadband.repair&where=prefectur%3D141100";
    check(wrong, 400, &["no dimension `prefectur`", "where=prefectur=141100", "`prefecture`"]);
    check("/figures?lang=zh&where=141100", 400, &["不是条件", "where=141100", "prefecture=141100"]);
    check("/figures?lang=en&by=colour", 400, &["no dimension `colour`", "by=colour"]);
    check("/?lang=en&period=2020H3", 400, &["`2020H3` is no period", "2020H1"]);
    let outside = "/figures?lang=en&where=month%3D2020-09";
    check(outside, 400, &["2020-09", "2020H1", "Remove this condition".to_lowercase().as_str()]);
    check("/cases?lang=en&which=lost", 400, &["which=lost", "excluded"]);
    check("/cases?lang=en&page=0", 400, &["page=0"]);
    check("/case?lang=en&indicator=broadband.repair&case=x/1", 404, &["no case `x/1`"]);
    check("/nowhere?lang=en", 404, &["no page /nowhere"]);
    check("/report/none.pdf?lang=en", 404, &["no report file `none.pdf`", "report.zh.pdf"]);

    let (head, body) = server.raw("/api/figures?where=prefectur%3D1");
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    let refusal: Value = serde_json::from_str(&body).expect("programs get JSON");
    assert_eq!(refusal["code"], "unclear");
    assert_eq!(refusal["where"], "where");
}

/// Every page there is, in one language.
fn pages(server: &Server, lang: &str) -> Vec<String> {
    let (_, body) = server.raw(&format!("/api/cases?{REPAIRS}"));
    let cases: Vec<Value> = serde_json::from_str(&body).expect("JSON");
    let id = cases[0]["case"].as_str().expect("an id");
    [
        "/?".to_owned(),
        format!("/figures?{REPAIRS}&by=prefecture&by=month&"),
        format!("/figures?{REPAIRS}&where=month%3D2020-03&"),
        format!("/cases?{REPAIRS}&"),
        format!("/cases?{REPAIRS}&where=prefecture%3D141100,channel%3Dnone&"),
        format!("/case?{REPAIRS}&case={id}&"),
        "/figures?indicator=nichts&".to_owned(),
    ]
    .iter()
    .map(|path| server.at(&format!("{path}lang={lang}")))
    .collect()
}

#[test]
fn no_page_is_wider_than_its_window_and_none_complains() {
    for server in [&*SIMULATED, &*LONG_NAMES] {
        let page = Browser::start();
        for address in pages(server, "zh").into_iter().chain(pages(server, "en")) {
            for width in [1280, 800, 400] {
                page.width(width);
                page.open(&address);
                let wide = page.js("document.scrollingElement.scrollWidth");
                assert!(wide.as_u64() <= Some(width), "{address} is {wide} wide at {width}");
            }
            assert_eq!(page.complaints(), Vec::<String>::new(), "{address}");
        }
    }
}

#[test]
fn long_names_hide_no_column_and_an_excluded_case_is_not_shown_as_late() {
    let server = &*LONG_NAMES;
    let page = Browser::start();
    page.width(1280);
    page.open(&server.at(&format!("/cases?lang=en&{REPAIRS}")));
    let cut =
        page.js("[...document.querySelectorAll('.wide')].some(w => w.scrollWidth > w.clientWidth)");
    assert_eq!(cut, false, "the table fits at 1280");
    let out = page.js("[...document.querySelectorAll('tr.out')].map(row =>
           [row.innerText, row.querySelectorAll('.late, .bad').length])");
    let out = out.as_array().expect("rows");
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(out[0][0].as_str().expect("text").contains("⊘ excluded"), "{out:?}");
    assert_eq!(out[0][1], 0, "{out:?}");
    let late = page.js("[...document.querySelectorAll('.bad')].map(tag => tag.innerText)");
    assert_eq!(late, serde_json::json!(["✗ counted, late"]), "said by a word and a mark");
}

#[test]
fn every_field_has_a_label_and_the_keyboard_reaches_everything_visibly() {
    let server = &*SIMULATED;
    let page = Browser::start();
    for address in pages(server, "en") {
        page.open(&address);
        let nameless = page.js(
            "[...document.querySelectorAll('input:not([type=hidden]), select, button, a, table, nav')]
               .filter(it => it.matches('input, select') ? it.labels.length === 0
                 : it.matches('a, button') && !(it.innerText + (it.ariaLabel ?? '')).trim())
               .map(it => it.outerHTML)",
        );
        assert_eq!(nameless, serde_json::json!([]), "{address}");
    }
    page.open(&server.at(&format!("/figures?lang=en&{REPAIRS}&by=month")));
    let mut order = Vec::new();
    for _ in 0..24 {
        page.press("Tab");
        let focus =
            page.js("(() => { const it = document.activeElement, box = it.getBoundingClientRect();
               return [it.name || it.className || it.innerText, getComputedStyle(it).outlineStyle,
                       parseFloat(getComputedStyle(it).outlineWidth),
                       Math.round(box.width * box.height), it.innerText] })()");
        assert_eq!(focus[1], "solid", "focus is seen: {focus}");
        assert!(focus[2].as_f64() >= Some(2.0) && focus[3].as_f64() > Some(50.0), "{focus}");
        order.push(focus[0].as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(order[0], "skip", "{order:?}");
    let place = |name: &str| order.iter().position(|known| known == name).unwrap_or(usize::MAX);
    let wanted = ["skip", "name", "indicator", "period", "where", "by"].map(place);
    assert!(wanted.is_sorted() && wanted[5] < 24, "{order:?}");
    page.open(&server.at("/?lang=en"));
    page.press("Tab");
    page.press("Enter");
    assert_eq!(
        page.text("document.activeElement.id"),
        "main",
        "the first key skips to the content"
    );
}

#[test]
fn pages_work_without_scripts_and_allow_none() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.without_scripts();
    let answer = page.open(&server.at(&format!("/cases?lang=en&{REPAIRS}")));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    page.follow("form.ask button");
    assert!(page.address().contains("indicator=broadband.repair"), "{}", page.address());
    page.follow(".pager [rel=next]");
    assert!(page.words().contains("page 2 of"), "{}", page.words());

    for path in ["/?", "/figures?", "/cases?", "/report?", "/api/figures?", "/console.css?", "/no?"]
    {
        let (head, _) = server.raw(path);
        let head = head.to_ascii_lowercase();
        for line in ["x-content-type-options: nosniff", "x-frame-options: deny", "no-referrer"] {
            assert!(head.contains(line), "{path}: {line} is missing in\n{head}");
        }
        let is_page = head.contains("text/html");
        assert_eq!(is_page, head.contains("content-security-policy: default-src 'none'"), "{path}");
    }
}

#[test]
fn the_report_opens_and_its_policy_breaks_nothing() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.open(&server.at("/?lang=en"));
    let answer = page.follow("nav a[href^='/report']");
    assert_eq!(answer.status, 200);
    assert!(page.words().contains("2020"), "the report has words");
    let fonts = page.text("getComputedStyle(document.body).fontFamily");
    assert!(!fonts.is_empty() && page.complaints().is_empty(), "its style applies");
}

#[test]
fn the_rows_of_a_page_can_be_taken_away() {
    let server = &*SIMULATED;
    let page = Browser::start();
    page.open(&server.at(&format!("/figures?lang=zh&{REPAIRS}&by=prefecture")));
    let link = page.text("document.querySelector('.save a').getAttribute('href')");
    let (head, csv) = server.raw(&link);
    assert!(head.contains("attachment; filename=\"broadband.repair-2020H1.csv\""), "{head}");
    assert!(csv.starts_with("\u{feff}地市,"), "a spreadsheet knows it is UTF-8: {csv}");
    let rows = page.js("document.querySelectorAll('.wide tbody tr').length").as_u64();
    assert_eq!(Some(csv.lines().count() as u64 - 1), rows);
    page.open(&server.at(&format!("/cases?lang=en&{REPAIRS}")));
    let link = page.text("document.querySelector('.save a').getAttribute('href')");
    let lines = server.raw(&link).1.lines().count();
    let (_, json) = server.raw(&link.replace("/cases.csv", "/api/cases"));
    let cases: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(lines - 1, cases.len(), "all cases, not only those of one page");
}

#[test]
fn an_instance_without_records_says_what_to_do() {
    let folder = Folder::new();
    let dir = folder.path("empty");
    trueline(&["init", &dir]).done();
    let server = Server::start(Some(folder), &dir);
    let page = Browser::start();
    for path in ["/?", "/figures?", "/cases?"] {
        let answer = page.open(&server.at(&format!("{path}lang=en")));
        assert_eq!(answer.status, 200, "{path}");
        let seen = page.words();
        assert!(seen.contains("no records") || seen.contains("No case fits"), "{path}: {seen}");
    }
    page.open(&server.at("/?lang=en"));
    assert!(page.words().contains("trueline import"), "{}", page.words());
}

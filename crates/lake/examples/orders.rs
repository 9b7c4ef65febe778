//! Makes a large export of orders, and imports it: what `benches/import` measures.
//!
//! `orders make FILE ROWS` writes `FILE` in GB18030 and `FILE.utf8.csv`, its twin in UTF-8;
//! `orders import FILE MAPPING LAKE` reads one into a lake and says how long it took.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use trueline_lake::{
    DatasetColumn, DatasetSchema, ImportOptions, Lake, Mapping, ValueKind, import_through_mapping,
};

const HEAD: &str = "工单编号,业务类型,产品,地市,区县,营业厅,城乡,渠道,\
    客户级别,受理时间,归档时间,状态,原因,\
    维护单位,满意度,重开次数,装机地址,设备编号,线路,班组,处理人,优先级,备注,批次\n";
const KINDS: [&str; 6] = ["新装", "移机", "故障", "变更", "复机", "投诉"];
const PRODUCTS: [&str; 5] = ["宽带", "固定电话", "移动电话", "专线", "电视"];
const CITIES: [&str; 11] = [
    "太原市",
    "大同市",
    "阳泉市",
    "长治市",
    "晋城市",
    "朔州市",
    "晋中市",
    "运城市",
    "忻州市",
    "临汾市",
    "吕梁市",
];
const STREETS: [&str; 8] =
    ["迎泽大街", "府西街", "新建路", "胜利街", "人民路", "和平里", "建设北路", "文化巷"];
const NOTES: [&str; 5] = ["", "用户要求改约", "已电话回访", "现场更换光猫", "等待物业配合施工"];

/// A generator whose sequence depends on nothing but its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

fn time(seconds: u64) -> String {
    let stamp = jiff::Timestamp::from_second(1_577_808_000 + seconds as i64).unwrap_or_default();
    let civil = jiff::tz::TimeZone::UTC.to_datetime(stamp);
    civil.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn row(number: u64, dice: &mut Dice) -> String {
    let accepted = dice.roll(180 * 86_400);
    let done = accepted + 600 + dice.roll(9 * 86_400);
    format!(
        "GD2020{:010},{},{},{},区县{:03},营业厅{:04},{},{},{}星,{},{},\
         已归档,原因{:02},{},{},{},{}{}号{}单元{},\
         SB{:08},LN{:09},班组{:03},工号{:05},{},{},2020H1-{:02}\n",
        // A third of the orders stands out of its place, as where several offices write one file.
        if (number >> 6).is_multiple_of(3) { number ^ 0x3f } else { number },
        dice.pick(&KINDS),
        dice.pick(&PRODUCTS),
        dice.pick(&CITIES),
        dice.roll(119),
        dice.roll(900),
        dice.pick(&["城镇", "农村"]),
        dice.pick(&["营业厅", "10010", "网上", "装维"]),
        1 + dice.roll(5),
        time(accepted),
        time(done),
        dice.roll(40),
        dice.pick(&["自维", "代维", "客户"]),
        dice.pick(&["满意", "一般", "不满意", ""]),
        dice.roll(3),
        dice.pick(&STREETS),
        1 + dice.roll(200),
        1 + dice.roll(6),
        101 + dice.roll(2500),
        dice.roll(100_000_000),
        dice.roll(1_000_000_000),
        dice.roll(300),
        dice.roll(20_000),
        dice.pick(&["普通", "紧急", "特急"]),
        dice.pick(&NOTES),
        1 + dice.roll(26),
    )
}

fn make(path: &str, rows: u64) -> std::io::Result<()> {
    let mut wide = BufWriter::new(File::create(path)?);
    let mut plain = BufWriter::new(File::create(format!("{path}.utf8.csv"))?);
    let mut dice = Dice(20_200_630);
    let mut both = |line: &str| -> std::io::Result<()> {
        wide.write_all(&encoding_rs::GB18030.encode(line).0)?;
        plain.write_all(line.as_bytes())
    };
    both(HEAD)?;
    (0..rows).try_for_each(|number| both(&row(number, &mut dice)))
}

const fn column(name: &'static str, kind: ValueKind) -> DatasetColumn {
    DatasetColumn { name, kind, required: false, allowed: &[], doc: "a column of an order" }
}

fn orders() -> DatasetSchema {
    let required = |name, kind| DatasetColumn { required: true, ..column(name, kind) };
    DatasetSchema {
        name: "case",
        key: &["source", "source_key"],
        columns: vec![
            required("source", ValueKind::Label),
            required("source_key", ValueKind::Text),
            required("kind", ValueKind::Label),
            column("service", ValueKind::Label),
            column("region", ValueKind::Label),
            column("area", ValueKind::Label),
            column("line", ValueKind::Text),
            column("channel", ValueKind::Label),
            column("maintainer", ValueKind::Label),
            column("cause", ValueKind::Label),
            column("accepted", ValueKind::Moment),
            column("resolved", ValueKind::Moment),
            column("satisfaction", ValueKind::Label),
            column("reopened", ValueKind::Integer),
        ],
        blank: &[],
        lists: Vec::new(),
        doc: "orders",
    }
}

fn run(file: &str, mapping: &str, lake: &str) -> Result<(), Box<dyn std::error::Error>> {
    let schema = orders();
    let text = std::fs::read_to_string(mapping)?;
    let mapping = Mapping::parse(mapping, &text, &schema)?;
    let lake = Lake::create(Path::new(lake))?;
    let options = ImportOptions::new(0, lake.folder().join("quarantine"));
    let start = Instant::now();
    let summary = import_through_mapping(&lake, &schema, &[file.into()], &mapping, &options)?;
    let seconds = start.elapsed().as_secs_f64();
    let rows = summary.counts.read;
    println!("{rows} rows in {seconds:.3} s: {:.0} rows/s", rows as f64 / seconds);
    println!("{:?}", summary.counts);
    Ok(())
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["make", file, rows] => make(file, rows.parse().unwrap_or(2_000_000)).map_err(Into::into),
        ["import", file, mapping, lake] => run(file, mapping, lake),
        _ => Err("orders make FILE ROWS | orders import FILE MAPPING LAKE".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

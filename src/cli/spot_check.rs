//! `trueline spot-check FILE`: cases that the operator could not choose, to look at in the field.
//!
//! What cryptography cannot show is whether records were true when they were written. This draws
//! cases by a value that nobody knew when the report was sealed, lists what to ask for, proves each
//! case against the ledger, and says what the answers support.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use trueline_ledger::{Hash, Policy, Receipt};
use trueline_numbers::error_rate_upper_bound;
use trueline_verify::{
    CASE, CaseChecked, CaseExtra, CaseFound, Draw, Evidence, MemberRead, Options, OutcomeRead,
    Population, RowRead, RowValue, check_file, evidence_in, seal_in, seed,
};

use super::arguments::SpotCheck;
use super::ledger::prove::{population_entry, proof, receipt, row_proof};
use super::{Align, Failure, Format, Language, Progress, Table};
use crate::instance::Instance;
use crate::ledger::{Archive, History, Place};
use crate::web::csv::quoted;

/// How sure the stated bound is.
const LEVEL: f64 = 0.95;

/// A case that was drawn.
struct Drawn {
    /// Its place in the population.
    place: u64,
    checked: CaseChecked,
    proof: String,
}

pub(super) fn run(asked: &SpotCheck, language: Language) -> Result<(), Failure> {
    let bytes = read(&asked.file)?;
    let policy = asked.policy.as_deref().map(|path| {
        let named = path.display().to_string();
        Policy::parse(&read(path)?).map_err(|error| Failure::from(error).with_prefix(&named))
    });
    let policy = policy.transpose()?;
    let options = Options { policy: policy.as_ref(), ..Options::default() };
    let holds = check_file(&bytes, &asked.file.display().to_string(), &options).holds;
    let (Some(evidence), Some(seal), true) = (evidence_in(&bytes), seal_in(&bytes), holds) else {
        return Err(Failure::no(language.pick(
            "报告本身不一致，抽查没有意义",
            "the report does not agree with itself, so there is nothing to draw from",
        ))
        .with_next(
            language.pick("先运行 `trueline verify 文件`", "run `trueline verify FILE` first"),
        ));
    };
    let (population, family) = population(&evidence, asked.figure.as_deref(), language)?;
    let seed = seed(seal.receipt.checkpoint(), &asked.value);
    let step = language.pick("抽取工单", "drawing cases");
    let bar = Progress::start(step, 0);
    let (drawn, zone) = draw(asked, &evidence, population, (seed, family), policy.as_ref())?;
    bar.done(&format!("{step}: {}", drawn.len()));
    let newest = newest_witness(&seal.receipt, policy.as_ref());
    if let Some(path) = &asked.answers {
        return judge(&drawn, path, asked.format, language);
    }
    let indicator = asked.figure.as_deref().and_then(|id| Some(id.rsplit_once('.')?.0.to_owned()));
    let sheet = Sheet::new(&drawn, (&zone, indicator.as_deref()), language);
    if let Some(folder) = &asked.out {
        sheet.write(folder, &drawn)?;
    }
    sheet.table.print(asked.format, &sheet.json(seed))?;
    if asked.format == Format::Table {
        explain(asked, (seed, newest), drawn.len(), language);
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::from(error).with_prefix(&path.display().to_string()))
}

/// The cases of the report's period, and the family of a figure among its definitions.
fn population<'a>(
    evidence: &'a Evidence,
    figure: Option<&str>,
    language: Language,
) -> Result<(&'a Population, Option<u64>), Failure> {
    let Some(id) = figure else {
        let found = evidence.populations.iter().find(|one| one.dataset == "case");
        let found = found.filter(|one| one.root.is_some());
        return found.map(|one| (one, None)).ok_or_else(|| {
            Failure::no(language.pick("该报告不涉及工单", "the report is about no case"))
        });
    };
    let used = evidence.figures.iter().find(|one| one.figure == id && one.population.is_some());
    let found = used.and_then(|used| {
        let population = evidence.populations.get(used.population?)?;
        let definition = population.cells.get(used.cell?)?.definition;
        let family = population.families.iter().position(|ids| ids.contains(&definition))?;
        Some((population, Some(family as u64)))
    });
    found.ok_or_else(|| {
        let mut known: Vec<&str> = evidence
            .figures
            .iter()
            .filter(|one| one.cell.is_some())
            .map(|one| one.figure.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        Failure::request(
            language.pick(
                format!("报告中没有由记录算出的指标 `{id}`"),
                format!("no figure `{id}` of the report is made from records"),
            ),
            language.pick(
                format!("可选：{}", known.join("、")),
                format!("use one of {}", known.join(", ")),
            ),
        )
    })
}

fn draw(
    asked: &SpotCheck,
    evidence: &Evidence,
    population: &Population,
    (seed, family): (Hash, Option<u64>),
    policy: Option<&Policy>,
) -> Result<(Vec<Drawn>, TimeZone), Failure> {
    let instance = Instance::open(&asked.data, None)?;
    let history = History::read(&instance)?.ok_or_else(|| {
        Failure::request(
            format!("{} holds no ledger", asked.data.display()),
            "name a folder that `trueline export --for-verification` made",
        )
    })?;
    let archive = Archive::open(evidence, &instance)?;
    let is_wanted = |member: &MemberRead| {
        member.verdicts.iter().any(|verdict| {
            family.is_none_or(|family| verdict.family == family)
                && verdict.outcome != OutcomeRead::Open
        })
    };
    let order = Draw::new(seed, population.rows);
    let places = archive.sample(population, order, asked.cases, &is_wanted)?;
    let members: Vec<_> = places.iter().map(|place| &place.member).collect();
    let rows = archive.find_rows(&members)?;
    let (number, entry) = population_entry(&history, population)?;
    let prove = |(place, row): (&Place, Option<crate::ledger::Row>)| {
        let row = row.map(|row| row_proof(&history, row)).transpose()?;
        let extra = CaseExtra {
            format: CASE.to_owned(),
            case: place.member.key.clone(),
            population: entry.clone(),
            members: vec![proof(place)],
            row,
        };
        let (proof, checked) = receipt(&history, number, &extra)?;
        if policy.is_some() {
            trueline_verify::check_case(proof.as_bytes(), policy, &history.retirements()?)?;
        }
        Ok(Drawn { place: place.index, checked, proof })
    };
    let drawn = places.iter().zip(rows).map(prove).collect::<Result<_, Failure>>()?;
    Ok((drawn, archive.zone()))
}

/// The newest time at which a witness had seen the checkpoint.
fn newest_witness(receipt: &Receipt, policy: Option<&Policy>) -> Option<u64> {
    let trust = policy?.check(receipt.checkpoint(), &[]).ok()?;
    trust.witnesses.iter().map(|(_, time)| *time).max()
}

impl Drawn {
    fn case(&self) -> String {
        self.checked.case.join("/")
    }

    fn row(&self) -> Option<&RowRead> {
        match &self.checked.found {
            CaseFound::Counted { row, .. } => row.as_ref(),
            CaseFound::NotThere { .. } => None,
        }
    }

    /// A value of the row, times on the clock of the pack.
    fn text(&self, column: &str, zone: &TimeZone) -> String {
        self.row().map_or(String::new(), |row| text(row.get(column), zone))
    }

    fn counted_as(&self, indicator: Option<&str>, language: Language) -> String {
        let lines = self.checked.counted_as().into_iter().filter(|line| {
            indicator.is_none_or(|id| line.en.split_once(": ").is_some_and(|(of, _)| of == id))
        });
        let texts: Vec<String> = lines.map(|line| language.pick(line.zh, line.en)).collect();
        texts.join(language.pick("；", "; "))
    }

    /// The evidence outside the records that shows whether they are true.
    fn to_ask_for(&self, language: Language) -> String {
        let Some(row) = self.row() else {
            return language
                .pick("该行已删除：删除的依据", "the row was deleted: on what ground")
                .to_owned();
        };
        let has = |column: &str| *row.get(column) != RowValue::Missing;
        let mut all = vec![
            language.pick("源系统工单及操作日志", "the order and its log in the source system"),
        ];
        if has("resolved") {
            all.push(language.pick(
                "用户侧佐证（通话、上门签字或回访）",
                "what the customer can confirm (call, signature of the visit, call-back)",
            ));
        }
        if matches!(row.get("intervals"), RowValue::List(records) if !records.is_empty()) {
            all.push(language.pick("各段暂停的审批单", "the approval of each pause"));
        }
        if has("excluded") {
            all.push(language.pick("排除的审批单", "the approval of the exclusion"));
        }
        if has("satisfaction") {
            all.push(
                language.pick("满意度回访录音或短信", "the recording or message of the survey"),
            );
        }
        all.join(language.pick("；", "; "))
    }
}

fn text(value: &RowValue, zone: &TimeZone) -> String {
    match value {
        RowValue::Moment(seconds) => Timestamp::from_second(*seconds).map_or_else(
            |_| seconds.to_string(),
            |moment| zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        ),
        RowValue::List(records) => {
            let pair = |(name, value): &(String, RowValue)| format!("{name}={}", text(value, zone));
            let known = |record: &RowRead| -> Vec<String> {
                record.0.iter().filter(|(_, value)| *value != RowValue::Missing).map(pair).collect()
            };
            let records = records.iter().map(|record| known(record).join(", "));
            records.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// How the source wrote a row, not what it says.
const OF_THE_SOURCE: [&str; 4] = ["source", "source_key", "precision", "revised"];

/// The sheet that goes into the field.
struct Sheet {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    table: Table,
}

/// The columns that the answers are read from.
const CASE_HEADS: [&str; 2] = ["工单", "case"];
const FOUND_HEADS: [&str; 2] = ["属实（是/否）", "found as recorded (yes/no)"];

impl Sheet {
    /// By an indicator, only how it counted a case is told.
    fn new(
        drawn: &[Drawn],
        (zone, indicator): (&TimeZone, Option<&str>),
        language: Language,
    ) -> Sheet {
        let mut columns: Vec<String> = Vec::new();
        for (name, value) in drawn.iter().filter_map(Drawn::row).flat_map(|row| &row.0) {
            let is_told = !OF_THE_SOURCE.contains(&name.as_str())
                && *value != RowValue::Missing
                && *value != RowValue::List(Vec::new());
            if is_told && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let pick = |pair: [&str; 2]| language.pick(pair[0], pair[1]).to_owned();
        let mut head = vec![pick(["序号", "number"]), pick(["位置", "place"]), pick(CASE_HEADS)];
        head.extend(columns.iter().cloned());
        head.extend([["计入方式", "counted as"], ["索取的佐证", "ask for"]].map(pick));
        head.extend([FOUND_HEADS, ["说明", "note"]].map(pick));
        let mut table = Table::new(&[
            (language.pick("序号", "number"), Align::Right),
            (language.pick("工单", "case"), Align::Left),
            (language.pick("类别", "kind"), Align::Left),
            (language.pick("受理", "accepted"), Align::Left),
            (language.pick("办结", "resolved"), Align::Left),
            (language.pick("区域", "region"), Align::Left),
            (language.pick("计入方式", "counted as"), Align::Left),
        ]);
        let mut rows = Vec::new();
        for (at, one) in drawn.iter().enumerate() {
            let number = (at + 1).to_string();
            let of = |column: &str| one.text(column, zone);
            table.row(vec![
                number.clone(),
                one.case(),
                of("kind"),
                of("accepted"),
                of("resolved"),
                of("region"),
                one.counted_as(indicator, language),
            ]);
            let mut row = vec![number, one.place.to_string(), one.case()];
            row.extend(columns.iter().map(|column| of(column)));
            row.extend([one.counted_as(indicator, language), one.to_ask_for(language)]);
            row.extend([String::new(), String::new()]);
            rows.push(row);
        }
        Sheet { head, rows, table }
    }

    /// The sheet as CSV, and the proof of each case.
    fn write(&self, folder: &Path, drawn: &[Drawn]) -> Result<(), Failure> {
        fs::create_dir_all(folder)?;
        let mut text = String::from('\u{feff}');
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        fs::write(folder.join("sheet.csv"), text)?;
        for (at, one) in drawn.iter().enumerate() {
            fs::write(folder.join(format!("{:03}.tlog-proof", at + 1)), &one.proof)?;
        }
        Ok(())
    }

    fn json(&self, seed: Hash) -> Value {
        let row = |row: &Vec<String>| -> Value {
            let pairs = self.head.iter().cloned().zip(row.iter().map(|cell| json!(cell)));
            Value::Object(pairs.collect())
        };
        json!({ "seed": seed.to_hex(), "cases": self.rows.iter().map(row).collect::<Vec<_>>() })
    }
}

fn explain(
    asked: &SpotCheck,
    (seed, newest): (Hash, Option<u64>),
    drawn: usize,
    language: Language,
) {
    let (seed, value) = (seed.to_hex(), &asked.value);
    let bound = error_rate_upper_bound(0, drawn as u64, LEVEL).unwrap_or(1.0);
    let bound = rate_text(bound);
    let newer = match newest.map(super::ledger::moment) {
        Some(time) => language.pick(
            format!("该数值须晚于 {time}，即见证方见到检查点的时间。"),
            format!("The value must be newer than {time}, when a witness had seen the checkpoint."),
        ),
        None => language.pick(
            "没有可信的见证时间（见 --policy）：该数值须晚于您收到该文件的时间。".to_owned(),
            "No witness's time is trusted (see --policy): the value must be newer than your receipt \
             of the file."
                .to_owned(),
        ),
    };
    match language {
        Language::Chinese => {
            println!("抽出 {drawn} 件。种子 {seed} = SHA-256(检查点 ‖ “{value}”)。{newer}");
            println!(
                "逐件索取：源系统工单及操作日志、用户侧佐证、暂停与排除的审批单（见抽查表）。"
            );
            println!("全部属实时，以 95% 的把握，差错率不超过 {bound}。");
        }
        Language::English => {
            println!(
                "{drawn} cases drawn, by the seed {seed} = SHA-256(checkpoint ‖ \"{value}\")."
            );
            println!("{newer}");
            println!(
                "Ask for each: the order and its log in the source system, what the customer can \
                 confirm, approvals of pauses and exclusions (the sheet lists them)."
            );
            println!(
                "If all are found as recorded, the error rate is at most {bound}, with 95% confidence."
            );
        }
    }
}

/// A rate in percent, rounded up to two digits: a bound must not come out below itself.
fn rate_text(rate: f64) -> String {
    let percent = rate * 100.0;
    let decimals = if percent >= 10.0 {
        0
    } else if percent >= 1.0 {
        1
    } else {
        2
    };
    let scale = 10_f64.powi(decimals);
    let decimals = usize::try_from(decimals).unwrap_or_default();
    format!("{:.decimals$}%", (percent * scale).ceil() / scale)
}

/// What the answers support.
fn judge(drawn: &[Drawn], path: &Path, format: Format, language: Language) -> Result<(), Failure> {
    let answers = answers(path, language)?;
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    for one in drawn {
        match answers.get(&one.case()) {
            Some(Some(true)) => {}
            Some(Some(false)) => wrong.push(one.case()),
            Some(None) | None => open.push(one.case()),
        }
    }
    let strangers: Vec<&String> =
        answers.keys().filter(|case| !drawn.iter().any(|one| one.case() == **case)).collect();
    if !strangers.is_empty() {
        let list = strangers.iter().map(|case| case.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Failure::no(language.pick(
            format!("抽查表中有并未抽中的工单：{list}"),
            format!("the sheet holds cases that were not drawn: {list}"),
        ))
        .with_next(language.pick(
            "请以制表时的同一文件、数值、件数和指标运行",
            "use the same file, value, number of cases and figure as for the sheet",
        )));
    }
    let n = drawn.len() as u64;
    // Whoever cannot show a case has not shown it to be true.
    let errors = (wrong.len() + open.len()) as u64;
    let bound = error_rate_upper_bound(errors, n, LEVEL).unwrap_or(1.0);
    let (wrong_n, open_n, text) = (wrong.len(), open.len(), rate_text(bound));
    if format == Format::Json {
        let said = json!({
            "cases": n, "wrong": wrong, "unanswered": open, "level": LEVEL, "upper_bound": bound,
        });
        println!("{}", serde_json::to_string_pretty(&said)?);
    } else {
        for case in &wrong {
            println!("✗ {case}");
        }
        for case in &open {
            println!("? {case}");
        }
        println!(
            "{}",
            language.pick(
                format!(
                    "抽查 {n} 件：不属实 {wrong_n} 件，没有结果 {open_n} 件（按不属实计）。\n\
                     以 95% 的把握，差错率不超过 {text}（Clopper–Pearson 单侧上限）。"
                ),
                format!(
                    "{n} cases: {wrong_n} not as recorded, {open_n} without an answer (counted as \
                     wrong).\nWith 95% confidence the error rate is at most {text} (one-sided \
                     Clopper–Pearson bound)."
                ),
            )
        );
    }
    if errors == 0 {
        return Ok(());
    }
    Err(Failure::no(
        language
            .pick(format!("{errors} 件未能证实"), format!("{errors} cases could not be confirmed")),
    ))
}

/// Case → whether it was found as recorded; `None` for one without an answer.
fn answers(path: &Path, language: Language) -> Result<BTreeMap<String, Option<bool>>, Failure> {
    let bytes = read(path)?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        // Spreadsheets of Chinese systems save so.
        Err(_) => encoding_rs::GB18030.decode(&bytes).0.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers()?.clone();
    let named = |names: [&str; 2]| {
        let found = head.iter().position(|head| names.contains(&head.trim()));
        found.ok_or_else(|| {
            Failure::request(
                format!("{} has no column `{}`", path.display(), language.pick(names[0], names[1])),
                language.pick("请使用 --out 写出的抽查表", "use the sheet that --out wrote"),
            )
        })
    };
    let (case, found) = (named(CASE_HEADS)?, named(FOUND_HEADS)?);
    let mut answers = BTreeMap::new();
    for (number, record) in reader.records().enumerate() {
        let record = record?;
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        if cell(case).is_empty() {
            continue;
        }
        let answer = match cell(found).to_lowercase().as_str() {
            "" => None,
            "是" | "yes" | "y" | "1" | "true" => Some(true),
            "否" | "no" | "n" | "0" | "false" => Some(false),
            other => {
                return Err(Failure::request(
                    format!(
                        "{}, line {}: `{other}` is neither yes nor no",
                        path.display(),
                        number + 2
                    ),
                    language.pick(
                        "写 是 或 否；没有结果则留空",
                        "write yes or no; leave it empty without an answer",
                    ),
                ));
            }
        };
        answers.insert(cell(case).to_owned(), answer);
    }
    Ok(answers)
}

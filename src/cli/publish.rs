//! `trueline publish`: a sealed draft becomes the published report, in the names of who answers.
//!
//! It is made from what was sealed, never from the records again: figures and words are those of
//! the draft. A published report is never replaced; a later one says what it corrects and why.

use std::fs;
use std::path::{Path, PathBuf};

use trueline_ledger::Hash;
use trueline_verify::{Evidence, Statement, Status, from_canonical_json, statement_id};

use super::arguments::Publish;
use super::place::Place;
use super::press::{self, Press, Sheet, published};
use super::report::{Draft, ENDINGS, write};
use super::{Align, Failure, Format, Language, Table};
use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::systems::reports::{Enclosed, Logo, LogoKind, Report};

pub(super) fn run(asked: &Publish, place: &Place, language: Language) -> Result<(), Failure> {
    let instance = place.open()?;
    let mut ledger = Ledger::open(&instance)?;
    let kept = Kept::find(&instance, &asked.id, language)?;
    let earlier = published(&ledger, &kept.statement.pack, &kept.statement.period);
    check_restatement(&kept.statement, &earlier, language)?;
    let drafts = kept.drafts(asked)?;
    let enclosed = Enclosed { evidence: &kept.evidence };
    let mut sheets = Vec::new();
    for rendering in &kept.statement.renderings {
        let found = drafts.iter().find(|(code, _)| *code == rendering.language);
        let format = ENDINGS.into_iter().find(|ending| *ending == rendering.format);
        if let (Some((code, draft)), Some(format)) = (found, format) {
            let bytes = draft.render(format, Some(enclosed))?;
            sheets.push(Sheet { format, language: code, bytes });
        }
    }
    let statement = Statement {
        status: Status::Published,
        prepared_by: Some(asked.prepared_by.clone()),
        reviewed_by: Some(asked.reviewed_by.clone()),
        signed_by: Some(asked.signed_by.clone()),
        ..kept.statement.clone()
    };
    let logo = kept.logo.as_ref().map(|(name, logo)| (name.as_str(), logo.bytes.as_slice()));
    let mut press = Press {
        instance: &instance,
        ledger: &mut ledger,
        evidence: &kept.evidence,
        reports: drafts.iter().map(|(_, draft)| &draft.report).collect(),
        logo,
        packs: kept.packs()?,
    };
    let Some(sealed) = press.seal(statement, &mut sheets)? else {
        return Err(Failure::no(
            language.pick("草稿中没有可封印的文件", "nothing in the draft carries a seal"),
        ));
    };
    let name = format!("{}-{}", kept.statement.period, sealed.id);
    let out = asked.out.clone().unwrap_or_else(|| instance.folder().join("published").join(name));
    fs::create_dir_all(&out)?;
    for sheet in &sheets {
        write(&out.join(format!("report.{}.{}", sheet.language, sheet.format)), &sheet.bytes)?;
    }
    let (id, size) = (&sealed.id, sealed.size);
    println!(
        "{}",
        language.pick(
            format!("已发布 {id}，账本共 {size} 条：{}", out.display()),
            format!("published as {id}, the ledger has {size} entries: {}", out.display()),
        )
    );
    print_changes(&instance, &kept, &earlier, language)
}

/// What was kept when a report was sealed.
struct Kept {
    folder: PathBuf,
    statement: Statement,
    evidence: String,
    logo: Option<(String, Logo)>,
}

impl Kept {
    /// Finds a draft by the first digits of its id.
    fn find(instance: &Instance, id: &str, language: Language) -> Result<Kept, Failure> {
        let all = instance.folder().join("sealed");
        let mut found = Vec::new();
        for entry in fs::read_dir(&all).into_iter().flatten() {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !id.is_empty() && name.starts_with(id) {
                found.push(name);
            }
        }
        let [only] = found.as_slice() else {
            let (zh, en) = match found.len() {
                0 => ("没有编号为", "no sealed report is called"),
                _ => ("不止一份报告的编号开头是", "more than one sealed report begins with"),
            };
            return Err(Failure::request(
                language.pick(format!("{zh} {id}"), format!("{en} {id}")),
                language.pick(
                    "`trueline report` 封印草稿并给出编号",
                    "`trueline report` seals a draft and prints its id",
                ),
            ));
        };
        let folder = all.join(only);
        let entry = fs::read_to_string(folder.join("statement.json"))?;
        let evidence = fs::read_to_string(folder.join("evidence.json"))?;
        let statement = Statement::from_entry(entry.as_bytes());
        let is_whole = |statement: &Statement| {
            statement_id(&entry) == *only
                && statement.evidence == Hash::of(evidence.as_bytes()).to_hex()
        };
        let Some(statement) = statement.filter(is_whole) else {
            return Err(Failure::no(language.pick(
                format!("{} 中的草稿已损坏或被改动", folder.display()),
                format!("the draft in {} is damaged or was changed", folder.display()),
            )));
        };
        if statement.status == Status::Published {
            return Err(Failure::request(
                language.pick(format!("{only} 已经发布"), format!("{only} is published already")),
                language.pick("请给出草稿的编号", "name a draft"),
            ));
        }
        let logo = logo(&folder)?;
        Ok(Kept { folder, statement, evidence, logo })
    }

    fn packs(&self) -> Result<Vec<(String, String)>, Failure> {
        let mut packs = Vec::new();
        for entry in fs::read_dir(self.folder.join("packs"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            packs.push((name, fs::read_to_string(entry.path())?));
        }
        packs.sort();
        Ok(packs)
    }

    /// The report in each language, in the names of who answers for it.
    fn drafts(&self, asked: &Publish) -> Result<Vec<(&'static str, Draft)>, Failure> {
        let mut drafts = Vec::new();
        for language in [Language::Chinese, Language::English] {
            let path = self.folder.join(format!("report.{}.json", language.code()));
            if !path.is_file() {
                continue;
            }
            let mut report: Report = serde_json::from_slice(&fs::read(&path)?)?;
            report.filing.prepared_by = Some(asked.prepared_by.clone());
            report.filing.reviewed_by = Some(asked.reviewed_by.clone());
            report.filing.signed_by = Some(asked.signed_by.clone());
            let logo = self.logo.as_ref().map(|(_, logo)| logo.clone());
            drafts.push((language.code(), Draft::new(report, logo)));
        }
        Ok(drafts)
    }
}

fn logo(folder: &Path) -> Result<Option<(String, Logo)>, Failure> {
    for name in ["logo.svg", "logo.png"] {
        let path = folder.join(name);
        if let (true, Some(kind)) = (path.is_file(), LogoKind::of_name(name)) {
            return Ok(Some((name.to_owned(), Logo { kind, bytes: fs::read(path)? })));
        }
    }
    Ok(None)
}

/// A first publication restates nothing; a later one restates the newest.
fn check_restatement(
    draft: &Statement,
    earlier: &[(String, Statement)],
    language: Language,
) -> Result<(), Failure> {
    let newest = earlier.last();
    let digest = newest.map(|(entry, _)| Hash::of(entry.as_bytes()).to_hex());
    if draft.restates == digest {
        return Ok(());
    }
    let period = &draft.period;
    Err(match newest {
        Some((entry, _)) => {
            let id = statement_id(entry);
            Failure::request(
                language.pick(
                    format!("{period} 已发布为 {id}；已发布的报告不被替换"),
                    format!("{period} was published as {id}; a published report is not replaced"),
                ),
                language.pick(
                    format!(
                        "更正：`trueline report --restates {id} --reason 原因 …`，再发布新草稿"
                    ),
                    format!(
                        "correct it: `trueline report --restates {id} --reason TEXT …`, then \
                         publish that draft"
                    ),
                ),
            )
        }
        None => Failure::request(
            language.pick(
                "草稿要更正的报告未发布",
                "the draft restates a report that is not published",
            ),
            language
                .pick("不带 --restates 重新生成草稿", "make the draft again without --restates"),
        ),
    })
}

/// The figures that a restatement changes.
fn print_changes(
    instance: &Instance,
    kept: &Kept,
    earlier: &[(String, Statement)],
    language: Language,
) -> Result<(), Failure> {
    let Some((entry, _)) = earlier.last() else {
        return Ok(());
    };
    let path = press::folder(instance, &statement_id(entry)).join("evidence.json");
    let read = |text: &[u8]| from_canonical_json::<Evidence>(text);
    let (Ok(before), Ok(now)) = (read(&fs::read(path)?), read(kept.evidence.as_bytes())) else {
        return Ok(());
    };
    let mut table = Table::new(&[
        (language.pick("指标", "figure"), Align::Left),
        (language.pick("更正前", "before"), Align::Right),
        (language.pick("更正后", "now"), Align::Right),
    ]);
    let mut rows = Vec::new();
    for figure in &now.figures {
        let name = figure.name();
        let old = before.figures.iter().find(|one| one.name() == name);
        let old = old.map_or("—", |one| one.printed.as_str());
        if old != figure.printed {
            table.row(vec![name.clone(), old.to_owned(), figure.printed.clone()]);
            rows.push(serde_json::json!({ "figure": name, "before": old, "now": figure.printed }));
        }
    }
    let count = rows.len();
    println!(
        "{}",
        language.pick(
            format!("与已发布的报告相比，{count} 个数值不同"),
            format!("{count} figures differ from the published report"),
        )
    );
    table.print(Format::Table, &serde_json::Value::Array(rows))?;
    Ok(())
}

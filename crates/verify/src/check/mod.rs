//! One file, checked by itself or with a folder of the ledger.

mod attachments;
mod history;
mod opened;
mod page;
mod proof;
mod reference;
mod report;
mod shape;
mod sheets;

use std::path::Path;

use trueline_ledger::{
    Checkpoint, Distrust, Hash, Note, Policy, ReceiptError, Retirement, VerifierKey,
};

pub(crate) use attachments::INFLATED_MAX;
use opened::{Format, Opened};
use trueline_language::Text;

use crate::evidence::{EVIDENCE, Evidence};
use crate::figures::{Disagreement, disagreements};
use crate::json::from_canonical_json;
use crate::seal::{Rendering, Seal, Statement, Status, statement_id};
use crate::verdict::{Finding, Verdict, What};

/// What a check may rest on besides the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Whom to believe.
    pub policy: Option<&'a Policy>,
    /// A folder of tiles.
    pub ledger: Option<&'a Path>,
    /// A checkpoint that the reader kept.
    pub since: Option<&'a Note>,
}

/// Checks one file: everything that can be decided is in the verdict.
pub fn check_file(bytes: &[u8], name: &str, options: &Options<'_>) -> Verdict {
    let mut verdict = Verdict::new(name);
    if proof::is_proof(bytes) {
        proof::check(bytes, options, &mut verdict);
        return verdict.close();
    }
    verdict.with_ledger = options.ledger.is_some();
    let opened = opened::open(bytes, &mut verdict);
    if let Some(opened) = opened {
        let seal = sealed(&opened, &mut verdict);
        let evidence = evidence(&opened, seal.as_ref(), &mut verdict);
        if let Some(seal) = &seal {
            let retired = match options.ledger {
                Some(folder) => {
                    let case = history::Case {
                        folder,
                        seal: &seal.seal,
                        statement: &seal.statement,
                        evidence: evidence.as_ref(),
                        options,
                    };
                    history::check(&case, &mut verdict)
                }
                None => Vec::new(),
            };
            trust(seal.seal.receipt.checkpoint(), options.policy, &retired, &mut verdict);
        }
        numbers(&opened, evidence.as_ref(), seal.as_ref(), &mut verdict);
    }
    always(options, &mut verdict);
    verdict.close()
}

/// The evidence that lies in a file, not yet believed: whoever works it out again from the records
/// compares it with what [`check_file`] says of the same file.
pub fn evidence_in(bytes: &[u8]) -> Option<Evidence> {
    let opened = opened::open(bytes, &mut Verdict::new(""))?;
    let evidence: Evidence = from_canonical_json(&opened.evidence?).ok()?;
    (evidence.format == EVIDENCE).then_some(evidence)
}

/// The seal that lies in a file, not yet believed.
pub fn seal_in(bytes: &[u8]) -> Option<Seal> {
    opened::open(bytes, &mut Verdict::new(""))?.seal.ok()
}

/// The data of the report that lies in a file, not yet believed.
pub fn report_in(bytes: &[u8]) -> Option<Vec<u8>> {
    opened::open(bytes, &mut Verdict::new(""))?.report
}

/// A seal whose statement reads.
struct Sealed {
    seal: Seal,
    statement: Statement,
    /// Whether the rendering is byte by byte what the statement names.
    is_same: bool,
}

fn sealed(opened: &Opened, verdict: &mut Verdict) -> Option<Sealed> {
    let seal = match &opened.seal {
        Ok(seal) => seal.clone(),
        Err(error) => {
            let zh = format!("读不到封印：{}", opened::seal_in_words(error));
            verdict.find(Finding::new(
                What::Seal,
                Text::new(zh, format!("no seal can be read: {error}")),
            ));
            return None;
        }
    };
    let Some(statement) = Statement::from_entry(seal.entry.as_bytes()) else {
        let says = Text::new("封印中的声明已损坏", "the statement in the seal is damaged");
        verdict.find(Finding::new(What::Seal, says));
        return None;
    };
    let id = statement_id(&seal.entry);
    verdict.report = Some(about(opened.format, &statement, &id));
    verdict.sealed_as = Some(id);
    let digest = opened.digest.to_hex();
    let format = opened.format.name();
    let named: Vec<&Rendering> =
        statement.renderings.iter().filter(|one| one.format == format).collect();
    let is_same = named.iter().any(|one| one.sha256 == digest);
    if is_same {
        verdict.prove(
            format!("本文件（{format}）的内容与封印时完全一致"),
            format!("the contents of this file ({format}) are exactly what was sealed"),
        );
    } else {
        let says = if named.is_empty() {
            Text::new(
                format!("该声明没有为{format}格式封印"),
                format!("the statement seals no file of the format {format}"),
            )
        } else {
            Text::new(
                format!("文件内容与封印时不同（摘要为{}…）", &digest[..12]),
                format!(
                    "the file is not the one that was sealed (its digest is {}…)",
                    &digest[..12]
                ),
            )
        };
        verdict.find(Finding::new(What::Rendering, says).at("file"));
    }
    place(&seal, verdict);
    Some(Sealed { seal, statement, is_same })
}

fn about(format: Format, statement: &Statement, id: &str) -> Text {
    let status = match statement.status {
        Status::Draft => ("草稿", "draft"),
        Status::Published => ("已发布", "published"),
    };
    let simulated = if statement.simulated {
        ("，含模拟数据", ", holds simulated records")
    } else {
        ("", "")
    };
    let (pack, period, format) = (&statement.pack, &statement.period, format.name());
    Text::new(
        format!("{pack} {period} 报告（{format}，{}{}），封印编号 {id}", status.0, simulated.0),
        format!("report {pack} {period} ({format}, {}{}), sealed as {id}", status.1, simulated.1),
    )
}

/// Whether the statement is the entry that the receipt says.
fn place(seal: &Seal, verdict: &mut Verdict) {
    let receipt = &seal.receipt;
    let Ok(checkpoint) = Checkpoint::parse(receipt.checkpoint().text()) else {
        let says = Text::new("封印中的检查点已损坏", "the checkpoint in the seal is damaged");
        verdict.find(Finding::new(What::Receipt, says));
        return;
    };
    let (index, size, origin) = (receipt.index(), checkpoint.size(), checkpoint.origin());
    match receipt.check_path(seal.entry.as_bytes(), &checkpoint) {
        Ok(()) => verdict.prove(
            format!("声明是账本 {origin} 在检查点（共{size}条）下的第{index}条"),
            format!(
                "the statement is entry {index} of the ledger {origin} as of its {size} entries"
            ),
        ),
        Err(error) => {
            let says = Text::new(
                format!("声明不是账本的第{index}条：路径不能导出检查点的根"),
                format!("the statement is not entry {index} of the ledger: {error}"),
            );
            verdict.find(Finding::new(What::Receipt, says));
        }
    }
}

/// Who vouches for the checkpoint of a seal or proof.
fn trust(note: &Note, policy: Option<&Policy>, retired: &[Retirement], verdict: &mut Verdict) {
    let Some(policy) = policy else {
        let keys: Vec<String> = note
            .signatures()
            .iter()
            .map(|line| format!("{}+{:08x}", line.name(), line.key_id()))
            .collect();
        let keys = keys.join(", ");
        verdict.not_proved.insert(
            0,
            Text::new(
                format!(
                    "由密钥 {keys} 签署，无从得知其是否属于该企业，签名也未核对（请以 --policy 给出可信密钥）"
                ),
                format!(
                    "signed by key {keys}, which I cannot know to be the operator's; the signature is not checked (give --policy)"
                ),
            ),
        );
        return;
    };
    match policy.check(note, retired) {
        Ok(trust) => {
            let names: Vec<&str> = trust.log_keys.iter().map(VerifierKey::name).collect();
            let names = names.join(", ");
            verdict.prove(
                format!("检查点由策略文件所列的 {names} 签署"),
                format!("the checkpoint is signed by {names} of your policy"),
            );
            for (name, time) in &trust.witnesses {
                verdict.prove(
                    format!("见证方 {name} 于 {} 之前见过该检查点", moment(*time)),
                    format!("the witness {name} had seen it by {}", moment(*time)),
                );
            }
            if trust.witnesses.is_empty() {
                verdict.cannot(
                    "没有见证方：企业可能向他人出示另一份历史",
                    "no witness: the operator may have shown others another history",
                );
            }
        }
        Err(error) => {
            let zh = distrust(&error);
            let says = Text::new(zh, format!("the checkpoint is not trusted: {error}"));
            verdict.find(Finding::new(What::Trust, says));
        }
    }
}

fn distrust(error: &Distrust) -> String {
    match error {
        Distrust::Note(error) => format!("检查点的签名不成立（{error}）"),
        Distrust::NoLog { origin } => format!("策略所列的账本都没有签署 {origin} 的检查点"),
        Distrust::Retired { key } => format!("密钥 {key} 已停用，停用前没有见证方见过该检查点"),
        Distrust::NoQuorum { witnesses } if witnesses.is_empty() => {
            "见证方不足法定数：没有见证方联署".to_owned()
        }
        Distrust::NoQuorum { witnesses } => {
            format!("见证方不足法定数：联署的只有 {}", witnesses.join("、"))
        }
    }
}

/// The evidence, if it reads: the sealed one, and in agreement with itself.
fn evidence(opened: &Opened, sealed: Option<&Sealed>, verdict: &mut Verdict) -> Option<Evidence> {
    let Some(bytes) = &opened.evidence else {
        let says = Text::new("文件中没有可读的证据", "there is no evidence in it that can be read");
        verdict.find(Finding::new(What::Evidence, says).at("evidence"));
        return None;
    };
    if let Some(sealed) = sealed {
        if Hash::of(bytes).to_hex() == sealed.statement.evidence {
            verdict.prove("证据与封印时完全一致", "the evidence is exactly what was sealed");
        } else {
            let says = Text::new("证据与封印时不同", "the evidence is not the one that was sealed");
            verdict.find(Finding::new(What::Evidence, says).at("evidence"));
        }
    }
    let evidence = from_canonical_json::<Evidence>(bytes);
    let evidence = evidence.ok().filter(|evidence| evidence.format == EVIDENCE);
    let Some(evidence) = evidence else {
        let says = Text::new("证据的格式不正确", "the evidence is not of the form that it names");
        verdict.find(Finding::new(What::Evidence, says).at("evidence"));
        return None;
    };
    if sealed.is_some_and(|sealed| sealed.statement.pack != evidence.pack.id) {
        let says = Text::new(
            "证据的指标包不是声明所写的",
            "the evidence is of another pack than the statement",
        );
        verdict.find(Finding::new(What::Evidence, says).at("evidence"));
    }
    let wrong = disagreements(&evidence);
    if wrong.is_empty() {
        let blocks: usize = evidence.populations.iter().map(|one| one.blocks.len()).sum();
        let figures = evidence.figures.len();
        verdict.prove(
            format!("证据中的{figures}项指标均由{blocks}个数据块的分块数据相加得出"),
            format!("all {figures} figures of the evidence add up from the partial figures of {blocks} blocks"),
        );
    }
    for one in wrong {
        verdict.find(disagreement(&one));
    }
    Some(evidence)
}

fn disagreement(one: &Disagreement) -> Finding {
    let en = one.to_string();
    let (zh, figure) = match one {
        Disagreement::Figure { figure, printed, computed } => {
            (format!("{figure}：证据写为 {printed}，分块相加得 {computed}"), Some(figure))
        }
        Disagreement::NoCell { figure } => {
            (format!("{figure}：证据所指的单元不存在"), Some(figure))
        }
        Disagreement::Twice { figure } => (format!("{figure}：在证据中出现两次"), Some(figure)),
        Disagreement::Cells { dataset, period } => {
            (format!("{dataset} {period}：单元重复、不存在或没有定义"), None)
        }
        Disagreement::NotAtRank { figure, value } => {
            (format!("{figure}：分位数 {value} 不在其名次上"), Some(figure))
        }
        Disagreement::Rows { dataset, period, blocks, rows } => {
            (format!("{dataset} {period}：各块共{blocks}条，总体为{rows}条"), None)
        }
        Disagreement::Root { dataset, period } => {
            (format!("{dataset} {period}：各块不能导出总体的根"), None)
        }
        Disagreement::Lag { dataset, period } => {
            (format!("{dataset} {period}：入账时滞的数字自相矛盾"), None)
        }
        Disagreement::Definition { id } => {
            (format!("定义 {id} 的文本不是规范写法，或与其摘要不符"), None)
        }
    };
    let finding = Finding::new(What::Evidence, Text::new(zh, en)).at("evidence");
    match figure {
        Some(figure) => finding.of(figure),
        None => finding,
    }
}

/// Every number of the report against the evidence.
fn numbers(
    opened: &Opened,
    evidence: Option<&Evidence>,
    sealed: Option<&Sealed>,
    verdict: &mut Verdict,
) {
    let Some(evidence) = evidence else { return };
    if let Some(book) = &opened.workbook {
        sheets::check(book, evidence, sealed.is_some_and(|sealed| sealed.is_same), verdict);
        return;
    }
    let report = opened.report.as_deref().map(serde_json::from_slice::<shape::Report>);
    let Some(Ok(report)) = report else {
        let says = Text::new("文件中没有可读的报告数据", "the data of the report cannot be read");
        verdict.find(Finding::new(What::Unreadable, says).at("report"));
        return;
    };
    let compared = report::compare(&report, evidence);
    let (figures, spans) = (compared.figures, compared.spans);
    let mut findings = compared.findings;
    if let Some(page) = &opened.page {
        findings.extend(page::compare(page, &report));
    }
    if findings.is_empty() {
        verdict.prove(
            format!("报告数据中的{figures}项指标（含件数、超限、排除、扣除）与证据逐项相符"),
            format!("{figures} figures of the report, with counts, exclusions and pauses, are those of the evidence"),
        );
        verdict.prove(
            format!("正文引用的{spans}处数字与指标相符"),
            format!("{spans} numbers in the words of the report are those of the figures"),
        );
    } else if sealed.is_some_and(|sealed| !sealed.is_same) {
        verdict.remark(
            "除已点明者外，已封印而不重新计算的部分也可能有改动",
            "besides what is named, parts that are sealed but not recomputed may be changed, too",
        );
    }
    verdict.findings.extend(findings);
    if opened.format == Format::Pdf {
        verdict.cannot(
            "PDF 页面上的文字只按整份文件的摘要核对，未逐字与附件比对",
            "the text of the PDF's pages is sealed with the file, but not compared word by word",
        );
        if verdict.findings.iter().all(|finding| finding.what == What::Rendering)
            && !verdict.findings.is_empty()
        {
            verdict.remark(
                "附件中的证据和数据未变：改动在页面或文件的其他部分",
                "the attachments still agree: the pages or another part of the file were changed",
            );
        }
    }
    let published = &compared.published;
    if !published.is_empty() {
        let list = published.join(", ");
        verdict.cannot(
            format!("引自他处公布、未重新计算的指标：{list}"),
            format!("taken from elsewhere as published, not computed: {list}"),
        );
    }
    verdict.cannot(
        "图表的柱和线、限值、定义的文字：已封印，未重新计算",
        "bars and lines of charts, limits, the prose of definitions: sealed, not recomputed",
    );
    if evidence.populations.iter().any(|one| one.lag.is_some()) {
        verdict.cannot(
            "入账时滞是否属实（需数据重新计算；见证时间需账本和策略）",
            "that the commitment lag is true (needs the data, and the ledger and a policy for its times)",
        );
    }
    denominators(evidence, verdict);
}

fn denominators(evidence: &Evidence, verdict: &mut Verdict) {
    if evidence.inputs.iter().any(|input| input.dataset == "count") {
        verdict.cannot(
            "用作分母的用户数等（count 数据）是否属实",
            "whether the counts that figures are divided by (the dataset count) are true",
        );
    }
}

/// What no check of this kind can show.
fn always(options: &Options<'_>, verdict: &mut Verdict) {
    verdict.cannot(
        "现场发生的事情是否如记录所载；封印只能使改动可察觉，不能保证记录真实",
        "that what happened in the field is what was recorded: a seal is tamper-evident, no more",
    );
    verdict.cannot(
        "封印之前是否漏记或改过记录",
        "that nothing was left out or changed before the records were committed to",
    );
    if options.ledger.is_none() {
        if options.policy.is_some() {
            verdict.cannot(
                "策略所列的密钥是否已停用（停用记在账本中：--ledger）",
                "that no key of the policy was retired (the ledger says so: --ledger)",
            );
        }
        verdict.cannot(
            "账本历史是否分叉或缩短（需账本文件夹：--ledger）",
            "that the ledger's history has not forked or shrunk (needs its folder: --ledger)",
        );
    }
    verdict.cannot(
        "分块数据是否由记录本身得出（需数据，由 trueline verify 核验）",
        "that the partial figures follow from the records (needs the data: trueline verify)",
    );
}

/// Seconds since 1970 as a date and time for a person, UTC, to the minute.
pub(crate) fn moment(seconds: u64) -> String {
    let text = instant(seconds);
    let minutes = text.get(..text.len().saturating_sub(":00Z".len())).unwrap_or_default();
    format!("{} UTC", minutes.replace('T', " "))
}

/// Seconds since 1970 as RFC 3339, UTC.
pub(crate) fn instant(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days from the year 0 of a calendar that begins in March, so leap days come last.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

pub(crate) fn receipt_in_words(error: &ReceiptError) -> String {
    match error {
        ReceiptError::Malformed(_) => "凭据格式不正确".to_owned(),
        ReceiptError::Distrust(error) => distrust(error),
        ReceiptError::Proof(_) => "凭据的路径不成立".to_owned(),
    }
}

//! The seal of a file: its statement, the digest that it names, and its place in the ledger.

use trueline_ledger::Checkpoint;

use super::opened::{FileFormat, OpenedFile, describe_seal_error};
use crate::seal::{Seal, SealedRendering, Statement, StatementStatus, statement_id};
use crate::verdict::{FileVerdict, FindingKind, VerdictFinding};
use trueline_language::Text;

/// A seal whose statement can be read.
pub(crate) struct SealedStatement {
    pub(crate) seal: Seal,
    pub(crate) statement: Statement,
    /// Whether the file is byte for byte the one that the statement names.
    pub(crate) is_same: bool,
}

pub(crate) fn read_seal(opened: &OpenedFile, verdict: &mut FileVerdict) -> Option<SealedStatement> {
    let seal = match &opened.seal {
        Ok(seal) => seal.clone(),
        Err(error) => {
            let zh = format!("读不到封印：{}", describe_seal_error(error));
            verdict.add_finding(VerdictFinding::new(
                FindingKind::Seal,
                Text::new(zh, format!("no seal can be read: {error}")),
            ));
            return None;
        }
    };
    let Some(statement) = Statement::from_entry(seal.entry.as_bytes()) else {
        let says = Text::new("封印中的声明已损坏", "the statement in the seal is damaged");
        verdict.add_finding(VerdictFinding::new(FindingKind::Seal, says));
        return None;
    };
    let id = statement_id(&seal.entry);
    verdict.report = Some(describe_statement(opened.format, &statement, &id));
    verdict.sealed_as = Some(id);
    let digest = opened.digest.to_hex();
    let format = opened.format.name();
    let named: Vec<&SealedRendering> =
        statement.renderings.iter().filter(|one| one.format == format).collect();
    let is_same = named.iter().any(|one| one.sha256 == digest);
    if is_same {
        verdict.add_proved(
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
        verdict.add_finding(VerdictFinding::new(FindingKind::Rendering, says).at_place("file"));
    }
    check_place_in_ledger(&seal, verdict);
    Some(SealedStatement { seal, statement, is_same })
}

fn describe_statement(format: FileFormat, statement: &Statement, id: &str) -> Text {
    let status = match statement.status {
        StatementStatus::Draft => ("草稿", "draft"),
        StatementStatus::Published => ("已发布", "published"),
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

/// Checks that the statement is the entry that the receipt names.
fn check_place_in_ledger(seal: &Seal, verdict: &mut FileVerdict) {
    let receipt = &seal.receipt;
    let Ok(checkpoint) = Checkpoint::parse(receipt.checkpoint().text()) else {
        let says = Text::new("封印中的检查点已损坏", "the checkpoint in the seal is damaged");
        verdict.add_finding(VerdictFinding::new(FindingKind::Receipt, says));
        return;
    };
    let (index, size, origin) = (receipt.index(), checkpoint.size(), checkpoint.origin());
    match receipt.check_path(seal.entry.as_bytes(), &checkpoint) {
        Ok(()) => verdict.add_proved(
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
            verdict.add_finding(VerdictFinding::new(FindingKind::Receipt, says));
        }
    }
}

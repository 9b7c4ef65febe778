//! `trueline publish`: a sealed draft becomes the published report, in the names of those who
//! answer for it.

use serde_json::{Value, json};
use trueline_language::{Explain as _, text};

use super::place::InstanceFolders;
use super::report::explain_seal_failure;
use super::report_arguments::PublishArguments;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::systems::reports::{ChangedFigure, PublishError, Signatories, publish_draft};

pub(super) fn run_publish(
    asked: &PublishArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let state = place.open_instance()?.state;
    let signatories = Signatories {
        prepared_by: asked.prepared_by.clone(),
        reviewed_by: asked.reviewed_by.clone(),
        signed_by: asked.signed_by.clone(),
    };
    let published = publish_draft(&state, &asked.id, &signatories, asked.out.as_deref())
        .map_err(explain_publish_failure)?;
    let (id, size, out) = (&published.sealed.id, published.sealed.size, published.folder.display());
    println!(
        "{}",
        language.pick(
            format!("已发布 {id}，账本共 {size} 条：{out}"),
            format!("published as {id}, the ledger has {size} entries: {out}"),
        )
    );
    if let Some(changes) = &published.changes {
        print_changes(changes, language)?;
    }
    Ok(())
}

/// What stands in the way, in words, and what to do.
fn explain_publish_failure(error: PublishError) -> Failure {
    let message = error.to_text();
    match error {
        PublishError::NoDraft(_) | PublishError::SeveralDrafts(_) => Failure::wrong_request(
            message,
            text!(
                "`trueline report` 封印草稿并给出编号",
                "`trueline report` seals a draft and prints its id"
            ),
        ),
        PublishError::DamagedDraft(_) | PublishError::NothingToSeal => {
            Failure::negative_answer(message)
        }
        PublishError::AlreadyPublished(_) => {
            Failure::wrong_request(message, text!("请给出草稿的编号", "name a draft"))
        }
        PublishError::NotARestatement { id, .. } => Failure::wrong_request(
            message,
            text!(
                "更正：`trueline report --restates {id} --reason 原因 …`，再发布新草稿",
                "correct it: `trueline report --restates {id} --reason TEXT …`, then publish \
                 that draft"
            ),
        ),
        PublishError::RestatesNothing => Failure::wrong_request(
            message,
            text!("不带 --restates 重新生成草稿", "make the draft again without --restates"),
        ),
        PublishError::Seal(error) => explain_seal_failure(error),
        PublishError::Ledger(_)
        | PublishError::Render(_)
        | PublishError::File(_)
        | PublishError::Json(_) => Failure::from(error),
    }
}

/// The figures that a restatement changes.
fn print_changes(changes: &[ChangedFigure], language: Language) -> Result<(), Failure> {
    let mut table = TextTable::new(&[
        (language.pick("指标", "figure"), Align::Left),
        (language.pick("更正前", "before"), Align::Right),
        (language.pick("更正后", "now"), Align::Right),
    ]);
    let mut rows = Vec::new();
    for ChangedFigure { figure, before, now } in changes {
        table.add_row(vec![figure.clone(), before.clone(), now.clone()]);
        rows.push(json!({ "figure": figure, "before": before, "now": now }));
    }
    let count = changes.len();
    println!(
        "{}",
        language.pick(
            format!("与已发布的报告相比，{count} 个数值不同"),
            format!("{count} figures differ from the published report"),
        )
    );
    table.print_as(OutputFormat::Table, &Value::Array(rows))?;
    Ok(())
}

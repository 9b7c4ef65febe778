//! `trueline publish`: a sealed draft becomes the published report, in the names of who answers.

use serde_json::{Value, json};

use super::arguments::PublishArguments;
use super::place::InstanceFolders;
use super::report::seal_failure;
use super::{Align, Failure, Language, OutputFormat, TextTable};
use crate::systems::reports::{ChangedFigure, PublishError, Signatories, publish_draft};

pub(super) fn run(
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
        .map_err(|error| failure(error, language))?;
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
fn failure(error: PublishError, language: Language) -> Failure {
    match error {
        PublishError::NoDraft(id) => Failure::wrong_request(
            language.pick(format!("没有编号为 {id}"), format!("no sealed report is called {id}")),
            name_a_draft(language),
        ),
        PublishError::SeveralDrafts(id) => Failure::wrong_request(
            language.pick(
                format!("不止一份报告的编号开头是 {id}"),
                format!("more than one sealed report begins with {id}"),
            ),
            name_a_draft(language),
        ),
        PublishError::DamagedDraft(folder) => Failure::negative_answer(language.pick(
            format!("{folder} 中的草稿已损坏或被改动"),
            format!("the draft in {folder} is damaged or was changed"),
        )),
        PublishError::AlreadyPublished(id) => Failure::wrong_request(
            language.pick(format!("{id} 已经发布"), format!("{id} is published already")),
            language.pick("请给出草稿的编号", "name a draft"),
        ),
        PublishError::NotARestatement { period, id } => Failure::wrong_request(
            language.pick(
                format!("{period} 已发布为 {id}；已发布的报告不被替换"),
                format!("{period} was published as {id}; a published report is not replaced"),
            ),
            language.pick(
                format!("更正：`trueline report --restates {id} --reason 原因 …`，再发布新草稿"),
                format!(
                    "correct it: `trueline report --restates {id} --reason TEXT …`, then publish \
                     that draft"
                ),
            ),
        ),
        PublishError::RestatesNothing => Failure::wrong_request(
            language.pick(
                "草稿要更正的报告未发布",
                "the draft restates a report that is not published",
            ),
            language
                .pick("不带 --restates 重新生成草稿", "make the draft again without --restates"),
        ),
        PublishError::NothingToSeal => Failure::negative_answer(
            language.pick("草稿中没有可封印的文件", "nothing in the draft carries a seal"),
        ),
        PublishError::Seal(error) => seal_failure(error),
        PublishError::Ledger(_)
        | PublishError::Render(_)
        | PublishError::File(_)
        | PublishError::Json(_) => Failure::from(error),
    }
}

fn name_a_draft(language: Language) -> &'static str {
    language.pick(
        "`trueline report` 封印草稿并给出编号",
        "`trueline report` seals a draft and prints its id",
    )
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

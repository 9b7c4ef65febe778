//! `trueline spot-check FILE`: cases that the operator could not choose, to look at in the field.
//!
//! What cryptography cannot show is whether records were true when they were written. This draws
//! cases by a value that nobody knew when the report was sealed, lists what to ask for, proves each
//! case against the ledger, and says what the answers support.

mod answers;
mod columns;
mod sheet;

use std::path::Path;

use trueline_language::{Explain as _, text};

use trueline_ledger::{Hash, Policy, Receipt};
use trueline_numbers::error_rate_upper_bound;
use trueline_verify::{VerifyOptions, check_file, draw_seed, extract_evidence, extract_seal};

use super::ledger::format_moment;
use super::ledger::prove::explain_proof_failure;
use super::named_file::read_named_file;
use super::report_arguments::SpotCheckArguments;
use super::{Align, Failure, Language, OutputFormat, ProgressStep, TextTable};
use crate::clock::Clock;
use crate::ledger::read_policy_file;
use crate::program::Program;
use crate::systems::proofs::{DrawnCase, SpotCheckError, SpotCheckRequest, SpotDraw, draw_cases};
use answers::{CONFIDENCE, format_rate, judge_answers};
use sheet::FieldSheet;

pub(super) fn run_spot_check(
    asked: &SpotCheckArguments,
    clock: Clock,
    language: Language,
) -> Result<(), Failure> {
    let bytes = read_named_file(&asked.file)?;
    let policy = asked.policy.as_deref().map(read_policy_file).transpose()?;
    let options = VerifyOptions { policy: policy.as_ref(), ..VerifyOptions::default() };
    let holds = check_file(&bytes, &asked.file.display().to_string(), &options).holds;
    let (Some(evidence), Some(seal), true) =
        (extract_evidence(&bytes), extract_seal(&bytes), holds)
    else {
        return Err(Failure::negative_answer(text!(
            "报告本身不一致，抽查没有意义",
            "the report does not agree with itself, so there is nothing to draw from"
        ))
        .with_next(text!("先运行 `trueline verify 文件`", "run `trueline verify FILE` first")));
    };
    let seed = draw_seed(seal.receipt.checkpoint(), &asked.value);
    let state = Program::open(&asked.data, None, clock)?.state;
    let step = language.pick("抽取工单", "drawing cases");
    let bar = ProgressStep::start_step(step, 0);
    let request = SpotCheckRequest {
        seed,
        cases: asked.cases as usize,
        figure: asked.figure.as_deref(),
        policy: policy.as_ref(),
    };
    let SpotDraw { cases: drawn, zone } = draw_cases(&evidence, &state, &request)
        .map_err(|error| explain_failure(error, &asked.data))?;
    bar.finish_step(&format!("{step}: {}", drawn.len()));
    let newest = find_witness_time(&seal.receipt, policy.as_ref());
    if let Some(path) = &asked.answers {
        return judge_answers(&drawn, path, asked.format, language);
    }
    let indicator = asked.figure.as_deref().and_then(|id| Some(id.rsplit_once('.')?.0.to_owned()));
    let sheet = FieldSheet::new(&drawn, (&zone, indicator.as_deref()), language);
    if let Some(folder) = &asked.out {
        sheet.write_files(folder, &drawn)?;
    }
    sheet.table.print_as(asked.format, &sheet.to_json(seed))?;
    if asked.format == OutputFormat::Table {
        explain_draw(asked, (seed, newest), drawn.len(), language);
    }
    Ok(())
}

/// Why no cases were drawn, in words.
fn explain_failure(error: SpotCheckError, data: &Path) -> Failure {
    match error {
        SpotCheckError::NoCases => Failure::negative_answer(error.to_text()),
        SpotCheckError::NoFigure { figure, known } => Failure::wrong_request(
            text!(
                "报告中没有由记录算出的指标值 `{figure}`",
                "no figure `{figure}` of the report is made from records"
            ),
            text!("可选：{}", "use one of {}", known.join(", ")),
        ),
        SpotCheckError::NoLedger => Failure::wrong_request(
            text!("{} 中没有账本", "{} holds no ledger", data.display()),
            text!(
                "请指定由 `trueline export --for-verification` 生成的文件夹",
                "name a folder that `trueline export --for-verification` made"
            ),
        ),
        SpotCheckError::Proof(error) => explain_proof_failure(error),
        SpotCheckError::Recheck(_) | SpotCheckError::Ledger(_) | SpotCheckError::Check(_) => {
            Failure::from(error)
        }
    }
}

/// The newest time at which a witness had seen the checkpoint.
fn find_witness_time(receipt: &Receipt, policy: Option<&Policy>) -> Option<u64> {
    let trust = policy?.check_checkpoint(receipt.checkpoint(), &[]).ok()?;
    trust.witnesses.iter().map(|(_, time)| *time).max()
}

fn explain_draw(
    asked: &SpotCheckArguments,
    (seed, newest): (Hash, Option<u64>),
    drawn: usize,
    language: Language,
) {
    let (seed, value) = (seed.to_hex(), &asked.value);
    let bound = error_rate_upper_bound(0, drawn as u64, CONFIDENCE).unwrap_or(1.0);
    let bound = format_rate(bound);
    let newer = match newest.map(format_moment) {
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

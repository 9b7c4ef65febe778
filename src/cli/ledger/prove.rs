//! `trueline ledger prove CASE`: was my case counted, and as what?

use std::path::Path;

use trueline_language::{Explain as _, text};
use trueline_verify::{CaseChecked, CaseFound};

use super::super::named_file::write_named_file;
use super::super::{Failure, Language};
use super::history::read_history;
use crate::state::State;
use crate::systems::proofs::{CaseProofError, prove_case};

/// What is asked of a case.
#[derive(Debug)]
pub(super) struct CaseQuestion<'a> {
    /// `source/source_key`
    pub(super) case: &'a str,
    /// The first digits of a sealed report's id; `None` for the newest.
    pub(super) report: Option<&'a str>,
    pub(super) out: Option<&'a Path>,
}

pub(super) fn run_prove(
    state: &State,
    asked: &CaseQuestion<'_>,
    language: Language,
) -> Result<(), Failure> {
    let Some((source, key)) = asked.case.split_once('/') else {
        return Err(Failure::wrong_request(
            text!("工单应写作 来源/编号", "a case is written SOURCE/NUMBER"),
            text!("写法同 `trueline cases` 的输出", "as `trueline cases` prints it"),
        ));
    };
    let case = vec![source.to_owned(), key.to_owned()];
    let history = read_history(&state.instance)?;
    let proof = prove_case(state, &history, case, asked.report).map_err(explain_proof_failure)?;
    if let Some(path) = asked.out {
        write_named_file(path, proof.text.as_bytes())?;
    }
    print_checked(&proof.checked, language);
    Ok(())
}

/// Why there is no proof, in words.
pub(crate) fn explain_proof_failure(error: CaseProofError) -> Failure {
    match error {
        CaseProofError::NoReport => Failure::wrong_request(
            text!("没有这份已封印的报告", "no such report was sealed"),
            text!("先运行 `trueline report`", "run `trueline report` first"),
        ),
        CaseProofError::NoCases | CaseProofError::NoPopulationEntry => {
            Failure::negative_answer(error.to_text())
        }
        CaseProofError::Ledger(_)
        | CaseProofError::Recheck(_)
        | CaseProofError::Check(_)
        | CaseProofError::Evidence(_)
        | CaseProofError::Json(_)
        | CaseProofError::File(_) => Failure::from(error),
    }
}

fn print_checked(checked: &CaseChecked, language: Language) {
    let (case, period) = (checked.case.join("/"), &checked.population.period);
    match &checked.found {
        CaseFound::Counted { .. } => {
            println!(
                "{}",
                language.pick(
                    format!("{case} 在 {period} 的工单集合中"),
                    format!("{case} is in the population of {period}"),
                )
            );
            for line in checked.counted_as() {
                println!("  {}", line.as_str(language));
            }
        }
        CaseFound::NotThere { before, after } => {
            let name =
                |key: &Option<Vec<String>>| key.as_ref().map_or("—".into(), |k| k.join("/"));
            let (before, after) = (name(before), name(after));
            println!(
                "{}",
                language.pick(
                    format!("{case} 不在 {period} 的工单集合中；相邻的两件：{before}，{after}"),
                    format!("{case} is not in the population of {period}; its two neighbours: {before}, {after}"),
                )
            );
        }
    }
}

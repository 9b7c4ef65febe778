//! `trueline export --for-verification`: what a regulator gets, and nothing else.

use trueline_language::text;

use super::place::InstanceFolders;
use super::report_arguments::ExportArguments;
use super::{Failure, Language};
use crate::systems::proofs::{ExportError, export_for_verification};

pub(super) fn run_export(
    asked: &ExportArguments,
    place: &InstanceFolders,
    language: Language,
) -> Result<(), Failure> {
    let state = place.open_instance()?.state;
    let out = &asked.for_verification;
    export_for_verification(&state, out).map_err(|error| match error {
        ExportError::NotEmpty(folder) => Failure::wrong_request(
            text!("{folder} 不是空文件夹", "{folder} is not an empty folder"),
            text!("另选一个文件夹", "name another folder"),
        ),
        ExportError::Ledger(_)
        | ExportError::Lake(_)
        | ExportError::Pack(_)
        | ExportError::File(_)
        | ExportError::Json(_) => Failure::from(error),
    })?;
    println!(
        "{}",
        language.pick(
            format!("核验材料：{}；其中没有密钥、隔离数据和设置", out.display()),
            format!("for verification: {}; no key, quarantine or setting in it", out.display()),
        )
    );
    Ok(())
}

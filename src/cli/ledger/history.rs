//! The ledger that a command reads, and its checkpoints and moments.

use jiff::Timestamp;
use trueline_language::text;
use trueline_ledger::{Checkpoint, Note};

use super::super::Failure;
use crate::instance::Instance;
use crate::ledger::LedgerHistory;

/// The ledger to read, which must be there.
pub(super) fn read_history(instance: &Instance) -> Result<LedgerHistory, Failure> {
    let history = LedgerHistory::read(instance)?;
    history.ok_or_else(|| {
        Failure::wrong_request(
            text!("该实例还没有账本", "this instance has no ledger yet"),
            text!(
                "首次导入或运行 `trueline ledger commit` 时建立",
                "it begins with the first import, or with `trueline ledger commit`"
            ),
        )
    })
}

/// A moment as people and programs read it.
pub(crate) fn format_moment(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|at| Timestamp::from_second(at).ok());
    moment.map_or_else(|| seconds.to_string(), |moment| moment.to_string())
}

/// How many entries a checkpoint is about; `None` if it is none.
pub(super) fn parse_checkpoint_size(note: &Note) -> Option<u64> {
    Some(Checkpoint::parse(note.text()).ok()?.size())
}

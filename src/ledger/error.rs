//! Why the ledger cannot be used.

use trueline_lake::LakeError;
use trueline_language::Phrase;
use trueline_ledger::{AppendError, KeyError, KeyFileError, LogReadError, OpenError};
use trueline_verify::JsonError;

use crate::instance::InstanceError;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum LedgerError {
    #[error("the ledger cannot be opened")]
    #[zh("无法打开账本")]
    Open(#[from] OpenError),
    #[error("the ledger cannot be written")]
    #[zh("无法写入账本")]
    Append(#[from] AppendError),
    #[error("the ledger cannot be read")]
    #[zh("无法读取账本")]
    Read(#[from] LogReadError),
    #[error(
        "the ledger's key is not in {0}; put ledger.key back there, or name its folder with --keys"
    )]
    #[zh("{0} 中没有账本密钥；请将 ledger.key 放回该处，或以 --keys 指定其所在文件夹")]
    NoKey(String),
    #[error("the ledger's key cannot be made")]
    #[zh("无法生成账本密钥")]
    Key(#[from] KeyError),
    #[error("the ledger's key cannot be used")]
    #[zh("账本密钥不可用")]
    KeyFile(#[from] KeyFileError),
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("a fact has no canonical form")]
    #[zh("条目内容没有规范形式")]
    Json(#[from] JsonError),
    #[error("the rows of {file} cannot be committed to")]
    #[zh("{file} 的行无法入账")]
    Rows {
        file: String,
        #[source]
        source: trueline_lake::NoForm,
    },
    #[error("cannot {doing} {file}")]
    #[zh("无法{doing} {file}")]
    File {
        doing: Phrase,
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the checkpoint of the ledger is damaged")]
    #[zh("账本的检查点已损坏")]
    Checkpoint(#[from] trueline_ledger::NoteError),
    #[error("the last Ed25519 key of the ledger cannot be retired")]
    #[zh("账本的最后一个 Ed25519 密钥不能停用")]
    LastKey,
    #[error("no connections can be made")]
    #[zh("无法建立网络连接")]
    Runtime { source: std::io::Error },
}

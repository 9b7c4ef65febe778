//! The receipt of one entry, which checks without the log (C2SP tlog-proof).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trueline_language::{Phrase, phrase};

use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::{Note, NoteError};
use crate::policy::{Distrust, Policy, Retirement, Trust};
use crate::tree::{ProofError, verify_inclusion};

const TITLE: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes of a proof: a tree is at most 63 levels high.
pub(crate) const HASHES_MAX: usize = 63;

/// Why a receipt does not prove what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum ReceiptError {
    /// It does not have the form of a receipt.
    #[error("not a receipt: {0}")]
    #[zh("不是凭据：{0}")]
    Malformed(Phrase),
    /// Its checkpoint is not trusted.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The entry is not where the receipt says.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl From<NoteError> for ReceiptError {
    fn from(error: NoteError) -> ReceiptError {
        ReceiptError::Distrust(Distrust::Note(error))
    }
}

/// A checkpoint with its signatures, and the path from one entry to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    extra: Option<Vec<u8>>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: Note,
}

impl Receipt {
    pub(crate) fn new(
        index: u64,
        path: Vec<Hash>,
        checkpoint: Note,
        extra: Option<Vec<u8>>,
    ) -> Receipt {
        Receipt { extra, index, path, checkpoint }
    }

    /// Reads a receipt.
    pub fn parse(bytes: &[u8]) -> Result<Receipt, ReceiptError> {
        let malformed = ReceiptError::Malformed;
        let text = std::str::from_utf8(bytes)
            .map_err(|_| malformed(phrase!("不是 UTF-8", "not UTF-8")))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(malformed(phrase!("缺少空行", "no empty line")))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(TITLE) {
            return Err(malformed(phrase!("首行不符", "the first line is another")));
        }
        let extra = lines.peek().and_then(|line| line.strip_prefix("extra "));
        let extra = extra.map(|extra| STANDARD.decode(extra)).transpose();
        let extra = extra.map_err(|_| {
            malformed(phrase!("附加数据不是 base64", "the extra data is not base64"))
        })?;
        if extra.is_some() {
            lines.next();
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index
            .and_then(parse_decimal)
            .ok_or(malformed(phrase!("缺少 index 行", "no index line")))?;
        let path: Result<Vec<Hash>, _> = lines.map(str::parse).collect();
        let path = path.map_err(|_| {
            malformed(phrase!("证明中有一行不是哈希", "a line of the proof is no hash"))
        })?;
        if path.len() > HASHES_MAX {
            return Err(malformed(phrase!("证明过长", "the proof is too long")));
        }
        let checkpoint = Note::parse(checkpoint.as_bytes())?;
        Checkpoint::parse(checkpoint.text())?;
        Ok(Receipt { extra, index, path, checkpoint })
    }

    /// Checks that the policy trusts the checkpoint and that it holds this entry.
    pub fn verify_entry(
        &self,
        entry: &[u8],
        policy: &Policy,
        retired: &[Retirement],
    ) -> Result<Trust, ReceiptError> {
        let trust = policy.check_checkpoint(&self.checkpoint, retired)?;
        self.check_path(entry, &trust.checkpoint)?;
        Ok(trust)
    }

    /// Checks the path alone: that a tree of this size and root has this entry at this place.
    pub fn check_path(&self, entry: &[u8], checkpoint: &Checkpoint) -> Result<(), ProofError> {
        let leaf = leaf_hash(entry);
        verify_inclusion(&leaf, self.index, &self.path, checkpoint.size(), checkpoint.root())
    }

    /// What the application added to the proof. Nothing vouches for it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The entry's number, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the entry's sibling up.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The checkpoint with its signatures, unchecked.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

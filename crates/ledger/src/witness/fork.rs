//! Evidence that a log told two histories. It convinces without trust in whoever found it.
//!
//! Two checkpoints, both signed by the log. Either they are of one size and differ in their roots;
//! or the larger tree does not begin with the smaller one, which is shown by hashes that lead to
//! the larger root and, on their left side, to a root other than the smaller one.

use std::fmt;

use trueline_language::phrase;

use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::keys::VerifierKey;
use crate::note::{Note, NoteError};
use crate::reader::{LogReadError, LogReader};
use crate::receipt::HASHES_MAX;
use crate::tree::both_roots;

const TITLE: &str = "tlog-fork/v1";

/// Why two checkpoints are no evidence of a fork.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ForkError {
    /// They are not two signed checkpoints.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// They are of different logs, or agree.
    #[error("the checkpoints do not contradict each other")]
    #[zh("两个检查点并不矛盾")]
    NoContradiction,
    /// The hashes do not lead to the larger root.
    #[error("the hashes do not belong to the larger tree")]
    #[zh("这些哈希不属于较大的树")]
    NotItsTree,
    /// No key signed both.
    #[error("no key of the log signed both checkpoints")]
    #[zh("没有账本的密钥同时签署了两个检查点")]
    NotSigned,
    /// The larger tree cannot be read.
    #[error("the larger tree cannot be read")]
    #[zh("无法读取较大的树")]
    Read(#[from] LogReadError),
}

/// Two checkpoints of one log that cannot both be true, and the hashes that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    smaller: Note,
    larger: Note,
    // The prefix proof in the larger tree, with its first hash always; empty for equal sizes.
    hashes: Vec<Hash>,
}

impl Fork {
    /// Two checkpoints of one size and different roots.
    pub fn same_size(one: &Note, other: &Note) -> Result<Fork, ForkError> {
        let fork = Fork { smaller: one.clone(), larger: other.clone(), hashes: Vec::new() };
        fork.check_contradiction()?;
        Ok(fork)
    }

    /// A smaller checkpoint against the tree of a larger one, read from the larger one's tiles.
    pub fn from_tiles(
        smaller: &Note,
        larger: &Note,
        reader: &LogReader,
    ) -> Result<Fork, ForkError> {
        let old = Checkpoint::parse(smaller.text())?.size();
        let new = Checkpoint::parse(larger.text())?.size();
        let hashes = reader.prefix_proof(old, new)?;
        let fork = Fork { smaller: smaller.clone(), larger: larger.clone(), hashes };
        fork.check_contradiction()?;
        Ok(fork)
    }

    /// A consistency proof that fails, if it happens to show the fork by itself.
    pub(crate) fn from_proof(
        smaller: &Note,
        larger: &Note,
        proof: &[Hash],
    ) -> Result<Fork, ForkError> {
        let fork =
            Fork { smaller: smaller.clone(), larger: larger.clone(), hashes: proof.to_vec() };
        fork.check_contradiction()?;
        Ok(fork)
    }

    /// Checks the evidence: one of these keys of the log signed both checkpoints, and they
    /// contradict each other. Returns the keys that signed both.
    pub fn verify_contradiction<'k>(
        &self,
        keys: &'k [VerifierKey],
    ) -> Result<Vec<&'k VerifierKey>, ForkError> {
        self.check_contradiction()?;
        let origin = Checkpoint::parse(self.smaller.text())?.origin().to_owned();
        let keys = keys.iter().filter(|key| key.name() == origin && !key.is_cosigner());
        let first = self.smaller.verify_signatures(keys.clone())?;
        let second = self.larger.verify_signatures(keys)?;
        let both: Vec<&VerifierKey> = first
            .iter()
            .map(|signed| signed.key)
            .filter(|key| second.iter().any(|signed| signed.key == *key))
            .collect();
        if both.is_empty() { Err(ForkError::NotSigned) } else { Ok(both) }
    }

    /// The checkpoint of fewer entries, or the one that was seen first.
    pub fn smaller_checkpoint(&self) -> &Note {
        &self.smaller
    }

    /// The other one.
    pub fn larger_checkpoint(&self) -> &Note {
        &self.larger
    }

    fn check_contradiction(&self) -> Result<(), ForkError> {
        let smaller = Checkpoint::parse(self.smaller.text())?;
        let larger = Checkpoint::parse(self.larger.text())?;
        if smaller.origin() != larger.origin() || smaller.size() > larger.size() {
            return Err(ForkError::NoContradiction);
        }
        if smaller.size() == larger.size() {
            let differ = smaller.root() != larger.root() && self.hashes.is_empty();
            return if differ { Ok(()) } else { Err(ForkError::NoContradiction) };
        }
        if smaller.size() == 0 {
            return Err(ForkError::NoContradiction);
        }
        let (seed, rest) = self.hashes.split_first().ok_or(ForkError::NotItsTree)?;
        let (prefix, whole) = both_roots(smaller.size(), larger.size(), seed, rest)
            .map_err(|_| ForkError::NotItsTree)?;
        if whole != *larger.root() {
            return Err(ForkError::NotItsTree);
        }
        if prefix == *smaller.root() { Err(ForkError::NoContradiction) } else { Ok(()) }
    }

    /// Reads evidence. It is checked by [`Fork::verify`], with keys that the reader trusts.
    pub fn parse(bytes: &[u8]) -> Result<Fork, NoteError> {
        let malformed = NoteError::Malformed;
        let text = std::str::from_utf8(bytes)
            .map_err(|_| malformed(phrase!("不是 UTF-8", "not UTF-8")))?;
        // A checkpoint holds no empty line, so its note has exactly one.
        let parts: Vec<&str> = text.splitn(5, "\n\n").collect();
        let [head, first_text, first_lines, second_text, second_lines] = parts.as_slice() else {
            return Err(malformed(phrase!("证据应有五部分", "evidence has five parts")));
        };
        let mut lines = head.split('\n');
        if lines.next() != Some(TITLE) {
            return Err(malformed(phrase!("首行不符", "the first line is another")));
        }
        let hashes: Result<Vec<Hash>, _> = lines.map(str::parse).collect();
        let hashes =
            hashes.map_err(|_| malformed(phrase!("有一行不是哈希", "a line is no hash")))?;
        if hashes.len() > HASHES_MAX + 1 {
            return Err(malformed(phrase!("哈希过多", "too many hashes")));
        }
        let smaller = Note::parse(format!("{first_text}\n\n{first_lines}\n").as_bytes())?;
        let larger = Note::parse(format!("{second_text}\n\n{second_lines}").as_bytes())?;
        for note in [&smaller, &larger] {
            Checkpoint::parse(note.text())?;
        }
        Ok(Fork { smaller, larger, hashes })
    }
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}")?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}\n{}", self.smaller, self.larger)
    }
}

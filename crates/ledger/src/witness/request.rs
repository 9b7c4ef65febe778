//! The messages between a log and a witness (C2SP tlog-witness, `add-checkpoint`).

use std::fmt;

use trueline_language::phrase;

use crate::checkpoint::{Checkpoint, parse_decimal};
use crate::hash::Hash;
use crate::note::{Note, NoteError, SignatureLine};
use crate::receipt::HASHES_MAX;

/// The type of a 409 that tells the newest size.
const SIZE_TYPE: &str = "text/x.tlog.size";
const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// The body of a request: a checkpoint, and the proof that it goes on from an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old_size: u64,
    proof: Vec<Hash>,
    note: Note,
}

impl AddCheckpoint {
    pub(crate) fn new(old_size: u64, proof: Vec<Hash>, note: Note) -> AddCheckpoint {
        AddCheckpoint { old_size, proof, note }
    }

    /// Reads the body of a request.
    pub fn parse(bytes: &[u8]) -> Result<AddCheckpoint, NoteError> {
        let malformed = NoteError::Malformed;
        let text = std::str::from_utf8(bytes)
            .map_err(|_| malformed(phrase!("不是 UTF-8", "not UTF-8")))?;
        let (head, note) =
            text.split_once("\n\n").ok_or(malformed(phrase!("缺少空行", "no empty line")))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(parse_decimal);
        let old_size = old.ok_or(malformed(phrase!("缺少 old 行", "no old size")))?;
        let proof: Result<Vec<Hash>, _> = lines.map(str::parse).collect();
        let proof = proof.map_err(|_| {
            malformed(phrase!("证明中有一行不是哈希", "a line of the proof is no hash"))
        })?;
        if proof.len() > HASHES_MAX {
            return Err(malformed(phrase!("证明过长", "the proof is too long")));
        }
        let note = Note::parse(note.as_bytes())?;
        Checkpoint::parse(note.text())?;
        Ok(AddCheckpoint { old_size, proof, note })
    }

    /// Entries in the tree that the witness cosigned last, as the log believes.
    pub fn old_size(&self) -> u64 {
        self.old_size
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint, unchecked.
    pub fn note(&self) -> &Note {
        &self.note
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

/// A witness's answer, for a server to send over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessResponse {
    /// The status code.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl WitnessResponse {
    pub(super) fn from_cosignature(line: &SignatureLine) -> WitnessResponse {
        WitnessResponse { status: 200, content_type: TEXT_TYPE, body: format!("{line}\n") }
    }

    pub(super) fn of_conflict(size: u64) -> WitnessResponse {
        WitnessResponse { status: 409, content_type: SIZE_TYPE, body: format!("{size}\n") }
    }

    pub(super) fn of_refusal(status: u16, why: &str) -> WitnessResponse {
        WitnessResponse { status, content_type: TEXT_TYPE, body: format!("{why}\n") }
    }
}

/// A witness's answer, as a log understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessReply {
    /// Signature lines, for [`crate::Log::attach`], which checks them.
    Cosigned(Vec<SignatureLine>),
    /// The witness has cosigned another size: ask again from there.
    Conflict {
        /// Entries in the tree that it cosigned last.
        size: u64,
    },
    /// It refuses, and repeating the request will not help.
    Refused {
        /// The status code.
        status: u16,
        /// What it said, shortened.
        message: String,
    },
}

impl WitnessReply {
    /// Reads an answer.
    pub fn parse(status: u16, content_type: &str, body: &[u8]) -> WitnessReply {
        let text = String::from_utf8_lossy(body);
        let lines = text.strip_suffix('\n');
        if status == 200 {
            let lines = lines.unwrap_or(&text).split('\n').take(crate::note::SIGNATURES_MAX);
            if let Ok(lines) = lines.map(SignatureLine::parse).collect() {
                return WitnessReply::Cosigned(lines);
            }
        }
        if status == 409
            && content_type == SIZE_TYPE
            && let Some(size) = lines.and_then(parse_decimal)
        {
            return WitnessReply::Conflict { size };
        }
        WitnessReply::Refused { status, message: text.trim().chars().take(200).collect() }
    }
}

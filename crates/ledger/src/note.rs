//! Signed notes: a text, an empty line, and signature lines (C2SP signed-note).
//!
//! A note that parses is only well formed. Its text means something after [`Note::verify`], which
//! stands in `signed.rs`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trueline_language::{Phrase, phrase};

/// Longest note that is read, in bytes.
pub(crate) const NOTE_BYTES_MAX: usize = 1_000_000;
/// Most signature lines of a note that is read. The specification asks for at least 16.
pub(crate) const SIGNATURES_MAX: usize = 100;
const DASH: &str = "\u{2014} ";

/// Why a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum NoteError {
    /// It does not have the form of a note, or its text is not a checkpoint.
    #[error("not a signed note: {0}")]
    #[zh("不是签名的检查点：{0}")]
    Malformed(Phrase),
    /// A signature bears the name of a known key, which did not make it.
    #[error("the signature of {name} does not verify")]
    #[zh("{name} 的签名不成立")]
    BadSignature {
        /// The key's name.
        name: String,
    },
    /// No known key has signed it.
    #[error("no known key has signed it")]
    #[zh("没有已知密钥的签名")]
    Unsigned,
}

/// One signature line: who, which key, and the signature's own bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    key_id: u32,
    signature: Vec<u8>,
}

impl SignatureLine {
    pub(crate) fn new(name: &str, key_id: u32, signature: Vec<u8>) -> SignatureLine {
        SignatureLine { name: name.to_owned(), key_id, signature }
    }

    /// Reads one line, without its line end.
    pub fn parse(line: &str) -> Result<SignatureLine, NoteError> {
        let malformed =
            NoteError::Malformed(phrase!("签名行不合格式", "a signature line is not one"));
        let rest = line.strip_prefix(DASH).ok_or(malformed.clone())?;
        let (name, encoded) = rest.split_once(' ').ok_or(malformed.clone())?;
        let bytes = STANDARD.decode(encoded).map_err(|_| malformed.clone())?;
        let (key_id, signature) = bytes.split_first_chunk::<4>().ok_or(malformed.clone())?;
        if !is_key_name(name) || signature.is_empty() {
            return Err(malformed);
        }
        Ok(SignatureLine::new(name, u32::from_be_bytes(*key_id), signature.to_vec()))
    }

    /// The name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes that tell keys of one name apart.
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The signature's bytes; what is in them depends on the key.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// The line without its line end.
impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes(), self.signature.as_slice()].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// Whether a key may bear this name: not empty, no Unicode space, no plus.
pub(crate) fn is_key_name(name: &str) -> bool {
    let refused = |c: char| c.is_whitespace() || c == '+' || c < ' ';
    !name.is_empty() && !name.contains(refused)
}

/// A text and its signatures, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// A note over a text that ends with a line end.
    pub(crate) fn new(text: String, signatures: Vec<SignatureLine>) -> Note {
        Note { text, signatures }
    }

    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed(phrase!("过长", "too long")));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| NoteError::Malformed(phrase!("不是 UTF-8", "not UTF-8")))?;
        if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(NoteError::Malformed(phrase!("含控制字符", "a control character")));
        }
        let (before, lines) = text
            .rsplit_once("\n\n")
            .ok_or(NoteError::Malformed(phrase!("缺少空行", "no empty line")))?;
        let lines = lines
            .strip_suffix('\n')
            .ok_or(NoteError::Malformed(phrase!("缺少行尾", "no end of line")))?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::Malformed(phrase!("签名过多", "too many signatures")));
        }
        let signatures = lines.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Note { text: format!("{before}\n"), signatures })
    }

    /// What is signed, with its last line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line, unless the very same is there.
    pub fn add_signature(&mut self, line: SignatureLine) {
        if !self.signatures.contains(&line) {
            self.signatures.push(line);
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

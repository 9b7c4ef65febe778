//! What a sealed rendering carries besides the report: its evidence, and a place for the seal.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use trueline_ledger::Hash;
use trueline_verify::{MARK, PLACE_BYTES, SealError, empty_place, find_place};

/// The evidence of a report in canonical JSON, to be enclosed with a rendering.
#[derive(Debug, Clone, Copy)]
pub struct EnclosedEvidence<'a> {
    pub evidence: &'a str,
}

impl EnclosedEvidence<'_> {
    /// The evidence for a page or a cell: base64 of gzip.
    pub(super) fn compressed(self) -> std::io::Result<String> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(self.evidence.as_bytes())?;
        Ok(STANDARD.encode(packed.finish()?))
    }
}

/// What stands in the place while a PDF is typeset. Attachments that can be compressed are, and a
/// compressed place could not be filled: so this cannot be.
pub(super) fn incompressible_place() -> String {
    // All printable characters but those that make up the mark's dashes and slash.
    const LETTERS: &[u8] =
        b"!#$%&()*+,.0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let mut text = format!("{MARK}{PLACE_BYTES:06} ");
    let mut state = Hash::digest_of(b"a place for a seal");
    while text.len() < PLACE_BYTES {
        let letters = state.0.iter().map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()]);
        text.extend(letters.map(char::from).take(PLACE_BYTES - text.len()));
        state = Hash::digest_of(&state.0);
    }
    text
}

/// Empties the place in a file that was made with [`incompressible_place`].
pub(super) fn empty(file: &mut [u8]) -> Result<(), SealError> {
    let place = find_place(file)?;
    let empty = empty_place();
    if place.len() != empty.len() {
        return Err(SealError::TooLong);
    }
    file[place].copy_from_slice(empty.as_bytes());
    Ok(())
}

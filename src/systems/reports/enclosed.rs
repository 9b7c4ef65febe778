//! What a sealed rendering carries besides the report: its evidence and a place for the seal.

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
    /// The evidence as a page or a cell holds it: base64 of gzip.
    pub(super) fn compress(self) -> std::io::Result<String> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(self.evidence.as_bytes())?;
        Ok(STANDARD.encode(packed.finish()?))
    }
}

/// The text in the place while a PDF is typeset. The typesetter compresses any attachment that it
/// can, and a compressed place could not be filled, so this text is incompressible.
pub(super) fn make_incompressible_place() -> String {
    // All printable characters except those in the mark: dashes and the slash.
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

/// Empties the place in a file that was made with [`make_incompressible_place`].
pub(super) fn empty_seal_place(file: &mut [u8]) -> Result<(), SealError> {
    let place = find_place(file)?;
    let empty = empty_place();
    if place.len() != empty.len() {
        return Err(SealError::TooLong);
    }
    file[place].copy_from_slice(empty.as_bytes());
    Ok(())
}

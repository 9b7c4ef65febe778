//! Checking which of the given keys signed a note.

use crate::keys::VerifierKey;
use crate::note::{Note, NoteError};

/// A signature that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedSignature<'k> {
    /// The key that made it.
    pub key: &'k VerifierKey,
    /// For a cosignature: when, in seconds since 1970, by the cosigner's clock.
    pub time: Option<u64>,
}

impl Note {
    /// Which of these keys signed the note, in the order of the lines.
    ///
    /// Lines of other keys are ignored. The whole note is refused if a line bears the name and id
    /// of one of these keys but does not verify, or if none of the keys signed it.
    pub fn verify_signatures<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<Vec<VerifiedSignature<'k>>, NoteError> {
        let keys: Vec<&VerifierKey> = keys.into_iter().collect();
        let mut signed: Vec<VerifiedSignature<'k>> = Vec::new();
        for line in self.signatures() {
            let mut named =
                keys.iter().filter(|key| key.name() == line.name() && key.id() == line.key_id());
            let mut known = named.clone().peekable();
            if known.peek().is_none() {
                continue;
            }
            let found = named.find_map(|key| {
                let time = key.check_signature(self.text().as_bytes(), line.signature())?;
                Some(VerifiedSignature { key, time })
            });
            let bad = || NoteError::BadSignature { name: line.name().to_owned() };
            signed.push(found.ok_or_else(bad)?);
        }
        if signed.is_empty() { Err(NoteError::Unsigned) } else { Ok(signed) }
    }
}

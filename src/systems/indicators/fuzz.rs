//! An entry point for fuzzing packs.

use super::load::parse_pack;
use super::mistake::PackError;
use crate::datasets::Datasets;

/// Checks that a pack is either understood, twice in the same way, or refused with a message about
/// a line that exists.
pub(crate) fn check_pack(bytes: &[u8], datasets: &Datasets) {
    let text = String::from_utf8_lossy(bytes);
    match parse_pack("fuzz.toml", &text, datasets) {
        Ok(pack) => {
            let again = parse_pack("fuzz.toml", &text, datasets).map(|again| format!("{again:?}"));
            assert_eq!(again.ok(), Some(format!("{pack:?}")));
        }
        Err(PackError::Mistake(mistake)) if mistake.place.file == "fuzz.toml" => {
            let lines = text.lines().count();
            assert!((1..=lines + 1).contains(&mistake.place.line), "{mistake}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use trueline_lake::fuzz::run_mutations;

    use super::super::shipped::{shipped_pack_text, shipped_packs};
    use super::*;
    use crate::program::datasets;

    #[test]
    fn damaged_packs_are_understood_or_refused() {
        for name in shipped_packs() {
            let text = shipped_pack_text(name).expect("a pack that is shipped");
            assert!(parse_pack(name, text, &datasets()).is_ok(), "{name}");
            run_mutations(text.as_bytes(), 150, |bytes| check_pack(bytes, &datasets()));
        }
    }
}

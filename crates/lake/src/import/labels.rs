//! Labels: from the bytes of a cell to a code, with one table lookup.
//!
//! Each thread has its own codes. Once all cells are read the codes are joined into one sorted
//! list, so what is written does not depend on which thread saw a label first.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::column::NULL_LABEL;

/// What the bytes of a cell mean in a label column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabelMeaning {
    Code(i32),
    Null,
    /// The value is not one that the mapping or the dataset allows.
    Refused,
    /// The bytes are not text.
    NoText,
}

/// The labels of one column in one thread.
#[derive(Debug, Default)]
pub(crate) struct ThreadLabels {
    /// Cells of up to 16 bytes, as nearly all labels are, compared as two words.
    short: HashMap<ShortBytes, LabelMeaning, QuickHash>,
    known: HashMap<Box<[u8]>, LabelMeaning, QuickHash>,
    codes: HashMap<String, i32>,
    pub(crate) texts: Vec<String>,
}

impl ThreadLabels {
    /// What bytes mean. `find` is called for bytes that are seen for the first time.
    #[inline]
    pub(crate) fn find_meaning(
        &mut self,
        bytes: &[u8],
        find: impl FnOnce(&mut ThreadLabels) -> LabelMeaning,
    ) -> LabelMeaning {
        if let Some(short) = ShortBytes::from_bytes(bytes) {
            if let Some(known) = self.short.get(&short) {
                return *known;
            }
            let found = find(self);
            self.short.insert(short, found);
            return found;
        }
        if let Some(known) = self.known.get(bytes) {
            return *known;
        }
        let found = find(self);
        self.known.insert(bytes.into(), found);
        found
    }

    /// The code of a label.
    pub(crate) fn code_of(&mut self, text: &str) -> i32 {
        if let Some(code) = self.codes.get(text) {
            return *code;
        }
        let code = self.texts.len() as i32;
        self.texts.push(text.to_owned());
        self.codes.insert(text.to_owned(), code);
        code
    }
}

/// Up to 16 bytes: the first and the last eight, which may overlap, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ShortBytes {
    first: u64,
    last: u64,
    length: u8,
}

impl ShortBytes {
    #[inline]
    fn from_bytes(bytes: &[u8]) -> Option<ShortBytes> {
        let length = bytes.len();
        let (first, last) = match length {
            8..=16 => (
                u64::from_le_bytes(*bytes.first_chunk()?),
                u64::from_le_bytes(*bytes.last_chunk()?),
            ),
            4..=7 => (
                u64::from(u32::from_le_bytes(*bytes.first_chunk()?)),
                u64::from(u32::from_le_bytes(*bytes.last_chunk()?)),
            ),
            1..=3 => (
                u64::from(bytes[0]) | u64::from(bytes[length / 2]) << 8,
                u64::from(bytes[length - 1]),
            ),
            0 => (0, 0),
            _ => return None,
        };
        Some(ShortBytes { first, last, length: length as u8 })
    }
}

/// The labels of one column over all threads, sorted, and each thread's codes in them.
#[derive(Debug, Default)]
pub(crate) struct JoinedLabels {
    pub(crate) texts: Vec<String>,
    /// For each thread, the joined code of each of its codes.
    codes: Vec<Vec<i32>>,
}

impl JoinedLabels {
    pub(crate) fn new(threads: &[&[String]]) -> JoinedLabels {
        let mut texts: Vec<String> = threads.iter().flat_map(|t| t.iter().cloned()).collect();
        texts.sort_unstable();
        texts.dedup();
        let code = |text: &String| texts.binary_search(text).unwrap_or(0) as i32;
        let codes = threads.iter().map(|t| t.iter().map(code).collect());
        let mut codes: Vec<Vec<i32>> = codes.collect();
        // One more, for rows that are made after the labels are joined.
        codes.push((0..texts.len() as i32).collect());
        JoinedLabels { texts, codes }
    }

    /// Joins the labels of several files; their threads follow one another.
    pub(crate) fn merge_files(files: Vec<JoinedLabels>) -> JoinedLabels {
        let mut texts: Vec<String> = files.iter().flat_map(|f| f.texts.iter().cloned()).collect();
        texts.sort_unstable();
        texts.dedup();
        let mut codes: Vec<Vec<i32>> = Vec::new();
        for mut file in files {
            let own = |text: &String| texts.binary_search(text).unwrap_or(0) as i32;
            let own: Vec<i32> = file.texts.iter().map(own).collect();
            // The last one is for rows that are not made yet.
            file.codes.pop();
            let moved = |thread: Vec<i32>| thread.into_iter().map(|c| own[c as usize]).collect();
            codes.extend(file.codes.into_iter().map(moved));
        }
        codes.push((0..texts.len() as i32).collect());
        JoinedLabels { texts, codes }
    }

    #[inline]
    pub(crate) fn code_of(&self, thread: usize, code: i32) -> i32 {
        if code == NULL_LABEL { NULL_LABEL } else { self.codes[thread][code as usize] }
    }
}

/// A fast hash for short keys, keyed at random so that nobody can prepare collisions.
#[derive(Debug, Clone)]
pub(crate) struct QuickHash {
    key: u64,
}

impl Default for QuickHash {
    fn default() -> QuickHash {
        QuickHash { key: RandomState::new().hash_one(0_u8) }
    }
}

impl BuildHasher for QuickHash {
    type Hasher = QuickHasher;

    fn build_hasher(&self) -> QuickHasher {
        QuickHasher { state: self.key }
    }
}

#[derive(Debug)]
pub(crate) struct QuickHasher {
    state: u64,
}

impl QuickHasher {
    #[inline]
    fn mix_word(&mut self, word: u64) {
        let wide = u128::from(self.state ^ word) * 0x9e37_79b9_7f4a_7c15;
        self.state = (wide as u64) ^ ((wide >> 64) as u64);
    }
}

impl Hasher for QuickHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (eights, rest) = bytes.as_chunks::<8>();
        for eight in eights {
            self.mix_word(u64::from_le_bytes(*eight));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix_word(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.mix_word(word);
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.mix_word(u64::from(byte));
    }

    fn write_usize(&mut self, _: usize) {
        // The length that precedes the bytes; `write` mixes it in.
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_short_texts_are_taken_for_one() {
        let mut seen: HashMap<ShortBytes, Vec<u8>> = HashMap::new();
        let mut state = 1_u64;
        let letters = [0, b'a', b'b', 0xff];
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let length = (state >> 60) as usize;
            let text: Vec<u8> =
                (0..length).map(|at| letters[(state >> (2 * at + 5)) as usize & 3]).collect();
            let short = ShortBytes::from_bytes(&text).expect("short enough");
            let known = seen.entry(short).or_insert_with(|| text.clone());
            assert_eq!(*known, text);
        }
        assert_eq!(ShortBytes::from_bytes(&[0; 17]), None);
    }
}

//! The journal: what a log has promised since its tiles were last made durable.
//!
//! A file of records. The first holds the checkpoint whose tiles are durable; each further one a
//! batch of entries, in the form of bundles, and the checkpoint signed after it. A record counts
//! only if its digest is right. Only the last can be torn, for each is durable before the next
//! begins.
//!
//! | Bytes | |
//! |---|---|
//! | 8 | `TLOGJNL1` |
//! | 8 | entries in the tree before this record, big-endian |
//! | 4, 4, 4 | entries in the record, bytes of entries, bytes of the checkpoint |
//! | … | entries, each after its length in two bytes |
//! | … | the checkpoint, a signed note |
//! | 32 | SHA-256 of all of the above |

use crate::hash::Hash;
use crate::tile::{ENTRY_BYTES_MAX, print_entry};

const MAGIC: &[u8; 8] = b"TLOGJNL1";
const HEAD: usize = 8 + 8 + 3 * 4;
const DIGEST: usize = 32;
/// Most bytes of entries in a batch, with their lengths.
pub(crate) const BATCH_BYTES_MAX: usize = 1 << 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JournalRecord<'a> {
    pub(crate) before: u64,
    pub(crate) count: u32,
    /// Entries in bundle form.
    pub(crate) entries: &'a [u8],
    pub(crate) note: &'a [u8],
}

/// A record being made: head, entries, then [`RecordDraft::finish_record`].
#[derive(Debug)]
pub(crate) struct RecordDraft {
    bytes: Vec<u8>,
    count: u32,
}

/// Why an entry does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overflow {
    Entry,
    Batch,
}

impl RecordDraft {
    pub(crate) fn new(before: u64, entry_bytes: usize) -> RecordDraft {
        let mut bytes = Vec::with_capacity(HEAD + entry_bytes + 1024);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&before.to_be_bytes());
        bytes.resize(HEAD, 0);
        RecordDraft { bytes, count: 0 }
    }

    pub(crate) fn push_entry(&mut self, entry: &[u8]) -> Result<(), Overflow> {
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(Overflow::Entry);
        }
        if self.entry_bytes().len() + entry.len() + 2 > BATCH_BYTES_MAX {
            return Err(Overflow::Batch);
        }
        self.count += 1;
        print_entry(entry, &mut self.bytes);
        Ok(())
    }

    pub(crate) fn entry_bytes(&self) -> &[u8] {
        &self.bytes[HEAD..]
    }

    /// The whole record, and where in it the entries are.
    pub(crate) fn finish_record(mut self, note: &[u8]) -> (Vec<u8>, std::ops::Range<usize>) {
        let entries = HEAD..self.bytes.len();
        self.bytes[16..20].copy_from_slice(&self.count.to_be_bytes());
        self.bytes[20..24].copy_from_slice(&(entries.len() as u32).to_be_bytes());
        self.bytes[24..HEAD].copy_from_slice(&(note.len() as u32).to_be_bytes());
        self.bytes.extend_from_slice(note);
        let digest = Hash::digest_of(&self.bytes);
        self.bytes.extend_from_slice(&digest.0);
        (self.bytes, entries)
    }
}

/// What a journal holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct JournalContents<'a> {
    pub(crate) records: Vec<JournalRecord<'a>>,
    /// Whether a torn record follows, which was never acknowledged.
    pub(crate) is_torn: bool,
}

/// Reads a journal. `None` if a good record follows a damaged one: no crash does that.
pub(crate) fn parse_journal(bytes: &[u8]) -> Option<JournalContents<'_>> {
    let mut records: Vec<JournalRecord<'_>> = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let expected = records.last().map(|last| last.before + u64::from(last.count));
        match parse_record(rest) {
            Some((record, after)) if expected.is_none_or(|size| size == record.before) => {
                records.push(record);
                rest = after;
            }
            Some(_) => return None,
            None => {
                let is_last = !(1..rest.len())
                    .any(|at| rest[at..].starts_with(MAGIC) && parse_record(&rest[at..]).is_some());
                return is_last.then_some(JournalContents { records, is_torn: true });
            }
        }
    }
    Some(JournalContents { records, is_torn: false })
}

fn parse_record(bytes: &[u8]) -> Option<(JournalRecord<'_>, &[u8])> {
    let head = bytes.get(..HEAD)?;
    let number = |at: usize| {
        let four = head[at..].first_chunk::<4>().copied().unwrap_or_default();
        u32::from_be_bytes(four)
    };
    let before = u64::from_be_bytes(*head[8..].first_chunk::<8>()?);
    let (count, entry_bytes, note_bytes) = (number(16), number(20) as usize, number(24) as usize);
    if !head.starts_with(MAGIC) || before > i64::MAX as u64 {
        return None;
    }
    let end = HEAD + entry_bytes + note_bytes;
    let digest = bytes.get(end..end + DIGEST)?;
    if Hash::digest_of(&bytes[..end]).0 != digest {
        return None;
    }
    let (entries, note) = bytes[HEAD..end].split_at(entry_bytes);
    Some((JournalRecord { before, count, entries, note }, &bytes[end + DIGEST..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(before: u64, entries: &[&[u8]], note: &[u8]) -> Vec<u8> {
        let mut draft = RecordDraft::new(before, 0);
        for entry in entries {
            draft.push_entry(entry).unwrap();
        }
        draft.finish_record(note).0
    }

    #[test]
    fn a_journal_cut_anywhere_loses_its_last_record_alone() {
        let (first, second) = (record(7, &[], b"base"), record(7, &[b"one", b""], b"after"));
        let whole = [first.as_slice(), &second].concat();
        let contents = parse_journal(&whole).unwrap();
        assert_eq!(contents.records.len(), 2);
        assert_eq!(contents.records[1].entries, b"\0\x03one\0\0");
        assert_eq!((contents.records[1].count, contents.records[1].note), (2, &b"after"[..]));
        for cut in first.len()..whole.len() {
            let torn = parse_journal(&whole[..cut]).unwrap();
            assert_eq!(torn.records.len(), 1, "cut at {cut}");
            assert_eq!(torn.is_torn, cut > first.len());
            let mut zeros = whole[..cut].to_vec();
            zeros.resize(whole.len() + 5, 0);
            assert_eq!(parse_journal(&zeros).unwrap().records.len(), 1, "zeros from {cut}");
        }
    }

    #[test]
    fn damage_before_a_good_record_is_no_crash() {
        let parts = [record(0, &[], b"a"), record(0, &[b"x"], b"b"), record(1, &[b"y"], b"c")];
        let whole = parts.concat();
        for at in 0..parts[0].len() + parts[1].len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(parse_journal(&damaged), None, "byte {at}");
        }
        assert_eq!(parse_journal(&[record(0, &[], b"a"), record(2, &[], b"b")].concat()), None);
    }
}

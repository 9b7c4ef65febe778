//! A member of a population, read back: which case, which revision, and how it was counted.

use trueline_ledger::Hash;

use crate::bytes::{ByteReader, MalformedBytes};

/// A case of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopulationMember {
    /// The leaf of the revision that was used.
    pub revision: Hash,
    /// The columns of its key, such as source and source key.
    pub key: Vec<String>,
    pub verdicts: Vec<MemberVerdict>,
}

/// How one family of definitions counted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberVerdict {
    pub family: u64,
    pub outcome: MemberOutcome,
    pub value: Option<i64>,
    /// Bit `k`: past the limits of the family's definition `k`.
    pub late: u64,
    /// Seconds on the clock at the end of the period, if it was open then.
    pub open: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberOutcome {
    Counted,
    Excluded {
        reason: String,
        is_approved: bool,
    },
    Unmeasurable,
    /// In no figure of the period, except among the cases that were open at its end.
    Open,
}

/// Bytes that do not form a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
#[error("these bytes are not a member of a population")]
#[zh("这些字节不是总体的成员")]
pub struct NotAMember;

impl PopulationMember {
    /// Reads a member whose key has so many columns.
    pub fn parse(bytes: &[u8], key_columns: usize) -> Result<PopulationMember, NotAMember> {
        let (revision, rest) = bytes.split_first_chunk::<32>().ok_or(NotAMember)?;
        let (key, verdicts) =
            parse_parts(ByteReader(rest), key_columns).map_err(|MalformedBytes| NotAMember)?;
        Ok(PopulationMember { revision: Hash(*revision), key, verdicts })
    }
}

fn parse_parts(
    mut bytes: ByteReader<'_>,
    key_columns: usize,
) -> Result<(Vec<String>, Vec<MemberVerdict>), MalformedBytes> {
    let key = (0..key_columns).map(|_| bytes.read_text()).collect::<Result<_, _>>()?;
    let mut verdicts = Vec::new();
    for _ in 0..bytes.read_count()? {
        verdicts.push(parse_verdict(&mut bytes)?);
    }
    bytes.expect_end()?;
    Ok((key, verdicts))
}

fn parse_verdict(bytes: &mut ByteReader<'_>) -> Result<MemberVerdict, MalformedBytes> {
    let family = bytes.read_count()?;
    let outcome = match bytes.read_byte()? {
        1 => MemberOutcome::Counted,
        2 => {
            MemberOutcome::Excluded { reason: bytes.read_text()?, is_approved: bytes.read_flag()? }
        }
        3 => MemberOutcome::Unmeasurable,
        4 => MemberOutcome::Open,
        _ => return Err(MalformedBytes),
    };
    let (value, late, open) = (bytes.read_optional()?, bytes.read_count()?, bytes.read_optional()?);
    Ok(MemberVerdict { family, outcome, value, late, open })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_reads_back_and_anything_cut_or_added_does_not() {
        let mut bytes = vec![7; 32];
        bytes.extend_from_slice(b"\x03bss\x02k1\x02");
        bytes.extend_from_slice(b"\x00\x01\x01\x80\xa3\x05\x01\x00");
        bytes.extend_from_slice(b"\x81\x01\x02\x03dup\x00\x00\x00\x01\x06");
        let read = PopulationMember::parse(&bytes, 2).unwrap();
        assert_eq!(read.key, ["bss", "k1"]);
        assert_eq!(read.verdicts[0].value, Some(43_200));
        assert_eq!(read.verdicts[0].late, 1);
        let second = &read.verdicts[1];
        assert_eq!((second.family, second.open), (129, Some(3)));
        let excluded = MemberOutcome::Excluded { reason: "dup".to_owned(), is_approved: false };
        assert_eq!(second.outcome, excluded);
        for length in 0..bytes.len() {
            assert_eq!(PopulationMember::parse(&bytes[..length], 2), Err(NotAMember), "{length}");
        }
        bytes.push(0);
        assert_eq!(PopulationMember::parse(&bytes, 2), Err(NotAMember));
    }
}

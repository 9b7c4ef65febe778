//! A member of a population, read back: which case, which revision, and how it was counted.

use trueline_ledger::Hash;

/// A case of a population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRead {
    /// The leaf of the revision that was used.
    pub revision: Hash,
    /// The columns of its key, such as source and source key.
    pub key: Vec<String>,
    pub verdicts: Vec<VerdictRead>,
}

/// What one family of definitions made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRead {
    pub family: u64,
    pub outcome: OutcomeRead,
    pub value: Option<i64>,
    /// Bit `k`: past the limits of the family's definition `k`.
    pub late: u64,
    /// Seconds on the clock at the end of the period, if it was open then.
    pub open: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeRead {
    Counted,
    Excluded {
        reason: String,
        is_approved: bool,
    },
    Unmeasurable,
    /// In no figure of the period but among what was open at its end.
    Open,
}

/// Bytes that are no member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are no member of a population")]
pub struct NoMember;

impl MemberRead {
    /// Reads a member whose key has so many columns.
    pub fn parse(bytes: &[u8], key_columns: usize) -> Result<MemberRead, NoMember> {
        let (revision, rest) = bytes.split_first_chunk::<32>().ok_or(NoMember)?;
        let mut rest = Bytes(rest);
        let key = (0..key_columns).map(|_| rest.text()).collect::<Result<_, _>>()?;
        let count = rest.count()?;
        let mut verdicts = Vec::new();
        for _ in 0..count {
            verdicts.push(rest.verdict()?);
        }
        if !rest.0.is_empty() {
            return Err(NoMember);
        }
        Ok(MemberRead { revision: Hash(*revision), key, verdicts })
    }
}

/// What is left to read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Result<u8, NoMember> {
        let (first, rest) = self.0.split_first().ok_or(NoMember)?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128 in its shortest form, at most ten bytes.
    fn count(&mut self) -> Result<u64, NoMember> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(NoMember);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(NoMember) } else { Ok(value) };
            }
        }
        Err(NoMember)
    }

    fn signed(&mut self) -> Result<i64, NoMember> {
        let value = self.count()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn text(&mut self) -> Result<String, NoMember> {
        let length = usize::try_from(self.count()?).map_err(|_| NoMember)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(NoMember)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| NoMember)
    }

    fn flag(&mut self) -> Result<bool, NoMember> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(NoMember),
        }
    }

    fn if_any(&mut self) -> Result<Option<i64>, NoMember> {
        if self.flag()? { self.signed().map(Some) } else { Ok(None) }
    }

    fn verdict(&mut self) -> Result<VerdictRead, NoMember> {
        let family = self.count()?;
        let outcome = match self.byte()? {
            1 => OutcomeRead::Counted,
            2 => OutcomeRead::Excluded { reason: self.text()?, is_approved: self.flag()? },
            3 => OutcomeRead::Unmeasurable,
            4 => OutcomeRead::Open,
            _ => return Err(NoMember),
        };
        let (value, late, open) = (self.if_any()?, self.count()?, self.if_any()?);
        Ok(VerdictRead { family, outcome, value, late, open })
    }
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
        let read = MemberRead::parse(&bytes, 2).unwrap();
        assert_eq!(read.key, ["bss", "k1"]);
        assert_eq!(read.verdicts[0].value, Some(43_200));
        assert_eq!(read.verdicts[0].late, 1);
        let second = &read.verdicts[1];
        assert_eq!((second.family, second.open), (129, Some(3)));
        let excluded = OutcomeRead::Excluded { reason: "dup".to_owned(), is_approved: false };
        assert_eq!(second.outcome, excluded);
        for length in 0..bytes.len() {
            assert_eq!(MemberRead::parse(&bytes[..length], 2), Err(NoMember), "{length}");
        }
        bytes.push(0);
        assert_eq!(MemberRead::parse(&bytes, 2), Err(NoMember));
    }
}

//! Canonical bytes, read from the front.

/// Bytes that do not follow their form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MalformedBytes;

/// What is left to read.
pub(crate) struct ByteReader<'a>(pub(crate) &'a [u8]);

impl ByteReader<'_> {
    pub(crate) fn read_byte(&mut self) -> Result<u8, MalformedBytes> {
        let (first, rest) = self.0.split_first().ok_or(MalformedBytes)?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128 in its shortest form, at most ten bytes.
    pub(crate) fn read_count(&mut self) -> Result<u64, MalformedBytes> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.read_byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(MalformedBytes);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(MalformedBytes) } else { Ok(value) };
            }
        }
        Err(MalformedBytes)
    }

    pub(crate) fn read_signed(&mut self) -> Result<i64, MalformedBytes> {
        let value = self.read_count()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub(crate) fn read_text(&mut self) -> Result<String, MalformedBytes> {
        let length = usize::try_from(self.read_count()?).map_err(|_| MalformedBytes)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(MalformedBytes)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| MalformedBytes)
    }

    pub(crate) fn read_flag(&mut self) -> Result<bool, MalformedBytes> {
        match self.read_byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(MalformedBytes),
        }
    }

    pub(crate) fn read_optional(&mut self) -> Result<Option<i64>, MalformedBytes> {
        if self.read_flag()? { self.read_signed().map(Some) } else { Ok(None) }
    }

    pub(crate) fn read_array<const N: usize>(&mut self) -> Result<[u8; N], MalformedBytes> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(MalformedBytes)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Nothing may be left.
    pub(crate) fn expect_end(&self) -> Result<(), MalformedBytes> {
        if self.0.is_empty() { Ok(()) } else { Err(MalformedBytes) }
    }
}

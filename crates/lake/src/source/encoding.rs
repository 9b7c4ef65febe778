//! Text encodings: detecting that of a source, and decoding its cells.
//!
//! In GB18030 a comma, a semicolon, a quote, a tab and a line end never occur inside a character,
//! so such files are cut as bytes and only the cells that a mapping asks for are decoded. A bar can
//! be the second byte of a character. Files that are cut at bars, and all UTF-16, are first turned
//! into UTF-8.

use std::borrow::Cow;
use std::sync::OnceLock;

/// The encoding of the bytes in a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
}

/// The encoding of a file, as declared or detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileEncoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
    /// Any other that browsers know, such as `windows-1252` or `big5`.
    Other(&'static encoding_rs::Encoding),
}

impl FileEncoding {
    /// The encoding with that name; `None` if it is unknown.
    pub fn from_name(name: &str) -> Option<FileEncoding> {
        let found = encoding_rs::Encoding::for_label(name.trim().as_bytes())?;
        Some(if found == encoding_rs::UTF_8 {
            FileEncoding::Utf8
        } else if found == encoding_rs::GB18030 || found == encoding_rs::GBK {
            FileEncoding::Gb18030
        } else if found == encoding_rs::UTF_16LE {
            FileEncoding::Utf16Le
        } else if found == encoding_rs::UTF_16BE {
            FileEncoding::Utf16Be
        } else {
            FileEncoding::Other(found)
        })
    }

    /// The name, for messages and manifests.
    pub fn name(self) -> &'static str {
        self.standard_encoding().name()
    }

    pub(crate) fn standard_encoding(self) -> &'static encoding_rs::Encoding {
        match self {
            FileEncoding::Utf8 => encoding_rs::UTF_8,
            FileEncoding::Gb18030 => encoding_rs::GB18030,
            FileEncoding::Utf16Le => encoding_rs::UTF_16LE,
            FileEncoding::Utf16Be => encoding_rs::UTF_16BE,
            FileEncoding::Other(other) => other,
        }
    }

    /// The bytes of a text in this encoding, for a quarantine file in the source's own layout.
    pub(crate) fn encode_text(self, text: &str) -> Vec<u8> {
        match self {
            FileEncoding::Utf8 => text.as_bytes().to_vec(),
            FileEncoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            FileEncoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            FileEncoding::Gb18030 | FileEncoding::Other(_) => {
                self.standard_encoding().encode(text).0.into_owned()
            }
        }
    }
}

/// The encoding that the first bytes of a file indicate, and the length of its byte order mark.
///
/// `None` if the sample is plain ASCII, which does not tell.
pub(crate) fn detect_encoding(sample: &[u8]) -> Option<(FileEncoding, usize)> {
    if let Some((found, mark)) = encoding_rs::Encoding::for_bom(sample) {
        let name = FileEncoding::from_name(found.name()).unwrap_or(FileEncoding::Utf8);
        return Some((name, mark));
    }
    if sample.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
        return Some((FileEncoding::Gb18030, 4));
    }
    if let Some(wide) = detect_utf16(sample) {
        return Some((wide, 0));
    }
    if sample.is_ascii() {
        return None;
    }
    Some((detect_multibyte(sample), 0))
}

fn detect_utf16(sample: &[u8]) -> Option<FileEncoding> {
    let head = &sample[..sample.len().min(4096) & !1];
    let zeros = |from: usize| head[from..].iter().step_by(2).filter(|b| **b == 0).count();
    let (first, second) = if head.is_empty() { (0, 0) } else { (zeros(0), zeros(1)) };
    let many = head.len() / 10;
    if second > many && first * 4 < second {
        Some(FileEncoding::Utf16Le)
    } else if first > many && second * 4 < first {
        Some(FileEncoding::Utf16Be)
    } else {
        None
    }
}

/// UTF-8 if most of what is not ASCII forms UTF-8 characters, so that one broken byte does not
/// change the encoding of the whole file.
fn detect_multibyte(sample: &[u8]) -> FileEncoding {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for part in sample.utf8_chunks() {
        good += part.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += part.invalid().len();
    }
    if good > 0 && bad * 4 <= good { FileEncoding::Utf8 } else { FileEncoding::Gb18030 }
}

/// Whether bytes that are not UTF-8 may well be in another encoding than GB18030.
///
/// In Chinese text most characters are among the 3755 most common, both of whose bytes are above
/// 0xA0. Western text has single letters above 0x7F between plain ones, and such pairs look like
/// rare characters. Cyrillic, Greek and other two-byte encodings seldom look like the common ones
/// either.
pub(crate) fn is_unclear(sample: &[u8]) -> bool {
    let (mut common, mut rare) = (0_usize, 0_usize);
    let mut at = 0;
    while at < sample.len() {
        let lead = sample[at];
        if lead < 0x80 {
            at += 1;
            continue;
        }
        let Some(trail) = sample.get(at + 1).copied() else {
            // A sample may end inside a character.
            break;
        };
        let is_gb2312 = trail >= 0xa1;
        match (lead, letters_around(sample, at)) {
            (_, 1) | (0xa2 | 0xa4..=0xa9, 0) if is_gb2312 => {}
            // Punctuation, full-width letters and digits; the most common characters.
            (0xa1 | 0xa3 | 0xb0..=0xd7, 0) if is_gb2312 => common += 1,
            _ => rare += 1,
        }
        at += if trail < 0x40 { 1 } else { 2 };
    }
    common == 0 || common < rare * 2
}

/// How many plain letters stand right beside a pair of bytes that has no other such pair next to
/// it.
fn letters_around(sample: &[u8], at: usize) -> usize {
    let beside = [
        at.checked_sub(1).map_or(0, |before| sample[before]),
        sample.get(at + 2).copied().unwrap_or(0),
    ];
    if beside.iter().any(|byte| !byte.is_ascii()) {
        return 0;
    }
    beside.iter().filter(|byte| byte.is_ascii_alphabetic()).count()
}

/// Appends bytes that are not text to UTF-8, so that their cell is not text either and
/// [`unescape_text`] restores them.
pub(crate) fn escape_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        // 0xF8 to 0xFB never occur in UTF-8.
        out.extend_from_slice(&[0xf8 | byte >> 6, 0x80 | byte & 0x3f]);
    }
}

/// Turns UTF-8 with escaped bytes back into what stood in a source of another encoding.
pub(crate) fn unescape_text(bytes: &[u8], encoding: FileEncoding) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| (0xf8..=0xfb).contains(byte)) {
        out.extend_from_slice(&encoding.encode_text(&String::from_utf8_lossy(&rest[..at])));
        let low = rest.get(at + 1).copied().unwrap_or_default();
        out.push((rest[at] & 3) << 6 | low & 0x3f);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(&encoding.encode_text(&String::from_utf8_lossy(rest)));
    out
}

impl Encoding {
    /// Decodes bytes; `None` if they are not text in this encoding.
    #[inline]
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Encoding::Gb18030 => {
                if bytes.is_ascii() {
                    return std::str::from_utf8(bytes).ok().map(Cow::Borrowed);
                }
                let mut out = String::with_capacity(bytes.len() * 3 / 2 + 4);
                self.decode_into(bytes, &mut out)?;
                Some(Cow::Owned(out))
            }
        }
    }

    /// Decodes bytes onto the end of `out`; `None`, leaving `out` as it was, if they are not text.
    #[inline]
    pub(crate) fn decode_into(self, bytes: &[u8], out: &mut String) -> Option<()> {
        match self {
            Encoding::Utf8 => {
                out.push_str(std::str::from_utf8(bytes).ok()?);
                Some(())
            }
            Encoding::Gb18030 => decode_gb18030(bytes, out),
        }
    }
}

/// Decodes two-byte characters, which are all but a handful, by table and the rest with
/// `encoding_rs`.
fn decode_gb18030(bytes: &[u8], out: &mut String) -> Option<()> {
    let table = two_byte_table();
    let before = out.len();
    let mut at = 0;
    while at < bytes.len() {
        let lead = bytes[at];
        if lead < 0x80 {
            let rest = &bytes[at..];
            let plain = rest.iter().position(|b| *b >= 0x80).unwrap_or(rest.len());
            out.push_str(std::str::from_utf8(&rest[..plain]).ok()?);
            at += plain;
            continue;
        }
        let trail = bytes.get(at + 1).copied().unwrap_or(0);
        let code = table[two_byte_index(lead, trail)];
        if let Some(character) = char::from_u32(u32::from(code)).filter(|c| *c != '\0') {
            out.push(character);
            at += 2;
            continue;
        }
        out.truncate(before);
        let text =
            encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
        out.push_str(&text);
        return Some(());
    }
    Some(())
}

#[inline]
fn two_byte_index(lead: u8, trail: u8) -> usize {
    (usize::from(lead) - 0x80) << 8 | usize::from(trail)
}

fn two_byte_table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![0; 0x80 << 8];
        for lead in 0x81..=0xfe_u8 {
            for trail in 0x40..=0xfe_u8 {
                let pair = [lead, trail];
                let text =
                    encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&pair);
                let mut characters = text.as_deref().unwrap_or("").chars();
                if let (Some(one), None) = (characters.next(), characters.next()) {
                    table[two_byte_index(lead, trail)] = u16::try_from(one as u32).unwrap_or(0);
                }
            }
        }
        table
    })
}

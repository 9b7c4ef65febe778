//! Files embedded in a PDF, found by scanning: no cross-reference table is believed.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

// A bomb stops here; the evidence of 20 million cases is three megabytes.
pub(crate) const INFLATED_MAX: u64 = 256 << 20;

/// The contents of every embedded file that can be unpacked, in the order of the file.
pub(crate) fn attachments(pdf: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = find(pdf, b"stream", at) {
        at = from + b"stream".len();
        // `endstream` holds the word, too.
        if pdf[..from].ends_with(b"end") {
            continue;
        }
        let dictionary = &pdf[pdf[..from].len().saturating_sub(2_048)..from];
        let begun = rfind(dictionary, b" obj").map_or(0, |at| at + 4);
        let dictionary = &dictionary[begun..];
        if find(dictionary, b"EmbeddedFile", 0).is_none() {
            continue;
        }
        let mut data = &pdf[at..];
        data = data.strip_prefix(b"\r").unwrap_or(data);
        data = data.strip_prefix(b"\n").unwrap_or(data);
        if find(dictionary, b"FlateDecode", 0).is_some() {
            // The zlib stream knows its own end; compressed bytes may spell `endstream`.
            let mut out = Vec::new();
            if ZlibDecoder::new(data).take(INFLATED_MAX).read_to_end(&mut out).is_ok() {
                found.push(out);
            }
        } else {
            found.extend(plain(dictionary, data).map(<[u8]>::to_vec));
        }
    }
    found
}

/// What is not compressed: as long as its dictionary says, else up to the line end before the word.
fn plain<'a>(dictionary: &[u8], data: &'a [u8]) -> Option<&'a [u8]> {
    let stated = stated_length(dictionary).and_then(|length| data.split_at_checked(length));
    if let Some((contents, rest)) = stated
        && rest.trim_ascii_start().starts_with(b"endstream")
    {
        return Some(contents);
    }
    let contents = &data[..find(data, b"endstream", 0)?];
    let contents = contents.strip_suffix(b"\n").unwrap_or(contents);
    Some(contents.strip_suffix(b"\r").unwrap_or(contents))
}

fn stated_length(dictionary: &[u8]) -> Option<usize> {
    let at = find(dictionary, b"/Length", 0)? + b"/Length".len();
    let text = std::str::from_utf8(dictionary[at..].trim_ascii_start()).ok()?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text[..digits].parse().ok()
}

fn find(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(word.len()).position(|part| part == word).map(|at| from + at)
}

fn rfind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|part| part == word)
}

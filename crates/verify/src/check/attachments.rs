//! Finds the files embedded in a PDF by scanning: no cross-reference table is trusted.

use crate::inflate::inflate_zlib;

/// The contents of every embedded file that can be unpacked, in the order of the file.
pub(crate) fn find_attachments(pdf: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = find_bytes(pdf, b"stream", at) {
        at = from + b"stream".len();
        // `endstream` holds the word, too.
        if pdf[..from].ends_with(b"end") {
            continue;
        }
        let dictionary = &pdf[pdf[..from].len().saturating_sub(2_048)..from];
        let begun = rfind_bytes(dictionary, b" obj").map_or(0, |at| at + 4);
        let dictionary = &dictionary[begun..];
        if find_bytes(dictionary, b"EmbeddedFile", 0).is_none() {
            continue;
        }
        let mut data = &pdf[at..];
        data = data.strip_prefix(b"\r").unwrap_or(data);
        data = data.strip_prefix(b"\n").unwrap_or(data);
        if find_bytes(dictionary, b"FlateDecode", 0).is_some() {
            // The zlib stream knows its own end; compressed bytes may spell `endstream`.
            found.extend(inflate_zlib(data));
        } else {
            found.extend(take_uncompressed(dictionary, data).map(<[u8]>::to_vec));
        }
    }
    found
}

/// What is not compressed ends where its dictionary says, or else at the line end before the word.
fn take_uncompressed<'a>(dictionary: &[u8], data: &'a [u8]) -> Option<&'a [u8]> {
    let stated = read_stated_length(dictionary).and_then(|length| data.split_at_checked(length));
    if let Some((contents, rest)) = stated
        && rest.trim_ascii_start().starts_with(b"endstream")
    {
        return Some(contents);
    }
    let contents = &data[..find_bytes(data, b"endstream", 0)?];
    let contents = contents.strip_suffix(b"\n").unwrap_or(contents);
    Some(contents.strip_suffix(b"\r").unwrap_or(contents))
}

fn read_stated_length(dictionary: &[u8]) -> Option<usize> {
    let at = find_bytes(dictionary, b"/Length", 0)? + b"/Length".len();
    let text = std::str::from_utf8(dictionary[at..].trim_ascii_start()).ok()?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text[..digits].parse().ok()
}

fn find_bytes(bytes: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(word.len()).position(|part| part == word).map(|at| from + at)
}

fn rfind_bytes(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|part| part == word)
}

//! Bytes as hex digits.

use std::fmt::Write as _;

/// Bytes as lower-case hex digits.
pub(crate) fn hex_digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

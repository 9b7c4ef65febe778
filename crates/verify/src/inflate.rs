//! Unpacking with a limit, so that a small hostile file cannot fill the memory.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{GzDecoder, ZlibDecoder};

// The evidence of 20 million cases is three megabytes.
const INFLATED_MAX: u64 = 256 << 20;

/// The text of base64 of gzip.
pub(crate) fn inflate_base64_gzip(text: &str) -> Option<Vec<u8>> {
    let packed = STANDARD.decode(text.trim()).ok()?;
    let mut out = Vec::new();
    GzDecoder::new(packed.as_slice()).take(INFLATED_MAX).read_to_end(&mut out).ok()?;
    Some(out)
}

/// What a zlib stream holds. It knows its own end, so more bytes may follow it.
pub(crate) fn inflate_zlib(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    ZlibDecoder::new(data).take(INFLATED_MAX).read_to_end(&mut out).ok()?;
    Some(out)
}

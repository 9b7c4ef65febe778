//! Opens a file as a stream that digests what is on disk and unpacks gzip.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::error::SourceReadError;
use crate::hex::hex_digits;

/// The digest and size of a file.
#[derive(Debug, Clone)]
pub(crate) struct FileDigest {
    /// 64 hex digits.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

/// Reads a file and digests everything that passes.
struct DigestingFile {
    file: File,
    seen: Arc<Mutex<SeenBytes>>,
}

#[derive(Default)]
struct SeenBytes {
    sha: Sha256,
    bytes: u64,
}

impl Read for DigestingFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.sha.update(&buffer[..read]);
        seen.bytes += read as u64;
        Ok(read)
    }
}

/// The first bytes, which were looked at, and the rest of the file.
type ChainedFile = io::Chain<io::Cursor<Vec<u8>>, DigestingFile>;

enum StreamPacking {
    Plain(DigestingFile),
    Gzip(Box<MultiGzDecoder<BufReader<ChainedFile>>>),
}

/// The content of a file, unpacked.
pub(crate) struct SourceStream {
    packing: StreamPacking,
    /// Bytes that were looked at but not yet consumed.
    ahead: Vec<u8>,
    seen: Arc<Mutex<SeenBytes>>,
    given: u64,
}

impl std::fmt::Debug for SourceStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream after {} bytes", self.given)
    }
}

impl SourceStream {
    pub(crate) fn open_path(path: &Path, name: &str) -> Result<SourceStream, SourceReadError> {
        let broken = |source| SourceReadError::Io { file: name.to_owned(), source };
        let file = File::open(path).map_err(broken)?;
        if file.metadata().map_err(broken)?.is_dir() {
            return Err(broken(io::ErrorKind::IsADirectory.into()));
        }
        let seen = Arc::new(Mutex::new(SeenBytes::default()));
        let mut tap = DigestingFile { file, seen: Arc::clone(&seen) };
        let mut head = Vec::new();
        tap.by_ref().take(2).read_to_end(&mut head).map_err(broken)?;
        let (packing, ahead) = if head == [0x1f, 0x8b] {
            let whole = io::Cursor::new(head).chain(tap);
            let reader = BufReader::with_capacity(256 << 10, whole);
            let decoder = Box::new(MultiGzDecoder::new(reader));
            (StreamPacking::Gzip(decoder), Vec::new())
        } else {
            (StreamPacking::Plain(tap), head)
        };
        Ok(SourceStream { packing, ahead, seen, given: 0 })
    }

    /// Reads until `buffer` has grown by `wanted` bytes or the content ends. Returns how much it
    /// grew.
    pub(crate) fn fill_buffer(
        &mut self,
        buffer: &mut Vec<u8>,
        wanted: usize,
        name: &str,
    ) -> Result<usize, SourceReadError> {
        let before = buffer.len();
        buffer.append(&mut self.ahead);
        let left = wanted.saturating_sub(buffer.len() - before) as u64;
        let read = match &mut self.packing {
            StreamPacking::Plain(tap) => tap.take(left).read_to_end(buffer),
            StreamPacking::Gzip(decoder) => decoder.take(left).read_to_end(buffer),
        };
        if let Err(source) = read {
            let (file, bytes) = (name.to_owned(), self.given + (buffer.len() - before) as u64);
            return Err(match self.packing {
                StreamPacking::Plain(_) => SourceReadError::Io { file, source },
                StreamPacking::Gzip(_) => SourceReadError::Damaged { file, bytes, source },
            });
        }
        self.given += (buffer.len() - before) as u64;
        Ok(buffer.len() - before)
    }

    /// How many bytes of the file on disk have been read.
    pub(crate) fn packed_bytes(&self) -> u64 {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.packing, StreamPacking::Gzip(_))
    }

    /// The bytes that were given back.
    pub(crate) fn bytes_ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Gives back bytes that were only looked at.
    pub(crate) fn give_back(&mut self, bytes: Vec<u8>) {
        self.given -= bytes.len() as u64;
        self.ahead = bytes;
    }

    /// The digest of the file as it is on disk. Reads the rest of the file.
    pub(crate) fn finish_digest(
        &mut self,
        name: &str,
        lines: u64,
    ) -> Result<FileDigest, SourceReadError> {
        let mut rest = Vec::new();
        while self.fill_buffer(&mut rest, 1 << 20, name)? > 0 {
            rest.clear();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(FileDigest {
            sha256: hex_digits(&seen.sha.clone().finalize()),
            bytes: seen.bytes,
            lines,
        })
    }
}

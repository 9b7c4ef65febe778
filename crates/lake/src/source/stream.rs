//! Opens a file as a stream: digests what lies on disk, unpacks gzip.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::error::ReadError;
use crate::hex::hex_digits;

/// What a file was.
#[derive(Debug, Clone)]
pub(crate) struct Digest {
    /// 64 hex digits.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

/// Reads a file and digests everything that passes.
struct Tap {
    file: File,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    sha: Sha256,
    bytes: u64,
}

impl Read for Tap {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.sha.update(&buffer[..read]);
        seen.bytes += read as u64;
        Ok(read)
    }
}

enum Packing {
    Plain(Tap),
    Gzip(Box<MultiGzDecoder<BufReader<io::Chain<io::Cursor<Vec<u8>>, Tap>>>>),
}

/// The content of a file, unpacked.
pub(crate) struct Stream {
    packing: Packing,
    /// Bytes read to look at, not yet given out.
    ahead: Vec<u8>,
    seen: Arc<Mutex<Seen>>,
    given: u64,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream after {} bytes", self.given)
    }
}

impl Stream {
    pub(crate) fn open(path: &Path, name: &str) -> Result<Stream, ReadError> {
        let broken = |source| ReadError::Io { file: name.to_owned(), source };
        let file = File::open(path).map_err(broken)?;
        if file.metadata().map_err(broken)?.is_dir() {
            return Err(broken(io::ErrorKind::IsADirectory.into()));
        }
        let seen = Arc::new(Mutex::new(Seen::default()));
        let mut tap = Tap { file, seen: Arc::clone(&seen) };
        let mut head = Vec::new();
        tap.by_ref().take(2).read_to_end(&mut head).map_err(broken)?;
        let (packing, ahead) = if head == [0x1f, 0x8b] {
            let whole = io::Cursor::new(head).chain(tap);
            let reader = BufReader::with_capacity(256 << 10, whole);
            let decoder = Box::new(MultiGzDecoder::new(reader));
            (Packing::Gzip(decoder), Vec::new())
        } else {
            (Packing::Plain(tap), head)
        };
        Ok(Stream { packing, ahead, seen, given: 0 })
    }

    /// Reads until `buffer` has grown by `wanted` bytes or the content ends; how much it grew.
    pub(crate) fn fill(
        &mut self,
        buffer: &mut Vec<u8>,
        wanted: usize,
        name: &str,
    ) -> Result<usize, ReadError> {
        let before = buffer.len();
        buffer.append(&mut self.ahead);
        let left = wanted.saturating_sub(buffer.len() - before) as u64;
        let read = match &mut self.packing {
            Packing::Plain(tap) => tap.take(left).read_to_end(buffer),
            Packing::Gzip(decoder) => decoder.take(left).read_to_end(buffer),
        };
        if let Err(source) = read {
            let (file, bytes) = (name.to_owned(), self.given + (buffer.len() - before) as u64);
            return Err(match self.packing {
                Packing::Plain(_) => ReadError::Io { file, source },
                Packing::Gzip(_) => ReadError::Damaged { file, bytes, source },
            });
        }
        self.given += (buffer.len() - before) as u64;
        Ok(buffer.len() - before)
    }

    /// How much of the file has been read, as it lies on disk.
    pub(crate) fn packed(&self) -> u64 {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.packing, Packing::Gzip(_))
    }

    /// Bytes that were given back.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Gives bytes back that were only looked at.
    pub(crate) fn give_back(&mut self, bytes: Vec<u8>) {
        self.given -= bytes.len() as u64;
        self.ahead = bytes;
    }

    /// The digest of the file as it lies on disk; reads what is left of it.
    pub(crate) fn digest(&mut self, name: &str, lines: u64) -> Result<Digest, ReadError> {
        let mut rest = Vec::new();
        while self.fill(&mut rest, 1 << 20, name)? > 0 {
            rest.clear();
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Digest { sha256: hex_digits(&seen.sha.clone().finalize()), bytes: seen.bytes, lines })
    }
}

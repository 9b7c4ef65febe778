//! A table file that is read at several places at once. A gzipped one is unpacked first.

use std::fs::File;
use std::io::{self, BufReader, Read, Write as _};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};
use trueline_language::{phrase, text};

use super::error::SourceReadError;
use super::stream::SourceStream;

/// The limits of what gzip may unpack to: a multiple of the packed size, above an amount that is
/// always allowed. Parquet is already packed, so a file beyond them is a bomb.
const UNPACKED_PER_PACKED_MAX: u64 = 100;
const UNPACKED_FREE: u64 = 16 << 20;

/// An open file without a position, so that readers do not disturb each other.
#[derive(Debug, Clone)]
pub(crate) struct SharedFile {
    file: Arc<File>,
    length: u64,
}

impl SharedFile {
    /// Opens a file as it is on disk.
    pub(super) fn open_path(path: &Path) -> io::Result<SharedFile> {
        let file = File::open(path)?;
        Ok(SharedFile { length: file.metadata()?.len(), file: Arc::new(file) })
    }

    /// Unpacks a stream into a temporary file without a name, so that nobody else can open it and
    /// nothing remains of it.
    pub(super) fn unpack_stream(
        stream: &mut SourceStream,
        name: &str,
    ) -> Result<SharedFile, SourceReadError> {
        let failed = |source| SourceReadError::Unpack { file: name.to_owned(), source };
        let mut file = tempfile::tempfile().map_err(failed)?;
        let mut length = 0;
        let mut part = Vec::new();
        loop {
            part.clear();
            let read = stream.fill_buffer(&mut part, 1 << 20, name)? as u64;
            if read == 0 {
                return Ok(SharedFile { file: Arc::new(file), length });
            }
            length += read;
            if length > UNPACKED_FREE + stream.packed_bytes() * UNPACKED_PER_PACKED_MAX {
                return Err(SourceReadError::Unusable {
                    file: name.to_owned(),
                    problem: text!(
                        "解压后超过其大小的 {UNPACKED_PER_PACKED_MAX} 倍",
                        "it unpacks to more than {UNPACKED_PER_PACKED_MAX} times its size"
                    ),
                    remedy: phrase!(
                        "若信任该文件，请自行解压后导入其中的文件",
                        "unpack it yourself if you trust it, and import what is inside"
                    )
                    .into(),
                });
            }
            file.write_all(&part).map_err(failed)?;
        }
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<SharedFileReader>;

    fn get_read(&self, start: u64) -> ParquetResult<BufReader<SharedFileReader>> {
        Ok(BufReader::new(SharedFileReader { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF(format!("no {length} bytes at {start}")));
        }
        let mut bytes = Vec::with_capacity(length);
        let from = SharedFileReader { file: Arc::clone(&self.file), at: start };
        let read = from.take(length as u64).read_to_end(&mut bytes)?;
        if read != length {
            return Err(ParquetError::EOF(format!("{read} of {length} bytes at {start}")));
        }
        Ok(bytes.into())
    }
}

/// Reads from a position of its own.
#[derive(Debug)]
pub(crate) struct SharedFileReader {
    file: Arc<File>,
    at: u64,
}

impl Read for SharedFileReader {
    #[cfg(unix)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::os::unix::fs::FileExt as _;
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }

    #[cfg(windows)]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::os::windows::fs::FileExt as _;
        let read = self.file.seek_read(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

//! Fetching a report or a ledger from an address into a folder, to be checked there without a
//! network.
//!
//! Nothing is believed because of where it comes from. Tiles never change, so those that are
//! already in the folder are not asked for again.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Runtime;
use trueline_ledger::{Checkpoint, Note, Tile, TileKind};

use super::post::{self, RequestError};

const REPORT_BYTES_MAX: usize = 512 << 20;
const TILE_BYTES_MAX: usize = 32 << 20;
const PATIENCE: Duration = Duration::from_mins(1);

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum FetchError {
    #[error("{url} cannot be fetched")]
    #[zh("无法取回 {url}")]
    Get {
        url: String,
        #[source]
        source: RequestError,
    },
    #[error("there is nothing at {0}")]
    #[zh("{0} 处没有内容")]
    Nothing(String),
    #[error("{0} is no ledger: its checkpoint cannot be read")]
    #[zh("{0} 不是账本：无法读取其检查点")]
    NoLedger(String),
    #[error("cannot write {file}")]
    #[zh("无法写入 {file}")]
    File {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("no connections can be made")]
    #[zh("无法建立网络连接")]
    Runtime(#[source] std::io::Error),
}

/// Whether a name is an address rather than a file.
pub(crate) fn is_address(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

/// Fetches a file into a folder and returns its path.
pub(crate) fn fetch_file(url: &str, folder: &Path) -> Result<PathBuf, FetchError> {
    let fetcher = Fetcher::new(folder)?;
    let bytes = fetcher.fetch_bytes(url, REPORT_BYTES_MAX)?;
    let bytes = bytes.ok_or_else(|| FetchError::Nothing(url.to_owned()))?;
    fetcher.write_file(&choose_file_name(url), &bytes)
}

/// Fetches the ledger of an operator into a folder, as of its newest checkpoint.
pub(crate) fn fetch_ledger(url: &str, folder: &Path) -> Result<PathBuf, FetchError> {
    let url = url.trim_end_matches('/');
    let fetcher = Fetcher::new(folder)?;
    let bytes = fetcher.fetch_bytes(&format!("{url}/checkpoint"), TILE_BYTES_MAX)?;
    let bytes = bytes.ok_or_else(|| FetchError::Nothing(format!("{url}/checkpoint")))?;
    let note = Note::parse(&bytes).ok();
    let checkpoint = note.and_then(|note| Checkpoint::parse(note.text()).ok());
    let size = checkpoint.ok_or_else(|| FetchError::NoLedger(url.to_owned()))?.size();
    for tile in list_tiles(size) {
        let path = tile.to_string();
        if tile.is_partial() || !folder.join(&path).is_file() {
            let bytes = fetcher.fetch_bytes(&format!("{url}/{path}"), TILE_BYTES_MAX)?;
            let bytes = bytes.ok_or_else(|| FetchError::Nothing(format!("{url}/{path}")))?;
            fetcher.write_file(&path, &bytes)?;
        }
    }
    fetcher.fetch_cosigned(url)?;
    // Last, so that a folder with a checkpoint has everything up to it.
    fetcher.write_file("checkpoint", &bytes)?;
    Ok(folder.to_owned())
}

/// Every tile of a tree.
fn list_tiles(size: u64) -> impl Iterator<Item = Tile> {
    let kinds = (0..=8).map(TileKind::Hashes).chain([TileKind::Entries]);
    kinds.flat_map(move |kind| (0..).map_while(move |index| Tile::in_tree(kind, index, size)))
}

/// The last part of an address, as the name of a file.
fn choose_file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '.' | '-' | '_');
    let name: String = last.chars().filter(|one| is_plain(*one)).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "report".to_owned() } else { name.to_owned() }
}

struct Fetcher<'a> {
    folder: &'a Path,
    runtime: Runtime,
}

impl<'a> Fetcher<'a> {
    fn new(folder: &'a Path) -> Result<Fetcher<'a>, FetchError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Fetcher { folder, runtime: runtime.map_err(FetchError::Runtime)? })
    }

    fn fetch_bytes(&self, url: &str, most: usize) -> Result<Option<Vec<u8>>, FetchError> {
        let failed = |source| FetchError::Get { url: url.to_owned(), source };
        self.runtime.block_on(post::get_body(url, most, PATIENCE)).map_err(failed)
    }

    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, FetchError> {
        let path = self.folder.join(name);
        let written = match path.parent() {
            Some(above) => fs::create_dir_all(above).and_then(|()| fs::write(&path, bytes)),
            None => fs::write(&path, bytes),
        };
        let failed = |source| FetchError::File { file: path.display().to_string(), source };
        written.map_err(failed)?;
        Ok(path)
    }

    /// The checkpoints that witnesses cosigned, by the list that a ledger keeps of them.
    fn fetch_cosigned(&self, url: &str) -> Result<(), FetchError> {
        let list =
            self.fetch_bytes(&format!("{url}/cosigned/list"), TILE_BYTES_MAX)?.unwrap_or_default();
        let list = String::from_utf8_lossy(&list).into_owned();
        for size in list.lines().filter_map(|line| line.parse::<u64>().ok()) {
            let name = format!("cosigned/{size}");
            if let Some(bytes) = self.fetch_bytes(&format!("{url}/{name}"), TILE_BYTES_MAX)? {
                self.write_file(&name, &bytes)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_an_address_and_leads_nowhere_else() {
        assert_eq!(choose_file_name("http://a.cn/2020H1/report.zh.pdf?x=1#p"), "report.zh.pdf");
        assert_eq!(choose_file_name("http://a.cn/"), "report");
        assert_eq!(choose_file_name("http://a.cn/..%2f..%2fetc"), "2f..2fetc");
        assert_eq!(choose_file_name("http://a.cn/.hidden"), "hidden");
    }

    #[test]
    fn every_tile_of_a_tree_is_there_once() {
        let all: Vec<String> = list_tiles(70_000).map(|tile| tile.to_string()).collect();
        assert_eq!(all.iter().filter(|path| path.starts_with("tile/entries/")).count(), 274);
        assert_eq!(all.iter().filter(|path| path.starts_with("tile/0/")).count(), 274);
        let above: Vec<&String> = all.iter().filter(|path| !path.starts_with("tile/0/")).collect();
        assert!(above.contains(&&"tile/1/000".to_owned()), "{above:?}");
        assert!(above.contains(&&"tile/1/001.p/17".to_owned()), "{above:?}");
        assert!(above.contains(&&"tile/2/000.p/1".to_owned()), "{above:?}");
        assert_eq!(list_tiles(0).count(), 0);
    }
}

//! How many rows a block of a population has.

const SMALLEST_BLOCK: u64 = 65_536;
const MOST_BLOCKS: u64 = 64;

/// The rows of a block in a population of `rows`.
pub(super) fn block_rows(rows: u64) -> u64 {
    let mut size = SMALLEST_BLOCK;
    while rows.div_ceil(size) > MOST_BLOCKS {
        size *= 2;
    }
    size
}

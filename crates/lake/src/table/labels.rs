//! Writes a label column to Parquet straight from its codes.
//!
//! The general writer hashes the text of every row to find codes that we already have. Here the
//! texts in use become the dictionary page, and the renumbered codes become the data pages. Codes
//! are packed bit by bit, so compression would gain next to nothing.

use arrow_array::types::Int32Type;
use arrow_array::{Array, DictionaryArray, StringArray};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// Rows in a data page.
const PAGE_ROWS: usize = 65_536;
/// The largest dictionary page. A column with more texts is better written as plain texts.
const DICTIONARY_MAX: usize = 1 << 20;
/// The longest text that the footer states as a bound.
const BOUND_MAX: usize = 64;

/// An encoded column: its pages and what the footer says about them.
pub(super) struct LabelChunk {
    pub(super) pages: Bytes,
    pub(super) close: ColumnCloseResult,
}

/// Encodes a column; `None` if its dictionary is too large for one page.
pub(super) fn encode_labels(
    column: &DictionaryArray<Int32Type>,
    texts: &StringArray,
    descr: ColumnDescPtr,
) -> Result<Option<LabelChunk>> {
    let nullable = match (descr.max_def_level(), descr.max_rep_level()) {
        (0, 0) => false,
        (1, 0) => true,
        _ => return Err(ParquetError::General("labels inside a list".to_owned())),
    };
    let used = UsedLabels::find_used(column, texts);
    if used.bytes > DICTIONARY_MAX {
        return Ok(None);
    }
    let width = 32 - (used.texts.len().saturating_sub(1) as u32).leading_zeros();
    let mut sink = TrackedWrite::new(Vec::new());
    let mut writer = SerializedPageWriter::new(&mut sink);
    let mut sizes = PageSizes::default();
    let dictionary = used.dictionary_page();
    let length = dictionary.len();
    let page = Page::DictionaryPage {
        buf: dictionary.into(),
        num_values: used.texts.len() as u32,
        encoding: Encoding::PLAIN,
        is_sorted: false,
    };
    sizes.add_page(&writer.write_page(CompressedPage::new(page, length))?);
    let mut pages = 0;
    let mut first = None;
    for from in (0..column.len()).step_by(PAGE_ROWS) {
        let part = column.slice(from, PAGE_ROWS.min(column.len() - from));
        let spec = writer.write_page(used.data_page(&part, width as u8, nullable))?;
        first = first.or(Some(spec.offset));
        sizes.add_page(&spec);
        pages += 1;
    }
    writer.close()?;
    let stats = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
    let metadata = ColumnChunkMetaData::builder(descr)
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_page_encoding_stats(vec![
            stats(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1),
            stats(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, pages),
        ])
        .set_total_compressed_size(sizes.written)
        .set_total_uncompressed_size(sizes.plain)
        .set_num_values(column.len() as i64)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(first.unwrap_or(0) as i64)
        .set_statistics(used.text_bounds(column.null_count() as u64))
        .build()?;
    let pages = sink.into_inner()?;
    let close = ColumnCloseResult {
        bytes_written: pages.len() as u64,
        rows_written: column.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Some(LabelChunk { pages: pages.into(), close }))
}

#[derive(Default)]
struct PageSizes {
    written: i64,
    plain: i64,
}

impl PageSizes {
    fn add_page(&mut self, spec: &parquet::column::page::PageWriteSpec) {
        self.written += spec.compressed_size as i64;
        self.plain += spec.uncompressed_size as i64;
    }
}

/// The texts that a part of a column uses, in the order of their codes.
struct UsedLabels<'a> {
    texts: Vec<&'a str>,
    bytes: usize,
    /// The new code of each old one.
    codes: Vec<u32>,
}

impl<'a> UsedLabels<'a> {
    fn find_used(column: &DictionaryArray<Int32Type>, texts: &'a StringArray) -> UsedLabels<'a> {
        let mut seen = vec![false; texts.len()];
        for key in column.keys().iter().flatten() {
            seen[key as usize] = true;
        }
        let mut used = UsedLabels { texts: Vec::new(), bytes: 0, codes: vec![0; texts.len()] };
        for (old, _) in seen.iter().enumerate().filter(|(_, seen)| **seen) {
            used.codes[old] = used.texts.len() as u32;
            used.texts.push(texts.value(old));
            used.bytes += texts.value(old).len() + 4;
        }
        used
    }

    fn dictionary_page(&self) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.bytes);
        for text in &self.texts {
            page.extend_from_slice(&(text.len() as u32).to_le_bytes());
            page.extend_from_slice(text.as_bytes());
        }
        page
    }

    fn data_page(
        &self,
        part: &DictionaryArray<Int32Type>,
        width: u8,
        nullable: bool,
    ) -> CompressedPage {
        let keys = part.keys();
        let mut page = Vec::new();
        if nullable {
            let levels: Vec<u32> = match keys.nulls() {
                Some(nulls) => nulls.iter().map(u32::from).collect(),
                None => vec![1; keys.len()],
            };
            page.extend_from_slice(&[0; 4]);
            pack_codes(&levels, 1, &mut page);
            let length = (page.len() - 4) as u32;
            page[..4].copy_from_slice(&length.to_le_bytes());
        }
        let code = |key: i32| self.codes[key as usize];
        let codes: Vec<u32> = match part.null_count() {
            0 => keys.values().iter().map(|key| code(*key)).collect(),
            _ => keys.iter().flatten().map(code).collect(),
        };
        page.push(width);
        pack_codes(&codes, width, &mut page);
        let length = page.len();
        let page = Page::DataPage {
            buf: page.into(),
            num_values: keys.len() as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        CompressedPage::new(page, length)
    }

    fn text_bounds(&self, nulls: u64) -> Statistics {
        let bound = |text: Option<&&str>| {
            text.filter(|text| text.len() <= BOUND_MAX).map(|text| ByteArray::from(*text))
        };
        let (least, most) = (bound(self.texts.iter().min()), bound(self.texts.iter().max()));
        ValueStatistics::new(least, most, None, Some(nulls), false).into()
    }
}

/// The shortest run that is written as a run instead of value by value.
const RUN_MIN: usize = 16;

/// Writes Parquet's hybrid of runs and packed bits.
fn pack_codes(values: &[u32], width: u8, out: &mut Vec<u8>) {
    let mut start = 0;
    let mut at = 0;
    while at + RUN_MIN <= values.len() {
        let value = values[at];
        if values[at + 1..at + 8].iter().any(|other| *other != value) {
            at += 8;
            continue;
        }
        let run = values[at..].iter().take_while(|other| **other == value).count();
        if run < RUN_MIN {
            at += 8;
            continue;
        }
        pack_bits(&values[start..at], width, out);
        write_varint((run as u64) << 1, out);
        out.extend_from_slice(&value.to_le_bytes()[..usize::from(width).div_ceil(8)]);
        at += run;
        start = at;
    }
    pack_bits(&values[start..], width, out);
}

/// Packs values bit by bit, in groups of eight. The last group is filled up with zeros.
fn pack_bits(values: &[u32], width: u8, out: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let groups = values.len().div_ceil(8);
    write_varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * usize::from(width);
    out.reserve(end + 8 - out.len());
    let mut bits = 0_u64;
    let mut held = 0;
    for value in values {
        bits |= u64::from(*value) << held;
        held += u32::from(width);
        if held >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            held -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes());
    out.resize(end, 0);
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray;
    use arrow_array::{Int32Array, RecordBatch};
    use arrow_schema::{Field, Schema};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::disk::LakeDisk;
    use crate::table::TableWriter;

    type LabelTexts = Vec<Option<String>>;

    /// Writes labels in groups of `group` rows and reads them back.
    fn through(labels: &LabelTexts, group: usize, nullable: bool) -> (LabelTexts, usize) {
        let mut texts: Vec<&str> = labels.iter().flatten().map(String::as_str).collect();
        // Some that no row uses, as happens in a file with several groups.
        texts.extend(["never used", ""]);
        texts.sort_unstable();
        texts.dedup();
        let code = |text: &String| texts.binary_search(&text.as_str()).ok().map(|at| at as i32);
        let keys: Int32Array = labels.iter().map(|l| l.as_ref().and_then(code)).collect();
        let values = Arc::new(StringArray::from(texts.clone()));
        let column = DictionaryArray::<Int32Type>::try_new(keys, values).expect("sound codes");
        let schema =
            Arc::new(Schema::new(vec![Field::new("label", column.data_type().clone(), nullable)]));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.parquet");
        let mut writer =
            TableWriter::create(&LakeDisk::default(), &path, schema).expect("a new file");
        for from in (0..column.len()).step_by(group) {
            let part = column.slice(from, group.min(column.len() - from));
            writer
                .write_group::<ParquetError>(part.len(), |_| Ok(Arc::new(part.clone())))
                .expect("a group");
        }
        writer.finish_file().expect("a file");
        let bytes = Bytes::from(std::fs::read(&path).expect("readable"));
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("Parquet");
        let mut hashed = 0;
        for group in builder.metadata().row_groups() {
            let stats = group.column(0).statistics().expect("statistics");
            let nulls = stats.null_count_opt().expect("a count");
            assert!(nulls <= group.num_rows() as u64);
            hashed += usize::from(group.column(0).compression() != Compression::UNCOMPRESSED);
        }
        let batches = builder.build().expect("a reader");
        let text = |batch: RecordBatch| {
            let column = arrow_cast::cast(batch.column(0), &arrow_schema::DataType::Utf8);
            let column = column.expect("texts");
            let texts = column.as_string::<i32>().iter().map(|text| text.map(str::to_owned));
            texts.collect::<Vec<_>>()
        };
        (batches.flat_map(|batch| text(batch.expect("a batch"))).collect(), hashed)
    }

    fn check(labels: &LabelTexts) {
        for group in [labels.len().max(1), 100_000, 1_000] {
            assert_eq!(through(labels, group, true).0, *labels, "groups of {group}");
        }
        if labels.iter().all(Option::is_some) {
            assert_eq!(through(labels, 70_000, false).0, *labels, "required");
        }
    }

    #[test]
    fn labels_come_back_as_they_were() {
        let mut state = 7_u64;
        let mut roll = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            (state >> 33) as usize % below
        };
        for (rows, texts, run, nulls) in [
            (1, 1, 1, 0),
            (3, 1, 1, 2),
            (17, 2, 20, 0),
            (1_000, 1, 1, 0),
            (140_000, 3, 40, 9),
            (140_000, 900, 1, 0),
            (70_000, 257, 5, 3),
            (66_000, 40_000, 2, 50),
        ] {
            let mut labels: LabelTexts = Vec::new();
            while labels.len() < rows {
                let null = nulls > 0 && roll(nulls) == 0;
                let label = (!null).then(|| format!("城{}", roll(texts)));
                for _ in 0..=roll(run) {
                    labels.push(label.clone());
                }
            }
            labels.truncate(rows);
            check(&labels);
        }
        check(&vec![None; 70_000]);
    }

    #[test]
    fn what_is_no_label_goes_the_general_way() {
        let long: LabelTexts = (0..3_000).map(|at| Some(format!("{at:0>500}"))).collect();
        let (back, hashed) = through(&long, 3_000, true);
        assert_eq!((back, hashed), (long, 1));
    }
}

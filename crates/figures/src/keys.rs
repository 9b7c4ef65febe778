//! Which cell a row falls into, by the dimensions that are not time.

use std::collections::HashMap;

use trueline_expression::{ExpressionValue, RowValues};

use crate::columns::{BatchColumns, ColumnKind};
use crate::definition::Dimension;

/// Every combination of keys seen so far with its number, and the combination of each row at hand.
#[derive(Debug)]
pub(crate) struct SliceKeys {
    dimensions: Vec<Dimension>,
    /// For each dimension, the keys seen so far; the index of a key is its code.
    texts: Vec<KeyTexts>,
    combinations: Vec<Box<[u32]>>,
    known: HashMap<Box<[u32]>, u32>,
    /// Bits that each dimension's codes had when `table` was laid out.
    bits: Vec<u32>,
    /// Packed codes → number of the combination; empty when it would be too large.
    table: Vec<u32>,
    rows: Vec<u32>,
    /// The codes of one dimension, row by row, for columns that are not labels.
    codes: Vec<u32>,
}

#[derive(Debug, Default)]
struct KeyTexts {
    known: HashMap<String, u32>,
    texts: Vec<String>,
}

/// How a dimension is read from one schema.
#[derive(Debug)]
pub(crate) enum KeyReader {
    /// A label column, and the key code of each of its labels.
    Label { column: usize, keys: Vec<u32> },
    /// Any other column, row by row.
    RowByRow { column: String },
    /// An absent column: every key is empty.
    Absent,
}

const UNSET: u32 = u32::MAX;
const MOST_BITS: u32 = 20;

impl KeyTexts {
    fn code_of(&mut self, text: String) -> u32 {
        if let Some(code) = self.known.get(&text) {
            return *code;
        }
        let code = self.texts.len() as u32;
        self.known.insert(text.clone(), code);
        self.texts.push(text);
        code
    }

    fn bits_needed(&self) -> u32 {
        usize::BITS - self.texts.len().saturating_sub(1).leading_zeros()
    }
}

impl SliceKeys {
    pub(crate) fn new<'a>(dimensions: impl Iterator<Item = &'a Dimension>) -> SliceKeys {
        let dimensions: Vec<Dimension> = dimensions.cloned().collect();
        let texts = dimensions.iter().map(|_| {
            let mut texts = KeyTexts::default();
            texts.code_of(String::new());
            texts
        });
        SliceKeys {
            texts: texts.collect(),
            dimensions,
            combinations: Vec::new(),
            known: HashMap::new(),
            bits: Vec::new(),
            table: Vec::new(),
            rows: Vec::new(),
            codes: Vec::new(),
        }
    }

    pub(crate) fn make_readers(&self, columns: &mut BatchColumns) -> Vec<KeyReader> {
        let reader = |dimension: &Dimension| {
            let column = dimension.key.source_column().unwrap_or_default();
            match columns.column_kind(column) {
                ColumnKind::Label => {
                    KeyReader::Label { column: columns.track_label(column), keys: Vec::new() }
                }
                ColumnKind::Absent => KeyReader::Absent,
                ColumnKind::Whole | ColumnKind::Moment | ColumnKind::Other => {
                    KeyReader::RowByRow { column: column.to_owned() }
                }
            }
        };
        self.dimensions.iter().map(reader).collect()
    }

    /// The number of the combination of each row of the batch at hand.
    pub(crate) fn row_combinations(&self) -> &[u32] {
        &self.rows
    }

    /// How many combinations have been seen.
    pub(crate) fn len(&self) -> usize {
        self.combinations.len()
    }

    pub(crate) fn key_texts(&self, combination: usize) -> Vec<String> {
        let codes = self.combinations[combination].iter().zip(&self.texts);
        codes.map(|(code, texts)| texts.texts[*code as usize].clone()).collect()
    }

    pub(crate) fn load_batch(&mut self, columns: &BatchColumns, readers: &mut [KeyReader]) {
        let mut by_row: Vec<Vec<u32>> = vec![Vec::new(); readers.len()];
        for (at, reader) in readers.iter_mut().enumerate() {
            self.learn_keys(at, reader, columns, &mut by_row[at]);
        }
        self.lay_out();
        self.pack_codes(columns, readers, &by_row);
        self.number_rows(columns, readers, &by_row);
    }

    /// Gives every key of the batch a code.
    fn learn_keys(
        &mut self,
        at: usize,
        reader: &mut KeyReader,
        columns: &BatchColumns,
        by_row: &mut Vec<u32>,
    ) {
        let key = &self.dimensions[at].key;
        let texts = &mut self.texts[at];
        match reader {
            KeyReader::Label { column, keys } => {
                for code in keys.len()..columns.label_count(*column) {
                    let text = columns.label_text(*column, code as u32);
                    keys.push(texts.code_of(key.of_text(text)));
                }
            }
            KeyReader::RowByRow { column } => by_row.extend((0..columns.row_count()).map(|row| {
                let text = match columns.batch_row(row).value_of(column) {
                    ExpressionValue::Null => String::new(),
                    ExpressionValue::Text(text) => key.of_text(&text),
                    ExpressionValue::Boolean(value) => key.of_text(&value.to_string()),
                    ExpressionValue::Integer(value) | ExpressionValue::Time(value) => {
                        key.of_text(&value.to_string())
                    }
                    ExpressionValue::Number(value) => key.of_text(&value.to_string()),
                };
                texts.code_of(text)
            })),
            KeyReader::Absent => {}
        }
    }

    fn lay_out(&mut self) {
        let wanted: Vec<u32> = self.texts.iter().map(KeyTexts::bits_needed).collect();
        if wanted == self.bits && !(self.table.is_empty() && self.combinations.is_empty()) {
            return;
        }
        self.bits = wanted;
        self.table.clear();
        let total: u32 = self.bits.iter().sum();
        if total > MOST_BITS {
            return;
        }
        self.table.resize(1 << total, UNSET);
        for (number, codes) in self.combinations.iter().enumerate() {
            let packed = packed_index(codes, &self.bits);
            self.table[packed] = number as u32;
        }
    }

    /// Puts the packed codes of each row into `rows`, where they fit a table.
    fn pack_codes(&mut self, columns: &BatchColumns, readers: &[KeyReader], by_row: &[Vec<u32>]) {
        self.rows.clear();
        self.rows.resize(columns.row_count(), 0);
        if self.table.is_empty() {
            return;
        }
        let mut shift = 0;
        for ((reader, codes), bits) in readers.iter().zip(by_row).zip(&self.bits) {
            match reader {
                KeyReader::Label { column, keys } => {
                    let shifted: Vec<u32> = keys.iter().map(|key| key << shift).collect();
                    for (row, code) in self.rows.iter_mut().zip(columns.label_codes(*column)) {
                        *row |= shifted[*code as usize];
                    }
                }
                KeyReader::RowByRow { .. } => {
                    for (row, code) in self.rows.iter_mut().zip(codes) {
                        *row |= code << shift;
                    }
                }
                KeyReader::Absent => {}
            }
            shift += bits;
        }
    }

    /// Turns packed codes into the numbers of combinations.
    fn number_rows(&mut self, columns: &BatchColumns, readers: &[KeyReader], by_row: &[Vec<u32>]) {
        let has_table = !self.table.is_empty();
        for row in 0..self.rows.len() {
            let packed = self.rows[row] as usize;
            if has_table && self.table[packed] != UNSET {
                self.rows[row] = self.table[packed];
                continue;
            }
            self.codes.clear();
            for (reader, codes) in readers.iter().zip(by_row) {
                self.codes.push(match reader {
                    KeyReader::Label { column, keys } => {
                        keys[columns.label_codes(*column)[row] as usize]
                    }
                    KeyReader::RowByRow { .. } => codes[row],
                    KeyReader::Absent => 0,
                });
            }
            let known = self.known.get(self.codes.as_slice()).copied();
            let number = known.unwrap_or_else(|| {
                let number = self.combinations.len() as u32;
                self.combinations.push(self.codes.as_slice().into());
                self.known.insert(self.codes.as_slice().into(), number);
                number
            });
            if has_table {
                self.table[packed] = number;
            }
            self.rows[row] = number;
        }
    }
}

fn packed_index(codes: &[u32], bits: &[u32]) -> usize {
    let mut shift = 0;
    let mut packed = 0;
    for (code, bits) in codes.iter().zip(bits) {
        packed |= (*code as usize) << shift;
        shift += bits;
    }
    packed
}

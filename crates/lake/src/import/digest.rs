//! Row digests: whether two rows have the same content, wherever they are stored.
//!
//! The digest of a row is the sum of a keyed hash of each of its values with the name of its
//! column. Nulls add nothing, so a column that a batch lacks equals one that is null everywhere.
//! The key is generated for every import and never stored.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampSecondType};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

/// Whether a column says something about the case, and not only about where its row came from.
pub(super) fn is_content(name: &str) -> bool {
    !matches!(name, "precision" | "revised" | "source_file" | "source_line" | "source_text")
}

/// Makes digests that can be compared with each other.
#[derive(Debug, Default)]
pub(crate) struct RowDigests {
    key: RandomState,
}

impl RowDigests {
    /// Adds a column to the digests of its rows.
    pub(crate) fn add_column(&self, name: &str, array: &ArrayRef, digests: &mut [u64]) {
        for (row, digest) in digests.iter_mut().enumerate() {
            if array.is_null(row) {
                continue;
            }
            let mut hasher = self.key.build_hasher();
            name.hash(&mut hasher);
            hash_value(array, row, &mut hasher);
            *digest = digest.wrapping_add(hasher.finish());
        }
    }
}

fn hash_value(array: &ArrayRef, row: usize, hasher: &mut impl Hasher) {
    if array.is_null(row) {
        hasher.write_u8(0);
        return;
    }
    hasher.write_u8(1);
    match array.data_type() {
        DataType::Dictionary(_, _) => {
            let labels = array.as_dictionary::<Int32Type>();
            let key = labels.keys().value(row) as usize;
            labels.values().as_string::<i32>().value(key).hash(hasher);
        }
        DataType::Utf8 => array.as_string::<i32>().value(row).hash(hasher),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).hash(hasher),
        DataType::Float64 => {
            let number = array.as_primitive::<Float64Type>().value(row);
            number.to_bits().hash(hasher);
        }
        DataType::Boolean => array.as_boolean().value(row).hash(hasher),
        DataType::Timestamp(TimeUnit::Second, _) => {
            array.as_primitive::<TimestampSecondType>().value(row).hash(hasher);
        }
        DataType::List(_) => {
            let records = array.as_list::<i32>().value(row);
            records.len().hash(hasher);
            for column in records.as_struct().columns() {
                (0..column.len()).for_each(|at| hash_value(column, at, hasher));
            }
        }
        // Datasets have no other types. Values of one that turns up are distinguished only by type.
        other => other.hash(hasher),
    }
}

//! The mapping for text in a dataset's own layout, where every column means what its name says.

use std::fmt::Write as _;

use super::error::MappingError;
use super::model::Mapping;
use crate::schema::DatasetSchema;

/// Columns that the lake exports and every import creates afresh.
pub(crate) const BOOKKEEPING: [&str; 4] =
    ["precision", "source_file", "source_line", "source_text"];

impl Mapping {
    /// The mapping from a dataset to itself. Other columns become extras.
    pub fn for_own_layout(schema: &DatasetSchema) -> Result<Mapping, MappingError> {
        let mut text = format!(
            "[mapping]\ndataset = \"{}\"\nrest = \"keep\"\ndrop = {BOOKKEEPING:?}\n",
            schema.name
        );
        for column in &schema.columns {
            let name = column.name;
            // Writing to a string cannot fail.
            let origin = if schema.blank.contains(&name) {
                format!("expr = \"if(missing(`{name}`), '', `{name}`)\"")
            } else {
                format!("from = \"{name}\"")
            };
            let _ = write!(text, "[columns.{name}]\n{origin}\n");
            if !column.required {
                text.push_str("optional = true\n");
            }
        }
        text.push_str("[columns.revised]\nfrom = \"revised\"\noptional = true\n");
        Mapping::parse("the dataset's own layout", &text, schema)
    }
}

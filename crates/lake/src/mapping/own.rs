//! The mapping for text that is in a dataset's own layout: every column means what it is called.

use std::fmt::Write as _;

use super::error::MappingError;
use super::model::Mapping;
use crate::schema::Schema;

/// Columns that an export of the lake carries and an import makes anew.
pub(crate) const BOOKKEEPING: [&str; 4] =
    ["precision", "source_file", "source_line", "source_text"];

impl Mapping {
    /// The mapping of a dataset onto itself; other columns become extras.
    pub fn own(schema: &Schema) -> Result<Mapping, MappingError> {
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

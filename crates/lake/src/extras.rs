//! The typed extras that the batches of a dataset carry.

use std::collections::BTreeSet;

use crate::lake::Lake;
use crate::lake_error::LakeError;
use crate::schema::DatasetSchema;

impl Lake {
    /// The names of all extras of a dataset, such as `x_priority`, sorted.
    pub fn extra_names(&self, schema: &DatasetSchema) -> Result<Vec<String>, LakeError> {
        let mut names = BTreeSet::new();
        for batch in self.read_manifest(schema.name)?.batches {
            for file in &batch.files {
                let (_, metadata) = self.open_file(schema, &file.name)?;
                let fields = metadata.schema().fields();
                names.extend(
                    fields
                        .iter()
                        .map(|field| field.name())
                        .filter(|name| name.starts_with("x_"))
                        .cloned(),
                );
            }
        }
        Ok(names.into_iter().collect())
    }
}

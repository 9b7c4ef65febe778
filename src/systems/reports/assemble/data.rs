//! Where the records came from, as the manifests of the lake state.

use jiff::Timestamp;
use trueline_lake::{Lake, LakeError};

use crate::datasets::Datasets;
use crate::systems::reports::model::{DataNote, ReportedBatch};

/// The batches behind the figures at a cut. The caller adds the findings.
pub(crate) fn read_data_note(
    lake: &Lake,
    datasets: &Datasets,
    as_of: Option<i64>,
) -> Result<DataNote, LakeError> {
    let mut note = DataNote::default();
    for schema in datasets.schemas() {
        let manifest = lake.read_manifest(schema.name)?;
        let batches = manifest.batches.into_iter();
        for batch in batches.filter(|batch| as_of.is_none_or(|cut| batch.recorded <= cut)) {
            let names: Vec<&str> = batch.sources.iter().map(|file| file.name.as_str()).collect();
            note.batches.push(ReportedBatch {
                dataset: schema.name.to_owned(),
                batch: batch.id.clone(),
                source: names.join(", "),
                imported: Timestamp::from_second(batch.recorded).ok().map(|at| at.to_string()),
                read: batch.counts.read,
                accepted: batch.counts.accepted,
                quarantined: batch.counts.quarantined,
                digest: batch.sources.first().map(|file| file.sha256.clone()),
            });
        }
    }
    Ok(note)
}

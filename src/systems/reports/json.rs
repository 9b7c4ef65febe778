//! The report as data, as `docs/report.schema.json` describes it.

use super::EnclosedEvidence;
use super::model::QualityReport;

/// The JSON of a report, indented, with its keys in the order of the schema.
pub(crate) fn render_json(
    report: &QualityReport,
    enclosed: Option<EnclosedEvidence<'_>>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec_pretty(report)?;
    if let (Some(enclosed), true) = (enclosed, text.ends_with(b"\n}")) {
        text.truncate(text.len() - 2);
        let (evidence, place) = (enclosed.evidence, trueline_verify::empty_place());
        let more = format!(",\n  \"evidence\": {evidence},\n  \"seal\": \"{place}\"\n}}");
        text.extend_from_slice(more.as_bytes());
    }
    text.push(b'\n');
    Ok(text)
}

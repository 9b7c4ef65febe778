//! The report as data, as `docs/report.schema.json` describes it.

use super::model::Report;

/// The JSON of a report, indented, with its keys in the order of the schema.
pub fn render(report: &Report) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = serde_json::to_vec_pretty(report)?;
    text.push(b'\n');
    Ok(text)
}

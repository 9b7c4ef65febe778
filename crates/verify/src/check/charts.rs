//! The rows of charts by region against the slices that they draw.

use serde_json::Value;

use super::difference::difference_finding;
use super::shape::{ShownReport, ShownSlice};
use crate::figures::figure_name;
use crate::verdict::VerdictFinding;

/// The rows of charts by region against the slices that they draw.
pub(crate) fn compare_charts(report: &ShownReport, found: &mut Vec<VerdictFinding>) {
    for chart in &report.charts {
        let named = chart["id"].as_str().and_then(|id| id.strip_prefix("regions."));
        let rows = chart["body"]["rows"].as_array();
        let Some((indicator, rows)) = named.zip(rows) else { continue };
        for row in rows {
            let code = row["code"].as_str().unwrap_or_default();
            let is_drawn = |slice: &&ShownSlice| {
                slice.indicator == indicator
                    && slice.statistic == "mean"
                    && slice.slice.len() == 1
                    && slice.slice.values().any(|value| value == code)
            };
            let Some(slice) = report.slices.iter().find(is_drawn) else { continue };
            let id = format!("{indicator}.mean");
            let name = figure_name(&id, &slice.slice, &report.period.name);
            let mut fields = vec![
                (("印刷值", "printed"), value_text(&row["printed"]), slice.printed.clone()),
                (("件数", "n"), value_text(&row["n"]), slice.n.to_string()),
            ];
            // An operator with a promise of its own counts by which limit was passed.
            if row["late_promise"].is_null() {
                fields.push((("超限", "late"), value_text(&row["late"]), slice.late.to_string()));
            }
            for (field, shown, proved) in fields {
                if shown != proved {
                    found.push(difference_finding(&name, "chart", field, &shown, &proved));
                }
            }
        }
    }
}

fn value_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

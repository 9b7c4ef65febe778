//! The query that gives the same figures in another engine, so that a reader can compare.

use std::path::Path;

use trueline_clock::Calendar;
use trueline_figures::SqlError;
use trueline_lake::{Lake, LakeError};

use super::compute::{ComputeError, FigureQuestion, RequestInputs, find_wanted_indicators};
use super::dimensions;
use super::model::Pack;
use crate::datasets::Dataset;

/// Why there is no query.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum ExplainError {
    #[error(transparent)]
    Compute(#[from] ComputeError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("`{indicator}` cannot be written as SQL")]
    #[zh("`{indicator}` 无法写成 SQL")]
    Sql { indicator: String, source: SqlError },
}

/// Writes DuckDB SQL for each indicator asked for, over the Parquet files that the lake lists.
pub fn explain_sql(
    pack: &Pack,
    question: &FigureQuestion,
    lake: &Lake,
    calendars: &[Calendar],
) -> Result<String, ExplainError> {
    let indicators = find_wanted_indicators(pack, question)?;
    let period =
        question.filter.narrow_period(pack, &question.period).map_err(ComputeError::from)?;
    let by = dimensions::find_dimensions(pack, &question.by).map_err(ComputeError::from)?;
    let inputs =
        RequestInputs { pack, filter: &question.filter, period: &period, by: &by, calendars };
    let mut text = String::new();
    for indicator in indicators {
        let Some(table) = write_newest_rows(lake, indicator.dataset)? else {
            continue;
        };
        let Some(request) = inputs.build_request(&[indicator]) else {
            continue;
        };
        let mut names: Vec<&str> = by.iter().map(|dimension| dimension.name.as_str()).collect();
        for segment in &indicator.segments {
            if !names.contains(&segment.as_str()) {
                names.push(segment);
            }
        }
        for definition in &request.definitions {
            let sql = trueline_figures::explain_sql(&request, &definition.id, &names, &table);
            match sql {
                Ok(sql) => text.push_str(&format!("-- {}\n{sql};\n\n", definition.id)),
                // An indicator that cannot be written as SQL is an error only if somebody asked for
                // it by name.
                Err(source) if !question.only.is_empty() => {
                    let indicator = definition.id.clone();
                    return Err(ExplainError::Sql { indicator, source });
                }
                Err(source) => text.push_str(&format!("-- {}: {source}\n\n", definition.id)),
            }
        }
    }
    Ok(text)
}

/// Writes the newest revisions of a dataset as a table that can follow `from`.
fn write_newest_rows(lake: &Lake, dataset: Dataset) -> Result<Option<String>, LakeError> {
    let manifest = lake.read_manifest(dataset.name())?;
    let folder = lake.dataset_folder(dataset.name());
    let folder = folder.canonicalize().unwrap_or(folder);
    let files: Vec<String> = manifest
        .batches
        .iter()
        .flat_map(|batch| &batch.files)
        .map(|file| quote_path(&folder.join(&file.name)))
        .collect();
    if files.is_empty() {
        return Ok(None);
    }
    let read =
        format!("read_parquet([{}], union_by_name = true, filename = true)", files.join(", "));
    if manifest.batches.len() == 1 {
        return Ok(Some(read));
    }
    let key = dataset.schema().key.join(", ");
    Ok(Some(format!(
        "(select * from {read} qualify row_number() over (partition by {key} \
         order by revised desc nulls last, filename desc) = 1)"
    )))
}

fn quote_path(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}

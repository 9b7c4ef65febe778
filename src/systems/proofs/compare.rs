//! Compares the evidence of a report with the same evidence made again: definitions, populations
//! with their blocks, and figures.

use std::collections::{BTreeMap, BTreeSet};

use trueline_verify::{Evidence, Population, figure_name};

use super::mismatch::{RecheckResult, RecordMismatch};
use crate::systems::indicators::evidence::Gathered;

pub(super) fn compare_evidence(stated: &Evidence, again: &Gathered, done: &mut RecheckResult) {
    for definition in &stated.definitions {
        let found = again.definitions.iter().find(|one| one.id == definition.id);
        if found.is_none_or(|one| one.sha256 != definition.sha256) {
            done.faults.push(RecordMismatch::Definition { id: definition.id.clone() });
        }
    }
    for population in &stated.populations {
        let same = |other: &&Population| {
            other.dataset == population.dataset && other.period == population.period
        };
        let found = again.populations.iter().find(same);
        compare_population(stated, population, (again, found), done);
    }
    for figure in &stated.figures {
        done.figures += 1;
        let found = again.figures.iter().find(|one| {
            one.figure == figure.figure && one.slice == figure.slice && one.period == figure.period
        });
        let printed = found.map_or("—", |one| one.printed.as_str());
        if printed != figure.printed {
            done.faults.push(RecordMismatch::Figure {
                figure: figure.full_name(),
                stated: figure.printed.clone(),
                found: printed.to_owned(),
            });
        }
    }
}

fn compare_population(
    evidence: &Evidence,
    stated: &Population,
    (again, found): (&Gathered, Option<&Population>),
    done: &mut RecheckResult,
) {
    let (dataset, period) = (stated.dataset.clone(), stated.period.clone());
    let rows = found.map_or(0, |one| one.rows);
    if rows != stated.rows {
        done.faults.push(RecordMismatch::Population {
            dataset,
            period,
            stated: stated.rows,
            found: rows,
        });
        return;
    }
    let Some(found) = found else {
        return;
    };
    done.faults.extend(find_lag_mismatch(stated, found));
    for (number, (stated_block, block)) in stated.blocks.iter().zip(&found.blocks).enumerate() {
        done.blocks += 1;
        if stated_block.root != block.root {
            let (dataset, period) = (dataset.clone(), period.clone());
            done.faults.push(RecordMismatch::Block { dataset, period, block: number });
        }
        let named = |population: &Population, cell: usize, ids: &dyn Fn(usize) -> String| {
            let cell = population.cells.get(cell)?;
            Some(figure_name(&ids(cell.definition), &cell.slice, &population.period))
        };
        let ids = |at: usize| evidence.definitions.get(at).map_or(String::new(), |d| d.id.clone());
        let own = |at: usize| again.definitions.get(at).map_or(String::new(), |d| d.id.clone());
        let others: BTreeMap<String, _> = block
            .cells
            .iter()
            .filter_map(|(cell, columns)| Some((named(found, *cell, &own)?, columns)))
            .collect();
        for (cell, columns) in &stated_block.cells {
            let Some(cell) = named(stated, *cell, &ids) else {
                continue;
            };
            let other = others.get(&cell);
            let names: BTreeSet<&String> =
                columns.keys().chain(other.iter().flat_map(|columns| columns.keys())).collect();
            let differs = names.into_iter().find_map(|column| {
                let value = columns.get(column).map_or(0, |value| value.0);
                let now = other.and_then(|columns| columns.get(column)).map_or(0, |now| now.0);
                (value != now).then(|| (column.clone(), value, now))
            });
            if let Some((column, stated, found)) = differs {
                done.faults.push(RecordMismatch::Partial {
                    cell,
                    block: number,
                    column,
                    stated,
                    found,
                });
            }
        }
    }
}

/// The first number of a lag that differs.
fn find_lag_mismatch(stated: &Population, found: &Population) -> Option<RecordMismatch> {
    let numbers = |population: &Population| match &population.lag {
        Some(lag) => [
            lag.cases.into(),
            lag.median.into(),
            lag.p95.into(),
            lag.late.into(),
            lag.changed_after_close.into(),
            lag.changed_after_period.into(),
        ],
        None => [0_i128; LAG.len()],
    };
    let (stated_numbers, found_numbers) = (numbers(stated), numbers(found));
    let pairs = stated_numbers.iter().zip(&found_numbers);
    let (at, (stated_number, found_number)) =
        pairs.enumerate().find(|(_, (stated, found))| stated != found)?;
    Some(RecordMismatch::Lag {
        dataset: stated.dataset.clone(),
        period: stated.period.clone(),
        what: LAG[at],
        stated: *stated_number,
        found: *found_number,
    })
}

const LAG: [&str; 6] =
    ["cases", "median", "p95", "late", "changed_after_close", "changed_after_period"];

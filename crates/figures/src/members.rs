//! Which rows of a batch belong to which families.
//!
//! Populations that read only a few label columns are looked up together: one table, indexed by the
//! codes of those columns, holds one bit per family, so that a row costs one look-up however many
//! families there are. Other populations are evaluated one by one.

use trueline_expression::{Expr, list_names};

use crate::columns::{BatchColumns, ColumnKind};
use crate::label_table::LabelTable;
use crate::plan::Family;
use crate::programs::{Programs, TRUE, TruthProgram};

/// The rows of each family in the batch at hand.
#[derive(Debug)]
pub(crate) struct FamilyMembers {
    tables: Vec<MaskTable>,
    others: Vec<(usize, TruthProgram)>,
    rows: Vec<Vec<u32>>,
}

/// Up to 64 families whose populations are functions of the same label columns.
#[derive(Debug)]
struct MaskTable {
    families: Vec<(usize, Expr)>,
    table: LabelTable<u64>,
    masks: Vec<u64>,
}

/// More columns than this make tables too large for the processor's cache.
const MOST_COLUMNS: usize = 3;

impl FamilyMembers {
    pub(crate) fn new(
        families: &[Family],
        programs: &mut Programs,
        columns: &mut BatchColumns,
    ) -> FamilyMembers {
        let mut shared: Vec<String> = Vec::new();
        let mut joined: Vec<(usize, Expr)> = Vec::new();
        let mut others = Vec::new();
        for (index, family) in families.iter().enumerate() {
            let used = list_names(&family.population);
            let mut union = shared.clone();
            union.extend(used.iter().filter(|name| !shared.contains(name)).cloned());
            let is_label = |name: &String| {
                matches!(columns.column_kind(name), ColumnKind::Label | ColumnKind::Absent)
            };
            if used.iter().all(is_label) && union.len() <= MOST_COLUMNS {
                shared = union;
                joined.push((index, family.population.clone()));
            } else {
                others.push((index, programs.add_truth(&family.population, columns)));
            }
        }
        let tables = joined.chunks(64).filter_map(|families| {
            Some(MaskTable {
                families: families.to_vec(),
                table: LabelTable::new(&shared, columns)?,
                masks: Vec::new(),
            })
        });
        let mut made = FamilyMembers {
            tables: tables.collect(),
            others,
            rows: families.iter().map(|_| Vec::new()).collect(),
        };
        // Without a single label column there is nothing to index a table by.
        if made.tables.is_empty() {
            for (index, population) in joined {
                let truth = programs.add_truth(&population, columns);
                made.others.push((index, truth));
            }
        }
        made
    }

    pub(crate) fn load_batch(&mut self, columns: &BatchColumns, programs: &Programs) {
        for rows in &mut self.rows {
            rows.clear();
        }
        for part in &mut self.tables {
            let families = &part.families;
            part.masks.clear();
            part.table.look_up(columns, &mut part.masks, |row| {
                let each = families.iter().enumerate();
                each.fold(0, |mask, (bit, (_, population))| {
                    let is_member = programs.of_labels(population, row) == TRUE;
                    mask | u64::from(is_member) << bit
                })
            });
            for (row, mask) in part.masks.iter().enumerate() {
                let mut left = *mask;
                while left != 0 {
                    let (family, _) = families[left.trailing_zeros() as usize];
                    self.rows[family].push(row as u32);
                    left &= left - 1;
                }
            }
        }
        for (family, truth) in &self.others {
            let bytes = programs.truth_bytes(*truth).iter().enumerate();
            let members = bytes.filter(|(_, byte)| **byte == TRUE);
            self.rows[*family].extend(members.map(|(row, _)| row as u32));
        }
    }

    /// The rows of a family, ascending.
    pub(crate) fn of_family(&self, family: usize) -> &[u32] {
        &self.rows[family]
    }
}

//! Everything of a plan that is compiled for one schema and evaluated batch by batch.

use arrow_array::RecordBatch;

use crate::columns::BatchColumns;
use crate::family_rules::FamilyRules;
use crate::intervals::TextIds;
use crate::members::FamilyMembers;
use crate::plan::RequestPlan;
use crate::programs::Programs;

/// A plan compiled for one schema.
#[derive(Debug)]
pub(crate) struct CompiledPlan {
    pub(crate) columns: BatchColumns,
    pub(crate) programs: Programs,
    pub(crate) members: FamilyMembers,
    /// By family.
    pub(crate) rules: Vec<FamilyRules>,
}

impl CompiledPlan {
    pub(crate) fn new(
        plan: &RequestPlan,
        batch: &RecordBatch,
        names: &mut TextIds,
    ) -> CompiledPlan {
        let mut columns = BatchColumns::new(batch.schema_ref());
        let mut programs = Programs::new(plan.zone.clone());
        let compile = |family| FamilyRules::new(family, &mut programs, &mut columns, names);
        let rules = plan.families.iter().map(compile).collect();
        let members = FamilyMembers::new(&plan.families, &mut programs, &mut columns);
        CompiledPlan { columns, programs, members, rules }
    }

    /// Whether a batch has the schema that this was compiled for.
    pub(crate) fn fits_schema(&self, batch: &RecordBatch) -> bool {
        self.columns.fits_schema(batch)
    }

    /// Evaluates every program over a batch.
    pub(crate) fn load_batch(&mut self, batch: RecordBatch) {
        self.columns.load_batch(batch);
        self.programs.evaluate_batch(&self.columns);
        self.members.load_batch(&self.columns, &self.programs);
    }
}

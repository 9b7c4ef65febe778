//! Everything of a plan that is compiled for one schema and evaluated batch by batch.

use arrow_array::RecordBatch;

use crate::columns::Columns;
use crate::intervals::Names;
use crate::judge::Judge;
use crate::members::Members;
use crate::plan::Plan;
use crate::programs::Programs;

/// A plan compiled for one schema.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) columns: Columns,
    pub(crate) programs: Programs,
    pub(crate) members: Members,
    /// By family.
    pub(crate) judges: Vec<Judge>,
}

impl Compiled {
    pub(crate) fn new(plan: &Plan, batch: &RecordBatch, names: &mut Names) -> Compiled {
        let mut columns = Columns::new(batch.schema_ref());
        let mut programs = Programs::new(plan.zone.clone());
        let judge = |family| Judge::new(family, &mut programs, &mut columns, names);
        let judges = plan.families.iter().map(judge).collect();
        let members = Members::new(&plan.families, &mut programs, &mut columns);
        Compiled { columns, programs, members, judges }
    }

    /// Whether a batch has the schema that this was compiled for.
    pub(crate) fn fits(&self, batch: &RecordBatch) -> bool {
        self.columns.fits(batch)
    }

    /// Evaluates every program over a batch.
    pub(crate) fn load(&mut self, batch: RecordBatch) {
        self.columns.load(batch);
        self.programs.evaluate(&self.columns);
        self.members.load(&self.columns, &self.programs);
    }
}

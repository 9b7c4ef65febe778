//! A request made ready once, for many threads and several periods.

use crate::definition::Request;
use crate::period::Period;
use crate::plan::{PlanError, RequestPlan};
use crate::verdict::Counter;

/// A request made ready once for some periods, to be counted by many threads.
#[derive(Debug)]
pub struct Prepared {
    plans: Vec<RequestPlan>,
}

impl Prepared {
    /// Takes the periods in place of the request's own.
    pub fn new(request: &Request, periods: &[Period]) -> Result<Prepared, PlanError> {
        let plans = periods.iter().map(|period| {
            let period = period.clone();
            RequestPlan::new(&Request { period, ..request.clone() })
        });
        Ok(Prepared { plans: plans.collect::<Result<_, _>>()? })
    }

    /// Begins the work of one thread.
    pub fn start_counter(&self) -> Counter<'_> {
        Counter::new(&self.plans)
    }

    /// The ids of the definitions of each family: definitions that differ in their limits alone.
    pub fn definitions_by_family(&self) -> Vec<Vec<String>> {
        let Some(plan) = self.plans.first() else {
            return Vec::new();
        };
        let mut families = vec![Vec::new(); plan.families.len()];
        for (id, family, _) in &plan.definitions {
            families[*family].push(id.clone());
        }
        families
    }
}

//! What the pages of figures and of cases answer from.

use std::sync::Arc;

use trueline_clock::Calendar;
use trueline_figures::Period;
use trueline_lake::Lake;

use crate::systems::indicators::Pack;
use crate::web::Site;

/// What the pages answer from.
pub struct Console {
    pub(crate) site: Arc<Site>,
    pub(crate) pack: Pack,
    pub(crate) period: Period,
    pub(crate) lake: Lake,
    pub(crate) calendars: Vec<Calendar>,
    /// Names of the report's files, which the overview offers.
    pub(crate) files: Vec<String>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("pack", &self.pack.id).finish_non_exhaustive()
    }
}

//! The figures of a report with their pack and language: what its lines and charts are chosen from.

use crate::systems::indicators::{Distribution, FigureResults, Pack};
use crate::systems::reports::model::Language;

/// The figures that a report is made from, in no language yet.
#[derive(Debug, Clone)]
pub struct ReportFigures {
    pub current: FigureResults,
    /// None if nothing was recorded in the period before.
    pub previous: Option<FigureResults>,
    pub distributions: Vec<Distribution>,
}

/// What the figures of a report are chosen from.
#[derive(Debug, Clone, Copy)]
pub struct ReportBasis<'a> {
    pub pack: &'a Pack,
    pub language: Language,
    pub material: &'a ReportFigures,
}

//! `trueline simulate`: the half year of a simulated province, as Parquet.

use std::path::Path;

use jiff::tz::TimeZone;
use trueline_figures::Period;

use super::arguments::SimulateArguments;
use super::{Failure, Language, ProgressStep};
use crate::simulation::{self, SimulationOrder};

/// The zone of the simulated province.
const ZONE: &str = "Asia/Shanghai";

/// A period in the simulated province.
pub(super) fn parse_period(text: &str) -> Result<Period, Failure> {
    // The error says what to write instead.
    Ok(Period::parse(text, &TimeZone::get(ZONE).map_err(Failure::from_foreign)?)?)
}

pub(super) fn run_simulate(asked: &SimulateArguments, language: Language) -> Result<(), Failure> {
    let period = parse_period(&asked.period)?;
    let said = make_province(&asked.out, period, asked.cases, asked.seed, language)?;
    println!("{said}");
    Ok(())
}

/// Makes a province and says what was made.
pub(super) fn make_province(
    out: &Path,
    period: Period,
    cases: u64,
    seed: u64,
    language: Language,
) -> Result<String, Failure> {
    let step = format!("{} {}", language.pick("生成模拟省份", "simulating"), period.name);
    let bar = ProgressStep::start_step(&step, cases);
    let order = SimulationOrder { out: out.to_path_buf(), period, cases, seed };
    let summary = simulation::simulate_province(&order, &|progress| match progress {
        simulation::SimulationProgress::Calibrating => {}
        simulation::SimulationProgress::Writing { done, .. } => bar.move_to(done),
    })?;
    let said = language.pick(summary.in_chinese(), summary.in_english());
    bar.finish_step(&format!("{step}: {}", out.display()));
    Ok(said)
}

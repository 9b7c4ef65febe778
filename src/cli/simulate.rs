//! `trueline simulate`: the half year of a simulated province, as Parquet.

use std::path::Path;

use jiff::tz::TimeZone;
use trueline_figures::Period;

use super::arguments::Simulate;
use super::{Failure, Language, Progress};
use crate::simulation::{self, Order};

/// The zone of the simulated province.
const ZONE: &str = "Asia/Shanghai";

/// A period in the simulated province.
pub(super) fn parse_period(text: &str) -> Result<Period, Failure> {
    // The error says what to write instead.
    Ok(Period::parse(text, &TimeZone::get(ZONE).map_err(Failure::from_foreign)?)?)
}

pub(super) fn run(asked: &Simulate, language: Language) -> Result<(), Failure> {
    let period = parse_period(&asked.period)?;
    let said = make(&asked.out, period, asked.cases, asked.seed, language)?;
    println!("{said}");
    Ok(())
}

/// Makes a province and says what was made.
pub(super) fn make(
    out: &Path,
    period: Period,
    cases: u64,
    seed: u64,
    language: Language,
) -> Result<String, Failure> {
    let step = format!("{} {}", language.pick("生成模拟省份", "simulating"), period.name);
    let bar = Progress::start(&step, cases);
    let order = Order { out: out.to_path_buf(), period, cases, seed };
    let summary = simulation::run(&order, &|progress| match progress {
        simulation::Progress::Calibrating => {}
        simulation::Progress::Writing { done, .. } => bar.at(done),
    })?;
    let said = language.pick(summary.chinese(), summary.english());
    bar.done(&format!("{step}: {}", out.display()));
    Ok(said)
}

//! The simulated province: the half year of an operator's branches, made up from a seed.
//!
//! It exists so that anyone can try Trueline without real records. The province is modelled on
//! Shanxi and brought to the means of the sample report for 2020H1; `docs/simulation.md` says how,
//! and what about it is not realistic. Every file and every record says that it is simulated.
//!
//! Two passes over the same random numbers keep memory small at any size: the first adds up what
//! each figure would be, the second writes. The reading order is `stretch`, `province`,
//! `season`, `classes`, `class_table`, `plan`, `course`, `calibration`, `record`, `columns`,
//! `files`.

mod calibration;
mod cases;
mod chance;
mod class_table;
mod classes;
mod columns;
mod counts;
mod course;
mod days;
mod error;
mod files;
mod plan;
mod progress;
mod province;
mod record;
mod registers;
mod season;
mod stretch;
mod tables;
#[cfg(test)]
mod tests;
mod words;

use std::path::PathBuf;

use sha2::{Digest, Sha256};
use trueline_figures::Period;
use trueline_lake::DatasetSchema;

use calibration::{Calibration, satisfaction_target};
use days::CarriedCase;
use plan::SimulationPlan;
use stretch::DayStretch;

use crate::systems::billing::BILLING_TEST;
use crate::systems::indicators::COUNT;
use crate::systems::rollout::SITE;

pub use classes::PublishedMean;
pub use error::{MOST_CASES, SimulationError};
pub use progress::SimulationProgress;

/// The seed of the province that the docs and the demo show.
pub const DEFAULT_SEED: u64 = 2020;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct SimulationOrder {
    /// The folder in which each dataset gets a sub-folder.
    pub out: PathBuf,
    /// Whole days in Beijing time.
    pub period: Period,
    /// How many cases come in during the period. Those carried over from the previous period, a few
    /// in a thousand, come on top.
    pub cases: u64,
    pub seed: u64,
}

/// A mean that the durations were brought to.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibratedMean {
    pub figure: PublishedMean,
    pub target_seconds: f64,
    pub cases: u64,
    /// What every duration of the figure was multiplied by, before rounding to whole seconds.
    pub factor: f64,
    /// The factor that would have brought the mean to its target. It differs from 1 by more than
    /// 0.019 only in small samples.
    pub factor_wanted: f64,
}

impl CalibratedMean {
    /// Whether the mean is its target.
    pub fn is_reached(&self) -> bool {
        self.cases > 0 && (self.factor - self.factor_wanted).abs() < 1e-9
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulationSummary {
    pub period: String,
    pub seed: u64,
    /// Cases that came in during the period.
    pub cases: u64,
    /// Cases of the previous period that were still open when this one began.
    pub carried: u64,
    pub means: Vec<CalibratedMean>,
    pub rated: u64,
    pub satisfied: u64,
    pub satisfaction_target: f64,
    /// Radio sites in the register, and test lots of billing.
    pub sites: u64,
    pub lots: u64,
    pub counts: u64,
}

impl SimulationSummary {
    /// In English: what was made, and that it is not real.
    pub fn in_english(&self) -> String {
        format!(
            "a simulated province, not real records: {} cases of {} and {} carried in from the \
             period before (seed {}); {} of {} means brought to their targets; {} billing test \
             lots, {} radio sites, {} counts",
            self.cases,
            self.period,
            self.carried,
            self.seed,
            self.count_reached(),
            self.means.len(),
            self.lots,
            self.sites,
            self.counts
        )
    }

    fn count_reached(&self) -> usize {
        self.means.iter().filter(|mean| mean.is_reached()).count()
    }

    /// In Chinese: the same.
    pub fn in_chinese(&self) -> String {
        format!(
            "模拟省份，并非真实记录：{}共{}件，上期结转{}件（种子{}）；{}项平均值中{}项已达到目标；计费检测批次{}个，基站{}个，\
             统计数{}条",
            self.period,
            self.cases,
            self.carried,
            self.seed,
            self.means.len(),
            self.count_reached(),
            self.lots,
            self.sites,
            self.counts
        )
    }
}

/// Makes a province and writes it below `order.out`. The same order gives the same bytes.
pub(crate) fn simulate_province(
    order: &SimulationOrder,
    progress: &(dyn Fn(SimulationProgress) + Sync),
) -> Result<SimulationSummary, SimulationError> {
    let refused = || SimulationError::Period(order.period.name.clone());
    let stretch = DayStretch::from_period(&order.period).ok_or_else(refused)?;
    if order.cases == 0 || order.cases > MOST_CASES {
        return Err(SimulationError::Cases(order.cases));
    }
    progress(SimulationProgress::Calibrating);
    let mut before = SimulationPlan::new(stretch.previous_stretch(), order.seed, order.cases);
    let mut plan = SimulationPlan::new(stretch, order.seed, order.cases);
    calibration::redraw_strays(&mut before);
    calibration::redraw_strays(&mut plan);
    let carried = CarriedCase::find_carried(&before);
    let calibration = Calibration::new(&plan, &before, &carried);
    let run = cases::SimulationRun {
        plan: &plan,
        before: &before,
        carried: &carried,
        calibration: &calibration,
        export: columns::RecordOrigin {
            revised: plan.stretch.end_second(),
            digest: digest_order(order),
        },
    };
    run.write_cases(&order.out, progress)?;
    let export = &run.export;
    let write = |schema: DatasetSchema, table| {
        tables::write_table(&order.out, &schema, &plan, table, export)
    };
    let lots = write(BILLING_TEST.schema(), registers::make_billing_tests(&plan))?;
    let sites = write(SITE.schema(), registers::make_site_register(&plan))?;
    let counts = write(COUNT.schema(), counts::make_counts(&plan))?;
    let means = PublishedMean::ALL.into_iter().zip(&calibration.moves).map(|(figure, moved)| {
        CalibratedMean {
            figure,
            target_seconds: plan.target_seconds(figure),
            cases: moved.cases,
            factor: moved.factor,
            factor_wanted: moved.exact,
        }
    });
    Ok(SimulationSummary {
        period: order.period.name.clone(),
        seed: order.seed,
        cases: order.cases,
        carried: carried.len() as u64,
        means: means.collect(),
        rated: calibration.rated,
        satisfied: calibration.satisfied,
        satisfaction_target: satisfaction_target(&plan),
        sites,
        lots,
        counts,
    })
}

/// A digest of the order, which stands for the digest of a source file.
fn digest_order(order: &SimulationOrder) -> String {
    let text = format!(
        "trueline simulated province\n{}\n{}\n{}\n",
        order.period.name, order.cases, order.seed
    );
    let digest = Sha256::digest(text.as_bytes());
    let (first, _) = digest.split_at(8);
    let first = first.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!("sha256:{first:016x}")
}

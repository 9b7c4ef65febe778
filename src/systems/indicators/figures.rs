//! Turns tallies into figures: every statistic of one indicator along one choice of dimensions.

use std::collections::{BTreeMap, BTreeSet};

use trueline_figures::{Slice, Tally};
use trueline_language::Text;
use trueline_numbers as numbers;
use trueline_numbers::{Fraction, bound_text, claim_text};
use trueline_verify::{PrintRule, ValueRule};

use super::compile::{LimitChoice, definition_id};
use super::figure_inputs::{FigureInputs, SliceTallies, StatisticReading};
use super::formula::{Formula, TallyColumn, TallyView};
use super::limits::{LateBySlice, LimitedFigure};
use super::model::{
    Denominator, IndicatorMeasure, ProportionInterval, Statistic, StatisticKind, TimeUnit,
};
use super::rates;
use super::row::{
    Basis, BoundRow, ExcludedRow, FigurePercentiles, FigureRow, FigureStatus, IntervalRow, OpenRow,
    SubtractedRow,
};

impl FigureInputs<'_> {
    /// Builds the figures of every slice along these dimensions.
    pub(super) fn build_rows(&self, dimensions: &[String], late: &LateBySlice) -> Vec<FigureRow> {
        let sets = self.tally_definitions(dimensions);
        let all = self.list_slices(dimensions, &sets[&self.indicator.id]);
        let mut rows = Vec::new();
        for statistic in &self.indicator.publish {
            let set = &sets[&self.find_definition(statistic)];
            for slice in &all {
                let nothing = Tally::default();
                let tally = set.get(slice).unwrap_or(&nothing);
                rows.push(self.build_row(statistic, slice, tally, late));
            }
        }
        rows
    }

    /// The id of the definition that a statistic is read from.
    fn find_definition(&self, statistic: &Statistic) -> String {
        let set = match &statistic.kind {
            StatisticKind::OnTime { against: Some(by) } => LimitChoice::UpTo(by.clone()),
            StatisticKind::Within { .. } => LimitChoice::Within(statistic.id.clone()),
            StatisticKind::OnTime { against: None }
            | StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::Median
            | StatisticKind::Percentile(_)
            | StatisticKind::Count
            | StatisticKind::Sum
            | StatisticKind::Share
            | StatisticKind::Response
            | StatisticKind::Bound { .. }
            | StatisticKind::Rate => LimitChoice::All,
        };
        definition_id(self.pack, self.indicator, &set)
    }

    fn tally_definitions(&self, dimensions: &[String]) -> BTreeMap<String, SliceTallies> {
        let mut ids: BTreeSet<String> = self
            .indicator
            .publish
            .iter()
            .map(|statistic| self.find_definition(statistic))
            .collect();
        ids.insert(self.indicator.id.clone());
        ids.into_iter()
            .map(|id| {
                let tallies = self.tally_slices(&id, dimensions);
                (id, tallies)
            })
            .collect()
    }

    /// Lists the slices that have rows, the whole, and each value of a published segment that the
    /// pack names.
    fn list_slices(&self, dimensions: &[String], tallies: &SliceTallies) -> BTreeSet<Slice> {
        let mut all: BTreeSet<Slice> = tallies.keys().cloned().collect();
        if dimensions.is_empty() {
            all.insert(Slice::new());
        }
        if let [segment] = dimensions
            && self.indicator.segments.contains(segment)
        {
            let labels = self.pack.labels.get(segment).into_iter().flatten();
            let named = labels.filter(|(value, _)| !value.is_empty());
            all.extend(named.map(|(value, _)| Slice::from([(segment.clone(), value.clone())])));
        }
        if self.indicator.dataset.holds_counts() {
            all.extend(rates::list_slices(self, dimensions));
        }
        all
    }

    fn build_row(
        &self,
        statistic: &Statistic,
        slice: &Slice,
        tally: &Tally,
        late: &LateBySlice,
    ) -> FigureRow {
        let reading = self.read_statistic(statistic, slice, tally);
        let bound = self.compute_bound(statistic, tally);
        let percent = statistic.unit == "%";
        let value = match &bound {
            Some(bound) => Some(bound.upper),
            None => reading.value.map(Fraction::to_float),
        };
        let printed = match (&bound, reading.value) {
            (Some(bound), _) if bound.claim_holds => format!("≤{}", claim_text(bound.claim)),
            (Some(bound), _) => format!("≤{}", bound_text(bound.upper)),
            (None, Some(value)) if percent => value.print_percent(statistic.decimals),
            (None, Some(value)) => value.print_rounded(statistic.decimals),
            (None, None) => "—".to_owned(),
        };
        let waits = self.indicator.clock_spec().is_some();
        FigureRow {
            indicator: self.indicator.id.clone(),
            statistic: statistic.id.clone(),
            slice: slice.clone(),
            period: self.period.name.clone(),
            definition: self.name_definition(),
            value,
            printed,
            unit: statistic.unit.clone(),
            measured_in: self.name_measured_unit(),
            n: tally.n,
            limited: tally.limited,
            sum: (tally.n > 0).then(|| i64::try_from(tally.sum).unwrap_or(i64::MAX)),
            longest: tally.longest,
            shortest: tally.shortest,
            late: reading.late,
            percentiles: find_percentiles(tally),
            unmeasurable: tally.unmeasurable,
            excluded: tally.excluded.iter().map(build_excluded_row).collect(),
            without_exclusions: reading.without_exclusions.map(Fraction::to_float),
            without_pauses: reading.without_pauses.map(Fraction::to_float),
            subtracted: tally.subtracted.iter().map(build_subtracted_row).collect(),
            interval: self.compute_interval(statistic, &reading),
            bound,
            open: tally.open.as_ref().filter(|_| waits).map(|open| OpenRow {
                n: open.n,
                past_limit: open.past_limit,
                oldest: open.oldest,
            }),
            limits: LimitedFigure { inputs: self, statistic, slice, value, late }.list_limits(),
            status: match (value, &reading.missing) {
                (Some(_), _) => FigureStatus::Computed,
                (None, Some(_)) => FigureStatus::MissingInput,
                (None, None) => FigureStatus::Nothing,
            },
            basis: Some(self.describe_basis(statistic, tally, &reading)),
            note: reading.missing,
        }
    }

    /// What the evidence of a report says about the figure.
    fn describe_basis(
        &self,
        statistic: &Statistic,
        tally: &Tally,
        reading: &StatisticReading,
    ) -> Basis {
        let (decimals, bound) = (statistic.decimals, self.compute_bound(statistic, tally));
        let value = match (&reading.formula, bound, reading.value) {
            (None, ..) => ValueRule::Missing,
            (Some(_), Some(bound), _) => ValueRule::Bound {
                errors: "sum".to_owned(),
                records: "n".to_owned(),
                level: bound.level.to_string(),
                claim: bound.claim.to_string(),
            },
            (Some(formula), None, Some(_)) => {
                formula.value_rule(tally).unwrap_or(ValueRule::Nothing)
            }
            (Some(_), None, None) => ValueRule::Nothing,
        };
        let print = match (&value, statistic.unit.as_str()) {
            (ValueRule::Bound { .. }, _) => PrintRule::Bound,
            (_, "%") => PrintRule::Percent { decimals },
            _ => PrintRule::Decimal { decimals },
        };
        Basis {
            dataset: self.indicator.dataset,
            definition: self.find_definition(statistic),
            value,
            print,
        }
    }

    fn name_definition(&self) -> String {
        let set_by = &self.indicator.set_by;
        let version = self.pack.lineage.iter().find(|one| one.id == *set_by);
        version.map_or_else(|| set_by.clone(), |one| format!("{set_by} {}", one.version))
    }

    fn name_measured_unit(&self) -> String {
        match &self.indicator.measure {
            IndicatorMeasure::Waited(_) => "s".to_owned(),
            IndicatorMeasure::Amount { decimals: 0, .. } => "1".to_owned(),
            IndicatorMeasure::Amount { decimals, .. } => format!("1e-{decimals}"),
            IndicatorMeasure::Share { .. }
            | IndicatorMeasure::Count
            | IndicatorMeasure::Ratio { .. }
            | IndicatorMeasure::Per(_) => "rows".to_owned(),
        }
    }

    fn read_statistic(
        &self,
        statistic: &Statistic,
        slice: &Slice,
        tally: &Tally,
    ) -> StatisticReading {
        let formula = match self.build_formula(statistic, slice) {
            Ok(formula) => formula,
            Err(missing) => {
                return StatisticReading { missing: Some(missing), ..StatisticReading::default() };
            }
        };
        let of = |view: TallyView| formula.compute_value(tally, view);
        let value = of(TallyView::Counted);
        let reading = match &statistic.kind {
            StatisticKind::Mean | StatisticKind::Longest => StatisticReading {
                value,
                late: tally.late,
                without_exclusions: of(TallyView::WithoutExclusions),
                without_pauses: self.keep_if_subtracting(of(TallyView::WithoutPauses)),
                ..StatisticReading::default()
            },
            StatisticKind::Shortest | StatisticKind::Median | StatisticKind::Percentile(_) => {
                StatisticReading { value, late: tally.late, ..StatisticReading::default() }
            }
            StatisticKind::OnTime { .. } | StatisticKind::Within { .. } => {
                let limited = |value: Option<Fraction>| value.filter(|_| tally.limited > 0);
                StatisticReading {
                    value,
                    late: tally.late,
                    without_exclusions: limited(of(TallyView::WithoutExclusions)),
                    without_pauses: self.keep_if_subtracting(limited(of(TallyView::WithoutPauses))),
                    ..StatisticReading::default()
                }
            }
            StatisticKind::Count | StatisticKind::Rate if self.is_per_count() => {
                StatisticReading { value, ..StatisticReading::default() }
            }
            StatisticKind::Count => StatisticReading {
                value: value.filter(|_| has_any_row(tally)),
                late: tally.late,
                without_exclusions: of(TallyView::WithoutExclusions),
                ..StatisticReading::default()
            },
            StatisticKind::Sum => StatisticReading {
                value: value.filter(|_| tally.n > 0),
                late: tally.late,
                ..StatisticReading::default()
            },
            StatisticKind::Response => StatisticReading { value, ..StatisticReading::default() },
            StatisticKind::Share | StatisticKind::Rate | StatisticKind::Bound { .. } => {
                StatisticReading {
                    value,
                    without_exclusions: of(TallyView::WithoutExclusions),
                    ..StatisticReading::default()
                }
            }
        };
        StatisticReading {
            proportion: self.count_hits(&statistic.kind, tally),
            formula: Some(formula),
            ..reading
        }
    }

    /// Counts the hits and trials of a statistic that is a proportion; `None` without any trial.
    fn count_hits(&self, kind: &StatisticKind, tally: &Tally) -> Option<(u64, u64)> {
        let (hits, trials) = match kind {
            StatisticKind::OnTime { .. } | StatisticKind::Within { .. } => (
                tally.limited - tally.late,
                tally.limited + self.count_unfinished(tally.unmeasurable),
            ),
            StatisticKind::Response => (tally.n, tally.n + tally.unmeasurable),
            StatisticKind::Rate if self.is_per_count() => return None,
            StatisticKind::Share | StatisticKind::Rate | StatisticKind::Bound { .. } => {
                let hits = u64::try_from(tally.sum).ok()?;
                (hits <= tally.n).then_some((hits, tally.n))?
            }
            StatisticKind::Mean
            | StatisticKind::Longest
            | StatisticKind::Shortest
            | StatisticKind::Median
            | StatisticKind::Percentile(_)
            | StatisticKind::Count
            | StatisticKind::Sum => return None,
        };
        (trials > 0).then_some((hits, trials))
    }

    /// Whether the indicator divides by a count, such as the number of lines.
    fn is_per_count(&self) -> bool {
        matches!(self.indicator.measure, IndicatorMeasure::Per(_))
    }

    /// How the value of a statistic follows from its tally, or what is missing for it.
    fn build_formula(&self, statistic: &Statistic, slice: &Slice) -> Result<Formula, Text> {
        let each = self.find_divisor(statistic);
        let factor = if statistic.unit == "%" { 100 } else { 1 };
        Ok(match &statistic.kind {
            StatisticKind::Count | StatisticKind::Rate if self.is_per_count() => {
                rates::build_rate_formula(self, slice)?
            }
            StatisticKind::Mean => {
                Formula::of_ratio((TallyColumn::Sum, 1), (TallyColumn::Counted, each))
            }
            StatisticKind::Longest => Formula::Longest { each },
            StatisticKind::Shortest => Formula::Shortest { each },
            StatisticKind::Median => Formula::Median { each },
            StatisticKind::Percentile(percent) => {
                Formula::Percentile { rank: libm::round(percent * 1e6) as u64, each }
            }
            StatisticKind::OnTime { .. } | StatisticKind::Within { .. } => {
                let mut denominator = vec![(TallyColumn::Limited, 1)];
                if self.count_unfinished(1) > 0 {
                    denominator.push((TallyColumn::Unmeasurable, 1));
                }
                let numerator = vec![(TallyColumn::Limited, 100), (TallyColumn::Late, -100)];
                Formula::Ratio { numerator, denominator }
            }
            StatisticKind::Count => {
                Formula::of_ratio((TallyColumn::Counted, 1), (TallyColumn::One, 1))
            }
            StatisticKind::Sum => {
                Formula::of_ratio((TallyColumn::Sum, 1), (TallyColumn::One, each))
            }
            StatisticKind::Share => {
                Formula::of_ratio((TallyColumn::Sum, 100), (TallyColumn::Counted, 1))
            }
            StatisticKind::Response => Formula::Ratio {
                numerator: vec![(TallyColumn::Counted, 100)],
                denominator: vec![(TallyColumn::Counted, 1), (TallyColumn::Unmeasurable, 1)],
            },
            StatisticKind::Rate | StatisticKind::Bound { .. } => {
                Formula::of_ratio((TallyColumn::Sum, factor), (TallyColumn::Counted, 1))
            }
        })
    }

    /// Cases that are not done count as late in a rate over dispatched cases.
    fn count_unfinished(&self, unmeasurable: u64) -> u64 {
        match self.indicator.denominator {
            Denominator::Closed => 0,
            Denominator::Dispatched | Denominator::DispatchedMinusWithdrawn => unmeasurable,
        }
    }

    /// Keeps the value if the indicator subtracts any kind of interval at all.
    fn keep_if_subtracting(&self, value: Option<Fraction>) -> Option<Fraction> {
        value
            .filter(|_| self.indicator.clock_spec().is_some_and(|clock| !clock.subtract.is_empty()))
    }

    fn compute_interval(
        &self,
        statistic: &Statistic,
        reading: &StatisticReading,
    ) -> Option<IntervalRow> {
        let (part, of) = reading.proportion?;
        let wanted = self.pack.interval;
        let interval = match wanted.method {
            ProportionInterval::Wilson => numbers::wilson_interval(part, of, wanted.level),
            ProportionInterval::ClopperPearson => {
                numbers::clopper_pearson_interval(part, of, wanted.level)
            }
        }?;
        let factor = if statistic.unit == "%" { 100.0 } else { 1.0 };
        Some(IntervalRow {
            low: interval.low * factor,
            high: interval.high * factor,
            level: wanted.level,
            method: wanted.method,
        })
    }

    fn compute_bound(&self, statistic: &Statistic, tally: &Tally) -> Option<BoundRow> {
        let StatisticKind::Bound { claim } = statistic.kind else {
            return None;
        };
        let level = self.pack.interval.level;
        let errors = u64::try_from(tally.sum).ok()?;
        let upper = numbers::error_rate_upper_bound(errors, tally.n, level)?;
        Some(BoundRow {
            errors,
            records: tally.n,
            upper,
            level,
            claim,
            claim_holds: upper <= claim,
            records_needed: numbers::clean_records_needed(claim, level, errors)?,
        })
    }

    /// The number by which seconds or scaled amounts are divided to be in the statistic's unit.
    fn find_divisor(&self, statistic: &Statistic) -> i128 {
        match &self.indicator.measure {
            IndicatorMeasure::Waited(_) => match TimeUnit::parse(&statistic.unit) {
                Some(unit) => i128::from(self.count_unit_seconds(unit)),
                None => 1,
            },
            IndicatorMeasure::Amount { decimals, .. } => 10_i128.pow(u32::from(*decimals)),
            IndicatorMeasure::Share { .. }
            | IndicatorMeasure::Count
            | IndicatorMeasure::Ratio { .. }
            | IndicatorMeasure::Per(_) => 1,
        }
    }
}

/// Whether there is any record of the kind: then a count of none is 0, otherwise it has no value.
fn has_any_row(tally: &Tally) -> bool {
    tally.n + tally.unmeasurable + tally.without_exclusions.n > 0 || !tally.excluded.is_empty()
}

fn find_percentiles(tally: &Tally) -> Option<FigurePercentiles> {
    Some(FigurePercentiles {
        p50: tally.median_doubled()? as f64 / 2.0,
        p80: tally.value_at_percentile(80.0)?,
        p95: tally.value_at_percentile(95.0)?,
        p99: tally.value_at_percentile(99.0)?,
    })
}

fn build_excluded_row(from: &trueline_figures::ExcludedRows) -> ExcludedRow {
    ExcludedRow { reason: from.reason.clone(), n: from.n, without_approver: from.without_approver }
}

fn build_subtracted_row(from: &trueline_figures::SubtractedTime) -> SubtractedRow {
    SubtractedRow {
        kind: from.kind.clone(),
        reason: from.reason.clone(),
        cases: from.rows,
        seconds: from.seconds,
        seconds_without_approver: from.seconds_without_approver,
    }
}

//! From tallies to figures: every statistic of one indicator along one choice of dimensions.

use std::collections::{BTreeMap, BTreeSet};

use trueline_figures::numbers;
use trueline_figures::{Amount, Slice, Tally};

use super::compile::{LimitSet, definition_id};
use super::fraction::{Fraction, bound_text, claim_text};
use super::limits::{LateAlong, limit_rows};
use super::model::{Dataset, Denominator, Measure, Method, Statistic, StatisticKind, TimeUnit};
use super::rates;
use super::row::{
    BoundRow, ExcludedRow, FigureRow, IntervalRow, OpenRow, Percentiles, Status, SubtractedRow,
};
use super::sheet::{Reading, Sheet, Tallies};

impl Sheet<'_> {
    /// The figures of every slice along these dimensions.
    pub(super) fn rows(&self, dimensions: &[String], late: &LateAlong) -> Vec<FigureRow> {
        let sets = self.tally_sets(dimensions);
        let all = self.all_slices(dimensions, &sets[&self.indicator.id]);
        let mut rows = Vec::new();
        for statistic in &self.indicator.publish {
            let set = &sets[&self.definition_of(statistic)];
            for slice in &all {
                let nothing = Tally::default();
                let tally = set.get(slice).unwrap_or(&nothing);
                rows.push(self.row(statistic, slice, tally, late));
            }
        }
        rows
    }

    /// The definition that a statistic is read from.
    fn definition_of(&self, statistic: &Statistic) -> String {
        let set = match &statistic.kind {
            StatisticKind::OnTime { against: Some(by) } => LimitSet::UpTo(by.clone()),
            StatisticKind::Within { .. } => LimitSet::Within(statistic.id.clone()),
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
            | StatisticKind::Rate => LimitSet::All,
        };
        definition_id(self.pack, self.indicator, &set)
    }

    fn tally_sets(&self, dimensions: &[String]) -> BTreeMap<String, Tallies> {
        let mut ids: BTreeSet<String> =
            self.indicator.publish.iter().map(|statistic| self.definition_of(statistic)).collect();
        ids.insert(self.indicator.id.clone());
        ids.into_iter()
            .map(|id| {
                let tallies = self.tallies(&id, dimensions);
                (id, tallies)
            })
            .collect()
    }

    /// The slices that have rows, the whole, and each segment that the pack publishes by name.
    fn all_slices(&self, dimensions: &[String], tallies: &Tallies) -> BTreeSet<Slice> {
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
        if self.indicator.dataset == Dataset::Count {
            all.extend(rates::slices(self, dimensions));
        }
        all
    }

    fn row(
        &self,
        statistic: &Statistic,
        slice: &Slice,
        tally: &Tally,
        late: &LateAlong,
    ) -> FigureRow {
        let reading = self.read(statistic, slice, tally);
        let bound = self.bound(statistic, tally);
        let percent = statistic.unit == "%";
        let value = match &bound {
            Some(bound) => Some(bound.upper),
            None => reading.value.map(Fraction::value),
        };
        let printed = match (&bound, reading.value) {
            (Some(bound), _) if bound.claim_holds => format!("≤{}", claim_text(bound.claim)),
            (Some(bound), _) => format!("≤{}", bound_text(bound.upper)),
            (None, Some(value)) if percent => value.percent(statistic.decimals),
            (None, Some(value)) => value.rounded(statistic.decimals),
            (None, None) => "—".to_owned(),
        };
        let waits = self.indicator.clock().is_some();
        FigureRow {
            indicator: self.indicator.id.clone(),
            statistic: statistic.id.clone(),
            slice: slice.clone(),
            period: self.period.name.clone(),
            definition: self.definition(),
            value,
            printed,
            unit: statistic.unit.clone(),
            measured_in: self.measured_in(),
            n: tally.n,
            limited: tally.limited,
            sum: (tally.n > 0).then(|| i64::try_from(tally.sum).unwrap_or(i64::MAX)),
            longest: tally.longest,
            shortest: tally.shortest,
            late: reading.late,
            percentiles: percentiles(tally),
            unmeasurable: tally.unmeasurable,
            excluded: tally.excluded.iter().map(excluded).collect(),
            without_exclusions: reading.without_exclusions.map(Fraction::value),
            without_pauses: reading.without_pauses.map(Fraction::value),
            subtracted: tally.subtracted.iter().map(subtracted).collect(),
            interval: self.interval(statistic, &reading),
            bound,
            open: tally.open.as_ref().filter(|_| waits).map(|open| OpenRow {
                n: open.n,
                past_limit: open.past_limit,
                oldest: open.oldest,
            }),
            limits: limit_rows(self, statistic, slice, value, late),
            status: match (value, &reading.missing) {
                (Some(_), _) => Status::Computed,
                (None, Some(_)) => Status::MissingInput,
                (None, None) => Status::Nothing,
            },
            note: reading.missing,
        }
    }

    fn definition(&self) -> String {
        let set_by = &self.indicator.set_by;
        let version = self.pack.lineage.iter().find(|one| one.id == *set_by);
        version.map_or_else(|| set_by.clone(), |one| format!("{set_by} {}", one.version))
    }

    fn measured_in(&self) -> String {
        match &self.indicator.measure {
            Measure::Waited(_) => "s".to_owned(),
            Measure::Amount { decimals: 0, .. } => "1".to_owned(),
            Measure::Amount { decimals, .. } => format!("1e-{decimals}"),
            Measure::Share { .. } | Measure::Count | Measure::Ratio { .. } | Measure::Per(_) => {
                "rows".to_owned()
            }
        }
    }

    fn read(&self, statistic: &Statistic, slice: &Slice, tally: &Tally) -> Reading {
        let each = self.unit_divisor(statistic);
        let of = |numerator: i128, rows: u64| Fraction::new(numerator, i128::from(rows) * each);
        let mean = |amount: &Amount| of(amount.sum, amount.n);
        let one = |value: Option<i64>| value.and_then(|v| Fraction::new(i128::from(v), each));
        let plain =
            |value: Option<Fraction>| Reading { value, late: tally.late, ..Reading::default() };
        match &statistic.kind {
            StatisticKind::Mean => Reading {
                without_exclusions: mean(&tally.without_exclusions),
                without_pauses: self.paused(mean(&tally.without_pauses)),
                ..plain(of(tally.sum, tally.n))
            },
            StatisticKind::Longest => Reading {
                without_exclusions: one(tally.without_exclusions.longest),
                without_pauses: self.paused(one(tally.without_pauses.longest)),
                ..plain(one(tally.longest))
            },
            StatisticKind::Shortest => plain(one(tally.shortest)),
            StatisticKind::Median => plain(
                tally.median_doubled().and_then(|twice| Fraction::new(i128::from(twice), 2 * each)),
            ),
            StatisticKind::Percentile(percent) => plain(one(tally.percentile(*percent))),
            StatisticKind::OnTime { .. } | StatisticKind::Within { .. } => self.on_time(tally),
            StatisticKind::Count => match self.indicator.measure {
                Measure::Per(_) => rates::read(self, slice, tally),
                Measure::Waited(_)
                | Measure::Amount { .. }
                | Measure::Share { .. }
                | Measure::Count
                | Measure::Ratio { .. } => Reading {
                    without_exclusions: Fraction::new(i128::from(tally.without_exclusions.n), 1),
                    ..plain(counted(tally))
                },
            },
            StatisticKind::Sum => plain(match tally.n {
                0 => None,
                _ => Fraction::new(tally.sum, each),
            }),
            StatisticKind::Share => share(tally),
            StatisticKind::Response => {
                proportion(tally.n, tally.n + tally.unmeasurable, Reading::default())
            }
            StatisticKind::Rate => match &self.indicator.measure {
                Measure::Per(_) => rates::read(self, slice, tally),
                Measure::Waited(_)
                | Measure::Amount { .. }
                | Measure::Share { .. }
                | Measure::Count
                | Measure::Ratio { .. } => ratio(statistic, tally),
            },
            StatisticKind::Bound { .. } => ratio(statistic, tally),
        }
    }

    /// Nothing can be subtracted by an indicator that subtracts no kind of interval.
    fn paused(&self, value: Option<Fraction>) -> Option<Fraction> {
        value.filter(|_| self.indicator.clock().is_some_and(|clock| !clock.subtract.is_empty()))
    }

    fn on_time(&self, tally: &Tally) -> Reading {
        // Rows that are not done are late for whoever counts dispatched cases.
        let undone = |unmeasurable: u64| match self.indicator.denominator {
            Denominator::Closed => 0,
            Denominator::Dispatched | Denominator::DispatchedMinusWithdrawn => unmeasurable,
        };
        let share = |amount: &Amount, of: u64| {
            let on_time = of - amount.late.min(of);
            let undone = undone(amount.unmeasurable);
            Fraction::new(i128::from(on_time) * 100, i128::from(of + undone))
        };
        let everything = &tally.without_exclusions;
        let bare = &tally.without_pauses;
        // Without a limit there is nothing to be late for: those rows are in neither count.
        let limited = |amount: &Amount| amount.n.saturating_sub(tally.n - tally.limited);
        Reading {
            late: tally.late,
            without_exclusions: share(everything, limited(everything))
                .filter(|_| tally.limited > 0),
            without_pauses: self.paused(share(bare, limited(bare)).filter(|_| tally.limited > 0)),
            ..proportion(
                tally.limited - tally.late,
                tally.limited + undone(tally.unmeasurable),
                Reading::default(),
            )
        }
    }

    fn interval(&self, statistic: &Statistic, reading: &Reading) -> Option<IntervalRow> {
        let (part, of) = reading.proportion?;
        let wanted = self.pack.interval;
        let interval = match wanted.method {
            Method::Wilson => numbers::wilson(part, of, wanted.level),
            Method::ClopperPearson => numbers::clopper_pearson(part, of, wanted.level),
        }?;
        let factor = if statistic.unit == "%" { 100.0 } else { 1.0 };
        Some(IntervalRow {
            low: interval.low * factor,
            high: interval.high * factor,
            level: wanted.level,
            method: wanted.method,
        })
    }

    fn bound(&self, statistic: &Statistic, tally: &Tally) -> Option<BoundRow> {
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

    /// By what seconds or scaled amounts are divided to be in the statistic's unit.
    fn unit_divisor(&self, statistic: &Statistic) -> i128 {
        match &self.indicator.measure {
            Measure::Waited(_) => match TimeUnit::parse(&statistic.unit) {
                Some(unit) => i128::from(self.unit_seconds(unit)),
                None => 1,
            },
            Measure::Amount { decimals, .. } => 10_i128.pow(u32::from(*decimals)),
            Measure::Share { .. } | Measure::Count | Measure::Ratio { .. } | Measure::Per(_) => 1,
        }
    }
}

/// A count of nothing is nothing where no record of the kind ever was, and 0 where some were.
fn counted(tally: &Tally) -> Option<Fraction> {
    let seen = tally.n + tally.unmeasurable + tally.without_exclusions.n;
    if seen == 0 && tally.excluded.is_empty() {
        return None;
    }
    Fraction::new(i128::from(tally.n), 1)
}

fn share(tally: &Tally) -> Reading {
    let all = &tally.without_exclusions;
    let hits = u64::try_from(tally.sum).unwrap_or(0);
    let reading = Reading {
        without_exclusions: Fraction::new(all.sum * 100, i128::from(all.n)),
        ..Reading::default()
    };
    proportion(hits, tally.n, reading)
}

fn ratio(statistic: &Statistic, tally: &Tally) -> Reading {
    let factor = if statistic.unit == "%" { 100 } else { 1 };
    let all = &tally.without_exclusions;
    let hits = u64::try_from(tally.sum).ok();
    Reading {
        value: Fraction::new(tally.sum * factor, i128::from(tally.n)),
        without_exclusions: Fraction::new(all.sum * factor, i128::from(all.n)),
        proportion: hits.filter(|hits| *hits <= tally.n).map(|hits| (hits, tally.n)),
        ..Reading::default()
    }
}

/// A share in percent, with its hits and trials.
fn proportion(part: u64, of: u64, reading: Reading) -> Reading {
    Reading {
        value: Fraction::new(i128::from(part) * 100, i128::from(of)),
        proportion: Some((part, of)).filter(|_| of > 0),
        ..reading
    }
}

fn percentiles(tally: &Tally) -> Option<Percentiles> {
    Some(Percentiles {
        p50: tally.median_doubled()? as f64 / 2.0,
        p80: tally.percentile(80.0)?,
        p95: tally.percentile(95.0)?,
        p99: tally.percentile(99.0)?,
    })
}

fn excluded(from: &trueline_figures::Excluded) -> ExcludedRow {
    ExcludedRow { reason: from.reason.clone(), n: from.n, without_approver: from.without_approver }
}

fn subtracted(from: &trueline_figures::Subtracted) -> SubtractedRow {
    SubtractedRow {
        kind: from.kind.clone(),
        reason: from.reason.clone(),
        cases: from.rows,
        seconds: from.seconds,
        seconds_without_approver: from.seconds_without_approver,
    }
}

//! Rates per line, user or bill: rows or a count, divided by another count.

use std::collections::BTreeSet;

use trueline_figures::{Period, Slice};
use trueline_language::{Text, text};

use super::counts::{CountTable, NoCount, WantedCount};
use super::dimensions::cut_region;
use super::figure_inputs::FigureInputs;
use super::formula::{Formula, TallyColumn};
use super::model::{CountKind, Indicator, IndicatorMeasure, Level, Pack, PerSpec};

/// How the rate in one slice follows from its tally and counts, or what is missing for it.
pub(super) fn build_rate_formula(
    inputs: &FigureInputs<'_>,
    slice: &Slice,
) -> Result<Formula, Text> {
    let IndicatorMeasure::Per(spec) = &inputs.indicator.measure else {
        return Err(Text::new("", ""));
    };
    let place = locate_slice(inputs, slice)?;
    let find = |measure: &str, scope: &str, region: &str, kind| {
        let wanted = WantedCount { measure, scope, region, period: &place.period, kind };
        inputs.counts.find_number(inputs.pack, wanted).map_err(|why| describe_missing(&why))
    };
    let scope = [spec.scope.as_str(), place.scope.as_str()];
    let scope: Vec<&str> = scope.into_iter().filter(|part| !part.is_empty()).collect();
    let scope = scope.join("/");
    let each = i128::from(spec.each);
    let denominator = (TallyColumn::One, find(&spec.of, &scope, &place.region, spec.kind)?);
    let numerator = if let Some(measure) = &spec.numerator {
        (TallyColumn::One, find(measure, &place.scope, &place.region, CountKind::Flow)? * each)
    } else {
        // Cases of a region that the denominator leaves out would raise the rate.
        for region in list_parts_with_cases(inputs, spec, slice, &place) {
            find(&spec.of, &scope, &region, spec.kind)?;
        }
        // Counts are in millionths.
        (TallyColumn::Counted, 1_000_000 * each)
    };
    Ok(Formula::of_ratio(numerator, denominator))
}

/// The smaller regions that have cases, where a denominator is the sum over smaller regions.
fn list_parts_with_cases(
    inputs: &FigureInputs<'_>,
    spec: &PerSpec,
    slice: &Slice,
    place: &CountPosition,
) -> BTreeSet<String> {
    let counted = inputs.counts.list_regions(&spec.of);
    let has_whole = counted.contains(&place.region) || inputs.counts.has_whole(&spec.of);
    let level = find_counted_level(inputs.pack, &counted);
    let Some(level) = level.filter(|level| !has_whole && !slice.contains_key(&level.name)) else {
        return BTreeSet::new();
    };
    let dimensions: Vec<String> =
        slice.keys().cloned().chain(std::iter::once(level.name.clone())).collect();
    let parts = inputs.tally_slices(&inputs.indicator.id, &dimensions).into_iter().filter(
        |(part, tally)| {
            tally.n > 0 && slice.iter().all(|(name, value)| part.get(name) == Some(value))
        },
    );
    let regions = parts.filter_map(|(mut part, _)| part.remove(&level.name));
    regions.filter(|region| !region.is_empty()).collect()
}

/// The levels of regions for which the denominators of these indicators are given.
pub(super) fn find_counted_levels<'a>(
    pack: &'a Pack,
    about: &[&Indicator],
    counts: &CountTable,
) -> BTreeSet<&'a str> {
    let of = about.iter().filter_map(|indicator| match &indicator.measure {
        IndicatorMeasure::Per(spec) if spec.numerator.is_none() && !counts.has_whole(&spec.of) => {
            Some(counts.list_regions(&spec.of))
        }
        IndicatorMeasure::Per(_)
        | IndicatorMeasure::Waited(_)
        | IndicatorMeasure::Amount { .. }
        | IndicatorMeasure::Share { .. }
        | IndicatorMeasure::Count
        | IndicatorMeasure::Ratio { .. } => None,
    });
    of.filter_map(|regions| find_counted_level(pack, &regions))
        .map(|level| level.name.as_str())
        .collect()
}

/// The highest level that one of the regions is at.
fn find_counted_level<'a>(pack: &'a Pack, regions: &BTreeSet<String>) -> Option<&'a Level> {
    pack.levels
        .iter()
        .find(|level| regions.iter().any(|region| cut_region(level, region) == *region))
}

/// Where the counts for a slice are found.
struct CountPosition {
    region: String,
    scope: String,
    period: Period,
}

fn locate_slice(inputs: &FigureInputs<'_>, slice: &Slice) -> Result<CountPosition, Text> {
    let mut place = CountPosition {
        region: String::new(),
        scope: String::new(),
        period: inputs.period.clone(),
    };
    let zone = inputs.pack.zone.rules();
    let mut depth = None;
    for (name, value) in slice {
        let level = inputs.pack.levels.iter().position(|level| level.name == *name);
        match (level, name.as_str()) {
            (Some(level), _) => {
                if depth.is_none_or(|known| level > known) {
                    depth = Some(level);
                    place.region.clone_from(value);
                }
            }
            (None, "month" | "quarter" | "day") => {
                let part = Period::parse(value, zone)
                    .map_err(|error| Text::new(error.to_string(), error.to_string()))?;
                // Of a quarter and a month in it, the month counts.
                if part.to - part.from < place.period.to - place.period.from {
                    place.period = part;
                }
            }
            (None, "area") => place.scope.clone_from(value),
            (None, other) => {
                return Err(text!(
                    "`count` 不按 {other} 区分",
                    "`count` does not tell {other} apart"
                ));
            }
        }
    }
    Ok(place)
}

fn describe_missing(why: &NoCount) -> Text {
    let zh = match why {
        NoCount::Missing { measure, scope, region, period } => {
            format!("`count` 缺少 {period} {region} {scope} 的 {measure}")
        }
        NoCount::Disagreement { measure, region, period, .. } => {
            format!("{period} {region} 的 {measure} 有多个来源且数值不一")
        }
    };
    let zh: Vec<&str> = zh.split_whitespace().collect();
    Text::new(zh.join(" "), why.to_string())
}

/// Lists the slices of a rate that divides one count by another: the regions that have a numerator.
pub(super) fn list_slices(inputs: &FigureInputs<'_>, dimensions: &[String]) -> BTreeSet<Slice> {
    let IndicatorMeasure::Per(spec) = &inputs.indicator.measure else {
        return BTreeSet::new();
    };
    if !inputs.indicator.dataset.holds_counts() || dimensions.is_empty() {
        return BTreeSet::new();
    }
    let measure = spec.numerator.as_deref().unwrap_or(&spec.of);
    let regions = inputs.counts.list_regions(measure);
    let levels: Vec<_> = dimensions
        .iter()
        .filter_map(|name| inputs.pack.levels.iter().find(|level| level.name == *name))
        .collect();
    let deepest = levels.last();
    regions
        .into_iter()
        .filter(|region| deepest.is_some_and(|level| cut_region(level, region) == *region))
        .map(|region| {
            levels.iter().map(|level| (level.name.clone(), cut_region(level, &region))).collect()
        })
        .collect()
}

//! Rates per line, user or bill: rows, or one count, divided by a count.

use std::collections::BTreeSet;

use trueline_figures::{Period, Slice};

use super::counts::{CountTable, NoCount, WantedCount};
use super::dimensions::cut_region;
use super::formula::{Formula, TallyColumn};
use super::model::{BilingualText, CountKind, Indicator, IndicatorMeasure, Level, Pack, PerSpec};
use super::sheet::FigureInputs;

/// The rate in one slice, or what is missing for it.
pub(super) fn rate_formula(
    sheet: &FigureInputs<'_>,
    slice: &Slice,
) -> Result<Formula, BilingualText> {
    let IndicatorMeasure::Per(spec) = &sheet.indicator.measure else {
        return Err(BilingualText::default());
    };
    let place = locate_slice(sheet, slice)?;
    let find = |measure: &str, scope: &str, region: &str, kind| {
        let wanted = WantedCount { measure, scope, region, period: &place.period, kind };
        sheet.counts.find_number(sheet.pack, wanted).map_err(|why| describe_missing(&why))
    };
    let scope = [spec.scope.as_str(), place.scope.as_str()];
    let scope: Vec<&str> = scope.into_iter().filter(|part| !part.is_empty()).collect();
    let scope = scope.join("/");
    let each = i128::from(spec.each);
    let denominator = (TallyColumn::One, find(&spec.of, &scope, &place.region, spec.kind)?);
    let numerator = match &spec.numerator {
        Some(measure) => {
            (TallyColumn::One, find(measure, &place.scope, &place.region, CountKind::Flow)? * each)
        }
        None => {
            // Cases of a region that the denominator leaves out would raise the rate.
            for region in parts_with_cases(sheet, spec, slice, &place) {
                find(&spec.of, &scope, &region, spec.kind)?;
            }
            // Counts are in millionths.
            (TallyColumn::Counted, 1_000_000 * each)
        }
    };
    Ok(Formula::of_ratio(numerator, denominator))
}

/// Where a denominator adds up smaller regions: those that have cases.
fn parts_with_cases(
    sheet: &FigureInputs<'_>,
    spec: &PerSpec,
    slice: &Slice,
    place: &CountPosition,
) -> BTreeSet<String> {
    let counted = sheet.counts.list_regions(&spec.of);
    let has_whole = counted.contains(&place.region) || sheet.counts.has_whole(&spec.of);
    let level = level_counted(sheet.pack, &counted);
    let Some(level) = level.filter(|level| !has_whole && !slice.contains_key(&level.name)) else {
        return BTreeSet::new();
    };
    let dimensions: Vec<String> =
        slice.keys().cloned().chain(std::iter::once(level.name.clone())).collect();
    let parts =
        sheet.tally_slices(&sheet.indicator.id, &dimensions).into_iter().filter(|(part, tally)| {
            tally.n > 0 && slice.iter().all(|(name, value)| part.get(name) == Some(value))
        });
    let regions = parts.filter_map(|(mut part, _)| part.remove(&level.name));
    regions.filter(|region| !region.is_empty()).collect()
}

/// The levels of regions by which denominators of these indicators are counted.
pub(super) fn levels_counted<'a>(
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
    of.filter_map(|regions| level_counted(pack, &regions))
        .map(|level| level.name.as_str())
        .collect()
}

/// The widest level among regions.
fn level_counted<'a>(pack: &'a Pack, regions: &BTreeSet<String>) -> Option<&'a Level> {
    pack.levels
        .iter()
        .find(|level| regions.iter().any(|region| cut_region(level, region) == *region))
}

/// What a slice means for `count`.
struct CountPosition {
    region: String,
    scope: String,
    period: Period,
}

fn locate_slice(sheet: &FigureInputs<'_>, slice: &Slice) -> Result<CountPosition, BilingualText> {
    let mut place =
        CountPosition { region: String::new(), scope: String::new(), period: sheet.period.clone() };
    let zone = sheet.pack.zone.rules();
    let mut depth = None;
    for (name, value) in slice {
        let level = sheet.pack.levels.iter().position(|level| level.name == *name);
        match (level, name.as_str()) {
            (Some(level), _) => {
                if depth.is_none_or(|known| level > known) {
                    depth = Some(level);
                    place.region.clone_from(value);
                }
            }
            (None, "month" | "quarter" | "day") => {
                let part = Period::parse(value, zone).map_err(|error| BilingualText {
                    zh: error.to_string(),
                    en: error.to_string(),
                })?;
                // Of a month inside a quarter the shorter one counts.
                if part.to - part.from < place.period.to - place.period.from {
                    place.period = part;
                }
            }
            (None, "area") => place.scope.clone_from(value),
            (None, other) => {
                return Err(BilingualText {
                    zh: format!("`count` 不按 {other} 区分"),
                    en: format!("`count` does not tell {other} apart"),
                });
            }
        }
    }
    Ok(place)
}

fn describe_missing(why: &NoCount) -> BilingualText {
    let zh = match why {
        NoCount::Missing { measure, scope, region, period } => {
            format!("`count` 缺少 {period} {region} {scope} 的 {measure}")
        }
        NoCount::Disagreement { measure, region, period, .. } => {
            format!("{period} {region} 的 {measure} 有多个来源且数值不一")
        }
    };
    let zh: Vec<&str> = zh.split_whitespace().collect();
    BilingualText { zh: zh.join(" "), en: why.to_string() }
}

/// For rates over counts alone: the regions for which there is a numerator.
pub(super) fn list_slices(sheet: &FigureInputs<'_>, dimensions: &[String]) -> BTreeSet<Slice> {
    let IndicatorMeasure::Per(spec) = &sheet.indicator.measure else {
        return BTreeSet::new();
    };
    if !sheet.indicator.dataset.holds_counts() || dimensions.is_empty() {
        return BTreeSet::new();
    }
    let measure = spec.numerator.as_deref().unwrap_or(&spec.of);
    let regions = sheet.counts.list_regions(measure);
    let levels: Vec<_> = dimensions
        .iter()
        .filter_map(|name| sheet.pack.levels.iter().find(|level| level.name == *name))
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

//! Checks every printed figure against the partial figures of its blocks.

use std::collections::{BTreeMap, BTreeSet};

use trueline_numbers::{Fraction, bound_text, claim_text, error_rate_upper_bound};

use crate::evidence::{
    CellColumns, CommitmentLag, Evidence, EvidenceBlock, FigureUsed, Population, PrintRule,
    ValueRule,
};
use crate::json::{WholeNumber, read_canonical_json};

/// What is printed where there is no value.
const NOTHING: &str = "—";

/// Something in the evidence that does not agree with the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum Disagreement {
    #[error("{figure}: it prints {printed}, but its blocks add up to {computed}")]
    #[zh("{figure}：印出的是 {printed}，而各分块合计为 {computed}")]
    Figure { figure: String, printed: String, computed: String },
    #[error("{figure}: its evidence names a cell that is not there")]
    #[zh("{figure}：其证据引用了不存在的单元")]
    NoCell { figure: String },
    #[error("{figure}: the percentile {value} is not at its rank")]
    #[zh("{figure}：分位数 {value} 不在其应在的位次")]
    NotAtRank { figure: String, value: i64 },
    #[error("{figure}: the evidence has it twice")]
    #[zh("{figure}：证据中出现两次")]
    Twice { figure: String },
    #[error("a cell of {dataset} in {period} is there twice, is nowhere or has no definition")]
    #[zh("{period} {dataset} 的某个单元出现两次、缺失或没有定义")]
    Cells { dataset: String, period: String },
    #[error("the blocks of {dataset} in {period} have {blocks} rows, the population {rows}")]
    #[zh("{period} {dataset} 的各分块共 {blocks} 行，总体为 {rows} 行")]
    Rows { dataset: String, period: String, blocks: u64, rows: u64 },
    #[error("the blocks of {dataset} in {period} do not lead to the root of the population")]
    #[zh("{period} {dataset} 的各分块不能推得总体的根哈希")]
    Root { dataset: String, period: String },
    #[error("the commitment lag of {dataset} in {period} does not agree with itself")]
    #[zh("{period} {dataset} 的入账时滞自相矛盾")]
    Lag { dataset: String, period: String },
    #[error("the text of the definition {id} is not canonical or does not have its digest")]
    #[zh("定义 {id} 的文字不是规范形式，或与其摘要不符")]
    Definition { id: String },
}

/// `fixed.install.mean[area=urban]` of a period.
pub fn figure_name(figure: &str, slice: &BTreeMap<String, String>, period: &str) -> String {
    if slice.is_empty() {
        return format!("{figure} ({period})");
    }
    let pairs: Vec<String> = slice.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{figure}[{}] ({period})", pairs.join(","))
}

impl FigureUsed {
    /// What it is called in messages.
    pub fn full_name(&self) -> String {
        figure_name(&self.figure, &self.slice, &self.period)
    }
}

/// Finds everything in the evidence that does not agree with the rest of it, in the order of the
/// figures.
pub fn find_disagreements(evidence: &Evidence) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for definition in &evidence.definitions {
        let text = definition.text.as_bytes();
        let is_canonical = read_canonical_json::<serde_json::Value>(text).is_ok();
        if !is_canonical || trueline_ledger::Hash::digest_of(text).to_hex() != definition.sha256 {
            found.push(Disagreement::Definition { id: definition.id.clone() });
        }
    }
    let totals: Vec<Vec<CellColumns>> =
        evidence.populations.iter().map(Population::sum_blocks).collect();
    for population in &evidence.populations {
        found.extend(check_blocks(population));
        if !has_sound_cells(population, evidence.definitions.len()) {
            let (dataset, period) = (population.dataset.clone(), population.period.clone());
            found.push(Disagreement::Cells { dataset, period });
        }
        let agrees = |lag: &CommitmentLag| {
            lag.witnessed == evidence.is_witnessed() && is_possible(lag, population.rows)
        };
        if !population.lag.as_ref().is_none_or(agrees) {
            let (dataset, period) = (population.dataset.clone(), population.period.clone());
            found.push(Disagreement::Lag { dataset, period });
        }
    }
    let none = CellColumns::new();
    let mut seen = BTreeSet::new();
    for figure in &evidence.figures {
        if !seen.insert((&figure.figure, &figure.slice, &figure.period)) {
            found.push(Disagreement::Twice { figure: figure.full_name() });
        }
        let cell = match (figure.population, figure.cell) {
            (Some(population), Some(cell)) => {
                totals.get(population).and_then(|cells| cells.get(cell))
            }
            (None, None) => Some(&none),
            (Some(_), None) | (None, Some(_)) => None,
        };
        match cell {
            Some(cell) => found.extend(check_figure(figure, cell).err()),
            None => found.push(Disagreement::NoCell { figure: figure.full_name() }),
        }
    }
    found
}

// The size of blocks: the smallest power of two, from this one on, that makes at most so many
// blocks.
const SMALLEST_BLOCK: u64 = 65_536;
const MOST_BLOCKS: u64 = 64;

/// Whether the blocks of a population have the sizes that they must have.
fn has_right_blocks(population: &Population) -> bool {
    let (rows, size) = (population.rows, population.block_rows);
    let is_size = size.is_power_of_two() && size >= SMALLEST_BLOCK;
    if !is_size || rows.div_ceil(size) > MOST_BLOCKS {
        return false;
    }
    let is_smallest = size == SMALLEST_BLOCK || rows.div_ceil(size / 2) > MOST_BLOCKS;
    let mut left = rows;
    let is_whole = population.blocks.iter().all(|block| {
        let expected = left.min(size);
        left -= expected;
        block.rows == expected && expected > 0
    });
    is_smallest && is_whole && left == 0
}

/// Whether every cell has a definition, and no block names one twice or one that is not there.
fn has_sound_cells(population: &Population, definitions: usize) -> bool {
    let is_sound = |block: &EvidenceBlock| {
        let mut seen = BTreeSet::new();
        block.cells.iter().all(|(cell, _)| *cell < population.cells.len() && seen.insert(cell))
    };
    population.cells.iter().all(|cell| cell.definition < definitions)
        && population.blocks.iter().all(is_sound)
}

/// Checks that the blocks of a population hold its rows and lead to its root.
fn check_blocks(population: &Population) -> Option<Disagreement> {
    let (dataset, period) = (population.dataset.clone(), population.period.clone());
    let blocks = population.blocks.iter().fold(0, |sum: u64, one| sum.saturating_add(one.rows));
    if !has_right_blocks(population) {
        return Some(Disagreement::Rows { dataset, period, blocks, rows: population.rows });
    }
    let roots: Option<Vec<_>> = population
        .blocks
        .iter()
        .map(|block| trueline_ledger::Hash::from_hex(&block.root))
        .collect();
    let root = roots
        .filter(|roots| !roots.is_empty())
        .map(|roots| trueline_ledger::tree_root(&roots).to_hex());
    (root != population.root).then_some(Disagreement::Root { dataset, period })
}

/// Whether the numbers of a lag can be those of so many rows.
fn is_possible(lag: &CommitmentLag, rows: u64) -> bool {
    let parts = [lag.late, lag.changed_after_close, lag.changed_after_period];
    // The value at a rank is late exactly if more cases are late than stand behind that rank.
    let is_ranked = |value: i64, percent: u128| {
        let rank = (u128::from(lag.cases) * percent).div_ceil(100);
        (value > CommitmentLag::LATE) == (u128::from(lag.late) > u128::from(lag.cases) - rank)
    };
    (1..=rows).contains(&lag.cases)
        && parts.iter().all(|part| *part <= lag.cases)
        && lag.median <= lag.p95
        && is_ranked(lag.median, 50)
        && is_ranked(lag.p95, 95)
}

/// Checks one figure against the columns of its cell, added up.
pub fn check_figure(figure: &FigureUsed, cell: &CellColumns) -> Result<(), Disagreement> {
    let computed = print_figure(figure, cell)?;
    match computed {
        Some(computed) if computed != figure.printed => Err(Disagreement::Figure {
            figure: figure.full_name(),
            printed: figure.printed.clone(),
            computed,
        }),
        Some(_) | None => Ok(()),
    }
}

/// The text that a figure must print; `None` for what others published.
fn print_figure(figure: &FigureUsed, cell: &CellColumns) -> Result<Option<String>, Disagreement> {
    let column = |name: &str| cell.get(name).map_or(0, |value| value.0);
    let ranked = |value: i64, rank: i128| {
        let is_there =
            column(&format!("below.{value}")) < rank && rank <= column(&format!("upto.{value}"));
        if is_there {
            Ok(())
        } else {
            Err(Disagreement::NotAtRank { figure: figure.full_name(), value })
        }
    };
    let n = column("n");
    let value = match &figure.value {
        ValueRule::Ratio { numerator, denominator } => {
            Fraction::new(sum_terms(numerator, cell), sum_terms(denominator, cell))
        }
        ValueRule::Extreme { column: name, divide } => {
            cell.get(name).and_then(|value| Fraction::new(value.0, divide.0))
        }
        ValueRule::Quantile { rank, of, divide } => {
            let (part, whole) = (i128::from(rank.0), i128::from(rank.1).max(1));
            let up = n.saturating_mul(part).saturating_add(whole - 1);
            ranked(*of, (up / whole).max(1))?;
            Fraction::new((*of).into(), divide.0)
        }
        ValueRule::Median { low, high, divide } => {
            ranked(*low, n.saturating_add(1) / 2)?;
            ranked(*high, n / 2 + 1)?;
            Fraction::new(i128::from(*low) + i128::from(*high), divide.0.saturating_mul(2))
        }
        ValueRule::Bound { errors, records, level, claim } => {
            let known = print_bound(column(errors), column(records), level, claim);
            return Ok(Some(known.unwrap_or_else(|| NOTHING.to_owned())));
        }
        // If nothing was counted, nothing can be printed. If something was, there would be a value.
        ValueRule::Nothing if n == 0 => None,
        ValueRule::Nothing => return Ok(Some(format!("{n} cases"))),
        ValueRule::Missing => None,
        ValueRule::Published => return Ok(None),
    };
    Ok(Some(match (value, figure.print) {
        (None, _) | (Some(_), PrintRule::Bound) => NOTHING.to_owned(),
        (Some(value), PrintRule::Percent { decimals }) => value.print_percent(decimals),
        (Some(value), PrintRule::Decimal { decimals }) => value.print_rounded(decimals),
    }))
}

/// The value of a figure from its cell; `None` for nothing, and for what is no fraction.
pub(crate) fn figure_value(figure: &FigureUsed, cell: &CellColumns) -> Option<f64> {
    let fraction = match &figure.value {
        ValueRule::Ratio { numerator, denominator } => {
            Fraction::new(sum_terms(numerator, cell), sum_terms(denominator, cell))
        }
        ValueRule::Extreme { column, divide } => {
            cell.get(column).and_then(|value| Fraction::new(value.0, divide.0))
        }
        ValueRule::Quantile { of, divide, .. } => Fraction::new((*of).into(), divide.0),
        ValueRule::Median { low, high, divide } => {
            Fraction::new(i128::from(*low) + i128::from(*high), divide.0.saturating_mul(2))
        }
        ValueRule::Bound { .. }
        | ValueRule::Nothing
        | ValueRule::Missing
        | ValueRule::Published => None,
    };
    fraction.map(Fraction::to_float)
}

/// The same value from the columns of a view: `all` with nothing excluded, `bare` with no pause
/// subtracted. `None` where the view has not all of its columns.
pub(crate) fn view_value(figure: &FigureUsed, cell: &CellColumns, view: &str) -> Option<f64> {
    let seen = |name: &String| match name.as_str() {
        "n" | "sum" | "unmeasurable" => Some(format!("{view}.{name}")),
        "1" => Some(name.clone()),
        _ => None,
    };
    let seen_all =
        |terms: &BTreeMap<String, WholeNumber>| -> Option<BTreeMap<String, WholeNumber>> {
            terms.iter().map(|(name, times)| Some((seen(name)?, *times))).collect()
        };
    let fraction = match &figure.value {
        ValueRule::Ratio { numerator, denominator } => Fraction::new(
            sum_terms(&seen_all(numerator)?, cell),
            sum_terms(&seen_all(denominator)?, cell),
        ),
        ValueRule::Extreme { column, divide } if column == "longest" => {
            cell.get(&format!("{view}.longest")).and_then(|value| Fraction::new(value.0, divide.0))
        }
        _ => None,
    };
    fraction.map(Fraction::to_float)
}

/// The hits and the total of a share whose value is `factor` times hits ÷ total.
pub(crate) fn share_parts(
    figure: &FigureUsed,
    cell: &CellColumns,
    factor: i128,
) -> Option<(u64, u64)> {
    let ValueRule::Ratio { numerator, denominator } = &figure.value else {
        return None;
    };
    let (part, of) = (sum_terms(numerator, cell), sum_terms(denominator, cell));
    if part % factor != 0 {
        return None;
    }
    let (part, of) = (u64::try_from(part / factor).ok()?, u64::try_from(of).ok()?);
    (part <= of).then_some((part, of))
}

/// Columns times their integers, added up; the column `1` is one.
fn sum_terms(terms: &BTreeMap<String, WholeNumber>, cell: &CellColumns) -> i128 {
    let each = terms.iter().map(|(name, times)| {
        let value = if name == "1" { 1 } else { cell.get(name).map_or(0, |value| value.0) };
        value.saturating_mul(times.0)
    });
    each.fold(0_i128, i128::saturating_add)
}

fn print_bound(errors: i128, records: i128, level: &str, claim: &str) -> Option<String> {
    let (errors, records) = (u64::try_from(errors).ok()?, u64::try_from(records).ok()?);
    let (level, claim) = (level.parse().ok()?, claim.parse().ok()?);
    let upper = error_rate_upper_bound(errors, records, level)?;
    let shown = if upper <= claim { claim_text(claim) } else { bound_text(upper) };
    Some(format!("≤{shown}"))
}

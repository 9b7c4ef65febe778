//! What a reference in the words of a report prints, from the figures beside it.

use super::shape::{ShownClock, ShownLine, ShownReport, ShownSlice, SliceKey};

const NOTHING: &str = "—";

/// `fixed.repair.mean[area=urban]|previous`
pub(crate) struct PrintedReference<'a> {
    name: &'a str,
    slice: SliceKey,
    filter: Option<&'a str>,
}

impl<'a> PrintedReference<'a> {
    pub(crate) fn parse_reference(written: &'a str) -> Option<PrintedReference<'a>> {
        let (path, filter) = match written.split_once('|') {
            Some((path, filter)) => (path.trim(), Some(filter.trim())),
            None => (written.trim(), None),
        };
        let Some((name, inside)) = path.split_once('[') else {
            return Some(PrintedReference { name: path, slice: SliceKey::new(), filter });
        };
        let mut slice = SliceKey::new();
        for pair in inside.strip_suffix(']')?.split(',') {
            let (dimension, value) = pair.split_once('=')?;
            slice.insert(dimension.trim().to_owned(), value.trim().to_owned());
        }
        Some(PrintedReference { name: name.trim(), slice, filter })
    }
}

/// `None` where nothing is recomputed: the company's name and the like, and breaks.
pub(crate) fn print_reference(
    reference: &PrintedReference<'_>,
    report: &ShownReport,
) -> Option<String> {
    let lines = || report.groups.iter().flat_map(|group| &group.lines);
    let of_id = |line: &&ShownLine| line.id() == reference.name;
    let is_zh = report.language == "zh";
    if let Some(line) = lines().filter(of_id).find(|line| line.figure.slice == reference.slice) {
        return print_line(reference, line, is_zh);
    }
    let row = report.slices.iter().find(|row| {
        format!("{}.{}", row.indicator, row.statistic) == reference.name
            && row.slice == reference.slice
    })?;
    print_slice(reference, row, lines().find(of_id), is_zh)
}

fn print_line(reference: &PrintedReference<'_>, line: &ShownLine, is_zh: bool) -> Option<String> {
    let figure = &line.figure;
    let with = |text: &str| append_unit(text, &line.unit_title, is_zh);
    let clock = line.clock.as_ref();
    let percentiles = figure.percentiles;
    Some(match reference.filter {
        None => with(&figure.printed),
        Some("value") => figure.printed.clone(),
        Some("unit") => line.unit_title.clone(),
        Some("n") => print_count(figure.n),
        Some("late") => print_count(figure.late),
        Some("longest") => print_duration(figure.longest.map(|one| one as f64), clock, is_zh),
        Some("p50") => print_duration(percentiles.map(|all| all.p50), clock, is_zh),
        Some("p95") => print_duration(percentiles.map(|all| all.p95 as f64), clock, is_zh),
        Some("previous") => {
            let before = line.previous.as_ref();
            before.map_or_else(|| NOTHING.to_owned(), |before| with(&before.printed))
        }
        Some("limit") => figure
            .limits
            .first()
            .map_or(NOTHING, |limit| limit["printed"].as_str().unwrap_or(NOTHING))
            .to_owned(),
        Some("excluded") => print_count(figure.excluded.iter().map(|one| one.n).sum()),
        Some("change") => describe_change(line, is_zh)?,
        Some("interval") => {
            let interval = figure.interval.as_ref();
            interval.map_or_else(
                || NOTHING.to_owned(),
                |one| {
                    let decimals = figure.printed.split_once('.').map_or(2, |(_, tail)| tail.len());
                    format!(
                        "{}–{}",
                        print_interval_end(one.low, decimals),
                        print_interval_end(one.high, decimals)
                    )
                },
            )
        }
        Some("open") => figure.open.map_or_else(|| NOTHING.to_owned(), |open| print_count(open.n)),
        Some(_) => return None,
    })
}

/// How a figure changed: `缩短0.47小时`, `0.47 hours shorter`. `None` for a break, whose words are
/// not
/// recomputed.
fn describe_change(line: &ShownLine, is_zh: bool) -> Option<String> {
    let Some(change) = line.change.as_ref().filter(|change| !change.is_null()) else {
        return Some(if is_zh { "无可比数据" } else { "not comparable" }.to_owned());
    };
    let (value, printed) = (change["value"].as_f64()?, change["printed"].as_str()?);
    let size = printed.trim_start_matches(['+', '−', '-']);
    let unit = line.unit_title.as_str();
    let is_share = unit.starts_with('%');
    let waits = matches!(line.figure.unit.as_str(), "s" | "min" | "h" | "d" | "wh" | "wd");
    let is_less = value < 0.0;
    if size.chars().all(|sign| matches!(sign, '0' | '.')) {
        return Some(if is_zh { "与上期持平" } else { "unchanged" }.to_owned());
    }
    Some(if is_zh {
        let verb = match (is_share, waits, is_less) {
            (true, _, true) => "下降",
            (true, _, false) => "提高",
            (false, true, true) => "缩短",
            (false, true, false) => "延长",
            (false, false, true) => "减少",
            (false, false, false) => "增加",
        };
        format!("{verb}{size}{}", if is_share { "个百分点" } else { unit })
    } else {
        let verb = match (waits, is_less) {
            (true, true) => "shorter",
            (true, false) => "longer",
            (false, true) => "lower",
            (false, false) => "higher",
        };
        format!("{size} {} {verb}", if is_share { "percentage points" } else { unit })
    })
}

/// One end of an interval in percent, with more decimals where rounding would reach a limit.
fn print_interval_end(value: f64, decimals: usize) -> String {
    if value <= 0.0 || value >= 100.0 {
        return format!("{:.0}", value.clamp(0.0, 100.0));
    }
    let is_not_zero = |sign: char| ('1'..='9').contains(&sign);
    let mut texts = (decimals..8).map(|decimals| format!("{value:.decimals$}"));
    let honest = texts.find(|text| !text.starts_with("100") && text.contains(is_not_zero));
    honest.unwrap_or_else(|| if value > 50.0 { "<100".into() } else { ">0".into() })
}

fn print_slice(
    reference: &PrintedReference<'_>,
    row: &ShownSlice,
    line: Option<&ShownLine>,
    is_zh: bool,
) -> Option<String> {
    let unit = line.map_or(row.unit.as_str(), |line| &line.unit_title);
    let clock = line.and_then(|line| line.clock.as_ref());
    Some(match reference.filter {
        None => append_unit(&row.printed, unit, is_zh),
        Some("value") => row.printed.clone(),
        Some("unit") => unit.to_owned(),
        Some("n") => print_count(row.n),
        Some("late") => print_count(row.late),
        Some("longest") => print_duration(row.longest.map(|one| one as f64), clock, is_zh),
        Some("p50") => print_duration(row.percentiles.map(|all| all.p50), clock, is_zh),
        Some("p95") => print_duration(row.percentiles.map(|all| all.p95 as f64), clock, is_zh),
        Some(_) => return None,
    })
}

/// A whole number. From five digits on, commas separate the thousands.
pub(crate) fn print_count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn append_unit(printed: &str, unit: &str, is_zh: bool) -> String {
    if printed == NOTHING || unit.is_empty() {
        return printed.to_owned();
    }
    let is_joined = unit.starts_with(['%', '‰']) || is_zh;
    if is_joined { format!("{printed}{unit}") } else { format!("{printed} {unit}") }
}

/// Seconds on a clock, in the clock's unit but without its name.
pub(crate) fn print_in_unit(seconds: f64, clock: &ShownClock) -> String {
    let text = format!("{:.2}", seconds / clock.seconds as f64);
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|sign| matches!(sign, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn print_duration(seconds: Option<f64>, clock: Option<&ShownClock>, is_zh: bool) -> String {
    match seconds.zip(clock) {
        Some((seconds, clock)) => append_unit(&print_in_unit(seconds, clock), &clock.title, is_zh),
        None => NOTHING.to_owned(),
    }
}

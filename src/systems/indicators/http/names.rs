//! Codes as people say them: dimensions, regions, units, limits, reasons.

use minijinja::{Value, context};

use super::console::Console;
use super::page_query::PageQuery;
use crate::systems::indicators::dimensions::cut_region;
use crate::systems::indicators::{FigureRow, Indicator, LimitRow, format_span};

/// Printed where there is no value.
pub(crate) const NOTHING: &str = "—";

/// An indicator's title with its group, because fixed telephone and broadband both have a fault
/// repair.
pub(crate) fn indicator_title(
    console: &Console,
    asked: &PageQuery,
    indicator: &Indicator,
) -> String {
    let title = asked.pick_words(&indicator.title);
    match console.pack.groups.iter().find(|group| group.id == indicator.group) {
        Some(group) => format!("{} · {title}", asked.pick_words(&group.title)),
        None => title.to_owned(),
    }
}

/// The unit as it is printed after a number.
pub(crate) fn unit_name(console: &Console, asked: &PageQuery, unit: &str) -> String {
    console.pack.units.get(unit).map_or(unit, |words| asked.pick_words(words)).to_owned()
}

/// A count with commas between its thousands.
pub(crate) fn format_count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The longest case as hours, minutes and seconds; a dash for what is not measured by a clock.
pub(super) fn format_longest(row: &FigureRow) -> String {
    let seconds = row.longest.filter(|_| row.measured_in == "s");
    seconds.map_or(NOTHING.to_owned(), format_span)
}

pub(crate) fn dimension_title(console: &Console, asked: &PageQuery, name: &str) -> String {
    if let Some(level) = console.pack.levels.iter().find(|level| level.name == name) {
        return asked.pick_words(&level.title).to_owned();
    }
    let (chinese, english) = match name {
        "month" => ("月份", "Month"),
        "quarter" => ("季度", "Quarter"),
        "day" => ("日期", "Day"),
        "area" => ("城乡", "Area"),
        "channel" => ("渠道", "Channel"),
        "kind" => ("业务类型", "Kind"),
        "service" => ("业务", "Service"),
        "cause" => ("原因", "Cause"),
        "maintainer" => ("维护方", "Maintained by"),
        "region" => ("区域", "Region"),
        "source" => ("来源系统", "Source"),
        "source_key" => ("来源工单号", "Number there"),
        "line" => ("线路（假名）", "Line (pseudonym)"),
        "excluded" => ("排除原因", "Excluded for"),
        "excluded_by" => ("排除审批人", "Exclusion approved by"),
        "satisfaction" => ("满意度", "Satisfaction"),
        "reopened" => ("重开次数", "Times reopened"),
        other => (other, other),
    };
    asked.pick_text(chinese, english).to_owned()
}

/// A value of a dimension as it is printed.
pub(crate) fn value_label(console: &Console, asked: &PageQuery, name: &str, value: &str) -> String {
    if name == "region" {
        return region_name(console, asked, value);
    }
    match console.pack.find_label(name, value) {
        Some(words) => asked.pick_words(words).to_owned(),
        None if value.is_empty() => asked.pick_text("未填", "not given").to_owned(),
        None => value.to_owned(),
    }
}

/// The name of a region. One without a name gets that of the smallest region around it that has
/// one, and its own code.
fn region_name(console: &Console, asked: &PageQuery, code: &str) -> String {
    if code.is_empty() {
        return NOTHING.to_owned();
    }
    if let Some(words) = console.pack.regions.get(code) {
        return asked.pick_words(words).to_owned();
    }
    let above = console.pack.levels.iter().rev().map(|level| cut_region(level, code));
    match above.into_iter().find_map(|part| console.pack.regions.get(&part)) {
        Some(words) => format!("{} {code}", asked.pick_words(words)),
        None => code.to_owned(),
    }
}

/// A limit in words, with a mark and a word for whether it is kept.
pub(crate) fn limit_tag(console: &Console, asked: &PageQuery, limit: &LimitRow) -> Value {
    let (mark, said) = match limit.met {
        Some(true) => ("✓", asked.pick_text("达标", "met")),
        Some(false) => ("✗", asked.pick_text("未达标", "missed")),
        None => ("·", asked.pick_text("未判定", "not judged")),
    };
    context! { text => limit_text(console, asked, limit), met => limit.met, mark, said }
}

pub(crate) fn limit_text(console: &Console, asked: &PageQuery, limit: &LimitRow) -> String {
    let (chinese, english) = limit.kind_words();
    let kind = asked.pick_text(chinese, english);
    let unverified = if limit.verified { "" } else { asked.pick_text(" 未核实", " unverified") };
    let unit = unit_name(console, asked, &limit.unit);
    let value = if limit.value != 0.0 && limit.value.abs() < 0.001 {
        format!("{:e}", limit.value)
    } else {
        limit.value.to_string()
    };
    let text = format!("{kind} {value} {unit}");
    format!("{}{unverified}", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::format_count;

    #[test]
    fn commas_part_the_thousands() {
        assert_eq!(format_count(0), "0");
        assert_eq!(format_count(999), "999");
        assert_eq!(format_count(1_906_583), "1,906,583");
    }
}

//! The form above the figures and the cases: lists for what is asked most, a text field for the
//! rest.

use jiff::Timestamp;
use minijinja::{Value, context};

use super::console::Console;
use super::names::{dimension_title, value_label};
use super::page_query::PageQuery;
use crate::systems::indicators::dimensions::cut_region;
use crate::systems::indicators::known_names;

/// More regions are too many for a list to choose from.
const REGIONS_MAX: usize = 60;

/// The conditions: a list each for region, month and area, the rest as text, and for each condition
/// a link that removes it.
pub(crate) fn build_conditions(console: &Console, asked: &PageQuery, path: &str) -> Value {
    let mut shown: Vec<&str> = Vec::new();
    let mut lists: Vec<Value> = Vec::new();
    for (name, values) in list_offered_values(console, asked) {
        let given: Vec<&String> =
            asked.pairs.iter().filter(|pair| pair.0 == name).map(|pair| &pair.1).collect();
        let known = given.len() == 1 && values.contains(given[0]);
        // Two values of one name mean either of them. A list cannot say that, but the text can.
        if !given.is_empty() && !known {
            continue;
        }
        if known {
            shown.push(name);
        }
        let options: Vec<Value> = values
            .iter()
            .map(|value| {
                let chosen = given.first().is_some_and(|given| *given == value);
                let text = value_label(console, asked, name, value);
                context! { value => format!("{name}={value}"), text, chosen }
            })
            .collect();
        lists.push(context! { name, title => dimension_title(console, asked, name), options });
    }
    let rest: Vec<String> = asked
        .pairs
        .iter()
        .filter(|pair| !shown.contains(&pair.0.as_str()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    context! { lists, rest => rest.join(","), chips => list_conditions(console, asked, path) }
}

fn list_conditions(console: &Console, asked: &PageQuery, path: &str) -> Vec<Value> {
    let chip = |(index, (name, value)): (usize, &(String, String))| {
        let mut fewer = asked.pairs.clone();
        fewer.remove(index);
        let name_text = dimension_title(console, asked, name);
        let separator = asked.pick_text("：", ": ");
        let text = format!("{name_text}{separator}{}", value_label(console, asked, name, value));
        context! { text, href => asked.link_filtered(path, &fewer) }
    };
    asked.pairs.iter().enumerate().map(chip).collect()
}

/// Dimensions with the values that a list offers.
fn list_offered_values<'a>(console: &'a Console, asked: &PageQuery) -> Vec<(&'a str, Vec<String>)> {
    let mut offered: Vec<(&str, Vec<String>)> = Vec::new();
    // The finest level that is short enough for a list: prefectures rather than provinces.
    let levels = &console.pack.levels;
    for (at, level) in levels.iter().enumerate().rev() {
        // A province's code is also a padded code of the level below; it belongs to the upper one.
        let is_here = |code: &&String| {
            cut_region(level, code) == **code
                && levels[..at].iter().all(|above| cut_region(above, code) != **code)
        };
        let codes: Vec<String> = console.pack.regions.keys().filter(is_here).cloned().collect();
        if (2..=REGIONS_MAX).contains(&codes.len()) {
            offered.push((&level.name, codes));
            break;
        }
    }
    let months = list_months(console, asked);
    if (2..=24).contains(&months.len()) {
        offered.push(("month", months));
    }
    if let Some(areas) = console.pack.labels.get("area") {
        offered.push(("area", areas.keys().filter(|area| !area.is_empty()).cloned().collect()));
    }
    offered
}

/// The months of the period.
fn list_months(console: &Console, asked: &PageQuery) -> Vec<String> {
    let zone = console.pack.zone.rules();
    let period = &asked.question.period;
    let date = |second| Timestamp::from_second(second).ok().map(|at| zone.to_datetime(at).date());
    let (Some(first), Some(end)) = (date(period.from), date(period.to)) else {
        return Vec::new();
    };
    let mut month = first.first_of_month();
    let mut names = Vec::new();
    while month < end && names.len() < 25 {
        names.push(month.strftime("%Y-%m").to_string());
        match month.checked_add(jiff::Span::new().months(1)) {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    names
}

/// Lists the indicators of the pack by group.
pub(crate) fn list_indicators(console: &Console, asked: &PageQuery, chosen: &str) -> Vec<Value> {
    let groups = console.pack.groups.iter();
    groups
        .map(|group| {
            let options: Vec<Value> = console
                .pack
                .in_group(&group.id)
                .map(|one| {
                    let text = asked.pick_words(&one.title);
                    context! { value => one.id.clone(), text, chosen => one.id == chosen }
                })
                .collect();
            context! { title => asked.pick_words(&group.title), options }
        })
        .collect()
}

/// The dimensions that most people slice by, and those already chosen.
pub(crate) fn list_dimensions(console: &Console, asked: &PageQuery) -> Vec<Value> {
    const USUAL: [&str; 9] =
        ["prefecture", "county", "month", "quarter", "area", "channel", "kind", "service", "cause"];
    let known = known_names(&console.pack);
    let mut names: Vec<String> =
        USUAL.iter().map(|name| (*name).to_owned()).filter(|name| known.contains(name)).collect();
    for name in &asked.by {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
        .iter()
        .map(|name| {
            let text = dimension_title(console, asked, name);
            context! { value => name, text, chosen => asked.by.contains(name) }
        })
        .collect()
}

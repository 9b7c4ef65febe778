//! A cell with its type and its number format.

use rust_xlsxwriter::{Color, Format, FormatAlign};

use crate::systems::reports::model::ClockUnit;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Held {
    Nothing,
    Text(String),
    /// A number and how it is shown.
    Number(f64, String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) held: Held,
    pub(super) look: Look,
}

/// How a cell stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// The figure itself.
    Value,
    Good,
    /// A limit missed, or a change for the worse.
    Bad,
    Quiet,
}

impl Cell {
    pub(super) fn nothing() -> Cell {
        Cell { held: Held::Nothing, look: Look::Plain }
    }

    /// Words; none of them is no cell.
    pub(super) fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        let held = if text.is_empty() { Held::Nothing } else { Held::Text(text) };
        Cell { held, look: Look::Plain }
    }

    pub(super) fn optional_text(text: Option<&String>) -> Cell {
        text.map_or_else(Cell::nothing, Cell::text)
    }

    pub(super) fn whole(n: u64) -> Cell {
        Cell::number(n as f64, "#,##0")
    }

    pub(super) fn number(value: f64, format: impl Into<String>) -> Cell {
        Cell { held: Held::Number(value, format.into()), look: Look::Plain }
    }

    pub(super) fn decimals(value: Option<f64>, decimals: usize) -> Cell {
        value.map_or_else(Cell::nothing, |value| Cell::number(value, number_format(decimals)))
    }

    /// A value of a figure, rounded as printed; shares are percentages.
    pub(super) fn value(value: Option<f64>, printed: &str, unit: &str) -> Cell {
        let Some(value) = value else {
            return Cell::nothing();
        };
        let Some(decimals) = shown_decimals(value, printed) else {
            return Cell::number(value, "0.0E+00");
        };
        if unit.starts_with('%') {
            let format = format!("{}%", plain_format(decimals));
            Cell::number(value / 100.0, format)
        } else {
            Cell::number(value, number_format(decimals))
        }
    }

    /// A value beside a figure, with its decimals; an interval shows two more.
    pub(super) fn beside(value: Option<f64>, printed: &str, unit: &str) -> Cell {
        let decimals = decimals_of(printed).map_or(4, |decimals| decimals.max(2));
        match value {
            Some(value) if unit.starts_with('%') => {
                Cell::number(value / 100.0, format!("{}%", plain_format(decimals)))
            }
            other => Cell::decimals(other, decimals),
        }
    }

    /// Seconds on a clock, in its unit.
    pub(super) fn waited(seconds: Option<f64>, clock: Option<&ClockUnit>) -> Cell {
        match (seconds, clock) {
            (Some(seconds), Some(clock)) => Cell::decimals(Some(clock.of(seconds)), 2),
            (_, None) | (None, _) => Cell::nothing(),
        }
    }

    pub(super) fn looking(self, look: Look) -> Cell {
        Cell { look, ..self }
    }

    /// How the spreadsheet shows it.
    pub(super) fn format(&self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        let format = match &self.held {
            Held::Number(_, shown) => format.set_num_format(shown),
            Held::Text(_) | Held::Nothing => {
                format.set_text_wrap().set_align(FormatAlign::Left).set_indent(1)
            }
        };
        match self.look {
            Look::Plain => format,
            Look::Value => format.set_bold().set_font_color(ACCENT),
            Look::Good => format.set_font_color(GOOD),
            Look::Bad => format.set_bold().set_font_color(WARN),
            Look::Quiet => format.set_font_color(MUTED),
        }
    }
}

/// The colours of the PDF.
pub(super) const INK: Color = Color::RGB(0x001B_2430);
pub(super) const ACCENT: Color = Color::RGB(0x0017_5A8C);
pub(super) const WARN: Color = Color::RGB(0x00A8_431F);
pub(super) const PALE: Color = Color::RGB(0x00F1_F5F9);
pub(super) const MUTED: Color = Color::RGB(0x005B_6570);
const GOOD: Color = Color::RGB(0x002C_7350);

pub(super) fn number_format(decimals: usize) -> String {
    if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) }
}

fn plain_format(decimals: usize) -> String {
    if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals)) }
}

/// The decimals that show a value as printed. Spreadsheets round halves away from zero and know
/// nothing of a share that must not read 100 %: where theirs would be another number than the
/// printed one, two more decimals show why.
fn shown_decimals(value: f64, printed: &str) -> Option<usize> {
    let decimals = decimals_of(printed)?;
    let scale = libm::pow(10.0, decimals as f64);
    let theirs = format!("{:.decimals$}", libm::round(value * scale) / scale);
    let ours = printed.replace(',', "").replace('−', "-");
    Some(if theirs == ours { decimals } else { decimals + 2 })
}

/// How many decimals a printed number has; none where it is no plain number.
fn decimals_of(printed: &str) -> Option<usize> {
    let digits = printed.trim_start_matches('−').replace(',', "");
    let (whole, tail) = digits.split_once('.').unwrap_or((&digits, ""));
    let plain = !whole.is_empty() && whole.chars().chain(tail.chars()).all(|c| c.is_ascii_digit());
    plain.then_some(tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_what_is_printed_or_more() {
        let check = |value, printed: &str, unit: &str, shown: &str| {
            let Held::Number(_, format) = Cell::value(Some(value), printed, unit).held else {
                panic!("{printed} is no number");
            };
            assert_eq!(format, shown, "{printed}");
        };
        check(7.414, "7.41", "小时", "#,##0.00");
        check(88.1429, "88.14", "%", "0.00%");
        check(100.0, "100", "%", "0%");
        check(99.996, "99.99", "%", "0.0000%");
        check(0.125, "0.12", "天", "#,##0.0000");
        check(27396.807, "27,396.8", "", "#,##0.0");
        check(4.6e-5, "≤10⁻⁴", "", "0.0E+00");
    }
}

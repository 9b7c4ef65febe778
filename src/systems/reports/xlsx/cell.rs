//! A cell with its type and its number format.

use rust_xlsxwriter::{Color, Format, FormatAlign};

use crate::systems::reports::model::ClockUnit;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum CellContent {
    Nothing,
    Text(String),
    /// A number and how it is shown.
    Number(f64, String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct SheetCell {
    pub(super) held: CellContent,
    pub(super) look: CellStyle,
}

/// How a cell is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellStyle {
    Plain,
    /// The figure itself.
    Value,
    Good,
    /// A limit missed, or a change for the worse.
    Bad,
    Quiet,
}

impl SheetCell {
    pub(super) fn nothing() -> SheetCell {
        SheetCell { held: CellContent::Nothing, look: CellStyle::Plain }
    }

    /// Words; an empty text gives an empty cell.
    pub(super) fn text(text: impl Into<String>) -> SheetCell {
        let text = text.into();
        let held = if text.is_empty() { CellContent::Nothing } else { CellContent::Text(text) };
        SheetCell { held, look: CellStyle::Plain }
    }

    pub(super) fn optional_text(text: Option<&String>) -> SheetCell {
        text.map_or_else(SheetCell::nothing, SheetCell::text)
    }

    pub(super) fn whole(n: u64) -> SheetCell {
        SheetCell::number(n as f64, "#,##0")
    }

    pub(super) fn number(value: f64, format: impl Into<String>) -> SheetCell {
        SheetCell { held: CellContent::Number(value, format.into()), look: CellStyle::Plain }
    }

    pub(super) fn decimals(value: Option<f64>, decimals: usize) -> SheetCell {
        value.map_or_else(SheetCell::nothing, |value| {
            SheetCell::number(value, make_number_format(decimals))
        })
    }

    /// A value of a figure, rounded as printed; shares are percentages.
    pub(super) fn figure(value: Option<f64>, printed: &str, unit: &str) -> SheetCell {
        let Some(value) = value else {
            return SheetCell::nothing();
        };
        let Some(decimals) = count_shown_decimals(value, printed) else {
            return SheetCell::number(value, "0.0E+00");
        };
        if unit.starts_with('%') {
            let format = format!("{}%", make_plain_format(decimals));
            SheetCell::number(value / 100.0, format)
        } else {
            SheetCell::number(value, make_number_format(decimals))
        }
    }

    /// A value printed beside a figure, with the figure's decimals but at least two.
    pub(super) fn beside_figure(value: Option<f64>, printed: &str, unit: &str) -> SheetCell {
        let decimals = count_decimals(printed).map_or(4, |decimals| decimals.max(2));
        match value {
            Some(value) if unit.starts_with('%') => {
                SheetCell::number(value / 100.0, format!("{}%", make_plain_format(decimals)))
            }
            other => SheetCell::decimals(other, decimals),
        }
    }

    /// Seconds on a clock, in its unit.
    pub(super) fn waiting_time(seconds: Option<f64>, clock: Option<&ClockUnit>) -> SheetCell {
        match (seconds, clock) {
            (Some(seconds), Some(clock)) => {
                SheetCell::decimals(Some(clock.convert_seconds(seconds)), 2)
            }
            (_, None) | (None, _) => SheetCell::nothing(),
        }
    }

    pub(super) fn with_style(self, look: CellStyle) -> SheetCell {
        SheetCell { look, ..self }
    }

    /// How the spreadsheet shows it.
    pub(super) fn make_format(&self) -> Format {
        let format = Format::new().set_align(FormatAlign::Top);
        let format = match &self.held {
            CellContent::Number(_, shown) => format.set_num_format(shown),
            CellContent::Text(_) | CellContent::Nothing => {
                format.set_text_wrap().set_align(FormatAlign::Left).set_indent(1)
            }
        };
        match self.look {
            CellStyle::Plain => format,
            CellStyle::Value => format.set_bold().set_font_color(ACCENT),
            CellStyle::Good => format.set_font_color(GOOD),
            CellStyle::Bad => format.set_bold().set_font_color(WARN),
            CellStyle::Quiet => format.set_font_color(MUTED),
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

fn make_number_format(decimals: usize) -> String {
    if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) }
}

fn make_plain_format(decimals: usize) -> String {
    if decimals == 0 { "0".to_owned() } else { format!("0.{}", "0".repeat(decimals)) }
}

/// How many decimals show a value as printed. Spreadsheets round halves away from zero and do not
/// know that some shares must not read 100 %. Where they would show another number than the printed
/// one, two more decimals show why. `None` where the printed text is not a plain number.
fn count_shown_decimals(value: f64, printed: &str) -> Option<usize> {
    let decimals = count_decimals(printed)?;
    let scale = libm::pow(10.0, decimals as f64);
    let theirs = format!("{:.decimals$}", libm::round(value * scale) / scale);
    let ours = printed.replace(',', "").replace('−', "-");
    Some(if theirs == ours { decimals } else { decimals + 2 })
}

/// How many decimals a printed number has; `None` where it is not a plain number.
fn count_decimals(printed: &str) -> Option<usize> {
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
            let CellContent::Number(_, format) = SheetCell::figure(Some(value), printed, unit).held
            else {
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

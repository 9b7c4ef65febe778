//! What a column holds, judged by its values: kinds of value, layouts of dates, codes, personal
//! data.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::secrets::{self, PersonalData};
use super::values::{DateLayout, DayPosition, read_date_or_time};
use crate::systems::intake::quality::is_empty_word;

/// Different values that are counted one by one.
const VALUES_KEPT_MAX: usize = 200;
/// Different values that are only told apart, by their digests.
const DISTINCT_MAX: usize = 200_000;
/// A column is what at least this share of its values are.
const MOST: f64 = 0.98;
/// Where the header names a moment, values that are no dates wait in quarantine to be mended.
const MOST_WHERE_NAMED: f64 = 0.5;
/// Personal data needs less agreement to be kept out.
const SECRET_SHARE: f64 = 0.3;
/// A longer value is a text, whatever it says.
const LOOKED_AT_MAX: usize = 400;

/// Counts over one column.
#[derive(Debug, Clone, Default)]
pub(super) struct ColumnCounts {
    pub(super) header: String,
    /// Whether the header is the name of a moment.
    pub(super) names_moment: bool,
    pub(super) filled: u64,
    pub(super) empty: u64,
    /// Words for "nothing", with their counts.
    pub(super) empty_words: BTreeMap<String, u64>,
    pub(super) values: HashMap<String, u64>,
    /// There were more different values than are kept.
    pub(super) many: bool,
    distinct: HashSet<u64>,
    whole: u64,
    numbers: u64,
    pub(super) range: Option<(f64, f64)>,
    layouts: BTreeMap<DateLayout, u64>,
    clocks: u64,
    seconds: u64,
    half_days: u64,
    pub(super) offsets: u64,
    short_years: u64,
    /// For dates that end with the year: rows that only one reading fits.
    pub(super) day_first: u64,
    pub(super) month_first: u64,
    pub(super) either: u64,
    secrets: BTreeMap<PersonalData, u64>,
    letters: u64,
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueSort {
    Empty,
    Dates(DateLayout),
    Whole,
    Number,
    /// Few different texts.
    Words,
    /// Many different texts.
    Texts,
}

impl ColumnCounts {
    pub(super) fn new(header: &str) -> Self {
        Self { header: header.to_owned(), ..Self::default() }
    }

    pub(super) fn add_value(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            self.empty += 1;
            return;
        }
        if is_empty_word(value) {
            *self.empty_words.entry(value.to_owned()).or_default() += 1;
            return;
        }
        self.filled += 1;
        self.letters += value.chars().count() as u64;
        self.note_value(value);
        if value.len() > LOOKED_AT_MAX {
            *self.secrets.entry(PersonalData::FreeText).or_default() += 1;
            return;
        }
        if let Ok(number) = value.parse::<f64>()
            && number.is_finite()
        {
            self.numbers += 1;
            self.whole += u64::from(value.parse::<i64>().is_ok());
            let (low, high) = self.range.unwrap_or((number, number));
            self.range = Some((low.min(number), high.max(number)));
        }
        self.note_date(value);
        if let Some(secret) = secrets::classify_value(value) {
            *self.secrets.entry(secret).or_default() += 1;
        }
    }

    fn note_value(&mut self, value: &str) {
        if let Some(count) = self.values.get_mut(value) {
            *count += 1;
        } else if self.values.len() < VALUES_KEPT_MAX && value.len() <= LOOKED_AT_MAX {
            self.values.insert(value.to_owned(), 1);
        } else {
            self.many = true;
        }
        if self.distinct.len() < DISTINCT_MAX {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            self.distinct.insert(hasher.finish());
        }
    }

    fn note_date(&mut self, value: &str) {
        let Some(found) = read_date_or_time(value) else {
            return;
        };
        *self.layouts.entry(found.layout).or_default() += 1;
        self.clocks += u64::from(found.clock.is_some());
        self.seconds += u64::from(found.has_seconds);
        self.half_days += u64::from(found.has_half_day);
        self.offsets += u64::from(found.has_offset);
        self.short_years += u64::from(found.short_year);
        if found.layout == DateLayout::YearLast {
            match (found.first > 12, found.second > 12) {
                (true, false) => self.day_first += 1,
                (false, true) => self.month_first += 1,
                (false, false) | (true, true) => self.either += 1,
            }
        }
    }

    pub(super) fn value_sort(&self) -> ValueSort {
        let most = |count: u64| count as f64 >= MOST * self.filled as f64;
        if self.filled == 0 {
            return ValueSort::Empty;
        }
        let dates: u64 = self.layouts.values().sum();
        let named = self.names_moment && dates as f64 >= MOST_WHERE_NAMED * self.filled as f64;
        if (named || most(dates))
            && let Some((&layout, _)) = self.layouts.iter().max_by_key(|&(_, count)| count)
        {
            return ValueSort::Dates(layout);
        }
        if most(self.whole) {
            ValueSort::Whole
        } else if most(self.numbers) {
            ValueSort::Number
        } else if self.many {
            ValueSort::Texts
        } else {
            ValueSort::Words
        }
    }

    pub(super) fn is_moment(&self) -> bool {
        match self.value_sort() {
            ValueSort::Dates(layout) => layout != DateLayout::TimeOnly,
            ValueSort::Empty
            | ValueSort::Whole
            | ValueSort::Number
            | ValueSort::Words
            | ValueSort::Texts => false,
        }
    }

    pub(super) fn is_time_only(&self) -> bool {
        self.value_sort() == ValueSort::Dates(DateLayout::TimeOnly)
    }

    pub(super) fn is_date_only(&self) -> bool {
        self.is_moment() && self.clocks == 0
    }

    /// Whether no value is repeated, as far as they were told apart.
    pub(super) fn is_unique(&self) -> bool {
        self.filled > 0 && self.distinct.len() as u64 == self.filled.min(DISTINCT_MAX as u64)
    }

    /// How many different values there are, at least.
    pub(super) fn count_distinct(&self) -> u64 {
        self.distinct.len() as u64
    }

    /// The order that the rows of the column decide; `None` if they decide none.
    pub(super) fn find_day_order(&self) -> Option<DayPosition> {
        match (self.day_first, self.month_first) {
            (1.., 0) => Some(DayPosition::DayFirst),
            (0, 1..) => Some(DayPosition::MonthFirst),
            (first, second) if first > second => Some(DayPosition::DayFirst),
            (first, second) if first < second => Some(DayPosition::MonthFirst),
            (_, _) => None,
        }
    }

    /// The strftime format, where the layout needs one.
    pub(super) fn find_date_format(&self, order: DayPosition) -> Option<String> {
        let ValueSort::Dates(layout) = self.value_sort() else {
            return None;
        };
        let year = if self.short_years * 2 > self.filled { "%y" } else { "%Y" };
        let sample = self.values.keys().min().map_or("", String::as_str);
        let date = match layout {
            DateLayout::YearFirst | DateLayout::TimeOnly => return None,
            DateLayout::YearLast if self.short_years == 0 => return None,
            DateLayout::YearLast => {
                let mark = sample.chars().find(|letter| !letter.is_ascii_digit())?;
                match order {
                    DayPosition::DayFirst => format!("%d{mark}%m{mark}{year}"),
                    DayPosition::MonthFirst => format!("%m{mark}%d{mark}{year}"),
                }
            }
            DateLayout::MonthName => {
                let mark = sample.chars().find(|letter| !letter.is_ascii_digit())?;
                format!("%d{mark}%b{mark}{year}")
            }
        };
        if self.clocks == 0 {
            return Some(date);
        }
        Some(format!("{date} {}", self.clock_format()))
    }

    /// The format of a column of times of day.
    pub(super) fn clock_format(&self) -> &'static str {
        match (self.seconds > 0, self.half_days > 0) {
            (true, true) => "%I:%M:%S %p",
            (true, false) => "%H:%M:%S",
            (false, true) => "%I:%M %p",
            (false, false) => "%H:%M",
        }
    }

    /// Whether its whole numbers are small enough to be amounts rather than identifiers.
    pub(super) fn is_short_number(&self) -> bool {
        self.range.is_some_and(|(low, high)| low > -1e9 && high < 1e9)
    }

    /// What kind of personal data this column holds.
    pub(super) fn find_secret(&self) -> Option<PersonalData> {
        let (&secret, &count) = self.secrets.iter().max_by_key(|&(_, count)| count)?;
        let promised = secrets::classify_header(&self.header);
        if self.is_moment() || self.is_time_only() {
            return None;
        }
        // Any short word may look like a name, so many different ones are needed.
        let plausible = match secret {
            PersonalData::Name => {
                let varied = self.count_distinct() > 5 && self.count_distinct() * 2 > self.filled;
                varied && count as f64 > 0.6 * self.filled as f64
            }
            PersonalData::FreeText | PersonalData::Address => {
                count as f64 > SECRET_SHARE * self.filled as f64
            }
            PersonalData::Phone
            | PersonalData::IdentityCard
            | PersonalData::BankCard
            | PersonalData::Email => count as f64 > 0.05 * self.filled as f64,
        };
        if plausible { Some(secret) } else { promised }
    }

    /// What the header alone promises, for columns whose values say nothing.
    pub(super) fn find_promised_secret(&self) -> Option<PersonalData> {
        let dates = self.is_moment() || self.is_time_only();
        secrets::classify_header(&self.header).filter(|_| !dates)
    }

    /// The values with their counts, the most frequent first.
    pub(super) fn list_by_count(&self) -> Vec<(&str, u64)> {
        let mut all: Vec<(&str, u64)> =
            self.values.iter().map(|(value, &count)| (value.as_str(), count)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_nothing_and_long_texts_are_counted_apart() {
        let mut column = ColumnCounts::new("note");
        let long = "a".repeat(LOOKED_AT_MAX + 1);
        for value in ["NA", " NA ", "", "yes", &long, &long] {
            column.add_value(value);
        }
        assert_eq!((column.filled, column.empty), (3, 1));
        assert_eq!(column.empty_words["NA"], 2);
        assert_eq!(column.secrets[&PersonalData::FreeText], 2);
        assert_eq!(column.letters, 3 + 2 * long.len() as u64);
    }

    #[test]
    fn a_number_of_ten_digits_may_be_an_identifier() {
        let is_short = |low, high| {
            let range = Some((low, high));
            ColumnCounts { range, ..ColumnCounts::default() }.is_short_number()
        };
        assert!(is_short(5.0, 20.0));
        assert!(!is_short(5.0, 1e9));
        assert!(!is_short(-1e9, 5.0));
        assert!(!ColumnCounts::default().is_short_number());
    }
}

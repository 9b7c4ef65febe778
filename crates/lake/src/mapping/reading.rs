//! How a mapping reads one source column, for code that looks at the source itself.

use super::model::{ColumnTarget, Mapping, ValueOrigin};
use crate::dates::DateOrder;
use crate::quarantine_columns::QuarantineColumns;
use crate::schema::ValueKind;

/// How a column of the dataset reads one source column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnReading<'a> {
    target: &'a ColumnTarget,
}

impl ColumnReading<'_> {
    /// What the column holds.
    pub fn kind(&self) -> ValueKind {
        self.target.kind
    }

    /// Whether the mapping itself says what this text means.
    pub fn names_value(&self, text: &str) -> bool {
        let replaced = self.target.values.iter().flat_map(|map| &map.pairs);
        self.target.missing.iter().any(|missing| missing == text)
            || replaced.into_iter().any(|(from, _)| from == text)
    }

    /// The order of day and month according to the mapping; `None` if date formats give it.
    pub fn day_order(&self) -> Option<DateOrder> {
        self.target.dates.formats.is_empty().then_some(self.target.dates.order)
    }
}

impl Mapping {
    /// The columns that read a source column. There are none if it is dropped or only used in an
    /// expression.
    pub fn find_readings<'a>(&'a self, header: &'a str) -> impl Iterator<Item = ColumnReading<'a>> {
        let listed = self.lists.iter().flat_map(|entry| entry.columns.iter().flatten());
        let events = self.events.iter().flat_map(|events| &events.states).map(|rule| &rule.at);
        let targets = self.columns.iter().chain(listed).chain(events);
        let reads = move |target: &&ColumnTarget| match &target.from {
            ValueOrigin::Column(name) | ValueOrigin::DateAndTime(name, _) => name == header,
            ValueOrigin::Constant(_) | ValueOrigin::Expression(_) | ValueOrigin::Line => false,
        };
        targets.filter(reads).map(|target| ColumnReading { target })
    }

    /// Whether the mapping mentions a source column by name, even if only to drop it.
    pub fn mentions_column(&self, header: &str) -> bool {
        self.find_readings(header).next().is_some()
            || self.drop.iter().any(|name| name == header)
            || QuarantineColumns::is_added(header)
    }

    /// Whether rows have no key of their own, so that duplicates go unnoticed.
    pub fn keys_by_line(&self) -> bool {
        self.columns.iter().any(|target| target.from == ValueOrigin::Line)
    }
}

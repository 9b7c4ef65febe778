//! What a mapping makes of one source column, for those who look at the source themselves.

use super::model::{From, Mapping, Target};
use crate::dates::DayOrder;
use crate::quarantine_columns::Added;
use crate::schema::Kind;

/// How a column of the dataset reads a source column.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    target: &'a Target,
}

impl Reading<'_> {
    /// What the column holds.
    pub fn kind(&self) -> Kind {
        self.target.kind
    }

    /// Whether the mapping itself says what this text means.
    pub fn names(&self, text: &str) -> bool {
        let replaced = self.target.values.iter().flat_map(|map| &map.pairs);
        self.target.missing.iter().any(|missing| missing == text)
            || replaced.into_iter().any(|(from, _)| from == text)
    }

    /// The order of day and month that the mapping says; `None` where a format of its own says it.
    pub fn day_order(&self) -> Option<DayOrder> {
        self.target.dates.formats.is_empty().then_some(self.target.dates.order)
    }
}

impl Mapping {
    /// The columns that read a source column; none if it is left out or only part of an expression.
    pub fn readings<'a>(&'a self, header: &'a str) -> impl Iterator<Item = Reading<'a>> {
        let listed = self.lists.iter().flat_map(|entry| entry.columns.iter().flatten());
        let events = self.events.iter().flat_map(|events| &events.states).map(|rule| &rule.at);
        let targets = self.columns.iter().chain(listed).chain(events);
        let reads = move |target: &&Target| match &target.from {
            From::Column(name) | From::DateAndTime(name, _) => name == header,
            From::Constant(_) | From::Expression(_) | From::Line => false,
        };
        targets.filter(reads).map(|target| Reading { target })
    }

    /// Whether the mapping speaks of a source column by its name, be it to leave it out.
    pub fn mentions(&self, header: &str) -> bool {
        self.readings(header).next().is_some()
            || self.drop.iter().any(|name| name == header)
            || Added::has(header)
    }

    /// Whether rows have no key of their own, so that two may be the same without anybody noticing.
    pub fn keys_by_line(&self) -> bool {
        self.columns.iter().any(|target| target.from == From::Line)
    }
}

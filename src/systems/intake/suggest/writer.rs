//! The writer of a draft: what it knows of the file, and which columns it uses or drops.

use std::collections::BTreeSet;

use trueline_lake::SourceReader;

use super::draft::MappingDraft;
use super::look::{ColumnCounts, ValueSort};
use super::plan::{ColumnSample, MappingPlan, RoleOrigin, RoleReason, RowMeaning};
use super::roles::ColumnRole;
use super::secrets::PersonalData;

pub(super) struct MappingWriter<'a> {
    pub(super) sample: &'a ColumnSample,
    pub(super) plan: &'a MappingPlan,
    pub(super) file: &'a str,
    pub(super) rows: u64,
    pub(super) draft: MappingDraft,
    pub(super) used: BTreeSet<usize>,
    pub(super) dropped: Vec<(usize, PersonalData)>,
    pub(super) empty: Vec<usize>,
    /// An encoding other than UTF-8.
    pub(super) encoding: Option<(&'static str, Declared)>,
    pub(super) unread_sheets: &'a [String],
}

/// How the encoding of a file became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Detected,
    Guessed,
}

impl<'a> MappingWriter<'a> {
    pub(super) fn new(
        sample: &'a ColumnSample,
        plan: &'a MappingPlan,
        file: &'a str,
        rows: u64,
    ) -> Self {
        Self {
            sample,
            plan,
            file,
            rows,
            draft: MappingDraft::default(),
            used: BTreeSet::new(),
            dropped: Vec::new(),
            empty: Vec::new(),
            encoding: None,
            unread_sheets: &[],
        }
    }

    /// Adds what the file says of itself: its encoding, and sheets that were not read.
    pub(super) fn with_source(mut self, source: &'a SourceReader, declared: Declared) -> Self {
        let encoding = source.text_layout().map(|(encoding, _)| encoding.name());
        self.encoding = encoding.filter(|name| *name != "UTF-8").map(|name| (name, declared));
        self.unread_sheets = source.unread_sheets();
        self
    }

    /// Decides, before anything is written, which columns are used and which must go.
    pub(super) fn settle_columns(&mut self) {
        for (&role, &(origin, _)) in &self.plan.given {
            let part_of_pause = match role {
                ColumnRole::PauseTo
                | ColumnRole::PauseReason
                | ColumnRole::PauseRequestedBy
                | ColumnRole::PauseApprovedBy => true,
                ColumnRole::Column(_) | ColumnRole::PauseFrom => false,
            };
            let pause_without_start =
                part_of_pause && !self.plan.given.contains_key(&ColumnRole::PauseFrom);
            if pause_without_start || !self.may_fill(role, origin.first_column()) {
                continue;
            }
            self.used.insert(origin.first_column());
            if let RoleOrigin::Pair(_, time) = origin {
                self.used.insert(time);
            }
        }
        if let RowMeaning::EventsBy(order) = self.plan.rows {
            self.used.insert(order);
        }
        for column in 0..self.sample.looks.len() {
            if self.used.contains(&column) {
                continue;
            }
            let look = self.counts_of(column);
            if look.value_sort() == ValueSort::Empty {
                self.empty.push(column);
            } else if let Some(secret) = look.find_secret().or(look.find_promised_secret()) {
                self.dropped.push((column, secret));
            }
        }
    }

    /// Whether a column may fill a role. Personal data may only be the line or the key (as a
    /// pseudonym), or say who approved something.
    fn may_fill(&self, role: ColumnRole, column: usize) -> bool {
        let pseudonym = is_pseudonymised(role);
        pseudonym || role.is_moment() || self.counts_of(column).find_secret().is_none()
    }

    pub(super) fn counts_of(&self, column: usize) -> &'a ColumnCounts {
        &self.sample.looks[column]
    }

    pub(super) fn find_given(&self, role: ColumnRole) -> Option<(RoleOrigin, RoleReason)> {
        let &(origin, reason) = self.plan.given.get(&role)?;
        self.used.contains(&origin.first_column()).then_some((origin, reason))
    }

    /// Says which event counts, where rows are events: not every event has every value.
    pub(super) fn write_take(&mut self, event: &str) {
        match self.plan.rows {
            RowMeaning::Cases => {}
            RowMeaning::Events | RowMeaning::EventsBy(_) => {
                self.draft.add_toml(format!("take = \"{event}\""));
            }
        }
    }
}

/// Whether the values of a role are only ever kept as pseudonyms, because they point to a person.
pub(super) fn is_pseudonymised(role: ColumnRole) -> bool {
    match role {
        ColumnRole::Column("line" | "source_key" | "excluded_by")
        | ColumnRole::PauseRequestedBy
        | ColumnRole::PauseApprovedBy => true,
        ColumnRole::Column(_)
        | ColumnRole::PauseFrom
        | ColumnRole::PauseTo
        | ColumnRole::PauseReason => false,
    }
}

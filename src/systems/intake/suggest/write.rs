//! Writes the draft from the plan: every column of the source fills one of ours, is kept as an
//! extra, is dropped or is replaced by a pseudonym, and a comment says why.

use std::collections::BTreeSet;

use trueline_lake::DatasetSchema;
use trueline_language::text;

use super::draft::{MappingDraft, quote_key, quote_string};
use super::look::{ColumnCounts, ValueSort};
use super::plan::{RoleOrigin, RowMeaning};
use super::roles::ColumnRole;
use super::values::{DateLayout, DayPosition};
use super::writer::{MappingWriter, is_pseudonymised};

impl MappingWriter<'_> {
    pub(super) fn write_draft(mut self, schema: &DatasetSchema) -> MappingDraft {
        self.settle_columns();
        self.write_head();
        for column in &schema.columns {
            self.write_column(column.name);
        }
        self.write_column("revised");
        self.write_pause();
        self.write_events();
        self.write_extras();
        self.draft
    }

    fn write_pause(&mut self) {
        let Some((from, _)) = self.find_given(ColumnRole::PauseFrom) else {
            return;
        };
        self.draft.add_blank();
        self.draft.add_comment(text!(
            "挂起：是否扣除由指标包决定，这里只如实记录。",
            "Pauses, as they were; whether they are subtracted is for the pack to say."
        ));
        self.draft.add_toml("[[intervals]]");
        self.draft.add_toml("kind = \"paused\"");
        self.draft.add_toml(format!("from = {{ {} }}", self.list_moment_lines(from).join(", ")));
        if let Some((to, _)) = self.find_given(ColumnRole::PauseTo) {
            self.draft.add_toml(format!("to = {{ {} }}", self.list_moment_lines(to).join(", ")));
        }
        let parts = [
            (ColumnRole::PauseReason, "reason"),
            (ColumnRole::PauseRequestedBy, "requested_by"),
            (ColumnRole::PauseApprovedBy, "approved_by"),
        ];
        for (role, name) in parts {
            if let Some((origin, _)) = self.find_given(role) {
                let header = quote_string(&self.counts_of(origin.first_column()).header);
                let hidden = if is_pseudonymised(role) { ", pseudonymise = true" } else { "" };
                self.draft.add_toml(format!("{name} = {{ from = {header}{hidden} }}"));
            }
        }
    }

    fn write_events(&mut self) {
        let order = match self.plan.rows {
            RowMeaning::Cases => return,
            RowMeaning::Events => None,
            RowMeaning::EventsBy(order) => Some(order),
        };
        let Some((key, _)) = self.find_given(ColumnRole::Column("source_key")) else {
            return;
        };
        let look = self.counts_of(key.first_column());
        let (rows, cases) = (look.filled, look.count_distinct());
        self.draft.add_blank();
        self.draft.add_comment(text!(
            "{rows} 行属于约 {cases} 个工单：每行是一个事件，各列取最后一个有值的事件。",
            "{rows} rows belong to about {cases} cases: rows are events; the last value counts."
        ));
        if order.is_none() {
            self.draft.add_question(text!(
                "没有找到事件的次序列，暂按文件中的先后。",
                "No column orders the events; the order of the file stands in."
            ));
        }
        self.draft.add_table("events");
        self.draft.add_toml(format!("key = {}", quote_string(&look.header)));
        if let Some(order) = order {
            let look = self.counts_of(order);
            self.draft.add_toml(format!("order = {}", quote_string(&look.header)));
            if look.is_moment() {
                self.draft.add_toml("order_kind = \"moment\"");
                let order = self.plan.order.unwrap_or(DayPosition::DayFirst);
                if let Some(format) = look.find_date_format(order) {
                    self.draft.add_toml(format!("format = {}", quote_string(&format)));
                }
            }
        }
    }

    fn write_extras(&mut self) {
        let mut names = BTreeSet::new();
        for column in 0..self.sample.looks.len() {
            let gone = self.dropped.iter().any(|&(at, _)| at == column);
            if self.used.contains(&column) || gone || self.empty.contains(&column) {
                continue;
            }
            // The time of a date that became an extra goes with it.
            let date = self.plan.times.iter().find(|&(_, &time)| time == column);
            if date.is_some_and(|(date, _)| !self.used.contains(date)) {
                continue;
            }
            let look = self.counts_of(column);
            self.draft.add_blank();
            self.show_values(look);
            let name = choose_extra_name(&look.header, &mut names);
            self.draft.add_table(&format!("extras.{}", quote_key(&name)));
            self.draft.add_toml(format!("kind = \"{}\"", choose_extra_kind(look)));
            if look.is_moment() {
                let origin = self
                    .plan
                    .times
                    .get(&column)
                    .map_or(RoleOrigin::Column(column), |&time| RoleOrigin::Pair(column, time));
                for line in self.list_moment_lines(origin) {
                    self.draft.add_toml(line);
                }
            } else {
                self.draft.add_toml(format!("from = {}", quote_string(&look.header)));
            }
            self.write_take("last_present");
        }
    }
}

/// The kind of value of an extra. Numbers with leading zeros are codes.
fn choose_extra_kind(look: &ColumnCounts) -> &'static str {
    let coded = look.values.keys().any(|value| value.len() > 1 && value.starts_with('0'));
    match look.value_sort() {
        ValueSort::Dates(DateLayout::TimeOnly) | ValueSort::Words | ValueSort::Empty => "label",
        ValueSort::Dates(DateLayout::YearFirst | DateLayout::YearLast | DateLayout::MonthName) => {
            "moment"
        }
        ValueSort::Whole if !coded && look.is_short_number() => "integer",
        ValueSort::Number => "number",
        ValueSort::Whole if !look.many => "label",
        ValueSort::Whole | ValueSort::Texts => "text",
    }
}

fn choose_extra_name(header: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = String::from("x_");
    for letter in header.chars() {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    let mut name = name.trim_end_matches('_').to_owned();
    if name.len() < 3 {
        "x_column".clone_into(&mut name);
    }
    let stem = name.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{stem}_{number}");
        number += 1;
    }
    name
}

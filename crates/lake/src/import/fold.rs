//! Folds rows that are events into cases: one row per key, its columns from the events that the
//! mapping names, its stretches of time from changes of state.
//!
//! A case is accepted as a whole or not at all, because a figure from half of its events would be
//! wrong.

use super::column::{ColumnData, ListRecords, NULL_INTEGER, NULL_LABEL};
use super::event_cells::EventCells;
use super::fragment::Fragment;
use super::labels::JoinedLabels;
use super::order::RowAt;
use super::plan::ReadPlan;
use super::reason::RefusalReason;
use super::refused::{RefusedRow, RefusedRows};
use super::rows::SourceRows;
use crate::mapping::{BoundStateRule, TakeEvent};
use crate::schema::ValueKind;

/// Cases per fragment.
const CASES: usize = 65_536;

/// The events of all cases, sorted by case and order.
pub(crate) struct FoldedCases {
    /// Refused rows, by fragment and row of the events.
    pub(crate) refused: RefusedRows,
    events: Vec<RowAt>,
    /// Where the events of each accepted case begin and end.
    cases: Vec<(usize, usize)>,
    /// The first case of each fragment of cases.
    starts: Vec<usize>,
    /// The lines of the events, by fragment and row.
    lines: Vec<Vec<i64>>,
}

impl FoldedCases {
    /// The events of a case.
    pub(crate) fn events_of(&self, case: RowAt) -> &[RowAt] {
        let (from, to) = self.cases[self.starts[case.fragment as usize] + case.row as usize];
        &self.events[from..to]
    }
}

impl SourceRows {
    /// All refused rows, including the events of cases that clash.
    pub(crate) fn collect_refused_events(&self, folded: &FoldedCases) -> RefusedRows {
        let mut refused = folded.refused.clone();
        for (case, reason) in &self.clashes {
            for at in folded.events_of(*case) {
                let problems = vec![(String::new(), String::new(), *reason)];
                let row = RefusedRow {
                    row: at.row,
                    line: folded.lines[at.fragment as usize][at.row as usize] as u64,
                    record: Box::default(),
                    sheet: None,
                    problems,
                };
                refused.insert((at.fragment, at.row), row);
            }
        }
        refused
    }

    /// Replaces event rows by case rows.
    pub(crate) fn fold_events(&mut self, plan: &ReadPlan<'_>) -> Option<FoldedCases> {
        plan.bound.events.as_ref()?;
        let mut refused = self.collect_refused();
        let events = self.sort_events();
        let mut cases = Vec::new();
        let mut from = 0;
        while from < events.len() {
            let key = self.event_key(events[from]);
            let rest = &events[from..];
            let same = rest.iter().take_while(|at| self.event_key(**at) == key).count();
            let group = &events[from..from + same];
            let bad = group.iter().find_map(|at| refused.get(&(at.fragment, at.row)));
            let bad = match bad {
                Some(bad) => Some(bad.line),
                None => self.refuse_flawed_case(plan, group, &mut refused),
            };
            match bad {
                None => cases.push((from, from + same)),
                Some(_) if key.is_empty() => {}
                Some(line) => self.refuse_others(group, line, &mut refused),
            }
            from += same;
        }
        // A case belongs to the file of its first event.
        cases.sort_by_key(|(from, _)| self.file_of(events[*from]));
        let mut folded =
            FoldedCases { refused, events, cases, starts: Vec::new(), lines: Vec::new() };
        let cases = self.build_cases(plan, &mut folded);
        let events = std::mem::replace(&mut self.fragments, cases);
        folded.lines = events.into_iter().map(|fragment| fragment.lines).collect();
        Some(folded)
    }

    /// Refuses a case whose events are each valid but do not fit together. Returns the offending
    /// line.
    fn refuse_flawed_case(
        &self,
        plan: &ReadPlan<'_>,
        group: &[RowAt],
        refused: &mut RefusedRows,
    ) -> Option<u64> {
        let mut problems = Vec::new();
        let mut blamed = group[0];
        for (slot, bound) in plan.bound.targets.iter().enumerate() {
            let value = |at: RowAt| &self.fragments[at.fragment as usize].columns[slot];
            let chosen = self.choose_event(slot, bound.target.take, group);
            if bound.target.required && chosen.is_none_or(|at| value(at).is_null(at.row as usize)) {
                let name = plan.source_name(bound.input.first_column(), &bound.target.name);
                problems.push((name, String::new(), RefusalReason::Missing));
            }
        }
        let rules = plan.bound.events.iter().flat_map(|events| &events.states);
        for (rule, states) in rules.enumerate().filter(|_| problems.is_empty()) {
            let time = |at: RowAt| self.state_at(rule, at).1;
            let wrong = self.find_stretches(rule, group).into_iter().find_map(|(_, from, to)| {
                let to = to?;
                (time(to) < time(from)).then_some(to)
            });
            if let Some(at) = wrong {
                blamed = at;
                let name = plan.source_name(states.at.input.first_column(), "at");
                let list = plan.schema.lists[states.list].name;
                problems.push((name, String::new(), RefusalReason::EndsFirst { list }));
                break;
            }
        }
        if problems.is_empty() {
            return None;
        }
        let line = self.line_of(blamed);
        let row =
            RefusedRow { row: blamed.row, line, record: Box::default(), sheet: None, problems };
        refused.insert((blamed.fragment, blamed.row), row);
        Some(line)
    }

    fn refuse_others(&self, group: &[RowAt], line: u64, refused: &mut RefusedRows) {
        for at in group {
            refused.entry((at.fragment, at.row)).or_insert_with(|| RefusedRow {
                row: at.row,
                line: self.line_of(*at),
                record: Box::default(),
                sheet: None,
                problems: vec![(String::new(), String::new(), RefusalReason::OtherEvent { line })],
            });
        }
    }

    fn event_cells(&self, at: RowAt) -> Option<&EventCells> {
        self.fragments[at.fragment as usize].event.as_ref()
    }

    fn event_key(&self, at: RowAt) -> &str {
        let key = self.event_cells(at).and_then(|event| event.key.get(at.row as usize));
        key.unwrap_or_default()
    }

    fn sort_events(&self) -> Vec<RowAt> {
        use rayon::slice::ParallelSliceMut;
        let mut events: Vec<RowAt> = Vec::with_capacity(self.read as usize);
        for (index, fragment) in self.fragments.iter().enumerate() {
            events
                .extend((0..fragment.rows as u32).map(|row| RowAt { fragment: index as u32, row }));
        }
        let order =
            |at: RowAt| self.event_cells(at).map_or(0, |event| event.order[at.row as usize]);
        events.par_sort_by(|a, b| {
            let keys = self.event_key(*a).cmp(self.event_key(*b));
            keys.then_with(|| order(*a).cmp(&order(*b)))
                .then_with(|| (a.fragment, a.row).cmp(&(b.fragment, b.row)))
        });
        events
    }

    fn build_cases(&mut self, plan: &ReadPlan<'_>, folded: &mut FoldedCases) -> Vec<Fragment> {
        let mut precisions: Vec<String> = Vec::new();
        let mut fragments = Vec::new();
        let file = |case: &(usize, usize)| self.file_of(folded.events[case.0]);
        let files = folded.cases.chunk_by(|a, b| file(a) == file(b));
        for part in files.flat_map(|file| file.chunks(CASES)) {
            folded.starts.push(fragments.iter().map(|known: &Fragment| known.rows).sum());
            let groups: Vec<&[RowAt]> =
                part.iter().map(|(from, to)| &folded.events[*from..*to]).collect();
            fragments.push(self.case_fragment(plan, fragments.len(), &groups, &mut precisions));
        }
        let slot = plan.precision_slot();
        // Every earlier thread keeps its place; the cases take the last one.
        let empty: Vec<&[String]> = vec![&[]; self.threads];
        let threads: Vec<&[String]> = empty.into_iter().chain([precisions.as_slice()]).collect();
        self.labels[slot] = JoinedLabels::new(&threads);
        fragments
    }

    fn case_fragment(
        &self,
        plan: &ReadPlan<'_>,
        number: usize,
        groups: &[&[RowAt]],
        precisions: &mut Vec<String>,
    ) -> Fragment {
        let mut columns = Vec::new();
        let mut chosen_moments: Vec<Vec<Option<RowAt>>> = vec![Vec::new(); plan.moment_count()];
        for (slot, bound) in plan.bound.targets.iter().enumerate() {
            let mut data = ColumnData::new(bound.target.kind, groups.len());
            for group in groups {
                let chosen = self.choose_event(slot, bound.target.take, group);
                self.push_value(&mut data, slot, chosen);
                if let Some(moment) = plan.precision_place(slot) {
                    chosen_moments[moment].push(chosen);
                }
            }
            columns.push(data);
        }
        let first = |group: &&[RowAt]| self.line_of(group[0]) as i64;
        Fragment {
            file: groups.first().map_or(0, |group| self.file_of(group[0])),
            thread: self.threads,
            number,
            rows: groups.len(),
            columns,
            lists: self.case_lists(plan, groups),
            precision: self.case_precision(plan, groups.len(), &chosen_moments, precisions),
            lines: groups.iter().map(first).collect(),
            notes: Vec::new(),
            unread: Vec::new(),
            refused: Vec::new(),
            sheet: None,
            event: None,
        }
    }

    /// The event that gives a column its value; `None` if no event has one.
    fn choose_event(&self, slot: usize, take: TakeEvent, group: &[RowAt]) -> Option<RowAt> {
        let data = |at: &RowAt| &self.fragments[at.fragment as usize].columns[slot];
        let present = |at: &&RowAt| !data(at).is_null(at.row as usize);
        let rank = |at: &RowAt| match data(at) {
            ColumnData::Integer(values) => values[at.row as usize],
            // Orders numbers by their bits, mirrored below zero.
            ColumnData::Number(bits) => {
                let bits = bits[at.row as usize] as i64;
                bits ^ ((bits >> 63) & i64::MAX)
            }
            ColumnData::Boolean(values) => i64::from(values[at.row as usize]),
            ColumnData::Label(codes) => {
                let thread = self.fragments[at.fragment as usize].thread;
                i64::from(self.labels[slot].code_of(thread, codes[at.row as usize]))
            }
            ColumnData::Text(_) => 0,
        };
        let text = |at: &RowAt| match data(at) {
            ColumnData::Text(texts) => texts.get(at.row as usize),
            ColumnData::Label(_)
            | ColumnData::Integer(_)
            | ColumnData::Number(_)
            | ColumnData::Boolean(_) => None,
        };
        let value = |at: &&RowAt| (rank(at), text(at));
        match take {
            TakeEvent::First => group.first().copied(),
            TakeEvent::Last => group.last().copied(),
            TakeEvent::Any => group.iter().find(present).copied(),
            TakeEvent::LastPresent => group.iter().rfind(present).copied(),
            TakeEvent::Min => group.iter().filter(present).min_by_key(value).copied(),
            TakeEvent::Max => group.iter().filter(present).max_by_key(value).copied(),
        }
    }

    fn push_value(&self, to: &mut ColumnData, slot: usize, chosen: Option<RowAt>) {
        let Some(at) = chosen else {
            to.push_null();
            return;
        };
        let fragment = &self.fragments[at.fragment as usize];
        match (to, &fragment.columns[slot]) {
            (ColumnData::Label(to), ColumnData::Label(from)) => {
                to.push(self.labels[slot].code_of(fragment.thread, from[at.row as usize]));
            }
            (to, from) => to.push_from(from, at.row as usize),
        }
    }

    fn case_precision(
        &self,
        plan: &ReadPlan<'_>,
        cases: usize,
        chosen: &[Vec<Option<RowAt>>],
        precisions: &mut Vec<String>,
    ) -> ColumnData {
        let slot = plan.precision_slot();
        let mut codes = Vec::with_capacity(cases);
        for case in 0..cases {
            let letter = |moment: usize| {
                let at = chosen[moment].get(case).copied().flatten()?;
                let fragment = &self.fragments[at.fragment as usize];
                let ColumnData::Label(own) = &fragment.precision else {
                    return None;
                };
                let code = self.labels[slot].code_of(fragment.thread, own[at.row as usize]);
                self.labels[slot].texts[code as usize].chars().nth(moment)
            };
            let word: String =
                (0..chosen.len()).map(|moment| letter(moment).unwrap_or('-')).collect();
            let known = precisions.iter().position(|known| *known == word);
            codes.push(known.unwrap_or_else(|| {
                precisions.push(word);
                precisions.len() - 1
            }) as i32);
        }
        ColumnData::Label(codes)
    }

    fn case_lists(&self, plan: &ReadPlan<'_>, groups: &[&[RowAt]]) -> Vec<ListRecords> {
        let mut lists = Vec::new();
        for (at, list) in plan.schema.lists.iter().enumerate() {
            let mut records = ListRecords {
                ends: Vec::with_capacity(groups.len()),
                columns: list.columns.iter().map(|c| ColumnData::new(c.kind, 0)).collect(),
            };
            for group in groups {
                if let Some(last) = group.last() {
                    self.copy_records(plan, at, *last, &mut records);
                }
                let rules = plan.bound.events.iter().flat_map(|events| &events.states);
                for (rule, states) in rules.enumerate() {
                    if states.list == at {
                        self.state_records(plan, (rule, states), group, &mut records);
                    }
                }
                let count = records.columns.first().map_or(0, ColumnData::len);
                records.ends.push(count as u32);
            }
            lists.push(records);
        }
        lists
    }

    fn copy_records(&self, plan: &ReadPlan<'_>, list: usize, at: RowAt, to: &mut ListRecords) {
        let fragment = &self.fragments[at.fragment as usize];
        let from = &fragment.lists[list];
        for record in from.record_range(at.row as usize) {
            for (index, (to, from)) in to.columns.iter_mut().zip(&from.columns).enumerate() {
                match (to, from) {
                    (ColumnData::Label(to), ColumnData::Label(from)) => {
                        let labels = &self.labels[plan.list_slot(list, index)];
                        to.push(labels.code_of(fragment.thread, from[record]));
                    }
                    (to, from) => to.push_from(from, record),
                }
            }
        }
    }

    /// Appends a record for each stretch of events in one of the rule's states.
    fn state_records(
        &self,
        plan: &ReadPlan<'_>,
        (rule, states): (usize, &BoundStateRule),
        group: &[RowAt],
        to_records: &mut ListRecords,
    ) {
        let time = |at: RowAt| self.state_at(rule, at).1;
        for (inside, from, to) in self.find_stretches(rule, group) {
            let until = to.map_or(NULL_INTEGER, time);
            self.append_stretch(plan, (states, inside), (time(from), until), to_records);
        }
    }

    /// The state and the time that an event gives for a rule.
    fn state_at(&self, rule: usize, at: RowAt) -> (i32, i64) {
        self.event_cells(at).map_or((-1, NULL_INTEGER), |event| {
            let (states, times) = &event.states[rule];
            (states[at.row as usize], times[at.row as usize])
        })
    }

    /// The stretches of events in one of a rule's states: the state, and the events that begin and
    /// end it.
    fn find_stretches(&self, rule: usize, group: &[RowAt]) -> Vec<(i32, RowAt, Option<RowAt>)> {
        let mut found: Vec<(i32, RowAt, Option<RowAt>)> = Vec::new();
        for at in group {
            let state = self.state_at(rule, *at).0;
            let inside = match found.last_mut() {
                Some((inside, _, to @ None)) if *inside != state => {
                    *to = Some(*at);
                    false
                }
                Some((_, _, to)) => to.is_none(),
                None => false,
            };
            if !inside && state >= 0 {
                found.push((state, *at, None));
            }
        }
        found
    }

    fn append_stretch(
        &self,
        plan: &ReadPlan<'_>,
        (rule, state): (&BoundStateRule, i32),
        (from, until): (i64, i64),
        to: &mut ListRecords,
    ) {
        let constants = &rule.states[state as usize].1;
        let mut times = [from, until].into_iter();
        for (at, column) in to.columns.iter_mut().enumerate() {
            let constant = constants.get(at).and_then(Option::as_deref);
            let moment = plan.schema.lists[rule.list].columns[at].kind == ValueKind::Moment;
            match (column, constant) {
                // The first moment of a list is where a stretch starts, the second where it ends.
                (ColumnData::Integer(values), _) if moment => {
                    values.push(times.next().unwrap_or(NULL_INTEGER));
                }
                (ColumnData::Label(codes), Some(text)) => {
                    let texts = &self.labels[plan.list_slot(rule.list, at)].texts;
                    let found = texts.binary_search_by(|known| known.as_str().cmp(text));
                    codes.push(found.map_or(NULL_LABEL, |code| code as i32));
                }
                (ColumnData::Text(texts), Some(text)) => texts.push(text),
                (column, _) => column.push_null(),
            }
        }
    }
}

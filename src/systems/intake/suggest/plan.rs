//! Which column of a file fills which column of the dataset, and why.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::look::{ColumnCounts, ValueSort};
use super::roles::{ColumnRole, find_candidates, have_same_stem, normalize_header};
use super::values::{DayPosition, read_date_or_time};

/// How many rows of the sample are kept whole, to see which moment comes first.
pub(super) const ROWS_KEPT: usize = 2_000;
/// A moment comes before another if it does so in this share of the rows.
const BEFORE_SHARE: f64 = 0.95;
/// That is judged only if both are filled in this many rows.
const BEFORE_ROWS_MIN: u64 = 10;
/// If more than this share of the rows repeat a key, the rows are events of the cases it names.
const EVENTS_SHARE: f64 = 0.05;
/// With fewer rows, a column without a telling name is not taken for a key.
const KEY_ROWS_MIN: u64 = 20;

/// Where a role's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleOrigin {
    Column(usize),
    /// A date and its time of day.
    Pair(usize, usize),
}

impl RoleOrigin {
    pub(super) fn first_column(self) -> usize {
        match self {
            RoleOrigin::Column(column) | RoleOrigin::Pair(column, _) => column,
        }
    }
}

/// Why a column was given a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleReason {
    Name,
    /// Its moments come before (or after) the others.
    Order,
    Values,
}

/// What one row of the file is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum RowMeaning {
    #[default]
    Cases,
    /// Events of a case, in the order of the file.
    Events,
    /// Events of a case, ordered by a column.
    EventsBy(usize),
}

/// The roles that columns were given.
#[derive(Debug, Default)]
pub(super) struct MappingPlan {
    pub(super) given: BTreeMap<ColumnRole, (RoleOrigin, RoleReason)>,
    /// Columns used as the time of a date column.
    pub(super) times: HashMap<usize, usize>,
    pub(super) order: Option<DayPosition>,
    pub(super) rows: RowMeaning,
}

/// What the columns of a sample hold, and the rows that were kept.
#[derive(Debug)]
pub(super) struct ColumnSample {
    pub(super) looks: Vec<ColumnCounts>,
    pub(super) kept: Vec<Vec<String>>,
}

impl MappingPlan {
    fn find_origin(&self, column: usize) -> RoleOrigin {
        self.times
            .get(&column)
            .map_or(RoleOrigin::Column(column), |&time| RoleOrigin::Pair(column, time))
    }

    fn read_moment(&self, row: &[String], column: usize) -> Option<i64> {
        let order = self.order.unwrap_or(DayPosition::DayFirst);
        let date = read_date_or_time(row.get(column)?)?.to_wall_seconds(order);
        let time =
            self.times.get(&column).and_then(|&time| read_date_or_time(row.get(time)?)?.clock);
        Some(date + i64::from(time.unwrap_or_default()))
    }
}

impl ColumnSample {
    pub(super) fn plan_roles(&self) -> MappingPlan {
        let mut plan = MappingPlan { order: self.find_day_order(), ..MappingPlan::default() };
        self.pair_times(&mut plan);
        self.assign_by_name(&mut plan);
        self.assign_by_order(&mut plan);
        self.find_key(&mut plan);
        plan
    }

    /// The order that most of the rows that decide it agree on.
    fn find_day_order(&self) -> Option<DayPosition> {
        let count = |order: DayPosition| {
            let deciding = self.looks.iter().filter(|look| look.find_day_order() == Some(order));
            deciding.map(|look| look.day_first + look.month_first).sum::<u64>()
        };
        let (day, month) = (count(DayPosition::DayFirst), count(DayPosition::MonthFirst));
        match day.cmp(&month) {
            std::cmp::Ordering::Greater => Some(DayPosition::DayFirst),
            std::cmp::Ordering::Less => Some(DayPosition::MonthFirst),
            std::cmp::Ordering::Equal => None,
        }
    }

    fn pair_times(&self, plan: &mut MappingPlan) {
        for (time, look) in self.looks.iter().enumerate() {
            if !look.is_time_only() {
                continue;
            }
            let free =
                |date: &usize| self.looks[*date].is_date_only() && !plan.times.contains_key(date);
            let by_name = (0..self.looks.len())
                .filter(free)
                .find(|&date| have_same_stem(&self.looks[date].header, &look.header));
            let before = (0..time).rev().find(free);
            if let Some(date) = by_name.or(before) {
                plan.times.insert(date, time);
            }
        }
    }

    fn assign_by_name(&self, plan: &mut MappingPlan) {
        let mut wishes: Vec<(usize, usize, ColumnRole)> = Vec::new();
        for (column, look) in self.looks.iter().enumerate() {
            for (rank, role) in find_candidates(&look.header) {
                let fits = role.is_moment() == look.is_moment() && suits_role(role, look);
                if look.value_sort() != ValueSort::Empty && fits {
                    wishes.push((rank, column, role));
                }
            }
        }
        wishes.sort_unstable();
        let mut taken: Vec<usize> = Vec::new();
        for (_, column, role) in wishes {
            if !plan.given.contains_key(&role) && !taken.contains(&column) {
                taken.push(column);
                let origin = plan.find_origin(column);
                plan.given.insert(role, (origin, RoleReason::Name));
            }
        }
    }

    /// Assigns moments that no name explains: the first of all is the acceptance, the last is the
    /// end.
    fn assign_by_order(&self, plan: &mut MappingPlan) {
        let used: Vec<usize> =
            plan.given.values().map(|(origin, _)| origin.first_column()).collect();
        let moments: Vec<usize> =
            (0..self.looks.len()).filter(|&column| self.looks[column].is_moment()).collect();
        let free = |column: &&usize| !used.contains(*column);
        let accepted = ColumnRole::Column("accepted");
        let mut start = plan.given.get(&accepted).map(|(origin, _)| origin.first_column());
        if start.is_none() {
            let first = moments.iter().filter(free).find(|&&one| {
                moments.iter().all(|&other| other == one || self.comes_before(plan, one, other))
            });
            if let Some(&first) = first {
                let origin = plan.find_origin(first);
                plan.given.insert(accepted, (origin, RoleReason::Order));
                start = Some(first);
            }
        }
        let ended = ["resolved", "closed"]
            .iter()
            .any(|name| plan.given.contains_key(&ColumnRole::Column(name)));
        if ended {
            return;
        }
        let last = moments.iter().filter(free).rev().find(|&&one| {
            start.is_some_and(|start| start != one && self.comes_before(plan, start, one))
        });
        if let Some(&last) = last {
            let origin = plan.find_origin(last);
            plan.given.insert(ColumnRole::Column("resolved"), (origin, RoleReason::Order));
        }
    }

    fn comes_before(&self, plan: &MappingPlan, one: usize, other: usize) -> bool {
        let (mut both, mut before) = (0_u64, 0_u64);
        for row in &self.kept {
            let pair = (plan.read_moment(row, one), plan.read_moment(row, other));
            if let (Some(first), Some(second)) = pair {
                both += 1;
                before += u64::from(first <= second);
            }
        }
        both >= BEFORE_ROWS_MIN.min(self.kept.len() as u64)
            && before as f64 >= BEFORE_SHARE * both as f64
    }

    /// Finds the key. If a column with the name of a key is not unique, rows are events; without
    /// such a name, any unique short column is the key.
    fn find_key(&self, plan: &mut MappingPlan) {
        let role = ColumnRole::Column("source_key");
        let named = plan.given.get(&role).map(|&(origin, _)| origin.first_column());
        if let Some(key) = named {
            let look = &self.looks[key];
            let repeated = look.filled.saturating_sub(look.count_distinct());
            if repeated as f64 > EVENTS_SHARE * look.filled as f64 && self.repeats_differ(key) {
                plan.rows =
                    self.find_event_order(plan).map_or(RowMeaning::Events, RowMeaning::EventsBy);
            }
            return;
        }
        let used: Vec<usize> =
            plan.given.values().map(|(origin, _)| origin.first_column()).collect();
        let numbers_cases = (0..self.looks.len()).find(|column| {
            let look = &self.looks[*column];
            let plain = !look.is_moment()
                && look.value_sort() != ValueSort::Number
                && look.find_secret().is_none();
            look.is_unique()
                && look.filled >= KEY_ROWS_MIN
                && look.empty == 0
                && plain
                && !used.contains(column)
        });
        if let Some(column) = numbers_cases {
            plan.given.insert(role, (RoleOrigin::Column(column), RoleReason::Values));
        }
    }

    /// Whether rows of one key say different things: a repeated row is not an event.
    fn repeats_differ(&self, key: usize) -> bool {
        let mut first: HashMap<&str, &Vec<String>> = HashMap::new();
        let mut same = 0_u64;
        for row in &self.kept {
            match first.entry(&row[key]) {
                Entry::Vacant(free) => drop(free.insert(row)),
                Entry::Occupied(known) if *known.get() == row => same += 1,
                Entry::Occupied(_) => return true,
            }
        }
        same == 0
    }

    /// The column that orders the events of a case: a sequence number, or when they were written.
    fn find_event_order(&self, plan: &MappingPlan) -> Option<usize> {
        let updated = plan.given.get(&ColumnRole::Column("revised"));
        let numbered = || {
            (0..self.looks.len()).find(|&column| {
                let header = normalize_header(&self.looks[column].header);
                let names = ["modcount", "sequence", "seq", "序号", "环节序号", "version"];
                names.iter().any(|name| header.contains(name))
                    && self.looks[column].value_sort() == ValueSort::Whole
            })
        };
        numbered().or(updated.map(|&(origin, _)| origin.first_column()))
    }
}

/// Whether the values of a column are compatible with the role that its name suggests.
fn suits_role(role: ColumnRole, look: &ColumnCounts) -> bool {
    match role {
        ColumnRole::Column("reopened") => look.value_sort() == ValueSort::Whole,
        ColumnRole::Column("kind" | "area" | "channel" | "service" | "maintainer" | "cause") => {
            !look.many
        }
        ColumnRole::Column("region") => {
            matches!(look.value_sort(), ValueSort::Words | ValueSort::Whole | ValueSort::Texts)
        }
        ColumnRole::Column("source_key") => {
            look.count_distinct() > 1 && look.value_sort() != ValueSort::Number
        }
        ColumnRole::Column(_)
        | ColumnRole::PauseFrom
        | ColumnRole::PauseTo
        | ColumnRole::PauseReason
        | ColumnRole::PauseRequestedBy
        | ColumnRole::PauseApprovedBy => true,
    }
}

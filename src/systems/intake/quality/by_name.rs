//! One counter for each name, up to a limit of names.

/// Names past this number are counted together under [`REST`].
const NAMES_MAX: usize = 64;
/// The name of the counter that they share.
pub(super) const REST: &str = "…";

/// One counter for each name.
#[derive(Debug, Clone)]
pub(super) struct ByName<T> {
    entries: Vec<(String, T)>,
    last: usize,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), last: 0 }
    }
}

impl<T: Default> ByName<T> {
    /// The counter of a name. Rows of one name mostly stand together, so the last counter is tried
    /// first.
    pub(super) fn counter_of(&mut self, name: &str) -> &mut T {
        if self.entries.get(self.last).is_none_or(|(known, _)| known != name) {
            self.last = self.find_or_add(name);
        }
        &mut self.entries[self.last].1
    }

    fn find_or_add(&mut self, name: &str) -> usize {
        let known = |entries: &[(String, T)], name: &str| {
            entries.iter().position(|(known, _)| known == name)
        };
        if let Some(place) = known(&self.entries, name) {
            return place;
        }
        let name = if self.entries.len() < NAMES_MAX { name } else { REST };
        known(&self.entries, name).unwrap_or_else(|| {
            self.entries.push((name.to_owned(), T::default()));
            self.entries.len() - 1
        })
    }

    pub(super) fn merge(&mut self, other: Self, add: impl Fn(&mut T, T)) {
        for (name, counter) in other.entries {
            add(self.counter_of(&name), counter);
        }
    }

    /// Every name with its counter, in the order of the names.
    pub(super) fn list_by_name(&self) -> Vec<(&str, &T)> {
        let mut all: Vec<(&str, &T)> =
            self.entries.iter().map(|(name, counter)| (name.as_str(), counter)).collect();
        all.sort_by_key(|&(name, _)| name);
        all
    }
}

/// Whether a row belongs to the counter of a name; the shared counter fits every row.
pub(super) fn fits_row(name: &str, row: Option<&str>) -> bool {
    name == REST || row.unwrap_or_default() == name
}

//! Distinct names for columns.

/// Adds `#2` to the second column of the same name, and names unnamed columns by position.
pub(crate) fn distinct_names(names: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::HashMap::new();
    let mut out: Vec<String> = Vec::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        let name = name.trim().to_owned();
        let name = if name.is_empty() { format!("column {}", at + 1) } else { name };
        let count = seen.entry(name.clone()).or_insert(0_usize);
        *count += 1;
        out.push(if *count == 1 { name } else { format!("{name}#{count}") });
    }
    out
}

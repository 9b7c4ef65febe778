//! `cargo xtask house`: the counts of the house.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::project::Project;
use crate::rules::{FUNCTION_LINES_MAX, count_arrows_up, count_circles, count_floor_faults};

/// What is counted. Product code only, where nothing else is said.
#[derive(Debug)]
pub(crate) struct House {
    functions: usize,
    one_word: usize,
    types: usize,
    sharing_a_name: usize,
    /// Names of types that stand most often.
    most_shared: Vec<(String, usize)>,
    /// Functions over the limit, tests included.
    long_functions: usize,
    circles: usize,
    /// Uses of a layer that stands above.
    floor_faults: usize,
    /// Arrows that run back up, by folder.
    arrows_up: BTreeMap<String, usize>,
    product_lines: usize,
    test_lines: usize,
}

pub(crate) fn count_house(project: &Project) -> House {
    let functions = project.sources.iter().flat_map(|source| &source.definitions.functions);
    let types = project.sources.iter().flat_map(|source| &source.definitions.types);
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for named in types.filter(|named| !named.in_tests) {
        *names.entry(&named.name).or_default() += 1;
    }
    let product: Vec<_> = functions.clone().filter(|function| !function.in_tests).collect();
    let is_one_word = |name: &str| !name.trim_matches('_').contains('_');
    let mut most_shared: Vec<_> =
        names.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    most_shared.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    most_shared.truncate(8);
    House {
        functions: product.len(),
        one_word: product.iter().filter(|function| is_one_word(&function.name)).count(),
        types: names.values().sum(),
        sharing_a_name: names.values().filter(|count| **count > 1).sum(),
        most_shared,
        long_functions: functions.filter(|function| function.lines > FUNCTION_LINES_MAX).count(),
        circles: count_circles(project),
        floor_faults: count_floor_faults(project),
        arrows_up: count_arrows_up(project),
        product_lines: project.sources.iter().map(|source| source.product_lines).sum(),
        test_lines: project.sources.iter().map(|source| source.test_lines).sum(),
    }
}

impl House {
    pub(crate) fn to_json(&self) -> Value {
        let shared = self.most_shared.iter().map(|(name, count)| format!("{name} {count}"));
        json!({
            "functions": self.functions,
            "one_word": round(self.one_word, self.functions),
            "types": self.types,
            "share_a_name": round(self.sharing_a_name, self.types),
            "functions_over_70_lines": self.long_functions,
            "circles": self.circles,
            "floor_faults": self.floor_faults,
            "arrows_up": self.arrows_up.values().sum::<usize>(),
            "arrows_up_by_folder": self.arrows_up,
            "product": self.product_lines,
            "tests": self.test_lines,
            "tests_per_product": round(self.test_lines, self.product_lines),
            "most_shared": shared.collect::<Vec<_>>(),
        })
    }

    pub(crate) fn to_text(&self) -> String {
        let folders = self.arrows_up.iter().map(|(folder, count)| format!("{folder} {count}"));
        let shared = self.most_shared.iter().map(|(name, count)| format!("{name} {count}"));
        let rows = [
            ("functions", self.functions.to_string()),
            ("named by one word", share(self.one_word, self.functions)),
            ("over 70 lines", self.long_functions.to_string()),
            ("types", self.types.to_string()),
            ("that share a name", share(self.sharing_a_name, self.types)),
            ("most shared", shared.collect::<Vec<_>>().join(", ")),
            ("circles of files", self.circles.to_string()),
            ("uses of a higher floor", self.floor_faults.to_string()),
            ("arrows up in a folder", self.arrows_up.values().sum::<usize>().to_string()),
            ("by folder", folders.collect::<Vec<_>>().join(", ")),
            ("product lines", self.product_lines.to_string()),
            ("test lines", self.test_lines.to_string()),
            ("tests per product", round(self.test_lines, self.product_lines).to_string()),
        ];
        rows.map(|(name, value)| format!("{name:24}{value}")).join("\n")
    }
}

/// A ratio to three places; 0 of nothing.
fn round(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1000.0).round() / 1000.0 }
}

fn share(part: usize, whole: usize) -> String {
    format!("{part} ({:.1} %)", round(part, whole) * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::samples::make_project;

    #[test]
    fn the_house_is_counted_without_its_tests() {
        let project = make_project(&[
            ("src/lib.rs", "mod a;\nmod b;\n"),
            (
                "src/a.rs",
                "struct Place;\nfn read() {}\nfn read_row() {}\n#[cfg(test)]\nmod tests {\nfn one() {} }",
            ),
            ("src/b.rs", "enum Place {}\nfn _x_() {}\n"),
            ("acceptance/a.rs", "fn two() {}\n"),
        ]);
        let counts = count_house(&project).to_json();
        let expected = json!({
            "functions": 3, "one_word": 0.667, "types": 2, "share_a_name": 1.0,
            "functions_over_70_lines": 0, "circles": 0, "floor_faults": 0, "arrows_up": 0,
            "arrows_up_by_folder": {}, "product": 7, "tests": 4, "tests_per_product": 0.571,
            "most_shared": ["Place 2"],
        });
        assert_eq!(counts, expected);
    }

    #[test]
    fn circles_long_functions_and_arrows_up_are_counted() {
        let long = format!("use crate::b::B; pub struct A;\nfn f() {{\n{}}}", "g();\n".repeat(70));
        let project = make_project(&[
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", &long),
            ("src/b.rs", "use crate::a::A; pub struct B;"),
        ]);
        let counts = count_house(&project);
        assert_eq!((counts.long_functions, counts.circles), (1, 1));
        assert_eq!(counts.arrows_up, [("src/".to_owned(), 1)].into());
    }
}

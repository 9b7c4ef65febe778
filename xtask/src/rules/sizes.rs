//! `[function]`, `[parameters]`, `[columns]`, `[size]`: what still fits on a screen and in a head.
//!
//! Functions are measured everywhere, tests included. A file's size is its product code: test-only
//! items, comments and blank lines are not counted.

use crate::finding::Finding;
use crate::project::Project;
use crate::reading::Source;
use crate::reading::lines::measure_columns;

const CODE_LINES_MAX: usize = 600;
pub(crate) const FUNCTION_LINES_MAX: usize = 70;
const PARAMETERS_MAX: usize = 5;
const LINE_COLUMNS_MAX: usize = 100;

pub(super) fn check_sizes(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &project.sources {
        check_functions(source, &mut findings);
        check_columns(source, &mut findings);
        if source.product_lines > CODE_LINES_MAX {
            let text = format!("{} lines of code, at most {CODE_LINES_MAX}", source.product_lines);
            findings.push(Finding::new("size", &source.path, 1, text));
        }
    }
    findings
}

fn check_functions(source: &Source, findings: &mut Vec<Finding>) {
    for function in &source.definitions.functions {
        let name = &function.name;
        if function.lines > FUNCTION_LINES_MAX {
            let text =
                format!("`{name}` has {} lines, at most {FUNCTION_LINES_MAX}", function.lines);
            findings.push(Finding::new("function", &source.path, function.line, text));
        }
        if function.parameters > PARAMETERS_MAX {
            let count = function.parameters;
            let text = format!("`{name}` takes {count} parameters, at most {PARAMETERS_MAX}");
            findings.push(Finding::new("parameters", &source.path, function.line, text));
        }
    }
}

fn check_columns(source: &Source, findings: &mut Vec<Finding>) {
    for (index, line) in source.text.lines().enumerate() {
        let width = measure_columns(line);
        // A text literal stays in one piece, as rustfmt leaves it.
        if width > LINE_COLUMNS_MAX && !source.literals.contains(&(index + 1)) {
            let text = format!("{width} columns, at most {LINE_COLUMNS_MAX}");
            findings.push(Finding::new("columns", &source.path, index + 1, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::run;
    use super::*;

    fn findings_of(text: &str) -> Vec<String> {
        run(check_sizes, &[("src/lib.rs", text)])
    }

    fn function_of(lines: usize) -> String {
        // A line that ends in `);` closes no function.
        format!("fn long() {{\n{}}}\n", "    call(\n    );\n".repeat((lines - 2) / 2))
    }

    #[test]
    fn a_function_is_as_long_as_its_span() {
        assert!(findings_of(&function_of(70)).is_empty());
        let text = "src/lib.rs:1: `long` has 72 lines, at most 70";
        assert_eq!(findings_of(&function_of(72)), [text]);
    }

    #[test]
    fn methods_nested_functions_and_tests_are_measured() {
        for around in
            ["impl A {\n@}", "trait A {\n@}", "fn f() {\n@}", "#[cfg(test)] mod tests {\n@}"]
        {
            let found = findings_of(&around.replace('@', &function_of(72)));
            assert!(found.iter().any(|text| text.contains("`long` has 72")), "{around}");
        }
    }

    #[test]
    fn a_function_takes_five_parameters_beside_itself() {
        let five = "a: u8, b: u8, c: u8, d: u8, e: u8";
        assert!(findings_of(&format!("trait A {{ fn f(&self, {five}); }}")).is_empty());
        let findings = findings_of(&format!("fn f({five}, f: u8) {{}}"));
        assert_eq!(findings, ["src/lib.rs:1: `f` takes 6 parameters, at most 5"]);
    }

    #[test]
    fn a_wide_line_is_found_unless_a_text_makes_it_wide() {
        let chinese = "准".repeat(50);
        assert_eq!(
            findings_of(&format!("// {chinese}")),
            ["src/lib.rs:1: 103 columns, at most 100"]
        );
        assert!(findings_of(&format!("// {}", "x".repeat(97))).is_empty());
        assert!(findings_of(&format!("const A: &str = \"{chinese}\";")).is_empty());
        assert_eq!(findings_of(&format!("// \"{chinese}\"")).len(), 1);
    }

    #[test]
    fn a_file_is_as_large_as_its_product_code() {
        let code = "const A: u8 = 1;\n".repeat(300);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{code}{code}}}\n");
        let comments = "// why\n\n".repeat(300);
        assert!(findings_of(&format!("{code}{tests}{comments}{code}")).is_empty());
        let findings = findings_of(&format!("{code}{tests}{code}fn f() {{}}"));
        assert_eq!(findings, ["src/lib.rs:1: 601 lines of code, at most 600"]);
    }
}

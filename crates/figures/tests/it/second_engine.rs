//! The SQL that explains a figure, run by DuckDB on the same Parquet, gives the same figure.
//!
//! Needs a Python that can import `duckdb`: `TRUELINE_PYTHON`, else `python3`. Without one the test
//! says that it was skipped.

use std::fs::{self, File};
use std::process::Command;

use parquet::arrow::ArrowWriter;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use trueline_figures::{BatchSource, Tally, answer_request, explain_sql};

use crate::rows::{batch, case, dimensions, request};

const RUN_QUERIES: &str = "
import duckdb, json, sys
for query in json.load(open(sys.argv[1])):
    rows = duckdb.sql(query).fetchall()
    print(json.dumps([[None if v is None else str(v) for v in row] for row in rows]))
";

fn python() -> Option<String> {
    let python = std::env::var("TRUELINE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import duckdb"]).output();
    found.ok()?.status.success().then_some(python)
}

/// The columns of the query after the dimensions.
fn columns(tally: &Tally) -> Vec<Option<String>> {
    let number = |value: i128| Some(value.to_string());
    let optional = |value: Option<i64>| value.map(|value| value.to_string());
    let mut found = vec![
        number(tally.n.into()),
        number(tally.sum),
        optional(tally.longest),
        number(tally.late.into()),
    ];
    found.extend(
        [50.0, 80.0, 95.0, 99.0].map(|percent| optional(tally.value_at_percentile(percent))),
    );
    found.extend([
        number(tally.excluded.iter().map(|e| i128::from(e.n)).sum()),
        number(tally.unmeasurable.into()),
        number(tally.without_exclusions.sum),
        number(tally.without_pauses.sum),
    ]);
    found
}

#[test]
fn duckdb_finds_the_same_figures() {
    let Some(python) = python() else {
        println!("skipped: no python with duckdb");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(case(), 400..=400);
    let cases = strategy.new_tree(&mut runner).unwrap().current();
    let made = batch(&cases);
    let path = folder.path().join("rows.parquet");
    let mut writer =
        ArrowWriter::try_new(File::create(&path).unwrap(), made.schema(), None).unwrap();
    writer.write(&made).unwrap();
    writer.close().unwrap();

    let request = request("2020Q1", dimensions());
    let table = format!("read_parquet('{}')", path.display());
    let asked: [&[&str]; 5] = [&[], &["city"], &["month", "side"], &["quarter"], &["note", "city"]];
    let mut queries = Vec::new();
    let mut expected = Vec::new();
    let sources: Vec<Box<dyn BatchSource>> = vec![Box::new(vec![made])];
    let answer = answer_request(&request, &sources).unwrap();
    for definition in &request.definitions {
        for by in asked {
            queries.push(explain_sql(&request, &definition.id, by, &table).unwrap());
            let slices = answer.tallies_by(&definition.id, by).into_iter();
            let in_period = slices.filter(|(slice, tally)| {
                let excluded: u64 = tally.excluded.iter().map(|e| e.n).sum();
                slice.is_empty() || tally.n + tally.unmeasurable + excluded > 0
            });
            let rows: Vec<Vec<Option<String>>> = in_period
                .map(|(slice, tally)| {
                    let keys = by.iter().map(|name| Some(slice[*name].clone()));
                    keys.chain(columns(&tally)).collect()
                })
                .collect();
            expected.push(rows);
        }
    }
    let list = folder.path().join("queries.json");
    fs::write(&list, serde_json::to_string(&queries).unwrap()).unwrap();
    let output = Command::new(python).args(["-c", RUN_QUERIES]).arg(&list).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let text = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = text.lines().collect();
    assert_eq!(found.len(), queries.len());
    for ((line, expected), query) in found.iter().zip(&expected).zip(&queries) {
        let rows: Vec<Vec<Option<String>>> = serde_json::from_str(line).unwrap();
        assert_eq!(&rows, expected, "{query}");
    }
}

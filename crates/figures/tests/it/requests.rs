//! What a request reads, how it slices, and why it is refused.

use trueline_expression::parse_expression;
use trueline_figures::{
    BatchSource, Dimension, DimensionKey, ExclusionRule, FigureMeasure, PlanError, Prepared,
    Request, RunError, SourceError, Tally, answer_request, columns_needed,
};
use trueline_language::{Language, explain_chain, text};

use crate::rows::{Case, DAY, NEW_YEAR, ZONE, batch, dimensions, request};

fn dimension(name: &str, key: DimensionKey) -> Dimension {
    Dimension { name: name.to_owned(), key }
}

fn refusal(request: &Request) -> String {
    match answer_request(request, &[]).unwrap_err() {
        RunError::Plan(error) => error.to_string(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_request_that_makes_no_sense_is_refused_before_any_row() {
    let fine = request("2020Q1", dimensions());
    let mut twice = fine.clone();
    twice.definitions.push(twice.definitions[1].clone());
    assert_eq!(refusal(&twice), "two definitions are called `fix.promise`");
    let mut sliced = fine.clone();
    sliced.dimensions.push(dimension("note", DimensionKey::Column("side".to_owned())));
    assert_eq!(refusal(&sliced), "two dimensions are called `note`");
    let mut far = fine.clone();
    far.dimensions.push(dimension("day", DimensionKey::Day { zone: "Mars/Olympus".to_owned() }));
    assert!(refusal(&far).starts_with("no time zone is called `Mars/Olympus`"));
    let mut unruled = fine;
    if let FigureMeasure::Waited { rule, .. } = &mut unruled.definitions[0].measure {
        rule.zone = "Mars/Olympus".to_owned();
    }
    assert_eq!(refusal(&unruled), "the definition `fix.law` cannot be measured");
    let refused = Prepared::new(&unruled, std::slice::from_ref(&unruled.period));
    assert!(matches!(refused, Err(PlanError::Rule { .. })));
}

#[test]
fn a_request_reads_the_columns_of_its_expressions_and_dimensions_and_no_others() {
    let mut asked = request("2020Q1", vec![dimensions().remove(0)]);
    let all = asked.definitions.clone();
    let mut needed = |ids: &[&str]| {
        asked.definitions = all.iter().filter(|d| ids.contains(&d.id.as_str())).cloned().collect();
        let mut found = columns_needed(&asked);
        found.sort();
        found.join(" ")
    };
    assert_eq!(needed(&["count"]), "accepted note region");
    assert_eq!(needed(&["good"]), "accepted answer note region");
    assert_eq!(needed(&["amount"]), "accepted amount note region");
    assert_eq!(needed(&["ratio", "amount"]), "accepted amount note region");
    assert_eq!(
        needed(&["fix.law"]),
        "accepted cancelled excluded excluded_by intervals kind paid region resolved side"
    );
    // A clock that subtracts nothing does not read the intervals.
    if let FigureMeasure::Waited { subtract, .. } = &mut asked.definitions[0].measure {
        subtract.clear();
    }
    assert!(!columns_needed(&asked).contains(&"intervals".to_owned()));
}

fn moved(region: &'static str, days: i64) -> Case {
    let resolved = NEW_YEAR + days * DAY;
    Case {
        kind: "move",
        region: Some(region),
        accepted: Some(resolved),
        resolved: Some(resolved),
        ..Case::default()
    }
}

fn sliced(key: DimensionKey, cases: &[Case]) -> Vec<(String, u64)> {
    let sources: Vec<Box<dyn BatchSource>> = vec![Box::new(vec![batch(cases)])];
    let asked = request("2020Q1", vec![dimension("by", key)]);
    let answer = answer_request(&asked, &sources).unwrap();
    let slices = answer.tallies_by("fix.law", &["by"]).into_iter();
    slices.map(|(slice, tally)| (slice["by"].clone(), tally.n)).collect()
}

fn pairs(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect()
}

#[test]
fn a_code_is_cut_by_characters_or_by_parts() {
    let cases: Vec<Case> =
        ["11.01.5", "11.01.6", "11.02", "11", "吕梁.离石.3"].map(|code| moved(code, 3)).to_vec();
    let parts = |count| {
        let column = "region".to_owned();
        sliced(DimensionKey::Parts { column, separator: '.', count }, &cases)
    };
    assert_eq!(parts(1), pairs(&[("11", 4), ("吕梁", 1)]));
    assert_eq!(parts(2), pairs(&[("11", 1), ("11.01", 2), ("11.02", 1), ("吕梁.离石", 1)]));
    assert_eq!(parts(0), pairs(&[("", 5)]));
    let prefix = |length| {
        let (column, pad) = ("region".to_owned(), "*".to_owned());
        sliced(DimensionKey::Prefix { column, length, pad }, &cases)
    };
    assert_eq!(prefix(2), pairs(&[("11", 1), ("11*", 3), ("吕梁*", 1)]));
    assert_eq!(prefix(5), pairs(&[("11", 1), ("11.01*", 2), ("11.02", 1), ("吕梁.离石*", 1)]));
}

#[test]
fn days_months_and_quarters_begin_at_midnight_of_their_zone() {
    let zone = || ZONE.to_owned();
    let mut cases: Vec<Case> = [0, 0, 30, 31, 60].map(|days| moved("1", days)).to_vec();
    cases[1].resolved = cases[1].resolved.map(|moment| moment + DAY - 1);
    let months = sliced(DimensionKey::Month { zone: zone() }, &cases);
    assert_eq!(months, pairs(&[("2020-01", 3), ("2020-02", 1), ("2020-03", 1)]));
    assert_eq!(sliced(DimensionKey::Quarter { zone: zone() }, &cases), pairs(&[("2020Q1", 5)]));
    let days = sliced(DimensionKey::Day { zone: zone() }, &cases);
    let expected = [("2020-01-01", 2), ("2020-01-31", 1), ("2020-02-01", 1), ("2020-03-01", 1)];
    assert_eq!(days, pairs(&expected));
    // In Greenwich it is still the day before.
    let days = sliced(DimensionKey::Day { zone: "UTC".to_owned() }, &cases);
    let expected = [
        ("2019-12-31", 1),
        ("2020-01-01", 1),
        ("2020-01-30", 1),
        ("2020-01-31", 1),
        ("2020-02-29", 1),
    ];
    assert_eq!(days, pairs(&expected));
}

/// A source that breaks off after its first batch.
struct Broken;

impl BatchSource for Broken {
    fn read_batches(
        &self,
    ) -> Box<dyn Iterator<Item = Result<arrow_array::RecordBatch, SourceError>> + '_> {
        Box::new(
            [Ok(batch(&[moved("1", 1)])), Err(SourceError::of_foreign("the disk is gone"))]
                .into_iter(),
        )
    }
}

#[test]
fn a_source_that_cannot_be_read_stops_the_run() {
    let sources: Vec<Box<dyn BatchSource>> = vec![Box::new(Broken)];
    let error = answer_request(&request("2020Q1", Vec::new()), &sources).unwrap_err();
    assert!(matches!(error, RunError::Source(_)), "{error}");
}

#[test]
fn a_source_says_in_both_languages_why_it_cannot_be_read() {
    let gone = SourceError::new(text!("磁盘已移除", "the disk is gone"));
    let error = RunError::Source(gone);
    let said = |language| explain_chain(&error, language);
    assert_eq!(said(Language::Chinese), "无法读取数据来源：磁盘已移除");
    assert_eq!(said(Language::English), "a source cannot be read: the disk is gone");
}

fn excluded(exclusions: Vec<ExclusionRule>, case: &Case) -> Vec<(String, u64, u64)> {
    let mut asked = request("2020Q1", Vec::new());
    asked.definitions[0].exclusions = exclusions;
    let sources: Vec<Box<dyn BatchSource>> =
        vec![Box::new(vec![batch(std::slice::from_ref(case))])];
    let tally: Tally = answer_request(&asked, &sources).unwrap().whole_tally("fix.law").unwrap();
    assert_eq!(tally.n + tally.excluded.iter().map(|e| e.n).sum::<u64>(), 1);
    tally.excluded.into_iter().map(|e| (e.reason, e.n, e.without_approver)).collect()
}

#[test]
fn the_first_exclusion_that_holds_and_has_a_reason_leaves_a_case_out() {
    let exclusion = |reason: &str, by: Option<&str>, when: &str| ExclusionRule {
        reason: parse_expression(reason).unwrap(),
        approved_by: by.map(|by| parse_expression(by).unwrap()),
        when: parse_expression(when).unwrap(),
    };
    let case = Case { note: Some("storm"), side: Some("south"), ..moved("1", 1) };
    let by_note = || exclusion("note", None, "true");
    let by_side = || exclusion("'south'", Some("'law'"), "side == 'south'");
    let reason = |reason: &str, unapproved| vec![(reason.to_owned(), 1, unapproved)];
    assert_eq!(excluded(vec![by_note(), by_side()], &case), reason("storm", 1));
    assert_eq!(excluded(vec![by_side(), by_note()], &case), reason("south", 0));
    // Without a reason the case stays in, or the next exclusion is tried.
    let silent = Case { note: None, ..case.clone() };
    assert_eq!(excluded(vec![by_note()], &silent), []);
    assert_eq!(excluded(vec![by_note(), by_side()], &silent), reason("south", 0));
    let never = || exclusion("note", Some("side"), "side == 'north'");
    assert_eq!(excluded(vec![never()], &case), []);
    let approved = || exclusion("join(note, '!')", Some("side"), "present(note)");
    assert_eq!(excluded(vec![never(), approved()], &case), reason("storm!", 0));
}

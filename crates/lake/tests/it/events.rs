//! Rows that are events of a case.

use crate::dataset::Place;

const MAPPING: &str = r#"
[mapping]
dataset = "parcel"
zone = "UTC"
drop = ["who"]
[events]
key = "id"
order = "step"
[[events.states]]
list = "stops"
column = "state"
at = "at"
[events.states.is]
"customs" = { kind = "held", reason = "duty" }
"closed" = { kind = "shut" }
[columns.source]
value = "post"
[columns.number]
from = "id"
[columns.posted]
from = "at"
take = "min"
[columns.delivered]
from = "done"
[columns.grams]
from = "grams"
take = "max"
[columns.note]
from = "note"
take = "any"
[extras.x_state]
from = "state"
[extras.x_first]
from = "state"
take = "first"
"#;

const EVENTS: &str = "id,step,state,at,done,grams,note,who\n\
    B,1,moving,2020-01-01 00:00,,5,,x\n\
    A,2,customs,2020-01-02 08:00,,7,second,x\n\
    A,1,moving,2020-01-01 00:00:00,,5,,y\n\
    A,3,customs,2020-01-02 09:00,,6,third,x\n\
    A,4,moving,2020-01-03 08:00,,6,,x\n\
    A,5,closed,2020-01-04,2020-01-04,6,,x\n";

#[test]
fn a_case_takes_each_column_from_the_event_that_the_mapping_names() {
    let place = Place::new();
    let file = place.file("e.csv", EVENTS);
    let counts = place.import(MAPPING, &file).expect("an import").counts;
    assert_eq!((counts.read, counts.accepted, counts.cases, counts.new), (6, 6, 2, 2));
    let columns = [
        "number",
        "posted",
        "delivered",
        "grams",
        "note",
        "x_state",
        "x_first",
        "precision",
        "stops",
    ];
    assert_eq!(
        place.rows(&columns, None),
        [
            "A|2020-01-01 00:00:00|2020-01-04 00:00:00|7|second|closed|moving|sd|\
             (held 2020-01-02 08:00:00 2020-01-03 08:00:00 duty)(shut 2020-01-04 00:00:00 - -)",
            "B|2020-01-01 00:00:00|-|5|-|moving|moving|m-|",
        ]
    );
}

#[test]
fn a_case_with_a_bad_event_waits_whole() {
    let place = Place::new();
    let file = place.file("e.csv", EVENTS.replace("2020-01-02 09:00", "2020-01-42 09:00"));
    let summary = place.import(MAPPING, &file).expect("an import");
    let counts = summary.counts;
    assert_eq!((counts.read, counts.accepted, counts.quarantined, counts.cases), (6, 1, 5, 1));
    let path = summary.files[0].quarantine.clone().expect("a quarantine file");
    let content = std::fs::read_to_string(path).expect("readable");
    let mended = place.file("m.csv", content.replace("2020-01-42", "2020-01-02"));
    let counts = place.import_at(MAPPING, &mended, 2_000).expect("an import").counts;
    assert_eq!((counts.accepted, counts.cases, counts.new), (5, 1, 1));
    assert_eq!(place.rows(&["number", "grams"], None), ["B|5", "A|7"]);
}

#[test]
fn the_same_events_again_change_nothing() {
    let place = Place::new();
    place.import_at(MAPPING, &place.file("1.csv", EVENTS), 100).expect("an import");
    let more = format!("{EVENTS}B,2,moving,2020-01-05,,9,,x\n");
    let summary = place.import_at(MAPPING, &place.file("2.csv", more), 200).expect("an import");
    assert_eq!((summary.counts.unchanged, summary.counts.revised), (1, 1));
}

/// The columns of the cases that [`EVENTS`] make.
const ALL: [&str; 8] =
    ["number", "posted", "delivered", "grams", "note", "x_state", "x_first", "stops"];

/// Events with those after the first `half` left out, and those that were left out.
fn halves(half: usize) -> (String, String) {
    let (head, lines) = EVENTS.split_once('\n').expect("a header");
    let lines: Vec<&str> = lines.lines().collect();
    let part = |lines: &[&str]| format!("{head}\n{}\n", lines.join("\n"));
    (part(&lines[..half]), part(&lines[half..]))
}

#[test]
fn the_events_of_a_case_are_taken_from_all_files_of_one_command() {
    let whole = Place::new();
    whole.import(MAPPING, &whole.file("e.csv", EVENTS)).expect("an import");
    for half in 1..5 {
        let place = Place::new();
        let (first, second) = halves(half);
        let files = [place.file("1.csv", first), place.file("2.csv", second)];
        let summary = place.import_all(MAPPING, &files, 100).expect("an import");
        assert_eq!(place.rows(&ALL, None), whole.rows(&ALL, None), "{half}");
        let read: Vec<u64> = summary.files.iter().map(|file| file.counts.read).collect();
        assert_eq!(read, [half as u64, 6 - half as u64]);
        assert_eq!((summary.counts.accepted, summary.counts.new), (6, 2));
        let again = place.import_all(MAPPING, &files, 200).expect("an import");
        assert_eq!((again.counts.unchanged, again.files[1].batch.clone()), (2, None));
    }
}

#[test]
fn a_case_with_a_bad_event_in_one_of_two_files_waits_in_both() {
    let place = Place::new();
    let (first, second) = halves(3);
    let files = [place.file("1.csv", first), place.file("2.csv", second.replace("01-03", "01-33"))];
    let summary = place.import_all(MAPPING, &files, 100).expect("an import");
    let refused: Vec<u64> = summary.files.iter().map(|file| file.counts.quarantined).collect();
    assert_eq!((refused, summary.counts.cases), (vec![2, 3], 1));
    let mended: Vec<_> = summary
        .files
        .iter()
        .map(|file| {
            let path = file.quarantine.clone().expect("a quarantine file");
            let content = std::fs::read_to_string(path).expect("readable");
            place.file(&format!("mended {}", file.file), content.replace("01-33", "01-03"))
        })
        .collect();
    let counts = place.import_all(MAPPING, &mended, 200).expect("an import").counts;
    assert_eq!((counts.quarantined, counts.new), (0, 1));
    assert_eq!(place.rows(&["number", "grams"], None), ["B|5", "A|7"]);
}

#[test]
fn half_of_the_events_of_a_known_case_is_no_revision() {
    for half in 3..6 {
        let (first, second) = halves(half);
        for (before, after) in [(&first, &second), (&second, &first)] {
            let place = Place::new();
            place.import_at(MAPPING, &place.file("1.csv", before), 100).expect("an import");
            let known = place.rows(&ALL, None);
            let file = place.file("2.csv", after);
            let summary = place.import_at(MAPPING, &file, 200).expect("an import");
            assert_eq!(summary.counts.revised, 0, "{half}");
            assert_eq!(summary.files[0].reasons[0].reason.kind_name(), "earlier_events", "{half}");
            let kept = place.rows(&ALL, None);
            assert!(known.iter().all(|row| kept.contains(row)), "{half}: {known:?} {kept:?}");
            // Whatever came first, the whole log brings the case in order.
            let files = [place.file("3.csv", &first), place.file("4.csv", &second)];
            let counts = place.import_all(MAPPING, &files, 300).expect("an import").counts;
            assert_eq!((counts.quarantined, counts.revised), (0, 1), "{half}");
        }
    }
}

#[test]
fn a_log_that_grew_is_a_revision() {
    let place = Place::new();
    for events in 1..7 {
        let file = place.file("log.csv", halves(events).0);
        let counts = place.import_at(MAPPING, &file, 100).expect("an import").counts;
        assert_eq!((counts.quarantined, counts.read), (0, events as u64));
    }
}

#[test]
fn a_log_that_is_whole_by_the_word_of_its_mapping_may_change() {
    let place = Place::new();
    let full = MAPPING.replace("[mapping]", "[mapping]\nfull_export = true");
    let (first, second) = halves(3);
    place.import_at(&full, &place.file("1.csv", first), 100).expect("an import");
    let counts = place.import_at(&full, &place.file("2.csv", second), 200).expect("it").counts;
    assert_eq!((counts.quarantined, counts.revised), (0, 1));
}

#[test]
fn a_case_needs_its_columns_and_not_each_of_its_events() {
    let place = Place::new();
    let mapping = MAPPING.replace(
        "[columns.number]\nfrom = \"id\"",
        "[columns.number]\nfrom = \"name\"\ntake = \"any\"",
    );
    let events = "id,name,step,state,at,done,grams,note,who\n\
        1,,1,moving,2020-01-01,,,,x\n\
        1,A,2,moving,2020-01-02,,,,x\n\
        2,,1,moving,2020-01-01,,,,x\n\
        2,,2,moving,2020-01-02,,,,x\n";
    let summary = place.import(&mapping, &place.file("e.csv", events)).expect("an import");
    assert_eq!((summary.counts.accepted, summary.counts.cases), (2, 1));
    assert_eq!(place.rows(&["number", "posted"], None), ["A|2020-01-01 00:00:00"]);
    let kinds: Vec<(&str, &str, u64)> = summary.files[0]
        .reasons
        .iter()
        .map(|count| (count.reason.kind_name(), count.column.as_str(), count.rows))
        .collect();
    assert_eq!(kinds, [("missing", "name", 1), ("other_event", "", 1)]);
}

#[test]
fn a_stretch_that_ends_before_it_begins_is_a_wrong_record() {
    let place = Place::new();
    let file = place.file("e.csv", EVENTS.replace("2020-01-03 08:00", "2020-01-01 08:00"));
    let summary = place.import(MAPPING, &file).expect("an import");
    assert_eq!((summary.counts.quarantined, summary.counts.cases), (5, 1));
    let reasons = &summary.files[0].reasons;
    let wrong = reasons.iter().find(|count| count.reason.kind_name() == "ends_first");
    let wrong = wrong.map(|count| (count.column.as_str(), count.examples.clone()));
    assert_eq!(wrong, Some(("at", vec![(6, String::new())])));
}

#[test]
fn files_of_one_log_must_keep_the_same_columns() {
    let place = Place::new();
    let mapping = MAPPING.replace("drop = [\"who\"]", "rest = \"keep\"");
    let (first, second) = halves(3);
    let files = [place.file("1.csv", first), place.file("2.csv", second.replace(",who", ",whom"))];
    let error = place.import_all(&mapping, &files, 100).expect_err("a refusal").to_string();
    assert!(error.contains("2.csv") && error.contains("different columns"), "{error}");
}

#[test]
fn each_way_to_take_a_column_finds_its_event() {
    let events = "id,step,state,at,done,grams,note,who\n\
        A,1,,2020-01-02 10:00,,,,x\n\
        A,2,,2020-01-03,,5,b,x\n\
        A,3,,2020-01-01 10:00:30,,7,a,x\n\
        A,4,,2020-01-02,,,,x\n";
    let check = |take: &str, expected: &str| {
        let mapping = MAPPING
            .replace("take = \"max\"", &format!("take = \"{take}\""))
            .replace("take = \"min\"", &format!("take = \"{take}\""))
            .replace("take = \"any\"", &format!("take = \"{take}\""));
        let place = Place::new();
        place.import(&mapping, &place.file("e.csv", events)).expect("an import");
        let rows = place.rows(&["posted", "precision", "grams", "note"], None);
        assert_eq!(rows, [expected], "{take}");
    };
    check("first", "2020-01-02 10:00:00|m-|-|-");
    check("last", "2020-01-02 00:00:00|d-|-|-");
    check("any", "2020-01-02 10:00:00|m-|5|b");
    check("last_present", "2020-01-02 00:00:00|d-|7|a");
    check("min", "2020-01-01 10:00:30|s-|5|a");
    check("max", "2020-01-03 00:00:00|d-|7|b");
}

#[test]
fn events_without_a_key_are_refused_alone() {
    let place = Place::new();
    let file = place.file("e.csv", format!("{EVENTS},1,moving,2020-01-01,,5,,x\n"));
    let summary = place.import(MAPPING, &file).expect("an import");
    assert_eq!((summary.counts.quarantined, summary.counts.cases), (1, 2));
    let reason = &summary.files[0].reasons[0];
    assert_eq!((reason.reason.kind_name(), reason.column.as_str()), ("missing", "id"));
}

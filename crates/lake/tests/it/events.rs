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

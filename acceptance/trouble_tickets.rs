//! TM Forum trouble tickets, versions 4 and 5, as a server gives them: one JSON array.

use crate::program::{Folder, trueline};
use serde_json::{Value, json};

/// A ticket that waits for the customer for two hours, and one that is cancelled.
fn tickets(history: &str, date: &str, reason: &str) -> Value {
    let change =
        |status: &str, at: &str, why: Value| json!({ "status": status, date: at, reason: why });
    json!([
        {
            "id": "8937",
            "ticketType": "incident",
            "name": "no dial tone",
            "severity": "Major",
            "status": "closed",
            "creationDate": "2020-03-02T08:00:00+01:00",
            "resolutionDate": "2020-03-02T18:00:00+01:00",
            "lastUpdate": "2020-03-03T09:00:00+01:00",
            "channel": { "id": "1", "name": "Self Care" },
            "relatedEntity": [{ "id": "SUB-1000", "role": "line" }],
            "relatedParty": [{ "id": "77", "name": "Jane Roe", "role": "originator" }],
            history: [
                change("acknowledged", "2020-03-02T08:00:00+01:00", Value::Null),
                change("pending", "2020-03-02T10:00:00+01:00", json!("waiting for the customer")),
                change("inProgress", "2020-03-02T12:00:00+01:00", Value::Null),
                change("resolved", "2020-03-02T18:00:00+01:00", Value::Null),
                change("closed", "2020-03-03T09:00:00+01:00", Value::Null),
            ],
        },
        {
            "id": "8938",
            "ticketType": "complain",
            "status": "cancelled",
            "creationDate": "2020-03-04T08:00:00Z",
            history: [change("cancelled", "2020-03-05T08:00:00Z", Value::Null)],
        },
    ])
}

const PACK: &str = r#"
[pack]
id = "tickets"
version = "1"
title = "Tickets"
zone = "UTC"

[[group]]
id = "all"
title = "All"

[[indicator]]
id = "repair"
group = "all"
title = "Repair"
population = 'kind == "repair" and channel == "Self Care"'
period = "resolved"

[indicator.clock]
start = "accepted"
stop = "resolved"
unit = "h"
subtract = ["paused"]

[[indicator.publish]]
statistic = "mean"
title = "Mean"
unit = "h"

[[indicator]]
id = "close"
group = "all"
title = "Close"
population = 'present(kind)'
period = "closed"

[indicator.clock]
start = "accepted"
stop = "closed"
unit = "h"

[[indicator.publish]]
statistic = "mean"
title = "Mean"
unit = "h"
"#;

#[test]
fn a_ticket_that_waits_for_its_customer_is_paused() {
    for (mapping, history, date, reason) in [
        ("tmf621-trouble-ticket", "statusChange", "changeDate", "changeReason"),
        (
            "tmf621-trouble-ticket-v5",
            "statusChangeHistory",
            "statusChangeDate",
            "statusChangeReason",
        ),
    ] {
        let folder = Folder::new();
        let (dir, file, pack) =
            (folder.path("own"), folder.path("tickets.json"), folder.path("pack.toml"));
        std::fs::write(&file, tickets(history, date, reason).to_string()).expect("written");
        std::fs::write(&pack, PACK).expect("written");
        let summary = trueline(&["--dir", &dir, "import", "case", &file, "--mapping", mapping])
            .args(["--format", "json"])
            .done();
        let summary: Value = serde_json::from_str(&summary).expect("JSON");
        assert_eq!(summary[0]["accepted"], 2, "{summary}");
        let figures = trueline(&["--dir", &dir, "indicators", "--pack", &pack])
            .args(["--period", "2020-03", "--format", "json"])
            .done();
        let rows: Vec<Value> = serde_json::from_str(&figures).expect("JSON");
        let of = |name: &str| rows.iter().find(|row| row["indicator"] == name).expect("a figure");
        assert_eq!(of("repair")["sum"], 8 * 3_600, "{mapping}: ten hours less a pause of two");
        assert_eq!(of("repair")["subtracted"][0]["reason"], "waiting for the customer");
        assert_eq!(of("close")["sum"], 25 * 3_600, "{mapping}");
    }
}

//! Real data through shipped mappings: the reference figures printed beside each set.
//!
//! The sets are not part of the project. Expected values are those of the sets' own READMEs; where
//! a README speaks of more rows than the file holds, they were counted from the file by a script of
//! its own (Python's csv and statistics), and the comment says so.

use std::sync::LazyLock;

use crate::program::{Folder, real_data, trueline};
use serde_json::Value;

/// A time after the last record of every data set, so that none lies in the future.
const AFTER_THE_DATA: &str = "2026-11-30T00:00:00Z";

/// An instance filled from one set, and the pack that defines its figures.
struct Set {
    dir: String,
    pack: String,
    summary: Vec<Value>,
    _folder: Folder,
}

/// Imports files of a set; `None` where there is no real data.
fn set(name: &str, files: &[&str], mapping: &str, pack: &str) -> Option<Set> {
    dataset("case", name, files, mapping, pack)
}

fn dataset(dataset: &str, name: &str, files: &[&str], mapping: &str, pack: &str) -> Option<Set> {
    let root = real_data(name)?;
    let folder = Folder::new();
    let dir = folder.path("instance");
    let files = files.iter().map(|file| root.join(file));
    let printed = trueline(&["--dir", &dir, "import", dataset, "--mapping", mapping])
        .args(["--format", "json"])
        .args(files)
        .done();
    let summary = serde_json::from_str(&printed).expect("a JSON summary");
    let pack = format!("{}/acceptance/packs/{pack}.toml", env!("CARGO_MANIFEST_DIR"));
    Some(Set { dir, pack, summary, _folder: folder })
}

impl Set {
    fn figures(&self, period: &str, by: &str) -> Vec<Value> {
        let mut run = trueline(&["--dir", &self.dir, "indicators", "--format", "json"]);
        run.args(["--pack", &self.pack, "--period", period]);
        if !by.is_empty() {
            run.args(["--by", by]);
        }
        serde_json::from_str(&run.done()).expect("the rows are JSON")
    }

    /// Kind, column and rows of every finding.
    fn findings(&self) -> Vec<(String, String, u64)> {
        let printed = trueline(&["--dir", &self.dir, "quality", "--format", "json"])
            .at(AFTER_THE_DATA)
            .done();
        let found: Vec<Value> = serde_json::from_str(&printed).expect("findings are JSON");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        found
            .iter()
            .map(|one| {
                (text(&one["kind"]), text(&one["column"]), one["rows"].as_u64().expect("a count"))
            })
            .collect()
    }

    fn count(&self, file: usize, what: &str) -> u64 {
        self.summary[file][what].as_u64().expect("a count")
    }
}

/// The figure of one slice; without dimensions, that of the whole.
fn find<'a>(rows: &'a [Value], figure: &str, slice: &[(&str, &str)]) -> &'a Value {
    let (indicator, statistic) = figure.rsplit_once('.').expect("indicator.statistic");
    rows.iter()
        .find(|row| {
            let cut = row["slice"].as_object().expect("a slice is an object");
            row["indicator"] == indicator
                && row["statistic"] == statistic
                && cut.len() == slice.len()
                && slice.iter().all(|(name, key)| cut.get(*name).is_some_and(|at| at == key))
        })
        .unwrap_or_else(|| panic!("no {figure} of {slice:?}"))
}

fn near(row: &Value, expected: f64, within: f64) {
    let value = row["value"].as_f64().expect("a number");
    assert!((value - expected).abs() <= within, "{value} is not {expected} ± {within}: {row}");
}

fn n(row: &Value) -> u64 {
    row["n"].as_u64().expect("a count")
}

/// Read by two tests, changed by none.
static UCI: LazyLock<Option<Set>> = LazyLock::new(|| {
    let files = ["incident_event_log.csv.gz"];
    set("uci_incident_event_log", &files, "uci-incidents", "uci")
});

#[test]
fn uci_incidents_give_the_reference_figures() {
    let Some(set) = &*UCI else {
        return;
    };
    assert_eq!((set.count(0, "read"), set.count(0, "accepted")), (141_712, 141_712));
    assert_eq!(set.count(0, "cases"), 24_918);
    let rows = set.figures("2016-01-01..2018-12-31", "x_priority");
    let sla = find(&rows, "sla.share", &[]);
    assert_eq!((sla["sum"].as_u64(), n(sla)), (Some(15_803), 24_918));
    assert_eq!(sla["printed"], "63.42");
    assert_eq!(find(&rows, "reopened.share", &[])["sum"], 275);
    let mean = find(&rows, "resolve.mean", &[]);
    near(mean, 178.1716, 0.000_05);
    assert_eq!(n(mean), 23_362);
    near(find(&rows, "resolve.median", &[]), 22.10, 0.005);
    near(find(&rows, "resolve.p75", &[]), 148.479, 0.01);
    near(find(&rows, "resolve.longest", &[]), 8_070.17, 0.005);
    near(find(&rows, "close.mean", &[]), 315.3287, 0.000_1);
    near(find(&rows, "close.median", &[]), 145.867, 0.0005);
    near(find(&rows, "close.p75", &[]), 319.658, 0.01);
    let priorities = [
        ("1", 270, 266.08, 80.24, 1.9),
        ("2", 408, 152.46, 38.23, 0.5),
        ("3", 23_466, 174.35, 21.55, 64.5),
        ("4", 774, 283.19, 5.02, 84.1),
    ];
    for (priority, cases, mean, median, sla) in priorities {
        let slice = [("x_priority", priority)];
        assert_eq!(n(find(&rows, "incidents.count", &slice)), cases);
        near(find(&rows, "resolve.mean", &slice), mean, 0.005);
        near(find(&rows, "resolve.median", &slice), median, 0.005);
        near(find(&rows, "sla.share", &slice), sla, 0.05);
    }
}

#[test]
fn uci_incidents_are_known_to_be_closed_by_a_machine() {
    let Some(set) = &*UCI else {
        return;
    };
    let found = set.findings();
    let about = |kind: &str, column: &str| {
        let hit = found.iter().find(|(k, c, _)| k == kind && c == column);
        hit.unwrap_or_else(|| panic!("no {kind} in {found:?}")).2
    };
    // 19 890 of the gaps lie in the hour that starts five days after the resolution.
    assert!(about("automatic_closing", "resolved → closed") >= 19_890);
    assert!(about("bulk_closing", "closed") > 10_000);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn the_uci_file_shows_its_flag_and_its_header_to_mapping_suggest() {
    let Some(root) = real_data("uci_incident_event_log") else {
        return;
    };
    let file = root.join("incident_event_log.csv.gz");
    let output = trueline(&["mapping", "suggest"]).args([&file]).output();
    assert!(output.status.success());
    let draft = String::from_utf8(output.stdout).expect("UTF-8");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    for line in ["day_first = true", "[events]", "key = \"number\"", "from = \"category#2\""] {
        assert!(draft.contains(line), "{line} is not in the draft:\n{draft}");
    }
    assert!(said.contains("flag that flips (made_sla)"), "{said}");
    assert!(said.contains("duplicate header (category)"), "{said}");
}

#[test]
fn vancouver_requests_close_on_no_day_before_they_open() {
    let years = [
        ("contact_centre_requests_2023.csv.gz", 7_062, 6_834, 228, 12.683, 8.0, 570.0),
        ("contact_centre_requests_2024.csv.gz", 4_678, 4_376, 302, 14.723, 6.0, 662.0),
    ];
    for (file, read, closed, open, mean, p75, longest) in years {
        let Some(set) = set("vancouver_311", &[file], "vancouver-311", "vancouver") else {
            return;
        };
        assert_eq!((set.count(0, "read"), set.count(0, "accepted")), (read, read));
        let rows = set.figures("2020-01-01..2026-12-31", "channel");
        let days = find(&rows, "close.mean", &[]);
        assert_eq!(n(days), closed);
        assert_eq!(n(find(&rows, "requests.count", &[])) - closed, open);
        near(days, mean, 0.000_5);
        near(find(&rows, "close.median", &[]), 2.0, 0.0);
        near(find(&rows, "close.p75", &[]), p75, 0.0);
        near(find(&rows, "close.longest", &[]), longest, 0.0);
        near(find(&rows, "close.shortest", &[]), 0.0, 0.0);
        if read == 7_062 {
            for (channel, cases) in
                [("Phone", 6_740), ("Chat", 202), ("E-mail", 71), ("Social Media", 48)]
            {
                assert_eq!(n(find(&rows, "requests.count", &[("channel", channel)])), cases);
            }
        }
        assert!(set.findings().iter().all(|(kind, _, _)| kind == "round_times"));
    }
}

/// A shipped mapping with one part replaced, as a file of its own.
fn changed(folder: &Folder, mapping: &str, what: &str, with: &str) -> String {
    let path = format!("{}/mappings/{mapping}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a shipped mapping");
    assert!(text.contains(what), "{what} is not in {mapping}");
    let own = folder.path("own.toml");
    std::fs::write(&own, text.replace(what, with)).expect("written");
    own
}

#[test]
fn vancouver_dates_at_face_value_are_found_to_be_from_another_zone() {
    let folder = Folder::new();
    let zones = ("zone = \"America/Vancouver\"", "zone = \"+03:00\"");
    let own = changed(&folder, "vancouver-311", zones.0, zones.1);
    for (year, negative) in [("2023", 899), ("2024", 551)] {
        let file = format!("contact_centre_requests_{year}.csv.gz");
        let Some(set) = set("vancouver_311", &[&file], &own, "vancouver") else {
            return;
        };
        let shift = ("zone_shift".to_owned(), "accepted → closed".to_owned(), negative);
        assert!(set.findings().contains(&shift), "{:?}", set.findings());
    }
}

const COMCAST: [&str; 1] = ["comcast_telecom_complaints.csv"];

#[test]
fn comcast_complaints_are_of_three_months_once_repaired() {
    let Some(set) = set("comcast_complaints", &COMCAST, "comcast-complaints", "comcast") else {
        return;
    };
    let rows = set.figures("2015", "x_status,channel");
    let expected = [
        ("x_status", "Solved", 973),
        ("x_status", "Closed", 734),
        ("x_status", "Open", 363),
        ("x_status", "Pending", 154),
        ("channel", "Customer Care Call", 1_119),
        ("channel", "Internet", 1_105),
    ];
    for (dimension, value, cases) in expected {
        assert_eq!(n(find(&rows, "complaints.count", &[(dimension, value)])), cases);
    }
    let months = set.figures("2015", "month");
    let months: Vec<(&str, u64)> =
        months.iter().filter_map(|row| Some((row["slice"]["month"].as_str()?, n(row)))).collect();
    // Counted from the file, swapped where the day is 4, 5 or 6.
    assert_eq!(months, [("2015-04", 545), ("2015-05", 399), ("2015-06", 1_280)]);
    assert_eq!(set.findings(), []);
}

#[test]
fn comcast_dates_as_they_circulate_are_found_to_be_swapped() {
    let folder = Folder::new();
    let path = format!("{}/mappings/comcast-complaints.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("a shipped mapping");
    let from = text.find("expr = '''").expect("the repair");
    let to = from + text[from..].find("))'''").expect("its end") + "))'''".len();
    let naive = "date = \"Date\"\ntime = \"Time\"\nformat = \"%d-%m-%Y %I:%M:%S %p\"";
    let own = changed(&folder, "comcast-complaints", &text[from..to], naive);
    let Some(set) = set("comcast_complaints", &COMCAST, &own, "comcast") else {
        return;
    };
    let found = set.findings();
    assert_eq!(found.len(), 1, "{found:?}");
    let (kind, column, rows) = &found[0];
    assert_eq!((kind.as_str(), column.as_str()), ("swapped_day_month", "accepted"));
    // 609 rows have a day of 4, 5 or 6; the zone of the instance may move a few near midnight.
    assert!((590..=609).contains(rows), "{found:?}");
}

#[test]
fn citizens_wait_for_a_reply_as_long_as_the_reference_says() {
    let files = ["messages_with_replies.csv.gz"];
    let Some(set) = set("gov_message_replies_zh", &files, "gov-messages-zh", "gov-messages") else {
        return;
    };
    assert_eq!((set.count(0, "read"), set.count(0, "quarantined")), (2_816, 2));
    let rows = set.figures("2010-01-01..2021-12-31", "");
    let mean = find(&rows, "reply.mean", &[]);
    assert_eq!(n(mean), 2_814);
    near(mean, 487.981, 0.000_5);
    near(find(&rows, "reply.median", &[]), 268.850, 0.000_5);
    near(find(&rows, "reply.longest", &[]), 27_850.5, 0.05);
    near(find(&rows, "reply.shortest", &[]), 0.51, 0.005);
    // The README interpolates (115.33, 533.84); these are the nearest ranks, counted from the file.
    near(find(&rows, "reply.p25", &[]), 115.291_4, 0.000_05);
    near(find(&rows, "reply.p75", &[]), 533.871_1, 0.000_05);
}

#[test]
fn mycall_ratings_agree_with_the_regulator_file_by_file() {
    let Some(first) = set("trai_mycall", &["mycall_2019_09.csv.gz"], "trai-mycall", "trai-mycall")
    else {
        return;
    };
    let root = real_data("trai_mycall").expect("it was there");
    let folder = Folder::new();
    for month in ["10", "11"] {
        let day = format!("\"2019-{month}-01\"");
        let own = changed(&folder, "trai-mycall", "\"2019-09-01\"", &day);
        let file = root.join(format!("mycall_2019_{month}.csv.gz"));
        trueline(&["--dir", &first.dir, "import", "case", "--mapping", &own]).args([file]).done();
    }
    let rows = first.figures("2019", "x_operator");
    let rating = find(&rows, "rating.mean", &[]);
    assert_eq!(n(rating), 99_490);
    near(rating, 3.2816, 0.000_05);
    near(find(&rows, "good.share", &[]), 55.66, 0.005);
    near(find(&rows, "dropped.share", &[]), 9.04, 0.005);
    near(find(&rows, "poor.share", &[]), 28.58, 0.005);
    let located = find(&rows, "located.share", &[]);
    assert_eq!(located["sum"].as_u64(), Some(99_490 - 20_740));
    let operators = [
        ("RJio", 40_599, 3.245, 8.0),
        ("Airtel", 25_647, 3.042, 11.8),
        ("Vodafone", 18_910, 3.547, 7.2),
        ("BSNL", 7_343, 3.695, 5.1),
        ("Idea", 6_354, 3.158, 14.0),
        ("MTNL", 570, 3.846, 14.7),
    ];
    for (operator, calls, mean, dropped) in operators {
        let slice = [("x_operator", operator)];
        let rating = find(&rows, "rating.mean", &slice);
        assert_eq!(n(rating), calls);
        near(rating, mean, 0.000_5);
        near(find(&rows, "dropped.share", &slice), dropped, 0.05);
    }
}

#[test]
fn survey_scores_agree_with_a_count_of_the_same_rows() {
    // (rows, sum of scores, 8 and above, 6 and below, 9 and 10), counted from the training files.
    let parts = [
        ("voice_scored_train.csv.gz", "mathorcup-voice", VOICE),
        ("net_scored_train.csv.gz", "mathorcup-net", NET),
    ];
    for (file, mapping, [rows_expected, sum, high, low, promoters]) in parts {
        let Some(set) = set("mathorcup_satisfaction", &[file], mapping, "mathorcup") else {
            return;
        };
        let rows = set.figures("2022", "");
        let mean = find(&rows, "overall.mean", &[]);
        assert_eq!((n(mean), mean["sum"].as_u64()), (rows_expected, Some(sum)));
        let hits = |figure: &str| find(&rows, figure, &[])["sum"].as_u64().expect("a count");
        assert_eq!(hits("satisfied.share"), high);
        assert_eq!(hits("dissatisfied.share"), low);
        assert_eq!(hits("promoters.share"), promoters);
    }
}

const VOICE: [u64; 5] = [3_814, 33_013, 3_141, 524, 2_735];
const NET: [u64; 5] = [4_935, 38_341, 3_302, 1_253, 2_590];

#[test]
fn survey_users_without_scores_are_imported_with_their_complaints() {
    for (file, mapping, users) in [
        ("voice_unscored.csv.gz", "mathorcup-voice-unscored", 2_599),
        ("net_unscored.csv.gz", "mathorcup-net-unscored", 1_610),
    ] {
        let Some(set) = set("mathorcup_satisfaction", &[file], mapping, "mathorcup") else {
            return;
        };
        assert_eq!((set.count(0, "cases"), set.count(0, "quarantined")), (users, 0));
    }
}

#[test]
fn reported_calls_are_counted_by_subject_and_kind() {
    let files = ["dnc_complaint_numbers_2021-07-08.csv.gz"];
    let Some(set) = set("ftc_dnc_reports", &files, "ftc-dnc-reports", "ftc-dnc") else {
        return;
    };
    assert_eq!(set.count(0, "cases"), 14_034);
    let rows = set.figures("2021", "cause");
    let robocalls = find(&rows, "robocall.share", &[]);
    assert_eq!((robocalls["sum"].as_u64(), n(robocalls)), (Some(9_698), 9_698 + 3_310));
    for (subject, reports) in [
        ("Other", 5_049),
        ("Dropped call or no message", 2_078),
        ("No Subject Provided", 1_786),
        ("Warranties  & protection plans", 1_467),
    ] {
        assert_eq!(n(find(&rows, "reports.count", &[("cause", subject)])), reports, "{subject}");
    }
}

/// Rates that Anatel prints, as (indicator of the pack, name in the file,
/// places where all three numbers are given, places where the identity holds).
const IDENTITIES: [(&str, &str, u64, u64); 5] = [
    ("complaints", "Índice de Reclamações", 1_092, 1_092),
    ("answered_5d", "Taxa de Respondidas em 5 dias Úteis", 636, 636),
    ("answered", "Taxa de Respondidas no Período", 636, 635),
    ("reopened", "Taxa de Reabertas", 636, 636),
    ("resolved_5d", "Taxa de Resolvidas em 5 dias Úteis", 314, 301),
];

#[test]
fn rates_that_the_regulator_prints_follow_from_its_counts() {
    let files = ["ida_long.csv.gz"];
    let Some(set) = dataset("count", "anatel_ida", &files, "anatel-ida", "anatel") else {
        return;
    };
    assert_eq!((set.count(0, "read"), set.count(0, "accepted")), (12_855, 12_855));
    let printed = printed_rates();
    let months: std::collections::BTreeSet<&str> =
        printed.keys().map(|(month, _, _)| month.as_str()).collect();
    let mut agree = [(0_u64, 0_u64); IDENTITIES.len()];
    for month in months {
        let rows = set.figures(month, "operator");
        for ((indicator, name, _, _), (given, holds)) in IDENTITIES.iter().zip(&mut agree) {
            for row in rows.iter().filter(|row| row["indicator"] == *indicator) {
                let (Some(region), Some(value)) =
                    (row["slice"]["operator"].as_str(), row["value"].as_f64())
                else {
                    continue;
                };
                let key = (month.to_owned(), region.to_owned(), (*name).to_owned());
                if let Some(expected) = printed.get(&key) {
                    *given += 1;
                    *holds += u64::from((value - expected).abs() <= 0.01);
                }
            }
        }
    }
    let expected: Vec<(u64, u64)> =
        IDENTITIES.iter().map(|&(_, _, given, holds)| (given, holds)).collect();
    assert_eq!(agree.to_vec(), expected);
}

/// What the file prints, by month, service with operator, and name.
fn printed_rates() -> std::collections::BTreeMap<(String, String, String), f64> {
    use std::io::Read as _;
    let path = real_data("anatel_ida").expect("it was there").join("ida_long.csv.gz");
    let file = std::fs::File::open(path).expect("readable");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("UTF-8");
    text.lines()
        .skip(1)
        .filter_map(|line| {
            // No cell of this file holds a comma or a quote.
            let cells: Vec<&str> = line.split(',').collect();
            let place = format!("{}/{}", cells[0], cells[1].replace('/', "+"));
            let value = cells[4].parse().ok()?;
            Some(((cells[3].to_owned(), place, cells[2].to_owned()), value))
        })
        .collect()
}

#[test]
fn published_values_are_counts_and_bounds_are_kept_apart() {
    let files = ["published_indicators.csv"];
    let Some(set) = dataset("count", "published_indicators", &files, "published-indicators", "uci")
    else {
        return;
    };
    // 13 bounds, approximate values and passes without a number, and 2 without any value.
    assert_eq!((set.count(0, "read"), set.count(0, "accepted")), (645, 630));
    assert_eq!(set.count(0, "quarantined"), 15);
}

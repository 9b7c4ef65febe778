//! Measures the finder: what it finds of planted defects, and that it is silent on clean records.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::local::{DAY, swap_day_month};
use super::planted::{HOUR, TestCase, TestProvince, TestRandom, ZONE_OFFSET, shanghai_time};
use super::rows::{ACCEPTED, CLOSED, CONFIRMED, RESOLVED};
use super::*;

/// Provinces for each defect; the table in `docs/quality.md` was made with 24.
fn seeds() -> u64 {
    let given = std::env::var("QUALITY_SEEDS").ok();
    given.and_then(|seeds| seeds.parse().ok()).unwrap_or(2)
}

/// Share of the provinces in which a planted defect must be found.
const RECALL_MIN: f64 = 0.95;
/// After every planted case: 2022-12-31.
const AS_OF: i64 = 1_672_444_800;

fn options() -> FinderOptions {
    FinderOptions { zone: "Asia/Shanghai".to_owned(), as_of: AS_OF, limits: BTreeMap::new() }
}

fn find_in(province: &TestProvince) -> Vec<QualityFinding> {
    let batches = province.make_batches();
    find_problems(&options(), || batches.iter().cloned()).expect("a zone that exists")
}

fn swap_case(case: &mut TestCase) -> bool {
    let local = shanghai_time();
    let mut moved = false;
    for moment in case.moments.iter_mut().flatten() {
        if let Some(swapped) = swap_day_month(local.to_wall_seconds(*moment)) {
            moved |= swapped - ZONE_OFFSET != *moment;
            *moment = swapped - ZONE_OFFSET;
        }
    }
    moved
}

/// A way to spoil a province; `plant` returns how many rows it spoiled.
struct Defect {
    name: &'static str,
    kind: ProblemKind,
    /// Other kinds that may rightly be found too.
    also: &'static [ProblemKind],
    plant: fn(&mut TestProvince, &mut TestRandom) -> u64,
}

fn spoil_each(
    province: &mut TestProvince,
    dice: &mut TestRandom,
    share: f64,
    spoil: impl Fn(&mut TestCase, &mut TestRandom) -> bool,
) -> u64 {
    let mut spoiled = 0;
    for case in &mut province.cases {
        if dice.draw_chance(share) {
            spoiled += u64::from(spoil(case, dice));
        }
    }
    spoiled
}

const DEFECTS: [Defect; 20] = [
    Defect {
        name: "day and month swapped everywhere",
        kind: ProblemKind::SwappedDayMonth,
        also: &[ProblemKind::StopBeforeStart],
        plant: |province, dice| spoil_each(province, dice, 1.0, |case, _| swap_case(case)),
    },
    Defect {
        name: "day and month swapped in one source",
        kind: ProblemKind::SwappedDayMonth,
        also: &[ProblemKind::StopBeforeStart],
        plant: |province, dice| {
            spoil_each(province, dice, 1.0, |case, _| case.source == "south" && swap_case(case))
        },
    },
    Defect {
        name: "day and month swapped in 5 % of the rows",
        kind: ProblemKind::SwappedDayMonth,
        also: &[ProblemKind::StopBeforeStart],
        plant: |province, dice| spoil_each(province, dice, 0.05, |case, _| swap_case(case)),
    },
    Defect {
        name: "one source writes its ends in UTC",
        kind: ProblemKind::ZoneShift,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 1.0, |case, _| {
                if case.source == "south" {
                    case.resolve_after(case.measure_wait() - 8 * HOUR);
                }
                case.source == "south" && case.measure_wait() < 0
            })
        },
    },
    Defect {
        name: "0.3 % end before they start",
        kind: ProblemKind::StopBeforeStart,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.003, |case, dice| {
                let wait = -60 - dice.draw_below(6 * DAY);
                case.resolve_after(wait);
                true
            })
        },
    },
    Defect {
        name: "0.1 % closed in 2099",
        kind: ProblemKind::ImpossibleMoment,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.001, |case, _| {
                case.moments[CLOSED] = Some(4_102_329_600);
                true
            })
        },
    },
    Defect {
        name: "0.1 % accepted in 1900",
        kind: ProblemKind::ImpossibleMoment,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.001, |case, _| {
                case.moments[ACCEPTED] = Some(-2_208_988_800);
                true
            })
        },
    },
    Defect {
        name: "60 cases archived in one second",
        kind: ProblemKind::BulkClosing,
        also: &[],
        plant: |province, dice| {
            let at = province.cases[7].moments[CLOSED].expect("closed") + 30 * DAY;
            let mut left = 60;
            for case in &mut province.cases {
                if left > 0 && dice.draw_chance(0.1) && case.moments[CLOSED] < Some(at) {
                    case.moments[CLOSED] = Some(at);
                    left -= 1;
                }
            }
            60 - left
        },
    },
    Defect {
        name: "40 % archived seven days after the end",
        kind: ProblemKind::AutomaticClosing,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.4, |case, dice| {
                case.moments[CONFIRMED] = None;
                let jitter = dice.draw_below(900);
                case.moments[CLOSED] = case.moments[RESOLVED].map(|at| at + 7 * DAY + jitter);
                true
            })
        },
    },
    Defect {
        name: "a district is always satisfied",
        kind: ProblemKind::AllPerfect,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 1.0, |case, _| {
                let there = case.region.starts_with("1403") && case.satisfaction.is_some();
                if there {
                    "140321".clone_into(&mut case.region);
                    case.satisfaction = Some("satisfied");
                }
                there
            })
        },
    },
    Defect {
        name: "waits over 60 h set to zero",
        kind: ProblemKind::ZeroedDuration,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 1.0, |case, _| {
                let long = case.measure_wait() > 60 * HOUR;
                if long {
                    case.resolve_after(0);
                }
                long
            })
        },
    },
    Defect {
        name: "2 % take exactly 23.5 h",
        kind: ProblemKind::RepeatedDuration,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.02, |case, _| {
                // Whole minutes at the start keep the wait exact when it is cut to minutes.
                case.resolve_after(23 * HOUR + HOUR / 2);
                true
            })
        },
    },
    Defect {
        name: "1 % paused in the hour before 48 h",
        kind: ProblemKind::PauseBeforeLimit,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.03, |case, dice| {
                let start = case.moments[ACCEPTED].expect("always set");
                let from = start + 48 * HOUR - 60 - dice.draw_below(3_400);
                let long = case.measure_wait() > 20 * HOUR;
                if long {
                    case.resolve_after(60 * HOUR + dice.draw_below(40 * HOUR));
                    case.pause = Some((from, from + 8 * HOUR));
                }
                long
            })
        },
    },
    Defect {
        name: "late cases end just before 48 h",
        kind: ProblemKind::StopBeforeLimit,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 1.0, |case, dice| {
                let late = case.measure_wait() > 48 * HOUR;
                if late {
                    case.resolve_after(48 * HOUR - 60 - dice.draw_below(1_700));
                }
                late
            })
        },
    },
    Defect {
        name: "midnight for unknown in 1 % of the starts",
        kind: ProblemKind::MidnightUnknown,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.01, |case, _| {
                let start = case.moments[ACCEPTED].expect("always set") + ZONE_OFFSET;
                case.moments[ACCEPTED] = Some(start.div_euclid(DAY) * DAY - ZONE_OFFSET);
                true
            })
        },
    },
    Defect {
        name: "cause NA in 0.5 %",
        kind: ProblemKind::MissingCode,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.005, |case, _| {
                "NA".clone_into(&mut case.cause);
                true
            })
        },
    },
    Defect {
        name: "score 99 in 1 %",
        kind: ProblemKind::MissingCode,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.01, |case, _| {
                case.score = Some(99);
                true
            })
        },
    },
    Defect {
        name: "score −1 in 1 %",
        kind: ProblemKind::MissingCode,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.01, |case, _| {
                case.score = Some(-1);
                true
            })
        },
    },
    Defect {
        name: "latitude −1 in 1 %",
        kind: ProblemKind::ImpossiblePosition,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.01, |case, _| {
                case.latitude = -1.0;
                true
            })
        },
    },
    Defect {
        name: "30 % of the ends rounded to half hours",
        kind: ProblemKind::RoundTimes,
        also: &[],
        plant: |province, dice| {
            spoil_each(province, dice, 0.3, |case, _| {
                let end = case.moments[RESOLVED].expect("always set");
                // Upwards, so that the wait stays positive.
                let by = (end + 1_799).div_euclid(1_800) * 1_800 - end;
                case.resolve_after(case.measure_wait() + by);
                true
            })
        },
    },
];

/// What the finder made of one defect, over all seeds.
#[derive(Default)]
struct Score {
    found: u64,
    rows_planted: u64,
    rows_found: u64,
    false_findings: u64,
}

fn measure_defect(defect: &Defect) -> Score {
    let mut score = Score::default();
    for seed in 0..seeds() {
        let mut province = TestProvince::make_clean(seed);
        let planted = (defect.plant)(&mut province, &mut TestRandom::new(seed + 1_000));
        let found = find_in(&province);
        let right = found.iter().filter(|finding| finding.kind == defect.kind);
        let rows: u64 = right.map(|finding| finding.rows).sum();
        score.found += u64::from(rows > 0);
        score.rows_planted += planted;
        score.rows_found += rows;
        for finding in &found {
            if finding.kind != defect.kind && !defect.also.contains(&finding.kind) {
                score.false_findings += 1;
                println!("seed {seed}, {}: also {finding:?}", defect.name);
            }
        }
    }
    score
}

#[test]
fn planted_defects_are_found_and_nothing_else_is() {
    println!("| planted | kind | recall | rows planted | rows found | false findings |");
    println!("|---|---|---|---|---|---|");
    let mut failures = Vec::new();
    let seeds = seeds();
    let scores: Vec<Score> = DEFECTS.par_iter().map(measure_defect).collect();
    for (defect, score) in DEFECTS.iter().zip(scores) {
        println!(
            "| {} | `{}` | {}/{seeds} | {} | {} | {} |",
            defect.name,
            defect.kind.code(),
            score.found,
            score.rows_planted,
            score.rows_found,
            score.false_findings
        );
        let recall = score.found as f64 / seeds as f64;
        if recall < RECALL_MIN || score.false_findings > 0 {
            failures.push(defect.name);
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}

#[test]
fn a_clean_province_has_no_findings() {
    let mut wrong = 0;
    for seed in 0..seeds() * 3 {
        for finding in find_in(&TestProvince::make_clean(seed)) {
            println!("seed {seed}: {finding:?}");
            wrong += 1;
        }
    }
    assert_eq!(wrong, 0);
}

#[test]
fn parts_that_are_looked_at_separately_and_merged_give_the_same_findings() {
    for (defect, seed) in DEFECTS.iter().zip(40..) {
        let mut province = TestProvince::make_clean(seed);
        (defect.plant)(&mut province, &mut TestRandom::new(seed));
        let batches = province.make_batches();
        let whole =
            find_problems(&options(), || batches.iter().cloned()).expect("a zone that exists");
        // The last batches first, in two parts.
        let (first, second) = batches.split_at(batches.len() / 2);
        let profile = |part: &[RecordBatch]| {
            let mut profile = Profile::new(&options()).expect("a zone that exists");
            for batch in part {
                profile.observe_batch(batch);
            }
            profile
        };
        let mut merged = profile(second);
        merged.merge(profile(first));
        let mut evidence = merged.start_evidence();
        let mut other = evidence.clone();
        for batch in second {
            evidence.observe_batch(batch);
        }
        for batch in first {
            other.observe_batch(batch);
        }
        evidence.merge(other);
        assert_eq!(evidence.into_findings(), whole, "{}", defect.name);
    }
}

/// The kinds and columns of what a source file shows.
fn find_in_source(
    headers: &[&str],
    key: Option<usize>,
    rows: &[&[&str]],
) -> Vec<(ProblemKind, String, u64)> {
    let headers: Vec<String> = headers.iter().map(|&header| header.to_owned()).collect();
    let mut profile = SourceProfile::new(&headers, key);
    for (line, row) in (2..).zip(rows) {
        profile.observe_row(line, row);
    }
    let found = profile.list_findings();
    found.into_iter().map(|one| (one.kind, one.column, one.rows)).collect()
}

#[test]
fn a_flag_that_changes_within_a_case_flips_and_one_that_differs_between_cases_does_not() {
    let rows: [&[&str]; 5] = [
        &["1", "true", "yes"],
        &["1", "false", "yes"],
        &["2", "true", "no"],
        &["1", "false", "yes"],
        &["2", "true", "no"],
    ];
    let found = find_in_source(&["number", "made_sla", "vip"], Some(0), &rows);
    assert!(found.contains(&(ProblemKind::FlagFlips, "made_sla".to_owned(), 1)), "{found:?}");
    assert!(!found.iter().any(|(_, column, _)| column == "vip"), "{found:?}");
}

#[test]
fn a_repeated_row_is_counted_once_for_each_repeat() {
    let rows: [&[&str]; 4] = [&["a", "1"], &["b", "1"], &["a", "1"], &["a", "1"]];
    let found = find_in_source(&["x", "y"], None, &rows);
    assert_eq!(found, [(ProblemKind::IdenticalRows, String::new(), 2)]);
}

#[test]
fn two_headers_of_one_name_are_found_even_when_a_reader_has_numbered_them() {
    let rows: [&[&str]; 1] = [&["1", "2", "3"]];
    for headers in [["category", "x", "category"], ["category", "x", "category#2"]] {
        let found = find_in_source(&headers, None, &rows);
        assert_eq!(found, [(ProblemKind::DuplicateHeader, "category".to_owned(), 1)]);
    }
    assert_eq!(find_in_source(&["Ticket #", "C#", "C"], None, &rows), []);
}

#[test]
fn codes_for_nothing_are_distinguished_from_numbers() {
    let texts: Vec<[String; 3]> = (0..200)
        .map(|row| {
            let latitude = if row % 20 == 0 { -1 } else { 30 + row % 10 };
            let score = if row % 25 == 0 { 99 } else { 1 + row % 10 };
            [latitude.to_string(), score.to_string(), row.to_string()]
        })
        .collect();
    let rows: Vec<Vec<&str>> =
        texts.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let found = find_in_source(&["Latitude", "score", "row"], None, &rows);
    let expected = [
        (ProblemKind::ImpossiblePosition, "Latitude".to_owned(), 10),
        (ProblemKind::MissingCode, "score".to_owned(), 8),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_old_batch_without_most_columns_stops_nothing() {
    let keys: arrow_array::ArrayRef =
        std::sync::Arc::new(arrow_array::StringArray::from(vec!["1", "2"]));
    let batch = RecordBatch::try_from_iter([("source_key", keys)]).expect("one column");
    assert_eq!(find_problems(&options(), || [batch.clone()].into_iter()).expect("a zone"), []);
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    let options = FinderOptions { zone: "Mars/Olympus".to_owned(), ..options() };
    let refused = Profile::new(&options).expect_err("no such zone");
    assert!(refused.to_string().contains("Mars/Olympus"));
}

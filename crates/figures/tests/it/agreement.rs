//! The engine against a plain recount, and against itself: slices add up, order does not matter,
//! the trace agrees with the run.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trueline_figures::{
    Answer, BatchSource, BatchVerdicts, Prepared, Request, RowOutcome, RowVerdict, Ruling, Slice,
    Tally, add_up_sources, answer_request, finish_partial, trace_rows,
};

use crate::rows::{Case, DAY, batch, case, dimensions, period, request};

fn sources(cases: &[Case], batches: usize) -> Vec<Box<dyn BatchSource>> {
    let size = cases.len().div_ceil(batches).max(1);
    let boxed = |chunk: &[Case]| -> Box<dyn BatchSource> {
        let half = chunk.len() / 2;
        Box::new(vec![batch(&chunk[..half]), batch(&chunk[half..])])
    };
    cases.chunks(size).map(boxed).collect()
}

fn answer(text: &str, cases: &[Case], batches: usize) -> Answer {
    answer_request(&request(text, dimensions()), &sources(cases, batches)).unwrap()
}

/// What a clerk with paper would find for `fix.law` and `fix.promise`.
#[derive(Debug, Default, PartialEq)]
struct Recount {
    values: Vec<i64>,
    /// Under `fix.law`, then under `fix.promise`; so are the other counts of late cases.
    late: [u64; 2],
    bare: Vec<i64>,
    bare_late: [u64; 2],
    left_out: Vec<i64>,
    left_out_late: [u64; 2],
    left_out_unmeasurable: u64,
    excluded: BTreeMap<String, (u64, u64)>,
    /// Kind and reason: cases, seconds, seconds that nobody approved.
    subtracted: BTreeMap<(String, String), (u64, i64, i64)>,
    unmeasurable: u64,
    open: Vec<i64>,
    open_late: [u64; 2],
}

impl Recount {
    /// Adds what each pause takes: an overlap goes to the pause that begins first.
    fn subtract(&mut self, case: &Case, start: i64, stop: i64) {
        let mut pauses: Vec<(i64, i64, usize)> = case
            .pauses
            .iter()
            .enumerate()
            .filter(|(_, pause)| pause.kind != "reopened")
            .map(|(place, pause)| (pause.from, pause.to.unwrap_or(i64::MAX), place))
            .collect();
        pauses.sort_unstable();
        let mut of_case: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
        let mut covered = start;
        for (from, to, place) in pauses {
            let (from, to) = (from.max(covered), to.min(stop));
            if from >= to {
                continue;
            }
            covered = to;
            let pause = &case.pauses[place];
            let key = (pause.kind.to_owned(), pause.reason.unwrap_or_default().to_owned());
            let taken = of_case.entry(key).or_default();
            taken.0 += to - from;
            if pause.approved_by.unwrap_or_default().is_empty() {
                taken.1 += to - from;
            }
        }
        for (key, (seconds, unapproved)) in of_case {
            let taken = self.subtracted.entry(key).or_default();
            *taken = (taken.0 + 1, taken.1 + seconds, taken.2 + unapproved);
        }
    }
}

/// Counts a case under each definition by whose limit the seconds are too many.
fn count_late(counts: &mut [u64; 2], case: &Case, seconds: i64) {
    let law = if case.side == Some("north") { 48 } else { 72 } * 3600;
    let promise = if case.kind == "fix" { 24 } else { 72 } * 3600;
    counts[0] += u64::from(seconds > law);
    counts[1] += u64::from(seconds > promise);
}

/// Every second of the wait, less the seconds that lie in a pause: no cleverness.
fn clock(case: &Case, start: i64, stop: i64) -> i64 {
    let mut stretches: Vec<(i64, i64)> = case
        .pauses
        .iter()
        .filter(|pause| pause.kind != "reopened")
        .map(|pause| (pause.from.max(start), pause.to.unwrap_or(stop).min(stop)))
        .filter(|(from, to)| from < to)
        .collect();
    stretches.sort_unstable();
    let mut paused = 0;
    let mut covered = start;
    for (from, to) in stretches {
        paused += (to - from.max(covered)).max(0);
        covered = covered.max(to);
    }
    stop - start - paused
}

fn recount(cases: &[Case], text: &str, wanted: impl Fn(&Case) -> bool) -> Recount {
    let period = period(text);
    let mut found = Recount::default();
    for case in cases {
        if case.kind == "ask" || !wanted(case) {
            continue;
        }
        let start = case.accepted.max(case.paid);
        let reason = match case {
            Case { excluded: Some(reason), excluded_by, .. } => {
                Some((*reason, excluded_by.is_some_and(|by| !by.is_empty())))
            }
            Case { side: Some("south"), kind: "fix", .. } => Some(("south", true)),
            _ => None,
        };
        let value = match (start, case.resolved) {
            (Some(start), Some(stop)) if stop >= start => {
                Some((clock(case, start, stop), stop - start))
            }
            _ => None,
        };
        if case.resolved.is_some_and(|moment| period.contains_moment(moment)) {
            match (reason, value) {
                (Some((reason, approved)), value) => {
                    let entry = found.excluded.entry(reason.to_owned()).or_default();
                    entry.0 += 1;
                    entry.1 += u64::from(!approved);
                    match value {
                        Some((value, _)) => {
                            found.left_out.push(value);
                            count_late(&mut found.left_out_late, case, value);
                        }
                        None => found.left_out_unmeasurable += 1,
                    }
                }
                (None, None) => found.unmeasurable += 1,
                (None, Some((value, bare))) => {
                    count_late(&mut found.late, case, value);
                    count_late(&mut found.bare_late, case, bare);
                    if let (Some(start), Some(stop)) = (start, case.resolved) {
                        found.subtract(case, start, stop);
                    }
                    found.values.push(value);
                    found.bare.push(bare);
                }
            }
        }
        let still = |end: Option<i64>| end.is_none_or(|end| end >= period.to);
        if let Some(start) = start
            && start < period.to
            && still(case.resolved)
            && still(case.cancelled)
            && reason.is_none()
        {
            let age = clock(case, start, period.to);
            found.open.push(age);
            count_late(&mut found.open_late, case, age);
        }
    }
    found.values.sort_unstable();
    found
}

/// The tally of the first or the second definition is what was found.
fn assert_same(tally: &Tally, found: &Recount, which: usize) {
    assert_eq!(tally.n, found.values.len() as u64);
    assert_eq!(tally.sum, found.values.iter().map(|v| i128::from(*v)).sum());
    assert_eq!(tally.longest, found.values.last().copied());
    assert_eq!(tally.shortest, found.values.first().copied());
    assert_eq!(tally.late, found.late[which]);
    assert_eq!(tally.limited, tally.n);
    assert_eq!(tally.unmeasurable, found.unmeasurable);
    for percent in [1, 50, 80, 95, 99, 100] {
        let rank = (percent * found.values.len()).div_ceil(100);
        let expected = rank.checked_sub(1).map(|index| found.values[index]);
        assert_eq!(tally.value_at_percentile(percent as f64), expected);
    }
    let excluded: BTreeMap<String, (u64, u64)> =
        tally.excluded.iter().map(|e| (e.reason.clone(), (e.n, e.without_approver))).collect();
    assert_eq!(excluded, found.excluded);
    let all = &tally.without_exclusions;
    assert_eq!(all.n, (found.values.len() + found.left_out.len()) as u64);
    let everything = found.values.iter().chain(&found.left_out);
    assert_eq!(all.sum, everything.clone().map(|v| i128::from(*v)).sum());
    assert_eq!(all.longest, everything.max().copied());
    assert_eq!(all.late, found.late[which] + found.left_out_late[which]);
    assert_eq!(all.unmeasurable, found.unmeasurable + found.left_out_unmeasurable);
    let bare = &tally.without_pauses;
    assert_eq!(bare.sum, found.bare.iter().map(|v| i128::from(*v)).sum());
    assert_eq!(bare.longest, found.bare.iter().max().copied());
    assert_eq!((bare.n, bare.unmeasurable), (tally.n, tally.unmeasurable));
    assert_eq!(bare.late, found.bare_late[which]);
    let subtracted = tally.subtracted.iter().map(|s| {
        let key = (s.kind.clone(), s.reason.clone());
        (key, (s.rows, s.seconds, s.seconds_without_approver))
    });
    assert_eq!(subtracted.collect::<BTreeMap<_, _>>(), found.subtracted);
    let open = tally.open.as_ref().unwrap();
    assert_eq!(open.n, found.open.len() as u64);
    assert_eq!(open.oldest, found.open.iter().max().copied());
    assert_eq!(open.past_limit, found.open_late[which]);
}

/// Sums, sums by name, and how often each value occurs.
type AdditiveParts = (Vec<i128>, BTreeMap<String, Vec<i128>>, Vec<(i64, u64)>);

/// What must add up exactly when slices are put together again.
fn additive(tallies: &[(Slice, Tally)]) -> AdditiveParts {
    let mut sums = vec![0_i128; 10];
    let mut named: BTreeMap<String, Vec<i128>> = BTreeMap::new();
    let mut values: BTreeMap<i64, u64> = BTreeMap::new();
    for (_, tally) in tallies {
        let parts = [
            i128::from(tally.n),
            tally.sum,
            tally.late.into(),
            tally.limited.into(),
            tally.unmeasurable.into(),
            tally.without_exclusions.n.into(),
            tally.without_exclusions.sum,
            tally.without_exclusions.late.into(),
            tally.without_pauses.sum,
            tally.without_pauses.late.into(),
        ];
        for (sum, part) in sums.iter_mut().zip(parts) {
            *sum += part;
        }
        let mut add = |name: String, parts: Vec<i128>| {
            let mine = named.entry(name).or_insert_with(|| vec![0; parts.len()]);
            for (sum, part) in mine.iter_mut().zip(parts) {
                *sum += part;
            }
        };
        for e in &tally.excluded {
            add(e.reason.clone(), vec![e.n.into(), e.without_approver.into()]);
        }
        for s in &tally.subtracted {
            let parts = [s.rows as i64, s.seconds, s.seconds_without_approver];
            add(format!("{} {}", s.kind, s.reason), parts.map(i128::from).to_vec());
        }
        for (value, count) in tally.values.count_by_value() {
            *values.entry(value).or_default() += count;
        }
    }
    (sums, named, values.into_iter().collect())
}

fn outcome(verdict: &RowVerdict, reason: &dyn Fn(u32) -> String) -> RowOutcome {
    match verdict.ruling {
        Ruling::Counted => RowOutcome::Counted,
        Ruling::Excluded { reason: number, is_approved } => {
            RowOutcome::Excluded { reason: reason(number), is_approved }
        }
        Ruling::Unmeasurable => RowOutcome::Unmeasurable,
        Ruling::OnlyOpen => RowOutcome::OutOfScope,
    }
}

const IDS: [&str; 6] = ["fix.law", "fix.promise", "good", "count", "amount", "ratio"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_plain_recount_finds_the_same(
        cases in prop::collection::vec(case(), 0..80), batches in 1..5_usize,
    ) {
        let answer = answer("2020Q1", &cases, batches);
        let whole = recount(&cases, "2020Q1", |_| true);
        assert_same(&answer.whole_tally("fix.law").unwrap(), &whole, 0);
        assert_same(&answer.whole_tally("fix.promise").unwrap(), &whole, 1);
        for (slice, tally) in answer.tallies_by("fix.law", &["side", "city"]) {
            let found = recount(&cases, "2020Q1", |case| {
                let city = match case.region.unwrap_or_default() {
                    "12" => "12".to_owned(),
                    "" => String::new(),
                    code => format!("{}00", &code[..4]),
                };
                case.side.unwrap_or_default() == slice["side"] && city == slice["city"]
            });
            assert_same(&tally, &found, 0);
        }
    }

    #[test]
    fn other_measures_agree_with_a_plain_recount(
        cases in prop::collection::vec(case(), 0..60),
    ) {
        let answer = answer("2020Q1", &cases, 2);
        let quarter = period("2020Q1");
        let mine: Vec<&Case> = cases
            .iter()
            .filter(|case| case.accepted.is_some_and(|moment| quarter.contains_moment(moment)))
            .filter(|case| case.note != Some("y"))
            .collect();
        let count = answer.whole_tally("count").unwrap();
        prop_assert_eq!((count.n, count.sum), (mine.len() as u64, mine.len() as i128));
        let good = answer.whole_tally("good").unwrap();
        let rated = mine.iter().filter(|case| case.answer.is_some()).count() as u64;
        let hits = mine.iter().filter(|case| case.answer == Some("good")).count();
        prop_assert_eq!((good.n, good.sum), (rated, hits as i128));
        prop_assert_eq!(good.n + good.unmeasurable, mine.len() as u64);
        let amounts: Vec<i64> = mine.iter().filter_map(|case| case.amount).collect();
        let amount = answer.whole_tally("amount").unwrap();
        prop_assert_eq!(amount.sum, amounts.iter().map(|a| i128::from(a * 25)).sum::<i128>());
        prop_assert_eq!(amount.longest, amounts.iter().map(|a| a * 25).max());
        let ratio = answer.whole_tally("ratio").unwrap();
        let positive: i64 = amounts.iter().filter(|amount| **amount >= 0).sum();
        prop_assert_eq!((ratio.n, ratio.sum), (positive as u64, positive.into()));
    }

    #[test]
    fn slices_add_up_to_the_whole_along_any_dimensions(
        cases in prop::collection::vec(case(), 0..80),
        chosen in prop::sample::subsequence(dimensions(), 0..=5),
        asked in prop::collection::vec(any::<bool>(), 5),
    ) {
        let question = request("2020Q1", chosen.clone());
        let answer = answer_request(&question, &sources(&cases, 3)).unwrap();
        let names: Vec<&str> = chosen
            .iter()
            .zip(&asked)
            .filter(|(_, asked)| **asked)
            .map(|(dimension, _)| dimension.name.as_str())
            .collect();
        for id in IDS {
            let whole = answer.tallies_by(id, &[]);
            let slices = answer.tallies_by(id, &names);
            prop_assert_eq!(additive(&whole), additive(&slices), "{} by {:?}", id, names);
            if let Some(open) = &whole[0].1.open
                && !names.iter().any(|name| ["month", "quarter"].contains(name))
            {
                let parts = slices.iter().filter_map(|(_, tally)| tally.open.as_ref());
                prop_assert_eq!(open.n, parts.clone().map(|open| open.n).sum::<u64>());
                prop_assert_eq!(open.past_limit, parts.clone().map(|o| o.past_limit).sum::<u64>());
                prop_assert_eq!(open.oldest, parts.filter_map(|open| open.oldest).max());
            }
        }
    }

    #[test]
    fn the_slice_of_a_month_is_the_figure_of_that_month(
        cases in prop::collection::vec(case(), 0..60),
    ) {
        let quarter = answer("2020Q1", &cases, 2);
        for month in ["2020-01", "2020-02", "2020-03"] {
            let alone = answer(month, &cases, 3);
            for id in IDS {
                let slices = quarter.tallies_by(id, &["month"]);
                let slice = slices.into_iter().find(|(slice, _)| slice["month"] == month);
                let expected = alone.whole_tally(id).unwrap();
                let found = slice.map(|(_, tally)| tally);
                if let Some(found) = found {
                    prop_assert_eq!(found, expected);
                } else {
                    prop_assert_eq!(expected.n + expected.open.map_or(0, |open| open.n), 0);
                }
            }
        }
    }

    #[test]
    fn partials_merge_in_any_order(
        cases in prop::collection::vec(case(), 1..60), split in 0..60_usize,
    ) {
        let request = request("2020Q1", dimensions());
        let split = split % cases.len();
        let (a, b) = cases.split_at(split);
        let part = |cases: &[Case]| add_up_sources(&request, &sources(cases, 2)).unwrap();
        let mut one = part(a);
        one.merge_with(part(b));
        let mut other = part(b);
        other.merge_with(part(a));
        other.merge_with(part(&[]));
        let whole = finish_partial(&request, part(&cases)).unwrap();
        let one = finish_partial(&request, one).unwrap();
        let other = finish_partial(&request, other).unwrap();
        for id in IDS {
            let by = ["city", "month", "note"];
            prop_assert_eq!(one.tallies_by(id, &by), whole.tallies_by(id, &by));
            prop_assert_eq!(other.tallies_by(id, &by), whole.tallies_by(id, &by));
        }
    }

    #[test]
    fn counting_two_periods_in_blocks_is_answering_both(
        cases in prop::collection::vec(case(), 0..80), blocks in 1..5_usize,
    ) {
        let periods = [period("2020Q1"), period("2019Q4")];
        let prepared = Prepared::new(&request("2020Q1", dimensions()), &periods).unwrap();
        let mut counter = prepared.start_counter();
        let mut made = vec![Vec::new(), Vec::new()];
        for block in cases.chunks(cases.len().div_ceil(blocks).max(1)) {
            for half in block.chunks(block.len().div_ceil(2)) {
                // Rows that were cut out of others must be read like any.
                let all = batch(&cases);
                let from = half.as_ptr_range().start as usize - cases.as_ptr() as usize;
                let from = from / size_of::<Case>();
                counter.load_batch(all.slice(from, half.len()));
                counter.add_up().unwrap();
            }
            for (made, answer) in made.iter_mut().zip(counter.take_answers()) {
                made.push(answer);
            }
        }
        for (name, made) in ["2020Q1", "2019Q4"].into_iter().zip(&made) {
            let expected = answer(name, &cases, 2);
            let made: Vec<&Answer> = made.iter().collect();
            let Some(joined) = Answer::join_answers(&made) else {
                prop_assert!(cases.is_empty());
                continue;
            };
            for id in IDS {
                for by in [vec![], vec!["city", "month", "note"]] {
                    prop_assert_eq!(joined.tallies_by(id, &by), expected.tallies_by(id, &by));
                }
            }
        }
    }

    #[test]
    fn verdicts_say_of_each_row_what_the_trace_says(
        cases in prop::collection::vec(case(), 1..60),
    ) {
        let periods = [period("2019Q4"), period("2020Q1")];
        let request = request("2020Q1", Vec::new());
        let prepared = Prepared::new(&request, &periods).unwrap();
        let mut counter = prepared.start_counter();
        counter.load_batch(batch(&cases));
        for (number, period) in periods.iter().enumerate() {
            let mut verdicts = BatchVerdicts::default();
            counter.find_verdicts(number, &mut verdicts).unwrap();
            let request = Request { period: period.clone(), ..request.clone() };
            for (family, ids) in prepared.definitions_by_family().iter().enumerate() {
                for (bit, id) in ids.iter().enumerate() {
                    let traced = trace_rows(&request, id, &batch(&cases)).unwrap().unwrap();
                    for (row, traced) in traced.iter().enumerate() {
                        let on_row = verdicts.verdicts_on(row);
                        let mut own = on_row.filter(|verdict| verdict.family == family);
                        let own = own.next().copied();
                        let reason = |number| counter.reason_text(number).to_owned();
                        let outcome =
                            own.map_or(RowOutcome::OutOfScope, |own| outcome(&own, &reason));
                        prop_assert_eq!(&outcome, &traced.outcome);
                        prop_assert_eq!(own.and_then(|own| own.open), traced.open);
                        let moment = own.and_then(|own| own.moment);
                        prop_assert!(moment.is_none_or(|moment| period.contains_moment(moment)));
                        prop_assert_eq!(moment.is_some(), outcome != RowOutcome::OutOfScope);
                        if outcome == RowOutcome::Counted {
                            prop_assert_eq!(own.and_then(|own| own.value), traced.value);
                            let is_late = own.is_some_and(|own| own.late >> bit & 1 == 1);
                            prop_assert_eq!(is_late, traced.is_late());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_trace_adds_up_to_the_figure(cases in prop::collection::vec(case(), 0..60)) {
        let request = request("2020Q1", Vec::new());
        let answer = answer_request(&request, &sources(&cases, 2)).unwrap();
        for id in IDS {
            let traced = trace_rows(&request, id, &batch(&cases)).unwrap().unwrap();
            let tally = answer.whole_tally(id).unwrap();
            let counted = traced.iter().filter(|row| row.outcome == RowOutcome::Counted);
            let sum: i64 = counted.clone().filter_map(|row| row.value).sum();
            prop_assert_eq!(i128::from(sum), tally.sum);
            if id != "ratio" {
                prop_assert_eq!(counted.clone().count() as u64, tally.n);
            }
            prop_assert_eq!(counted.filter(|row| row.is_late()).count() as u64, tally.late);
            let excluded = traced
                .iter()
                .filter(|row| matches!(row.outcome, RowOutcome::Excluded { .. }))
                .count() as u64;
            prop_assert_eq!(excluded, tally.excluded.iter().map(|e| e.n).sum::<u64>());
            let open = traced.iter().filter(|row| row.open.is_some()).count() as u64;
            prop_assert_eq!(open, tally.open.map_or(0, |open| open.n));
        }
    }
}

#[test]
fn nothing_gives_nothing_and_not_a_perfect_figure() {
    let answer = answer_request(&request("2020Q1", dimensions()), &[]).unwrap();
    let tally = answer.whole_tally("fix.law").unwrap();
    assert_eq!((tally.n, tally.sum, tally.longest), (0, 0, None));
    assert_eq!(tally.value_at_percentile(50.0), None);
    assert!(answer.tallies_by("fix.law", &["city"]).is_empty());
    assert!(answer.tallies_by("no such", &[]).is_empty());
    assert!(answer.tallies_by("fix.law", &["no such"]).is_empty());
}

#[test]
fn a_wait_of_exactly_the_limit_is_on_time_unless_the_rule_says_otherwise() {
    let resolved = crate::rows::NEW_YEAR + 10 * DAY;
    let case = Case {
        kind: "move",
        accepted: Some(resolved - 72 * 3600),
        resolved: Some(resolved),
        ..Case::default()
    };
    let mut request = request("2020Q1", Vec::new());
    let late = |request: &_| {
        let answer = answer_request(request, &sources(std::slice::from_ref(&case), 1)).unwrap();
        answer.whole_tally("fix.law").unwrap().late
    };
    assert_eq!(late(&request), 0);
    // The same where one limit is all there is, which is counted by a shorter way.
    let mut single = request.clone();
    single.definitions.truncate(1);
    assert_eq!(late(&single), 0);
    single.definitions[0].late_after[1] = crate::rows::late_after("true", 71, "law");
    assert_eq!(late(&single), 1);
    for definition in &mut request.definitions {
        if let trueline_figures::FigureMeasure::Waited { rule, .. } = &mut definition.measure {
            rule.limit_is_on_time = false;
        }
    }
    assert_eq!(late(&request), 1);
}

/// Families with a clock state the moment of the stop; where any has one, only a stop ends a row.
#[test]
fn rows_state_the_moments_by_which_they_fall_into_periods() {
    let accepted = crate::rows::NEW_YEAR;
    let closed = Case {
        kind: "fix",
        accepted: Some(accepted),
        resolved: Some(accepted + DAY),
        ..Case::default()
    };
    let open = Case { resolved: None, ..closed.clone() };
    let cases = [closed, open, Case { kind: "ask", note: Some("y"), ..Case::default() }];
    let stated = |request: &Request| {
        let prepared = Prepared::new(request, std::slice::from_ref(&request.period)).unwrap();
        let mut counter = prepared.start_counter();
        assert_eq!(counter.stated_moments(), []);
        counter.load_batch(batch(&cases));
        let moments = counter.stated_moments().into_iter();
        moments.map(|stated| (stated.row, stated.moment, stated.is_over)).collect::<Vec<_>>()
    };
    let mut asked = request("2020Q1", Vec::new());
    asked.definitions.retain(|definition| ["fix.law", "count"].contains(&definition.id.as_str()));
    let by_start = |is_over| [(0, accepted, is_over), (1, accepted, is_over)];
    let mut expected = vec![(0, accepted + DAY, true)];
    expected.extend(by_start(false));
    assert_eq!(stated(&asked), expected);
    asked.definitions.remove(0);
    assert_eq!(stated(&asked), by_start(true));
}

/// More labels than a table has places for: rows are then told apart one by one.
#[test]
fn a_thousand_keys_in_two_dimensions_are_counted_like_few() {
    let codes: Vec<&'static str> =
        (0..1200).map(|number| &*Box::leak(format!("{number:04}").into_boxed_str())).collect();
    let cases: Vec<Case> = codes
        .iter()
        .enumerate()
        .map(|(at, code)| Case {
            kind: "move",
            region: Some(code),
            side: Some(codes[if at % 3 == 0 { at } else { 1199 - at }]),
            accepted: Some(crate::rows::NEW_YEAR),
            resolved: Some(crate::rows::NEW_YEAR + at as i64),
            ..Case::default()
        })
        .collect();
    let column = |name: &str| trueline_figures::Dimension {
        name: name.to_owned(),
        key: trueline_figures::DimensionKey::Column(name.to_owned()),
    };
    let mut asked = request("2020Q1", vec![column("region"), column("side")]);
    asked.definitions[0].population =
        trueline_expression::parse_expression("region != side").unwrap();
    asked.definitions[0].exclusions.clear();
    let answer = answer_request(&asked, &sources(&cases, 1)).unwrap();
    let slices = answer.tallies_by("fix.law", &["region", "side"]);
    assert_eq!(slices.len(), 800);
    for (slice, tally) in slices {
        let at: usize = slice["region"].parse().unwrap();
        assert_eq!(slice["side"], codes[1199 - at]);
        assert_eq!((tally.n, tally.sum), (1, at as i128));
    }
}

//! The examples of `docs/clocks.md`, measured again.
//!
//! An example is a block fenced as `toml example`. Whatever it claims (elapsed time, due time,
//! lateness, a ratio) has to be what the clock says.

use serde::Deserialize;
use trueline_clock::{ClockRule, Pause, Ruler, TimeLimit, Unit};

use crate::moments::{calendar, moment_in};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    unit: String,
    #[serde(default = "shanghai")]
    zone: String,
    calendar: Option<String>,
    known_at: Option<String>,
    limit: Option<String>,
    limit_itself: Option<String>,
    start: Option<String>,
    stop: Option<String>,
    #[serde(default)]
    pauses: Vec<(String, String)>,
    elapsed: Option<String>,
    printed: Option<String>,
    due: Option<String>,
    late_by: Option<String>,
    remaining: Option<String>,
    #[serde(default)]
    cases: Vec<Case>,
    on_time_of_closed: Option<String>,
    on_time_of_dispatched: Option<String>,
    on_time_of_dispatched_less_withdrawn: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    start: String,
    stop: Option<String>,
    withdrawn: Option<String>,
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}

/// `15 h 45 min` in seconds.
fn seconds(text: &str) -> i64 {
    let words: Vec<&str> = text.split(' ').collect();
    let part = |pair: &[&str]| {
        let number: i64 = pair[0].parse().unwrap();
        match pair[1] {
            "h" => number * 3600,
            "min" => number * 60,
            "s" => number,
            other => panic!("no unit: {other}"),
        }
    };
    words.chunks(2).map(part).sum()
}

impl Example {
    fn ruler(&self) -> Ruler {
        let unit = match &*self.unit {
            "natural hours" => Unit::NaturalHours,
            "natural days" => Unit::NaturalDays,
            "working hours" => Unit::WorkingHours,
            "working days" => Unit::WorkingDays,
            other => panic!("no unit: {other}"),
        };
        let rule = ClockRule {
            unit,
            zone: self.zone.clone(),
            calendar: self.calendar.as_deref().map(Into::into),
            limit_is_on_time: self.limit_itself.as_deref() != Some("late"),
        };
        let calendars = self.calendar.iter().map(|name| match &self.known_at {
            Some(day) => calendar(name).as_known_at(day.parse().unwrap()),
            None => calendar(name).clone(),
        });
        Ruler::new(&rule, &calendars.collect::<Vec<_>>()).unwrap()
    }

    fn limit(&self, ruler: &Ruler) -> TimeLimit {
        let text = self.limit.as_deref().unwrap();
        let words: Vec<&str> = text.split(' ').collect();
        match *words {
            ["same", "day", "before", hour] => {
                TimeLimit::SameDay { before_hour: hour.parse().unwrap() }
            }
            [days, "d", "by", "date"] => TimeLimit::Dates { days: days.parse().unwrap() },
            [days, "wd", "by", "date"] => TimeLimit::WorkingDates { days: days.parse().unwrap() },
            [number, "h" | "d" | "wd"] => TimeLimit::Elapsed {
                seconds: number.parse::<i64>().unwrap() * ruler.unit_seconds(),
            },
            _ => panic!("no limit: {text}"),
        }
    }

    fn at(&self, text: &str) -> i64 {
        moment_in(&self.zone, text)
    }

    /// How many claims were checked.
    fn check(&self) -> usize {
        let ruler = self.ruler();
        if !self.cases.is_empty() {
            return self.check_ratios(&ruler);
        }
        let start = self.at(self.start.as_deref().unwrap());
        let stop = self.stop.as_deref().map(|stop| self.at(stop));
        let pause = |(from, to): &(String, String)| (self.at(from), self.at(to));
        let pauses: Vec<Pause> = self.pauses.iter().map(pause).collect();
        let mut checked = 0;
        let mut same =
            |claim: &Option<String>, measured: &dyn Fn() -> i64, wants: &dyn Fn(&str) -> i64| {
                if let Some(claim) = claim {
                    assert_eq!(measured(), wants(claim), "{claim} in {self:#?}");
                    checked += 1;
                }
            };
        let elapsed = || ruler.elapsed_seconds(start, stop.unwrap(), &mut pauses.clone()).unwrap();
        let margin = || {
            let limit = self.limit(&ruler);
            ruler.margin_seconds(start, stop.unwrap(), limit, &mut pauses.clone()).unwrap()
        };
        let due = || {
            let limit = self.limit(&ruler);
            ruler.due_time(start, limit, &mut pauses.clone(), start).unwrap()
        };
        same(&self.elapsed, &elapsed, &seconds);
        same(&self.due, &due, &|claim| self.at(claim));
        if let Some(claim) = &self.due {
            assert_eq!(ruler.due_text(due()).as_ref(), Ok(claim));
        }
        same(&self.late_by, &|| (-margin()).max(0), &seconds);
        same(&self.remaining, &|| margin().max(0), &seconds);
        if let Some(claim) = &self.printed {
            let hundredths = elapsed() * 100 / ruler.unit_seconds();
            let unit = claim.rsplit(' ').next().unwrap();
            let printed = format!("{}.{:02} {unit}", hundredths / 100, hundredths % 100);
            assert_eq!(*claim, printed, "{self:#?}");
            checked += 1;
        }
        checked
    }

    fn check_ratios(&self, ruler: &Ruler) -> usize {
        let limit = self.limit(ruler);
        let closed = self.cases.iter().filter_map(|case| Some((case, case.stop.as_deref()?)));
        let on_time = closed.clone().filter(|(case, stop)| {
            let measured = ruler.measure_wait(self.at(&case.start), self.at(stop), limit, &mut []);
            !measured.unwrap().is_late()
        });
        let on_time = on_time.count();
        let withdrawn = self.cases.iter().filter(|case| case.withdrawn.is_some()).count();
        let dispatched = self.cases.len();
        let claims = [
            (&self.on_time_of_closed, closed.count()),
            (&self.on_time_of_dispatched, dispatched),
            (&self.on_time_of_dispatched_less_withdrawn, dispatched - withdrawn),
        ];
        for (claim, of) in claims {
            assert_eq!(claim.as_deref(), Some(&*format!("{on_time} of {of}")));
        }
        claims.len()
    }
}

#[test]
fn every_example_of_the_page_is_true() {
    let page = include_str!("../../../../docs/clocks.md");
    let mut examples = 0;
    for block in page.split("```toml example\n").skip(1) {
        let text = block.split("```").next().unwrap();
        let example: Example = toml::from_str(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        assert!(example.check() > 0, "claims nothing:\n{text}");
        examples += 1;
    }
    assert!(examples >= 22, "{examples} examples");
}

/// The formats that the page shows are read by the parser that reads the real ones.
#[test]
fn the_formats_of_the_page_are_read() {
    let page = include_str!("../../../../docs/clocks.md");
    let blocks = page.split("```toml\n").skip(1);
    let texts: Vec<&str> = blocks.map(|block| block.split("```").next().unwrap()).collect();
    let [week, year] = *texts else {
        panic!("{} formats", texts.len());
    };
    let files = [("calendar.toml", week), ("2020.toml", year)];
    let read = trueline_clock::Calendar::parse(&files).unwrap();
    assert_eq!(read.notices_of_year(2020).next().unwrap().days.len(), 3);
}

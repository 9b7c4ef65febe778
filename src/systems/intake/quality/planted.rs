//! A small clean province made from a seed, in which tests plant defects to measure the finder.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
    StringDictionaryBuilder, StructBuilder, TimestampSecondBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Fields};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::local::{CivilDate, DAY, LocalTime, day_of_date};
use super::rows::{ACCEPTED, ARRIVED, CLOSED, CONFIRMED, FIRST_CONTACT, MOMENTS, RESOLVED};

pub(super) const HOUR: i64 = 3_600;
/// Asia/Shanghai.
pub(super) const ZONE_OFFSET: i64 = 8 * HOUR;

/// Random numbers in a few useful distributions.
pub(super) struct TestRandom(ChaCha8Rng);

impl TestRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn draw_below(&mut self, n: i64) -> i64 {
        (self.draw_unit() * n as f64) as i64
    }

    pub(super) fn draw_unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn draw_chance(&mut self, share: f64) -> bool {
        self.draw_unit() < share
    }

    fn draw_exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.draw_unit()).ln()
    }

    /// Nearly normal: the sum of twelve uniform draws.
    fn draw_normal(&mut self) -> f64 {
        (0..12).map(|_| self.draw_unit()).sum::<f64>() - 6.0
    }

    fn draw_lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.draw_normal()).exp()
    }

    fn pick_one<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.draw_below(from.len() as i64) as usize]
    }
}

#[derive(Debug, Clone)]
pub(super) struct TestCase {
    pub(super) source: &'static str,
    pub(super) kind: &'static str,
    pub(super) region: String,
    pub(super) channel: &'static str,
    pub(super) cause: String,
    pub(super) moments: [Option<i64>; MOMENTS.len()],
    pub(super) pause: Option<(i64, i64)>,
    pub(super) satisfaction: Option<&'static str>,
    pub(super) score: Option<i64>,
    pub(super) latitude: f64,
    pub(super) sla: bool,
}

impl TestCase {
    pub(super) fn measure_wait(&self) -> i64 {
        self.moments[RESOLVED].expect("always set") - self.moments[ACCEPTED].expect("always set")
    }

    /// Moves the end of the work, and everything after it.
    pub(super) fn resolve_after(&mut self, seconds: i64) {
        let by = seconds - self.measure_wait();
        for which in [RESOLVED, CONFIRMED, CLOSED] {
            self.moments[which] = self.moments[which].map(|at| at + by);
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct TestProvince {
    pub(super) cases: Vec<TestCase>,
    /// `s` or `m`.
    pub(super) precision: char,
}

const SOURCES: [&str; 2] = ["north", "south"];
const KINDS: [&str; 4] = ["install", "move", "repair", "complaint"];

fn draw_acceptance(dice: &mut TestRandom, first_day: i64, days: i64) -> i64 {
    loop {
        let day = dice.draw_below(days);
        // A season, a weekend and a daily curve, by rejection.
        let season = 0.75 + 0.25 * (day as f64 / 29.0).sin();
        let weekend = if (first_day + day + 3) % 7 >= 5 { 0.6 } else { 1.0 };
        let second = dice.draw_below(DAY);
        let hour = second as f64 / 3_600.0;
        let daily = if (8.0..20.0).contains(&hour) { 1.0 } else { 0.12 };
        if dice.draw_chance(season * weekend * daily) {
            return (first_day + day) * DAY + second - ZONE_OFFSET;
        }
    }
}

fn make_clean_case(dice: &mut TestRandom, first_day: i64, days: i64) -> TestCase {
    let kind = dice.pick_one(&KINDS);
    let prefecture = dice.draw_below(11) + 1;
    let start = draw_acceptance(dice, first_day, days);
    let (median, spread) = match kind {
        "repair" => (5.0, 0.7),
        "complaint" => (30.0, 0.9),
        _ => (20.0, 0.6),
    };
    let wait = dice.draw_lognormal(median * HOUR as f64, spread).max(90.0) as i64;
    let resolved = start + wait;
    let confirmed = resolved + dice.draw_exponential(5.0 * HOUR as f64) as i64;
    let mut moments = [None; MOMENTS.len()];
    moments[ACCEPTED] = Some(start);
    moments[FIRST_CONTACT] = Some(start + (wait as f64 * dice.draw_unit() * 0.3) as i64);
    moments[ARRIVED] = Some(start + (wait as f64 * (0.5 + dice.draw_unit() * 0.4)) as i64);
    moments[RESOLVED] = Some(resolved);
    moments[CONFIRMED] = dice.draw_chance(0.7).then_some(confirmed);
    moments[CLOSED] = Some(confirmed + dice.draw_exponential(20.0 * HOUR as f64) as i64);
    let pause = dice.draw_chance(0.1).then(|| {
        let from = start + (wait as f64 * dice.draw_unit() * 0.8) as i64;
        (from, from + ((resolved - from) as f64 * dice.draw_unit()) as i64)
    });
    let good = 0.90 + prefecture as f64 * 0.006;
    let satisfaction = dice.draw_chance(0.6).then(|| {
        if dice.draw_chance(good) {
            "satisfied"
        } else {
            dice.pick_one(&["neutral", "dissatisfied"])
        }
    });
    TestCase {
        source: dice.pick_one(&SOURCES),
        kind,
        region: format!("14{:02}{:02}", prefecture, 21 + dice.draw_below(6)),
        channel: dice.pick_one(&["10010", "hall", "app", "web"]),
        cause: dice.pick_one(&["line", "terminal", "core", "power", "other"]).to_owned(),
        moments,
        pause,
        satisfaction,
        score: dice.draw_chance(0.5).then(|| 1 + dice.draw_below(10)),
        latitude: 34.0 + dice.draw_unit() * 6.0,
        sla: dice.draw_chance(good),
    }
}

impl TestProvince {
    /// A clean province. The seed also decides period, size and precision.
    pub(super) fn make_clean(seed: u64) -> Self {
        let mut dice = TestRandom::new(seed);
        let first_day = day_of_date(CivilDate {
            year: 2019 + (seed % 3) as i64,
            month: 1 + (seed % 7) as u8,
            day: 1,
        });
        let days = dice.pick_one(&[91, 120, 181]);
        let cases = 4_000 + dice.draw_below(6_000);
        let mut cases: Vec<TestCase> =
            (0..cases).map(|_| make_clean_case(&mut dice, first_day, days)).collect();
        // A storm: three hours in which many faults come and are mended together.
        let storm = draw_acceptance(&mut dice, first_day, days);
        for case in cases.iter_mut().filter(|case| case.kind == "repair").take(200) {
            let by =
                storm + dice.draw_below(3 * HOUR) - case.moments[ACCEPTED].expect("always set");
            for moment in &mut case.moments {
                *moment = moment.map(|at| at + by);
            }
            case.pause = None;
        }
        let precision = if seed.is_multiple_of(2) { 's' } else { 'm' };
        Self { cases, precision }
    }

    /// The batches of the province, in source and key order, as the lake would give them.
    pub(super) fn make_batches(&self) -> Vec<RecordBatch> {
        let mut by_source: BTreeMap<&str, Vec<(usize, &TestCase)>> = BTreeMap::new();
        for (number, case) in self.cases.iter().enumerate() {
            by_source.entry(case.source).or_default().push((number, case));
        }
        let rows: Vec<(usize, &TestCase)> = by_source.into_values().flatten().collect();
        rows.chunks(4_096).map(|rows| self.make_batch(rows)).collect()
    }

    fn make_batch(&self, rows: &[(usize, &TestCase)]) -> RecordBatch {
        let label = |value: &dyn Fn(&TestCase) -> Option<String>| -> ArrayRef {
            let mut builder = StringDictionaryBuilder::<Int32Type>::new();
            for (_, case) in rows {
                builder.append_option(value(case));
            }
            Arc::new(builder.finish())
        };
        let mut keys = StringBuilder::new();
        let mut lines = Int64Builder::new();
        let mut scores = Int64Builder::new();
        let mut latitudes = Float64Builder::new();
        let mut slas = BooleanBuilder::new();
        for (number, case) in rows {
            keys.append_value(format!("{number:08}"));
            lines.append_value(*number as i64 + 2);
            scores.append_option(case.score);
            latitudes.append_value(case.latitude);
            slas.append_value(case.sla);
        }
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("source", label(&|case| Some(case.source.to_owned()))),
            ("source_key", Arc::new(keys.finish())),
            ("kind", label(&|case| Some(case.kind.to_owned()))),
            ("region", label(&|case| Some(case.region.clone()))),
            ("channel", label(&|case| Some(case.channel.to_owned()))),
            ("cause", label(&|case| Some(case.cause.clone()))),
        ];
        for (which, name) in MOMENTS.iter().enumerate() {
            columns.push((name, self.make_moments(rows, which)));
        }
        let satisfaction = label(&|case| case.satisfaction.map(str::to_owned));
        columns.push(("satisfaction", satisfaction));
        columns.push(("intervals", make_intervals(rows)));
        columns.push(("precision", label(&|case| Some(self.precision_letters(case)))));
        columns.push(("source_line", Arc::new(lines.finish())));
        columns.push(("x_score", Arc::new(scores.finish())));
        columns.push(("x_latitude", Arc::new(latitudes.finish())));
        columns.push(("x_sla", Arc::new(slas.finish())));
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .expect("columns of one length")
    }

    fn make_moments(&self, rows: &[(usize, &TestCase)], which: usize) -> ArrayRef {
        let step = if self.precision == 'm' { 60 } else { 1 };
        let mut builder = TimestampSecondBuilder::new().with_timezone("UTC");
        for (_, case) in rows {
            builder.append_option(case.moments[which].map(|at| at.div_euclid(step) * step));
        }
        Arc::new(builder.finish())
    }

    fn precision_letters(&self, case: &TestCase) -> String {
        let letter = |moment: &Option<i64>| moment.map_or('-', |_| self.precision);
        case.moments.iter().map(letter).collect()
    }
}

fn make_intervals(rows: &[(usize, &TestCase)]) -> ArrayRef {
    let moment = DataType::Timestamp(arrow_schema::TimeUnit::Second, Some("UTC".into()));
    let fields: Fields = vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("from", moment.clone(), false),
        Field::new("to", moment, true),
    ]
    .into();
    let records = StructBuilder::new(
        fields,
        vec![
            Box::new(StringBuilder::new()),
            Box::new(TimestampSecondBuilder::new().with_timezone("UTC")),
            Box::new(TimestampSecondBuilder::new().with_timezone("UTC")),
        ],
    );
    let mut list = ListBuilder::new(records);
    for (_, case) in rows {
        if let Some((from, to)) = case.pause {
            let record = list.values();
            let kind = record.field_builder::<StringBuilder>(0);
            kind.expect("first field").append_value("paused");
            for (field, at) in [(1, from), (2, to)] {
                let builder = record.field_builder::<TimestampSecondBuilder>(field);
                builder.expect("a moment").append_value(at);
            }
            record.append(true);
        }
        list.append(true);
    }
    Arc::new(list.finish())
}

/// The zone of the province.
pub(super) fn shanghai_time() -> LocalTime {
    LocalTime::new("Asia/Shanghai").expect("bundled")
}

//! A small clean province from a seed, and defects planted into it: what the finder is measured on.

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

/// Chance with a few useful shapes.
pub(super) struct TestRandom(ChaCha8Rng);

impl TestRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    pub(super) fn below(&mut self, n: i64) -> i64 {
        (self.unit() * n as f64) as i64
    }

    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// About normal: twelve uniform draws.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * (spread * self.normal()).exp()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as i64) as usize]
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
    pub(super) fn wait(&self) -> i64 {
        self.moments[RESOLVED].expect("always set") - self.moments[ACCEPTED].expect("always set")
    }

    /// Moves the end of the work, and what came after it, with it.
    pub(super) fn resolve_after(&mut self, seconds: i64) {
        let by = seconds - self.wait();
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

fn accepted(dice: &mut TestRandom, first_day: i64, days: i64) -> i64 {
    loop {
        let day = dice.below(days);
        // A season, a weekend and a daily curve, by rejection.
        let season = 0.75 + 0.25 * (day as f64 / 29.0).sin();
        let weekend = if (first_day + day + 3) % 7 >= 5 { 0.6 } else { 1.0 };
        let second = dice.below(DAY);
        let hour = second as f64 / 3_600.0;
        let daily = if (8.0..20.0).contains(&hour) { 1.0 } else { 0.12 };
        if dice.chance(season * weekend * daily) {
            return (first_day + day) * DAY + second - ZONE_OFFSET;
        }
    }
}

fn clean_case(dice: &mut TestRandom, first_day: i64, days: i64) -> TestCase {
    let kind = dice.pick(&KINDS);
    let prefecture = dice.below(11) + 1;
    let start = accepted(dice, first_day, days);
    let (median, spread) = match kind {
        "repair" => (5.0, 0.7),
        "complaint" => (30.0, 0.9),
        _ => (20.0, 0.6),
    };
    let wait = dice.lognormal(median * HOUR as f64, spread).max(90.0) as i64;
    let resolved = start + wait;
    let confirmed = resolved + dice.exponential(5.0 * HOUR as f64) as i64;
    let mut moments = [None; MOMENTS.len()];
    moments[ACCEPTED] = Some(start);
    moments[FIRST_CONTACT] = Some(start + (wait as f64 * dice.unit() * 0.3) as i64);
    moments[ARRIVED] = Some(start + (wait as f64 * (0.5 + dice.unit() * 0.4)) as i64);
    moments[RESOLVED] = Some(resolved);
    moments[CONFIRMED] = dice.chance(0.7).then_some(confirmed);
    moments[CLOSED] = Some(confirmed + dice.exponential(20.0 * HOUR as f64) as i64);
    let pause = dice.chance(0.1).then(|| {
        let from = start + (wait as f64 * dice.unit() * 0.8) as i64;
        (from, from + ((resolved - from) as f64 * dice.unit()) as i64)
    });
    let good = 0.90 + prefecture as f64 * 0.006;
    let satisfaction = dice.chance(0.6).then(|| {
        if dice.chance(good) { "satisfied" } else { dice.pick(&["neutral", "dissatisfied"]) }
    });
    TestCase {
        source: dice.pick(&SOURCES),
        kind,
        region: format!("14{:02}{:02}", prefecture, 21 + dice.below(6)),
        channel: dice.pick(&["10010", "hall", "app", "web"]),
        cause: dice.pick(&["line", "terminal", "core", "power", "other"]).to_owned(),
        moments,
        pause,
        satisfaction,
        score: dice.chance(0.5).then(|| 1 + dice.below(10)),
        latitude: 34.0 + dice.unit() * 6.0,
        sla: dice.chance(good),
    }
}

impl TestProvince {
    /// A clean province. The seed also decides period, size and precision.
    pub(super) fn clean(seed: u64) -> Self {
        let mut dice = TestRandom::new(seed);
        let first_day = day_of_date(CivilDate {
            year: 2019 + (seed % 3) as i64,
            month: 1 + (seed % 7) as u8,
            day: 1,
        });
        let days = dice.pick(&[91, 120, 181]);
        let cases = 4_000 + dice.below(6_000);
        let mut cases: Vec<TestCase> =
            (0..cases).map(|_| clean_case(&mut dice, first_day, days)).collect();
        // A storm: three hours in which faults come and are mended together.
        let storm = accepted(&mut dice, first_day, days);
        for case in cases.iter_mut().filter(|case| case.kind == "repair").take(200) {
            let by = storm + dice.below(3 * HOUR) - case.moments[ACCEPTED].expect("always set");
            for moment in &mut case.moments {
                *moment = moment.map(|at| at + by);
            }
            case.pause = None;
        }
        let precision = if seed.is_multiple_of(2) { 's' } else { 'm' };
        Self { cases, precision }
    }

    /// The batches of the province, in source and key order, as the lake would give them.
    pub(super) fn batches(&self) -> Vec<RecordBatch> {
        let mut by_source: BTreeMap<&str, Vec<(usize, &TestCase)>> = BTreeMap::new();
        for (number, case) in self.cases.iter().enumerate() {
            by_source.entry(case.source).or_default().push((number, case));
        }
        let rows: Vec<(usize, &TestCase)> = by_source.into_values().flatten().collect();
        rows.chunks(4_096).map(|rows| self.batch(rows)).collect()
    }

    fn batch(&self, rows: &[(usize, &TestCase)]) -> RecordBatch {
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
            columns.push((name, self.moments(rows, which)));
        }
        let satisfaction = label(&|case| case.satisfaction.map(str::to_owned));
        columns.push(("satisfaction", satisfaction));
        columns.push(("intervals", intervals(rows)));
        columns.push(("precision", label(&|case| Some(self.letters(case)))));
        columns.push(("source_line", Arc::new(lines.finish())));
        columns.push(("x_score", Arc::new(scores.finish())));
        columns.push(("x_latitude", Arc::new(latitudes.finish())));
        columns.push(("x_sla", Arc::new(slas.finish())));
        RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .expect("columns of one length")
    }

    fn moments(&self, rows: &[(usize, &TestCase)], which: usize) -> ArrayRef {
        let step = if self.precision == 'm' { 60 } else { 1 };
        let mut builder = TimestampSecondBuilder::new().with_timezone("UTC");
        for (_, case) in rows {
            builder.append_option(case.moments[which].map(|at| at.div_euclid(step) * step));
        }
        Arc::new(builder.finish())
    }

    fn letters(&self, case: &TestCase) -> String {
        let letter = |moment: &Option<i64>| moment.map_or('-', |_| self.precision);
        case.moments.iter().map(letter).collect()
    }
}

fn intervals(rows: &[(usize, &TestCase)]) -> ArrayRef {
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
pub(super) fn shanghai() -> LocalTime {
    LocalTime::new("Asia/Shanghai").expect("bundled")
}

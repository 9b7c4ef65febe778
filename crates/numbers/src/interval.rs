//! How certain a proportion is: intervals, bounds, and how many records a claim needs.

use super::binomial::{beta_inverse, normal_inverse};

/// The method by which an interval was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntervalMethod {
    /// Its coverage is close to the level on average; the usual choice.
    Wilson,
    /// Its coverage is never below the level; wider.
    ClopperPearson,
    /// One-sided Clopper–Pearson.
    UpperBound,
    /// For a difference of two shares of one sample, such as a net promoter score.
    AdjustedWald,
}

impl IntervalMethod {
    /// The name used in packs and files.
    pub fn name(self) -> &'static str {
        match self {
            IntervalMethod::Wilson => "wilson",
            IntervalMethod::ClopperPearson => "clopper-pearson",
            IntervalMethod::UpperBound => "upper-bound",
            IntervalMethod::AdjustedWald => "adjusted-wald",
        }
    }
}

/// From `low` to `high` at a confidence `level` such as 0.95.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceInterval {
    pub low: f64,
    pub high: f64,
    pub level: f64,
    pub method: IntervalMethod,
}

fn is_sound(hits: u64, n: u64, level: f64) -> bool {
    n > 0 && hits <= n && level > 0.0 && level < 1.0
}

/// The Wilson interval of `hits` among `n`. `None` if `n` is 0 or `hits` exceeds `n`.
pub fn wilson_interval(hits: u64, n: u64, level: f64) -> Option<ConfidenceInterval> {
    if !is_sound(hits, n, level) {
        return None;
    }
    let z = normal_inverse(0.5 + level / 2.0);
    let (size, share) = (n as f64, hits as f64 / n as f64);
    let square = z * z;
    let spread = 1.0 + square / size;
    let centre = (share + square / (2.0 * size)) / spread;
    let inner = share * (1.0 - share) / size + square / (4.0 * size * size);
    let half = z * libm::sqrt(inner) / spread;
    // At the ends the formula gives 0 or 1, except for the last digit.
    Some(ConfidenceInterval {
        low: if hits == 0 { 0.0 } else { centre - half },
        high: if hits == n { 1.0 } else { centre + half },
        level,
        method: IntervalMethod::Wilson,
    })
}

/// The Clopper–Pearson interval of `hits` among `n`. `None` if `n` is 0 or `hits` exceeds
/// `n`.
pub fn clopper_pearson_interval(hits: u64, n: u64, level: f64) -> Option<ConfidenceInterval> {
    if !is_sound(hits, n, level) {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    let (hit, missed) = (hits as f64, (n - hits) as f64);
    Some(ConfidenceInterval {
        low: if hits == 0 { 0.0 } else { beta_inverse(tail, hit, missed + 1.0) },
        high: if hits == n { 1.0 } else { beta_inverse(1.0 - tail, hit + 1.0, missed) },
        level,
        method: IntervalMethod::ClopperPearson,
    })
}

/// The rate that the true error rate does not exceed, at this confidence: one-sided and exact.
///
/// ```
/// use trueline_numbers::error_rate_upper_bound;
///
/// let bound = error_rate_upper_bound(0, 29_956, 0.95).unwrap();
/// assert!(bound <= 1e-4 && bound > 0.9999e-4);
/// ```
pub fn error_rate_upper_bound(errors: u64, n: u64, level: f64) -> Option<f64> {
    if !is_sound(errors, n, level) {
        return None;
    }
    if errors == n {
        return Some(1.0);
    }
    if errors == 0 {
        return Some(-libm::expm1(libm::log1p(-level) / n as f64));
    }
    Some(beta_inverse(level, errors as f64 + 1.0, (n - errors) as f64))
}

/// How many records must be checked, if `errors` of them are wrong, to show at this confidence that
/// the error rate is at most `rate`. `None` unless both lie between 0 and 1.
///
/// ```
/// use trueline_numbers::clean_records_needed;
///
/// assert_eq!(clean_records_needed(1e-4, 0.95, 0), Some(29_956));
/// ```
pub fn clean_records_needed(rate: f64, level: f64, errors: u64) -> Option<u64> {
    let is_share = |value: f64| value > 0.0 && value < 1.0;
    if !is_share(rate) || !is_share(level) || rate < 1e-12 {
        return None;
    }
    let shows = |n: u64| error_rate_upper_bound(errors, n, level).is_some_and(|high| high <= rate);
    let mut high = errors + 1;
    while !shows(high) {
        high = high.checked_mul(2)?;
    }
    let mut low = errors;
    while low + 1 < high {
        let middle = low.midpoint(high);
        if shows(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// The adjusted-Wald interval of promoters minus detractors, as a share of `n`. Three answers are
/// added, three quarters of one at each end. `None` if `n` is 0 or the two together exceed `n`.
pub fn net_promoter_interval(
    promoters: u64,
    detractors: u64,
    n: u64,
    level: f64,
) -> Option<ConfidenceInterval> {
    if !is_sound(promoters.checked_add(detractors)?, n, level) {
        return None;
    }
    let size = n as f64 + 3.0;
    let above = (promoters as f64 + 0.75) / size;
    let below = (detractors as f64 + 0.75) / size;
    let score = above - below;
    let variance = above + below - score * score;
    let half = normal_inverse(0.5 + level / 2.0) * libm::sqrt(variance / size);
    Some(ConfidenceInterval {
        low: (score - half).max(-1.0),
        high: (score + half).min(1.0),
        level,
        method: IntervalMethod::AdjustedWald,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_near(found: f64, expected: f64) {
        let off = (found - expected).abs();
        assert!(off <= 1e-9 * expected.abs().max(1e-3), "{found} {expected}");
    }

    #[test]
    fn intervals_agree_with_published_values() {
        // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, n, wilson_ends, exact_ends) in [
            (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
            (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
            (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
            (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        ] {
            let ends = |interval: ConfidenceInterval| {
                let digits = |value: f64| (value * 1e4).round() / 1e4;
                (digits(interval.low), digits(interval.high))
            };
            assert_eq!(ends(wilson_interval(hits, n, 0.95).unwrap()), wilson_ends);
            assert_eq!(ends(clopper_pearson_interval(hits, n, 0.95).unwrap()), exact_ends);
        }
    }

    #[test]
    fn a_claim_of_one_in_ten_thousand_needs_these_many_records() {
        for (errors, records) in [(0, 29_956), (1, 47_437), (2, 62_956)] {
            assert_eq!(clean_records_needed(1e-4, 0.95, errors), Some(records));
        }
    }

    #[test]
    fn no_count_of_records_shows_a_claim_that_is_no_share() {
        for (rate, level) in [(0.0, 0.95), (1.0, 0.95), (-0.1, 0.95), (0.1, 0.0), (0.1, 1.0)] {
            assert_eq!(clean_records_needed(rate, level, 0), None, "{rate} {level}");
        }
        assert_eq!(clean_records_needed(1e-13, 0.95, 0), None, "beyond any count");
    }

    /// The least count that shows it: one record fewer does not.
    #[test]
    fn one_record_fewer_does_not_show_the_claim() {
        for (rate, level, errors) in [(0.5, 0.5, 0), (0.1, 0.95, 3), (1e-3, 0.99, 1), (0.9, 0.1, 2)]
        {
            let needed = clean_records_needed(rate, level, errors).unwrap();
            let bound = |n| error_rate_upper_bound(errors, n, level).unwrap();
            assert!(bound(needed) <= rate, "{rate} {level} {errors}");
            assert!(needed == errors + 1 || bound(needed - 1) > rate, "{rate} {level} {errors}");
        }
    }

    #[test]
    fn a_bound_is_the_upper_end_of_a_two_sided_interval() {
        for (errors, n) in [(1, 10), (3, 40), (9, 10), (50, 1000)] {
            let bound = error_rate_upper_bound(errors, n, 0.95).unwrap();
            assert_near(bound, clopper_pearson_interval(errors, n, 0.90).unwrap().high);
        }
        assert_eq!(error_rate_upper_bound(7, 7, 0.95), Some(1.0));
    }

    #[test]
    fn no_errors_have_a_bound_in_closed_form_at_any_size() {
        for n in [1, 10, 29_956, 20_000_000, 10_000_000_000_u64] {
            let bound = error_rate_upper_bound(0, n, 0.95).unwrap();
            let interval = clopper_pearson_interval(0, n, 0.90).unwrap();
            assert!((bound - interval.high).abs() <= 1e-11 * bound, "{n}");
        }
    }

    #[test]
    fn the_normal_deviate_of_a_usual_level_is_the_usual_one() {
        assert_near(normal_inverse(0.975), 1.959_963_984_540_054);
        assert_near(normal_inverse(0.95), 1.644_853_626_951_472_7);
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(wilson_interval(0, 0, 0.95), None);
        assert_eq!(clopper_pearson_interval(3, 2, 0.95), None);
        assert_eq!(error_rate_upper_bound(0, 0, 0.95), None);
        assert_eq!(net_promoter_interval(2, 2, 3, 0.95), None);
        assert_eq!(net_promoter_interval(u64::MAX, 1, 3, 0.95), None);
        for level in [0.0, 1.0, -0.5, 1.5] {
            assert_eq!(wilson_interval(1, 2, level), None, "{level}");
            assert_eq!(error_rate_upper_bound(1, 2, level), None, "{level}");
        }
    }

    #[test]
    fn an_interval_says_its_level_and_method() {
        let named = |interval: Option<ConfidenceInterval>| {
            let interval = interval.unwrap();
            (interval.level.to_string(), interval.method.name())
        };
        assert_eq!(named(wilson_interval(1, 2, 0.9)), ("0.9".to_owned(), "wilson"));
        assert_eq!(
            named(clopper_pearson_interval(1, 2, 0.9)),
            ("0.9".to_owned(), "clopper-pearson")
        );
        assert_eq!(named(net_promoter_interval(1, 0, 2, 0.9)), ("0.9".to_owned(), "adjusted-wald"));
        assert_eq!(IntervalMethod::UpperBound.name(), "upper-bound");
    }

    #[test]
    fn a_net_promoter_score_stays_between_minus_one_and_one() {
        let all = net_promoter_interval(30, 0, 30, 0.95).unwrap();
        assert!((all.high - 1.0).abs() < f64::EPSILON && all.low > 0.0, "{all:?}");
        let none = net_promoter_interval(0, 30, 30, 0.95).unwrap();
        assert!((none.low + 1.0).abs() < f64::EPSILON && none.high < 0.0, "{none:?}");
    }

    #[test]
    fn a_net_promoter_score_has_the_adjusted_wald_interval() {
        // 75 promoters and 20 detractors of 150: (75.75 - 20.75) / 153 = 0.35948, s = 0.70567.
        let interval = net_promoter_interval(75, 20, 150, 0.95).unwrap();
        let score = 55.0 / 153.0;
        let deviation = ((96.5 / 153.0 - score * score) / 153.0_f64).sqrt();
        assert_near(interval.low, score - 1.959_963_984_540_054 * deviation);
        assert_near(interval.high, score + 1.959_963_984_540_054 * deviation);
    }

    proptest! {
        /// The tail sums are added up term by term, which is slow and plain.
        #[test]
        fn exact_ends_cut_off_exactly_the_tails(n in 1..60_u64, hits in 0..60_u64) {
            let hits = hits.min(n);
            let interval = clopper_pearson_interval(hits, n, 0.9).unwrap();
            let at_least = |p: f64, from: u64| (from..=n).map(|k| term(k, n, p)).sum::<f64>();
            if hits > 0 {
                prop_assert!((at_least(interval.low, hits) - 0.05).abs() < 1e-9);
            }
            if hits < n {
                prop_assert!((1.0 - at_least(interval.high, hits + 1) - 0.05).abs() < 1e-9);
            }
        }

        #[test]
        fn intervals_hold_the_share_and_mirror(n in 1..2000_u64, hits in 0..2000_u64) {
            let hits = hits.min(n);
            let share = hits as f64 / n as f64;
            for method in [wilson_interval, clopper_pearson_interval] {
                let interval = method(hits, n, 0.95).unwrap();
                prop_assert!(0.0 <= interval.low && interval.low <= share);
                prop_assert!(share <= interval.high && interval.high <= 1.0);
                let mirrored = method(n - hits, n, 0.95).unwrap();
                prop_assert!((1.0 - mirrored.high - interval.low).abs() < 1e-9);
            }
        }
    }

    fn term(k: u64, n: u64, p: f64) -> f64 {
        let choose: f64 = (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product();
        choose * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
    }
}

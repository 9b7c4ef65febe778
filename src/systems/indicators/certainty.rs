//! How sure a proportion is: intervals and the one-sided bound of an error rate.
//!
//! Everything goes through `libm`, so that every machine prints the same digits.

use super::model::{Interval, Method};

/// The interval of `part` out of `of`, as the pack wants it.
pub(super) fn interval(part: u64, of: u64, wanted: Interval) -> Option<(f64, f64)> {
    if of == 0 || part > of {
        return None;
    }
    let outside = (1.0 - wanted.level) / 2.0;
    Some(match wanted.method {
        Method::Wilson => wilson(part, of, normal_quantile(1.0 - outside)),
        Method::ClopperPearson => {
            let low = if part == 0 {
                0.0
            } else {
                root(|p| 1.0 - binomial_at_most(part - 1, of, p) - outside)
            };
            let high = if part == of {
                1.0
            } else {
                root(|p| outside - binomial_at_most(part, of, p))
            };
            (low, high)
        }
    })
}

/// The rate that is not exceeded, at this level, when `errors` were found in `records` (exact
/// binomial, one-sided).
pub(super) fn upper_bound(errors: u64, records: u64, level: f64) -> Option<f64> {
    if records == 0 || errors > records {
        return None;
    }
    if errors == records {
        return Some(1.0);
    }
    Some(root(|p| (1.0 - level) - binomial_at_most(errors, records, p)))
}

/// The fewest records in which `errors` errors still prove a rate of at most `claim`.
pub(super) fn records_needed(errors: u64, claim: f64, level: f64) -> u64 {
    let proves = |records: u64| binomial_at_most(errors, records, claim) <= 1.0 - level;
    let mut high = errors + 1;
    while !proves(high) {
        high *= 2;
    }
    let mut low = errors;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if proves(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

fn wilson(part: u64, of: u64, z: f64) -> (f64, f64) {
    let n = of as f64;
    let p = part as f64 / n;
    let centre = p + z * z / (2.0 * n);
    let spread = z * libm::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    let low = if part == 0 { 0.0 } else { (centre - spread) / scale };
    let high = if part == of { 1.0 } else { (centre + spread) / scale };
    (low, high)
}

/// The point below which a standard normal value lies with this probability, above one half.
fn normal_quantile(probability: f64) -> f64 {
    let tail = 1.0 - probability;
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if libm::erfc(middle / core::f64::consts::SQRT_2) / 2.0 > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability of at most `part` hits in `of` trials.
fn binomial_at_most(part: u64, of: u64, p: f64) -> f64 {
    if part >= of {
        return 1.0;
    }
    incomplete_beta(1.0 - p, (of - part) as f64, part as f64 + 1.0)
}

/// The rate where a rising function crosses zero.
fn root(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if f(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The regularized incomplete beta function, by its continued fraction.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
            + a * libm::log(x)
            + b * libm::log1p(-x),
    );
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..10_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / safe(1.0 + even * d);
        c = safe(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / safe(1.0 + odd * d);
        c = safe(1.0 + odd / c);
        let factor = d * c;
        product *= factor;
        if (factor - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_of_one_in_ten_thousand_needs_these_clean_records() {
        assert_eq!(records_needed(0, 1e-4, 0.90), 23_025);
        assert_eq!(records_needed(0, 1e-4, 0.95), 29_956);
        assert_eq!(records_needed(0, 1e-4, 0.99), 46_050);
        assert!(records_needed(1, 1e-4, 0.95).abs_diff(47_437) < 5);
        assert!(upper_bound(0, 29_956, 0.95).expect("records") <= 1e-4);
        assert!(upper_bound(0, 29_955, 0.95).expect("records") > 1e-4);
    }

    #[test]
    fn intervals_hold_the_share_and_agree_with_the_books() {
        let wanted = |method| Interval {
            method,
            level: 0.95,
        };
        let (low, high) = interval(8, 10, wanted(Method::Wilson)).expect("rows");
        assert!((low - 0.490_16).abs() < 1e-5 && (high - 0.943_32).abs() < 1e-5);
        let (low, high) = interval(8, 10, wanted(Method::ClopperPearson)).expect("rows");
        assert!((low - 0.443_90).abs() < 1e-5 && (high - 0.974_79).abs() < 1e-5);
        assert_eq!(interval(0, 0, wanted(Method::Wilson)), None);
        let (low, high) = interval(10, 10, wanted(Method::ClopperPearson)).expect("rows");
        assert!(low < 1.0 && (high - 1.0).abs() < f64::EPSILON);
    }
}

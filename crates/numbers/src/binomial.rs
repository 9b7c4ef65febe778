//! The binomial distribution to the last digits: its density, its tails, and their inverse.
//!
//! The density follows C. Loader (2000), which keeps full precision at any size: the usual way
//! through differences of `lgamma` loses half the digits at ten million records.
#![expect(clippy::float_cmp, reason = "ends of a range, and sums that no longer change, are exact")]

use std::f64::consts::PI;

/// ln(n!) minus Stirling's approximation of it.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - 0.5 * libm::log(2.0 * PI);
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / 1680.0 / square) / square) / square) / n
}

/// `x ln(x / m) + m - x`, also where x and m are close.
fn binomial_deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) + m - x;
    }
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut term = 2.0 * x * v;
    for step in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * step + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The probability of exactly `x` among `n` at rate `p`. `x` and `n` need not be integers.
fn binomial_density(x: f64, n: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return f64::from(u8::from(x == 0.0));
    }
    if p >= 1.0 {
        return f64::from(u8::from(x == n));
    }
    if x == 0.0 {
        return libm::exp(n * libm::log1p(-p));
    }
    if x == n {
        return libm::exp(n * libm::log(p));
    }
    let errors = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    let off = binomial_deviance(x, n * p) + binomial_deviance(n - x, n * (1.0 - p));
    let scale = libm::log(2.0 * PI) + libm::log(x) + libm::log1p(-x / n);
    libm::exp(errors - off - 0.5 * scale)
}

/// The regularised incomplete beta function, for `a` and `b` of at least 1.
pub(super) fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = x * (1.0 - x) * (a + b - 1.0) * binomial_density(a - 1.0, a + b - 2.0, x);
    // The fraction converges quickly below the mean. A small `x` a little above it is also computed
    // there, because `1 - x` would round its last digits away; but not where the density is almost
    // zero, because there the fraction would lose all its digits.
    let mean = (a + 1.0) / (a + b + 2.0);
    if x < mean || (x < 1e-3 && binomial_deviance(a, (a + b) * x) < 3.0) {
        front * continued_fraction(x, a, b) / a
    } else {
        1.0 - front * continued_fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction of the incomplete beta function, by Lentz.
#[expect(clippy::many_single_char_names, reason = "the letters of every textbook")]
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..100_000 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    result
}

/// The `x` at which [`beta_share`] reaches a probability.
pub(super) fn beta_inverse(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    // Halving ends when the two are neighbours; small answers need more steps than 53.
    for _ in 0..200 {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            break;
        }
        if beta_share(middle, a, b) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.midpoint(high)
}

/// The standard normal deviate that a variable stays below with this probability.
pub(super) fn normal_inverse(probability: f64) -> f64 {
    let below = |z: f64| 0.5 * libm::erfc(-z / std::f64::consts::SQRT_2);
    let (mut low, mut high) = (-40.0_f64, 40.0_f64);
    for _ in 0..200 {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.midpoint(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    // A sum over the density shares nothing with the continued fraction.
    #[test]
    fn a_share_and_its_inverse_are_those_of_the_sum_over_the_density() {
        let counts = [2_u32, 5, 8, 11, 20, 50, 200, 1000];
        for n in [1_500.0, 9_000.0, 56_306.0, 1e6, 2e7] {
            for errors in counts.into_iter().filter(|errors| f64::from(*errors) < n) {
                for probability in [0.5, 0.95, 0.99, 0.9999] {
                    let (a, b) = (f64::from(errors), n - f64::from(errors) + 1.0);
                    let high = beta_inverse(probability, a, b);
                    let fewer: f64 =
                        (0..errors).map(|k| binomial_density(f64::from(k), n, high)).sum();
                    let off = (1.0 - fewer - probability).abs();
                    assert!(off < 1e-9, "{errors} of {n} at {probability}: {high}, off by {off}");
                }
            }
        }
    }

    #[test]
    fn the_deviance_is_its_definition_near_the_mean_and_far_from_it() {
        for (x, m) in [(1.0, 1000.0), (1000.0, 1.0), (3.0, 4.0), (5.0, 5.5), (1e6, 1.01e6)] {
            let expected = x * libm::log(x / m) + m - x;
            let found = binomial_deviance(x, m);
            assert!((found - expected).abs() <= 1e-9 * expected, "{x} {m}: {found} {expected}");
        }
        // So close that the definition would cancel to nothing: half the squared distance.
        let found = binomial_deviance(1e9, 1e9 + 1.0);
        assert!((found - 5e-10).abs() < 1e-18, "{found}");
    }

    /// Here the first denominator of the fraction is exactly zero.
    #[test]
    fn the_fraction_steps_over_a_zero() {
        let found = continued_fraction(0.5, 1.0, 3.0);
        assert!((found - 14.0 / 3.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn a_share_only_grows() {
        for (a, b) in [(2.0, 30_000.0), (8.0, 56_299.0), (30.0, 50_000.0), (400.0, 500_000.0)] {
            let mut before = 0.0;
            for step in 0..2_000 {
                let x = f64::from(step) * 1e-6;
                let share = beta_share(x, a, b);
                assert!(share >= before - 1e-9 && share <= 1.0 + 1e-9, "{a}, {b} at {x}: {share}");
                before = share;
            }
        }
    }
}

//! Rounding by GB/T 8170: half to even, exactly, once.

/// The most decimals that a share is given so that it does not print as 0 % or 100 %.
const MOST_DECIMALS: usize = 9;

/// `numerator / denominator` with this many decimals, half to even. `None` for a denominator of 0.
///
/// ```
/// use trueline_numbers::round_half_even;
///
/// // 0.125 and 0.135 lie exactly in the middle: the even neighbour is taken.
/// assert_eq!(round_half_even(125, 1000, 2).as_deref(), Some("0.12"));
/// assert_eq!(round_half_even(135, 1000, 2).as_deref(), Some("0.14"));
/// assert_eq!(round_half_even(-5, 2, 0).as_deref(), Some("-2"));
/// assert_eq!(round_half_even(1, 0, 2), None);
/// ```
pub fn round_half_even(numerator: i128, denominator: i128, decimals: usize) -> Option<String> {
    if denominator == 0 {
        return None;
    }
    let is_negative = (numerator < 0) != (denominator < 0);
    let mut digits = divide_rounded(numerator.unsigned_abs(), denominator.unsigned_abs(), decimals);
    let whole = digits.len() - decimals;
    let is_zero = digits.iter().all(|digit| *digit == 0);
    for digit in &mut digits {
        *digit += b'0';
    }
    let mut text = String::with_capacity(digits.len() + 2);
    if is_negative && !is_zero {
        text.push('-');
    }
    text.extend(digits[..whole].iter().map(|digit| char::from(*digit)));
    if decimals > 0 {
        text.push('.');
        text.extend(digits[whole..].iter().map(|digit| char::from(*digit)));
    }
    Some(text)
}

/// The rounded decimal digits of a quotient, the last `decimals` of them after the point.
fn divide_rounded(numerator: u128, denominator: u128, decimals: usize) -> Vec<u8> {
    let mut digits: Vec<u8> =
        (numerator / denominator).to_string().bytes().map(|digit| digit - b'0').collect();
    let mut rest = numerator % denominator;
    for _ in 0..decimals {
        let (digit, left) = next_digit(rest, denominator);
        digits.push(digit);
        rest = left;
    }
    // Compares twice the rest with the denominator without doubling, since the rest may be large.
    let other = denominator - rest;
    let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    if rest > other || (rest == other && is_odd) {
        add_one(&mut digits);
    }
    digits
}

/// `rest * 10 / denominator` and what is left, without overflow.
fn next_digit(rest: u128, denominator: u128) -> (u8, u128) {
    if let Some(tenfold) = rest.checked_mul(10) {
        return ((tenfold / denominator) as u8, tenfold % denominator);
    }
    // Ten additions, each reduced at once.
    let mut digit = 0;
    let mut sum: u128 = 0;
    for _ in 0..10 {
        if sum >= denominator - rest {
            sum -= denominator - rest;
            digit += 1;
        } else {
            sum += rest;
        }
    }
    (digit, sum)
}

fn add_one(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

/// A share in percent, without the sign. `None` for a denominator of 0.
///
/// A share below 1 never prints as 100, and one above 0 never as 0. Such a share gets the fewest
/// additional decimals that tell it apart, up to nine; beyond that it prints as `>99.999999999` or
/// `<0.000000001`.
///
/// ```
/// use trueline_numbers::round_percent;
///
/// assert_eq!(round_percent(8814, 10_000, 2).as_deref(), Some("88.14"));
/// assert_eq!(round_percent(199_999, 200_000, 2).as_deref(), Some("99.9995"));
/// assert_eq!(round_percent(1, 200_000, 2).as_deref(), Some("0.0005"));
/// assert_eq!(round_percent(200_000, 200_000, 2).as_deref(), Some("100.00"));
/// ```
pub fn round_percent(numerator: u64, denominator: u64, decimals: usize) -> Option<String> {
    let (above, below) = (i128::from(numerator) * 100, i128::from(denominator));
    let most = decimals.max(MOST_DECIMALS);
    for decimals in decimals..=most {
        let text = round_half_even(above, below, decimals)?;
        let is_whole = numerator != denominator && is_number(&text, "100");
        let is_nothing = numerator != 0 && is_number(&text, "0");
        if !is_whole && !is_nothing {
            return Some(text);
        }
    }
    let nines = "9".repeat(most);
    let zeros = "0".repeat(most.saturating_sub(1));
    Some(if numerator > denominator {
        ">100".to_owned()
    } else if numerator > denominator / 2 {
        format!(">99.{nines}")
    } else {
        format!("<0.{zeros}1")
    })
}

/// Whether a text is this whole number, with or without zeros as decimals.
fn is_number(text: &str, whole: &str) -> bool {
    match text.split_once('.') {
        None => text == whole,
        Some((before, after)) => before == whole && after.bytes().all(|digit| digit == b'0'),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_round_as_printed_there() {
        // GB/T 8170-2008 3.2: to one decimal, to the even digit when exactly in the middle.
        for (numerator, denominator, decimals, printed) in [
            (121_498, 10_000, 1, "12.1"),
            (121_498, 10_000, 0, "12"),
            (1050, 1000, 1, "1.0"),
            (35, 100, 1, "0.4"),
            (325, 10, 0, "32"),
            (10_502, 1000, 0, "11"),
            (154_546, 10_000, 0, "15"),
        ] {
            let text = round_half_even(numerator, denominator, decimals);
            assert_eq!(text.as_deref(), Some(printed), "{numerator}/{denominator}");
        }
    }

    #[test]
    fn carries_signs_and_large_numbers_come_out_whole() {
        let rounded = |n, d, decimals| round_half_even(n, d, decimals).unwrap();
        assert_eq!(rounded(9995, 1000, 2), "10.00");
        assert_eq!(rounded(9994, 1000, 2), "9.99");
        assert_eq!(rounded(-1, 1000, 2), "0.00");
        assert_eq!(rounded(-1999, -1000, 1), "2.0");
        assert_eq!(rounded(i128::MAX, 1, 0), i128::MAX.to_string());
        assert_eq!(rounded(i128::MAX - 1, i128::MAX, 3), "1.000");
        assert_eq!(rounded(i128::MIN, i128::MAX, 1), "-1.0");
        // So large that ten times the rest does not fit: every digit is still exact.
        assert_eq!(rounded(i128::MAX / 3, i128::MAX, 12), "0.333333333333");
        assert_eq!(rounded(i128::MAX / 3 * 2, i128::MAX, 12), "0.666666666667");
        assert_eq!(rounded(i128::MAX / 7, i128::MAX, 12), "0.142857142857");
        assert_eq!(rounded(1 << 125, 1 << 126, 1), "0.5");
        assert_eq!(rounded(1 << 125, 1 << 126, 0), "0");
        assert_eq!(rounded(3 << 125, 1 << 126, 0), "2");
        assert_eq!(rounded((1 << 125) + 1, 1 << 126, 0), "1");
    }

    #[test]
    fn a_share_of_almost_all_is_not_all_and_of_almost_none_not_none() {
        let percent = |n, d| round_percent(n, d, 2).unwrap();
        assert_eq!(percent(19_999, 20_000), "99.995");
        assert_eq!(percent(9_999, 10_000), "99.99");
        assert_eq!(percent(19_999_999, 20_000_000), "99.999995");
        assert_eq!(percent(1, 3), "33.33");
        assert_eq!(percent(0, 3), "0.00");
        assert_eq!(percent(3, 3), "100.00");
        assert_eq!(percent(u64::MAX - 1, u64::MAX), ">99.999999999");
        assert_eq!(percent(1, u64::MAX), "<0.000000001");
        assert_eq!(round_percent(0, 0, 2), None);
        assert_eq!(round_percent(1, 250, 0).as_deref(), Some("0.4"));
        // A little more than all is not all either, nor is a longer wish for decimals cut.
        assert_eq!(percent(20_001, 20_000), "100.005");
        assert_eq!(percent(u64::MAX, u64::MAX - 1), ">100");
        assert_eq!(round_percent(1, 3, 12).as_deref(), Some("33.333333333333"));
        assert_eq!(round_percent(1, u64::MAX, 12).as_deref(), Some("<0.000000000001"));
        assert_eq!(round_percent(1, 2, 0).as_deref(), Some("50"));
    }

    proptest! {
        #[test]
        fn rounding_agrees_with_whole_arithmetic(n in -1_000_000..1_000_000_i64, d in 1..2000_i64) {
            let text = round_half_even(n.into(), d.into(), 2).unwrap();
            let printed: i64 = text.replace('.', "").parse().unwrap();
            // The printed value in hundredths is within half a hundredth, and even if exactly so.
            let off = (printed * d - n * 100).abs() * 2;
            prop_assert!(off < d || (off == d && printed % 2 == 0), "{}/{} = {}", n, d, text);
        }

        #[test]
        fn no_part_prints_as_all(n in 0..5000_u64, more in 1..5000_u64, dp in 0..4_usize) {
            let text = round_percent(n, n + more, dp).unwrap();
            let value: f64 = text.parse().unwrap();
            prop_assert!(value < 100.0);
            prop_assert_eq!(value == 0.0, n == 0);
        }
    }
}

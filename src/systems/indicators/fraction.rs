//! Exact values, and how they are printed.
//!
//! A figure stays a fraction of integers until it is printed, so it is rounded once, by GB/T 8170
//! (half to even). A rate below 1 never prints as 100 %, nor one above 0 as 0 %.

/// A value as a fraction of integers; the denominator is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `None` if there is nothing to divide by.
    pub(super) fn new(numerator: i128, denominator: i128) -> Option<Fraction> {
        (denominator > 0).then_some(Fraction {
            numerator,
            denominator,
        })
    }

    pub(super) fn times(self, factor: i128) -> Fraction {
        Fraction {
            numerator: self.numerator * factor,
            ..self
        }
    }

    pub(super) fn value(self) -> f64 {
        // Divide whole part and rest apart: both are exact where their quotient would not be.
        let whole = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        whole as f64 + rest as f64 / self.denominator as f64
    }

    /// Rounded half to even, with so many decimals.
    pub(super) fn rounded(self, decimals: u8) -> String {
        decimal(self.scaled(decimals), decimals)
    }

    /// A share in percent: exactly 0 and 100 print without decimals, and nothing else prints as
    /// either of them.
    pub(super) fn percent(self, decimals: u8) -> String {
        let scaled = self.scaled(decimals);
        let hundred = 100 * 10_i128.pow(u32::from(decimals));
        let least = decimal(1, decimals);
        let most = decimal(hundred - 1, decimals);
        if self.numerator == 0 {
            "0".to_owned()
        } else if self.numerator == 100 * self.denominator {
            "100".to_owned()
        } else if scaled == 0 {
            format!("<{least}")
        } else if scaled == hundred && self.numerator < 100 * self.denominator {
            format!(">{most}")
        } else {
            decimal(scaled, decimals)
        }
    }

    fn scaled(self, decimals: u8) -> i128 {
        let scaled = self.numerator * 10_i128.pow(u32::from(decimals));
        let floor = scaled.div_euclid(self.denominator);
        let twice_rest = 2 * scaled.rem_euclid(self.denominator);
        let up = twice_rest > self.denominator
            || (twice_rest == self.denominator && floor.rem_euclid(2) == 1);
        floor + i128::from(up)
    }
}

fn decimal(scaled: i128, decimals: u8) -> String {
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = scaled.unsigned_abs().to_string();
    let places = usize::from(decimals);
    if places == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    format!("{sign}{whole}.{part}")
}

/// A small rate rounded up to two digits: an upper bound must not come out below itself.
pub(super) fn bound_text(bound: f64) -> String {
    if bound <= 0.0 {
        return "0".to_owned();
    }
    let mut exponent = libm::floor(libm::log10(bound)) as i32;
    let scale = libm::pow(10.0, f64::from(1 - exponent));
    let mut digits = libm::ceil(bound * scale * (1.0 - 1e-12)) as i64;
    if digits >= 100 {
        digits = 10;
        exponent += 1;
    }
    format!("{}.{}×10{}", digits / 10, digits % 10, superscript(exponent))
}

/// A claimed rate such as 1e-4, as people write it: 10⁻⁴.
pub(super) fn claim_text(claim: f64) -> String {
    let exponent = libm::round(libm::log10(claim)) as i32;
    let exact = (claim - libm::pow(10.0, f64::from(exponent))).abs() < claim * 1e-9;
    if exact {
        format!("10{}", superscript(exponent))
    } else {
        bound_text(claim)
    }
}

fn superscript(number: i32) -> String {
    let digit = |c: char| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    number.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(numerator: i128, denominator: i128) -> Fraction {
        Fraction::new(numerator, denominator).expect("a denominator")
    }

    #[test]
    fn halves_go_to_the_even_digit() {
        let check = |numerator, denominator, decimals, expected: &str| {
            let printed = fraction(numerator, denominator).rounded(decimals);
            assert_eq!(printed, expected, "{numerator}/{denominator}");
        };
        check(5, 1000, 2, "0.00");
        check(15, 1000, 2, "0.02");
        check(25, 1000, 2, "0.02");
        check(35, 1000, 2, "0.04");
        check(1, 3, 2, "0.33");
        check(-25, 1000, 2, "-0.02");
        check(7, 2, 0, "4");
        check(5, 2, 0, "2");
    }

    #[test]
    fn only_all_prints_as_all_and_only_none_as_none() {
        let share = |part: i128, of: i128| fraction(part, of).times(100).percent(2);
        assert_eq!(share(8814, 10_000), "88.14");
        assert_eq!(share(0, 10), "0");
        assert_eq!(share(10, 10), "100");
        assert_eq!(share(999_999, 1_000_000), ">99.99");
        assert_eq!(share(1, 1_000_000), "<0.01");
        assert_eq!(share(99_994, 100_000), "99.99");
    }

    #[test]
    fn a_bound_is_rounded_up() {
        assert_eq!(bound_text(0.000_099_1), "1.0×10⁻⁴");
        assert_eq!(bound_text(0.000_131), "1.4×10⁻⁴");
        assert_eq!(bound_text(0.02), "2.0×10⁻²");
        assert_eq!(claim_text(1e-4), "10⁻⁴");
    }
}

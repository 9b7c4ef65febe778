//! Exact values, and how they are printed.
//!
//! A figure stays a fraction of integers until it is printed, so it is rounded once, by GB/T 8170
//! (half to even). A rate below 1 never prints as 100 %, nor one above 0 as 0 %.

use super::rounding::round_half_even;

/// A value as a fraction of integers; the denominator is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    /// `None` if there is nothing to divide by.
    pub fn new(numerator: i128, denominator: i128) -> Option<Fraction> {
        (denominator > 0).then_some(Fraction { numerator, denominator })
    }

    /// The fraction multiplied by an integer.
    #[must_use]
    pub fn multiply_by(self, factor: i128) -> Fraction {
        Fraction { numerator: self.numerator * factor, ..self }
    }

    /// The nearest floating-point number.
    pub fn to_float(self) -> f64 {
        // The whole part and the rest are divided separately, since each is exact where their
        // quotient would not be.
        let whole = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        whole as f64 + rest as f64 / self.denominator as f64
    }

    /// Rounded half to even, with this many decimals.
    pub fn print_rounded(self, decimals: u8) -> String {
        let text = round_half_even(self.numerator, self.denominator, usize::from(decimals));
        text.unwrap_or_else(|| "—".to_owned())
    }

    /// A share in percent. All and none print without decimals; any other share takes as many
    /// decimals as it needs in order not to look like one of them.
    pub fn print_percent(self, decimals: u8) -> String {
        let all = self.denominator.saturating_mul(100);
        if self.numerator == 0 {
            return "0".to_owned();
        }
        if self.numerator == all {
            return "100".to_owned();
        }
        let looks_like = |text: &str, whole: &str| {
            text.split('.').next() == Some(whole) && !text[whole.len()..].contains(|c| c > '0')
        };
        (decimals..=18)
            .map(|decimals| self.print_rounded(decimals))
            .find(|text| !looks_like(text, "0") && !looks_like(text, "100"))
            .unwrap_or_else(|| self.print_rounded(decimals))
    }
}

/// A small rate rounded up to two digits, so that an upper bound never prints below itself.
pub fn bound_text(bound: f64) -> String {
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
    format!("{}.{}×10{}", digits / 10, digits % 10, write_superscript(exponent))
}

/// A claimed rate such as 1e-4, as people write it: 10⁻⁴.
pub fn claim_text(claim: f64) -> String {
    let exponent = libm::round(libm::log10(claim)) as i32;
    let exact = (claim - libm::pow(10.0, f64::from(exponent))).abs() < claim * 1e-9;
    if exact { format!("10{}", write_superscript(exponent)) } else { bound_text(claim) }
}

fn write_superscript(number: i32) -> String {
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
            let printed = fraction(numerator, denominator).print_rounded(decimals);
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
        let share = |part: i128, of: i128| fraction(part, of).multiply_by(100).print_percent(2);
        assert_eq!(share(8814, 10_000), "88.14");
        assert_eq!(share(0, 10), "0");
        assert_eq!(share(10, 10), "100");
        assert_eq!(share(199_999, 200_000), "99.9995");
        assert_eq!(share(1, 200_000), "0.0005");
        assert_eq!(share(99_994, 100_000), "99.99");
        // Nor does a little more than all, nor what has no decimals to tell them apart.
        assert_eq!(share(100_004, 100_000), "100.004");
        assert_eq!(fraction(99_700, 1000).print_percent(0), "99.7");
        assert_eq!(fraction(3, 10).print_percent(0), "0.3");
        assert_eq!(fraction(-100, 1).print_percent(2), "-100.00");
    }

    #[test]
    fn a_fraction_needs_a_positive_denominator() {
        assert_eq!(Fraction::new(1, 0), None);
        assert_eq!(Fraction::new(1, -2), None);
        assert_eq!(fraction(1, 3).multiply_by(100), fraction(100, 3));
    }

    #[test]
    fn a_value_has_its_whole_part_and_its_rest() {
        let value =
            |numerator, denominator| fraction(numerator, denominator).to_float().to_string();
        assert_eq!(value(7, 2), "3.5");
        assert_eq!(value(-7, 2), "-3.5");
        assert_eq!(value(1, 4), "0.25");
        assert_eq!(value(0, 3), "0");
        assert_eq!(value(3 << 60, 1 << 60), "3");
    }

    #[test]
    fn a_bound_is_rounded_up() {
        for (bound, printed) in [
            (0.000_099_1, "1.0×10⁻⁴"),
            (0.000_131, "1.4×10⁻⁴"),
            (0.000_130_000_1, "1.4×10⁻⁴"),
            (0.000_999, "1.0×10⁻³"),
            (0.000_1, "1.0×10⁻⁴"),
            (0.02, "2.0×10⁻²"),
            (0.5, "5.0×10⁻¹"),
            (1.0, "1.0×10⁰"),
            (3.21e-5, "3.3×10⁻⁵"),
            (4.56e-9, "4.6×10⁻⁹"),
            (7.8e-16, "7.8×10⁻¹⁶"),
            (0.0, "0"),
            (-0.1, "0"),
        ] {
            assert_eq!(bound_text(bound), printed, "{bound}");
        }
    }

    #[test]
    fn a_claim_of_a_power_of_ten_prints_as_one() {
        for (claim, printed) in
            [(1e-4, "10⁻⁴"), (1e-6, "10⁻⁶"), (1e-8, "10⁻⁸"), (1e-7, "10⁻⁷"), (2e-4, "2.0×10⁻⁴")]
        {
            assert_eq!(claim_text(claim), printed);
        }
        assert_eq!(claim_text(1.001e-4), "1.1×10⁻⁴");
    }
}

//! Random numbers that follow from a seed and a position, the same on every machine.
//!
//! The numbers of a case depend only on the seed, its cell and its ordinal, never on which thread
//! draws them or what was drawn before. So any day of the province can be drawn again by itself.
//! Logarithms and roots come from `libm`, because those of the platforms differ in their last bits.

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Scrambles a number (the finalizer of `SplitMix64`): changing one bit changes half of the result.
pub(super) fn mix_bits(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// Derives one number from a seed and from words that say what it is for.
pub(super) fn derive_key(seed: u64, words: &[&str]) -> u64 {
    let mut state = mix_bits(seed ^ GOLDEN);
    for word in words {
        for byte in word.bytes().chain([0xFF]) {
            state = mix_bits(state.wrapping_mul(31).wrapping_add(u64::from(byte)));
        }
    }
    state
}

/// A sequence of random numbers.
#[derive(Debug, Clone)]
pub(super) struct ChanceSequence {
    state: u64,
}

impl ChanceSequence {
    /// The sequence of the item with this index under a key.
    pub(super) fn new(key: u64, index: u64) -> ChanceSequence {
        let state = mix_bits(key ^ index.wrapping_mul(GOLDEN));
        ChanceSequence { state }
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix_bits(self.state)
    }

    /// A number from 0 inclusive to 1 exclusive.
    pub(super) fn draw_unit(&mut self) -> f64 {
        unit_from_bits(self.next_number())
    }

    /// A number from 0 inclusive to `end` exclusive.
    pub(super) fn draw_below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next_number()) * u128::from(end)) >> 64) as u64
    }

    /// `true` with this probability.
    pub(super) fn draw_bool(&mut self, probability: f64) -> bool {
        self.draw_unit() < probability
    }

    /// An index drawn by weight.
    pub(super) fn pick_index(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u64 = weights.clone().map(u64::from).sum();
        let mut left = self.draw_below(total);
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            last = index;
            if left < u64::from(weight) {
                break;
            }
            left -= u64::from(weight);
        }
        last
    }

    /// A lognormal with this median and spread.
    pub(super) fn draw_lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * libm::exp(spread * normal_quantile(self.draw_unit()))
    }
}

/// The 53 upper bits as a number from 0 inclusive to 1 exclusive.
pub(super) fn unit_from_bits(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// The point at `place` of a sequence that fills 0..1 evenly, however far one goes.
///
/// Any stretch of it has close to the same share in each part of 0..1, so a few hundred draws give
/// a mean within about one hundredth of the expected one.
pub(super) fn even_point(shift: u64, place: u64) -> f64 {
    unit_from_bits(shift.wrapping_add(place.wrapping_mul(GOLDEN)))
}

/// A fixed shuffle of `0..size`: four Feistel rounds, repeated until the result is below `size`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    key: u64,
    size: u64,
    half: u32,
}

impl Shuffle {
    pub(super) fn new(key: u64, size: u64) -> Shuffle {
        let bits = 64 - size.saturating_sub(1).leading_zeros();
        let half = bits.div_ceil(2).max(1);
        Shuffle { key, size, half }
    }

    /// Where `index` goes. `index` must be below the size.
    pub(super) fn map_index(&self, index: u64) -> u64 {
        let mask = (1u64 << self.half) - 1;
        let mut value = index;
        loop {
            let (mut left, mut right) = (value >> self.half, value & mask);
            for round in 1..=4 {
                let scrambled = (right ^ self.key.rotate_left(round * 16))
                    .wrapping_mul(0xD6E8_FEB8_6659_FD93)
                    .wrapping_add(u64::from(round).wrapping_mul(GOLDEN));
                let next = left ^ ((scrambled ^ (scrambled >> 32)).wrapping_mul(GOLDEN) >> 32);
                (left, right) = (right, next & mask);
            }
            value = (left << self.half) | right;
            if value < self.size {
                return value;
            }
        }
    }
}

/// The share of a standard normal below `z`.
pub(super) fn normal_share(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The point below which a standard normal has the share `p` (Acklam's rational approximation,
/// relative error below 1.2e-9).
pub(super) fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        7.784_695_709_041_462e-3,
        3.224_671_290_700_398e-1,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let p = p.clamp(1e-12, 1.0 - 1e-12);
    if (0.024_25..=0.975_75).contains(&p) {
        let q = p - 0.5;
        let r = q * q;
        let top = ((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5];
        let bottom = ((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0;
        return q * top / bottom;
    }
    let (tail, sign) = if p < 0.5 { (p, 1.0) } else { (1.0 - p, -1.0) };
    let q = libm::sqrt(-2.0 * libm::log(tail));
    let top = ((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5];
    let bottom = (((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0;
    sign * top / bottom
}

/// Splits a whole number by weights so that the parts add up to it (largest remainders).
pub(super) fn split_by_weights(total: u64, weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| total as f64 * w / sum).collect();
    let mut parts: Vec<u64> = exact.iter().map(|part| *part as u64).collect();
    let given: u64 = parts.iter().sum();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let remainder = |index: usize| exact[index] - (exact[index] as u64) as f64;
    order.sort_by(|a, b| remainder(*b).total_cmp(&remainder(*a)).then(a.cmp(b)));
    for index in order.into_iter().take((total - given) as usize) {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_uses_every_place_once() {
        for size in [1, 2, 3, 7, 64, 65, 1000, 4097] {
            let shuffle = Shuffle::new(derive_key(7, &["x"]), size);
            let mut seen: Vec<u64> = (0..size).map(|index| shuffle.map_index(index)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..size).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_quantile_inverts_the_share() {
        for p in [1e-6, 0.001, 0.02, 0.024_25, 0.3, 0.5, 0.8, 0.99, 0.999_999] {
            let back = normal_share(normal_quantile(p));
            assert!((back - p).abs() < 1e-8 * p.max(1e-3), "{p} came back as {back}");
        }
    }

    #[test]
    fn parts_add_up_to_their_whole() {
        assert_eq!(split_by_weights(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(split_by_weights(1, &[0.2, 0.7, 0.1]), [0, 1, 0]);
        assert_eq!(split_by_weights(0, &[1.0, 2.0]), [0, 0]);
    }

    #[test]
    fn even_points_fill_every_tenth_alike() {
        let mut tenths = [0; 10];
        for place in 1234..2234 {
            tenths[(even_point(99, place) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|count| (97..=103).contains(count)), "{tenths:?}");
    }
}

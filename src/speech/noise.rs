//! Noise that is the same in every run, so that a recipe gives the same samples.

/// A stream of normally distributed numbers from a fixed seed.
pub(super) struct Noise(u64);

impl Noise {
    pub(super) const fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// The next `N` numbers, mean 0 and variance 1, each a sum of four 16-bit numbers (Irwin-Hall), which the
    /// overlapping windows bring as near to a Gaussian as the ear can tell.
    pub(super) fn line<const N: usize>(&mut self) -> [f32; N] {
        /// The sum's standard deviation is 65536 / sqrt(3).
        const SCALE: f32 = 1.732_050_8 / 65536.0;
        const MEAN: f32 = 2.0 * 65535.0;
        std::array::from_fn(|_| {
            let bits = self.next();
            let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
            (sum as f32 - MEAN) * SCALE
        })
    }

    /// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016).
    const fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_centred_and_of_unit_variance() {
        let numbers = Noise::new().line::<20_000>();
        let mean = numbers.iter().sum::<f32>() / 20_000.0;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}

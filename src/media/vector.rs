//! Vector instructions for the innermost loop of all frames: eight pixels, each between two neighbours of a row.
//!
//! `pulp` finds out at run time whether the processor has them (x86-64-v3, any since 2013), and lends them without `unsafe`.

use super::sampler::Position;

/// Pixels that are worked on together.
pub(super) const EIGHT: usize = 8;
/// Bytes of a row that eight pixels are looked up in.
pub(super) const WINDOW: usize = 16;

/// Where eight neighbouring pixels come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eight {
    /// Where the window begins.
    first: usize,
    /// Each pixel's left and right neighbour in the window, as sixteen-bit numbers: the byte's place, then nothing.
    left: [u8; WINDOW],
    right: [u8; WINDOW],
    /// How far each is beyond its left neighbour, in 2^-15.
    beyond: [i16; EIGHT],
}

/// A place that stands for a zero.
const NOTHING: u8 = 0x80;

impl Eight {
    /// Pixels of a view that shows less than two source pixels a pixel, so that all their neighbours are in one window.
    pub(super) fn new(columns: &[Position; EIGHT]) -> Self {
        let first = usize::from(columns[0].pixel);
        let (mut left, mut right) = ([NOTHING; WINDOW], [NOTHING; WINDOW]);
        for (i, column) in columns.iter().enumerate() {
            let place = usize::from(column.pixel) - first;
            debug_assert!(place + 1 < WINDOW, "{columns:?}");
            left[2 * i] = place as u8;
            right[2 * i] = place as u8 + 1;
        }
        Self { first, left, right, beyond: columns.map(|column| i16::from(column.beyond) << 7) }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::Vector;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::__m128i;

    use pulp::cast;
    use pulp::x86::V3;

    use super::{EIGHT, Eight, WINDOW};

    /// The processor's vector instructions.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::media) struct Vector(V3);

    impl Vector {
        /// `None` where the processor has none that we use.
        pub(in crate::media) fn detect() -> Option<Self> {
            V3::try_new().map(Self)
        }

        /// Runs work that is compiled for these instructions as far as it is inlined.
        pub(in crate::media) fn run<T>(self, work: impl FnOnce() -> T) -> T {
            self.0.vectorize(work)
        }

        /// Fills pixels from a row, and answers how many: all but what is left after the last eight. The row has to be
        /// [`WINDOW`] longer than its last neighbour.
        ///
        /// `left + (right - left) * beyond`, rounded to the nearest: the same number as in 256ths without vectors.
        #[inline(always)]
        #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for vector instructions")]
        pub(in crate::media) fn blend(self, row: &[u8], eights: &[Eight], to: &mut [u8]) -> usize {
            let Self(simd) = self;
            for (eight, out) in eights.iter().zip(to.as_chunks_mut::<EIGHT>().0) {
                let Some(window) = row.get(eight.first..).and_then(|rest| rest.first_chunk::<WINDOW>()) else {
                    return 0;
                };
                let window: __m128i = cast(*window);
                let left = simd.ssse3._mm_shuffle_epi8(window, cast(eight.left));
                let right = simd.ssse3._mm_shuffle_epi8(window, cast(eight.right));
                let difference = simd.sse2._mm_sub_epi16(right, left);
                let part = simd.ssse3._mm_mulhrs_epi16(difference, cast(eight.beyond));
                let pixels = simd.sse2._mm_add_epi16(left, part);
                let [low, _]: [[u8; EIGHT]; 2] = cast(simd.sse2._mm_packus_epi16(pixels, pixels));
                *out = low;
            }
            eights.len() * EIGHT
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use none::Vector;

#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::Eight;

    /// There are none that we use.
    #[derive(Clone, Copy, Debug)]
    pub(in crate::media) enum Vector {}

    impl Vector {
        pub(in crate::media) fn detect() -> Option<Self> {
            None
        }

        pub(in crate::media) fn run<T>(self, _: impl FnOnce() -> T) -> T {
            match self {}
        }

        pub(in crate::media) fn blend(self, _: &[u8], _: &[Eight], _: &mut [u8]) -> usize {
            match self {}
        }
    }
}

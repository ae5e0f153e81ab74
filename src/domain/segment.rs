//! How a long scene's video is cut into segments, each of which is made and kept by itself: what a worker that runs out
//! of time has made is not made again, and several workers of one process share a scene.

use std::ops::Range;

use super::units::{Fps, Size};

/// A group of pictures lasts so many seconds: it begins with a frame that is decoded without others.
pub const GROUP_SECONDS: u32 = 2;

/// Pixels of all frames of one segment, at most, where a group of pictures has no more: a minute of 1080x1920 at 30 frames a
/// second, for which a core takes from 20 s to a minute. A function that makes scenes has five.
const PIXELS: u64 = 1080 * 1920 * 30 * 60;

/// The segments of a scene, in order; one where the scene is not long. All are as long but for the last, and begin where a
/// group of pictures would begin. The rule is fixed, so that a scene's bytes do not depend on who makes it: another rule is
/// another version of scenes.
#[must_use]
pub fn segments(frames: u32, size: Size, fps: Fps) -> Vec<Range<u32>> {
    let group = GROUP_SECONDS * fps.get();
    let pixels = u64::from(size.width) * u64::from(size.height) * u64::from(frames);
    let count = pixels.div_ceil(PIXELS).max(1) as u32;
    let length = frames.div_ceil(count).next_multiple_of(group);
    (0..frames).step_by(length.max(1) as usize).map(|first| first..frames.min(first + length)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PORTRAIT: Size = Size { width: 1080, height: 1920 };

    #[test]
    fn a_scene_of_a_minute_is_one_and_a_longer_one_is_cut_evenly() {
        let ends = |frames, size| segments(frames, size, Fps::DEFAULT).iter().map(|part| part.end).collect::<Vec<_>>();
        assert_eq!(ends(1, PORTRAIT), [1]);
        assert_eq!(ends(1800, PORTRAIT), [1800]);
        assert_eq!(ends(1801, PORTRAIT), [960, 1801]);
        assert_eq!(ends(1801, Size { width: 540, height: 960 }), [1801]);
    }

    proptest! {
        #[test]
        fn segments_are_the_scene_without_gap_or_overlap(
            frames in 1_u32..200_000, width in 8_u32..2160, height in 8_u32..3840, rate in 0_usize..4,
        ) {
            let fps = Fps::try_from([24, 25, 30, 60][rate]).unwrap();
            let size = Size { width, height };
            let all = segments(frames, size, fps);
            prop_assert_eq!((all[0].start, all[all.len() - 1].end), (0, frames));
            prop_assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].len() >= pair[1].len()));
            let group = GROUP_SECONDS * fps.get();
            prop_assert!(all.iter().all(|part| !part.is_empty() && part.start % group == 0));
            let most = PIXELS + u64::from(width) * u64::from(height) * u64::from(group);
            prop_assert!(all.iter().all(|part| part.len() as u64 * u64::from(width) * u64::from(height) <= most));
        }
    }
}

//! A still's motion: for each frame, a view of the picture's planes. No position is rounded to whole pixels, so that
//! nothing jitters; the [sampler](super::sampler) finds what lies between them.

use crate::domain::motion::{Motion, MotionKind};
use crate::domain::units::Size;

/// A picture is kept at most so much larger than the frame, however far the motion goes.
const LARGEST: f64 = 1.5;

/// The part of the planes that a frame shows, in pixels of the first plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The size of the planes for a picture that is `oversize` times larger than the frame: as large as the motion's closest
/// view needs, but not larger than the picture has detail for.
pub(super) fn planes_size(frame: Size, motion: Motion, oversize: f64) -> Size {
    let closest = if motion.kind == MotionKind::None { 1.0 } else { closeness(motion) };
    let scale = closest.min(oversize.max(1.0)).min(LARGEST);
    let even = |pixels: u32| ((f64::from(pixels) * scale / 2.0).round() as u32) * 2;
    Size { width: even(frame.width), height: even(frame.height) }
}

/// How much closer than the whole picture the closest view is.
fn closeness(motion: Motion) -> f64 {
    1.0 + f64::from(motion.amount_milli) / 1000.0
}

impl View {
    /// The view of frame `index` of `frames`. The first frame and the last stand exactly at the motion's ends.
    pub(super) fn of(motion: Motion, index: u32, frames: u32, planes: Size) -> Self {
        let at = if frames > 1 { f64::from(index) / f64::from(frames - 1) } else { 0.0 };
        let (width, height, close) = (f64::from(planes.width), f64::from(planes.height), closeness(motion));
        let zoom = match motion.kind {
            MotionKind::None => 1.0,
            MotionKind::ZoomIn => 1.0 + (close - 1.0) * at,
            MotionKind::ZoomOut => close - (close - 1.0) * at,
            MotionKind::PanLeft | MotionKind::PanRight | MotionKind::PanUp | MotionKind::PanDown => close,
        };
        let (w, h) = (width / zoom, height / zoom);
        let (across, down) = match motion.kind {
            MotionKind::PanLeft => (1.0 - at, 0.5),
            MotionKind::PanRight => (at, 0.5),
            MotionKind::PanUp => (0.5, 1.0 - at),
            MotionKind::PanDown => (0.5, at),
            MotionKind::None | MotionKind::ZoomIn | MotionKind::ZoomOut => (0.5, 0.5),
        };
        Self { x: (width - w) * across, y: (height - h) * down, width: w, height: h }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Size = Size { width: 64, height: 96 };

    fn motion(kind: MotionKind) -> Motion {
        Motion { kind, amount_milli: 250 }
    }

    #[test]
    fn ends_are_exact() {
        let planes = Size { width: 80, height: 120 };
        let view = |kind, index| View::of(motion(kind), index, 10, planes);
        let whole = View { x: 0.0, y: 0.0, width: 80.0, height: 120.0 };
        let close = View { x: 8.0, y: 12.0, width: 64.0, height: 96.0 };
        assert_eq!((view(MotionKind::ZoomIn, 0), view(MotionKind::ZoomIn, 9)), (whole, close));
        assert_eq!((view(MotionKind::ZoomOut, 0), view(MotionKind::ZoomOut, 9)), (close, whole));
        assert_eq!(view(MotionKind::PanRight, 0), View { x: 0.0, ..close });
        assert_eq!(view(MotionKind::PanRight, 9), View { x: 16.0, ..close });
        assert_eq!(view(MotionKind::PanLeft, 0), View { x: 16.0, ..close });
        assert_eq!(view(MotionKind::PanUp, 9), View { y: 0.0, ..close });
        assert_eq!(view(MotionKind::PanDown, 9), View { y: 24.0, ..close });
        assert_eq!(view(MotionKind::None, 5), whole);
        assert_eq!(View::of(motion(MotionKind::ZoomIn), 0, 1, planes), whole);
    }

    #[test]
    fn planes_have_the_detail_that_the_motion_shows_and_no_more() {
        let size = |kind, oversize| planes_size(FRAME, motion(kind), oversize);
        assert_eq!(size(MotionKind::ZoomIn, 9.0), Size { width: 80, height: 120 });
        assert_eq!(size(MotionKind::ZoomIn, 0.3), FRAME);
        assert_eq!(size(MotionKind::None, 9.0), FRAME);
    }
}

//! Frames on their way out: copied into a writer, or lent to a pipe, whose reader takes them from where they were drawn.

use std::io::{self, Write};
use std::os::fd::AsFd;

use rustix::io::Errno;
use rustix::pipe::{IoSliceRaw, SpliceFlags, fcntl_getpipe_size, fcntl_setpipe_size, vmsplice};

use super::planes::Planes;
use crate::domain::units::Size;

/// Where frames go, one after the other.
pub(super) trait Frames {
    /// The planes to draw the next frame into, whatever they hold now.
    fn next(&mut self) -> &mut Planes;

    /// Hands on what was drawn.
    fn put(&mut self, last: bool) -> io::Result<()>;
}

/// Frames that are copied into a writer.
pub(super) struct Copied<'a, W> {
    frame: Planes,
    out: &'a mut W,
}

impl<'a, W: Write> Copied<'a, W> {
    pub(super) fn into(out: &'a mut W, size: Size) -> Self {
        Self { frame: Planes::new(size), out }
    }
}

impl<W: Write> Frames for Copied<'_, W> {
    fn next(&mut self) -> &mut Planes {
        &mut self.frame
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        write(&self.frame, self.out)?;
        if last { self.out.flush() } else { Ok(()) }
    }
}

/// Frames that are lent to a pipe: its pages are those that were drawn into (`vmsplice(2)`).
///
/// They are drawn in turn into two. A pipe hands on what it got in order, and holds less than a frame; so when the second
/// has gone into it, the first has left it and can be drawn into again. The last frame is copied, so that none is lent
/// when this ends; where it ends early, its reader's work is thrown away. Small frames, and those for a pipe that
/// cannot borrow, are copied.
pub(super) struct Lent<'a, P> {
    frames: [Planes; 2],
    drawn: usize,
    pipe: &'a mut P,
    lends: bool,
}

impl<'a, P: AsFd + Write> Lent<'a, P> {
    pub(super) fn to(pipe: &'a mut P, size: Size) -> Self {
        let frames = [Planes::new(size), Planes::new(size)];
        let bytes: usize = frames[0].data.iter().map(Vec::len).sum();
        let lends = widen(pipe, bytes).is_ok_and(|holds| holds <= bytes);
        Self { frames, drawn: 0, pipe, lends }
    }
}

impl<P: AsFd + Write> Frames for Lent<'_, P> {
    fn next(&mut self) -> &mut Planes {
        &mut self.frames[self.drawn]
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let frame = &self.frames[self.drawn];
        if !self.lends || last {
            return write(frame, self.pipe);
        }
        for (number, plane) in frame.data.iter().enumerate() {
            match lend(plane, self.pipe) {
                Err(Errno::NOSYS | Errno::INVAL | Errno::PERM) if number == 0 => {
                    self.lends = false;
                    return write(frame, self.pipe);
                }
                lent => lent?,
            }
        }
        self.drawn = 1 - self.drawn;
        Ok(())
    }
}

/// The most that a pipe is asked to hold: what Linux gives everybody (`/proc/sys/fs/pipe-max-size`).
const WIDEST: usize = 1 << 20;

/// Makes a pipe hold as much as it may and no more than a frame: the fuller it is, the seldomer writer and reader wait
/// for each other, which costs the encoder a millisecond a frame with what a pipe holds by itself (64 KiB). Answers how much it
/// holds; one that cannot be made wider stays as it is.
fn widen(pipe: &impl AsFd, frame: usize) -> Result<usize, Errno> {
    let holds = fcntl_getpipe_size(pipe)?;
    let wanted = WIDEST.min(1 << frame.max(1).ilog2());
    if wanted <= holds {
        return Ok(holds);
    }
    fcntl_setpipe_size(pipe, wanted).or(Ok(holds))
}

fn write(frame: &Planes, out: &mut impl Write) -> io::Result<()> {
    frame.data.iter().try_for_each(|plane| out.write_all(plane))
}

/// Puts all of a plane's pages into a pipe.
#[expect(unsafe_code, reason = "the pages are named to the system by their address")]
fn lend(plane: &[u8], pipe: &impl AsFd) -> Result<(), Errno> {
    let mut rest = plane;
    while !rest.is_empty() {
        let slice = IoSliceRaw::from_slice(rest);
        // SAFETY: the memory is there while this borrows it. The system reads it later, too, when the pipe's reader
        // comes to it: then it holds whatever its owner has written into it, or, after its owner freed it, what others did,
        // as `Lent` sees to that nobody relies on.
        match unsafe { vmsplice(pipe, &[slice], SpliceFlags::empty()) } {
            Ok(taken) => rest = &rest[taken..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, pipe};

    use super::*;

    /// Each plane of a frame filled with its number, in turn.
    fn fill(frame: &mut Planes, index: usize) {
        for (number, plane) in frame.data.iter_mut().enumerate() {
            plane.fill((3 * index + number) as u8);
        }
    }

    /// What a slow reader gets of `count` frames.
    fn lent(size: Size, count: usize) -> Vec<u8> {
        let (mut reader, mut writer) = pipe().unwrap();
        let drawing = std::thread::spawn(move || {
            let mut frames = Lent::to(&mut writer, size);
            let lends = frames.lends;
            for index in 0..count {
                fill(frames.next(), index);
                frames.put(index + 1 == count).unwrap();
            }
            lends
        });
        let (mut all, mut part) = (Vec::new(), vec![0; 10_007]);
        loop {
            let read = reader.read(&mut part).unwrap();
            if read == 0 {
                break;
            }
            all.extend_from_slice(&part[..read]);
            std::thread::yield_now();
        }
        assert_eq!(drawing.join().unwrap(), size.width > 100, "only what is larger than the pipe is lent");
        all
    }

    #[test]
    fn a_slow_reader_gets_every_frame_as_it_was_drawn() {
        for (size, count) in [(Size { width: 256, height: 256 }, 40), (Size { width: 64, height: 32 }, 40)] {
            let mut expected = Vec::new();
            let mut frames = Copied::into(&mut expected, size);
            for index in 0..count {
                fill(frames.next(), index);
                frames.put(index + 1 == count).unwrap();
            }
            assert!(lent(size, count) == expected, "{size}");
        }
    }

    #[test]
    fn a_pipe_holds_as_much_as_it_may_and_no_more_than_a_frame() {
        let (_reader, writer) = pipe().unwrap();
        let own = fcntl_getpipe_size(&writer).unwrap();
        assert_eq!(widen(&writer, own / 2), Ok(own));
        assert_eq!(widen(&writer, 3 * own), Ok(2 * own));
        assert_eq!(widen(&writer, 1 << 30), Ok(WIDEST));
    }

    #[test]
    fn a_reader_that_went_away_is_told() {
        let (reader, mut writer) = pipe().unwrap();
        drop(reader);
        let mut frames = Lent::to(&mut writer, Size { width: 256, height: 256 });
        assert_eq!(frames.put(false).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}

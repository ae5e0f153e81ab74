//! How many encoders run at once: no more than are wanted, and no more than there is memory for.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::internal;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult};

/// What the process takes beside its encoders, its speech session and its libraries loaded, in MB.
const BESIDE_MB: u64 = 170;
/// What an encoder and the frames on their way to it take at least, in MB.
const LEAST_MB: u64 = 20;
/// And for each pixel of a frame, in bytes: the encoder holds some forty frames to look ahead, and we hold four.
const BYTES_A_PIXEL: u64 = 80;
const MB: u64 = 1_000_000;

/// Turns at encoding.
pub(super) struct Encoders {
    turns: Semaphore,
    room: Semaphore,
    room_mb: u64,
    /// What is allowed altogether.
    memory_mb: u64,
    count: usize,
}

/// One turn, which ends when it is dropped.
pub(super) struct Turn<'a> {
    _turn: SemaphorePermit<'a>,
    _room: SemaphorePermit<'a>,
}

impl Encoders {
    /// At most so many at once, in a process that may take so many bytes with its children.
    pub(super) fn new(count: usize, memory: u64) -> Self {
        let room_mb = (memory / MB).saturating_sub(BESIDE_MB).min(Semaphore::MAX_PERMITS as u64 / 2);
        let (turns, room) = (Semaphore::new(count.max(1)), Semaphore::new(room_mb as usize));
        Self { turns, room, room_mb, memory_mb: memory / MB, count: count.max(1) }
    }

    /// How many may run at once, of frames of that size.
    pub(super) fn at_once(&self, size: Size) -> usize {
        self.count.min((self.room_mb / need_mb(size)) as usize)
    }

    /// Waits for a turn at other work that keeps a core busy.
    pub(super) async fn core(&self) -> PortResult<SemaphorePermit<'_>> {
        self.turns.acquire().await.map_err(internal)
    }

    /// Waits for a turn at frames of that size.
    ///
    /// # Errors
    /// `MEMORY_LIMIT` where there is not memory enough for one encoder.
    pub(super) async fn turn(&self, size: Size) -> PortResult<Turn<'_>> {
        let need = need_mb(size);
        if need > self.room_mb {
            let (needed, allowed) = (need + BESIDE_MB, self.memory_mb);
            let message = format!(
                "to encode {size} takes some {needed} MB, {allowed} MB are allowed: raise MEMORY_CRITICAL_THRESHOLD, or \
                 give the process more where its system allows less"
            );
            return Err(PortError::permanent(Class::Limit, "MEMORY_LIMIT", message));
        }
        let turn = self.core().await?;
        let room = self.room.acquire_many(need as u32).await.map_err(internal)?;
        Ok(Turn { _turn: turn, _room: room })
    }
}

/// What an encoder takes for frames of that size, measured on x264 with this program's settings.
fn need_mb(size: Size) -> u64 {
    LEAST_MB + u64::from(size.width) * u64::from(size.height) * BYTES_A_PIXEL / MB
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const PORTRAIT: Size = Size { width: 1080, height: 1920 };

    #[tokio::test]
    async fn as_many_as_fit_side_by_side() {
        let each = need_mb(PORTRAIT);
        for (count, memory, expected) in [(8, 3, 3), (2, 3, 2), (8, 1, 1), (0, 9, 1)] {
            let encoders = Encoders::new(count, (BESIDE_MB + memory * each) * MB);
            let turns: Vec<_> = std::iter::from_fn(|| encoders.turn(PORTRAIT).now_or_never()).collect();
            assert!(turns.iter().all(Result::is_ok));
            assert_eq!((turns.len(), encoders.at_once(PORTRAIT)), (expected, expected), "{count}, memory for {memory}");
            drop(turns);
            assert!(encoders.turn(PORTRAIT).now_or_never().is_some(), "turns are given back");
        }
    }

    #[tokio::test]
    async fn what_cannot_fit_is_told_with_what_it_needs_and_what_there_is() {
        let encoders = Encoders::new(2, 300 * MB);
        let error = encoders.turn(PORTRAIT).await.err().unwrap();
        assert_eq!((error.class, error.code, error.retryable), (Class::Limit, "MEMORY_LIMIT", false));
        assert!(error.message.contains("1080x1920 takes some 355 MB, 300 MB are allowed"), "{error}");
        assert!(encoders.turn(Size { width: 320, height: 240 }).await.is_ok());
        assert!(Encoders::new(1, u64::MAX).turn(PORTRAIT).await.is_ok());
    }
}

//! How much a process does at once: no more than there are cores for, and no more than there is memory for.

use std::future::Future;
use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::error::internal;
use crate::domain::units::Size;
use crate::ports::{Class, PortError, PortResult, StepContext};

/// What the process takes beside its encoders and its sentences, its libraries and lexicons loaded, in MB.
const BESIDE_MB: u64 = 170;
/// What an encoder and the frames on their way to it take at least, in MB.
const LEAST_MB: u64 = 20;
/// And for each pixel of a frame, in bytes: the encoder holds some forty frames to look ahead, and we hold four.
const BYTES_A_PIXEL: u64 = 80;
const MB: u64 = 1_000_000;

/// Cores and memory, of which work has its share while it goes on.
pub(super) struct Capacity {
    cores: Semaphore,
    encoders: Semaphore,
    room: Semaphore,
    room_mb: u64,
    /// What is allowed altogether.
    memory_mb: u64,
    /// How many cores, and how many encoders at once.
    counts: (usize, usize),
}

/// The share of one piece of work, given back when it is dropped.
pub(super) struct Share<'a>(
    #[expect(dead_code, reason = "held while the work goes on")] [Option<SemaphorePermit<'a>>; 3],
);

impl Capacity {
    /// So many cores and at most so many encoders at once, in a process that may take so many bytes with its children.
    pub(super) fn new(cores: usize, encoders: usize, memory: u64) -> Self {
        let room_mb = (memory / MB).saturating_sub(BESIDE_MB).min(Semaphore::MAX_PERMITS as u64 / 2);
        let counts = (cores.max(1), encoders.max(1));
        let [cores, encoders, room] = [counts.0, counts.1, room_mb as usize].map(Semaphore::new);
        Self { cores, encoders, room, room_mb, memory_mb: memory / MB, counts }
    }

    /// How many encoders may run at once, of frames of that size.
    pub(super) fn encoders(&self, size: Size) -> usize {
        self.counts.1.min(self.counts.0).min((self.room_mb / encoder_mb(size)) as usize)
    }

    /// How many sentences may be spoken at once that take so many bytes each. One always may.
    pub(super) fn sentences(&self, bytes: u64) -> usize {
        let fit = self.room_mb.checked_div(bytes.div_ceil(MB)).unwrap_or(u64::MAX);
        self.counts.0.min(usize::try_from(fit).unwrap_or(usize::MAX)).max(1)
    }

    /// Waits for a core.
    pub(super) async fn core(&self) -> PortResult<Share<'_>> {
        Ok(Share([Some(self.cores.acquire().await.map_err(internal)?), None, None]))
    }

    /// Waits for what an encoder of frames of that size takes.
    ///
    /// # Errors
    /// `MEMORY_LIMIT` where there is not memory enough for one.
    pub(super) async fn encoder(&self, size: Size) -> PortResult<Share<'_>> {
        let need = encoder_mb(size);
        if need > self.room_mb {
            let (needed, allowed) = (need + BESIDE_MB, self.memory_mb);
            let message = format!(
                "to encode {size} takes some {needed} MB, {allowed} MB are allowed: raise MEMORY_CRITICAL_THRESHOLD, or \
                 give the process more where its system allows less"
            );
            return Err(PortError::permanent(Class::Limit, "MEMORY_LIMIT", message));
        }
        let encoder = self.encoders.acquire().await.map_err(internal)?;
        self.share(need, Some(encoder)).await
    }

    /// Waits for what a sentence takes that is spoken on a core: so many bytes, or all that there is where it needs more,
    /// which is an estimate.
    pub(super) async fn sentence(&self, bytes: u64) -> PortResult<Share<'_>> {
        self.share(bytes.div_ceil(MB).min(self.room_mb), None).await
    }

    /// Room first, so that nobody keeps a core from work that has room.
    async fn share<'a>(&'a self, mb: u64, encoder: Option<SemaphorePermit<'a>>) -> PortResult<Share<'a>> {
        let room = self.room.acquire_many(mb as u32).await.map_err(internal)?;
        let core = self.cores.acquire().await.map_err(internal)?;
        Ok(Share([Some(core), Some(room), encoder]))
    }
}

/// Waits for a share, but no longer than the step may.
pub(super) async fn granted<T>(context: &StepContext, share: impl Future<Output = PortResult<T>>) -> PortResult<T> {
    let asked = Instant::now();
    let share = tokio::select! {
        share = share => share,
        () = context.cancel.cancelled() => {
            Err(PortError::permanent(Class::Cancelled, "CANCELLED", "cancelled while it waited for a core"))
        }
    };
    context.used.waited(asked.elapsed());
    if Instant::now() >= context.deadline {
        return Err(PortError::transient(Class::Limit, "DEADLINE", "the step's time was over before it had a core"));
    }
    share
}

/// What an encoder takes for frames of that size, measured on x264 with this program's settings.
fn encoder_mb(size: Size) -> u64 {
    LEAST_MB + u64::from(size.width) * u64::from(size.height) * BYTES_A_PIXEL / MB
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const PORTRAIT: Size = Size { width: 1080, height: 1920 };

    /// All the shares that can be had at once.
    fn all<'a>(mut one: impl FnMut() -> Option<PortResult<Share<'a>>>) -> Vec<Share<'a>> {
        std::iter::from_fn(|| one().map(Result::unwrap)).collect()
    }

    #[tokio::test]
    async fn as_many_encoders_as_fit_side_by_side() {
        let each = encoder_mb(PORTRAIT);
        for (cores, count, memory, expected) in [(8, 8, 3, 3), (8, 2, 3, 2), (2, 8, 3, 2), (8, 8, 1, 1), (8, 0, 9, 1)] {
            let capacity = Capacity::new(cores, count, (BESIDE_MB + memory * each) * MB);
            let told = format!("{cores} cores, {count} encoders, memory for {memory}");
            let encoders = all(|| capacity.encoder(PORTRAIT).now_or_never());
            assert_eq!((encoders.len(), capacity.encoders(PORTRAIT)), (expected, expected), "{told}");
            drop(encoders);
            assert_eq!(all(|| capacity.encoder(PORTRAIT).now_or_never()).len(), expected, "they are given back");
        }
    }

    #[tokio::test]
    async fn as_many_sentences_as_fit_beside_the_encoders() {
        let capacity = Capacity::new(3, 3, (BESIDE_MB + encoder_mb(PORTRAIT) + 400) * MB);
        assert_eq!([0, 100, 200, 300, 900].map(|mb| capacity.sentences(mb * MB)), [3, 3, 2, 1, 1]);
        let encoder = capacity.encoder(PORTRAIT).await.unwrap();
        assert_eq!(all(|| capacity.sentence(150 * MB).now_or_never()).len(), 2, "a core for each");
        assert_eq!(all(|| capacity.sentence(300 * MB).now_or_never()).len(), 1, "no room for another");
        assert!(capacity.sentence(9000 * MB).now_or_never().is_none(), "the encoder has some of what it needs");
        drop(encoder);
        let alone = capacity.sentence(9000 * MB).now_or_never();
        assert!(alone.is_some_and(|share| share.is_ok()), "alone it is tried");
    }

    #[tokio::test]
    async fn what_cannot_fit_is_told_with_what_it_needs_and_what_there_is() {
        let capacity = Capacity::new(2, 2, 300 * MB);
        let error = capacity.encoder(PORTRAIT).await.err().unwrap();
        assert_eq!((error.class, error.code, error.retryable), (Class::Limit, "MEMORY_LIMIT", false));
        assert!(error.message.contains("1080x1920 takes some 355 MB, 300 MB are allowed"), "{error}");
        assert!(capacity.encoder(Size { width: 320, height: 240 }).await.is_ok());
        assert!(Capacity::new(1, 1, u64::MAX).encoder(PORTRAIT).await.is_ok());
    }
}

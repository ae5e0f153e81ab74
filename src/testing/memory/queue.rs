//! A queue in memory that keeps no order but the one it is told to, and may deliver everything more than once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::{ManualClock, locked};
use crate::domain::task::Message;
use crate::ports::{Clock as _, Delivery, PortResult, Queue};

/// The order in which messages are delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they were sent.
    #[default]
    OldestFirst,
    /// The other way round.
    NewestFirst,
}

/// A queue in memory. As in SQS, a message that is sent again is another message.
#[derive(Default)]
pub struct MemoryQueue {
    clock: Arc<ManualClock>,
    order: Order,
    copies: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    sent: u64,
}

struct Waiting {
    number: u64,
    message: Message,
    visible_at: u64,
    attempt: u32,
}

impl Waiting {
    /// Names its latest delivery.
    fn receipt(&self) -> String {
        format!("{}-{}", self.number, self.attempt)
    }
}

impl MemoryQueue {
    /// An empty queue that puts in every message `copies` times.
    pub fn new(clock: Arc<ManualClock>, order: Order, copies: usize) -> Self {
        Self { clock, order, copies, state: Mutex::default() }
    }

    /// All messages, hidden ones too, in the order in which they were sent.
    pub fn messages(&self) -> Vec<Message> {
        locked(&self.state).waiting.iter().map(|waiting| waiting.message.clone()).collect()
    }

    /// How long it is until the first message is visible; `None` where there is none.
    pub fn next_visible(&self) -> Option<Duration> {
        let first = locked(&self.state).waiting.iter().map(|waiting| waiting.visible_at).min()?;
        Some(Duration::from_millis(first.saturating_sub(self.clock.now_ms())))
    }

    /// Loses everything, as a purge does.
    pub fn purge(&self) {
        locked(&self.state).waiting.clear();
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, messages: &[Message]) -> PortResult<()> {
        let visible_at = self.clock.now_ms();
        let mut state = locked(&self.state);
        for message in messages {
            for _ in 0..self.copies.max(1) {
                state.sent += 1;
                let number = state.sent;
                state.waiting.push(Waiting { number, message: message.clone(), visible_at, attempt: 0 });
            }
        }
        Ok(())
    }

    async fn receive(&self, max: usize, visibility: Duration) -> PortResult<Vec<Delivery>> {
        let now = self.clock.now_ms();
        let mut state = locked(&self.state);
        let mut visible: Vec<_> = state.waiting.iter_mut().filter(|waiting| waiting.visible_at <= now).collect();
        if self.order == Order::NewestFirst {
            visible.reverse();
        }
        let deliver = |waiting: &mut Waiting| {
            waiting.attempt += 1;
            waiting.visible_at = now + visibility.as_millis() as u64;
            Delivery { message: waiting.message.clone(), receipt: waiting.receipt(), attempt: waiting.attempt }
        };
        Ok(visible.into_iter().take(max).map(deliver).collect())
    }

    async fn delete(&self, receipt: &str) -> PortResult<()> {
        locked(&self.state).waiting.retain(|waiting| waiting.receipt() != receipt);
        Ok(())
    }

    async fn extend(&self, receipt: &str, visibility: Duration) -> PortResult<()> {
        let until = self.clock.now_ms() + visibility.as_millis() as u64;
        for waiting in locked(&self.state).waiting.iter_mut().filter(|waiting| waiting.receipt() == receipt) {
            waiting.visible_at = until;
        }
        Ok(())
    }
}

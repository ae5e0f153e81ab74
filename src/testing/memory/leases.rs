//! Leases in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use super::{ManualClock, locked};
use crate::ports::{Clock as _, Leases, PortResult};

/// Leases in memory: by key, the owner and the end.
#[derive(Default)]
pub struct MemoryLeases {
    clock: Arc<ManualClock>,
    held: Mutex<BTreeMap<String, (String, u64)>>,
}

impl MemoryLeases {
    /// Nobody holds anything.
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { clock, held: Mutex::default() }
    }

    /// The keys that somebody holds now.
    pub fn held(&self) -> Vec<String> {
        let now = self.clock.now_ms();
        locked(&self.held).iter().filter(|(_, (_, until))| *until > now).map(|(key, _)| key.clone()).collect()
    }
}

#[async_trait]
impl Leases for MemoryLeases {
    async fn acquire(&self, key: &str, owner: &str, span: Duration) -> PortResult<bool> {
        let now = self.clock.now_ms();
        let mut held = locked(&self.held);
        let free = held.get(key).is_none_or(|(holder, until)| holder == owner || *until <= now);
        if free {
            held.insert(key.to_owned(), (owner.to_owned(), now + span.as_millis() as u64));
        }
        Ok(free)
    }

    async fn release(&self, key: &str, owner: &str) -> PortResult<()> {
        let mut held = locked(&self.held);
        if held.get(key).is_some_and(|(holder, _)| holder == owner) {
            held.remove(key);
        }
        Ok(())
    }
}

use super::contract::{self, Passing};
use super::memory::{Memory, MemoryArtifacts, Order};

fn orders() -> [Memory; 2] {
    [Memory::new(Order::OldestFirst, 1), Memory::new(Order::NewestFirst, 1)]
}

#[tokio::test]
async fn artifacts_in_memory() {
    contract::artifacts::all(|| Ok(MemoryArtifacts::default()), MemoryArtifacts::damage).await.unwrap();
}

#[tokio::test]
async fn tasks_in_memory() {
    let memory = Memory::default();
    contract::tasks::all(&*memory.tasks, &memory.clock).await.unwrap();
}

#[tokio::test]
async fn queue_in_memory() {
    for memory in orders() {
        contract::queue::all(&*memory.queue, Passing::ByHand(&memory.clock)).await.unwrap();
    }
}

#[tokio::test]
async fn leases_in_memory() {
    let memory = Memory::default();
    contract::leases::all(&*memory.leases, &memory.clock).await.unwrap();
}

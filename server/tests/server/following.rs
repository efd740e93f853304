//! Several instances on one storage: each follows what the others write, by hints that may be lost.

use crate::support::{DEADLINE, Folder};
use server::actors::{FlagStoreActor, FlagStoreHandle};
use server::bus::{Bus, InProcessBus};
use server::metrics::Metrics;
use server::storage::{Operation, Preconditions, SqliteStorage, Storage, Write};
use sidekick_core::{EventId, Flag, FlagKey, Timestamp};
use std::sync::Arc;
use tokio::sync::broadcast;

/// A bus on which no hint arrives.
struct LosingBus(InProcessBus);

impl Bus for LosingBus {
    fn publish(&self, _: EventId) {}

    fn subscribe(&self) -> broadcast::Receiver<EventId> {
        self.0.subscribe()
    }
}

fn storage(folder: &Folder) -> Arc<dyn Storage> {
    Arc::new(SqliteStorage::open(&folder.join("sidekick.db")).unwrap())
}

async fn instance(storage: &Arc<dyn Storage>, bus: Arc<dyn Bus>) -> FlagStoreHandle {
    FlagStoreActor::start(Arc::clone(storage), bus, Arc::new(Metrics::new())).await.unwrap()
}

async fn put(instance: &FlagStoreHandle, key: &str) {
    let write = Write {
        operation: Operation::Put(Flag::new(FlagKey::new(key).unwrap())),
        preconditions: Preconditions::default(),
        actor: "test".to_owned(),
        time: Timestamp::from_millis(0),
    };
    instance.write(write).await.unwrap();
}

/// The ids of the next changes that a stream of `instance` gets.
async fn changes(stream: &mut server::actors::Subscription, count: usize) -> Vec<u64> {
    let mut revisions = Vec::new();
    while revisions.len() < count {
        let change = tokio::time::timeout(DEADLINE, stream.changes.recv()).await.expect("a change in time").unwrap();
        revisions.push(change.revision.get());
    }
    revisions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_to_one_instance_reaches_the_streams_of_the_others() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let writer = instance(&storage, Arc::new(bus.clone())).await;
    let other = instance(&storage, Arc::new(bus)).await;
    let mut stream = other.subscribe(None).await.unwrap();
    for number in 0..20 {
        put(&writer, &format!("flag-{number}")).await;
    }
    assert_eq!(changes(&mut stream, 20).await, (1..=20).collect::<Vec<_>>());
    assert_eq!(writer.list().await.unwrap().json, other.list().await.unwrap().json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_to_both_at_once_reach_both_in_one_order() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let (a, b) = (instance(&storage, Arc::new(bus.clone())).await, instance(&storage, Arc::new(bus)).await);
    let (mut stream_a, mut stream_b) = (a.subscribe(None).await.unwrap(), b.subscribe(None).await.unwrap());
    let writers: Vec<_> = (0..100)
        .map(|number| {
            let instance = if number % 2 == 0 { a.clone() } else { b.clone() };
            tokio::spawn(async move { put(&instance, &format!("flag-{}", number % 7)).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let all: Vec<u64> = (1..=100).collect();
    assert_eq!((changes(&mut stream_a, 100).await, changes(&mut stream_b, 100).await), (all.clone(), all));
    assert_eq!(a.list().await.unwrap().json, b.list().await.unwrap().json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lost_hints_hide_is_read_from_the_log_with_the_next_one() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let silent = instance(&storage, Arc::new(LosingBus(bus.clone()))).await;
    let other = instance(&storage, Arc::new(bus.clone())).await;
    let mut stream = other.subscribe(None).await.unwrap();
    for number in 0..5 {
        put(&silent, &format!("flag-{number}")).await;
    }
    let epoch = silent.list().await.unwrap().id.epoch;
    // Doubled, late and of another store: none of it does harm.
    for (epoch, revision) in [("other", 9), (epoch.as_str(), 5), (epoch.as_str(), 5), (epoch.as_str(), 2)] {
        bus.publish(EventId::parse(&format!("{epoch}:{revision}")).unwrap());
    }
    assert_eq!(changes(&mut stream, 5).await, [1, 2, 3, 4, 5]);
    put(&other, "last").await;
    assert_eq!(changes(&mut stream, 1).await, [6]);
}

//! Several instances on one storage: each follows what the others write, by hints that may be lost, doubled or wrong.

use crate::support::{DEADLINE, Folder};
use server::actors::{FlagStoreActor, FlagStoreHandle, Streamed, Subscription, View, follower};
use server::bus::{Bus, Hint, InProcessBus, Message};
use server::metrics::Metrics;
use server::storage::{Committed, Operation, Preconditions, SqliteStorage, Storage, Write};
use server::trace::Tracer;
use sidekick_core::{Change, EventId, Flag, FlagKey, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use tokio::time::timeout;

/// A bus on which no hint arrives.
struct LosingBus(broadcast::Sender<Message>);

impl LosingBus {
    fn new() -> Arc<Self> {
        Arc::new(Self(broadcast::Sender::new(16)))
    }
}

impl Bus for LosingBus {
    fn publish(&self, _: Hint) {}

    fn subscribe(&self) -> broadcast::Receiver<Message> {
        self.0.subscribe()
    }
}

fn storage(folder: &Folder) -> Arc<dyn Storage> {
    Arc::new(SqliteStorage::open(&folder.join("sidekick.db")).unwrap())
}

async fn instance(storage: &Arc<dyn Storage>, bus: Arc<dyn Bus>) -> FlagStoreHandle {
    let metrics = Arc::new(Metrics::new());
    let flags =
        FlagStoreActor::start(Arc::clone(storage), Arc::clone(&bus), metrics, Tracer::default(), None).await.unwrap();
    follower::start(&bus, flags.clone());
    flags
}

fn flag(key: &str) -> Flag {
    Flag::new(FlagKey::new(key).unwrap())
}

async fn put(instance: &FlagStoreHandle, key: &str) -> Committed {
    let write = Write {
        operation: Operation::Put(flag(key)),
        preconditions: Preconditions::default(),
        actor: "test".to_owned(),
        time: Timestamp::from_millis(0),
        client_visible: true,
    };
    instance.write(write).await.unwrap()
}

/// The revisions of the next changes that a stream of an instance gets.
async fn changes(stream: &mut Subscription, count: usize) -> Vec<u64> {
    let mut revisions = Vec::new();
    while revisions.len() < count {
        match timeout(DEADLINE, stream.changes.recv()).await.expect("a change in time").unwrap() {
            Streamed::Change(change) => revisions.push(change.revision.get()),
            other => panic!("{other:?} after {revisions:?}"),
        }
    }
    revisions
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_bring_the_writes_of_others_faster_than_any_poll() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let writer = instance(&storage, Arc::new(bus.clone())).await;
    let other = instance(&storage, Arc::new(bus)).await;
    let mut stream = other.subscribe(View::All, None).await.unwrap();
    let start = Instant::now();
    for number in 1..=10 {
        put(&writer, &format!("flag-{number}")).await;
        assert_eq!(changes(&mut stream, 1).await, [number]);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "polled once a second, it would be ten");
    assert_eq!(writer.list(View::All).await.unwrap().json, other.list(View::All).await.unwrap().json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_to_both_at_once_reach_both_in_one_order() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let (a, b) = (instance(&storage, Arc::new(bus.clone())).await, instance(&storage, Arc::new(bus)).await);
    let (mut stream_a, mut stream_b) =
        (a.subscribe(View::All, None).await.unwrap(), b.subscribe(View::All, None).await.unwrap());
    let writers: Vec<_> = (0..100)
        .map(|number| {
            let instance = if number % 2 == 0 { a.clone() } else { b.clone() };
            tokio::spawn(async move {
                put(&instance, &format!("flag-{}", number % 7)).await;
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let all: Vec<u64> = (1..=100).collect();
    assert_eq!((changes(&mut stream_a, 100).await, changes(&mut stream_b, 100).await), (all.clone(), all));
    assert_eq!(a.list(View::All).await.unwrap().json, b.list(View::All).await.unwrap().json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lost_hints_hide_is_found_by_asking_every_second() {
    let folder = Folder::new();
    let storage = storage(&folder);
    let (writer, other) = (instance(&storage, LosingBus::new()).await, instance(&storage, LosingBus::new()).await);
    let mut stream = other.subscribe(View::All, None).await.unwrap();
    for number in 0..3 {
        for key in 0..5 {
            put(&writer, &format!("flag-{key}")).await;
        }
        let (start, first) = (Instant::now(), number * 5 + 1);
        assert_eq!(changes(&mut stream, 5).await, (first..first + 5).collect::<Vec<_>>());
        assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    }
    assert_eq!(writer.list(View::All).await.unwrap().json, other.list(View::All).await.unwrap().json);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_comes_back_has_storage_asked_at_once() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), LosingBus::new());
    let (writer, other) = (instance(&storage, LosingBus::new()).await, instance(&storage, bus.clone()).await);
    let mut stream = other.subscribe(View::All, None).await.unwrap();
    let start = Instant::now();
    for number in 1..=10 {
        put(&writer, &format!("flag-{number}")).await;
        bus.0.send(Message::Reconnected).unwrap();
        assert_eq!(changes(&mut stream, 1).await, [number]);
    }
    assert!(start.elapsed() < Duration::from_secs(5), "polled once a second, it would be ten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_that_are_doubled_late_early_or_of_another_store_do_no_harm() {
    let folder = Folder::new();
    let (storage, bus) = (storage(&folder), InProcessBus::new());
    let silent = instance(&storage, LosingBus::new()).await;
    let other = instance(&storage, Arc::new(bus.clone())).await;
    let mut stream = other.subscribe(View::All, None).await.unwrap();
    let mut committed = Vec::new();
    for number in 0..8 {
        committed.push(put(&silent, &format!("flag-{}", number % 3)).await);
    }
    let hint = |id: &EventId, change: &Change| bus.publish(Hint { id: id.clone(), change: change.clone() });
    let wrong = Change::Upsert(Flag { is_enabled: true, ..flag("wrong") });
    let elsewhere = |revision| EventId::parse(&format!("other:{revision}")).unwrap();
    let ahead = EventId::parse(&format!("{}:900", committed[0].id.epoch)).unwrap();
    for (id, change) in [
        (&elsewhere(1), &wrong),
        (&elsewhere(9), &wrong),
        // Nothing stands there, and storage says so.
        (&ahead, &wrong),
        (&committed[7].id, &committed[7].change),
        (&committed[2].id, &committed[2].change),
        (&committed[2].id, &committed[2].change),
        (&committed[0].id, &committed[0].change),
        (&committed[0].id, &wrong),
        (&committed[7].id, &committed[7].change),
    ] {
        hint(id, change);
    }
    assert_eq!(changes(&mut stream, 8).await, (1..=8).collect::<Vec<_>>());
    hint(&committed[3].id, &wrong);
    assert_eq!(put(&other, "last").await.id.revision.get(), 9);
    assert_eq!(changes(&mut stream, 1).await, [9]);
    let expected = storage.load(0).await.unwrap();
    let listing = other.list(View::All).await.unwrap();
    let flags: Vec<String> = expected.flags.iter().map(|flag| String::from_utf8(flag.to_json()).unwrap()).collect();
    assert_eq!((listing.id, listing.json), (expected.id, format!("[{}]", flags.join(",")).into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_has_seen_more_is_not_led_back() {
    let folder = Folder::new();
    let storage = storage(&folder);
    let (writer, other) = (instance(&storage, LosingBus::new()).await, instance(&storage, LosingBus::new()).await);
    put(&writer, "first").await;
    let seen = put(&writer, "second").await.id;
    let stream =
        timeout(DEADLINE, other.subscribe(View::All, Some(seen.clone()))).await.expect("a stream in time").unwrap();
    assert_eq!(stream.id.revision, seen.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_claims_what_never_was_gets_what_there_is() {
    let folder = Folder::new();
    let storage = storage(&folder);
    let instance = instance(&storage, LosingBus::new()).await;
    let made = put(&instance, "only").await.id;
    let claimed = EventId::parse(&format!("{}:99", made.epoch)).unwrap();
    let stream =
        timeout(DEADLINE, instance.subscribe(View::All, Some(claimed))).await.expect("a stream in time").unwrap();
    assert_eq!((stream.id.revision, stream.opening.len()), (made.revision, 1));
}

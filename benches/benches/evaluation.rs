//! The core, timed: evaluations by key and by handle, and what an SDK does with a stream.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use sidekick_core::sync::SyncClient;
use sidekick_core::{Change, CompiledFlag, Digest, Epoch, EventId, Flag, FlagStore, Mode, Revision, sse};
use std::hint::black_box;

const KEY: &str = "new_checkout";
const USER: &str = "user-4711";
const ATTRIBUTES: [(&str, &str); 5] = [
    ("email", "ada.lovelace@example.com"),
    ("plan", "free"),
    ("country", "GB"),
    ("app_version", "4.11.0"),
    ("device", "phone"),
];

const OFF: &str = r#"{"key":"new_checkout","is_enabled":false,"rollout_percentage":50}"#;
const HALF: &str = r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50}"#;
const SUFFIX: &str = r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50,"rules":[
    {"attribute":"email","operator":"EndsWith","values":["@example.com"]}]}"#;
/// Five rules of four values, of which none matches: all are tried, then the rollout decides.
const NONE_MATCH: &str = r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50,"rules":[
    {"attribute":"plan","operator":"Equals","values":["pro","team","enterprise","trial"]},
    {"attribute":"device","operator":"Contains","values":["tablet","desktop","watch","tv"]},
    {"attribute":"app_version","operator":"StartsWith","values":["5.","6.","7.","8."]},
    {"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org","@acme.net","@acme.io"]},
    {"attribute":"country","operator":"Equals","values":["DE","FR","IT","ES"]}]}"#;

fn evaluation_benches(criterion: &mut Criterion) {
    for (name, json) in
        [("off", OFF), ("rollout 50 %", HALF), ("one suffix rule", SUFFIX), ("5 rules × 4 values", NONE_MATCH)]
    {
        let mut group = criterion.benchmark_group(name);
        for flags in [1, 1_000] {
            evaluation(&mut group, json, flags);
        }
        group.finish();
    }
}

fn evaluation(group: &mut BenchmarkGroup<'_, WallTime>, json: &str, flags: usize) {
    let store = store_of(others(flags - 1).chain([flag(json)]));
    let Some(handle) = store.resolve(KEY) else {
        return;
    };
    group.bench_function(format!("handle, {flags} flags"), |bencher| {
        bencher.iter(|| {
            let flag = black_box(&store).get_by_handle(black_box(handle));
            flag.is_some_and(|flag| flag.evaluate(black_box(USER), black_box(ATTRIBUTES.as_slice())).enabled)
        });
    });
    group.bench_function(format!("key, {flags} flags"), |bencher| {
        bencher.iter(|| {
            let attributes = black_box(ATTRIBUTES.as_slice());
            black_box(&store).is_enabled(black_box(KEY), black_box(USER), attributes, black_box(false))
        });
    });
}

fn stream_benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream");
    let json = flag(NONE_MATCH).to_json();
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("decode a flag of 5 rules", |bencher| {
        bencher.iter(|| Flag::from_json(black_box(&json), Mode::Lenient));
    });
    group.bench_function("encode a flag of 5 rules", |bencher| {
        let flag = flag(NONE_MATCH);
        bencher.iter(|| black_box(&flag).to_json());
    });

    group.throughput(Throughput::Bytes(event(1).len() as u64));
    group.bench_function("take a change among 1,000 flags", |bencher| {
        let mut client = streaming();
        take(&mut client, &replay(&others(1_000).collect::<Vec<_>>()));
        let mut revision = 0;
        let next_event = || {
            revision += 1;
            event(revision)
        };
        bencher.iter_batched(next_event, |event| take(&mut client, &event), BatchSize::SmallInput);
        assert_eq!(client.store().revision().get(), revision, "each change was applied");
    });

    let flags: Vec<Flag> = others(1_000).collect();
    let stream = replay(&flags);
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("take a replay of 1,000 flags", |bencher| {
        bencher.iter_batched_ref(streaming, |client| take(client, black_box(&stream)), BatchSize::SmallInput);
    });
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("commit a replay of 1,000 flags", |bencher| {
        let staged = || {
            let mut store = store_of(flags.iter().cloned());
            store.begin_replay();
            flags.iter().cloned().for_each(|flag| assert!(store.stage(flag)));
            store
        };
        bencher.iter_batched_ref(
            staged,
            |store| store.commit_replay(EventId { epoch: epoch(), revision: Revision::ZERO }),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("compile a flag of 5 rules", |bencher| {
        bencher.iter_batched(|| flag(NONE_MATCH), CompiledFlag::new, BatchSize::SmallInput);
    });
    group.finish();
}

/// A client whose stream is open and has said nothing yet.
fn streaming() -> SyncClient {
    let mut client = SyncClient::new(1);
    client.start(0);
    client.handle_connected(0, 200, Some("text/event-stream"), None);
    client
}

/// As an SDK hands in what arrived, and takes what comes out.
fn take(client: &mut SyncClient, bytes: &[u8]) -> Digest {
    client.handle_bytes(0, bytes);
    while let Some(output) = client.poll_output() {
        black_box(output);
    }
    client.store().digest()
}

fn replay(flags: &[Flag]) -> Vec<u8> {
    let mut stream = Vec::new();
    sse::connected(&mut stream);
    flags.iter().for_each(|flag| sse::replay_upsert(&CompiledFlag::new(flag.clone()), &mut stream));
    sse::ready(&EventId { epoch: epoch(), revision: Revision::ZERO }, flags.len(), &mut stream);
    stream
}

/// A live change of the flag of five rules.
fn event(revision: u64) -> Vec<u8> {
    let revision = Revision::new(revision).unwrap_or(Revision::MAX);
    let mut event = Vec::new();
    sse::change(&epoch(), revision, &Change::Upsert(Flag { revision, ..flag(NONE_MATCH) }), &mut event);
    event
}

fn store_of(flags: impl Iterator<Item = Flag>) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    flags.for_each(|flag| assert!(store.stage(flag)));
    store.commit_replay(EventId { epoch: epoch(), revision: Revision::ZERO });
    store
}

/// Flags of other keys, with a rule each.
fn others(count: usize) -> impl Iterator<Item = Flag> {
    (0..count).map(|number| flag(&SUFFIX.replace(KEY, &format!("team.feature-{number}"))))
}

fn flag(json: &str) -> Flag {
    Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap_or_else(|error| unreachable!("{error}: {json}"))
}

fn epoch() -> Epoch {
    Epoch::new("a1b2c3d4").unwrap_or_else(|error| unreachable!("{error}"))
}

criterion_group!(benches, evaluation_benches, stream_benches);
criterion_main!(benches);

//! The core, timed: evaluations by key and by handle, and what an SDK does with a stream.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use sidekick_core::sse::{self, Parser};
use sidekick_core::{Change, CompiledFlag, Digest, Epoch, EventId, Flag, FlagStore, Mode, Revision};
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

    let mut event = Vec::new();
    sse::change(&epoch(), Revision::ZERO, &Change::Upsert(flag(NONE_MATCH)), &mut event);
    group.throughput(Throughput::Bytes(event.len() as u64));
    group.bench_function("parse and apply a change among 1,000 flags", |bencher| {
        let mut store = store_of(others(1_000));
        let mut parser = Parser::new(1 << 20);
        bencher.iter(|| apply(&mut parser, black_box(&event), &mut store));
    });

    let flags: Vec<Flag> = others(1_000).collect();
    let mut replay = Vec::new();
    flags.iter().for_each(|flag| sse::replay_upsert(&CompiledFlag::new(flag.clone()), &mut replay));
    group.throughput(Throughput::Bytes(replay.len() as u64));
    group.bench_function("parse and stage a replay of 1,000 flags", |bencher| {
        bencher.iter(|| {
            let mut store = FlagStore::new();
            store.begin_replay();
            stage(&mut Parser::new(1 << 20), black_box(&replay), &mut store);
            store.commit_replay(EventId { epoch: epoch(), revision: Revision::ZERO })
        });
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

/// As a client does with a live change; the revision goes up by one each time, whatever the event says.
fn apply(parser: &mut Parser, mut bytes: &[u8], store: &mut FlagStore) -> Digest {
    while let Ok(Some(event)) = parser.next_event(&mut bytes) {
        let id = EventId::parse(event.id);
        if let (Ok(_), Ok(Some(change))) = (id, Change::from_json(event.data.as_bytes())) {
            let revision = store.revision().next();
            assert!(store.apply(change, revision));
        }
    }
    store.digest()
}

fn stage(parser: &mut Parser, mut bytes: &[u8], store: &mut FlagStore) {
    while let Ok(Some(event)) = parser.next_event(&mut bytes) {
        if let Ok(Some(Change::Upsert(flag))) = Change::from_json(event.data.as_bytes()) {
            store.stage(flag);
        }
    }
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

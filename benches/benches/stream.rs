//! What happens to flags between a server's memory and an SDK's, timed step by step: encoding, parsing, decoding,
//! compiling, the swap of a replay, a change; then whole streams as a client takes them.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use benches::questions::{Case, epoch, others, store_of};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sidekick_core::sync::SyncClient;
use sidekick_core::{Change, CompiledFlag, Digest, EventId, Flag, Mode, Revision, sse};
use std::hint::black_box;

/// Bytes of an event, as an SDK bounds them.
const LONGEST_EVENT: usize = 2 << 20;
/// Flags of a replay.
const FLAGS: usize = 1_000;

fn flag_benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a flag of 5 rules");
    let json = five_rules().to_json();
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| Flag::from_json(black_box(&json), Mode::Lenient));
    });
    group.bench_function("encode", |bencher| {
        let flag = five_rules();
        bencher.iter(|| black_box(&flag).to_json());
    });
    group.bench_function("compile", |bencher| {
        bencher.iter_batched(five_rules, CompiledFlag::new, BatchSize::SmallInput);
    });
    group.finish();
}

fn change_benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a change");
    group.throughput(Throughput::Bytes(event(1).len() as u64));
    group.bench_function("encode the event", |bencher| {
        let (epoch, change) = (epoch(), Change::Upsert(five_rules()));
        let mut out = Vec::new();
        bencher.iter(|| {
            out.clear();
            sse::change(&epoch, Revision::MAX, black_box(&change), &mut out);
            out.len()
        });
    });
    group.bench_function("apply among 1,000 flags", |bencher| {
        let mut store = store_of(others(FLAGS));
        let mut revision = 0;
        let next_change = || {
            revision += 1;
            (Change::Upsert(five_rules()), Revision::new(revision).unwrap_or(Revision::MAX))
        };
        bencher.iter_batched(next_change, |(change, at)| store.apply(change, at), BatchSize::SmallInput);
        assert_eq!(store.revision().get(), revision, "each change was applied");
    });
    group.bench_function("take among 1,000 flags", |bencher| {
        let mut client = streaming();
        take(&mut client, &replay(&others(FLAGS).collect::<Vec<_>>()));
        let mut revision = 0;
        let next_event = || {
            revision += 1;
            event(revision)
        };
        bencher.iter_batched(next_event, |event| take(&mut client, &event), BatchSize::SmallInput);
        assert_eq!(client.store().revision().get(), revision, "each change was applied");
    });
    group.finish();
}

fn replay_benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a replay of 1,000 flags");
    let flags: Vec<Flag> = others(FLAGS).collect();
    let stream = replay(&flags);
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("encode", |bencher| {
        let store = store_of(flags.iter().cloned());
        let mut out = Vec::new();
        bencher.iter(|| {
            out.clear();
            black_box(&store).flags().into_iter().for_each(|flag| sse::replay_upsert(flag, &mut out));
            out.len()
        });
    });
    group.bench_function("parse the events", |bencher| {
        bencher.iter(|| {
            let (mut parser, mut rest, mut events) = (sse::Parser::new(LONGEST_EVENT), black_box(stream.as_slice()), 0);
            while let Ok(Some(event)) = parser.next_event(&mut rest) {
                black_box(event);
                events += 1;
            }
            assert_eq!(events, FLAGS + 2);
        });
    });
    group.bench_function("take", |bencher| {
        bencher.iter_batched_ref(streaming, |client| take(client, black_box(&stream)), BatchSize::SmallInput);
    });
    group.throughput(Throughput::Elements(FLAGS as u64));
    group.bench_function("build the snapshot", |bencher| {
        bencher.iter_batched(|| flags.clone(), store_of, BatchSize::SmallInput);
    });
    group.bench_function("swap it in", |bencher| {
        let staged = || {
            let mut store = store_of(flags.iter().cloned());
            store.begin_replay();
            flags.iter().cloned().for_each(|flag| assert!(store.stage(flag)));
            store
        };
        let ready = || EventId { epoch: epoch(), revision: Revision::ZERO };
        bencher.iter_batched_ref(staged, |store| store.commit_replay(ready()), BatchSize::SmallInput);
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
    sse::change(&epoch(), revision, &Change::Upsert(Flag { revision, ..five_rules() }), &mut event);
    event
}

fn five_rules() -> Flag {
    Case::FiveRules.flag()
}

criterion_group!(benches, flag_benches, change_benches, replay_benches);
criterion_main!(benches);

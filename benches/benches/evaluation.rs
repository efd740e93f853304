//! The core's evaluation, timed: four kinds of questions, by key and by handle, among few flags and many.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use benches::questions::{Case, KEY, store_of};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const USER: &str = "user-4711";
const ATTRIBUTES: [(&str, &str); 5] = [
    ("email", "ada.lovelace@example.com"),
    ("plan", "free"),
    ("country", "GB"),
    ("app_version", "4.11.0"),
    ("device", "phone"),
];

fn evaluation_benches(criterion: &mut Criterion) {
    for case in Case::ALL {
        let mut group = criterion.benchmark_group(case.name());
        for flags in [1, 1_000] {
            evaluation(&mut group, case, flags);
        }
        group.finish();
    }
}

fn evaluation(group: &mut BenchmarkGroup<'_, WallTime>, case: Case, flags: usize) {
    let store = store_of(case.flags(flags));
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

criterion_group!(benches, evaluation_benches);
criterion_main!(benches);

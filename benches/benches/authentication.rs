//! The look-up of a key, timed: with few stored keys and with many, and with a key that nobody knows.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use server::auth::Keyring;
use server::clock;
use server::keys::{KeyKind, KeyName, Keys, KeysVersion, Secret, StoredKey};
use std::hint::black_box;

fn authentication_benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("authentication");
    for count in [1, 1_000, 10_000] {
        let Ok((keyring, key)) = keyring_of(count) else { return };
        group.bench_function(format!("a known key of {count}"), |bencher| {
            let now = clock::now();
            bencher.iter(|| keyring.authenticate(Some(black_box(&key)), black_box(now)).is_ok());
        });
        let unknown = key.replace("sk_server", "sk_client");
        group.bench_function(format!("an unknown key beside {count}"), |bencher| {
            let now = clock::now();
            bencher.iter(|| keyring.authenticate(Some(black_box(&unknown)), black_box(now)).is_ok());
        });
    }
    group.finish();
}

/// A keyring with so many stored keys and one of the environment, and one of the stored ones.
fn keyring_of(count: usize) -> Result<(Keyring, String), Box<dyn std::error::Error>> {
    let keyring = Keyring::new(&[Secret::chosen("of the environment".to_owned())], &[]);
    let (mut secrets, mut key) = (Vec::new(), String::new());
    for index in 0..count {
        let secret = Secret::random(KeyKind::Server)?;
        secrets.push(StoredKey {
            digest: secret.digest(),
            name: KeyName::new(&format!("key-{index}"))?,
            kind: KeyKind::Server,
            generation: 1,
            created_at: clock::now(),
            created_by: "bench".to_owned(),
            rotated_at: None,
            expires_at: None,
            revoked_at: None,
            revoked_by: None,
            last_used_at: None,
            unknown: Default::default(),
        });
        key = secret.reveal();
    }
    keyring.replace(Keys { version: KeysVersion::random()?, is_required: true, secrets }, true, clock::now());
    Ok((keyring, key))
}

criterion_group!(benches, authentication_benches);
criterion_main!(benches);

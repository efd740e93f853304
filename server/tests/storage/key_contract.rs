//! What every storage must do with keys: one list of rules, which each backend passes.

use crate::contract::Backend;
use server::keys::{
    KeyChange, KeyDigest, KeyError, KeyKind, KeyName, KeyOperation, KeyRefusal, KeyState, NamedKey, REMEMBERED,
};
use server::storage::{Operation, Preconditions, Storage, StorageError, Write};
use sidekick_core::{Flag, FlagKey, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// One test for each rule.
macro_rules! key_contract {
    ($backend:ty) => {
        key_contract!($backend:
            a_fresh_store_has_no_keys_and_asks_for_none,
            a_created_key_is_there_and_its_secret_is_not,
            a_name_has_one_key,
            an_expiry_lies_ahead,
            a_rotation_adds_a_secret_and_ends_the_old_one,
            a_rotation_may_move_the_expiry_or_end_the_old_secret_at_once,
            a_revoked_key_ends_with_all_its_secrets_and_for_good,
            the_last_admin_key_stays_unless_that_is_meant,
            of_two_admin_keys_revoked_at_once_one_stays,
            keys_are_asked_for_ever_after_the_first_admin_key,
            a_refused_change_leaves_no_trace,
            each_change_gives_another_version_and_leaves_the_revision,
            a_use_is_noted_unless_a_later_one_is,
            an_ended_key_is_forgotten_in_the_end,
            keys_are_there_after_closing_and_opening,
        );
    };
    ($backend:ty: $($rule:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            crate::key_contract::$rule(<$backend as crate::contract::Backend>::fresh()).await;
        }
    )+};
}
pub(crate) use key_contract;

const REVOKE: KeyOperation = KeyOperation::Revoke { even_last_admin: false };

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn create(kind: KeyKind, secret: &str, expires_at: Option<u64>) -> KeyOperation {
    KeyOperation::Create { kind, digest: KeyDigest::of(secret), expires_at: expires_at.map(at) }
}

fn rotate(secret: &str, overlap_millis: u64, expires_at: Option<Option<u64>>) -> KeyOperation {
    let overlap = Duration::from_millis(overlap_millis);
    let expires_at = expires_at.map(|end| end.map(at));
    KeyOperation::Rotate { digest: KeyDigest::of(secret), overlap, expires_at }
}

async fn change(
    storage: &Arc<dyn Storage>,
    time: u64,
    name: &str,
    operation: KeyOperation,
) -> Result<NamedKey, KeyRefusal> {
    let (name, actor) = (KeyName::new(name).unwrap(), format!("actor-{time}"));
    match storage.change_keys(KeyChange { name, operation, actor, time: at(time) }).await {
        Ok(key) => Ok(key),
        Err(KeyError::Refused(refusal)) => Err(refusal),
        Err(KeyError::Storage(error)) => panic!("{error}"),
    }
}

/// Which of these secrets are good at a time.
async fn good_at(storage: &Arc<dyn Storage>, time: u64, secrets: &[&str]) -> Vec<bool> {
    let keys = storage.keys().await.unwrap().secrets;
    let is_good = |secret: &&str| {
        let digest = KeyDigest::of(secret);
        keys.iter().any(|key| key.digest == digest && key.ended_at(at(time)).is_none())
    };
    secrets.iter().map(is_good).collect()
}

async fn named(storage: &Arc<dyn Storage>, time: u64, name: &str) -> Option<NamedKey> {
    let keys = NamedKey::all(&storage.keys().await.unwrap().secrets, at(time));
    keys.into_iter().find(|key| key.name.as_str() == name)
}

pub async fn a_fresh_store_has_no_keys_and_asks_for_none(backend: impl Backend) {
    let storage = backend.open();
    let keys = storage.keys().await.unwrap();
    assert!(keys.secrets.is_empty() && !keys.is_required);
    assert_eq!(storage.position().await.unwrap().keys, keys.version);
}

pub async fn a_created_key_is_there_and_its_secret_is_not(backend: impl Backend) {
    let storage = backend.open();
    let key = change(&storage, 5, "web", create(KeyKind::Client, "secret", Some(9_000))).await.unwrap();
    assert_eq!((key.name.as_str(), key.kind, key.state), ("web", KeyKind::Client, KeyState::Active));
    assert_eq!((key.created_at.as_str(), key.created_by.as_str()), (at(5).as_str(), "actor-5"));
    assert_eq!((key.expires_at.as_deref(), key.last_used_at.as_deref()), (Some(at(9_000).as_str()), None));
    assert_eq!(named(&storage, 6, "web").await, Some(key));
    let keys = storage.keys().await.unwrap();
    assert_eq!(keys.secrets[0].digest, KeyDigest::of("secret"));
    assert!(!format!("{keys:?}").contains("secret\""));
    assert_eq!(named(&storage, 9_000, "web").await.unwrap().state, KeyState::Expired);
}

pub async fn a_name_has_one_key(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "web", create(KeyKind::Client, "a", Some(10))).await.unwrap();
    for time in [2, 20] {
        let again = change(&storage, time, "web", create(KeyKind::Server, "b", None)).await;
        assert_eq!(again, Err(KeyRefusal::Taken), "at {time}: an expired key is remembered");
    }
    change(&storage, 30, "web", REVOKE).await.unwrap();
    assert_eq!(change(&storage, 40, "web", create(KeyKind::Client, "c", None)).await, Err(KeyRefusal::Taken));
    change(&storage, 41, "web2", create(KeyKind::Client, "d", None)).await.unwrap();
    let at_once = (0..4).map(|index| {
        let storage = Arc::clone(&storage);
        tokio::spawn(async move {
            let operation = create(KeyKind::Client, &format!("secret {index}"), None);
            change(&storage, 50, "both", operation).await.is_ok()
        })
    });
    let mut created = 0;
    for task in at_once.collect::<Vec<_>>() {
        created += usize::from(task.await.unwrap());
    }
    assert_eq!(created, 1, "of several at once one gets the name");
}

pub async fn an_expiry_lies_ahead(backend: impl Backend) {
    let storage = backend.open();
    let past = change(&storage, 10, "web", create(KeyKind::Client, "a", Some(10))).await;
    assert_eq!(past, Err(KeyRefusal::Expired(at(10))));
    change(&storage, 10, "web", create(KeyKind::Client, "a", Some(11))).await.unwrap();
    assert_eq!(change(&storage, 12, "web", rotate("b", 0, None)).await, Err(KeyRefusal::Expired(at(11))));
    let renewed = change(&storage, 12, "web", rotate("b", 0, Some(Some(20)))).await.unwrap();
    assert_eq!(renewed.state, KeyState::Active);
    assert_eq!(good_at(&storage, 12, &["a", "b"]).await, [false, true]);
}

pub async fn a_rotation_adds_a_secret_and_ends_the_old_one(backend: impl Backend) {
    let storage = backend.open();
    assert_eq!(change(&storage, 1, "web", rotate("a", 0, None)).await, Err(KeyRefusal::NotFound));
    change(&storage, 1, "web", create(KeyKind::Server, "a", None)).await.unwrap();
    let key = change(&storage, 100, "web", rotate("b", 50, None)).await.unwrap();
    assert_eq!((key.kind, key.expires_at.as_deref()), (KeyKind::Server, None));
    assert_eq!((key.created_by.as_str(), key.previous.len()), ("actor-100", 1));
    assert_eq!(key.previous[0].expires_at.as_deref(), Some(at(150).as_str()));
    assert_eq!(good_at(&storage, 149, &["a", "b"]).await, [true, true]);
    assert_eq!(good_at(&storage, 150, &["a", "b"]).await, [false, true]);
    assert!(named(&storage, 150, "web").await.unwrap().previous.is_empty());
    change(&storage, 120, "web", rotate("c", 1_000, None)).await.unwrap();
    assert_eq!(good_at(&storage, 149, &["a", "b", "c"]).await, [true, true, true]);
    assert_eq!(good_at(&storage, 150, &["a", "b", "c"]).await, [false, true, true], "an end is never put off");
}

pub async fn a_rotation_may_move_the_expiry_or_end_the_old_secret_at_once(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "web", create(KeyKind::Client, "a", Some(1_000))).await.unwrap();
    let kept = change(&storage, 10, "web", rotate("b", 0, None)).await.unwrap();
    assert_eq!(kept.expires_at.as_deref(), Some(at(1_000).as_str()), "without a word the expiry stays");
    assert_eq!(good_at(&storage, 10, &["a", "b"]).await, [false, true]);
    assert_eq!(good_at(&storage, 9, &["a", "b"]).await, [false, true], "nor where a clock is behind");
    let endless = change(&storage, 20, "web", rotate("c", 5_000, Some(None))).await.unwrap();
    assert_eq!(endless.expires_at, None);
    assert_eq!(good_at(&storage, 1_000, &["b", "c"]).await, [false, true], "the old secret keeps its own expiry");
}

pub async fn a_revoked_key_ends_with_all_its_secrets_and_for_good(backend: impl Backend) {
    let storage = backend.open();
    assert_eq!(change(&storage, 1, "web", REVOKE).await, Err(KeyRefusal::NotFound));
    change(&storage, 1, "web", create(KeyKind::Client, "a", None)).await.unwrap();
    change(&storage, 2, "web", rotate("b", 1_000, None)).await.unwrap();
    let key = change(&storage, 3, "web", REVOKE).await.unwrap();
    assert_eq!((key.state, key.revoked_by.as_deref()), (KeyState::Revoked, Some("actor-3")));
    assert_eq!(good_at(&storage, 3, &["a", "b"]).await, [false, false]);
    let again = change(&storage, 9, "web", REVOKE).await.unwrap();
    assert_eq!((again.revoked_at, again.revoked_by), (key.revoked_at, key.revoked_by), "once more changes nothing");
    assert_eq!(change(&storage, 10, "web", rotate("c", 0, None)).await, Err(KeyRefusal::Revoked(at(3))));
}

pub async fn the_last_admin_key_stays_unless_that_is_meant(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "root", create(KeyKind::Admin, "a", None)).await.unwrap();
    change(&storage, 1, "spare", create(KeyKind::Admin, "b", Some(50))).await.unwrap();
    change(&storage, 1, "job", create(KeyKind::Server, "c", None)).await.unwrap();
    assert_eq!(change(&storage, 50, "root", REVOKE).await, Err(KeyRefusal::LastAdmin), "the other one has expired");
    change(&storage, 50, "spare", REVOKE).await.unwrap();
    change(&storage, 50, "job", REVOKE).await.unwrap();
    let meant = KeyOperation::Revoke { even_last_admin: true };
    assert_eq!(change(&storage, 51, "root", meant).await.unwrap().state, KeyState::Revoked);
    change(&storage, 52, "root", REVOKE).await.unwrap();
}

pub async fn of_two_admin_keys_revoked_at_once_one_stays(backend: impl Backend) {
    let storage = backend.open();
    for round in 0..5 {
        let names = [format!("a{round}"), format!("b{round}")];
        for name in &names {
            change(&storage, 1, name, create(KeyKind::Admin, name, None)).await.unwrap();
        }
        if round > 0 {
            // What stayed in the round before.
            for before in [format!("a{}", round - 1), format!("b{}", round - 1)] {
                change(&storage, 1, &before, REVOKE).await.unwrap();
            }
        }
        let revoking = names.map(|name| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move { change(&storage, 2, &name, REVOKE).await.is_ok() })
        });
        let mut revoked = 0;
        for task in revoking {
            revoked += usize::from(task.await.unwrap());
        }
        assert_eq!(revoked, 1);
    }
}

pub async fn keys_are_asked_for_ever_after_the_first_admin_key(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "web", create(KeyKind::Client, "a", None)).await.unwrap();
    change(&storage, 1, "job", create(KeyKind::Server, "b", None)).await.unwrap();
    assert!(!storage.keys().await.unwrap().is_required);
    change(&storage, 1, "root", create(KeyKind::Admin, "c", None)).await.unwrap();
    assert!(storage.keys().await.unwrap().is_required);
    change(&storage, 2, "root", KeyOperation::Revoke { even_last_admin: true }).await.unwrap();
    let much_later = u64::try_from(REMEMBERED.as_millis()).unwrap() * 2;
    change(&storage, much_later, "late", create(KeyKind::Client, "d", None)).await.unwrap();
    let keys = storage.keys().await.unwrap();
    assert!(keys.is_required && !keys.secrets.iter().any(|key| key.kind == KeyKind::Admin));
}

pub async fn a_refused_change_leaves_no_trace(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "root", create(KeyKind::Admin, "a", None)).await.unwrap();
    let before = storage.keys().await.unwrap();
    for (name, operation) in [
        ("root", create(KeyKind::Client, "b", None)),
        ("new", create(KeyKind::Client, "b", Some(1))),
        ("none", rotate("b", 0, None)),
        ("none", REVOKE),
        ("root", REVOKE),
    ] {
        change(&storage, 5, name, operation).await.unwrap_err();
        assert_eq!(storage.keys().await.unwrap(), before, "{name} {operation:?}");
    }
}

pub async fn each_change_gives_another_version_and_leaves_the_revision(backend: impl Backend) {
    let storage = backend.open();
    let flag = Flag::new(FlagKey::new("a").unwrap());
    let preconditions = Preconditions::default();
    let (actor, client_visible) = ("test".to_owned(), true);
    let write = Write { operation: Operation::Put(flag), preconditions, actor, time: at(1), client_visible };
    storage.write(write).await.unwrap();
    let mut seen = vec![storage.position().await.unwrap()];
    for (name, operation) in [
        ("web", create(KeyKind::Client, "a", None)),
        ("web", rotate("b", 0, None)),
        ("web", REVOKE),
        ("job", create(KeyKind::Server, "c", None)),
    ] {
        change(&storage, 5, name, operation).await.unwrap();
        let position = storage.position().await.unwrap();
        assert_eq!(position.id, seen[0].id, "the flags stand where they stood");
        assert!(!seen.contains(&position), "{name} {operation:?}");
        assert_eq!(storage.keys().await.unwrap().version, position.keys);
        seen.push(position);
    }
}

pub async fn a_use_is_noted_unless_a_later_one_is(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "web", create(KeyKind::Client, "a", None)).await.unwrap();
    let version = storage.position().await.unwrap().keys;
    for (used, noted) in [(50, 50), (40, 50), (60, 60)] {
        let unknown = (KeyDigest::of("nobody's"), at(used));
        storage.note_key_uses(vec![(KeyDigest::of("a"), at(used)), unknown]).await.unwrap();
        let key = named(&storage, 100, "web").await.unwrap();
        assert_eq!(key.last_used_at.as_deref(), Some(at(noted).as_str()));
    }
    assert_eq!(storage.position().await.unwrap().keys, version, "a use is no change");
    change(&storage, 70, "web", rotate("b", 1_000, None)).await.unwrap();
    let key = named(&storage, 100, "web").await.unwrap();
    assert_eq!(key.last_used_at, None, "nobody has used the new one");
    assert_eq!(key.previous[0].last_used_at.as_deref(), Some(at(60).as_str()), "that of the old one stays");
}

pub async fn an_ended_key_is_forgotten_in_the_end(backend: impl Backend) {
    let storage = backend.open();
    let remembered = u64::try_from(REMEMBERED.as_millis()).unwrap();
    change(&storage, 1, "gone", create(KeyKind::Client, "a", Some(100))).await.unwrap();
    change(&storage, 1, "web", create(KeyKind::Client, "b", None)).await.unwrap();
    change(&storage, 50, "web", rotate("c", 50, None)).await.unwrap();
    change(&storage, 100 + remembered, "other", create(KeyKind::Client, "d", None)).await.unwrap();
    assert_eq!(storage.keys().await.unwrap().secrets.len(), 4, "not yet");
    change(&storage, 101 + remembered, "gone", create(KeyKind::Server, "e", None)).await.unwrap();
    let mut left: Vec<_> = storage.keys().await.unwrap().secrets.into_iter().map(|key| key.digest).collect();
    left.sort();
    let mut expected = ["c", "d", "e"].map(KeyDigest::of);
    expected.sort();
    assert_eq!(left, expected);
}

pub async fn keys_are_there_after_closing_and_opening(backend: impl Backend) {
    let storage = backend.open();
    change(&storage, 1, "root", create(KeyKind::Admin, "a", Some(9_000))).await.unwrap();
    change(&storage, 2, "root", rotate("b", 1_000, None)).await.unwrap();
    storage.note_key_uses(vec![(KeyDigest::of("a"), at(3))]).await.unwrap();
    let mut before = storage.keys().await.unwrap();
    storage.close().await.unwrap();
    let closed = storage.keys().await.unwrap_err();
    assert!(matches!(closed, StorageError::Unavailable(_)));
    let mut after = backend.open().keys().await.unwrap();
    for keys in [&mut before, &mut after] {
        keys.secrets.sort_by_key(|key| key.generation);
    }
    assert_eq!(after, before);
}

//! What every storage must do, and what SQLite's own does beside it. In this process, against the trait.

use crate::support::Folder;
use server::storage::{
    CommittedChange, EntityTags, HistoryQuery, Operation, Preconditions, SqliteStorage, Storage, StorageError, Write,
    WriteError,
};
use sidekick_core::{Change, ErrorKind, Flag, FlagKey, FlagPatch, Mode, Revision, Timestamp};
use std::path::Path;
use std::sync::Arc;

/// A kind of storage: where a test finds an empty one, and how it is opened.
trait Backend {
    fn fresh() -> Self;
    fn open(&self) -> Arc<dyn Storage>;
}

struct Sqlite(Folder);

impl Backend for Sqlite {
    fn fresh() -> Self {
        Self(Folder::new())
    }

    fn open(&self) -> Arc<dyn Storage> {
        Arc::new(SqliteStorage::open(&self.0.join("sidekick.db")).unwrap())
    }
}

/// One test for each rule of the contract.
macro_rules! contract {
    ($backend:ident: $($rule:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            super::$rule(<super::$backend as super::Backend>::fresh()).await;
        }
    )+};
}

mod sqlite {
    contract!(Sqlite:
        a_fresh_store_is_empty_and_its_epoch_stays,
        two_stores_have_two_epochs,
        every_write_makes_the_next_revision,
        a_refused_write_leaves_no_trace,
        a_replaced_flag_keeps_its_creation_time,
        a_patch_sets_what_it_names,
        two_patches_at_once_both_survive,
        writes_at_once_make_revisions_without_gaps,
        conditions_on_the_entity_tag,
        of_two_writes_under_one_condition_one_wins,
        history_is_newest_first_and_can_be_cut,
        changes_are_read_in_order_from_anywhere,
        load_gives_sorted_flags_and_the_recent_changes,
        everything_is_there_after_closing_and_opening,
        a_closed_storage_says_so,
    );
}

fn revision(number: u64) -> Revision {
    Revision::new(number).unwrap()
}

fn key(key: &str) -> FlagKey {
    FlagKey::new(key).unwrap()
}

fn flag(json: &str) -> Flag {
    Flag::from_json(json.as_bytes(), Mode::Strict).unwrap()
}

fn put(json: &str) -> Operation {
    Operation::Put(flag(json))
}

fn patch(of: &str, json: &str) -> Operation {
    Operation::Patch(key(of), FlagPatch::from_json(json.as_bytes()).unwrap())
}

fn delete(of: &str) -> Operation {
    Operation::Delete(key(of))
}

/// A write at a time of its own.
fn at(millis: u64, operation: Operation) -> Write {
    let time = Timestamp::from_millis(millis);
    Write { operation, preconditions: Preconditions::default(), actor: format!("actor-{millis}"), time }
}

async fn write(storage: &Arc<dyn Storage>, operation: Operation) -> CommittedChange {
    storage.write(at(1_000, operation)).await.unwrap()
}

async fn write_if(
    storage: &Arc<dyn Storage>,
    operation: Operation,
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
) -> Result<CommittedChange, WriteError> {
    storage.write(Write { preconditions: Preconditions { if_match, if_none_match }, ..at(1_000, operation) }).await
}

/// Everything that a storage holds, as text that can be compared.
async fn everything(storage: &Arc<dyn Storage>) -> String {
    let contents = storage.load(10_000).await.unwrap();
    let history = storage.history(HistoryQuery { key: None, before: None, limit: 10_000 }).await.unwrap();
    format!("{contents:?} {history:?}")
}

fn upserted(committed: &CommittedChange) -> &Flag {
    match &committed.change {
        Change::Upsert(flag) => flag,
        Change::Delete(key) => panic!("{key} was deleted"),
    }
}

async fn a_fresh_store_is_empty_and_its_epoch_stays(backend: impl Backend) {
    let storage = backend.open();
    let first = storage.load(10).await.unwrap();
    assert_eq!((first.id.revision, first.flags.len(), first.recent.len()), (Revision::ZERO, 0, 0));
    assert!(storage.history(HistoryQuery { key: None, before: None, limit: 10 }).await.unwrap().is_empty());
    assert!(storage.changes_after(Revision::ZERO, 10).await.unwrap().is_empty());
    storage.close().await.unwrap();
    assert_eq!(backend.open().load(10).await.unwrap().id, first.id);
}

async fn two_stores_have_two_epochs<B: Backend>(backend: B) {
    let other = B::fresh();
    let (one, two) = (backend.open().load(0).await.unwrap(), other.open().load(0).await.unwrap());
    assert_ne!(one.id.epoch, two.id.epoch);
}

async fn every_write_makes_the_next_revision(backend: impl Backend) {
    let storage = backend.open();
    let committed = [
        write(&storage, put(r#"{"key":"a"}"#)).await,
        write(&storage, put(r#"{"key":"a","is_enabled":true}"#)).await,
        write(&storage, patch("a", r#"{"description":"x"}"#)).await,
        write(&storage, put(r#"{"key":"b"}"#)).await,
        write(&storage, delete("a")).await,
        write(&storage, put(r#"{"key":"a"}"#)).await,
    ];
    assert_eq!(committed.each_ref().map(|committed| committed.revision.get()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(committed.each_ref().map(|committed| committed.created), [true, false, false, true, false, true]);
    for upsert in [0, 1, 2, 3, 5] {
        assert_eq!(upserted(&committed[upsert]).revision, committed[upsert].revision);
    }
    assert_eq!(committed[4].change, Change::Delete(key("a")));
    assert_eq!(storage.load(0).await.unwrap().id.revision, revision(6));
}

async fn a_refused_write_leaves_no_trace(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a","is_enabled":true}"#)).await;
    let before = everything(&storage).await;
    for operation in [patch("b", r#"{"is_enabled":true}"#), delete("b")] {
        assert!(matches!(storage.write(at(2, operation)).await, Err(WriteError::NotFound)));
    }
    let stale = || Some(EntityTags::Revisions(vec![revision(7)]));
    for operation in [put(r#"{"key":"a"}"#), patch("a", r#"{"is_enabled":false}"#), delete("a")] {
        let refused = write_if(&storage, operation, stale(), None).await;
        assert!(matches!(refused, Err(WriteError::PreconditionFailed(Some(stands))) if stands == revision(1)));
    }
    for (name, json) in [
        ("key", r#"{"is_enabled":false,"key":"b"}"#),
        ("revision", r#"{"is_enabled":false,"revision":2}"#),
        ("created_at", r#"{"is_enabled":false,"created_at":"2001-02-03T04:05:06Z"}"#),
        ("updated_at", r#"{"is_enabled":false,"updated_at":"2001-02-03T04:05:06Z"}"#),
    ] {
        let Err(WriteError::Refused(error)) = storage.write(at(2, patch("a", json))).await else {
            panic!("{json} was not refused")
        };
        assert_eq!((error.path(), error.kind()), (name, &ErrorKind::NotWritable));
    }
    assert_eq!(everything(&storage).await, before);
    assert_eq!(write(&storage, put(r#"{"key":"b"}"#)).await.revision, revision(2), "no revision was used up");
}

async fn a_replaced_flag_keeps_its_creation_time(backend: impl Backend) {
    let storage = backend.open();
    let times = |committed: &CommittedChange| {
        (upserted(committed).created_at.millis(), upserted(committed).updated_at.millis())
    };
    assert_eq!(times(&storage.write(at(10, put(r#"{"key":"a"}"#))).await.unwrap()), (10, 10));
    let foreign =
        r#"{"key":"a","revision":99,"created_at":"2001-02-03T04:05:06Z","updated_at":"2001-02-03T04:05:06Z"}"#;
    let replaced = storage.write(at(20, put(foreign))).await.unwrap();
    assert_eq!((times(&replaced), upserted(&replaced).revision), ((10, 20), revision(2)));
    assert_eq!(times(&storage.write(at(30, patch("a", r#"{"is_enabled":true}"#))).await.unwrap()), (10, 30));
    write(&storage, delete("a")).await;
    assert_eq!(times(&storage.write(at(40, put(foreign))).await.unwrap()), (40, 40), "a new flag of the same key");
}

async fn a_patch_sets_what_it_names(backend: impl Backend) {
    let storage = backend.open();
    let rule = r#"{"attribute":"email","operator":"EndsWith","values":["@acme.com"]}"#;
    write(
        &storage,
        put(&format!(
            r#"{{"key":"a","is_enabled":true,"rollout_percentage":12.5,"description":"x","rules":[{rule}]}}"#
        )),
    )
    .await;
    let patched = write(&storage, patch("a", r#"{"rollout_percentage":0.125}"#)).await;
    let patched = upserted(&patched);
    assert_eq!(patched.rollout_percentage.map(sidekick_core::Percentage::thousandths), Some(125));
    assert_eq!((patched.is_enabled, patched.description.as_deref(), patched.rules.len()), (true, Some("x"), 1));
    let reset =
        write(&storage, patch("a", r#"{"is_enabled":null,"rollout_percentage":null,"description":null,"rules":null}"#))
            .await;
    let expected = Flag {
        revision: revision(3),
        created_at: patched.created_at,
        updated_at: patched.updated_at,
        ..flag(r#"{"key":"a"}"#)
    };
    assert_eq!(upserted(&reset), &expected);
}

async fn two_patches_at_once_both_survive(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    for round in 0..20 {
        write(&storage, patch("a", r#"{"is_enabled":null,"description":null}"#)).await;
        let (one, two) = tokio::join!(
            storage.write(at(round, patch("a", r#"{"is_enabled":true}"#))),
            storage.write(at(round, patch("a", r#"{"description":"both"}"#))),
        );
        assert_ne!(one.unwrap().revision, two.unwrap().revision);
        let flags = storage.load(0).await.unwrap().flags;
        assert_eq!((flags[0].is_enabled, flags[0].description.as_deref()), (true, Some("both")));
    }
}

async fn writes_at_once_make_revisions_without_gaps(backend: impl Backend) {
    let storage = backend.open();
    let writes: Vec<_> = (0..200)
        .map(|number| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move {
                let key = number % 7;
                // Refused ones among them: they must not use up a revision.
                let operation =
                    if number % 10 == 9 { delete("none") } else { put(&format!(r#"{{"key":"flag-{key}"}}"#)) };
                storage.write(at(number, operation)).await
            })
        })
        .collect();
    let mut answered = Vec::new();
    for write in writes {
        match write.await.unwrap() {
            Ok(committed) => answered.push(committed),
            Err(error) => assert!(matches!(error, WriteError::NotFound)),
        }
    }
    answered.sort_by_key(|committed| committed.revision);
    let revisions: Vec<u64> = answered.iter().map(|committed| committed.revision.get()).collect();
    assert_eq!(revisions, (1..=180).collect::<Vec<_>>());
    let logged = storage.changes_after(Revision::ZERO, 1_000).await.unwrap();
    let changes = |committed: Vec<CommittedChange>| -> Vec<_> {
        committed.into_iter().map(|committed| (committed.revision, committed.change)).collect()
    };
    assert_eq!(changes(logged), changes(answered), "what was answered is what was logged");
}

async fn conditions_on_the_entity_tag(backend: impl Backend) {
    let storage = backend.open();
    let tags = |numbers: &[u64]| Some(EntityTags::Revisions(numbers.iter().copied().map(revision).collect()));
    let any = || Some(EntityTags::Any);
    let on = || patch("a", r#"{"is_enabled":true}"#);
    let fails_at = |result: Result<CommittedChange, WriteError>| match result {
        Err(WriteError::PreconditionFailed(stands)) => stands.map(Revision::get),
        other => panic!("{other:?}"),
    };

    // There is no flag yet.
    for operation in [put(r#"{"key":"a"}"#), on(), delete("a")] {
        assert_eq!(fails_at(write_if(&storage, operation.clone(), any(), None).await), None);
        assert_eq!(fails_at(write_if(&storage, operation, tags(&[1]), None).await), None);
    }
    assert!(matches!(write_if(&storage, on(), None, any()).await, Err(WriteError::NotFound)));
    assert!(write_if(&storage, put(r#"{"key":"a"}"#), None, any()).await.unwrap().created);

    // The flag stands at revision 1.
    assert_eq!(fails_at(write_if(&storage, put(r#"{"key":"a"}"#), None, any()).await), Some(1));
    assert_eq!(fails_at(write_if(&storage, on(), tags(&[2, 3]), None).await), Some(1));
    assert_eq!(fails_at(write_if(&storage, on(), tags(&[]), None).await), Some(1), "a tag that is none of ours");
    assert_eq!(fails_at(write_if(&storage, on(), None, tags(&[3, 1])).await), Some(1));
    assert_eq!(fails_at(write_if(&storage, on(), any(), tags(&[1])).await), Some(1), "both must hold");
    assert_eq!(write_if(&storage, on(), tags(&[3, 1]), None).await.unwrap().revision.get(), 2);
    assert_eq!(write_if(&storage, on(), any(), tags(&[1])).await.unwrap().revision.get(), 3);
    assert_eq!(write_if(&storage, on(), None, tags(&[])).await.unwrap().revision.get(), 4);
    assert_eq!(fails_at(write_if(&storage, delete("a"), tags(&[3]), None).await), Some(4));
    assert_eq!(write_if(&storage, delete("a"), tags(&[4]), None).await.unwrap().revision.get(), 5);
}

async fn of_two_writes_under_one_condition_one_wins(backend: impl Backend) {
    let storage = backend.open();
    for round in 0..20 {
        let stands = write(&storage, put(r#"{"key":"a"}"#)).await.revision;
        let tags = || Some(EntityTags::Revisions(vec![stands]));
        let (one, two) = tokio::join!(
            write_if(&storage, patch("a", r#"{"is_enabled":true}"#), tags(), None),
            write_if(&storage, patch("a", r#"{"description":"x"}"#), tags(), None),
        );
        assert_ne!(one.is_ok(), two.is_ok(), "round {round}: {one:?} {two:?}");
    }
}

async fn history_is_newest_first_and_can_be_cut(backend: impl Backend) {
    let storage = backend.open();
    for (time, operation) in [
        (1, put(r#"{"key":"a"}"#)),
        (2, put(r#"{"key":"b"}"#)),
        (3, patch("a", r#"{"is_enabled":true}"#)),
        (4, delete("a")),
        (5, put(r#"{"key":"a","description":"anew"}"#)),
    ] {
        storage.write(at(time, operation)).await.unwrap();
    }
    let history = async |of: Option<&str>, before: Option<u64>, limit| {
        let query = HistoryQuery { key: of.map(key), before: before.map(revision), limit };
        storage.history(query).await.unwrap()
    };
    let revisions = async |of, before, limit| -> Vec<u64> {
        history(of, before, limit).await.iter().map(|entry| entry.revision).collect()
    };
    assert_eq!(revisions(None, None, 100).await, [5, 4, 3, 2, 1]);
    assert_eq!(revisions(None, None, 2).await, [5, 4]);
    assert_eq!(revisions(None, Some(4), 2).await, [3, 2]);
    assert_eq!(revisions(None, Some(1), 2).await, [0_u64; 0]);
    assert_eq!(revisions(None, Some(Revision::MAX.get()), 1).await, [5]);
    assert_eq!(revisions(Some("a"), None, 100).await, [5, 4, 3, 1]);
    assert_eq!(revisions(Some("a"), Some(4), 1).await, [3]);
    assert_eq!(revisions(Some("b"), None, 100).await, [2]);
    assert_eq!(revisions(Some("c"), None, 100).await, [0_u64; 0]);

    let entries = history(Some("a"), None, 100).await;
    let fields = |index: usize| {
        let entry = &entries[index];
        let read = |json: &Option<Box<serde_json::value::RawValue>>| {
            json.as_ref().map(|json| Flag::from_json(json.get().as_bytes(), Mode::Strict).unwrap())
        };
        (read(&entry.before), read(&entry.after), entry.actor.as_str(), entry.time.as_str())
    };
    let (before, after, actor, time) = fields(3);
    assert_eq!((before, actor, time), (None, "actor-1", "1970-01-01T00:00:00.001Z"));
    let created = after.unwrap();
    assert_eq!((created.revision, created.is_enabled), (revision(1), false));
    let (before, after, actor, _) = fields(2);
    assert_eq!((before, actor), (Some(created), "actor-3"));
    let patched = after.unwrap();
    assert_eq!((patched.revision, patched.is_enabled), (revision(3), true));
    let (before, after, actor, _) = fields(1);
    assert_eq!((before, after, actor), (Some(patched), None, "actor-4"), "the deletion");
    let (before, after, ..) = fields(0);
    assert_eq!((before, after.unwrap().description.as_deref()), (None, Some("anew")));
}

async fn changes_are_read_in_order_from_anywhere(backend: impl Backend) {
    let storage = backend.open();
    let mut written = Vec::new();
    for number in 1..=9 {
        let operation =
            if number % 3 == 0 { delete("a") } else { put(&format!(r#"{{"key":"a","description":"{number}"}}"#)) };
        let committed = write(&storage, operation).await;
        written.push(CommittedChange { created: false, ..committed });
    }
    let after = async |number, limit| storage.changes_after(revision(number), limit).await.unwrap();
    assert_eq!(after(0, 100).await, written);
    assert_eq!(after(0, 4).await, written[..4]);
    assert_eq!(after(4, 4).await, written[4..8]);
    assert_eq!(after(8, 4).await, written[8..]);
    assert_eq!(after(9, 4).await, []);
    assert_eq!(after(1_000, 4).await, []);
    assert_eq!(after(0, 0).await, []);
}

async fn load_gives_sorted_flags_and_the_recent_changes(backend: impl Backend) {
    let storage = backend.open();
    for name in ["b", "B", "a10", "a.1", "-", "_", "a2", "gone"] {
        write(&storage, put(&format!(r#"{{"key":"{name}"}}"#))).await;
    }
    write(&storage, delete("gone")).await;
    let contents = storage.load(3).await.unwrap();
    let keys: Vec<&str> = contents.flags.iter().map(|flag| flag.key.as_str()).collect();
    assert_eq!(keys, ["-", "B", "_", "a.1", "a10", "a2", "b"], "by bytes");
    assert_eq!(contents.id.revision, revision(9));
    assert_eq!(contents.recent, storage.changes_after(revision(6), 3).await.unwrap());
    assert_eq!(contents.recent.len(), 3);
    assert_eq!(storage.load(100).await.unwrap().recent.len(), 9);
    assert_eq!(storage.load(0).await.unwrap().recent.len(), 0);
}

async fn everything_is_there_after_closing_and_opening(backend: impl Backend) {
    let storage = backend.open();
    let rule = r#"{"attribute":"\u0000é\"","operator":"NotEquals","values":["","\u2028"]}"#;
    write(&storage, put(&format!(r#"{{"key":"a","description":"ü\n","rollout_percentage":0.001,"rules":[{rule}]}}"#)))
        .await;
    write(&storage, put(r#"{"key":"b"}"#)).await;
    write(&storage, delete("b")).await;
    let mut before = everything(&storage).await;
    storage.close().await.unwrap();
    for number in 4..=6 {
        let storage = backend.open();
        assert_eq!(everything(&storage).await, before);
        assert_eq!(write(&storage, patch("a", "{}")).await.revision, revision(number), "the count goes on");
        before = everything(&storage).await;
        storage.close().await.unwrap();
    }
}

async fn a_closed_storage_says_so(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    storage.close().await.unwrap();
    let unavailable = |error: &StorageError| matches!(error, StorageError::Unavailable(_));
    assert!(unavailable(&storage.load(1).await.unwrap_err()));
    assert!(unavailable(&storage.changes_after(Revision::ZERO, 1).await.unwrap_err()));
    let query = HistoryQuery { key: None, before: None, limit: 1 };
    assert!(unavailable(&storage.history(query).await.unwrap_err()));
    let refused = storage.write(at(1, delete("a"))).await.unwrap_err();
    assert!(matches!(refused, WriteError::Storage(StorageError::Unavailable(_))));
    assert!(unavailable(&storage.close().await.unwrap_err()));
    assert_eq!(backend.open().load(0).await.unwrap().id.revision, revision(1), "the refused write left nothing");
}

/// The error of opening a file that must not be opened.
fn open_error(path: &Path) -> StorageError {
    SqliteStorage::open(path).map(drop).unwrap_err()
}

#[test]
fn a_file_has_one_server_at_a_time() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    let storage = SqliteStorage::open(&path).unwrap();
    let StorageError::Unavailable(message) = open_error(&path) else { panic!("unavailable is expected") };
    assert!(message.contains("sidekick.db is in use by another server"), "{message}");
    drop(storage);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("notes.txt");
    let notes = "These are notes, and no database at all. ".repeat(200);
    std::fs::write(&path, &notes).unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("notes.txt") && error.contains("not a database"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("notes.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("notes.db") && error.contains("another program"), "{error}");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE store (of_the_future TEXT); PRAGMA user_version = 99;").unwrap();
    drop(connection);
    let error = open_error(&path);
    assert!(matches!(error, StorageError::Corrupt(_)));
    let message = error.to_string();
    assert!(message.contains("sidekick.db has schema version 99") && message.contains("up to 1"), "{message}");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = Folder::new();
    let error = open_error(&folder.join("missing").join("sidekick.db"));
    assert!(matches!(error, StorageError::Unavailable(_)));
    assert!(error.to_string().contains("missing"), "{error}");
    assert!(!folder.join("missing").exists());
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    std::fs::create_dir(&path).unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("sidekick.db"), "{error}");
}

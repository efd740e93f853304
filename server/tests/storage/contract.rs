//! What every storage must do: one list of rules, which each backend passes.

use server::storage::{
    Committed, EntityTags, HistoryQuery, Import, ImportError, Imported, LoggedChange, Operation, Preconditions,
    Retention, Storage, StorageError, Write, WriteError,
};
use sidekick_core::{Change, Epoch, ErrorKind, EventId, Flag, FlagKey, FlagPatch, Mode, Revision, Timestamp};
use std::num::NonZeroU32;
use std::sync::Arc;

/// A kind of storage: where a test finds an empty one, and how it is opened.
pub trait Backend {
    fn fresh() -> Self;
    fn open(&self) -> Arc<dyn Storage>;
    /// From now on the database itself fails where a flag with this key is stored.
    fn refuse(&self, key: &str);
}

/// One test for each rule of the contract.
macro_rules! storage_contract {
    ($backend:ty) => {
        storage_contract!($backend:
            a_fresh_store_is_empty_and_its_epoch_stays,
            two_stores_have_two_epochs,
            every_write_makes_the_next_revision,
            a_refused_write_leaves_no_trace,
            a_replaced_flag_keeps_its_creation_time,
            a_patch_sets_what_it_names,
            who_sees_a_flag_stays_until_somebody_says_otherwise,
            the_log_knows_what_clients_had,
            an_import_hides_and_shows_what_it_says,
            two_patches_at_once_both_survive,
            writes_at_once_make_revisions_without_gaps,
            conditions_on_the_entity_tag,
            of_two_writes_under_one_condition_one_wins,
            a_full_store_takes_no_new_flag,
            history_is_newest_first_and_can_be_cut,
            changes_are_read_in_order_from_anywhere,
            load_gives_sorted_flags_and_the_recent_changes,
            the_position_follows_every_write,
            there_are_no_changes_after_another_history_or_the_future,
            a_write_that_the_database_breaks_off_leaves_no_trace,
            an_import_creates_and_replaces_and_leaves_alone,
            an_import_that_replaces_deletes_what_it_does_not_bring,
            an_import_is_done_as_a_whole_or_not_at_all,
            an_import_that_would_overfill_the_store_changes_nothing,
            an_import_and_writes_at_once_make_revisions_without_gaps,
            pruning_by_count_keeps_the_last_changes,
            pruning_by_age_keeps_a_tail_without_gaps,
            the_epoch_is_renewed_only_where_the_store_is_behind,
            everything_is_there_after_closing_and_opening,
            a_closed_storage_says_so,
        );
    };
    ($backend:ty: $($rule:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            crate::contract::$rule(<$backend as crate::contract::Backend>::fresh()).await;
        }
    )+};
}
pub(crate) use storage_contract;

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
    let (preconditions, actor) = (Preconditions::default(), format!("actor-{millis}"));
    Write { operation, preconditions, actor, time, client_visible: true }
}

async fn write(storage: &Arc<dyn Storage>, operation: Operation) -> Committed {
    storage.write(at(1_000, operation)).await.unwrap()
}

async fn write_if(
    storage: &Arc<dyn Storage>,
    operation: Operation,
    if_match: Option<EntityTags>,
    if_none_match: Option<EntityTags>,
) -> Result<Committed, WriteError> {
    storage
        .write(Write {
            preconditions: Preconditions { if_match, if_none_match, max_flags: None },
            ..at(1_000, operation)
        })
        .await
}

/// Everything that a storage holds, as text that can be compared.
async fn everything(storage: &Arc<dyn Storage>) -> String {
    let contents = storage.load(10_000).await.unwrap();
    let history = storage.history(HistoryQuery { key: None, before: None, limit: 10_000 }).await.unwrap();
    format!("{contents:?} {history:?}")
}

/// What the log has after `number`, in the storage's own history.
async fn changes(storage: &Arc<dyn Storage>, number: u64, limit: usize) -> Option<Vec<LoggedChange>> {
    let id = storage.position().await.unwrap().id;
    storage.changes_after(EventId { revision: revision(number), ..id }, limit).await.unwrap()
}

/// A write as the log has it, where no flag is hidden.
fn logged(committed: Committed) -> LoggedChange {
    LoggedChange { revision: committed.id.revision, change: committed.change, was_visible: !committed.created }
}

fn import(millis: u64, flags: &[&str], replace: bool) -> Import {
    let flags = flags.iter().map(|json| flag(json)).collect();
    let time = Timestamp::from_millis(millis);
    Import { flags, replace, actor: "import".to_owned(), time, client_visible: true, max_flags: None }
}

fn upserted(committed: &Committed) -> &Flag {
    match &committed.change {
        Change::Upsert(flag) => flag,
        Change::Delete(key) => panic!("{key} was deleted"),
    }
}

pub async fn a_fresh_store_is_empty_and_its_epoch_stays(backend: impl Backend) {
    let storage = backend.open();
    let first = storage.load(10).await.unwrap();
    assert_eq!((first.id.revision, first.flags.len(), first.recent.len()), (Revision::ZERO, 0, 0));
    assert!(storage.history(HistoryQuery { key: None, before: None, limit: 10 }).await.unwrap().is_empty());
    assert_eq!(storage.position().await.unwrap().id, first.id);
    assert_eq!(storage.changes_after(first.id.clone(), 10).await.unwrap(), Some(Vec::new()));
    storage.close().await.unwrap();
    assert_eq!(backend.open().load(10).await.unwrap().id, first.id);
}

pub async fn two_stores_have_two_epochs<B: Backend>(backend: B) {
    let other = B::fresh();
    let (one, two) = (backend.open().load(0).await.unwrap(), other.open().load(0).await.unwrap());
    assert_ne!(one.id.epoch, two.id.epoch);
}

pub async fn every_write_makes_the_next_revision(backend: impl Backend) {
    let storage = backend.open();
    let committed = [
        write(&storage, put(r#"{"key":"a"}"#)).await,
        write(&storage, put(r#"{"key":"a","is_enabled":true}"#)).await,
        write(&storage, patch("a", r#"{"description":"x"}"#)).await,
        write(&storage, put(r#"{"key":"b"}"#)).await,
        write(&storage, delete("a")).await,
        write(&storage, put(r#"{"key":"a"}"#)).await,
    ];
    assert_eq!(committed.each_ref().map(|committed| committed.id.revision.get()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(committed.each_ref().map(|committed| committed.created), [true, false, false, true, false, true]);
    for upsert in [0, 1, 2, 3, 5] {
        assert_eq!(upserted(&committed[upsert]).revision, committed[upsert].id.revision);
    }
    assert_eq!(committed[4].change, Change::Delete(key("a")));
    assert_eq!(storage.load(0).await.unwrap().id.revision, revision(6));
}

pub async fn a_refused_write_leaves_no_trace(backend: impl Backend) {
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
    assert_eq!(write(&storage, put(r#"{"key":"b"}"#)).await.id.revision, revision(2), "no revision was used up");
}

pub async fn a_replaced_flag_keeps_its_creation_time(backend: impl Backend) {
    let storage = backend.open();
    let times =
        |committed: &Committed| (upserted(committed).created_at.millis(), upserted(committed).updated_at.millis());
    assert_eq!(times(&storage.write(at(10, put(r#"{"key":"a"}"#))).await.unwrap()), (10, 10));
    let foreign =
        r#"{"key":"a","revision":99,"created_at":"2001-02-03T04:05:06Z","updated_at":"2001-02-03T04:05:06Z"}"#;
    let replaced = storage.write(at(20, put(foreign))).await.unwrap();
    assert_eq!((times(&replaced), upserted(&replaced).revision), ((10, 20), revision(2)));
    assert_eq!(times(&storage.write(at(30, patch("a", r#"{"is_enabled":true}"#))).await.unwrap()), (10, 30));
    write(&storage, delete("a")).await;
    assert_eq!(times(&storage.write(at(40, put(foreign))).await.unwrap()), (40, 40), "a new flag of the same key");
}

pub async fn a_patch_sets_what_it_names(backend: impl Backend) {
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
        ..flag(r#"{"key":"a","client_visible":true}"#)
    };
    assert_eq!(upserted(&reset), &expected);
}

pub async fn who_sees_a_flag_stays_until_somebody_says_otherwise(backend: impl Backend) {
    let storage = backend.open();
    let visible = async |operation, client_visible| {
        let committed = storage.write(Write { client_visible, ..at(1, operation) }).await.unwrap();
        upserted(&committed).client_visible
    };
    assert_eq!(visible(put(r#"{"key":"a"}"#), true).await, Some(true));
    assert_eq!(visible(put(r#"{"key":"b"}"#), false).await, Some(false));
    assert_eq!(visible(put(r#"{"key":"b","is_enabled":true}"#), true).await, Some(false), "replaced");
    assert_eq!(visible(patch("b", r#"{"is_enabled":false}"#), true).await, Some(false));
    assert_eq!(visible(patch("b", r#"{"client_visible":true}"#), false).await, Some(true));
    assert_eq!(visible(patch("b", r#"{"client_visible":null}"#), false).await, Some(false));
    let rule = r#"{"attribute":"a","operator":"Equals","values":["b"],"hash_values":true}"#;
    write(&storage, patch("a", &format!(r#"{{"rules":[{rule}]}}"#))).await;
    let flags = storage.load(0).await.unwrap().flags;
    assert_eq!((flags[0].rules[0].hash_values, flags[1].client_visible), (true, Some(false)));
    let history = storage.history(HistoryQuery { key: Some(key("b")), before: None, limit: 1 }).await.unwrap();
    let shown = |json: &Option<Box<serde_json::value::RawValue>>| json.as_ref().unwrap().get().to_owned();
    assert!(shown(&history[0].before).contains(r#""client_visible":true"#));
    assert!(shown(&history[0].after).contains(r#""client_visible":false"#));
}

pub async fn the_log_knows_what_clients_had(backend: impl Backend) {
    let storage = backend.open();
    for operation in [
        put(r#"{"key":"a"}"#),
        patch("a", r#"{"client_visible":false}"#),
        patch("a", r#"{"is_enabled":true}"#),
        patch("a", r#"{"client_visible":true}"#),
        delete("a"),
        put(r#"{"key":"a","client_visible":false}"#),
        delete("a"),
    ] {
        write(&storage, operation).await;
    }
    let had = |changes: &[LoggedChange]| changes.iter().map(|logged| logged.was_visible).collect::<Vec<_>>();
    let expected = [false, true, false, false, true, false, false];
    assert_eq!(had(&changes(&storage, 0, 100).await.unwrap()), expected);
    assert_eq!(had(&storage.load(100).await.unwrap().recent), expected);
}

pub async fn an_import_hides_and_shows_what_it_says(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"hidden","client_visible":false}"#)).await;
    let flags =
        [r#"{"key":"hidden","is_enabled":true}"#, r#"{"key":"new"}"#, r#"{"key":"said","client_visible":false}"#];
    storage.import(import(40, &flags, true)).await.unwrap();
    storage.import(Import { client_visible: false, ..import(50, &[r#"{"key":"late"}"#], false) }).await.unwrap();
    let flags = storage.load(0).await.unwrap().flags;
    let visible: Vec<_> = flags.iter().map(|flag| (flag.key.as_str(), flag.is_client_visible())).collect();
    assert_eq!(visible, [("hidden", false), ("late", false), ("new", true), ("said", false)]);
}

pub async fn two_patches_at_once_both_survive(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    for round in 0..20 {
        write(&storage, patch("a", r#"{"is_enabled":null,"description":null}"#)).await;
        let (one, two) = tokio::join!(
            storage.write(at(round, patch("a", r#"{"is_enabled":true}"#))),
            storage.write(at(round, patch("a", r#"{"description":"both"}"#))),
        );
        assert_ne!(one.unwrap().id.revision, two.unwrap().id.revision);
        let flags = storage.load(0).await.unwrap().flags;
        assert_eq!((flags[0].is_enabled, flags[0].description.as_deref()), (true, Some("both")));
    }
}

pub async fn writes_at_once_make_revisions_without_gaps(backend: impl Backend) {
    let storage = backend.open();
    let writers: Vec<_> = (0..40)
        .map(|writer| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move {
                let mut answered = Vec::new();
                for number in writer * 5..writer * 5 + 5 {
                    let key = number % 7;
                    // Refused ones among them: they must not use up a revision.
                    let operation =
                        if number % 10 == 9 { delete("none") } else { put(&format!(r#"{{"key":"flag-{key}"}}"#)) };
                    match storage.write(at(number, operation)).await {
                        Ok(committed) => answered.push(committed),
                        Err(error) => assert!(matches!(error, WriteError::NotFound), "{error:?}"),
                    }
                }
                answered
            })
        })
        .collect();
    let mut answered = Vec::new();
    for writer in writers {
        answered.extend(writer.await.unwrap());
    }
    answered.sort_by_key(|committed| committed.id.revision);
    let revisions: Vec<u64> = answered.iter().map(|committed| committed.id.revision.get()).collect();
    assert_eq!(revisions, (1..=180).collect::<Vec<_>>());
    let answered: Vec<LoggedChange> = answered.into_iter().map(logged).collect();
    assert_eq!(changes(&storage, 0, 1_000).await.unwrap(), answered, "what was answered is what was logged");
}

pub async fn conditions_on_the_entity_tag(backend: impl Backend) {
    let storage = backend.open();
    let tags = |numbers: &[u64]| Some(EntityTags::Revisions(numbers.iter().copied().map(revision).collect()));
    let any = || Some(EntityTags::Any);
    let on = || patch("a", r#"{"is_enabled":true}"#);
    let fails_at = |result: Result<Committed, WriteError>| match result {
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
    assert_eq!(write_if(&storage, on(), tags(&[3, 1]), None).await.unwrap().id.revision.get(), 2);
    assert_eq!(write_if(&storage, on(), any(), tags(&[1])).await.unwrap().id.revision.get(), 3);
    assert_eq!(write_if(&storage, on(), None, tags(&[])).await.unwrap().id.revision.get(), 4);
    assert_eq!(fails_at(write_if(&storage, delete("a"), tags(&[3]), None).await), Some(4));
    assert_eq!(write_if(&storage, delete("a"), tags(&[4]), None).await.unwrap().id.revision.get(), 5);
}

pub async fn a_full_store_takes_no_new_flag(backend: impl Backend) {
    let storage = backend.open();
    let max_flags = NonZeroU32::new(2);
    let write = |operation| {
        let preconditions = Preconditions { max_flags, ..Preconditions::default() };
        storage.write(Write { preconditions, ..at(1_000, operation) })
    };
    for json in [r#"{"key":"a"}"#, r#"{"key":"b"}"#, r#"{"key":"a","is_enabled":true}"#] {
        write(put(json)).await.unwrap();
    }
    let before = everything(&storage).await;
    let refused = write(put(r#"{"key":"c"}"#)).await.unwrap_err();
    assert!(matches!(refused, WriteError::Full(max) if Some(max) == max_flags), "{refused:?}");
    assert_eq!(everything(&storage).await, before);
    write(delete("b")).await.unwrap();
    let (one, other) = tokio::join!(write(put(r#"{"key":"c"}"#)), write(put(r#"{"key":"d"}"#)));
    assert!(one.is_ok() != other.is_ok(), "there is room for one: {one:?} {other:?}");
    storage.write(at(1_000, put(r#"{"key":"e"}"#))).await.unwrap();
}

pub async fn of_two_writes_under_one_condition_one_wins(backend: impl Backend) {
    let storage = backend.open();
    for round in 0..20 {
        let stands = write(&storage, put(r#"{"key":"a"}"#)).await.id.revision;
        let tags = || Some(EntityTags::Revisions(vec![stands]));
        let (one, two) = tokio::join!(
            write_if(&storage, patch("a", r#"{"is_enabled":true}"#), tags(), None),
            write_if(&storage, patch("a", r#"{"description":"x"}"#), tags(), None),
        );
        assert_ne!(one.is_ok(), two.is_ok(), "round {round}: {one:?} {two:?}");
    }
}

pub async fn history_is_newest_first_and_can_be_cut(backend: impl Backend) {
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

pub async fn changes_are_read_in_order_from_anywhere(backend: impl Backend) {
    let storage = backend.open();
    let mut written = Vec::new();
    for number in 1..=9 {
        let operation =
            if number % 3 == 0 { delete("a") } else { put(&format!(r#"{{"key":"a","description":"{number}"}}"#)) };
        written.push(logged(write(&storage, operation).await));
    }
    let after = async |number, limit| changes(&storage, number, limit).await.unwrap();
    assert_eq!(after(0, 100).await, written);
    assert_eq!(after(0, 4).await, written[..4]);
    assert_eq!(after(4, 4).await, written[4..8]);
    assert_eq!(after(8, 4).await, written[8..]);
    assert_eq!(after(9, 4).await, []);
}

pub async fn load_gives_sorted_flags_and_the_recent_changes(backend: impl Backend) {
    let storage = backend.open();
    for name in ["b", "B", "a10", "a.1", "-", "_", "a2", "gone"] {
        write(&storage, put(&format!(r#"{{"key":"{name}"}}"#))).await;
    }
    write(&storage, delete("gone")).await;
    let contents = storage.load(3).await.unwrap();
    let keys: Vec<&str> = contents.flags.iter().map(|flag| flag.key.as_str()).collect();
    assert_eq!(keys, ["-", "B", "_", "a.1", "a10", "a2", "b"], "by bytes");
    assert_eq!(contents.id.revision, revision(9));
    assert_eq!(contents.recent, changes(&storage, 6, 3).await.unwrap());
    assert_eq!(contents.recent.len(), 3);
    assert_eq!(storage.load(100).await.unwrap().recent.len(), 9);
    assert_eq!(storage.load(0).await.unwrap().recent.len(), 0);
}

pub async fn everything_is_there_after_closing_and_opening(backend: impl Backend) {
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
        assert_eq!(write(&storage, patch("a", "{}")).await.id.revision, revision(number), "the count goes on");
        before = everything(&storage).await;
        storage.close().await.unwrap();
    }
}

pub async fn a_closed_storage_says_so(backend: impl Backend) {
    let storage = backend.open();
    let position = write(&storage, put(r#"{"key":"a"}"#)).await.id;
    storage.close().await.unwrap();
    let unavailable = |error: &StorageError| matches!(error, StorageError::Unavailable(_));
    assert!(unavailable(&storage.load(1).await.unwrap_err()));
    assert!(unavailable(&storage.position().await.unwrap_err()));
    assert!(unavailable(&storage.changes_after(position.clone(), 1).await.unwrap_err()));
    let import = storage.import(import(1, &[], false)).await.unwrap_err();
    assert!(matches!(&import, ImportError::Storage(error) if unavailable(error)), "{import:?}");
    assert!(unavailable(&storage.prune(Retention::default()).await.unwrap_err()));
    assert!(unavailable(&storage.renew_epoch(position).await.unwrap_err()));
    let query = HistoryQuery { key: None, before: None, limit: 1 };
    assert!(unavailable(&storage.history(query).await.unwrap_err()));
    let refused = storage.write(at(1, delete("a"))).await.unwrap_err();
    assert!(matches!(refused, WriteError::Storage(StorageError::Unavailable(_))));
    assert!(unavailable(&storage.close().await.unwrap_err()));
    assert_eq!(backend.open().load(0).await.unwrap().id.revision, revision(1), "the refused write left nothing");
}

pub async fn the_position_follows_every_write(backend: impl Backend) {
    let storage = backend.open();
    let position = async || storage.position().await.unwrap().id;
    for operation in [put(r#"{"key":"a"}"#), patch("a", r#"{"is_enabled":true}"#), delete("a")] {
        let committed = write(&storage, operation).await;
        assert_eq!(position().await, committed.id);
    }
    assert!(storage.write(at(1, delete("a"))).await.is_err());
    assert_eq!(position().await.revision, revision(3), "a refused write moves nothing");
    storage.import(import(1, &[r#"{"key":"a"}"#, r#"{"key":"b"}"#], false)).await.unwrap();
    assert_eq!(position().await.revision, revision(5));
    assert_eq!(storage.load(0).await.unwrap().id, position().await);
}

pub async fn there_are_no_changes_after_another_history_or_the_future(backend: impl Backend) {
    let storage = backend.open();
    for name in ["a", "b", "c"] {
        write(&storage, put(&format!(r#"{{"key":"{name}"}}"#))).await;
    }
    assert_eq!(changes(&storage, 0, 10).await.unwrap().len(), 3);
    assert_eq!(changes(&storage, 3, 10).await, Some(Vec::new()));
    for future in [4, 1_000, Revision::MAX.get()] {
        assert_eq!(changes(&storage, future, 10).await, None, "{future}");
    }
    let other = Epoch::new("0123456789abcdef").unwrap();
    for number in [0, 1, 3, 4] {
        let id = EventId { epoch: other.clone(), revision: revision(number) };
        assert_eq!(storage.changes_after(id, 10).await.unwrap(), None, "{number} of another history");
    }
}

pub async fn a_write_that_the_database_breaks_off_leaves_no_trace(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    backend.refuse("bad");
    let before = everything(&storage).await;
    let broken = storage.write(at(2, put(r#"{"key":"bad"}"#))).await.unwrap_err();
    assert!(matches!(broken, WriteError::Storage(StorageError::Unavailable(_))), "{broken:?}");
    assert_eq!(everything(&storage).await, before);
    assert_eq!(write(&storage, put(r#"{"key":"b"}"#)).await.id.revision, revision(2), "no revision was used up");
}

pub async fn an_import_creates_and_replaces_and_leaves_alone(backend: impl Backend) {
    let storage = backend.open();
    for (time, json) in
        [(10, r#"{"key":"same","is_enabled":true}"#), (20, r#"{"key":"other"}"#), (30, r#"{"key":"own"}"#)]
    {
        storage.write(at(time, put(json))).await.unwrap();
    }
    let flags = [
        r#"{"key":"new","revision":900,"created_at":"2001-02-03T04:05:06Z","updated_at":"2002-02-03T04:05:06Z"}"#,
        // The same but for what the server sets.
        r#"{"key":"same","is_enabled":true,"revision":7,"created_at":"2001-02-03T04:05:06Z"}"#,
        r#"{"key":"other","description":"changed","created_at":"2001-02-03T04:05:06Z"}"#,
        r#"{"key":"timeless"}"#,
    ];
    let imported = storage.import(import(40, &flags, false)).await.unwrap();
    assert_eq!(imported, Imported { created: 2, replaced: 1, deleted: 0, unchanged: 1 });
    let contents = storage.load(100).await.unwrap();
    let row = |flag: &Flag| {
        (flag.key.to_string(), flag.revision.get(), flag.created_at.to_string(), flag.updated_at.millis())
    };
    let time = |millis| Timestamp::from_millis(millis).to_string();
    let expected = [
        ("new", 4, "2001-02-03T04:05:06.000Z".to_owned(), 40),
        ("other", 5, time(20), 40),
        ("own", 3, time(30), 30),
        ("same", 1, time(10), 10),
        ("timeless", 6, time(40), 40),
    ];
    let expected = expected.map(|(key, revision, created, updated)| (key.to_owned(), revision, created, updated));
    assert_eq!(contents.flags.iter().map(row).collect::<Vec<_>>(), expected);
    assert_eq!(contents.id.revision, revision(6));
    assert_eq!(contents.recent.len(), 6);
    assert_eq!(changes(&storage, 3, 10).await.unwrap(), contents.recent[3..], "it is in the log");

    let again = storage.import(import(50, &flags, false)).await.unwrap();
    assert_eq!(again, Imported { unchanged: 4, ..Imported::default() });
    assert_eq!(storage.position().await.unwrap().id, contents.id, "nothing changed");
}

pub async fn an_import_that_replaces_deletes_what_it_does_not_bring(backend: impl Backend) {
    let storage = backend.open();
    for name in ["b", "keep", "a"] {
        write(&storage, put(&format!(r#"{{"key":"{name}"}}"#))).await;
    }
    let imported = storage.import(import(40, &[r#"{"key":"keep"}"#, r#"{"key":"new"}"#], true)).await.unwrap();
    assert_eq!(imported, Imported { created: 1, replaced: 0, deleted: 2, unchanged: 1 });
    let contents = storage.load(0).await.unwrap();
    assert_eq!(contents.flags.iter().map(|flag| flag.key.as_str()).collect::<Vec<_>>(), ["keep", "new"]);
    let log = changes(&storage, 3, 10).await.unwrap();
    let keys: Vec<(u64, &str)> =
        log.iter().map(|logged| (logged.revision.get(), logged.change.key().as_str())).collect();
    assert_eq!(keys, [(4, "new"), (5, "a"), (6, "b")]);
    assert!(matches!((&log[1].change, &log[2].change), (Change::Delete(_), Change::Delete(_))));

    let history = storage.history(HistoryQuery { key: Some(key("a")), before: None, limit: 1 }).await.unwrap();
    let entry = &history[0];
    assert_eq!((entry.actor.as_str(), entry.time.as_str()), ("import", "1970-01-01T00:00:00.040Z"));
    let before = Flag::from_json(entry.before.as_ref().unwrap().get().as_bytes(), Mode::Strict).unwrap();
    assert_eq!((before.key.as_str(), before.revision, entry.after.is_none()), ("a", revision(3), true));

    let emptied = storage.import(import(50, &[], true)).await.unwrap();
    assert_eq!(emptied, Imported { deleted: 2, ..Imported::default() });
    assert!(storage.load(0).await.unwrap().flags.is_empty());
}

pub async fn an_import_is_done_as_a_whole_or_not_at_all(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    backend.refuse("bad");
    let before = everything(&storage).await;
    let flags = [r#"{"key":"good"}"#, r#"{"key":"a","is_enabled":true}"#, r#"{"key":"bad"}"#, r#"{"key":"late"}"#];
    for replace in [false, true] {
        let broken = storage.import(import(40, &flags, replace)).await.unwrap_err();
        assert!(matches!(broken, ImportError::Storage(StorageError::Unavailable(_))), "{broken:?}");
        assert_eq!(everything(&storage).await, before);
    }
    assert_eq!(write(&storage, put(r#"{"key":"b"}"#)).await.id.revision, revision(2), "no revision was used up");
}

pub async fn an_import_that_would_overfill_the_store_changes_nothing(backend: impl Backend) {
    let storage = backend.open();
    for name in ["a", "b"] {
        write(&storage, put(&format!(r#"{{"key":"{name}"}}"#))).await;
    }
    let bring = |flags: &[&str], replace, max| {
        storage.import(Import { max_flags: NonZeroU32::new(max), ..import(40, flags, replace) })
    };
    let before = everything(&storage).await;
    let flags = [r#"{"key":"a","is_enabled":true}"#, r#"{"key":"c"}"#, r#"{"key":"d"}"#];
    for (replace, max, total) in [(false, 3, 4), (true, 2, 3)] {
        let refused = bring(&flags, replace, max).await.unwrap_err();
        assert!(
            matches!(refused, ImportError::Full { flags, max: most } if flags == total && most.get() == max),
            "{refused:?}"
        );
        assert_eq!(everything(&storage).await, before);
    }
    let changed = bring(&flags[..1], false, 1).await.unwrap();
    assert_eq!(changed, Imported { replaced: 1, ..Imported::default() }, "no flag is new, so none is too many");
    assert_eq!(bring(&flags, true, 3).await.unwrap(), Imported { created: 2, deleted: 1, unchanged: 1, replaced: 0 });
}

pub async fn an_import_and_writes_at_once_make_revisions_without_gaps(backend: impl Backend) {
    let storage = backend.open();
    let flags: Vec<String> = (0..40).map(|number| format!(r#"{{"key":"flag-{number}"}}"#)).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let writes: Vec<_> = (0..20)
        .map(|number| {
            let (storage, operation) = (Arc::clone(&storage), put(&format!(r#"{{"key":"own-{number}"}}"#)));
            tokio::spawn(async move { storage.write(at(number, operation)).await.unwrap() })
        })
        .collect();
    let imported = storage.import(import(40, &flags, false)).await.unwrap();
    for write in writes {
        write.await.unwrap();
    }
    assert_eq!(imported.created, 40);
    let log = changes(&storage, 0, 1_000).await.unwrap();
    let revisions: Vec<u64> = log.iter().map(|logged| logged.revision.get()).collect();
    assert_eq!(revisions, (1..=60).collect::<Vec<_>>());
    assert_eq!(storage.load(0).await.unwrap().flags.len(), 60);
}

pub async fn pruning_by_count_keeps_the_last_changes(backend: impl Backend) {
    let storage = backend.open();
    for number in 0..10 {
        write(&storage, put(&format!(r#"{{"key":"flag-{number}"}}"#))).await;
    }
    let by_count = |changes| Retention { since: None, changes: Some(changes) };
    assert_eq!(storage.prune(Retention::default()).await.unwrap(), 0, "no bound");
    assert_eq!(storage.prune(by_count(10)).await.unwrap(), 0, "not more than the bound");
    assert_eq!(storage.prune(by_count(u64::MAX)).await.unwrap(), 0);
    assert_eq!(storage.prune(by_count(4)).await.unwrap(), 6);
    assert_eq!(storage.prune(by_count(4)).await.unwrap(), 0, "it is done");
    only_changes_after_are_left(&storage, 6, 10).await;
    assert_eq!(storage.load(0).await.unwrap().flags.len(), 10, "no flag is touched");

    assert_eq!(write(&storage, delete("flag-0")).await.id.revision, revision(11), "the count goes on");
    assert_eq!(storage.prune(by_count(4)).await.unwrap(), 1);
    only_changes_after_are_left(&storage, 7, 11).await;
    assert_eq!(storage.prune(by_count(0)).await.unwrap(), 4);
    only_changes_after_are_left(&storage, 11, 11).await;
    assert_eq!(write(&storage, delete("flag-1")).await.id.revision, revision(12));
    only_changes_after_are_left(&storage, 11, 12).await;
}

pub async fn pruning_by_age_keeps_a_tail_without_gaps(backend: impl Backend) {
    let storage = backend.open();
    // The clocks of several instances differ: a change may be older than the one before it.
    for (number, time) in [100, 300, 200, 1_000, 900, 1_100, 2_000].into_iter().enumerate() {
        storage.write(at(time, put(&format!(r#"{{"key":"flag-{number}"}}"#)))).await.unwrap();
    }
    let since = |millis, changes| Retention { since: Some(Timestamp::from_millis(millis)), changes };
    assert_eq!(storage.prune(since(100, None)).await.unwrap(), 0);
    assert_eq!(storage.prune(since(250, None)).await.unwrap(), 1, "up to the first that is young enough");
    only_changes_after_are_left(&storage, 1, 7).await;
    assert_eq!(storage.prune(since(999, None)).await.unwrap(), 2);
    only_changes_after_are_left(&storage, 3, 7).await;
    assert_eq!(storage.prune(since(999, Some(2))).await.unwrap(), 2, "the narrower bound counts");
    only_changes_after_are_left(&storage, 5, 7).await;
    assert_eq!(storage.prune(since(1_500, Some(2))).await.unwrap(), 1, "and so it does the other way round");
    only_changes_after_are_left(&storage, 6, 7).await;
    assert_eq!(storage.prune(since(3_000, None)).await.unwrap(), 1, "all are too old");
    only_changes_after_are_left(&storage, 7, 7).await;
    assert_eq!(storage.prune(since(3_000, Some(5))).await.unwrap(), 0, "an empty log");
    assert_eq!(storage.load(0).await.unwrap().flags.len(), 7, "no flag is touched");
    assert_eq!(write(&storage, delete("flag-0")).await.id.revision, revision(8));
}

/// The log holds what came after `horizon`, up to `last`, and says so however it is asked.
async fn only_changes_after_are_left(storage: &Arc<dyn Storage>, horizon: u64, last: u64) {
    let left: Vec<u64> = (horizon + 1..=last).collect();
    let revisions = |log: &[LoggedChange]| log.iter().map(|logged| logged.revision.get()).collect::<Vec<_>>();
    let log = changes(storage, horizon, 100).await.expect("the log reaches back to the horizon");
    assert_eq!(revisions(&log), left);
    for before in 0..horizon {
        assert_eq!(changes(storage, before, 100).await, None, "{before} is beyond the horizon");
        assert_eq!(changes(storage, before, 1).await, None, "{before} is beyond the horizon");
    }
    let contents = storage.load(100).await.unwrap();
    assert_eq!((contents.id.revision, contents.recent), (revision(last), log));
    let history = storage.history(HistoryQuery { key: None, before: None, limit: 100 }).await.unwrap();
    assert_eq!(history.iter().rev().map(|entry| entry.revision).collect::<Vec<_>>(), left);
}

pub async fn the_epoch_is_renewed_only_where_the_store_is_behind(backend: impl Backend) {
    let storage = backend.open();
    write(&storage, put(r#"{"key":"a"}"#)).await;
    let stands = write(&storage, put(r#"{"key":"b"}"#)).await.id;
    let other = Epoch::new("0123456789abcdef").unwrap();
    for id in [
        stands.clone(),
        EventId { revision: revision(1), ..stands.clone() },
        EventId { epoch: other, revision: revision(9) },
    ] {
        storage.renew_epoch(id.clone()).await.unwrap();
        assert_eq!(storage.position().await.unwrap().id, stands, "not behind {id}");
    }
    let before = storage.load(10).await.unwrap();
    let ahead = EventId { revision: revision(3), ..stands.clone() };
    // Several instances find it out at once.
    let (one, two) = tokio::join!(storage.renew_epoch(ahead.clone()), storage.renew_epoch(ahead.clone()));
    one.and(two).unwrap();
    let renewed = storage.position().await.unwrap().id;
    assert_ne!(renewed.epoch, stands.epoch);
    assert_eq!(renewed.revision, stands.revision);
    storage.renew_epoch(ahead.clone()).await.unwrap();
    assert_eq!(storage.position().await.unwrap().id, renewed, "the id is one of another history now");
    let after = storage.load(10).await.unwrap();
    assert_eq!((after.flags, after.recent), (before.flags, before.recent));
    assert_eq!(storage.changes_after(stands, 10).await.unwrap(), None);
    assert_eq!(storage.changes_after(ahead, 10).await.unwrap(), None);
    let next = write(&storage, delete("a")).await.id;
    assert_eq!(next, EventId { revision: revision(3), ..renewed.clone() });
    storage.close().await.unwrap();
    assert_eq!(backend.open().position().await.unwrap().id, next);
}

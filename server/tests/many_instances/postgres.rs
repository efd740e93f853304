//! Postgres' storage: the contract, and what matters with it alone. In this process, against the trait.

use crate::contract::{Backend, storage_contract};
use crate::services::{PASSWORD, Postgres, PostgresOptions, free_port};
use server::storage::{
    HistoryQuery, Import, LoggedChange, Operation, PostgresAddress, PostgresStorage, Preconditions, Retention, Storage,
    StorageError, Write, WriteError,
};
use sidekick_core::{Change, EventId, Flag, FlagKey, FlagPatch, Revision, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A database of a test's own, named by its address, in the Postgres that all tests share.
struct Database(String);

impl Backend for Database {
    fn fresh() -> Self {
        Self(Postgres::shared().database("contract"))
    }

    fn open(&self) -> Arc<dyn Storage> {
        open(&self.0)
    }

    fn refuse(&self, key: &str) {
        let check = format!("ALTER TABLE sidekick_flags ADD CHECK (key <> '{key}')");
        Postgres::shared().sql(&self.0, &check);
    }
}

mod contract {
    use super::{Database, storage_contract};
    use crate::key_contract::key_contract;

    storage_contract!(Database);
    key_contract!(Database);
}

/// More than an operation may take, whatever the database does.
const LIMIT: Duration = Duration::from_secs(12);

fn open(url: &str) -> Arc<dyn Storage> {
    Arc::new(PostgresStorage::new(&PostgresAddress::parse(url).unwrap()).unwrap())
}

fn at(millis: u64, operation: Operation) -> Write {
    let time = Timestamp::from_millis(millis);
    let (preconditions, actor) = (Preconditions::default(), "test".to_owned());
    Write { operation, preconditions, actor, time, client_visible: true }
}

fn put(key: &str) -> Write {
    at(1_000, Operation::Put(Flag::new(FlagKey::new(key).unwrap())))
}

fn everything_that_happened() -> HistoryQuery {
    HistoryQuery { key: None, before: None, limit: 100_000 }
}

fn unavailable<T>(result: Result<T, StorageError>) -> String {
    match result.map(drop) {
        Err(StorageError::Unavailable(why)) => why,
        other => panic!("unavailable is expected, not {other:?}"),
    }
}

/// How the connections to a database were made: `t` with TLS, `f` without.
fn connections(postgres: &Postgres) -> Vec<String> {
    let rows = postgres
        .admin_sql("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'sidekick'");
    rows.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_instances_may_migrate_an_empty_database_at_once() {
    for _ in 0..4 {
        let url = Postgres::shared().database("migration");
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let storage = open(&url);
                tokio::spawn(async move { storage.load(10).await.unwrap().id })
            })
            .collect();
        let mut ids = Vec::new();
        for start in starts {
            ids.push(start.await.unwrap());
        }
        ids.dedup();
        assert_eq!((ids.len(), ids[0].revision), (1, Revision::ZERO), "{ids:?}");
        assert_eq!(Postgres::shared().sql(&url, "SELECT version FROM sidekick_schema"), "2\n");
        assert_eq!(Postgres::shared().sql(&url, "SELECT count(*) FROM sidekick_store"), "1\n");
    }
}

#[tokio::test]
async fn an_older_schema_is_brought_up_to_date_with_all_its_flags() {
    let postgres = Postgres::shared();
    let url = postgres.database("older");
    let rows = r#"CREATE TABLE sidekick_schema (version integer NOT NULL); INSERT INTO sidekick_schema VALUES (1);
        INSERT INTO sidekick_store VALUES (1, 'a1', 7); INSERT INTO sidekick_flags VALUES ('a', '{"key":"a"}');"#;
    postgres.sql(&url, &format!("{} {rows}", include_str!("../../src/storage/postgres/schema_1.sql")));
    let before = postgres.sql(&url, "SELECT pg_relation_filenode('sidekick_store')");
    let storages = [open(&url), open(&url)];
    let (one, other) = tokio::join!(storages[0].load(0), storages[1].load(0));
    for contents in [one.unwrap(), other.unwrap()] {
        assert_eq!((contents.id.revision.get(), contents.flags.len()), (7, 1));
        assert!(contents.id.epoch.as_str().starts_with("a1-"));
    }
    assert!(storages[0].keys().await.unwrap().secrets.is_empty());
    let after = postgres.sql(&url, "SELECT pg_relation_filenode('sidekick_store')");
    assert_eq!(after, before, "the history stays the same, so no client replays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_schema_is_refused_and_left_alone() {
    let postgres = Postgres::shared();
    let url = postgres.database("newer");
    let storage = open(&url);
    storage.write(put("a")).await.unwrap();
    postgres.sql(&url, "UPDATE sidekick_schema SET version = 99");
    let newer = open(&url);
    for _ in 0..2 {
        let error = newer.load(1).await.unwrap_err();
        assert!(matches!(error, StorageError::Corrupt(_)), "{error:?}");
        let message = error.to_string();
        assert!(message.contains("schema version 99") && message.contains("works with 3 at most"), "{message}");
    }
    assert!(newer.write(put("b")).await.is_err());
    assert_eq!(postgres.sql(&url, "SELECT version FROM sidekick_schema"), "99\n");
    assert_eq!(postgres.sql(&url, "SELECT key FROM sidekick_flags"), "a\n");
}

#[tokio::test]
async fn a_postgres_without_tls_is_used_where_tls_is_not_required() {
    let url = Postgres::shared().database("plain");
    for mode in ["", "?sslmode=disable", "?sslmode=prefer"] {
        open(&format!("{url}{mode}")).position().await.unwrap();
    }
    for mode in ["?sslmode=require", "?sslmode=verify-full"] {
        let why = unavailable(open(&format!("{url}{mode}")).position().await);
        assert!(why.contains("TLS"), "{mode}: {why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sslmode_says_whether_tls_is_used_and_whom_it_trusts() {
    let postgres = Postgres::start_with_tls();
    let url = postgres.url();
    let files = postgres.certificates();
    let verify = |root: &std::path::Path| format!("?sslmode=verify-full&sslrootcert={}", root.display());
    for (mode, with_tls) in [
        ("?sslmode=disable".to_owned(), "f"),
        (String::new(), "t"),
        ("?sslmode=prefer".to_owned(), "t"),
        ("?sslmode=require".to_owned(), "t"),
        (verify(&files.root), "t"),
    ] {
        let storage = open(&format!("{url}{mode}"));
        storage.position().await.unwrap();
        assert_eq!(connections(&postgres), [with_tls], "{mode}");
        storage.close().await.unwrap();
        drop(storage);
        let start = Instant::now();
        while !connections(&postgres).is_empty() {
            assert!(start.elapsed() < LIMIT, "a closed storage keeps its connections");
        }
    }
    let why = unavailable(open(&format!("{url}{}", verify(&files.other_root))).position().await);
    assert!(why.contains("certificate") && why.contains("UnknownIssuer"), "{why}");
    // The certificate names localhost only.
    let by_number = url.replace("localhost", "127.0.0.1");
    let why = unavailable(open(&format!("{by_number}{}", verify(&files.root))).position().await);
    assert!(why.contains("certificate") && why.contains("localhost"), "{why}");
    open(&format!("{by_number}?sslmode=require")).position().await.unwrap();
}

#[tokio::test]
async fn a_postgres_that_insists_on_tls_is_not_reached_without() {
    let postgres = Postgres::start_with(PostgresOptions { tls: true, tls_only: true, ..PostgresOptions::default() });
    let url = postgres.url();
    let why = unavailable(open(&format!("{url}?sslmode=disable")).position().await);
    assert!(why.contains("no encryption") || why.contains("pg_hba"), "{why}");
    open(&url).position().await.unwrap();
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let postgres = Postgres::shared();
    let url = postgres.url();
    let encoded = url.split(':').nth(2).unwrap().split('@').next().unwrap().to_owned();
    let at_port = format!(":{}/", postgres.port());
    for (wrong, word) in [
        (url.replace("sidekick:", "nobody:"), "nobody"),
        (format!("{url}_missing"), "sidekick_missing"),
        (url.replace(&at_port, &format!(":{}/", free_port())), "refused"),
        (url.replace("127.0.0.1", "host.invalid"), "address"),
        (format!("{url}?sslmode=require"), "TLS"),
        (format!("{url}?options=-c%20nonsense%3D1"), "nonsense"),
    ] {
        let address = PostgresAddress::parse(&wrong).unwrap();
        let error = PostgresStorage::new(&address).unwrap().position().await.unwrap_err();
        let shown = format!("{error} {error:?} {address:?}");
        assert!(shown.contains(word), "{word}: {shown}");
        for secret in [PASSWORD, &encoded, "cr@t", "cr%40t"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    for unusable in ["?sslmode=sometimes", "?port=x", "?nonsense=1", "?sslrootcert=x"] {
        let error = PostgresAddress::parse(&format!("{url}{unusable}")).unwrap_err();
        assert!(!error.contains("cr@t") && !error.contains("cr%40t"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_waits_too_long_for_the_counter_gives_up_and_reads_go_on() {
    let url = Postgres::shared().database("lock");
    let storage = open(&url);
    storage.write(put("a")).await.unwrap();
    let (holder, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    holder.batch_execute("BEGIN; SELECT * FROM sidekick_store FOR UPDATE").await.unwrap();
    let start = Instant::now();
    let write = storage.write(put("b"));
    let read = storage.load(10);
    let (write, read) = tokio::join!(write, async {
        let read = read.await;
        (read, start.elapsed())
    });
    let WriteError::Storage(StorageError::Unavailable(why)) = write.unwrap_err() else { panic!("unavailable") };
    assert!(why.contains("statement timeout"), "{why}");
    assert!(start.elapsed() > Duration::from_secs(3) && start.elapsed() < LIMIT, "{:?}", start.elapsed());
    assert!(read.1 < Duration::from_secs(2), "a read waits for no write: {:?}", read.1);
    assert_eq!(read.0.unwrap().id.revision.get(), 1);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(storage.write(put("c")).await.unwrap().id.revision.get(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_was_left_open_does_not_stop_writes_for_good() {
    let url = Postgres::shared().database("idle");
    let storage = open(&url);
    storage.write(put("a")).await.unwrap();
    // A dropped write is one that its server did not see to the end.
    for _ in 0..20 {
        let pending = storage.write(put("b"));
        let _ = tokio::time::timeout(Duration::from_micros(1_500), pending).await;
    }
    let start = Instant::now();
    storage.write(put("c")).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_gapless(&storage).await;
}

/// The log is whole, and the flags are what it leads to.
async fn assert_gapless(storage: &Arc<dyn Storage>) {
    let contents = storage.load(100_000).await.unwrap();
    let revisions: Vec<u64> = contents.recent.iter().map(|logged| logged.revision.get()).collect();
    assert_eq!(revisions, (1..=contents.id.revision.get()).collect::<Vec<_>>());
    let mut flags = std::collections::BTreeMap::new();
    for logged in contents.recent {
        match logged.change {
            Change::Upsert(flag) => drop(flags.insert(flag.key.clone(), flag)),
            Change::Delete(key) => drop(flags.remove(&key).expect("only what is there is deleted")),
        }
    }
    let mut flags: Vec<Flag> = flags.into_values().collect();
    flags.sort_by(|one, other| one.key.as_str().cmp(other.key.as_str()));
    assert_eq!(contents.flags, flags);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_on_two_instances_leave_no_gap_and_a_reader_beside_them_never_sees_one() {
    const WRITERS: usize = 8;
    const EACH: usize = 100;
    let url = Postgres::shared().database("writers");
    let instances = [open(&url), open(&url)];
    instances[0].write(put("shared")).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> =
        instances.iter().map(|storage| tokio::spawn(read_on(Arc::clone(storage), Arc::clone(&done)))).collect();
    let start = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let storage = Arc::clone(&instances[writer % 2]);
            tokio::spawn(async move {
                let mut revisions = Vec::new();
                for number in 0..EACH {
                    let key = FlagKey::new(&format!("flag-{writer}")).unwrap();
                    let operation = match number % 5 {
                        0 => Operation::Put(Flag::new(key)),
                        4 => Operation::Delete(key),
                        _ => {
                            let json = format!(r#"{{"description":"{writer} {number}"}}"#);
                            Operation::Patch(
                                FlagKey::new("shared").unwrap(),
                                FlagPatch::from_json(json.as_bytes()).unwrap(),
                            )
                        }
                    };
                    revisions.push(storage.write(at(number as u64, operation)).await.unwrap().id.revision.get());
                }
                assert!(revisions.is_sorted());
                revisions
            })
        })
        .collect();
    let mut answered = vec![1];
    for writer in writers {
        answered.extend(writer.await.unwrap());
    }
    println!("{:.0} writes/s from {WRITERS} writers", (WRITERS * EACH) as f64 / start.elapsed().as_secs_f64());
    done.store(true, Ordering::Release);
    answered.sort_unstable();
    let all: Vec<u64> = (1..=(WRITERS * EACH) as u64 + 1).collect();
    assert_eq!(answered, all, "every acknowledged write has a revision of its own, and none is missing");
    for reader in readers {
        let read: Vec<u64> = reader.await.unwrap().iter().map(|logged| logged.revision.get()).collect();
        assert_eq!(read, all);
    }
    assert_gapless(&instances[1]).await;
}

/// Reads the log in small pieces as it grows, and everything now and then: neither may ever have a gap.
async fn read_on(storage: Arc<dyn Storage>, done: Arc<AtomicBool>) -> Vec<LoggedChange> {
    let mut read: Vec<LoggedChange> = Vec::new();
    let mut id = EventId { revision: Revision::ZERO, ..storage.position().await.unwrap().id };
    let mut rounds = 0;
    loop {
        let is_done = done.load(Ordering::Acquire);
        let next = storage.changes_after(id.clone(), 7).await.unwrap().expect("a log without a gap");
        for logged in &next {
            assert_eq!(logged.revision, id.revision.next());
            id.revision = logged.revision;
        }
        if next.is_empty() && is_done {
            return read;
        }
        read.extend(next);
        rounds += 1;
        if rounds % 5 == 0 {
            let contents = storage.load(5).await.unwrap();
            let last = contents.recent.last().map(|logged| logged.revision);
            assert_eq!(last, Some(contents.id.revision), "counter and log are of one moment");
            assert!(contents.flags.iter().all(|flag| flag.revision <= contents.id.revision));
            assert!(storage.position().await.unwrap().id.revision >= contents.id.revision);
        }
    }
}

/// Three flags, and where the store stands.
async fn with_three_flags(storage: &Arc<dyn Storage>) -> EventId {
    for key in ["a", "b", "c"] {
        storage.write(put(key)).await.unwrap();
    }
    storage.position().await.unwrap().id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_dump_is_another_history() {
    let postgres = Postgres::shared();
    let url = postgres.database("dump");
    let storage = open(&url);
    let dumped_at = with_three_flags(&storage).await;
    let dump = postgres.dump(&url);
    for key in ["d", "e"] {
        storage.write(put(key)).await.unwrap();
    }
    let before = storage.position().await.unwrap().id;
    assert_eq!(before.epoch, dumped_at.epoch);
    postgres.restore(&url, &dump);
    let restored = storage.position().await.unwrap().id;
    assert_eq!(restored.revision, dumped_at.revision);
    assert_ne!(restored.epoch, before.epoch);
    assert_eq!(storage.changes_after(before, 10).await.unwrap(), None);
    assert_eq!(storage.load(10).await.unwrap().flags.len(), 3);
    assert_eq!(storage.write(put("d")).await.unwrap().id, EventId { revision: Revision::new(4).unwrap(), ..restored });
    assert_gapless(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_dropped_and_made_anew_from_a_dump_is_another_history() {
    let postgres = Postgres::shared();
    let url = postgres.database("drop");
    let name = url.rsplit('/').next().unwrap();
    let storage = open(&url);
    let before = with_three_flags(&storage).await;
    let dump = postgres.dump(&url);
    postgres.admin_sql(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    unavailable(storage.position().await);
    postgres.admin_sql(&format!("CREATE DATABASE \"{name}\" OWNER sidekick"));
    postgres.restore(&url, &dump);
    let restored = eventually_answers(&storage).await;
    assert_eq!(restored.revision, before.revision);
    assert_ne!(restored.epoch, before.epoch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_takes_the_place_of_its_database_is_another_history() {
    let postgres = Postgres::shared();
    let url = postgres.database("original");
    let name = url.rsplit('/').next().unwrap();
    let storage = open(&url);
    let copied_at = with_three_flags(&storage).await;
    postgres.terminate_backends(&url);
    // The files of a copy have the names of the original's.
    postgres.admin_sql(&format!("CREATE DATABASE \"{name}_copy\" OWNER sidekick TEMPLATE \"{name}\""));
    let before = eventually_writes(&storage, "d").await;
    postgres.terminate_backends(&url);
    postgres.admin_sql(&format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    postgres.admin_sql(&format!("ALTER DATABASE \"{name}_copy\" RENAME TO \"{name}\""));
    let restored = eventually_answers(&storage).await;
    assert_eq!(restored.revision, copied_at.revision);
    assert_ne!(restored.epoch, before.epoch);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_rows_that_are_put_in_place_show_as_a_step_back_and_get_a_new_epoch() {
    let postgres = Postgres::shared();
    let url = postgres.database("rows");
    let storage = open(&url);
    let saved_at = with_three_flags(&storage).await;
    let tables = ["sidekick_store", "sidekick_flags", "sidekick_flag_changes"];
    for table in tables {
        postgres.sql(&url, &format!("CREATE TABLE saved_{table} AS SELECT * FROM {table}"));
    }
    for key in ["d", "e"] {
        storage.write(put(key)).await.unwrap();
    }
    let before = storage.position().await.unwrap().id;
    let back: Vec<String> = tables
        .iter()
        .map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table};"))
        .collect();
    postgres.sql(&url, &format!("BEGIN; {} COMMIT", back.concat()));
    assert_eq!(storage.position().await.unwrap().id, saved_at, "nothing but the revision shows it");
    assert_eq!(storage.changes_after(before.clone(), 10).await.unwrap(), None);
    // Every instance that stood further on says so, at once.
    let others = [open(&url), open(&url), Arc::clone(&storage)];
    let renewals: Vec<_> = others
        .iter()
        .map(|storage| {
            let (storage, before) = (Arc::clone(storage), before.clone());
            tokio::spawn(async move { storage.renew_epoch(before).await.unwrap() })
        })
        .collect();
    for renewal in renewals {
        renewal.await.unwrap();
    }
    let renewed = storage.position().await.unwrap().id;
    assert_eq!(renewed.revision, saved_at.revision);
    assert_ne!(renewed.epoch, before.epoch);
    for storage in &others {
        assert_eq!(storage.position().await.unwrap().id, renewed, "one new epoch for all");
    }
    assert_eq!(storage.load(10).await.unwrap().flags.len(), 3);
}

/// Where the store stands, as soon as it answers. Broken connections may be noticed by the first that uses them.
async fn eventually_answers(storage: &Arc<dyn Storage>) -> EventId {
    let start = Instant::now();
    loop {
        match storage.position().await {
            Ok(position) => return position.id,
            Err(error) => assert!(start.elapsed() < LIMIT, "{error}"),
        }
    }
}

async fn eventually_writes(storage: &Arc<dyn Storage>, key: &str) -> EventId {
    let start = Instant::now();
    loop {
        match storage.write(put(key)).await {
            Ok(committed) => return committed.id,
            Err(error) => assert!(start.elapsed() < LIMIT, "{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operation_after_ended_connections_works() {
    let postgres = Postgres::shared();
    let url = postgres.database("terminated");
    let storage = open(&url);
    storage.write(put("a")).await.unwrap();
    for round in 0..10 {
        // As many connections as the pool has.
        let busy: Vec<_> = (0..12)
            .map(|_| {
                let storage = Arc::clone(&storage);
                tokio::spawn(async move { storage.load(10).await.unwrap() })
            })
            .collect();
        for load in busy {
            load.await.unwrap();
        }
        assert!(postgres.terminate_backends(&url) > 0);
        let left =
            format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'", url.rsplit('/').next().unwrap());
        let start = Instant::now();
        while postgres.admin_sql(&left) != "0\n" {
            assert!(start.elapsed() < LIMIT, "connections outlive their end");
        }
        if round % 2 == 0 {
            storage.position().await.unwrap();
        }
        storage.write(put("a")).await.unwrap();
    }
    assert_gapless(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_end_under_writes_lose_no_acknowledged_one() {
    let postgres = Postgres::shared();
    let url = postgres.database("cut");
    let storage = open(&url);
    storage.write(put("start")).await.unwrap();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let storage = Arc::clone(&storage);
            tokio::spawn(async move {
                let (mut acknowledged, mut refused) = (Vec::new(), 0);
                for number in 0..60 {
                    let key = format!("flag-{writer}-{number}");
                    match storage.write(put(&key)).await {
                        Ok(committed) => acknowledged.push((committed.id.revision.get(), key)),
                        Err(WriteError::Storage(StorageError::Unavailable(_))) => refused += 1,
                        Err(other) => panic!("{other}"),
                    }
                }
                (acknowledged, refused)
            })
        })
        .collect();
    for _ in 0..6 {
        postgres.terminate_backends(&url);
    }
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    for writer in writers {
        let (own, failed) = writer.await.unwrap();
        acknowledged.extend(own);
        refused += failed;
    }
    println!("{} acknowledged, {refused} refused", acknowledged.len());
    let history = storage.history(everything_that_happened()).await.unwrap();
    for (revision, key) in acknowledged {
        assert!(history.iter().any(|entry| entry.revision == revision && entry.key == key), "{revision} {key}");
    }
    assert_gapless(&storage).await;
}

/// Every operation says in time that the database is away.
async fn assert_away(storage: &Arc<dyn Storage>) {
    let id = EventId::parse("a1:1").unwrap();
    let start = Instant::now();
    let operations = async {
        tokio::join!(
            async { unavailable(storage.position().await) },
            async { unavailable(storage.load(1).await) },
            async { unavailable(storage.changes_after(id.clone(), 1).await) },
            async { unavailable(storage.history(everything_that_happened()).await) },
            async { unavailable(storage.prune(Retention::default()).await) },
            async { unavailable(storage.renew_epoch(id.clone()).await) },
            async {
                match storage.write(put("away")).await {
                    Err(WriteError::Storage(StorageError::Unavailable(_))) => {}
                    other => panic!("{other:?}"),
                }
            },
        )
    };
    tokio::time::timeout(LIMIT, operations).await.expect("an answer in time");
    println!("away after {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_is_said_to_be_so_in_time_and_found_when_it_is_back() {
    let mut postgres = Postgres::start();
    let (storage, unused) = (open(&postgres.url()), open(&postgres.url()));
    storage.write(put("a")).await.unwrap();
    let before = storage.position().await.unwrap().id;

    postgres.stop_immediate();
    let never_started = open(&postgres.url());
    for storage in [&storage, &unused, &never_started] {
        assert_away(storage).await;
    }
    postgres.start_again();
    for storage in [&storage, &unused, &never_started] {
        assert_eq!(eventually_answers(storage).await, before, "a crash makes no other history");
    }

    postgres.kill();
    assert_away(&storage).await;
    postgres.start_again();
    assert_eq!(eventually_answers(&storage).await, before);
    assert_eq!(storage.write(put("b")).await.unwrap().id.revision.get(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_given_up_in_time_and_used_again_when_it_goes_on() {
    let postgres = Postgres::start();
    let (storage, unused) = (open(&postgres.url()), open(&postgres.url()));
    storage.write(put("a")).await.unwrap();
    postgres.pause();
    assert_away(&storage).await;
    assert_away(&unused).await;
    postgres.resume();
    for storage in [&storage, &unused] {
        eventually_answers(storage).await;
    }
    // The write that got no answer may have been carried out: either way the log is whole.
    let last = eventually_writes(&storage, "b").await.revision.get();
    assert!((2..=4).contains(&last), "{last}");
    assert_gapless(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_of_ten_thousand_flags_takes_seconds() {
    let url = Postgres::shared().database("import");
    let storage = open(&url);
    let flags = (0..10_000).map(|number| Flag::new(FlagKey::new(&format!("flag-{number}")).unwrap())).collect();
    let start = Instant::now();
    let time = Timestamp::from_millis(1);
    let actor = "test".to_owned();
    let import = Import { flags, replace: true, actor, time, client_visible: true, max_flags: None };
    assert_eq!(storage.import(import).await.unwrap().created, 10_000);
    println!("10,000 flags in {:?}", start.elapsed());
    assert_eq!(storage.position().await.unwrap().id.revision.get(), 10_000);
    assert_eq!(storage.load(1024).await.unwrap().flags.len(), 10_000);
}

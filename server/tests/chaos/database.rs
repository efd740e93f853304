//! What the database says, read past the servers.

use server::storage::POSITION_QUERY;
use tokio_postgres::{Client, NoTls, Row};

/// One row of the log.
#[derive(Clone, Debug)]
pub struct Entry {
    pub revision: u64,
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub actor: String,
}

/// Everything at one moment.
#[derive(Clone, Debug)]
pub struct Contents {
    pub epoch: String,
    pub revision: u64,
    /// Keys and flags, sorted by key.
    pub flags: Vec<(String, String)>,
    /// The log after the revision that was asked for.
    pub entries: Vec<Entry>,
}

const TABLES: [&str; 3] = ["sidekick_store", "sidekick_flags", "sidekick_flag_changes"];
const COLUMNS: &str = "revision, key, before, after, actor";

/// How to get at the database.
#[derive(Clone)]
pub struct Database {
    url: String,
    /// Asks for epoch and revision.
    position: String,
}

type Failure = tokio_postgres::Error;

impl Database {
    /// With the sabotage `sequence`, the revision is in the log alone.
    pub fn new(url: String, is_sequence: bool) -> Self {
        let in_log = ", (SELECT coalesce(max(revision), 0) FROM sidekick_flag_changes)::bigint,";
        let position =
            if is_sequence { POSITION_QUERY.replace(", revision,", in_log) } else { POSITION_QUERY.to_owned() };
        Self { url, position }
    }

    async fn connect(&self) -> Result<Client, Failure> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    pub async fn run(&self, sql: &str) -> Result<(), Failure> {
        self.connect().await?.batch_execute(sql).await
    }

    /// Everything in one snapshot, with the log after a revision.
    pub async fn read(&self, after: u64) -> Result<Contents, Failure> {
        let mut client = self.connect().await?;
        let transaction =
            client.build_transaction().isolation_level(tokio_postgres::IsolationLevel::RepeatableRead).start().await?;
        let position = transaction.query_one(&self.position, &[]).await?;
        let flags = transaction.query("SELECT key, flag FROM sidekick_flags ORDER BY key COLLATE \"C\"", &[]).await?;
        let log = format!("SELECT {COLUMNS} FROM sidekick_flag_changes WHERE revision > $1 ORDER BY revision");
        let entries = transaction.query(&log, &[&(after as i64)]).await?;
        Ok(Contents {
            epoch: position.get(0),
            revision: position.get::<_, i64>(1) as u64,
            flags: flags.iter().map(|row| (row.get(0), row.get(1))).collect(),
            entries: entries.iter().map(entry).collect(),
        })
    }

    /// The log that a restore has set aside, after a revision.
    pub async fn set_aside(&self, after: u64) -> Result<Vec<Entry>, Failure> {
        let log = format!("SELECT {COLUMNS} FROM chaos_log WHERE revision > $1 ORDER BY revision");
        let client = self.connect().await?;
        let rows = client.query(&log, &[&(after as i64)]).await?;
        client.batch_execute("DROP TABLE chaos_log").await?;
        Ok(rows.iter().map(entry).collect())
    }
}

fn entry(row: &Row) -> Entry {
    Entry {
        revision: row.get::<_, i64>(0) as u64,
        key: row.get(1),
        before: row.get(2),
        after: row.get(3),
        actor: row.get(4),
    }
}

/// A script that sets the log aside and then puts `dump` in place of what is there, for one transaction: from what
/// `pg_dump` wrote, the tables made anew or emptied and filled.
pub fn restoring(dump: &str, recreates: bool) -> String {
    let tables = TABLES.join(", ");
    let head = format!(
        "LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;\n\
         CREATE TABLE chaos_log AS SELECT {COLUMNS} FROM sidekick_flag_changes;\n"
    );
    if recreates {
        return head + dump;
    }
    let mut script = format!("{head}TRUNCATE {tables};\n");
    for table in TABLES {
        let start = dump.find(&format!("COPY public.{table} ")).expect("the table's rows");
        let length = dump[start..].find("\n\\.\n").expect("the end of the table's rows");
        script += &dump[start..start + length];
        script += "\n\\.\n";
    }
    script
}

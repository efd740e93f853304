//! The kinds of faults.

/// What is done to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    KillBeforeCommit,
    KillAfterCommit,
    KillAfterPublish,
    KillDuringReplay,
    KillServer,
    KillAllServers,
    TerminateServer,
    FreezeServer,
    KillRedis,
    FreezeRedis,
    FlushRedis,
    GarbleRedis,
    LoseRedis,
    CutRedis,
    RestartPostgres,
    FreezePostgres,
    TerminateBackends,
    RestoreRecreating,
    RestoreTruncating,
    ColdStart,
    PruneLog,
}

use Fault::*;

impl Fault {
    pub const ALL: [Self; 21] = [
        KillBeforeCommit,
        KillAfterCommit,
        KillAfterPublish,
        KillDuringReplay,
        KillServer,
        KillAllServers,
        TerminateServer,
        FreezeServer,
        KillRedis,
        FreezeRedis,
        FlushRedis,
        GarbleRedis,
        LoseRedis,
        CutRedis,
        RestartPostgres,
        FreezePostgres,
        TerminateBackends,
        RestoreRecreating,
        RestoreTruncating,
        ColdStart,
        PruneLog,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            KillBeforeCommit => "kill a server before a commit",
            KillAfterCommit => "kill a server after a commit, before it publishes",
            KillAfterPublish => "kill a server after it has published",
            KillDuringReplay => "kill a server within a replay",
            KillServer => "kill a server at any moment",
            KillAllServers => "kill all servers",
            TerminateServer => "SIGTERM to a server",
            FreezeServer => "SIGSTOP, SIGCONT of a server",
            KillRedis => "kill Redis",
            FreezeRedis => "SIGSTOP, SIGCONT of Redis",
            FlushRedis => "FLUSHALL",
            GarbleRedis => "garble, double, delay, reorder messages",
            LoseRedis => "lose messages",
            CutRedis => "break connections to Redis",
            RestartPostgres => "crash of Postgres",
            FreezePostgres => "SIGSTOP, SIGCONT of Postgres",
            TerminateBackends => "pg_terminate_backend of all",
            RestoreRecreating => "restore of an older dump, tables made anew",
            RestoreTruncating => "restore of an older dump, tables emptied",
            ColdStart => "start of a server while Postgres is away",
            PruneLog => "the log is pruned",
        }
    }
}

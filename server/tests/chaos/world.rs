//! Everything that takes part, the run itself, and what is left of it at the end.

use super::arguments::Arguments;
use super::client::{Client, Clients};
use super::cluster::Cluster;
use super::database::{Contents, Database, restoring};
use super::fault::Fault;
use super::history::History;
use super::judge::{Judge, Judged, agrees};
use super::proxy::{Proxy, Trouble};
use super::rotation::Ended;
use super::schedule::Schedule;
use super::services::{Postgres, PostgresOptions, Redis};
use super::soak::{SOAK_LIVES, SOAK_SERVERS, Series};
use super::stall;
use super::violation::{Kind, Violation};
use super::writer::Writers;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub struct World {
    pub(super) start: Instant,
    seed: u64,
    runtime: Runtime,
    writers: Writers,
    pub(super) clients: Clients,
    pub(super) cluster: Arc<Cluster>,
    proxy: Proxy,
    redis: Redis,
    postgres: Postgres,
    url: String,
    database: Database,
    pub(super) judge: Judge,
    pub(super) schedule: Schedule,
    /// An older state: what `pg_dump` made of it, and the history that led to it.
    pub(super) dump: Option<(String, History)>,
    pub(super) counts: BTreeMap<&'static str, Count>,
    /// The longest that a writer's answer was waited for at a check.
    longest_pause: Duration,
    /// What the server that a soak never ends held at each rest.
    pub(super) held: Series,
    /// What ended with the keys that a soak has rotated.
    pub(super) ended: Ended,
}

/// How often a fault was, and how long the slowest client then took.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) times: u32,
    slowest: Duration,
}

const SERVERS: usize = 3;
/// How long a client keeps a stream, in milliseconds.
const LIVES: Range<u64> = 2_000..40_000;

/// How long after a fault, or the last write, every client may take to have what the database has.
const CONVERGENCE: Duration = Duration::from_secs(2);
/// The same for a client whose stream was cut, from the moment that it is open again.
const AFTER_OPENING: Duration = Duration::from_secs(1);
/// And where it does not get one open: two attempts with the longest pause and the longest wait.
const WITHOUT_STREAM: Duration = Duration::from_secs(4);
/// How long a writer may wait for an answer. A server gives its database ten seconds.
const WRITE_PATIENCE: Duration = Duration::from_secs(15);

impl World {
    pub fn start(arguments: &Arguments) -> Self {
        stall::watch();
        fastrand::seed(arguments.seed);
        let sabotage = arguments.sabotage.as_deref();
        let (servers, lives) = match arguments.is_soak {
            true => (SOAK_SERVERS, SOAK_LIVES),
            false => (SERVERS, LIVES),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // Commits wait for the disk: a crash of Postgres must not lose what was acknowledged.
        let postgres = Postgres::start_with(PostgresOptions { fsync: true, ..PostgresOptions::default() });
        let redis = Redis::start();
        let url = postgres.url();
        let database = Database::new(url.clone(), sabotage == Some("sequence"));
        runtime.block_on(database.run("CREATE SEQUENCE sidekick_chaos")).unwrap();
        let proxy = runtime.block_on(Proxy::start(redis.port()));
        let cluster = Arc::new(Cluster::start(servers, &url, &proxy.url(), sabotage));
        let contents = until_read(&runtime, &database, 0);
        let clears = sabotage == Some("clear-on-connect");
        let clients = {
            let _guard = runtime.enter();
            Clients::start(arguments.clients, &cluster, lives, clears)
        };
        Self {
            start: Instant::now(),
            seed: arguments.seed,
            writers: Writers::start(&cluster, arguments.seed),
            clients,
            cluster,
            proxy,
            redis,
            postgres,
            url,
            judge: Judge::new(&contents.epoch),
            database,
            schedule: Schedule::new(arguments.seed),
            dump: None,
            counts: BTreeMap::new(),
            longest_pause: Duration::ZERO,
            held: Series::default(),
            ended: Ended::default(),
            runtime,
        }
    }

    pub fn run(&mut self, arguments: &Arguments) {
        println!("seed {}, {} clients, {SERVERS} servers", arguments.seed, arguments.clients);
        let is_over = |world: &Self| {
            world.start.elapsed() > arguments.duration || arguments.sabotage.is_some() && !world.judge.is_clean()
        };
        self.go_on_for(1500);
        self.check("no fault", Instant::now());
        while !is_over(self) {
            let pause = self.schedule.random().u64(200..900);
            self.go_on_for(pause);
            let fault = self.schedule.next();
            println!("{:>7.1}s {}", self.start.elapsed().as_secs_f64(), fault.name());
            self.inject(fault);
            self.counts.entry(fault.name()).or_default().times += 1;
            self.check(fault.name(), Instant::now());
        }
        self.check_processes();
    }

    /// Takes everything down and says what was found.
    pub fn end(self) -> Report {
        self.writers.pause(WRITE_PATIENCE);
        self.runtime.shutdown_background();
        let deeds = &self.proxy.deeds;
        let deed = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Report {
            seed: self.seed,
            time: self.start.elapsed(),
            counts: self.counts,
            judged: self.judge.judged,
            longest_pause: self.longest_pause,
            held: self.held,
            ended: self.ended,
            violations: self.judge.violations,
            clients: self.clients.all.iter().map(|client| client.lock().unwrap().counts).fold(
                [0; 5],
                |[replays, resumes, changes, heartbeats, broken], counts| {
                    [
                        replays + counts.replays,
                        resumes + counts.resumes,
                        changes + counts.changes,
                        heartbeats + counts.heartbeats,
                        broken + counts.broken_replays,
                    ]
                },
            ),
            messages: [
                ("passed", deed(&deeds.passed)),
                ("lost", deed(&deeds.lost)),
                ("doubled", deed(&deeds.doubled)),
                ("delayed", deed(&deeds.delayed)),
                ("garbled", deed(&deeds.garbled)),
                ("broken off", deed(&deeds.broken)),
            ],
        }
    }

    /// Lets everybody do what they do.
    pub(super) fn go_on_for(&self, millis: u64) {
        self.clients.set_calm(false);
        self.writers.go_on();
        std::thread::sleep(Duration::from_millis(millis));
    }

    fn inject(&mut self, fault: Fault) {
        let server = self.schedule.random().usize(..self.cluster.len());
        self.inject_into(fault, server);
    }

    /// Does it to a server, where it is done to one.
    pub(super) fn inject_into(&mut self, fault: Fault, server: usize) {
        let short = self.schedule.random().u64(500..1500);
        let long = self.schedule.random().u64(1500..4000);
        let nth = self.schedule.random().u32(1..30);
        match fault {
            Fault::KillBeforeCommit => self.kill_at(fault, "before_commit", nth, server),
            Fault::KillAfterCommit => self.kill_at(fault, "after_commit", nth, server),
            Fault::KillAfterPublish => self.kill_at(fault, "after_publish", nth, server),
            Fault::KillDuringReplay => self.kill_at(fault, "during_replay", nth % 6 + 1, server),
            Fault::KillServer => {
                self.cluster.kill(server);
                self.check(fault.name(), Instant::now());
                self.go_on_for(short);
                self.cluster.launch(server, None);
            }
            Fault::KillAllServers => {
                (0..self.cluster.len()).for_each(|server| self.cluster.kill(server));
                (0..self.cluster.len()).for_each(|server| self.cluster.launch(server, None));
            }
            Fault::TerminateServer => {
                let time = self.cluster.terminate(server);
                if time > Duration::from_secs(10) + stall::total() {
                    self.judge.violate(Violation::new(Kind::Process, format!("SIGTERM took {time:?}")));
                }
                self.cluster.launch(server, None);
            }
            Fault::FreezeServer => {
                self.cluster.signal(server, "STOP");
                self.go_on_for(long);
                self.cluster.signal(server, "CONT");
            }
            Fault::KillRedis => {
                self.redis.kill();
                self.go_on_for(short);
                self.check(fault.name(), Instant::now());
                self.go_on_for(short);
                self.redis.start_again();
            }
            Fault::FreezeRedis => {
                self.redis.pause();
                self.go_on_for(long);
                self.check(fault.name(), Instant::now());
                self.go_on_for(short);
                self.redis.resume();
            }
            Fault::FlushRedis => self.redis.flush_all(),
            Fault::GarbleRedis => {
                self.trouble(fault, Trouble { lose: 0.05, double: 0.2, delay: 0.3, garble: 0.2, ..Trouble::default() })
            }
            Fault::LoseRedis => self.trouble(fault, Trouble { lose: 0.5, ..Trouble::default() }),
            Fault::CutRedis => {
                self.trouble(fault, Trouble { garble_frame: 0.02, cut: 0.02, ..Trouble::default() });
            }
            Fault::RestartPostgres => {
                self.postgres.stop_immediate();
                self.go_on_for(short);
                self.postgres.start_again();
            }
            Fault::FreezePostgres => {
                self.postgres.pause();
                self.go_on_for(long);
                self.postgres.resume();
            }
            Fault::TerminateBackends => drop(self.postgres.terminate_backends(&self.url)),
            Fault::RestoreRecreating => self.restore(true),
            Fault::RestoreTruncating => self.restore(false),
            Fault::ColdStart => {
                self.postgres.pause();
                self.cluster.kill(server);
                self.cluster.launch(server, None);
                // Longer than the server waits for the database before it takes the snapshot.
                self.go_on_for(5000);
                self.postgres.resume();
            }
            Fault::PruneLog => {
                // As an instance would; what is left must be enough for all but the slowest.
                let kept = self.judge.history().revision().saturating_sub(u64::from(nth));
                let sql = format!("DELETE FROM sidekick_flag_changes WHERE revision <= {kept}");
                self.runtime.block_on(self.database.run(&sql)).unwrap();
                self.cluster.kill(server);
                self.cluster.launch(server, None);
            }
        }
    }

    /// Lets a server die by itself where its code says so.
    fn kill_at(&mut self, fault: Fault, point: &str, nth: u32, server: usize) {
        self.cluster.kill(server);
        self.cluster.launch(server, Some(&format!("{point}:{nth}")));
        self.go_on_for(0);
        let mut tries = 0;
        while !self.cluster.wait_for_death(server, Duration::from_millis(300)) && tries < 20 {
            tries += 1;
            if point == "during_replay" {
                // Apps that are started anew get replays.
                let clients = &self.clients.all;
                clients.iter().filter(|_| fastrand::u8(..3) == 0).for_each(|c| c.lock().unwrap().starts_anew = true);
            }
        }
        if tries == 20 {
            println!("        it did not die at {point}:{nth}");
            self.cluster.kill(server);
        }
        if nth.is_multiple_of(2) {
            self.check(fault.name(), Instant::now());
            self.go_on_for(300);
        }
        self.cluster.launch(server, None);
    }

    fn trouble(&mut self, fault: Fault, trouble: Trouble) {
        self.proxy.set(trouble);
        self.go_on_for(1500);
        self.check(fault.name(), Instant::now());
        self.go_on_for(1000);
        self.proxy.set(Trouble::default());
    }

    fn restore(&mut self, recreates: bool) {
        let (dump, branch) = self.dump.clone().expect("a dump, from the first check on");
        self.postgres.restore(&self.url, &restoring(&dump, recreates));
        let rest = self.runtime.block_on(self.database.set_aside(self.judge.history().revision())).unwrap();
        let contents = until_read(&self.runtime, &self.database, u64::MAX >> 1);
        println!(
            "        from revision {} back to {}",
            rest.last().map_or(self.judge.history().revision(), |entry| entry.revision),
            branch.revision()
        );
        self.judge.restored(&rest, branch, &contents.epoch);
    }

    /// Waits until every client has what the database has, and holds everything against the log.
    pub(super) fn check(&mut self, fault: &'static str, fault_end: Instant) {
        self.clients.set_calm(true);
        if !self.writers.pause(WRITE_PATIENCE) {
            let what = format!("a write got no answer within {WRITE_PATIENCE:?}");
            self.judge.violate(Violation::new(Kind::Process, what));
        }
        self.longest_pause = self.longest_pause.max(fault_end.elapsed());
        let (from, stalled) = (Instant::now(), stall::total());
        let mut late = None;
        let contents = loop {
            let contents = until_read(&self.runtime, &self.database, self.judge.history().revision());
            self.judge.read(&contents);
            let allowance = stall::total() - stalled;
            let missing: Vec<usize> = (0..self.clients.all.len())
                .filter(|number| !agrees(&self.clients.all[*number].lock().unwrap(), &contents))
                .collect();
            if missing.is_empty() {
                break contents;
            }
            if late.is_none() {
                let is_late = |number: &&usize| {
                    from.elapsed() > limit(&self.clients.all[**number].lock().unwrap(), from) + allowance
                };
                late = missing.iter().find(is_late).map(|number| self.describe(*number, &contents, missing.len()));
            }
            if from.elapsed() > WRITE_PATIENCE {
                break contents;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let took = from.elapsed();
        if let Some(what) = late {
            self.judge.violate(Violation::new(Kind::Convergence, format!("{fault}: {what}; all did after {took:?}")));
        }
        let count = self.counts.entry(fault).or_default();
        count.slowest = count.slowest.max(took);
        self.judge.judge_writes(self.writers.notes());
        self.judge.judge_clients(&self.clients);
        self.keep_dump(&contents);
    }

    fn describe(&self, number: usize, contents: &Contents, missing: usize) -> String {
        let client = self.clients.all[number].lock().unwrap();
        let stands = client.store.id().map(ToString::to_string).unwrap_or_default();
        let open = client.open_since.map(|since| since.elapsed());
        format!(
            "{missing} client(s) have other flags than the database at {}:{}; client {number} stands at {stands}, open \
             for {open:?}",
            contents.epoch, contents.revision
        )
    }

    /// Now and then this moment is the one that is restored later.
    fn keep_dump(&mut self, contents: &Contents) {
        if self.dump.is_some() && self.schedule.random().u8(..3) > 0 {
            return;
        }
        let dump = self.postgres.dump(&self.url);
        // A write that nobody waits for any more may have come between.
        let now = until_read(&self.runtime, &self.database, contents.revision);
        if now.revision == contents.revision {
            self.dump = Some((dump, self.judge.history().branch()));
        }
    }

    pub(super) fn check_processes(&mut self) {
        for server in 0..self.cluster.len() {
            let log = self.cluster.log(server);
            if let Some(line) = log.lines().find(|line| line.contains("panicked at")) {
                self.judge.violate(Violation::new(Kind::Process, format!("server {server}: {line}")));
            }
            if !self.cluster.is_running(server) {
                self.judge.violate(Violation::new(Kind::Process, format!("server {server} has ended by itself")));
            }
        }
    }
}

/// How long a client may take from `from` on.
fn limit(client: &Client, from: Instant) -> Duration {
    match client.open_since {
        Some(since) => CONVERGENCE.max(since.saturating_duration_since(from) + AFTER_OPENING),
        None => WITHOUT_STREAM,
    }
}

/// Reads the database, which may need a moment after a fault.
fn until_read(runtime: &Runtime, database: &Database, after: u64) -> Contents {
    let start = Instant::now();
    loop {
        match runtime.block_on(database.read(after)) {
            Ok(contents) => return contents,
            Err(error) => assert!(start.elapsed() < WRITE_PATIENCE, "the database cannot be read: {error:?}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a run has found.
pub struct Report {
    seed: u64,
    time: Duration,
    counts: BTreeMap<&'static str, Count>,
    judged: Judged,
    longest_pause: Duration,
    held: Series,
    ended: Ended,
    clients: [u64; 5],
    messages: [(&'static str, u64); 6],
    violations: BTreeMap<Kind, Vec<String>>,
}

impl Report {
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<52} {:>6} {:>20}", "fault", "times", "slowest convergence")?;
        for (fault, Count { times, slowest }) in &self.counts {
            writeln!(f, "{fault:<52} {times:>6} {:>18} s", format!("{:.2}", slowest.as_secs_f64()))?;
        }
        let Judged { entries, acknowledged, unknown, refused, moments, listings, epochs } = self.judged;
        let [replays, resumes, changes, heartbeats, broken] = self.clients;
        let messages: Vec<String> = self.messages.iter().map(|(deed, count)| format!("{count} {deed}")).collect();
        writeln!(
            f,
            "\nwrites: {acknowledged} acknowledged, {unknown} with an unknown outcome, {refused} refused; {entries} \
             entries of the log in {epochs} epochs; {listings} listings after a write; the last write before a check was answered within {:.1} s",
            self.longest_pause.as_secs_f64()
        )?;
        writeln!(
            f,
            "clients: {replays} replays, {broken} broken off, {resumes} resumes, {changes} changes, {heartbeats} \
             heartbeats; {moments} moments checked"
        )?;
        if !self.held.0.is_empty() {
            let Ended { streams, slowest } = self.ended;
            writeln!(f, "keys: {streams} streams ended with theirs, the last {:.2} s after it", slowest.as_secs_f64())?;
        }
        writeln!(f, "messages of Redis: {}", messages.join(", "))?;
        writeln!(
            f,
            "seed {}, {:.0} s; the machine stalled for {:.1} s",
            self.seed,
            self.time.as_secs_f64(),
            stall::total().as_secs_f64()
        )?;
        self.held.fmt(f)?;
        for (kind, found) in &self.violations {
            writeln!(f, "violations of {kind}: {}, the first: {}", found.len(), found[0])?;
        }
        writeln!(f, "violations: {}", self.violations.values().map(Vec::len).sum::<usize>())
    }
}

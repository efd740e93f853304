//! Four writers, whose patches overlap on a few flags. What was acknowledged is noted; so is what may have happened.

use super::cluster::{Cluster, WRITER_KEYS};
use super::http::{Answer, Connection};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// All writers.
#[derive(Clone, Default)]
pub struct Writers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    paused: AtomicBool,
    busy: AtomicUsize,
    notes: Mutex<Notes>,
}

/// What the writers know.
#[derive(Default)]
pub struct Notes {
    pub acknowledged: Vec<Acknowledged>,
    pub unknown: Vec<Unknown>,
    /// Answers that no client should get.
    pub odd: Vec<String>,
    pub refused: u64,
}

/// A write that a server has said to be done.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// What the log calls the writer.
    pub actor: String,
    pub key: String,
    /// The patch that was asked for, where it was one.
    pub patch: Option<String>,
    /// The flag as the server gave it; `None` for a delete.
    pub flag: Option<String>,
    /// The position of the flags that the same server listed afterwards.
    pub listed_at: Option<String>,
}

/// A write that may have happened.
#[derive(Clone, Debug)]
pub struct Unknown {
    pub actor: String,
    pub key: String,
    /// The description that marks it; `None` for a delete.
    pub mark: Option<String>,
}

/// A write that is about to be sent.
struct Request {
    method: &'static str,
    key: String,
    condition: String,
    body: String,
    mark: Option<String>,
}

const SHARED_FLAGS: usize = 20;
/// For each writer. They are few, so that what grows in a long run is what a server keeps, and not what it is given.
const OWN_FLAGS: usize = 10;

impl Writers {
    pub fn start(cluster: &Arc<Cluster>, seed: u64) -> Self {
        let writers = Self::default();
        for (number, key) in WRITER_KEYS.into_iter().enumerate() {
            let (shared, cluster) = (Arc::clone(&writers.0), Arc::clone(cluster));
            let writer = Writer {
                number,
                key,
                actor: actor(key),
                random: fastrand::Rng::with_seed(seed.wrapping_mul(31).wrapping_add(number as u64)),
                count: 0,
                tags: Vec::new(),
                missing: None,
            };
            std::thread::spawn(move || writer.run(&shared, &cluster));
        }
        writers
    }

    /// Lets them finish what they are at and hold still. `false` where one does not come back in time.
    pub fn pause(&self, patience: Duration) -> bool {
        self.0.paused.store(true, Ordering::SeqCst);
        let start = Instant::now();
        while self.0.busy.load(Ordering::SeqCst) > 0 {
            if start.elapsed() > patience {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    pub fn go_on(&self) {
        self.0.paused.store(false, Ordering::SeqCst);
    }

    /// Takes the notes away.
    pub fn notes(&self) -> Notes {
        std::mem::take(&mut *self.0.notes.lock().unwrap())
    }
}

struct Writer {
    number: usize,
    key: &'static str,
    actor: String,
    random: fastrand::Rng,
    count: u64,
    /// Entity tags of flags, as they last stood.
    tags: Vec<(String, String)>,
    /// A flag that was found not to be there, and is made next.
    missing: Option<String>,
}

impl Writer {
    fn run(mut self, shared: &Shared, cluster: &Cluster) {
        let mut connection: Option<Connection> = None;
        loop {
            shared.busy.fetch_add(1, Ordering::SeqCst);
            if shared.paused.load(Ordering::SeqCst) {
                shared.busy.fetch_sub(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(2));
                continue;
            }
            if connection.is_none() || self.random.u8(..10) == 0 {
                connection = cluster.any().and_then(|address| Connection::open(address, self.key).ok());
            }
            let pause = match &mut connection {
                None => 100,
                Some(open) => {
                    let request = self.next_request();
                    if !self.write(open, &request, shared) {
                        connection = None;
                    }
                    self.random.u64(1..40)
                }
            };
            shared.busy.fetch_sub(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(pause));
        }
    }

    fn next_request(&mut self) -> Request {
        self.count += 1;
        let mark = format!("w{}-{}", self.number, self.count);
        let shared = format!("shared-{}", self.random.usize(..SHARED_FLAGS));
        // Which only this writer makes and deletes.
        let own = format!("own-{}-{}", self.number, self.random.usize(..OWN_FLAGS));
        let rollout = self.random.u8(..=100);
        let enabled = self.random.bool();
        let full = format!(
            "\"is_enabled\":{enabled},\"rollout_percentage\":{rollout},\"description\":\"{mark}\",\
             \"rules\":[{{\"attribute\":\"plan\",\"operator\":\"Equals\",\"values\":[\"{mark}\",\"ü\"]}}]"
        );
        let request =
            |method, key: String, body: String, mark| Request { method, key, condition: String::new(), body, mark };
        if let Some(key) = self.missing.take() {
            let body = format!("{{\"key\":\"{key}\",{full}}}");
            return request("POST", key, body, Some(mark));
        }
        match self.random.u8(..100) {
            0..6 => {
                let body = format!("{{\"key\":\"{shared}\",{full}}}");
                request("POST", shared, body, Some(mark))
            }
            6..9 => request("DELETE", shared, String::new(), None),
            9..15 => {
                let body = format!("{{\"key\":\"{own}\",{full}}}");
                request("POST", own, body, Some(mark))
            }
            15..21 => request("DELETE", own, String::new(), None),
            chance => {
                // Each patch leaves some fields as others have set them.
                let body = match chance % 4 {
                    0 => format!("{{\"description\":\"{mark}\",\"is_enabled\":{enabled}}}"),
                    1 => format!("{{\"description\":\"{mark}\",\"rollout_percentage\":{rollout}}}"),
                    2 => format!("{{\"rollout_percentage\":null,\"description\":\"{mark}\",\"rules\":[]}}"),
                    _ => format!("{{\"description\":\"{mark}\"}}"),
                };
                let known = self.tags.iter().find(|(key, _)| *key == shared && chance > 90);
                let condition = known.map(|(_, tag)| format!("If-Match: \"{tag}\"\r\n")).unwrap_or_default();
                Request { method: "PATCH", key: shared, condition, body, mark: Some(mark) }
            }
        }
    }

    /// Answers whether the connection can be used again.
    fn write(&mut self, connection: &mut Connection, request: &Request, shared: &Shared) -> bool {
        let Request { method, key, condition, body, mark } = request;
        let path = if *method == "POST" { "/api/flags".to_owned() } else { format!("/api/flags/{key}") };
        let answer = connection.request(method, &path, condition, body);
        let unknown = || Unknown { actor: self.actor.clone(), key: key.clone(), mark: mark.clone() };
        match answer {
            Ok(Answer { status: 200 | 201 | 204, tag, body: flag }) => {
                self.tags.retain(|(known, _)| known != key);
                self.tags.extend(tag.map(|tag| (key.clone(), tag)));
                let listing = (self.random.u8(..3) == 0).then(|| connection.request("GET", "/api/flags", "", "").ok());
                let is_open = !matches!(listing, Some(None));
                shared.notes.lock().unwrap().acknowledged.push(Acknowledged {
                    actor: self.actor.clone(),
                    key: key.clone(),
                    patch: (*method == "PATCH").then(|| body.clone()),
                    flag: (*method != "DELETE").then_some(flag),
                    listed_at: listing.flatten().filter(|answer| answer.status == 200).and_then(|answer| answer.tag),
                });
                is_open
            }
            Ok(Answer { status: status @ (404 | 412), .. }) => {
                shared.notes.lock().unwrap().refused += 1;
                self.missing = (status == 404 && *method == "PATCH").then(|| key.clone());
                true
            }
            // The database did not answer in time, or not at all.
            Ok(Answer { status: 503, .. }) => {
                shared.notes.lock().unwrap().unknown.push(unknown());
                false
            }
            Ok(Answer { status, body, .. }) => {
                let mut notes = shared.notes.lock().unwrap();
                notes.unknown.push(unknown());
                notes.odd.push(format!("{method} {path} was answered {status}: {body}"));
                false
            }
            Err(_) => {
                shared.notes.lock().unwrap().unknown.push(unknown());
                false
            }
        }
    }
}

/// What the log calls who has a key.
fn actor(key: &str) -> String {
    let digest: String = Sha256::digest(key.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("sdk_key:{digest}")
}

/// Writes that may have happened, until the log shows them.
#[derive(Default)]
pub struct Doubtful {
    marks: HashSet<String>,
    deletes: Vec<(String, String)>,
}

impl Doubtful {
    pub fn add(&mut self, unknown: Unknown) {
        match unknown.mark {
            Some(mark) => drop(self.marks.insert(mark)),
            None => self.deletes.push((unknown.actor, unknown.key)),
        }
    }

    /// Takes out the write with that mark; answers whether it was there.
    pub fn take_mark(&mut self, mark: &str) -> bool {
        self.marks.remove(mark)
    }

    pub fn take_delete(&mut self, actor: &str, key: &str) -> bool {
        let place = self.deletes.iter().position(|(own_actor, own_key)| own_actor == actor && own_key == key);
        place.map(|place| self.deletes.swap_remove(place)).is_some()
    }
}

//! Replays `vectors/`: data from independent implementations that every Sidekick engine answers alike.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sidekick_core::sse::Parser;
use sidekick_core::sync::{Output, SyncClient};
use sidekick_core::{
    CompiledFlag, Digest, Evaluation, EventId, Flag, FlagKey, FlagStore, IndexedAttributes, Mode, Murmur3, Percentage,
    Reason, Revision, UnknownFields, murmur3_x86_32,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[path = "replay/sync.rs"]
mod sync;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    #[serde(rename = "$schema")]
    _schema: String,
    #[serde(rename = "what")]
    _what: String,
    files: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    file: String,
    cases: usize,
    schema: String,
}

#[derive(Deserialize)]
struct Vectors<C> {
    cases: Vec<C>,
}

/// One case; its replay panics with what differs.
trait Case: DeserializeOwned {
    fn name(&self) -> &str;
    fn replay(&self);
}

#[test]
fn every_file_of_the_index_replays() {
    let index: Index = serde_json::from_str(&read("index.json")).unwrap();
    let mut replayed = BTreeSet::from(["index.json".to_owned()]);
    for entry in &index.files {
        let count = match entry.name.as_str() {
            "murmur3" => replay::<Hash>(entry),
            "buckets" => replay::<InBucket>(entry),
            "rules" => replay::<OneRule>(entry),
            "evaluation" => replay::<Question>(entry),
            "flag_json" => replay::<Document>(entry),
            "sse_parse" => replay::<Stream>(entry),
            "digest" => replay::<Sum>(entry),
            "event_id" => replay::<Id>(entry),
            "sync_session" | "sync_retry" => replay::<sync::Session>(entry),
            "snapshot" => replay::<sync::Snapshot>(entry),
            unknown => panic!("no replay for the vectors `{unknown}`"),
        };
        assert_eq!(count, entry.cases, "{}: cases", entry.file);
        assert!(folder().join(&entry.schema).exists(), "{}: {} is missing", entry.file, entry.schema);
        replayed.insert(entry.file.clone());
    }
    assert_eq!(replayed.len(), 12);
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".json") || replayed.contains(&name), "{name} is missing in the index");
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap_or_else(|error| unreachable!("{file}: {error}"))
}

fn replay<C: Case>(entry: &Entry) -> usize {
    let file = &entry.file;
    let vectors: Vectors<C> = serde_json::from_str(&read(file)).unwrap_or_else(|error| unreachable!("{file}: {error}"));
    let mut names = BTreeSet::new();
    for case in &vectors.cases {
        // Shown by the test's output when the replay fails.
        println!("{file}: {}", case.name());
        case.replay();
        assert!(names.insert(case.name()), "a second case of this name");
    }
    vectors.cases.len()
}

/// A text too long to write out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    prefix: String,
    repeat: String,
    separator: String,
    times: usize,
    suffix: String,
}

impl Template {
    fn text(&self) -> String {
        let Self { prefix, repeat, separator, times, suffix } = self;
        [prefix.as_str(), &vec![repeat.as_str(); *times].join(separator), suffix].concat()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hash {
    name: String,
    input: Option<String>,
    input_hex: Option<String>,
    seed: u32,
    hash: u32,
}

impl Case for Hash {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let bytes = match (&self.input, &self.input_hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(hex)) => from_hex(hex),
            _ => unreachable!("one input"),
        };
        assert_eq!(murmur3_x86_32(&bytes, self.seed), self.hash, "hash");
        for place in 0..=bytes.len().min(64) {
            let (first, second) = bytes.split_at(place);
            let parts = Murmur3::new(self.seed).update(first).update(second);
            assert_eq!(parts.finish(), self.hash, "hash, cut at {place}");
        }
        let one_by_one = bytes.chunks(1).fold(Murmur3::new(self.seed), Murmur3::update);
        assert_eq!(one_by_one.finish(), self.hash, "hash, byte by byte");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InBucket {
    name: String,
    flag_key: String,
    user_key: Option<String>,
    user_key_repeat: Option<Repeat>,
    hash: u32,
    bucket_thousandths: u32,
    in_rollout: Vec<Share>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    rollout_thousandths: Option<u32>,
    enabled: bool,
}

impl Case for InBucket {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let user = match (&self.user_key, &self.user_key_repeat) {
            (Some(user), None) => user.clone(),
            (None, Some(Repeat { text, times })) => text.repeat(*times),
            _ => unreachable!("one user key"),
        };
        let whole = format!("{}:{user}", self.flag_key);
        assert_eq!(murmur3_x86_32(whole.as_bytes(), 0), self.hash, "hash");
        for Share { rollout_thousandths, enabled } in &self.in_rollout {
            let mut flag = Flag::new(FlagKey::new(&self.flag_key).unwrap_or_else(|error| unreachable!("{error}")));
            flag.is_enabled = true;
            flag.rollout_percentage = rollout_thousandths.and_then(Percentage::from_thousandths);
            let compiled = CompiledFlag::new(flag);
            assert_eq!(compiled.bucket(&user).thousandths(), self.bucket_thousandths, "bucket_thousandths");
            let answer = compiled.evaluate(&user, &[]);
            assert_eq!(answer.enabled, *enabled, "in_rollout {rollout_thousandths:?}: enabled");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneRule {
    name: String,
    rule: Value,
    attributes: BTreeMap<String, String>,
    matches: bool,
    #[serde(default)]
    lenient: bool,
}

impl Case for OneRule {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let document = json!({"key": "a", "is_enabled": true, "rollout_percentage": 0, "rules": [self.rule]});
        let compiled = CompiledFlag::new(decode(&document, self.lenient));
        let named: Vec<(&str, &str)> = self.attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(compiled.evaluate("user", named.as_slice()).enabled, self.matches, "matches");
        assert_eq!(by_index(&compiled, "user", &self.attributes).enabled, self.matches, "matches, by index");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    name: String,
    flags: Vec<Value>,
    flag_key: String,
    user_key: String,
    attributes: BTreeMap<String, String>,
    default_value: bool,
    expect: Expect,
    static_answer: Option<bool>,
    #[serde(default)]
    lenient: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expect {
    enabled: bool,
    reason: String,
    rule_index: Option<usize>,
    bucket_thousandths: Option<u32>,
}

impl From<Evaluation> for Expect {
    fn from(answer: Evaluation) -> Self {
        let (rule_index, bucket_thousandths) = match answer.reason {
            Reason::TargetingMatch { rule_index } => (Some(rule_index), None),
            Reason::Split { bucket } => (None, Some(bucket.thousandths())),
            _ => (None, None),
        };
        Self { enabled: answer.enabled, reason: answer.reason.name().into(), rule_index, bucket_thousandths }
    }
}

impl Case for Question {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let store = store_of(self.flags.iter().map(|flag| decode(flag, self.lenient)));
        let named: Vec<(&str, &str)> = self.attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
        let by_key = store.evaluate(&self.flag_key, &self.user_key, named.as_slice(), self.default_value);
        assert_eq!(Expect::from(by_key), self.expect, "expect");
        let by_handle = store.resolve(&self.flag_key).and_then(|handle| store.get_by_handle(handle));
        let fixed = by_handle.and_then(CompiledFlag::static_evaluation);
        assert_eq!(fixed.map(|answer| answer.enabled), self.static_answer, "static_answer");
        assert!(fixed.is_none_or(|answer| answer == by_key), "static_answer: {fixed:?}, evaluated: {by_key:?}");
        if let Some(flag) = by_handle {
            let answer = by_index(flag, &self.user_key, &self.attributes);
            assert_eq!(Expect::from(answer), self.expect, "expect, by handle and index");
        } else {
            assert_eq!(self.expect.reason, "FLAG_NOT_FOUND", "expect.reason");
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    mode: String,
    json: Option<String>,
    json_hex: Option<String>,
    json_template: Option<Template>,
    accepted: bool,
    stream: Option<bool>,
    canonical: Option<String>,
    canonical_template: Option<Template>,
    error_path: Option<String>,
}

impl Case for Document {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let document = match (&self.json, &self.json_hex, &self.json_template) {
            (Some(json), None, None) => json.clone().into_bytes(),
            (None, Some(hex), None) => from_hex(hex),
            (None, None, Some(template)) => template.text().into_bytes(),
            _ => unreachable!("one document"),
        };
        let canonical = self.canonical.clone().or_else(|| self.canonical_template.as_ref().map(Template::text));
        let modes: &[Mode] = match self.mode.as_str() {
            "strict" => &[Mode::Strict],
            "lenient" => &[Mode::Lenient],
            "both" => &[Mode::Strict, Mode::Lenient],
            other => unreachable!("mode {other}"),
        };
        for mode in modes {
            match Flag::from_json(&document, *mode) {
                Ok(flag) => {
                    assert!(self.accepted, "accepted in {mode:?}: it is to be refused");
                    let encoded = flag.to_json();
                    assert_eq!(
                        Some(&*String::from_utf8_lossy(&encoded)),
                        canonical.as_deref(),
                        "canonical in {mode:?}"
                    );
                    assert_eq!(Flag::from_json(&encoded, *mode), Ok(flag), "canonical, read back in {mode:?}");
                }
                Err(error) => {
                    assert!(!self.accepted, "accepted in {mode:?}: it is refused, {error}");
                    if let Some(path) = &self.error_path {
                        assert_eq!(error.path(), path, "error_path in {mode:?}");
                    }
                }
            }
        }
        if modes.contains(&Mode::Lenient) {
            self.replay_on_stream(&document, canonical.as_deref());
        }
    }
}

impl Document {
    /// The document as the flag of a change, each of its lines a line of data.
    fn replay_on_stream(&self, document: &[u8], canonical: Option<&str>) {
        let is_taken = self.stream.unwrap_or(self.accepted);
        // What is no UTF-8 is mended by the stream's parser; so that it does, the bytes go there as they are.
        let lines = split_lines(document);
        let data: Vec<u8> = lines.iter().flat_map(|line| [b"data: ", *line, b"\n"].concat()).collect();
        let mut client = SyncClient::new(0);
        client.start(0);
        client.handle_connected(0, 200, Some("text/event-stream"), None);
        client.handle_bytes(0, b"event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":\n");
        client.handle_bytes(0, &data);
        client.handle_bytes(0, b"data: }\n\nid: e:1\nevent: ready\ndata: {\"revision\":1,\"flags\":1}\n\n");
        let code = std::iter::from_fn(|| client.poll_output())
            .find_map(|output| if let Output::Error(error) = output { Some(error.code()) } else { None });
        assert_eq!(code, if is_taken { None } else { Some("INVALID_STREAM") }, "stream");
        assert_eq!(client.store().len(), usize::from(is_taken), "stream");

        for flag in client.store().flags() {
            let came = String::from_utf8_lossy(&lines.join(&b'\t')).trim_matches([' ', '\t']).to_owned();
            assert_eq!(flag.document(), came, "stream: a flag is kept as it came, a tab for each line's end");
            if std::str::from_utf8(document).is_ok() {
                let read = flag.flag().map(|flag| String::from_utf8_lossy(&known(flag).to_json()).into_owned());
                assert_eq!(read.as_deref().ok(), canonical, "stream: read for people");
            }
        }
    }
}

/// The flag without what this version does not know of it.
fn known(mut flag: Flag) -> Flag {
    flag.unknown = UnknownFields::none();
    for rule in &mut flag.rules {
        rule.unknown = UnknownFields::none();
    }
    flag
}

/// The lines of a text as an event stream has them.
fn split_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| matches!(byte, b'\n' | b'\r')).collect();
    // Between CR and LF there is none.
    let is_cr_lf = |at: usize| text.get(at.wrapping_sub(1)..=at) == Some(b"\r\n");
    let mut starts = 0;
    lines.retain(|line| {
        let start = starts;
        starts += line.len() + 1;
        !(line.is_empty() && is_cr_lf(start))
    });
    lines
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stream {
    name: String,
    input_b64: String,
    events: Vec<Event>,
    retry: Option<u64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    data: String,
    id: String,
}

impl Case for Stream {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let bytes = from_base64(&self.input_b64);
        self.check([&bytes[..]], "whole");
        for length in 1..=3 {
            self.check(bytes.chunks(length), &format!("in pieces of {length}"));
        }
        for place in 0..=bytes.len() {
            let (first, second) = bytes.split_at(place);
            self.check([first, second], &format!("cut at {place}"));
        }
    }
}

impl Stream {
    fn check<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>, how: &str) {
        let mut parser = Parser::new(1 << 20);
        let mut events = Vec::new();
        for mut piece in pieces {
            while let Some(event) = parser.next_event(&mut piece).unwrap_or_else(|error| unreachable!("{how}: {error}"))
            {
                events.push(Event { kind: event.kind.into(), data: event.data.into(), id: event.id.into() });
            }
            assert!(piece.is_empty(), "{how}: bytes were left");
        }
        assert_eq!(events, self.events, "events, {how}");
        assert_eq!(parser.retry(), self.retry, "retry, {how}");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sum {
    name: String,
    flags: Vec<Summand>,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Summand {
    key: String,
    revision: u64,
}

impl Case for Sum {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let flags: Vec<Flag> = self
            .flags
            .iter()
            .map(|Summand { key, revision }| decode(&json!({"key": key, "revision": revision}), false))
            .collect();
        assert_eq!(store_of(flags.iter().cloned()).digest().to_string(), self.digest, "digest");
        assert_eq!(store_of(flags.iter().rev().cloned()).digest().to_string(), self.digest, "digest, backwards");
        assert_eq!(Digest::parse(&self.digest), Some(store_of(flags.into_iter()).digest()), "digest, read");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Id {
    name: String,
    text: String,
    valid: bool,
    epoch: Option<String>,
    revision: Option<u64>,
}

impl Case for Id {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let read = EventId::parse(&self.text);
        assert_eq!(read.is_ok(), self.valid, "valid");
        if let Ok(id) = read {
            assert_eq!(Some(id.epoch.as_str()), self.epoch.as_deref(), "epoch");
            assert_eq!(Some(id.revision), self.revision.and_then(Revision::new), "revision");
            assert_eq!(id.to_string(), self.text, "text");
        }
    }
}

fn decode(document: &Value, lenient: bool) -> Flag {
    let json = document.to_string();
    if lenient {
        assert!(Flag::from_json(json.as_bytes(), Mode::Strict).is_err(), "lenient: strict mode takes it too");
    }
    let mode = if lenient { Mode::Lenient } else { Mode::Strict };
    Flag::from_json(json.as_bytes(), mode).unwrap_or_else(|error| unreachable!("{error}: {json}"))
}

fn store_of(flags: impl Iterator<Item = Flag>) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    flags.for_each(|flag| assert!(store.stage(flag)));
    store.commit_replay(EventId::parse("history:1").unwrap_or_else(|error| unreachable!("{error}")));
    store
}

/// The evaluation as a binding asks for it: attribute values in the order that the flag names.
fn by_index(flag: &CompiledFlag, user: &str, attributes: &BTreeMap<String, String>) -> Evaluation {
    let values: Vec<Option<&str>> = flag.attributes().map(|name| attributes.get(name).map(String::as_str)).collect();
    flag.evaluate(user, &IndexedAttributes(&values))
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or_else(|| unreachable!("hex")) as u8;
    hex.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, next| byte * 16 + digit(next))).collect()
}

fn from_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=').chars();
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        let value = ALPHABET.find(digit).unwrap_or_else(|| unreachable!("base64 {digit:?}"));
        bits = bits << 6 | value as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

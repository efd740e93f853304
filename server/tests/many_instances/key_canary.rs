//! No key is ever shown: each kind is used rightly and wrongly in every place, at the finest log level, with the database
//! there and away, and then looked for in all that came out.

use crate::instances::{instance, readiness};
use crate::services::Postgres;
use crate::support::{Collector, EventStream, Folder, Server, eventually, exchange, run_to_end};
use server::http::ROUTES;
use server::{Config, auth::Keyring};

const SDK_KEY: &str = "canary-of-sdk-key-7f3a91c2d4";
const CLIENT_KEY: &str = "canary-of-client-key-51be08aa";
/// What the server shows the collector of traces, and nobody else.
const COLLECTOR_KEY: &str = "canary-of-collector-key-90d2c4e7";

/// A key and how it may look where it leaked.
struct Canary {
    key: String,
    forms: Vec<String>,
}

impl Canary {
    fn of(key: &str) -> Self {
        let percent: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut forms = vec![key.to_owned(), percent.to_ascii_lowercase(), percent];
        // Wherever the key lies within what was encoded. What its neighbours change at both ends is left out.
        for lead in ["", "x", "xx"] {
            let encoded = base64(format!("{lead}{key}").as_bytes());
            forms.push(encoded[4..encoded.len() - 4].to_owned());
        }
        // The random part alone would be as bad.
        forms.extend(key.rsplit('_').next().filter(|digits| digits.len() >= 32).map(str::to_owned));
        Self { key: key.to_owned(), forms }
    }

    fn assert_not_in(&self, what: &str, text: &str) {
        for form in &self.forms {
            assert!(!text.contains(form), "{what} shows {form} of {}: {text}", self.key);
        }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let is_padding = place > chunk.len();
            text.push(if is_padding { '=' } else { LETTERS[(bits >> (18 - 6 * place)) as usize & 63].into() });
        }
    }
    text
}

fn create(url: &str, name: &str, kind: &str) -> String {
    let words = ["keys", "create", name, "--kind", kind];
    let ended = run_to_end(&Folder::new(), &words, &[("DATABASE_URL", url)]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(!ended.errors.contains(ended.output.trim_end()));
    ended.output.trim_end().to_owned()
}

/// All that the server answers to a key in every place of a request to every route.
fn answers(server: &Server, key: &str) -> Vec<String> {
    let json = ("Content-Type", "application/json");
    let (bearer, basic) = (format!("Bearer {key}"), format!("Basic {}", base64(format!("user:{key}").as_bytes())));
    let (twice, cookie) = (format!("Bearer {key} {key}"), format!("sdk_key={key}"));
    let percent: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let bodies = [
        String::new(),
        format!(r#"{{"sdk_key":"{key}"}}"#),
        format!(r#"{{"name":"{key} ","kind":"{key}"}}"#),
        format!(r#"{{"name":"web","kind":"{key}"}}"#),
        format!(r#"{{"overlap_seconds":"{key}"}}"#),
        format!(r#"{{"name":"web","kind":"client","expires_at":"{key}"}}"#),
        key.to_owned(),
    ];
    let mut answers = Vec::new();
    let mut ask = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        let answer = exchange(server.connect(), method, path, headers, body.as_bytes());
        answers.push(format!("{method} {:?} {}", answer.headers, String::from_utf8_lossy(&answer.body)));
    };
    for route in ROUTES {
        let path = route.path.replace("{key}", "a").replace("{name}", "none");
        let authorizations = [bearer.as_str(), &basic, &twice, key];
        for authorization in authorizations.into_iter().filter(|_| path != "/stream") {
            ask(route.method, &path, &[json, ("Authorization", authorization)], "");
        }
        ask(route.method, &path, &[json, ("X-Api-Key", key), ("Cookie", &cookie), ("Last-Event-ID", key)], "");
        for name in ["sdk_key", "key", "token"].into_iter().filter(|_| path != "/stream") {
            ask(route.method, &format!("{path}?{name}={key}"), &[json], "");
            ask(route.method, &format!("{path}?{name}={percent}"), &[json, ("Authorization", &bearer)], "");
        }
        if route.method != "GET" {
            for body in &bodies {
                ask(route.method, &path, &[json, ("Authorization", &bearer)], body);
            }
        }
        ask("PUT", &format!("{path}?sdk_key={key}"), &[json, ("Authorization", &bearer)], &bodies[1]);
    }
    for path in ["/nothing", "/api/nothing"] {
        ask("GET", &format!("{path}?sdk_key={key}"), &[("Authorization", &bearer)], "");
    }
    if key.starts_with("sk_") {
        // Those are known for keys wherever they stand.
        for (method, path) in [("POST", format!("/api/keys/{key}/rotate")), ("GET", format!("/api/{key}/x"))] {
            ask(method, &path, &[("Authorization", &bearer)], "");
        }
    }
    answers
}

/// What `/stream` sends first, with the key in its header and in its query, or the refusal.
fn streams(server: &Server, key: &str, is_good: bool) {
    let bearer = format!("Bearer {key}");
    let in_query = format!("/stream?sdk_key={key}&last_event_id={key}");
    if is_good {
        EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]).read_replay();
        EventStream::open(server.connect(), &in_query, &[]).read_replay();
    } else {
        let canary = Canary::of(key);
        canary.assert_not_in("/stream", exchange(server.connect(), "GET", &in_query, &[], &[]).text());
    }
}

#[test]
fn no_key_is_in_anything_that_comes_out() {
    let mut postgres = Postgres::start();
    let url = postgres.url();
    let [client, service, admin] = ["client", "server", "admin"].map(|kind| create(&url, &format!("a-{kind}"), kind));
    let revoked = create(&url, "revoked", "server");
    let ended = run_to_end(&Folder::new(), &["keys", "revoke", "revoked"], &[("DATABASE_URL", &url)]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    let folder = Folder::new();
    let file = folder.join("flags.json");
    let collector = Collector::start();
    let collector_url = collector.url();
    let collector_headers = format!("authorization=Bearer {COLLECTOR_KEY}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector_url.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", &collector_headers),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "100000"),
        ("SDK_KEY", SDK_KEY),
        ("CLIENT_KEY", CLIENT_KEY),
        ("LOG_LEVEL", "trace"),
        ("SNAPSHOT_PATH", file.to_str().unwrap()),
    ];
    let mut server = instance(&url, &variables);
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    let unknown = format!("sk_admin_{}", "0123456789abcdef".repeat(4));
    let truncated = admin[..admin.len() - 7].to_owned();
    let keys = [
        (SDK_KEY, true),
        (CLIENT_KEY, true),
        (&client, true),
        (&service, true),
        (&admin, true),
        (&revoked, false),
        (&unknown, false),
        (&truncated, false),
    ];
    let all = keys.iter().map(|(key, _)| *key).chain([COLLECTOR_KEY]);
    let canaries: Vec<Canary> = all.map(Canary::of).collect();
    for is_away in [false, true] {
        if is_away {
            postgres.stop_immediate();
            eventually("it is noticed", || readiness(&server).0 == 503);
        }
        for (key, is_good) in keys {
            streams(&server, key, is_good);
            for answer in answers(&server, key) {
                canaries.iter().for_each(|canary| canary.assert_not_in("an answer", &answer));
            }
        }
        let metrics = server.request("GET", "/metrics", "").text().to_owned();
        assert!(metrics.contains("401"));
        canaries.iter().for_each(|canary| canary.assert_not_in("/metrics", &metrics));
    }
    postgres.start_again();
    eventually("it is back", || readiness(&server).0 == 200);
    let history = server.request("GET", "/api/history", "").text().to_owned();
    let listing = server.request("GET", "/api/keys", "").text().to_owned();
    let dump = postgres.dump(&url);
    assert!(dump.contains("a-server"), "the dump has the keys' names");
    server.terminate();
    assert!(server.wait().success());
    let log = server.log();
    assert!(log.contains("/stream") && log.contains("401") && log.contains("key"), "{log}");
    let exported: Vec<_> = collector.requests().into_iter().map(|request| request.body).collect();
    let spans = String::from_utf8_lossy(&exported.concat()).into_owned();
    assert!(spans.contains("/stream") && spans.contains("{name}") && spans.contains("storage"), "{spans}");
    let mut outputs = vec![
        ("the spans", spans),
        ("the history", history),
        ("the list", listing),
        ("the database", dump),
        ("the log", log),
    ];
    for entry in std::fs::read_dir(&*folder).unwrap() {
        outputs.push(("a file", std::fs::read_to_string(entry.unwrap().path()).unwrap()));
    }
    let variable = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
    let config = Config::from_environment(variable).unwrap();
    outputs.push(("Debug", format!("{config:?} {:?}", Keyring::new(&config.sdk_keys, &config.client_keys))));
    for (what, text) in &outputs {
        canaries.iter().for_each(|canary| canary.assert_not_in(what, text));
    }
}

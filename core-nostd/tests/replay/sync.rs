//! Replays sessions and snapshots through the sync client.
#![allow(clippy::unwrap_used, reason = "a test")]

use super::{Case, Template, from_base64};
use serde::Deserialize;
use serde_json::{Value, json};
use sidekick_core::sync::{Output, SyncClient};
use sidekick_core::{EventId, FlagStore};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    name: String,
    seed: String,
    steps: Vec<Step>,
    flags: Vec<(String, u64)>,
    id: Option<String>,
    status: String,
    #[serde(default)]
    any_cut: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: u64,
    r#do: Input,
    outputs: Vec<Value>,
    status: Option<u16>,
    content_type: Option<String>,
    retry_after: Option<String>,
    text: Option<String>,
    b64: Option<String>,
    text_template: Option<Template>,
    accepted: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Input {
    Start,
    Connected,
    Bytes,
    Disconnected,
    Timeout,
    Retry,
    Close,
    Import,
}

impl Case for Session {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        self.play(|client, step, bytes| {
            client.handle_bytes(step.at, bytes);
            outputs(client)
        });
        if self.any_cut {
            self.play(|client, step, bytes| {
                let mut all = Vec::new();
                for piece in bytes.chunks(1) {
                    client.handle_bytes(step.at, piece);
                    all.extend(outputs(client));
                }
                united(all)
            });
        }
    }
}

impl Session {
    fn play(&self, feed: impl Fn(&mut SyncClient, &Step, &[u8]) -> Vec<Value>) {
        let mut client = SyncClient::new(u64::from_str_radix(&self.seed, 16).unwrap());
        for (index, step) in self.steps.iter().enumerate() {
            let given = match step.r#do {
                Input::Bytes => feed(&mut client, step, &step.bytes()),
                _ => {
                    step.hand_in(&mut client);
                    outputs(&mut client)
                }
            };
            assert_eq!(given, step.outputs, "outputs of step {index}");
        }
        assert_holds(client.store(), &self.flags, self.id.as_deref());
        assert_eq!(client.status().name().to_ascii_uppercase(), self.status);
    }
}

impl Step {
    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.b64, &self.text_template) {
            (Some(text), None, None) => text.clone().into_bytes(),
            (None, Some(base64), None) => from_base64(base64),
            (None, None, Some(template)) => template.text().into_bytes(),
            _ => unreachable!("one of text, b64 and text_template"),
        }
    }

    fn hand_in(&self, client: &mut SyncClient) {
        match self.r#do {
            Input::Start => client.start(self.at),
            Input::Connected => client.handle_connected(
                self.at,
                self.status.unwrap(),
                self.content_type.as_deref(),
                self.retry_after.as_deref(),
            ),
            Input::Bytes => client.handle_bytes(self.at, &self.bytes()),
            Input::Disconnected => client.handle_disconnected(self.at),
            Input::Timeout => client.handle_timeout(self.at),
            Input::Retry => client.retry_now(self.at),
            Input::Close => client.close(),
            Input::Import => {
                let accepted = client
                    .import_snapshot(std::str::from_utf8(&self.bytes()).unwrap_or_default())
                    .map_or(json!("error"), |taken| json!(taken));
                assert_eq!(Some(accepted), self.accepted);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Snapshot {
    name: String,
    text: String,
    outcome: String,
    error_contains: Option<String>,
    id: Option<String>,
    flags: Option<Vec<(String, u64)>>,
    canonical: Option<bool>,
    export: Option<String>,
}

impl Case for Snapshot {
    fn name(&self) -> &str {
        &self.name
    }

    fn replay(&self) {
        let mut client = SyncClient::new(0);
        let taken = client.import_snapshot(&self.text);
        if self.outcome == "refused" {
            let error = taken.unwrap_err().to_string();
            assert!(error.contains(self.error_contains.as_deref().unwrap_or_default()), "{error}");
            assert!(client.store().id().is_none() && client.export_snapshot().is_none());
            return;
        }
        assert_eq!(taken, Ok(true));
        assert_holds(client.store(), self.flags.as_ref().unwrap(), self.id.as_deref());
        let export = String::from_utf8(client.export_snapshot().unwrap()).unwrap();
        let expected = if self.canonical == Some(true) { &self.text } else { self.export.as_ref().unwrap() };
        assert_eq!(&export, expected);
    }
}

fn assert_holds(store: &FlagStore, flags: &[(String, u64)], id: Option<&str>) {
    let held: Vec<_> =
        store.flags().iter().map(|flag| (flag.key().as_str().to_owned(), flag.revision().get())).collect();
    assert_eq!(held, flags);
    assert_eq!(store.id().map(EventId::to_string).as_deref(), id);
}

fn outputs(client: &mut SyncClient) -> Vec<Value> {
    std::iter::from_fn(|| client.poll_output()).map(|output| as_json(&output)).collect()
}

fn as_json(output: &Output) -> Value {
    match output {
        Output::Disconnect => json!({ "disconnect": true }),
        Output::Connect { last_event_id } => {
            json!({ "connect": { "last_event_id": last_event_id.as_ref().map(EventId::to_string) } })
        }
        Output::Error(error) => json!({ "error": error.code() }),
        Output::FlagsChanged { keys } => {
            json!({ "flags_changed": keys.iter().map(|key| key.as_str()).collect::<Vec<_>>() })
        }
        Output::StatusChanged(status) => json!({ "status": status.name().to_ascii_uppercase() }),
        Output::WakeAt(at) => json!({ "wake_at": at }),
    }
}

/// The outputs of several inputs as if they were of one.
fn united(outputs: Vec<Value>) -> Vec<Value> {
    const ORDER: [&str; 6] = ["disconnect", "connect", "error", "flags_changed", "status", "wake_at"];
    let of_kind = |kind: &&str| {
        let found: Vec<&Value> = outputs.iter().filter_map(|output| output.get(kind)).collect();
        if *kind != "flags_changed" {
            assert!(found.len() <= 1, "{kind} twice");
            return found.first().map(|value| json!({ *kind: value }));
        }
        let mut keys: Vec<&str> =
            found.iter().flat_map(|keys| keys.as_array().unwrap()).map(|key| key.as_str().unwrap()).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() { None } else { Some(json!({ *kind: keys })) }
    };
    ORDER.iter().filter_map(of_kind).collect()
}

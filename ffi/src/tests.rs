//! The exports as C calls them, for Miri: it sees what is undefined though it works. What they mean is tested from C.

use super::*;
use core::ptr;
use std::thread;

const STREAM: &str = "event: connected\ndata: true\n\n\
    data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"beta\",\"is_enabled\":true,\"rollout_percentage\":50,\"rules\":[\
    {\"attribute\":\"plan\",\"operator\":\"Equals\",\"values\":[\"pro\"]}]}}\n\n\
    id: e:1\nevent: ready\ndata: {\"revision\":1,\"flags\":1}\n\n";

/// A client, freed at its end. Every call here gives it a client that lives and texts of Rust's.
struct Client(*mut SidekickClient);

// SAFETY: what the header says of threads.
unsafe impl Sync for Client {}

impl Client {
    fn following() -> Self {
        let client = Self(sidekick_client_create(7));
        let content_type = "text/event-stream";
        // SAFETY: as `Client` says.
        unsafe {
            assert_eq!(sidekick_handle_event(client.0, SidekickEvent::Start as u32, 0), SidekickError::None);
            let (start, length) = (content_type.as_ptr(), content_type.len());
            let connected = sidekick_handle_connected(client.0, 0, 200, start, length, ptr::null(), 0);
            assert_eq!(connected, SidekickError::None);
        }
        client.feed(STREAM);
        client
    }

    fn feed(&self, text: &str) {
        // SAFETY: as `Client` says.
        assert_eq!(unsafe { sidekick_handle_bytes(self.0, 1, text.as_ptr(), text.len()) }, SidekickError::None);
    }

    fn poll(&self) -> Option<(SidekickOutputKind, String)> {
        let mut output = core::mem::MaybeUninit::<SidekickOutput>::uninit();
        // SAFETY: as `Client` says; a place that is written to need not be initialised before.
        let mut output = unsafe {
            assert_eq!(sidekick_poll_output(self.0, output.as_mut_ptr()), SidekickError::None);
            output.assume_init()
        };
        let text = taken(&mut output.text);
        (output.kind != SidekickOutputKind::None).then_some((output.kind, text))
    }

    fn resolve(&self) -> SidekickFlag {
        let mut flag = SidekickFlag { handle: 0, revision: 0, fixed: 0, attribute_count: 0 };
        // SAFETY: as `Client` says.
        assert_eq!(unsafe { sidekick_resolve(self.0, "beta".as_ptr(), 4, &raw mut flag) }, SidekickError::None);
        flag
    }

    fn ask(&self, handle: u64, plan: Option<&str>) -> u32 {
        let value = plan.map_or(SidekickText::ABSENT, SidekickText::of);
        // SAFETY: as `Client` says.
        unsafe { sidekick_evaluate_handle(self.0, handle, "ann".as_ptr(), 3, &raw const value, 1, false) }
    }

    fn export(&self) -> SidekickBytes {
        let mut bytes = SidekickBytes::NONE;
        // SAFETY: as `Client` says.
        let error = unsafe { sidekick_export(self.0, SidekickExport::Snapshot as u32, &raw mut bytes) };
        assert_eq!(error, SidekickError::None);
        bytes
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: nobody uses it any more.
        unsafe { sidekick_client_free(self.0) };
    }
}

fn taken(bytes: &mut SidekickBytes) -> String {
    if bytes.pointer.is_null() {
        return String::new();
    }
    // SAFETY: the library gave so many bytes, and they are given back once.
    unsafe {
        let text = core::slice::from_raw_parts(bytes.pointer, bytes.length).to_vec();
        sidekick_bytes_free(bytes);
        sidekick_bytes_free(bytes);
        String::from_utf8(text).unwrap()
    }
}

const BY_RULE: u32 = 1 | (SidekickReason::TargetingMatch as u32) << 1;
const STALE: u32 = (SidekickReason::Error as u32) << 1 | (SidekickError::StaleHandle as u32) << 4;

#[test]
fn outputs_are_polled_until_there_are_none() {
    let client = Client::following();
    // The wish to connect was never taken, and the stream is open all the same.
    let kinds: Vec<(SidekickOutputKind, String)> = core::iter::from_fn(|| client.poll()).collect();
    assert!(kinds.contains(&(SidekickOutputKind::FlagsChanged, "beta".into())), "{kinds:?}");
    assert!(client.poll().is_none());
}

#[test]
fn all_ways_to_ask_give_one_answer() {
    unsafe extern "C" fn fetch(context: *mut c_void, index: u32, text: *mut SidekickText) {
        // SAFETY: the context is the text below, and the place is the library's.
        unsafe { *text = SidekickText::of(if index == SIDEKICK_USER_KEY { "ann" } else { *context.cast::<&str>() }) };
    }
    let client = Client::following();
    let flag = client.resolve();
    for (mut plan, by_rule) in [("pro", true), ("free", false)] {
        let attribute = SidekickAttribute { name: SidekickText::of("plan"), value: SidekickText::of(plan) };
        let mut user = ptr::null_mut();
        let key = ("beta".as_ptr(), 4);
        let ann = ("ann".as_ptr(), 3);
        let answer = client.ask(flag.handle, Some(plan));
        assert_eq!(answer == BY_RULE, by_rule);
        // SAFETY: the client and all texts live.
        unsafe {
            let named = sidekick_evaluate(client.0, key.0, key.1, ann.0, ann.1, &raw const attribute, 1, false);
            assert_eq!(named, answer);
            let context = (&raw mut plan).cast::<c_void>();
            assert_eq!(sidekick_evaluate_lazily(client.0, flag.handle, Some(fetch), context, false), answer);
            let bound = sidekick_user_create(ann.0, ann.1, &raw const attribute, 1, &raw mut user);
            assert_eq!(bound, SidekickError::None);
            assert_eq!(sidekick_evaluate_user(client.0, flag.handle, user, false), answer);
            sidekick_user_free(user);
        }
    }
}

#[test]
fn names_and_messages_are_copied_out() {
    let client = Client::following();
    let mut name = SidekickBytes::NONE;
    let mut message = [0_u8; 6];
    // SAFETY: the client and the places live.
    unsafe {
        let handle = client.resolve().handle;
        assert_eq!(sidekick_attribute_name(client.0, handle, 0, &raw mut name), SidekickError::None);
        assert_eq!(taken(&mut name), "plan");
        assert_eq!(sidekick_attribute_name(client.0, handle, 1, &raw mut name), SidekickError::Number);
        assert!(sidekick_last_error(client.0, message.as_mut_ptr(), message.len()) > message.len());
    }
    assert_eq!(&message, b"the at");
}

#[test]
fn a_snapshot_goes_to_another_client() {
    let client = Client::following();
    let other = Client(sidekick_client_create(8));
    let mut snapshot = client.export();
    let mut is_taken = false;
    // SAFETY: the client and the snapshot live.
    unsafe {
        let (start, length) = (snapshot.pointer, snapshot.length);
        let error = sidekick_import_snapshot(other.0, start, length, &raw mut is_taken);
        assert_eq!(error, SidekickError::None);
        let cut = sidekick_import_snapshot(other.0, start, length - 1, ptr::null_mut());
        assert_eq!(cut, SidekickError::Snapshot);
    }
    assert!(is_taken);
    assert_eq!(taken(&mut snapshot), taken(&mut other.export()));
}

#[test]
fn one_thread_asks_while_another_feeds() {
    let client = Client::following();
    thread::scope(|scope| {
        scope.spawn(|| {
            for revision in 2..6 {
                let upsert = "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"beta\",\"is_enabled\":true,\"rules\":[\
                              {\"attribute\":\"plan\",\"operator\":\"Equals\",\"values\":[\"pro\"]}]}}\n\n";
                client.feed(&format!("id: e:{revision}\n{upsert}"));
            }
        });
        scope.spawn(|| {
            for _ in 0..20 {
                let answer = client.ask(client.resolve().handle, Some("pro"));
                assert!([BY_RULE, STALE].contains(&answer), "{answer}");
            }
        });
    });
    assert_eq!(client.ask(client.resolve().handle, Some("pro")), BY_RULE);
}

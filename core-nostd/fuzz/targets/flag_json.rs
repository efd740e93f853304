//! Fuzz target: a document is the flag that serde_json and the schema say, or it is refused, and a flag that was read
//! comes back from its own JSON.
#![no_main]

#[path = "../../tests/flag_oracle/mod.rs"]
mod flag_oracle;

use flag_oracle::{agrees, value_of, with_float_rollout};
use libfuzzer_sys::fuzz_target;
use sidekick_core::{Change, CompiledFlag, Error, Flag, Mode};

fuzz_target!(|json: &[u8]| {
    agrees(json);
    for mode in [Mode::Strict, Mode::Lenient] {
        match Flag::from_json(json, mode) {
            Ok(flag) => check_round_trip(&flag, mode),
            Err(error) => check_error(&error, json),
        }
    }
    match Change::from_json(json) {
        Ok(Some(change)) => {
            let mut written = Vec::new();
            change.write_json(&mut written);
            assert_eq!(Change::from_json(&written), Ok(Some(change)));
        }
        Ok(None) => {}
        Err(error) => check_error(&error, json),
    }
});

fn check_round_trip(flag: &Flag, mode: Mode) {
    let written = flag.to_json();
    assert_eq!(Flag::from_json(&written, mode).as_ref(), Ok(flag));
    let read = serde_json::from_slice(&written).expect("what is written is JSON");
    assert_eq!(with_float_rollout(read), with_float_rollout(value_of(flag)));
    // As evaluation keeps it: the same flag, whatever user is asked for.
    let compiled = CompiledFlag::new(flag.clone());
    assert_eq!(compiled.flag().as_ref(), Ok(flag));
    let answer = compiled.evaluate("user", &[("a", "b")]);
    assert!(flag.is_enabled || !answer.enabled, "the kill-switch ends an evaluation");
}

/// It points into the document, and a person can read it.
fn check_error(error: &Error, json: &[u8]) {
    assert!(error.offset().is_none_or(|offset| offset <= json.len()), "{error}");
    let message = error.to_string();
    assert!(!message.is_empty() && message.len() < 2_000, "{message}");
}

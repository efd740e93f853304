//! Fuzz target: a merge patch makes of a flag what RFC 7396 and the schema say, or it is refused and changes nothing.
#![no_main]

#[path = "../../tests/flag_oracle/mod.rs"]
mod flag_oracle;

use flag_oracle::oracle_patched;
use libfuzzer_sys::fuzz_target;
use sidekick_core::{Flag, FlagPatch, Mode};

/// Where the flag ends and the patch begins: no byte of a text.
const SEPARATOR: u8 = 0xff;
const FLAG: &[u8] = br#"{"key":"a","is_enabled":true,"rollout_percentage":12.5,"description":"d","rules":[
    {"attribute":"a","operator":"Equals","values":["b"]}],"revision":7,"created_at":"2026-01-02T03:04:05.678Z"}"#;

fuzz_target!(|input: &[u8]| {
    let (flag, patch) = match input.iter().position(|byte| *byte == SEPARATOR) {
        Some(end) => (&input[..end], &input[end + 1..]),
        None => (FLAG, input),
    };
    let Ok(flag) = Flag::from_json(flag, Mode::Strict) else { return };
    let mut patched = flag.clone();
    let outcome = FlagPatch::from_json(patch).and_then(|patch| patch.apply(&mut patched));
    match oracle_patched(&flag, patch) {
        Some(expected) => assert_eq!((outcome, patched), (Ok(()), expected)),
        None => assert!(outcome.is_err() && patched == flag, "{outcome:?} {patched:?}"),
    }
});

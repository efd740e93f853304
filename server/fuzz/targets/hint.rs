//! Fuzz target: a message of Redis is a hint that its checksum, its id and its change allow, or it is none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use server::bus::Hint;
use server::bus::message::{decode, encode};
use sha2::{Digest, Sha256};
use sidekick_core::{Change, EventId};

fuzz_target!(|input: &[u8]| {
    check(input, decode(input));
    // With a checksum that is right, for no input finds it by chance.
    let sum: String = Sha256::digest(input).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let sealed = [sum.as_bytes(), b" ", input].concat();
    let hint = decode(&sealed);
    assert_eq!(hint, expected(input));
    check(&sealed, hint);
});

/// The id ends at the first blank, and a flag bears the revision that made it.
fn expected(body: &[u8]) -> Option<Hint> {
    let mut parts = body.splitn(2, |byte| *byte == b' ');
    let id = EventId::parse(std::str::from_utf8(parts.next()?).ok()?).ok()?;
    let change = Change::from_json(parts.next()?).ok()??;
    match &change {
        Change::Upsert(flag) if flag.revision != id.revision => None,
        _ => Some(Hint { id, change }),
    }
}

/// A hint comes back from its own message, and no other bit of the message is a hint.
fn check(message: &[u8], hint: Option<Hint>) {
    let Some(hint) = hint else { return };
    assert_eq!(decode(&encode(&hint)), Some(hint));
    let mut garbled = message.to_vec();
    let place = message.len() * usize::from(message[0]) / 256;
    garbled[place] ^= 1 << (message[1] & 7);
    assert_eq!(decode(&garbled), None);
}

//! A hint as Redis carries it: `<checksum> <epoch>:<revision> <change>`.
//!
//! The checksum is over the rest. A change that was garbled on its way and still is JSON would otherwise be applied, and
//! no digest would show it.

use super::Hint;
use sha2::{Digest, Sha256};
use sidekick_core::{Change, EventId};

/// The hint as bytes.
#[must_use]
pub fn encode(hint: &Hint) -> Vec<u8> {
    let mut body = format!("{} ", hint.id).into_bytes();
    hint.change.write_json(&mut body);
    let mut message = checksum(&body).into_bytes();
    message.push(b' ');
    message.extend_from_slice(&body);
    message
}

/// The hint in `message`; `None` for anything else.
#[must_use]
pub fn decode(message: &[u8]) -> Option<Hint> {
    let (claimed, rest) = message.split_at_checked(16)?;
    let body = rest.strip_prefix(b" ")?;
    if claimed != checksum(body).as_bytes() {
        return None;
    }
    let split = body.iter().position(|byte| *byte == b' ')?;
    let (id, change) = body.split_at_checked(split)?;
    let id = EventId::parse(std::str::from_utf8(id).ok()?).ok()?;
    let change = Change::from_json(change).ok()??;
    // A flag bears the revision that made it.
    let fits =
        matches!(&change, Change::Upsert(flag) if flag.revision == id.revision) || matches!(change, Change::Delete(_));
    fits.then_some(Hint { id, change })
}

/// The first 64 bits of the SHA-256, in hexadecimal digits.
fn checksum(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidekick_core::{Flag, FlagKey, Mode};

    #[test]
    fn a_hint_survives_the_way_and_a_garbled_one_does_not() {
        let id = EventId::parse("a1:7").unwrap();
        let flag = Flag { revision: id.revision, ..Flag::new(FlagKey::new("dark_mode").unwrap()) };
        let hint = Hint { id, change: Change::Upsert(flag) };
        let message = encode(&hint);
        assert_eq!(decode(&message), Some(hint.clone()));
        for place in 0..message.len() {
            let mut garbled = message.clone();
            garbled[place] ^= 1;
            assert_eq!(decode(&garbled), None, "{place}");
            assert_eq!(decode(&message[..place]), None, "{place}");
        }
        let next = Hint { id: EventId::parse("a1:8").unwrap(), ..hint };
        assert_eq!(decode(&encode(&next)), None, "the flag is of another revision");
    }

    #[test]
    fn what_a_newer_instance_says_of_a_flag_survives_the_way() {
        let json = br#"{"key":"a","revision":7,"rules":[{"attribute":"b","operator":"Near","values":["c"],"of":1}],"tags":["x"]}"#;
        let flag = Flag::from_json(json, Mode::Keeping).unwrap();
        assert!(!flag.unknown.is_empty() && !flag.rules[0].unknown.is_empty());
        let hint = Hint { id: EventId::parse("a1:7").unwrap(), change: Change::Upsert(flag) };
        assert_eq!(decode(&encode(&hint)), Some(hint));
    }
}

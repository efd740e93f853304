//! What a flag's JSON has that this version does not know, kept for those who do.
//!
//! Servers of two versions share a database while they are upgraded, and after a way back. The older one must not take
//! from a flag what the newer one has put there, only because somebody changed something else of it.

use crate::flag::Flag;
use crate::flag_fields::{FIELDS, SENT_RULE_FIELDS};
use crate::json::{Reader, Writer};
use crate::rule::TargetingRule;
use crate::words;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The members of an object that this version does not know, as JSON: `"name":value`, parted by commas, without blanks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownFields(Option<Box<str>>);

impl UnknownFields {
    /// Everything is known.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Whether everything is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Appends the members to those of the object that were written before.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        if let Some(members) = &self.0 {
            writer.raw(",");
            writer.raw(members);
        }
    }
}

/// Gives `flag`, which was read from `document`, what that has beside it.
pub(crate) fn keep(document: &str, flag: &mut Flag) {
    let Flag { unknown, rules, .. } = flag;
    // What cannot be read was refused before.
    let _ = Reader::text(document, |reader| {
        *unknown = read(reader, FIELDS, |reader, name| {
            if name != "rules" {
                return reader.skip();
            }
            // Where they come twice the last ones count, as they did for the flag.
            let mut kept = rules.iter_mut();
            reader.open_array();
            while reader.next_item() {
                let unknown = read(reader, SENT_RULE_FIELDS, |reader, _| reader.skip());
                if let Some(rule) = kept.next() {
                    rule.unknown = unknown;
                }
            }
        });
    });
}

/// Gives each rule of which nothing is unknown what is unknown of the same rule in `before`.
pub(crate) fn inherit(rules: &mut [TargetingRule], before: &[TargetingRule]) {
    for rule in rules.iter_mut().filter(|rule| rule.unknown.is_empty()) {
        if let Some(old) = before.iter().find(|old| old.is_same_as_known(rule)) {
            rule.unknown = old.unknown.clone();
        }
    }
}

/// The unknown members of the object at which `reader` stands. The values of the others are left to `read_known`.
fn read(reader: &mut Reader<'_>, known: &str, mut read_known: impl FnMut(&mut Reader<'_>, &str)) -> UnknownFields {
    let mut members = Vec::new();
    reader.open_map();
    while let Some(name) = reader.next_name().map(String::from) {
        if words::place(known, name.as_bytes()).is_some() {
            read_known(reader, &name);
            continue;
        }
        let start = reader.start();
        reader.skip();
        let mut writer = Writer::new(&mut members);
        writer.string(&name);
        writer.raw(":");
        writer.compact(reader.since(start));
        writer.raw(",");
    }
    // The comma after the last one.
    members.pop();
    UnknownFields(String::from_utf8(members).ok().filter(|members| !members.is_empty()).map(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flag_patch::FlagPatch;
    use crate::json::Mode;

    const RULES: &str = r#"[{"attribute":"a","operator":"Equals","values":["x"],"weight":0.50},{"attribute":"b","operator":"Near","values":["y"]}]"#;

    fn kept(json: &str) -> Flag {
        Flag::from_json(json.as_bytes(), Mode::Keeping).unwrap()
    }

    fn text(flag: &Flag) -> String {
        String::from_utf8(flag.to_json()).unwrap()
    }

    /// As a newer version might write it.
    fn newer() -> Flag {
        kept(&alloc::format!(r#"{{"key":"a","expires":null,"rules":{RULES},"revision":7,"tags":["x",{{"y":1e2}}]}}"#))
    }

    #[test]
    fn what_is_unknown_is_written_again_behind_what_is_known() {
        let flag = newer();
        let json = text(&flag);
        assert!(json.contains(r#""values":["x"],"weight":0.50},{"#), "{json}");
        assert!(json.ends_with(r#"Z","expires":null,"tags":["x",{"y":1e2}]}"#), "{json}");
        assert_eq!(kept(&json), flag);
    }

    #[test]
    fn one_line_is_made_of_it_and_what_it_says_stays() {
        let flag =
            kept("{\"key\":\"a\",\n \"x\\u0041\" : { \"b c\" :\t[ 1 , \"d \\\" \\\\\", \"e\u{2028}\u{85}\" ] } }");
        assert!(text(&flag).ends_with(r#","xA":{"b c":[1,"d \" \\","e\u2028\u0085"]}}"#), "{}", text(&flag));
        assert_eq!(kept(&text(&flag)), flag);
    }

    #[test]
    fn the_other_modes_keep_nothing() {
        let json = text(&newer());
        assert!(Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap().unknown.is_empty());
        assert!(Flag::from_json(json.as_bytes(), Mode::Strict).is_err());
    }

    #[test]
    fn the_last_of_two_lists_of_rules_counts_for_what_is_unknown_too() {
        let rule = |more| alloc::format!(r#"[{{"attribute":"a","operator":"Equals","values":["x"]{more}}}]"#);
        let json = |first, last| alloc::format!(r#"{{"key":"a","rules":{},"rules":{}}}"#, rule(first), rule(last));
        assert!(kept(&json(r#","x":1"#, "")).rules[0].unknown.is_empty());
        assert!(text(&kept(&json("", r#","x":1"#))).contains(r#""values":["x"],"x":1}"#));
    }

    #[test]
    fn a_change_of_something_else_leaves_it() {
        let mut flag = newer();
        let patch = br#"{"is_enabled":true,"rules":[{"attribute":"c","operator":"Equals","values":["z"]},{"attribute":"a","operator":"Equals","values":["x"]}]}"#;
        FlagPatch::from_json(patch).unwrap().apply(&mut flag).unwrap();
        assert!(flag.rules[0].unknown.is_empty(), "a new rule");
        assert_eq!((&flag.rules[1].unknown, &flag.unknown), (&newer().rules[0].unknown, &newer().unknown));

        let mut replaced = Flag::new(flag.key.clone());
        replaced.inherit_unknown(&flag);
        assert_eq!(replaced.unknown, flag.unknown);
    }
}

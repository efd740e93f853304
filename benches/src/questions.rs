//! The questions that every evaluation bench asks, of the core and of peers: four cases, each with its flag, its users and
//! what a right answer is. Those of `js/node/bench/cases.mjs`, number for number.

use sidekick_core::{Epoch, EventId, Flag, FlagStore, Mode, Operator, Revision, TargetingRule};

/// The key of the flag that is asked for.
pub const KEY: &str = "new_checkout";

/// How many users are asked about, one after the other.
pub const USERS: usize = 1_000;

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// The flag is off.
    Off,
    /// No rules: hash of the user key, bucket.
    Rollout,
    /// One `EndsWith` rule, which matches.
    Suffix,
    /// Five rules of four values on five attributes; none matches, so all are tried and then the rollout decides.
    FiveRules,
}

/// Who is asked about.
#[derive(Clone, Debug)]
pub struct User {
    /// A UUID.
    pub key: String,
    /// Names and values.
    pub attributes: Vec<(&'static str, String)>,
}

impl Case {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Off, Self::Rollout, Self::Suffix, Self::FiveRules];

    /// As tables name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Rollout => "rollout 50 %",
            Self::Suffix => "one suffix rule",
            Self::FiveRules => "5 rules × 4 values",
        }
    }

    /// The flag that is asked for.
    #[must_use]
    pub fn flag(self) -> Flag {
        flag(match self {
            Self::Off => r#"{"key":"new_checkout","is_enabled":false,"rollout_percentage":50}"#,
            Self::Rollout => r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50}"#,
            Self::Suffix => SUFFIX,
            Self::FiveRules => {
                r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50,"rules":[
                {"attribute":"plan","operator":"Equals","values":["pro","team","enterprise","trial"]},
                {"attribute":"device","operator":"Contains","values":["tablet","desktop","watch","tv"]},
                {"attribute":"app_version","operator":"StartsWith","values":["5.","6.","7.","8."]},
                {"attribute":"email","operator":"EndsWith","values":["@acme.com","@acme.org","@acme.net","@acme.io"]},
                {"attribute":"country","operator":"Equals","values":["DE","FR","IT","ES"]}]}"#
            }
        })
    }

    /// The flag, last among so many.
    #[must_use]
    pub fn flags(self, count: usize) -> Vec<Flag> {
        others(count.saturating_sub(1)).chain([self.flag()]).collect()
    }

    /// The users, the same in every run.
    #[must_use]
    pub fn users(self) -> Vec<User> {
        let mut random = Random(4711);
        let user = |number: usize| {
            let mut attributes = vec![
                ("email", format!("ada.lovelace.{number}@example.com")),
                ("plan", "free".to_owned()),
                ("country", "GB".to_owned()),
                ("app_version", format!("4.{}.0", number % 12)),
                ("device", "phone".to_owned()),
            ];
            attributes.truncate(match self {
                Self::Off | Self::Rollout => 0,
                Self::Suffix => 3,
                Self::FiveRules => 5,
            });
            User { key: random.uuid(), attributes }
        };
        (0..USERS).map(user).collect()
    }

    /// Asks about every user, and about users of whom each value of each rule holds.
    ///
    /// # Errors
    /// Says what is wrong with the answers. Engines hash differently, so of a rollout only the share is judged: 40 to 60 %.
    pub fn check(self, mut answer: impl FnMut(&User) -> bool) -> Result<(), String> {
        let users = self.users();
        let mut share = |users: &[User]| users.iter().filter(|user| answer(user)).count() as f64 / users.len() as f64;
        let right = match self {
            Self::Off => 0.0..=0.0,
            Self::Rollout | Self::FiveRules => 0.4..=0.6,
            Self::Suffix => 1.0..=1.0,
        };
        let found = share(&users);
        if !right.contains(&found) {
            return Err(format!("{}: on for a share of {found} instead of {right:?}", self.name()));
        }
        for rule in self.flag().rules {
            for value in matching_values(&rule) {
                let matching: Vec<User> = users.iter().map(|user| user.with(&rule.attribute, &value)).collect();
                if share(&matching) < 1.0 {
                    return Err(format!("{}: {} `{value}` must match", self.name(), rule.attribute));
                }
            }
        }
        let strangers: Vec<User> = users.iter().map(|user| user.with("email", "ada@example.org")).collect();
        let found = share(&strangers);
        if self != Self::Off && !(0.4..=0.6).contains(&found) {
            return Err(format!("{}: on for a share of {found} of those whom no rule matches", self.name()));
        }
        Ok(())
    }
}

impl User {
    /// The attributes as the core takes them.
    #[must_use]
    pub fn borrowed(&self) -> Vec<(&str, &str)> {
        self.attributes.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut user = self.clone();
        for (own, own_value) in &mut user.attributes {
            if *own == name {
                value.clone_into(own_value);
            }
        }
        user
    }
}

const SUFFIX: &str = r#"{"key":"new_checkout","is_enabled":true,"rollout_percentage":50,"rules":[
    {"attribute":"email","operator":"EndsWith","values":["@example.com"]}]}"#;

/// Flags of other keys, with a rule each.
pub fn others(count: usize) -> impl Iterator<Item = Flag> {
    (0..count).map(|number| flag(&SUFFIX.replace(KEY, &format!("team.feature-{number}"))))
}

/// A store of these flags, at revision 0.
#[must_use]
pub fn store_of(flags: impl IntoIterator<Item = Flag>) -> FlagStore {
    let mut store = FlagStore::new();
    store.begin_replay();
    flags.into_iter().for_each(|flag| assert!(store.stage(flag), "a store takes all that a bench gives it"));
    store.commit_replay(EventId { epoch: epoch(), revision: Revision::ZERO });
    store
}

/// A flag from a text of a bench.
///
/// # Panics
/// Where the text is no flag.
#[must_use]
pub fn flag(json: &str) -> Flag {
    Flag::from_json(json.as_bytes(), Mode::Lenient).unwrap_or_else(|error| unreachable!("{error}: {json}"))
}

/// The epoch of every bench's store.
#[must_use]
pub fn epoch() -> Epoch {
    Epoch::new("a1b2c3d4").unwrap_or_else(|error| unreachable!("{error}"))
}

/// For each value of the rule one that matches by it and by no other.
fn matching_values(rule: &TargetingRule) -> Vec<String> {
    let matching = |value: &str| match rule.operator {
        Operator::Contains => format!("a {value} b"),
        Operator::StartsWith => format!("{value}1"),
        Operator::EndsWith => format!("ada{value}"),
        _ => value.to_owned(),
    };
    rule.values.iter().map(|value| matching(value)).collect()
}

/// Numbers from a seed (the generator of Numerical Recipes, of which only high bits are used).
struct Random(u32);

impl Random {
    fn uuid(&mut self) -> String {
        let mut uuid = String::new();
        for place in 0..32 {
            if matches!(place, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            uuid.extend(char::from_digit(self.0 >> 28, 16));
        }
        uuid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_answers_every_case_rightly() {
        for case in Case::ALL {
            let store = store_of(case.flags(3));
            let answer = |user: &User| store.is_enabled(KEY, &user.key, user.borrowed().as_slice(), false);
            assert_eq!(case.check(answer), Ok(()));
        }
    }

    #[test]
    fn an_engine_that_misreads_a_rule_is_found() {
        let misread = |user: &User| user.key.as_str() < "8";
        assert!(Case::FiveRules.check(misread).is_err_and(|fault| fault.contains("must match")));
        assert!(Case::Rollout.check(|_| true).is_err());
        assert!(Case::Off.check(|_| true).is_err());
        assert!(Case::Suffix.check(|_| true).is_err_and(|fault| fault.contains("whom no rule matches")));
    }

    #[test]
    fn users_are_those_of_the_node_bench() {
        let keys: Vec<String> = Case::Off.users().into_iter().map(|user| user.key).collect();
        assert_eq!(keys[0], "097011fa-134e-9ea4-3e04-30d11a64a48c");
        assert_eq!(keys[999], "ad925e2e-2782-5747-56ac-c5a323fddc61");
        assert_eq!(Case::Suffix.users()[1].attributes[0].1, "ada.lovelace.1@example.com");
    }
}

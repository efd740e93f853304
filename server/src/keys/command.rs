//! `server keys …`: keys made and ended on the database, while servers run or none does.

use super::{
    DEFAULT_OVERLAP, KeyChange, KeyError, KeyKind, KeyName, KeyOperation, KeyState, Keys, MAX_OVERLAP, NamedKey, Secret,
};
use crate::clock;
use crate::storage::{Storage, StorageError};
use sidekick_core::Timestamp;
use std::fmt::Write;
use std::time::Duration;

/// What the history calls whoever uses the command.
const ACTOR: &str = "cli";
const UNKNOWN_VERB: &str = "create, list, rotate or revoke is expected after keys; see --help";

/// A command, read from its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `create NAME --kind KIND [--expires WHEN]`
    Create {
        /// The new key's.
        name: KeyName,
        /// What it is for.
        kind: KeyKind,
        /// When it ends by itself.
        expires_at: Option<Timestamp>,
    },
    /// `list`
    List,
    /// `rotate NAME [--overlap TIME] [--expires WHEN]`
    Rotate {
        /// Which key.
        name: KeyName,
        /// How long the old secret goes on.
        overlap: Duration,
        /// When the new one ends by itself; the outer `None` leaves that as it is.
        expires_at: Option<Option<Timestamp>>,
    },
    /// `revoke NAME`
    Revoke {
        /// Which key.
        name: KeyName,
    },
}

/// What a command has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// For standard output: the secret alone, or the list.
    pub output: String,
    /// For people, on standard error.
    pub remarks: String,
}

impl Command {
    /// Reads the words after `keys`.
    ///
    /// # Errors
    /// What is wrong, and what would be right. No word is in it that may be a key.
    pub fn parse(words: &[&str], now: Timestamp) -> Result<Self, String> {
        let (verb, words) = words.split_first().ok_or(UNKNOWN_VERB)?;
        let mut name = None;
        let (mut kind, mut expires_at, mut overlap) = (None, None, None);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            let is_twice = match (*verb, *word) {
                ("create", "--kind") => {
                    let right = || "--kind: admin, server or client is expected".to_owned();
                    kind.replace(KeyKind::parse(value()?).ok_or_else(right)?).is_some()
                }
                ("create" | "rotate", "--expires") => expires_at.replace(parse_expiry(value()?, now)?).is_some(),
                ("rotate", "--overlap") => overlap.replace(parse_overlap(value()?)?).is_some(),
                (_, option) if option.starts_with('-') => {
                    return Err(format!("{option} is not known after keys {verb}; see --help"));
                }
                ("create" | "rotate" | "revoke", text) => name.replace(KeyName::new(text)?).is_some(),
                ("list", _) => return Err("keys list takes nothing more; see --help".to_owned()),
                _ => return Err(UNKNOWN_VERB.to_owned()),
            };
            if is_twice {
                return Err("something is given twice; see --help".to_owned());
            }
        }
        let named = |name: Option<KeyName>| name.ok_or_else(|| format!("keys {verb} needs the key's name"));
        match *verb {
            "create" => {
                let kind = kind.ok_or("keys create needs --kind admin, server or client")?;
                Ok(Self::Create { name: named(name)?, kind, expires_at: expires_at.flatten() })
            }
            "list" => Ok(Self::List),
            "rotate" => {
                Ok(Self::Rotate { name: named(name)?, overlap: overlap.unwrap_or(DEFAULT_OVERLAP), expires_at })
            }
            "revoke" => Ok(Self::Revoke { name: named(name)? }),
            _ => Err(UNKNOWN_VERB.to_owned()),
        }
    }

    /// Carries the command out.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub async fn run(self, storage: &dyn Storage) -> Result<Said, KeyError> {
        let said = match self {
            Self::List => Said { output: table(&storage.keys().await?), remarks: String::new() },
            Self::Create { name, kind, expires_at } => {
                let secret = new_secret(kind)?;
                let digest = secret.digest();
                let key = change(storage, name, KeyOperation::Create { kind, digest, expires_at }).await?;
                let end = key.expires_at.map(|end| format!(" It expires at {end}.")).unwrap_or_default();
                let mut remarks = format!("The {kind} key {} is made.{end} It is shown this once.\n", key.name);
                if !storage.keys().await?.is_required {
                    remarks.push_str(
                        "There is no admin key yet: unless the server has SDK_KEY, it asks nobody for a key.\n",
                    );
                }
                Said { output: secret.reveal() + "\n", remarks }
            }
            Self::Rotate { name, overlap, expires_at } => {
                let keys = NamedKey::all(&storage.keys().await?.secrets, clock::now());
                let known = keys.iter().find(|key| key.name == name);
                let secret = new_secret(known.ok_or(super::KeyRefusal::NotFound)?.kind)?;
                let operation = KeyOperation::Rotate { digest: secret.digest(), overlap, expires_at };
                let key = change(storage, name, operation).await?;
                let old = match key.previous.iter().filter_map(|old| old.expires_at.as_deref()).max() {
                    Some(end) => format!("the old one works until {end}"),
                    None => "the old one ends within seconds".to_owned(),
                };
                let remarks = format!("The key {} has a new secret, which is shown this once; {old}.\n", key.name);
                Said { output: secret.reveal() + "\n", remarks }
            }
            Self::Revoke { name } => {
                let key = change(storage, name, KeyOperation::Revoke { even_last_admin: true }).await?;
                let mut remarks =
                    format!("The key {} is revoked: it ends within seconds, on every server.\n", key.name);
                let keys = NamedKey::all(&storage.keys().await?.secrets, clock::now());
                if key.kind == KeyKind::Admin && !keys.iter().any(is_active_admin) {
                    remarks.push_str(
                        "No admin key is left. Unless the server has SDK_KEY, nobody can change anything: make one \
                         with `server keys create NAME --kind admin`.\n",
                    );
                }
                Said { output: String::new(), remarks }
            }
        };
        Ok(said)
    }
}

fn is_active_admin(key: &NamedKey) -> bool {
    key.kind == KeyKind::Admin && key.state == KeyState::Active
}

async fn change(storage: &dyn Storage, name: KeyName, operation: KeyOperation) -> Result<NamedKey, KeyError> {
    storage.change_keys(KeyChange { name, operation, actor: ACTOR.to_owned(), time: clock::now() }).await
}

fn new_secret(kind: KeyKind) -> Result<Secret, KeyError> {
    Secret::random(kind).map_err(|error| StorageError::Unavailable(error.to_string()).into())
}

/// One line a key, and one more for each older secret that still works.
fn table(keys: &Keys) -> String {
    let mut table = String::new();
    let mut line = |name: &str, kind: &str, state: &str, created: &str, expires: &str, used: &str| {
        // A string takes everything: there is no error to handle.
        let _ = writeln!(table, "{name:<24}  {kind:<6}  {state:<8}  {created:<24}  {expires:<24}  {used}");
    };
    line("NAME", "KIND", "STATE", "CREATED", "EXPIRES", "LAST USED");
    let or = |time: &Option<String>, none: &str| time.clone().unwrap_or_else(|| none.to_owned());
    for key in NamedKey::all(&keys.secrets, clock::now()) {
        let (expires, used) = (or(&key.expires_at, "never"), or(&key.last_used_at, "never"));
        line(key.name.as_str(), key.kind.as_str(), key.state.as_str(), &key.created_at, &expires, &used);
        for old in &key.previous {
            line("  its old secret", "", "active", "", &or(&old.expires_at, "never"), &or(&old.last_used_at, "never"));
        }
    }
    table
}

/// A time, a span from now, or never.
fn parse_expiry(text: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    if text == "never" {
        return Ok(None);
    }
    let in_span = parse_span(text).map(|span| {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Timestamp::from_millis(now.millis().saturating_add(millis))
    });
    let time = in_span.or_else(|| Timestamp::parse(text).ok());
    time.map(Some).ok_or_else(|| {
        "--expires: a span such as 90d or 12h, RFC 3339 in UTC such as 2030-01-31T00:00:00Z, or never is expected"
            .into()
    })
}

fn parse_overlap(text: &str) -> Result<Duration, String> {
    let overlap = parse_span(text).filter(|overlap| *overlap <= MAX_OVERLAP);
    overlap.ok_or_else(|| "--overlap: a span such as 24h or 30m, at most 90d, or 0 is expected".to_owned())
}

/// A whole number with its unit: `d`, `h`, `m` or `s`; 0 needs none.
fn parse_span(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return None,
    };
    let number: u64 = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())??;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Command, String> {
        Command::parse(&words.split_whitespace().collect::<Vec<_>>(), Timestamp::EPOCH)
    }

    #[test]
    fn commands_are_read() {
        let name = || KeyName::new("web").unwrap();
        let expires_at = Some(Timestamp::from_millis(90 * 86_400_000));
        let create = Command::Create { name: name(), kind: KeyKind::Client, expires_at };
        assert_eq!(parse("create web --kind client --expires 90d"), Ok(create.clone()));
        assert_eq!(parse("create --expires 1970-04-01T00:00:00Z --kind client web"), Ok(create));
        assert_eq!(parse("list"), Ok(Command::List));
        let overlap = DEFAULT_OVERLAP;
        assert_eq!(parse("rotate web"), Ok(Command::Rotate { name: name(), overlap, expires_at: None }));
        let (overlap, expires_at) = (Duration::ZERO, Some(None));
        assert_eq!(
            parse("rotate web --overlap 0 --expires never"),
            Ok(Command::Rotate { name: name(), overlap, expires_at })
        );
        assert_eq!(parse("revoke web"), Ok(Command::Revoke { name: name() }));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_word_that_may_be_a_key() {
        let key = format!("sk_admin_{}", "0".repeat(64));
        for (words, word) in [
            ("", "create, list, rotate or revoke"),
            ("make web", "create, list, rotate or revoke"),
            ("create web", "--kind"),
            ("create --kind client", "name"),
            ("create web --kind root", "admin, server or client"),
            ("create web --kind", "needs a value"),
            ("create web shop --kind client", "twice"),
            ("create web --kind client --kind admin", "twice"),
            ("create web --kind client --expires soon", "90d"),
            ("create web --kind client --expires -1d", "90d"),
            ("create web --kind client --expires 99999999999999999999d", "90d"),
            ("create web --kind client --overlap 1h", "--overlap is not known"),
            ("create sdk_key --kind client", "environment"),
            ("rotate web --overlap 91d", "at most 90d"),
            ("list web", "nothing more"),
            (&format!("revoke {key}"), "1 to 64"),
        ] {
            let problem = parse(words).unwrap_err();
            assert!(problem.contains(word) && !problem.contains(&key), "{words}: {problem}");
        }
    }
}

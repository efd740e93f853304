//! Sidekick's engine: the flag model, hashing, rules, evaluation, the in-memory flag store, the JSON codec, the
//! event-stream parser and encoder, and the client that follows a stream. Every server and SDK runs this one crate.
//!
//! What is not here: sockets, clocks, threads, files, randomness. A host owns those and passes in bytes and numbers.
//!
//! ```
//! use sidekick_core::{Change, EventId, Flag, FlagStore, Mode, Reason};
//!
//! let mut store = FlagStore::new();
//! store.begin_replay();
//! let flag = Flag::from_json(
//!     br#"{"key":"dark_mode","is_enabled":true,"rollout_percentage":0,"rules":[
//!         {"attribute":"email","operator":"EndsWith","values":["@acme.com"]}]}"#,
//!     Mode::Strict,
//! )?;
//! store.stage(flag);
//! store.commit_replay(EventId::parse("a1b2:1")?);
//!
//! let answer = store.evaluate("dark_mode", "user-1", &[("email", "ada@acme.com")], false);
//! assert!(answer.enabled);
//! assert_eq!(answer.reason, Reason::TargetingMatch { rule_index: 0 });
//! assert!(!store.is_enabled("dark_mode", "user-1", &[], true));
//! # Ok::<(), sidekick_core::Error>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod blake2s;
mod change;
mod client_form;
mod compiled;
mod digest;
mod digits;
mod error;
mod evaluate;
mod event_id;
mod flag;
mod flag_fields;
mod flag_key;
#[cfg(feature = "messages")]
mod flag_patch;
mod flag_set;
pub mod json;
mod key_map;
mod murmur3;
mod rollout;
mod rule;
pub mod sse;
mod store;
pub mod sync;
mod time;
mod unknown_fields;
mod words;

pub use change::{Change, FlagJson};
pub use compiled::CompiledFlag;
pub use digest::Digest;
pub use error::{Error, ErrorKind};
pub use evaluate::{Attributes, Evaluation, IndexedAttributes, Reason};
pub use event_id::{Epoch, EventId, Revision};
pub use flag::Flag;
pub use flag_key::FlagKey;
#[cfg(feature = "messages")]
pub use flag_patch::FlagPatch;
pub use flag_set::FlagHandle;
pub use json::Mode;
pub use murmur3::{Murmur3, murmur3_x86_32};
pub use rollout::{Bucket, Percentage};
pub use rule::{Operator, TargetingRule};
pub use store::FlagStore;
pub use time::Timestamp;
pub use unknown_fields::UnknownFields;

//! The tests of streams once more, over HTTP/2: there an answer has a body that hyper sends, and no socket of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

#[path = "../server/stream.rs"]
mod stream;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

const PROTOCOL: support::Protocol = support::Protocol::Http2;

//! The engine for browsers, as WebAssembly: one client an instance, called with numbers. Texts and bytes lie in memory,
//! where JavaScript writes and reads them itself (`exchange`), for that is what crossing costs least by.
//!
//! This is plumbing: what an input means and what comes of it, the core decides.
#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

#[cfg(target_family = "wasm")]
mod allocator;
mod engine;
mod exchange;
pub mod exports;

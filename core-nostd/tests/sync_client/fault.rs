//! What goes wrong in a run, and how often, in thousandths.

use proptest::prelude::*;

/// One run's misfortunes. All zero is a good day.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Bytes arrive one by one, instead of in pieces of any length.
    pub single_bytes: bool,
    /// The longest that a piece is on its way, in milliseconds.
    pub delay: u64,
    /// A connection breaks within an event.
    pub breaks: u64,
    /// A connection falls silent and is not closed.
    pub silence: u64,
    /// The server says goodbye, with a time to come back.
    pub goodbyes: u64,
    /// A heartbeat lies about the revision or the digest, or is none.
    pub lies: u64,
    /// The server's history is replaced, at a write.
    pub histories: u64,
    /// An attempt reaches an instance that is behind, or still at an earlier history.
    pub behind: u64,
    /// An attempt is answered with something else than a stream.
    pub answers: u64,
    /// An attempt fails, or is never answered.
    pub attempts: u64,
    /// An event that does not belong there, and fields that no one should believe.
    pub intrusions: u64,
    /// A whole event is lost, doubled or comes too late, or garbage stands before it: nothing the client can see at once.
    pub tampering: u64,
    /// The host's process ends and another starts, from the last snapshot.
    pub restarts: u64,
    /// The host asks the client not to wait any longer, whatever it does.
    pub hurries: u64,
}

impl Plan {
    /// Whether each state that the client shows must be one that the server had.
    pub fn is_exact(&self) -> bool {
        self.tampering == 0
    }
}

/// Any mixture: most misfortunes are left out of most runs, so that each is also seen alone.
pub fn plan() -> impl Strategy<Value = Plan> {
    let rate = |most: u64| prop_oneof![2 => Just(0), 1 => 1..=most];
    let stream = (rate(60), rate(30), rate(30), rate(300), rate(40), rate(60));
    let attempts = (rate(40), rate(400), rate(400), rate(300), rate(15), rate(500));
    (prop::bool::weighted(0.1), 0..400_u64, stream, attempts).prop_map(|(single_bytes, delay, stream, attempts)| {
        let (breaks, silence, goodbyes, lies, intrusions, tampering) = stream;
        let (histories, behind, answers, attempts, restarts, hurries) = attempts;
        Plan {
            single_bytes,
            delay,
            breaks,
            silence,
            goodbyes,
            lies,
            histories,
            behind,
            answers,
            attempts,
            intrusions,
            tampering,
            restarts,
            hurries,
        }
    })
}

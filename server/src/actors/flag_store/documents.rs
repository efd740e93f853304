//! The flags of a view as documents: the replay of a stream and the listing of the API, each encoded at most once for a
//! revision and shared by all who ask.

use super::handle::Listing;
use crate::chaos::{self, Defect};
use crate::chunk::Chunk;
use sidekick_core::{EventId, FlagStore, sse};

/// The documents of the moment for which they were last asked.
#[derive(Default)]
pub(super) struct Documents {
    replay: Option<(EventId, Chunk)>,
    listing: Option<Listing>,
}

impl Documents {
    /// The full replay of `flags`, which stand at `id`.
    pub(super) fn replay(&mut self, flags: &FlagStore, id: EventId) -> Chunk {
        match &self.replay {
            Some((known, replay)) if *known == id => replay.clone(),
            _ => {
                let room = self.replay.as_ref().map_or(1024, |(_, replay)| replay.framed().len() + 1024);
                let replay = Chunk::encode(room, |out| {
                    sse::connected(out);
                    for flag in flags.flags() {
                        if chaos::has(Defect::IdsOnReplay) {
                            out.extend_from_slice(format!("id: {id}\n").as_bytes());
                        }
                        sse::replay_upsert(flag, out);
                    }
                    sse::ready(&id, flags.len(), out);
                });
                self.replay = Some((id, replay.clone()));
                replay
            }
        }
    }

    /// The JSON array of `flags`, which last changed, or were loaded, at `id`.
    pub(super) fn listing(&mut self, flags: &FlagStore, id: &EventId) -> Listing {
        match &self.listing {
            Some(listing) if listing.id == *id => listing.clone(),
            _ => {
                let mut json = Vec::new();
                flags.write_json(&mut json);
                let listing = Listing { id: id.clone(), json: json.into() };
                self.listing = Some(listing.clone());
                listing
            }
        }
    }
}

//! Events as they go over the wire: whole events in one chunk of HTTP/1.1 (RFC 9112, section 7.1), framed when they are
//! encoded and shared by every stream.

use bytes::Bytes;

/// Whole events, framed as one chunk. Clones share the bytes.
#[derive(Clone, Debug)]
pub struct Chunk {
    framed: Bytes,
    /// How many bytes stand before the events.
    head: usize,
}

/// Room for the longest size and its line's end.
const HEAD_ROOM: usize = 16 + LINE_END.len();
const LINE_END: &[u8] = b"\r\n";
/// The chunk of no bytes, which ends a body.
pub const LAST: &[u8] = b"0\r\n\r\n";

impl Chunk {
    /// The events that `write` appends; `room` is how many bytes they may be, as a hint.
    #[must_use]
    pub fn encode(room: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut out = Vec::with_capacity(HEAD_ROOM + room + LINE_END.len());
        out.resize(HEAD_ROOM, 0);
        write(&mut out);
        let size = format!("{:x}", out.len() - HEAD_ROOM);
        out.extend_from_slice(LINE_END);
        // The size is written against the events, so its length need not be known before.
        let start = HEAD_ROOM - LINE_END.len() - size.len();
        for (place, byte) in out.iter_mut().skip(start).zip(size.bytes().chain(LINE_END.iter().copied())) {
            *place = byte;
        }
        Self { framed: Bytes::from(out).slice(start..), head: HEAD_ROOM - start }
    }

    /// The chunk with its size, as HTTP/1.1 carries it.
    #[must_use]
    pub const fn framed(&self) -> &Bytes {
        &self.framed
    }

    /// The events alone.
    #[must_use]
    pub fn events(&self) -> Bytes {
        self.framed.slice(self.head..self.framed.len() - LINE_END.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_is_its_size_in_hexadecimal_and_its_bytes() {
        for (length, size) in [(1, "1"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000"), (1_000_000, "f4240")] {
            let events = vec![b'x'; length];
            let chunk = Chunk::encode(0, |out| out.extend_from_slice(&events));
            let expected = [size.as_bytes(), b"\r\n", &events, b"\r\n"].concat();
            assert_eq!((chunk.framed(), chunk.events()), (&Bytes::from(expected), Bytes::from(events)));
        }
    }
}

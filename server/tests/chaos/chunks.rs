//! A chunked body (RFC 9112, section 7.1) as plain bytes, cut anywhere.

/// What of the next chunk was read.
enum Part {
    Size(Vec<u8>),
    Data(usize),
    LineEnd(usize),
    End,
}

/// Takes the framing off.
pub struct Chunks(Part);

impl Chunks {
    pub const fn new() -> Self {
        Self(Part::Size(Vec::new()))
    }

    /// The plain bytes in `bytes`; `None` once the body has ended.
    pub fn take(&mut self, mut bytes: &[u8]) -> Option<Vec<u8>> {
        let mut plain = Vec::with_capacity(bytes.len());
        while !bytes.is_empty() {
            match &mut self.0 {
                Part::End => return None,
                Part::Size(line) => {
                    line.push(bytes[0]);
                    bytes = &bytes[1..];
                    if line.ends_with(b"\r\n") {
                        let digits = std::str::from_utf8(line).unwrap().trim();
                        let size = usize::from_str_radix(digits, 16).unwrap();
                        self.0 = if size == 0 { Part::End } else { Part::Data(size) };
                    }
                }
                Part::Data(left) => {
                    let count = bytes.len().min(*left);
                    plain.extend_from_slice(&bytes[..count]);
                    bytes = &bytes[count..];
                    *left -= count;
                    if *left == 0 {
                        self.0 = Part::LineEnd(2);
                    }
                }
                Part::LineEnd(left) => {
                    *left -= 1;
                    bytes = &bytes[1..];
                    if *left == 0 {
                        self.0 = Part::Size(Vec::new());
                    }
                }
            }
        }
        Some(plain)
    }
}

//! A second reading of escapes, queries and ids: by plain loops, without the libraries that the server uses.

/// The names and values of a query, in its order.
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// As HTML forms write them.
    pub fn of(query: &str) -> Self {
        let parts = query.split('&').filter(|part| !part.is_empty());
        Self(
            parts
                .map(|part| {
                    let (name, value) = part.split_once('=').unwrap_or((part, ""));
                    (form_decoded(name), form_decoded(value))
                })
                .collect(),
        )
    }

    /// The value of the first pair with that name.
    pub fn first(&self, name: &str) -> Option<&String> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

fn form_decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent_decoded(&text.replace('+', " "))).into_owned()
}

/// `%` and two digits are a byte; everything else is itself.
pub fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().iter();
    let mut decoded = Vec::new();
    while let Some(&byte) = bytes.next() {
        let digits = bytes.as_slice().get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let is_escape =
            byte == b'%' && digits.is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.filter(|_| is_escape).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) => {
                decoded.push(escaped);
                bytes.nth(1);
            }
            None => decoded.push(byte),
        }
    }
    decoded
}

/// `<epoch>:<revision>`: a name of up to 64 letters, and a number as JSON keeps it exactly, written in one way.
pub fn is_event_id(text: &str) -> bool {
    let Some((epoch, revision)) = text.split_once(':') else { return false };
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let number = revision.parse::<u64>().ok().filter(|number| *number < 1 << 53);
    (1..=64).contains(&epoch.len())
        && epoch.chars().all(is_name)
        && number.is_some_and(|number| number.to_string() == revision)
}

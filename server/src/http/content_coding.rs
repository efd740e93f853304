//! Content codings: how a file is compressed on its way, and which of them a request likes (RFC 9110, section 12.5.3).

use hyper::header::{ACCEPT_ENCODING, HeaderMap};

/// A way to compress a file, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

impl Coding {
    /// What HTTP calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// Of the codings that are `there`, the one that the request likes best, of equals the first. Where it likes none of
/// them, no coding, which everybody can read.
pub(super) fn best(request: &HeaderMap, there: impl Iterator<Item = Coding>) -> Coding {
    let weights = there.map(|coding| (coding, weight(request, coding)));
    let by_weight = |best: (Coding, f32), next: (Coding, f32)| if next.1 > best.1 { next } else { best };
    weights.fold((Coding::Identity, 0.0), by_weight).0
}

/// How much the request likes a coding, from 0 for not at all to 1.
fn weight(request: &HeaderMap, coding: Coding) -> f32 {
    let lists = request.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    let wishes = lists.flat_map(|list| list.split(',')).map(|wish| {
        let (name, parameter) = wish.split_once(';').unwrap_or((wish, ""));
        let quality = parameter.trim().strip_prefix("q=").or(parameter.trim().strip_prefix("Q="));
        (name.trim(), quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0)))
    });
    let (mut named, mut others) = (None, None);
    for (name, quality) in wishes {
        if name.eq_ignore_ascii_case(coding.name()) {
            named = Some(quality);
        } else if name == "*" {
            others = Some(quality);
        }
    }
    // Nobody has to ask for no coding, and nobody who says nothing of it prefers it.
    let unsaid = if coding == Coding::Identity { f32::MIN_POSITIVE } else { 0.0 };
    named.or(others).unwrap_or(unsaid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn the_best_of_what_is_liked_is_chosen() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip, deflate", Coding::Gzip),
            ("GZIP", Coding::Gzip),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("br; q=0.8 , gzip; q=0.8", Coding::Brotli),
            ("br;q=0, gzip", Coding::Gzip),
            ("br;q=0, gzip;q=0.000", Coding::Identity),
            ("*", Coding::Brotli),
            ("*;q=0.1, br;q=0", Coding::Gzip),
            ("*;q=0", Coding::Identity),
            ("identity, br;q=0.5", Coding::Identity),
            ("identity;q=0", Coding::Identity),
            ("brotli, x-gzip, ;q=1, br;q=x", Coding::Identity),
            ("", Coding::Identity),
        ] {
            let request = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            let there = [Coding::Brotli, Coding::Gzip, Coding::Identity];
            assert_eq!(best(&request, there.into_iter()), expected, "{accepted:?}");
            assert_eq!(best(&request, [Coding::Identity].into_iter()), Coding::Identity);
        }
        assert_eq!(best(&HeaderMap::new(), [Coding::Brotli, Coding::Identity].into_iter()), Coding::Identity);
    }

    #[test]
    fn several_headers_are_one_list() {
        let values = ["br;q=0.1", "gzip"].map(|value| (ACCEPT_ENCODING, HeaderValue::from_static(value)));
        let mut request = HeaderMap::new();
        for (name, value) in values {
            request.append(name, value);
        }
        assert_eq!(best(&request, [Coding::Brotli, Coding::Gzip, Coding::Identity].into_iter()), Coding::Gzip);
    }
}

//! Where a request comes from: the peer, or whom a trusted proxy names as its client.

use hyper::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Whose steps count together: an IPv4 address, or the /64 of an IPv6 address, which is what one site is given at least
/// (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddress(IpAddr);

/// The proxies that are believed when they name their client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64))),
            address => Self(address),
        }
    }
}

impl TrustedProxies {
    /// Reads addresses and networks such as `10.0.0.0/8`, parted by commas.
    ///
    /// # Errors
    /// The part that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| part.parse().or_else(|_| part.parse().map(IpAddr::into));
        parts.map(|part| network(part).map_err(|_| part.to_owned())).collect::<Result<_, _>>().map(Self)
    }

    /// Who sent a request that came over the connection of `peer`.
    ///
    /// Each proxy adds the address that it was called from at the end, so the client is the last one that is not itself
    /// a trusted proxy; what stands before it, anybody may have written. Where both `X-Forwarded-For` and `Forwarded`
    /// (RFC 7239) are there and differ, the proxy knows only one of them and has let the other pass: then neither is
    /// believed.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer.into();
        }
        let named = [(X_FORWARDED_FOR, None), (FORWARDED, Some("for"))]
            .map(|(header, parameter)| self.named_by(peer, headers, &header, parameter));
        match named {
            [Some(one), Some(other)] if one != other => peer.into(),
            [one, other] => one.or(other).unwrap_or(peer).into(),
        }
    }

    /// Whom a header names; `None` where it is missing. What cannot be read ends the search at the proxy that wrote it.
    fn named_by(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        parameter: Option<&str>,
    ) -> Option<IpAddr> {
        headers.contains_key(name).then_some(())?;
        let mut nearest = peer;
        for line in headers.get_all(name).iter().rev() {
            for element in line.to_str().unwrap_or_default().rsplit(',') {
                match node(element, parameter) {
                    Some(address) if self.trusts(address) => nearest = address,
                    Some(address) => return Some(address),
                    None => return Some(nearest),
                }
            }
        }
        Some(nearest)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The address in `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `"[2001:db8::1]:4711"`, as the value of a parameter
/// where one is named.
fn node(element: &str, parameter: Option<&str>) -> Option<IpAddr> {
    let value = match parameter {
        None => element,
        Some(parameter) => element.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case(parameter).then_some(value)
        })?,
    };
    let value = value.trim().trim_matches('"');
    let bare = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')).unwrap_or(value);
    let with_port = || value.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn client(proxies: &str, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        TrustedProxies::parse(proxies).unwrap().client(peer.parse().unwrap(), &map).0.to_string()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn nobody_is_believed_unless_named() {
        assert_eq!(client("", "192.0.2.1", &[(XFF, "198.51.100.7")]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &[(XFF, "198.51.100.7")]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &[("forwarded", "for=198.51.100.7")]), "192.0.2.1");
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxy_is_the_client() {
        for (value, expected) in [
            ("198.51.100.7", "198.51.100.7"),
            ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("203.0.113.9,198.51.100.7 , 10.1.2.3", "198.51.100.7"),
            ("198.51.100.7:4711", "198.51.100.7"),
            ("10.9.9.9, 10.1.2.3", "10.9.9.9"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("[2001:db8:1:2::9]:443", "2001:db8:1:2::"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[(XFF, value)]), expected, "{value}");
        }
        let lines = [(XFF, "203.0.113.9"), (XFF, "198.51.100.7"), (XFF, "10.1.2.3")];
        assert_eq!(client("10.0.0.0/8", "::ffff:10.0.0.1", &lines), "198.51.100.7");
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for (value, expected) in [
            ("for=198.51.100.7", "198.51.100.7"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::"),
            ("for=203.0.113.9;proto=http, for=198.51.100.7;by=203.0.113.43", "198.51.100.7"),
            ("proto=https;for=\"198.51.100.7:80\";host=a.example, for=10.0.0.7", "198.51.100.7"),
            // A quote that a client opened cannot swallow what the proxy added after it.
            ("for=203.0.113.9;host=\"a, for=198.51.100.7", "198.51.100.7"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[("forwarded", value)]), expected, "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_counts_as_the_proxy_that_wrote_it() {
        for value in
            ["", "unknown", "198.51.100.7, _hidden", "198.51.100.7,", "198.51.100.7, \u{fc}", "1.2.3", "1.2.3.4.5"]
        {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[(XFF, value)]), "10.0.0.1", "{value:?}");
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[("forwarded", value)]), "10.0.0.1", "{value:?}");
        }
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[(XFF, "198.51.100.7, x, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn two_headers_that_differ_are_both_disbelieved() {
        let both = |one, other| client("10.0.0.0/8", "10.0.0.1", &[(XFF, one), ("forwarded", other)]);
        assert_eq!(both("198.51.100.7", "for=198.51.100.7"), "198.51.100.7");
        assert_eq!(both("198.51.100.7", "for=203.0.113.9"), "10.0.0.1");
        assert_eq!(both("198.51.100.7", "unknown"), "10.0.0.1");
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies = TrustedProxies::parse("10.0.0.0/8, 192.0.2.4,2001:db8::/32, ::1").unwrap();
        for (address, is_trusted) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.0.2.4", true),
            ("192.0.2.5", false),
            ("2001:db8:ffff::1", true),
            ("::1", true),
            ("::2", false),
        ] {
            assert_eq!(proxies.trusts(address.parse().unwrap()), is_trusted, "{address}");
        }
        for wrong in ["10.0.0.0/33", "proxy.example", "10.0.0", "10.0.0.1;10.0.0.2"] {
            assert_eq!(TrustedProxies::parse(&format!("::1,{wrong}")), Err(wrong.to_owned()));
        }
    }

    #[test]
    fn the_addresses_of_one_ipv6_site_are_one_client() {
        let [a, b, other] = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"]
            .map(|address| ClientAddress::from(address.parse::<IpAddr>().unwrap()));
        assert_eq!(a, b);
        assert_ne!(a, other);
    }
}

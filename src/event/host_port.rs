//! The text form of a TCP address, `PORT`, `HOST:PORT` or `[V6]:PORT`, taken apart before any name is looked up.

use std::net::Ipv6Addr;

/// The parts of a text that names a TCP port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostPort<'a> {
    /// Only digits: a port of this machine.
    Port(&'a str),
    /// An IPv6 address without brackets, which leave no doubt where its port begins.
    BareIpv6,
    /// A text without a colon.
    NoPort,
    /// The texts before and after the last colon; an IPv6 address is still in brackets.
    HostAndPort {
        /// The text before the colon.
        host: &'a str,
        /// The text after the colon.
        port: &'a str,
    },
}

impl<'a> HostPort<'a> {
    /// Takes a text apart.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Port(text);
        }
        if text.parse::<Ipv6Addr>().is_ok() {
            return Self::BareIpv6;
        }
        text.rsplit_once(':').map_or(Self::NoPort, |(host, port)| Self::HostAndPort { host, port })
    }
}

/// The number of a port that is written in digits only.
#[must_use]
pub fn port(text: &str) -> Option<u16> {
    // `parse` would accept a plus sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The host without the brackets of an IPv6 address.
///
/// # Errors
/// One line, if the brackets do not match or contain something else.
pub fn without_brackets(host: &str) -> Result<&str, String> {
    match host.strip_prefix('[') {
        None => Ok(host),
        Some(inner) => inner
            .strip_suffix(']')
            .filter(|inner| inner.contains(':'))
            .ok_or_else(|| format!("brackets are for an IPv6 address, and '{host}' is not one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_at_its_last_colon() {
        let parts = |host, port| HostPort::HostAndPort { host, port };
        for (text, expected) in [
            ("80", HostPort::Port("80")),
            ("::1", HostPort::BareIpv6),
            ("", HostPort::NoPort),
            ("localhost", HostPort::NoPort),
            ("localhost:80", parts("localhost", "80")),
            ("[::1]:80", parts("[::1]", "80")),
            (":80", parts("", "80")),
            ("a:", parts("a", "")),
            ("[fe80::1%eth0]:80", parts("[fe80::1%eth0]", "80")),
        ] {
            assert_eq!(HostPort::of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_port_is_a_number_of_16_bits_in_digits() {
        assert_eq!(["0", "080", "65535"].map(port), [Some(0), Some(80), Some(65_535)]);
        assert_eq!(["", "+80", "-1", "65536", "8o"].map(port), [None; 5]);
    }

    #[test]
    fn only_an_ipv6_address_stands_in_brackets() {
        assert_eq!(without_brackets("[::1%lo]"), Ok("::1%lo"));
        assert_eq!(without_brackets("example.org"), Ok("example.org"));
        for bad in ["[localhost]", "[::1", "[]"] {
            assert!(without_brackets(bad).unwrap_err().contains("brackets are for an IPv6 address"), "{bad}");
        }
    }
}

//! Which peers are served: the networks of `--allow` and `--deny`.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};

use crate::event::Address;

/// The bits in front of an IPv4 address that is mapped to IPv6, `::ffff:10.0.0.1`.
const MAPPED_PREFIX: u8 = 96;
/// A refusal names at most this number of networks; more are only counted.
const NAMED_NETWORKS: usize = 4;

/// A network of IP addresses, or a single address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network(IpNet);

impl Network {
    /// Parses an address, or an address and the length of a prefix: `::1`, `10.0.0.0/8`. Bits behind the prefix have no
    /// meaning, so that `10.0.0.7/8` is the same network. A network of IPv4-mapped addresses is one of IPv4.
    ///
    /// # Errors
    /// One line that says what is wrong, and what would be valid.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| {
            "it is neither an address nor a network, like 10.1.2.3, 10.0.0.0/8, ::1 or fe80::/10".to_owned()
        })?;
        let network = match prefix {
            None => IpNet::from(address),
            Some(prefix) => {
                bits(prefix).and_then(|bits| IpNet::new(address, bits).ok()).ok_or_else(|| {
                    let (family, longest) = match address {
                        IpAddr::V4(_) => ("IPv4", 32),
                        IpAddr::V6(_) => ("IPv6", 128),
                    };
                    format!("the prefix of an {family} network goes from /0 to /{longest}")
                })?
            }
        };
        Ok(Self(unmapped(network).trunc()))
    }

    /// Whether the network has this address, which is not an IPv4-mapped one.
    fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// Parses a decimal number without a sign.
fn bits(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Returns the IPv4 network of IPv4-mapped addresses, and any other network as it is.
fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(mapped) = network else { return network };
    let bits = mapped.prefix_len().checked_sub(MAPPED_PREFIX);
    let address = mapped.addr().to_ipv4_mapped();
    bits.zip(address).and_then(|(bits, address)| Ipv4Net::new(address, bits).ok()).map_or(network, IpNet::V4)
}

/// As on the command line; a single address has no prefix.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

/// Which peers are served. The default serves all.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PeerRules(Arc<Rules>);

#[derive(PartialEq, Eq, Default, Debug)]
struct Rules {
    /// `None` if all are allowed.
    allowed: Option<AllowedNetworks>,
    denied: Vec<DeniedNetwork>,
}

/// The networks whose peers are served.
#[derive(PartialEq, Eq, Debug)]
struct AllowedNetworks {
    networks: Vec<Network>,
    /// The words for a peer that is in none of them.
    rule: String,
}

impl AllowedNetworks {
    fn new(networks: Vec<Network>) -> Option<Self> {
        let rule = match networks.len() {
            0 => return None,
            1..=NAMED_NETWORKS => {
                let named: Vec<_> = networks.iter().map(|network| format!("--allow {network}")).collect();
                format!("not in {}", named.join(" or "))
            }
            many => format!("not in any of the {many} networks of --allow"),
        };
        Some(Self { networks, rule })
    }

    /// The words for this peer, unless it is in one of the networks.
    fn refusal(&self, peer: IpAddr) -> Option<&str> {
        let is_in_one = self.networks.iter().any(|network| network.contains(peer));
        (!is_in_one).then_some(&self.rule)
    }
}

/// A network whose peers are refused.
#[derive(PartialEq, Eq, Debug)]
struct DeniedNetwork {
    network: Network,
    /// The words for such a peer.
    rule: String,
}

/// A peer that the rules refuse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::server) struct DeniedPeer<'a> {
    /// Its address.
    pub(in crate::server) address: IpAddr,
    /// The rule that refuses it, in words that follow "it is".
    pub(in crate::server) rule: &'a str,
}

impl PeerRules {
    /// Rules that serve the peers in `allow`, or all if that is empty, but never those in `deny`.
    #[must_use]
    pub fn new(allow: Vec<Network>, deny: Vec<Network>) -> Self {
        let denied = deny
            .into_iter()
            .map(|network| DeniedNetwork { network, rule: format!("denied by --deny {network}") })
            .collect();
        Self(Arc::new(Rules { allowed: AllowedNetworks::new(allow), denied }))
    }

    /// Returns why a peer is refused; `None` if it is served. Peers of the Unix domain are always served.
    pub(in crate::server) fn refusal(&self, peer: &Address) -> Option<DeniedPeer<'_>> {
        let address = peer.inet()?.ip().to_canonical();
        let Rules { allowed, denied } = &*self.0;
        let rule = match denied.iter().find(|denied| denied.network.contains(address)) {
            Some(denied) => &denied.rule,
            None => allowed.as_ref()?.refusal(address)?,
        };
        Some(DeniedPeer { address, rule })
    }
}

impl fmt::Display for DeniedPeer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.address, self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::UnixAddress;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| Network::parse(text).unwrap()).collect()
    }

    /// Why a peer at this address is refused.
    fn refusal(allow: &[&str], deny: &[&str], peer: &str) -> Option<String> {
        let rules = PeerRules::new(networks(allow), networks(deny));
        let peer = Address::from((peer.parse::<IpAddr>().unwrap(), 50_000));
        rules.refusal(&peer).map(|refused| refused.to_string())
    }

    #[test]
    fn a_network_is_an_address_or_a_prefix() {
        for (text, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("192.168.1.7/24", "192.168.1.0/24"),
            ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3/32", "10.1.2.3"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::1", "::1"),
            ("fe80::/10", "fe80::/10"),
            ("2001:db8::7/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.1.2.3", "10.1.2.3"),
            ("::ffff:0:0/95", "::fffe:0:0/95"),
        ] {
            assert_eq!(Network::parse(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_told_in_a_line() {
        for (text, why) in [
            ("10.0.0.0/33", "the prefix of an IPv4 network goes from /0 to /32"),
            ("10.0.0.0/", "from /0 to /32"),
            ("10.0.0.0/+8", "from /0 to /32"),
            ("10.0.0.0/8/8", "from /0 to /32"),
            ("10.0.0.0/255.0.0.0", "from /0 to /32"),
            ("::/129", "the prefix of an IPv6 network goes from /0 to /128"),
            ("::/999", "from /0 to /128"),
            ("", "neither an address nor a network"),
            ("nonsense", "like 10.1.2.3, 10.0.0.0/8, ::1 or fe80::/10"),
            ("10.0.0/8", "neither an address nor a network"),
            ("10.0.0.0:80", "neither an address nor a network"),
            ("[::1]", "neither an address nor a network"),
            ("fe80::1%eth0", "neither an address nor a network"),
        ] {
            let message = Network::parse(text).expect_err(text);
            assert!(message.contains(why) && !message.contains('\n'), "{text}: {message}");
        }
    }

    #[test]
    fn without_rules_everybody_is_served() {
        for peer in ["10.1.2.3", "::1", "::ffff:10.1.2.3"] {
            assert_eq!(refusal(&[], &[], peer), None);
        }
    }

    #[test]
    fn a_denied_network_wins_over_an_allowed_one() {
        let refusal = |peer: &str| refusal(&["10.0.0.0/8", "::1"], &["10.1.0.0/16", "10.9.9.9"], peer);
        for served in ["10.0.0.0", "10.2.255.255", "::1", "10.9.9.8"] {
            assert_eq!(refusal(served), None, "{served}");
        }
        assert_eq!(refusal("10.1.2.3").unwrap(), "10.1.2.3 is denied by --deny 10.1.0.0/16");
        assert_eq!(refusal("10.9.9.9").unwrap(), "10.9.9.9 is denied by --deny 10.9.9.9");
        assert_eq!(refusal("11.0.0.0").unwrap(), "11.0.0.0 is not in --allow 10.0.0.0/8 or --allow ::1");
        assert_eq!(refusal("::2").unwrap(), "::2 is not in --allow 10.0.0.0/8 or --allow ::1");
    }

    #[test]
    fn a_mapped_peer_is_one_of_ipv4() {
        let mapped = "::ffff:10.1.2.3";
        assert_eq!(refusal(&["10.0.0.0/8"], &[], mapped), None);
        assert_eq!(refusal(&["::ffff:10.0.0.0/104"], &[], mapped), None);
        assert_eq!(refusal(&[], &["::/0"], mapped), None, "it is no peer of IPv6");
        assert_eq!(refusal(&[], &["0.0.0.0/0"], mapped).unwrap(), "10.1.2.3 is denied by --deny 0.0.0.0/0");
    }

    #[test]
    fn many_allowed_networks_are_counted() {
        let allow = ["10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/10", "10.0.0.0/11", "10.0.0.0/12"];
        let told = refusal(&allow, &[], "::1").unwrap();
        assert_eq!(told, "::1 is not in any of the 5 networks of --allow");
        assert_eq!(refusal(&allow, &[], "10.1.2.3"), None);
    }

    #[test]
    fn a_unix_peer_is_always_served() {
        let rules = PeerRules::new(networks(&["10.0.0.0/8"]), networks(&["0.0.0.0/0", "::/0"]));
        assert_eq!(rules.refusal(&Address::Unix(UnixAddress::Unnamed(None))), None);
    }
}

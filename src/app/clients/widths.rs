//! How wide the columns of the table have to be for a connection.

use std::net::SocketAddr;

use crate::app::clients::names::ClientNames;
use crate::app::clients::proxied;
use crate::app::format;
use crate::event::Address;
use crate::model::Connection;

/// Returns the number of digits of a number.
pub(super) fn digits(number: u64) -> u16 {
    number.checked_ilog10().unwrap_or(0) as u16 + 1
}

/// Returns the width of an address in cells. IPv4 is computed without formatting, because this runs for every row.
fn peer_width(peer: &Address) -> u16 {
    match peer {
        Address::Inet(SocketAddr::V4(peer)) => {
            let octets: u16 = peer.ip().octets().map(|octet| digits(octet.into())).iter().sum();
            octets + 3 + 1 + digits(peer.port().into())
        }
        Address::Inet(SocketAddr::V6(_)) | Address::Unix(_) | Address::Untold => {
            format::width(&peer.to_string())
        }
    }
}

/// Returns the width of a client's name with its port, or of its address; of the client behind a proxy, if that is wider.
/// The second one is that of both together.
pub(super) fn label_widths(known: &Connection, names: &ClientNames) -> [u16; 2] {
    let own = match (names.of(known.id), known.peer.inet()) {
        (Some(name), Some(peer)) => format::width(name) + 2 + digits(peer.port().into()),
        (Some(name), None) => format::width(name),
        (None, _) => peer_width(&known.peer),
    };
    match known.client_behind_proxy() {
        None => [own, own],
        Some(client) => {
            let client = peer_width(&client.into());
            [own.max(client), client + format::width(proxied::VIA) + own]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_as_wide_as_its_text() {
        for text in
            ["0.0.0.0:0", "127.0.0.1:7777", "10.100.255.9:50000", "[::1]:80", "[2001:db8::ff00:42:8329]:443"]
        {
            assert_eq!(
                usize::from(peer_width(&text.parse::<SocketAddr>().unwrap().into())),
                text.len(),
                "{text}"
            );
        }
    }
}

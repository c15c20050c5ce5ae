//! What the dashboard says about PROXY headers, and about the client behind a proxy.

use crate::app::clients::names::ClientNames;
use crate::app::format;
use crate::event::{Address, Side, UnixAddress};
use crate::model::Connection;
use crate::model::proxy_record::ProxyRecord;

/// What stands between the client behind a proxy and the proxy.
pub(super) const VIA: &str = " via ";

/// Returns what the table says about who the client is: its address, or its name and port if it has a name; the one
/// behind a proxy first, and then the proxy, as far as there is room.
#[must_use]
pub fn peer(known: &Connection, names: &ClientNames, width: u16) -> String {
    let peer = match (names.of(known.id), known.peer.inet()) {
        (Some(name), Some(peer)) => format!("{name} :{}", peer.port()),
        (Some(name), None) => name.to_owned(),
        (None, _) => known.peer.to_string(),
    };
    let Some(client) = known.client_behind_proxy() else { return peer };
    let whole = format!("{client}{VIA}{peer}");
    if format::width(&whole) <= width {
        return whole;
    }
    let short = format!("{client}{VIA}…");
    if format::width(&short) <= width { short } else { client.to_string() }
}

/// Returns who the client is without its port: its name or its host, the one behind a proxy first.
pub(super) fn host(known: &Connection, names: &ClientNames) -> String {
    let own = match (names.of(known.id), &known.peer) {
        (Some(name), _) => name.to_owned(),
        (None, Address::Inet(peer)) => peer.ip().to_string(),
        (None, Address::Unix(UnixAddress::Unnamed(_))) => "unix:".to_owned(),
        (None, Address::Unix(_) | Address::Untold) => known.peer.to_string(),
    };
    match known.client_behind_proxy() {
        Some(client) => format!("{}{VIA}{own}", client.ip()),
        None => own,
    }
}

/// One fact in two wordings; safe to print.
pub(super) struct ProxyWords {
    pub(super) long: String,
    pub(super) short: String,
}

/// Returns what is known of the headers that are no part of the streams, and of the proxy.
pub(super) fn words(known: &Connection) -> impl Iterator<Item = ProxyWords> {
    let through = known.client_behind_proxy().map(|_| format!("through {}", known.peer));
    let received = known.proxy_header(Side::Client).map_or(0, |header| header.tlvs);
    let headers = Side::ALL.into_iter().filter_map(|side| Some((side, known.proxy_header(side)?)));
    let headers = headers.map(move |(side, &ProxyRecord { version, length, addresses, tlvs })| {
        let ends = match addresses {
            Some(addresses) => format!("{} to {}", addresses.source, addresses.destination),
            None => "addresses unknown".to_owned(),
        };
        let done = match side {
            Side::Client => "taken off",
            Side::Upstream => "sent to the upstream",
        };
        let client = addresses.map_or(ends.clone(), |addresses| addresses.source.to_string());
        let short = match side {
            Side::Client => format!("PROXY v{version}: {client}"),
            Side::Upstream => format!("PROXY v{version} sent"),
        };
        let bytes = format::plural(length as u64, "byte");
        let with =
            if tlvs == 0 { String::new() } else { format!(" with {}", format::plural(tlvs as u64, "TLV")) };
        let lost = if side == Side::Upstream && tlvs < received { ", without the TLVs" } else { "" };
        ProxyWords { long: format!("PROXY v{version} header of {bytes}{with} {done}{lost}: {ends}"), short }
    });
    headers.chain(through.map(|long| ProxyWords { short: long.clone(), long }))
}

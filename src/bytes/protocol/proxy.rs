//! The PROXY header, before any other protocol.

use crate::bytes::protocol::found::{Recognised, View};
use crate::bytes::protocol::proxy_header::{Command, Malformed, ProxyHeader, SIGNATURE};
use crate::bytes::protocol::reader::{Reader, Step, Stop};

/// A PROXY header of either version. What follows it is recognised too.
pub(super) fn header(view: View<'_>) -> Step<Recognised> {
    let mut reader = Reader::new(view.client);
    if view.client.first() == Some(&b'P') {
        reader.expect(b"PROXY ")?;
        let header = parse(view.client)?;
        return Ok(described("PROXY v1", "line that begins with PROXY", &header));
    }
    reader.expect(SIGNATURE)?;
    let evidence = "begins with the 12 bytes of PROXY v2";
    match parse(view.client) {
        Ok(header) => Ok(described("PROXY v2", evidence, &header)),
        // Nothing else begins like this.
        Err(stop) => Ok(Recognised::new("PROXY v2", evidence).fuller(Err(stop))),
    }
}

fn parse(bytes: &[u8]) -> Step<ProxyHeader> {
    ProxyHeader::parse(bytes).map_err(|malformed| match malformed {
        Malformed::Incomplete => Stop::More,
        Malformed::Invalid(_) => Stop::Not,
    })
}

fn described(protocol: &'static str, evidence: &str, header: &ProxyHeader) -> Recognised {
    let detail = match (header.command, &header.addresses) {
        (Command::Local, _) => "of the proxy itself".to_owned(),
        (Command::Proxy, Some(addresses)) => format!("{} to {}", addresses.source, addresses.destination),
        (Command::Proxy, None) => "addresses unknown".to_owned(),
    };
    let mut found = Recognised::new(protocol, evidence).detail(detail);
    found.client = header.addresses.map(|addresses| addresses.source);
    found.carried_from = Some(header.length);
    found
}

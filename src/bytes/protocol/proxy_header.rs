//! The PROXY header of HAProxy, with which a proxy tells the addresses of the connection that it forwards.
//!
//! As in "The PROXY protocol, versions 1 & 2" of HAProxy.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::bytes::protocol::reader::{Reader, Step, Stop};

/// The beginning of version 2.
pub const SIGNATURE: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n";

/// The longest line of version 1, with its end.
const LONGEST_LINE: usize = 107;

/// A version of the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// A line of text.
    V1,
    /// Binary.
    V2,
}

/// A PROXY header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProxyHeader {
    /// 1 or 2.
    pub version: u8,
    /// Whose connection it is.
    pub command: Command,
    /// The addresses of TCP or UDP, unless they are not known or of another kind.
    pub addresses: Option<Addresses>,
    /// What else is said, in version 2.
    pub fields: Vec<Field>,
    /// The number of bytes of the header.
    pub length: usize,
}

/// Whose connection it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// The proxy's own, as that of a health check.
    Local,
    /// That of a client of the proxy.
    Proxy,
}

/// The two ends of the connection to the proxy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addresses {
    /// The client of the proxy.
    pub source: SocketAddr,
    /// Where that connected to.
    pub destination: SocketAddr,
}

/// A further field of version 2: type, length and value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// What the value is: 1 the ALPN, 2 the name that was asked for, `0x20` what is known of TLS.
    pub kind: u8,
    /// The value.
    pub value: Vec<u8>,
}

/// Why bytes do not begin with a PROXY header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    /// More bytes are needed.
    #[error("the PROXY header is not complete")]
    Incomplete,
    /// They are not a valid header, for this reason.
    #[error("no PROXY header: {0}")]
    Invalid(&'static str),
}

impl Addresses {
    /// The ends of a connection, as addresses of one family: IPv4 if both are.
    #[must_use]
    pub fn of_one_family(source: SocketAddr, destination: SocketAddr) -> Self {
        let canonical = [source, destination].map(|end| end.ip().to_canonical());
        let [from, to] = match canonical {
            [IpAddr::V4(_), IpAddr::V4(_)] => canonical,
            _ => canonical.map(|ip| match ip {
                IpAddr::V4(ip) => IpAddr::V6(ip.to_ipv6_mapped()),
                IpAddr::V6(_) => ip,
            }),
        };
        Self {
            source: SocketAddr::new(from, source.port()),
            destination: SocketAddr::new(to, destination.port()),
        }
    }
}

/// The header with these addresses, which are of one family; without any, one that tells none.
#[must_use]
pub fn written(version: Version, addresses: Option<Addresses>) -> Vec<u8> {
    match version {
        Version::V1 => line(addresses).into_bytes(),
        Version::V2 => block(addresses),
    }
}

fn line(addresses: Option<Addresses>) -> String {
    let Some(Addresses { source, destination }) = addresses else { return "PROXY UNKNOWN\r\n".to_owned() };
    let kind = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let (from, to) = (source.port(), destination.port());
    format!("PROXY {kind} {} {} {from} {to}\r\n", source.ip(), destination.ip())
}

fn block(addresses: Option<Addresses>) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    let Some(Addresses { source, destination }) = addresses else {
        // LOCAL, of an unspecified family, without anything behind.
        bytes.extend([0x20, 0, 0, 0]);
        return bytes;
    };
    let mut body = Vec::new();
    for end in [source, destination] {
        match end.ip() {
            IpAddr::V4(ip) => body.extend(ip.octets()),
            IpAddr::V6(ip) => body.extend(ip.octets()),
        }
    }
    let ports = [source.port(), destination.port()];
    body.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
    // PROXY, then the family and TCP.
    bytes.extend([0x21, if source.is_ipv4() { 0x11 } else { 0x21 }]);
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

impl ProxyHeader {
    /// Reads the header at the beginning of some bytes.
    ///
    /// # Errors
    ///
    /// There is no header, or not all of one.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        match bytes.first() {
            None => Err(Malformed::Incomplete),
            Some(b'P') => {
                or(reader.expect(b"PROXY "), "it does not begin with PROXY")?;
                text(reader)
            }
            Some(_) => {
                or(reader.expect(SIGNATURE), "the signature is missing")?;
                binary(reader)
            }
        }
    }
}

/// The reason, where a step failed for more than a lack of bytes.
fn or<T>(step: Step<T>, reason: &'static str) -> Result<T, Malformed> {
    step.map_err(|stop| match stop {
        Stop::More => Malformed::Incomplete,
        Stop::Not => Malformed::Invalid(reason),
    })
}

/// The rest of a header of version 1.
fn text(mut reader: Reader<'_>) -> Result<ProxyHeader, Malformed> {
    let most = LONGEST_LINE - reader.at() - 1;
    let fine = |byte: &u8| matches!(byte, b' '..=b'~' | b'\r');
    let line = or(reader.until(b'\n', most, fine), "the line is too long, or not printable")?;
    let line = line.strip_suffix(b"\r").ok_or(Malformed::Invalid("the line does not end with CR LF"))?;
    let words: Vec<&str> = str::from_utf8(line).unwrap_or_default().split(' ').collect();
    let addresses = match words[..] {
        ["UNKNOWN", ..] => None,
        [kind @ ("TCP4" | "TCP6"), source, destination, from, to] => {
            Some(line_addresses(kind, [source, destination], [from, to])?)
        }
        _ => {
            return Err(Malformed::Invalid("the line has neither TCP4, TCP6 nor UNKNOWN with its addresses"));
        }
    };
    let length = reader.at();
    Ok(ProxyHeader { version: 1, command: Command::Proxy, addresses, fields: Vec::new(), length })
}

fn line_addresses(kind: &str, hosts: [&str; 2], ports: [&str; 2]) -> Result<Addresses, Malformed> {
    let host = |text: &str| match kind {
        "TCP4" => text.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        _ => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    };
    let port = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        text.parse::<u16>().ok().filter(|_| plain)
    };
    let [source, destination] = hosts.map(host);
    let [from, to] = ports.map(port);
    let address = |host: Option<IpAddr>, port: Option<u16>| Some(SocketAddr::new(host?, port?));
    address(source, from)
        .zip(address(destination, to))
        .map(|(source, destination)| Addresses { source, destination })
        .ok_or(Malformed::Invalid("an address or a port is none"))
}

/// The rest of a header of version 2.
fn binary(mut reader: Reader<'_>) -> Result<ProxyHeader, Malformed> {
    let command = match or(reader.u8(), "")? {
        0x20 => Command::Local,
        0x21 => Command::Proxy,
        _ => return Err(Malformed::Invalid("neither LOCAL nor PROXY of version 2")),
    };
    let family = or(reader.u8(), "")?;
    let length = or(reader.be16(), "")?;
    let body = or(reader.take(length.into()), "")?;
    let length = reader.at();
    let mut rest = Reader::new(body);
    // All of the body is here: a field that goes beyond it is a fault.
    let within = |_| Malformed::Invalid("a field is longer than the header");
    let mut fields = Vec::new();
    // A proxy's own connection, and one of an unknown kind, may have anything here, which is skipped.
    if command == Command::Local || !matches!(family, 0x11 | 0x12 | 0x21 | 0x22 | 0x31 | 0x32) {
        return Ok(ProxyHeader { version: 2, command, addresses: None, fields, length });
    }
    let addresses = body_addresses(&mut rest, family).map_err(within)?;
    while !rest.rest().is_empty() {
        let kind = rest.u8().map_err(within)?;
        let length = rest.be16().map_err(within)?;
        fields.push(Field { kind, value: rest.take(length.into()).map_err(within)?.to_vec() });
    }
    Ok(ProxyHeader { version: 2, command, addresses, fields, length })
}

fn body_addresses(reader: &mut Reader<'_>, family: u8) -> Step<Option<Addresses>> {
    let [source, destination]: [IpAddr; 2] = match family {
        0x11 | 0x12 => [reader.array::<4>()?, reader.array::<4>()?].map(IpAddr::from),
        0x21 | 0x22 => [reader.array::<16>()?, reader.array::<16>()?].map(IpAddr::from),
        // Two names of Unix domain sockets.
        _ => {
            reader.take(2 * 108)?;
            return Ok(None);
        }
    };
    let [from, to] = [reader.be16()?, reader.be16()?];
    Ok(Some(Addresses {
        source: SocketAddr::new(source, from),
        destination: SocketAddr::new(destination, to),
    }))
}

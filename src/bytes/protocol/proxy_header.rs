//! The PROXY header of HAProxy, with which a proxy tells the addresses of the connection that it forwards.
//!
//! As in "The PROXY protocol, versions 1 & 2" of HAProxy.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::bytes::protocol::checksum::{CASTAGNOLI, crc32};
use crate::bytes::protocol::reader::{Reader, Step, Stop};

/// The beginning of version 2.
pub const SIGNATURE: &[u8] = b"\r\n\r\n\x00\r\nQUIT\n";

/// The field that holds the CRC-32C of the whole header.
const CHECKSUM: u8 = 3;

/// The two names of Unix domain sockets, each filled up with zeros.
type UnixNames = [u8; 2 * 108];

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
    /// The names of Unix domain sockets, as they were received.
    pub unix_names: Option<Box<UnixNames>>,
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

/// A further field of version 2 (TLV): type, length and value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// What the value is: 1 the ALPN, 2 the name that was asked for, 3 the CRC-32C, `0x20` what is known of TLS.
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
    // LOCAL, of an unspecified family, without anything behind.
    addresses.map_or_else(|| binary_of(0x20, 0, &[]), |addresses| proxied_block(addresses, &[]))
}

/// The header of version 2 of a client with these addresses of TCP.
fn proxied_block(Addresses { source, destination }: Addresses, fields: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    for end in [source, destination] {
        match end.ip() {
            IpAddr::V4(ip) => body.extend(ip.octets()),
            IpAddr::V6(ip) => body.extend(ip.octets()),
        }
    }
    let ports = [source.port(), destination.port()];
    body.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
    body.extend(fields);
    binary_of(0x21, if source.is_ipv4() { 0x11 } else { 0x21 }, &body)
}

/// The header of version 2 with this command, family and rest.
fn binary_of(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend([command, family]);
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

/// The checksum of a header, in which the bytes of the checksum itself count as zeros.
fn checksum(header: &[u8], place: usize) -> u32 {
    let zeroed = |(at, byte): (usize, &u8)| if (place..place + 4).contains(&at) { 0 } else { *byte };
    crc32(CASTAGNOLI, header.iter().enumerate().map(zeroed))
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
                let header = binary(reader)?;
                header.check(bytes)?;
                Ok(header)
            }
        }
    }

    /// The header that tells the next program what this one told, in this version.
    ///
    /// The fields of version 2 are sent on as they are; only the checksum is that of the new header. What version 1 has
    /// no room for, it does not tell.
    #[must_use]
    pub fn sent_on(&self, version: Version) -> Vec<u8> {
        let is_plain = self.fields.is_empty() && self.unix_names.is_none();
        if version == Version::V1 || is_plain {
            return written(version, self.addresses);
        }
        let fields: Vec<u8> = self.fields.iter().flat_map(Field::bytes).collect();
        let mut bytes = match (self.addresses, &self.unix_names) {
            (Some(addresses), _) => proxied_block(addresses, &fields),
            (None, Some(names)) => binary_of(0x21, 0x31, &[&names[..], &fields].concat()),
            (None, None) => binary_of(self.command.byte(), 0, &fields),
        };
        if let Some(place) = self.checksum_place(bytes.len()) {
            let sum = checksum(&bytes, place).to_be_bytes();
            bytes.iter_mut().skip(place).zip(sum).for_each(|(byte, new)| *byte = new);
        }
        bytes
    }

    /// Where the value of the checksum is in a header of this length with these fields, which are its end.
    fn checksum_place(&self, length: usize) -> Option<usize> {
        let index = self.fields.iter().position(|field| field.kind == CHECKSUM)?;
        let behind: usize = self.fields.iter().skip(index).map(|field| 3 + field.value.len()).sum();
        Some((length + 3).saturating_sub(behind))
    }

    /// Whether the checksum is right, if there is one. What comes from the proxy itself is accepted in any case.
    fn check(&self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut sums = self.fields.iter().filter(|field| field.kind == CHECKSUM);
        let Some((sum, place)) = sums.next().zip(self.checksum_place(self.length)) else { return Ok(()) };
        if self.command == Command::Local {
            return Ok(());
        }
        let right = checksum(bytes.get(..self.length).unwrap_or(bytes), place).to_be_bytes();
        match sums.next() {
            None if sum.value == right => Ok(()),
            None => Err(Malformed::Invalid("its checksum is wrong")),
            Some(_) => Err(Malformed::Invalid("it has more than one checksum")),
        }
    }
}

impl Command {
    /// With the number of the version.
    const fn byte(self) -> u8 {
        match self {
            Self::Local => 0x20,
            Self::Proxy => 0x21,
        }
    }
}

impl Field {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind];
        bytes.extend((self.value.len() as u16).to_be_bytes());
        bytes.extend(&self.value);
        bytes
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
    let (command, fields) = (Command::Proxy, Vec::new());
    Ok(ProxyHeader { version: 1, command, addresses, unix_names: None, fields, length })
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
    let mut header =
        ProxyHeader { version: 2, command, addresses: None, unix_names: None, fields: Vec::new(), length };
    match (command, family) {
        (Command::Proxy, 0x11 | 0x12 | 0x21 | 0x22) => {
            header.addresses = Some(addresses_of(&mut rest, family).map_err(within)?);
        }
        (Command::Proxy, 0x31 | 0x32) => {
            header.unix_names = Some(Box::new(rest.array().map_err(within)?));
        }
        // Anything may be here, which is skipped; HAProxy has fields here for clients of Unix domain sockets.
        _ => {
            header.fields = if family == 0 { fields(&mut rest).unwrap_or_default() } else { Vec::new() };
            return Ok(header);
        }
    }
    header.fields = fields(&mut rest).map_err(within)?;
    Ok(header)
}

/// The fields that are the rest of a header.
fn fields(reader: &mut Reader<'_>) -> Step<Vec<Field>> {
    let mut fields = Vec::new();
    while !reader.rest().is_empty() {
        let kind = reader.u8()?;
        let length = reader.be16()?;
        fields.push(Field { kind, value: reader.take(length.into())?.to_vec() });
    }
    Ok(fields)
}

fn addresses_of(reader: &mut Reader<'_>, family: u8) -> Step<Addresses> {
    let [source, destination]: [IpAddr; 2] = match family {
        0x11 | 0x12 => [reader.array::<4>()?, reader.array::<4>()?].map(IpAddr::from),
        _ => [reader.array::<16>()?, reader.array::<16>()?].map(IpAddr::from),
    };
    let [from, to] = [reader.be16()?, reader.be16()?];
    Ok(Addresses { source: SocketAddr::new(source, from), destination: SocketAddr::new(destination, to) })
}

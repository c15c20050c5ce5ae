//! How the values of options are written. Every error says what would have been right.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::num::IntErrorKind;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::bytes::encoding::Encoding;
use crate::model::BackendKind;
use crate::runtime::Kind;
use crate::runtime::decode::Choice;
use crate::server::load::Pattern;
use crate::server::{Overload, ServiceConfig};

/// More would be a whole history in one read, and a buffer that size for each connection.
const LARGEST_READ: u64 = 16 * 1024 * 1024;

/// Milliseconds of a hundred years.
const LONGEST_TIME: u64 = 100 * 365 * 24 * 3_600_000;

/// What `reply` answers unless it is told what.
const USUAL_REPLY: &str = "received {bytes} B: {text}\n";

/// `PORT`, `HOST:PORT` or `[V6]:PORT`. Of a name with several addresses the first is taken.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port(text)?));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(format!("an IPv6 address stands in brackets, with a port: [{text}]:7777"));
    }
    let (host, number) = text
        .rsplit_once(':')
        .ok_or("it has no port: write PORT, HOST:PORT or [V6]:PORT, like 127.0.0.1:7777")?;
    let port = port(number)?;
    if host.is_empty() {
        return Err(format!(
            "it has no host: 0.0.0.0:{port} listens on every IPv4 address, [::]:{port} on all"
        ));
    }
    let unknown = || format!("no address is known for the host '{host}'");
    (host, port).to_socket_addrs().map_err(|_| unknown())?.next().ok_or_else(unknown)
}

fn port(text: &str) -> Result<u16, String> {
    // `parse` would take a plus sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| format!("'{text}' is no port: it goes from 0 to 65535"))
}

/// `500ms`, `2s`, `1m`, `1h`; more than nothing.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let Some(unit) = millis.filter(|_| !number.is_empty()) else {
        return Err("a time is a number and ms, s, m or h, like 500ms or 2s".to_owned());
    };
    // Only digits: what does not parse is too large.
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)) {
        Some(0) => Err("it has to be more than nothing".to_owned()),
        Some(millis) if millis <= LONGEST_TIME => Ok(Duration::from_millis(millis)),
        _ => Err("it has to be less than a century; without this option it never happens".to_owned()),
    }
}

/// `512`, `512B`, `64KiB`, `1GiB`, in bytes; more than nothing.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let shift = match unit {
        "" | "B" => Some(0),
        "KiB" => Some(10),
        "MiB" => Some(20),
        "GiB" => Some(30),
        _ => None,
    };
    let Some(shift) = shift.filter(|_| !number.is_empty()) else {
        return Err("a size is a number and nothing, B, KiB, MiB or GiB, like 512 or 64KiB".to_owned());
    };
    match number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift)) {
        Some(0) => Err("it has to be more than nothing".to_owned()),
        Some(bytes) => Ok(bytes),
        None => Err("it is more than any machine has".to_owned()),
    }
}

/// A size that one read may ask for.
pub(super) fn read_size(text: &str) -> Result<usize, String> {
    let too_large = || "one read asks for 16MiB at most".to_owned();
    let bytes = size(text)?;
    if bytes > LARGEST_READ { Err(too_large()) } else { usize::try_from(bytes).map_err(|_| too_large()) }
}

/// A number of connections.
pub(super) fn count(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("a server for nobody: it has to be 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err("no machine holds so many; without this option it is as many as this one does".to_owned())
        }
        Err(_) => Err("it is a number, like 1000".to_owned()),
    }
}

/// How many of something.
pub(super) fn number(text: &str) -> Result<usize, String> {
    match text.parse::<u32>() {
        Ok(0) => Err("it has to be 1 or more".to_owned()),
        Ok(number) => Ok(number as usize),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err("that is too many".to_owned()),
        Err(_) => Err("it is a number, like 1000".to_owned()),
    }
}

/// An encoding, or what to do without one.
pub(super) fn encoding(text: &str) -> Result<Choice, String> {
    match text {
        "guess" => Ok(Choice::Guess),
        "list" => Ok(Choice::List),
        _ => Encoding::named(text).map(Choice::Known).ok_or_else(|| {
            let some = Encoding::ALL.map(Encoding::name)[..7].join(", ");
            format!("there is {some} and more: --encoding list prints all, --encoding guess finds one")
        }),
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(text.len()))
}

/// A parser that takes the word of each of `all`.
fn words<T>(all: Vec<(&'static str, T)>) -> impl TypedValueParser<Value = T>
where
    T: Clone + Send + Sync + 'static,
{
    let names = all.iter().map(|(word, _)| *word).collect::<Vec<_>>();
    PossibleValuesParser::new(names).try_map(move |word| {
        let found = all.iter().find(|(name, _)| *name == word);
        found.map(|(_, value)| value.clone()).ok_or_else(|| format!("'{word}' has no meaning"))
    })
}

pub(super) fn backend() -> impl TypedValueParser<Value = BackendKind> {
    words(BackendKind::ALL.map(|kind| (kind.word(), kind)).to_vec())
}

pub(super) fn service() -> impl TypedValueParser<Value = ServiceConfig> {
    let all = [ServiceConfig::Echo, ServiceConfig::Discard, ServiceConfig::Reply(USUAL_REPLY.to_owned())];
    words(all.map(|service| (service.word(), service)).to_vec())
}

pub(super) fn overload() -> impl TypedValueParser<Value = Overload> {
    words(vec![("slow", Overload::Slow), ("shed", Overload::Shed)])
}

pub(super) fn pattern() -> impl TypedValueParser<Value = Pattern> {
    words(Pattern::NAMED.map(|pattern| (pattern.word(), pattern)).to_vec())
}

pub(super) fn kind() -> impl TypedValueParser<Value = Kind> {
    words(Kind::ALL.map(|kind| (kind.word(), kind)).to_vec())
}

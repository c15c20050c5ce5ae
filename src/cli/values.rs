//! How the values of options are written. Every error says what would have been right.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::num::IntErrorKind;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::bytes::encoding::Encoding;
use crate::model::BackendKind;
use crate::runtime::decode::Choice;
pub(super) use crate::runtime::units::{number, size};
use crate::runtime::{Kind, units};
use crate::server::load::Pattern;
use crate::server::{Overload, ServiceConfig, Template};

/// What `reply` answers unless it is told what.
const USUAL_REPLY: &str = r"received {bytes} B: {text}\n";

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

/// What `--reply` answers.
pub(super) fn reply(text: &str) -> Result<Template, String> {
    Template::parse(text)
}

/// A time, as an option has it.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    units::time(text).map_err(|why| match why {
        units::TOO_LONG => format!("{why}; without this option it never happens"),
        _ => why.to_owned(),
    })
}

/// A size that one read may ask for.
pub(super) fn read_size(text: &str) -> Result<usize, String> {
    let too_large = || "one read asks for 16MiB at most".to_owned();
    let bytes = size(text)?;
    if bytes > units::LARGEST_READ {
        Err(too_large())
    } else {
        usize::try_from(bytes).map_err(|_| too_large())
    }
}

/// How much faster a lesson goes.
pub(super) fn speed(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|speed| (1..=100).contains(speed))
        .ok_or_else(|| "it goes from 1 to 100".to_owned())
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
    let reply = Template::parse(USUAL_REPLY).map(ServiceConfig::Reply).ok();
    let all = [ServiceConfig::Echo, ServiceConfig::Discard].into_iter().chain(reply);
    words(all.map(|service| (service.word(), service)).collect())
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

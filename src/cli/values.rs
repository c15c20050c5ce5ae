//! Parsers of option values. Every error message says what would be valid.

use std::num::IntErrorKind;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::bytes::encoding::{Encoding, Unordered};
use crate::bytes::frame::Framing;
use crate::bytes::pattern::Pattern as SearchPattern;
use crate::bytes::protocol::proxy_header::Version;
use crate::bytes::quantity;
pub(super) use crate::bytes::quantity::{number, size};
use crate::client::load::Pattern;
use crate::commands::decode::EncodingChoice;
use crate::commands::replay::ReplayLineKind;
use crate::event::{BackendKind, ConnectionId};
use crate::server::{Overload, ReplyTo, ServiceConfig, Template};
use crate::shell::LineKind;
use crate::shell::demo::lesson::Speed;
use crate::shell::open::PlaySpeed;

/// The default answer of the service `reply`.
const DEFAULT_REPLY: &str = r"received {bytes} B: {text}\n";

/// Parses the text of `--reply`.
pub(super) fn reply(text: &str) -> Result<Template, String> {
    Template::parse(text)
}

/// Parses how messages are told apart.
pub(super) fn framing(text: &str) -> Result<Framing, String> {
    text.parse()
}

/// Parses how messages are told apart that are listed.
pub(super) fn messages(text: &str) -> Result<Framing, String> {
    match text.parse()? {
        Framing::None => Err("none tells no messages apart".to_owned()),
        framing => Ok(framing),
    }
}

/// Parses a duration.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    quantity::millis(text).map(Duration::from_millis).map_err(|why| match why {
        quantity::TOO_LONG => format!("{why}; without this option it never happens"),
        _ => why.to_owned(),
    })
}

/// Parses the size of a read.
pub(super) fn read_size(text: &str) -> Result<usize, String> {
    at_most_largest(text, "one read asks for 16MiB at most")
}

/// Parses the size of a message.
pub(super) fn message_size(text: &str) -> Result<usize, String> {
    at_most_largest(text, "one message has 16MiB at most")
}

fn at_most_largest(text: &str, too_large: &'static str) -> Result<usize, String> {
    let bytes = Some(size(text)?).filter(|bytes| *bytes <= quantity::LARGEST_READ);
    Ok(bytes.and_then(|bytes| usize::try_from(bytes).ok()).ok_or(too_large)?)
}

/// Parses the speed of a lesson.
pub(super) fn speed(text: &str) -> Result<Speed, String> {
    Speed::parse(text).ok_or_else(|| "it goes from 0.25 to 100, with two digits behind the point".to_owned())
}

/// Parses the speed at which a recording is played.
pub(super) fn play_speed(text: &str) -> Result<PlaySpeed, String> {
    PlaySpeed::parse(text).ok_or_else(|| "it goes from 0.01 to 10000".to_owned())
}

/// How fast a recording is played to a real program.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReplaySpeed {
    /// As fast as the other side goes.
    Max,
    /// At this speed.
    Timed(PlaySpeed),
}

impl From<ReplaySpeed> for Option<PlaySpeed> {
    fn from(speed: ReplaySpeed) -> Self {
        match speed {
            ReplaySpeed::Max => None,
            ReplaySpeed::Timed(speed) => Some(speed),
        }
    }
}

/// Parses the speed of a replay.
pub(super) fn replay_speed(text: &str) -> Result<ReplaySpeed, String> {
    match text {
        "max" => Ok(ReplaySpeed::Max),
        _ => PlaySpeed::parse(text)
            .map(ReplaySpeed::Timed)
            .ok_or_else(|| "it is max, or goes from 0.01 to 10000".to_owned()),
    }
}

/// Parses a search pattern.
pub(super) fn search_pattern(text: &str) -> Result<SearchPattern, String> {
    SearchPattern::parse(text, Encoding::UTF_8).map_err(|error| error.to_string())
}

/// Parses the number of a connection.
pub(super) fn connection(text: &str) -> Result<ConnectionId, String> {
    let number = text.strip_prefix('#').unwrap_or(text).parse().ok().filter(|number| *number > 0);
    number.map(ConnectionId).ok_or_else(|| "connections are counted from 1".to_owned())
}

/// Parses the limit of connections.
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

/// Parses the name of an encoding, `guess` or `list`.
pub(super) fn encoding(text: &str) -> Result<EncodingChoice, String> {
    match text {
        "guess" => Ok(EncodingChoice::Guess),
        "list" => Ok(EncodingChoice::List),
        _ => known_encoding(text).ok_or_else(|| {
            let some = Encoding::ALL.map(Encoding::name)[..7].join(", ");
            format!("there is {some} and more: --encoding list prints all, --encoding guess finds one")
        }),
    }
}

/// The choice that a label of an encoding means.
fn known_encoding(label: &str) -> Option<EncodingChoice> {
    let marked = Unordered::named(label).map(EncodingChoice::Marked);
    marked.or_else(|| Encoding::named(label).map(EncodingChoice::Known))
}

/// A parser that accepts the name of each of `all`.
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
    let reply = Template::parse(DEFAULT_REPLY).map(|text| ServiceConfig::Reply(text, ReplyTo::Read)).ok();
    let all = [ServiceConfig::Echo, ServiceConfig::Discard].into_iter().chain(reply);
    words(all.map(|service| (service.word(), service)).collect())
}

/// What `--reply` answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReplyUnit {
    Read,
    Message,
    Once,
}

pub(super) fn reply_unit() -> impl TypedValueParser<Value = ReplyUnit> {
    words(vec![("read", ReplyUnit::Read), ("message", ReplyUnit::Message), ("once", ReplyUnit::Once)])
}

pub(super) fn overload() -> impl TypedValueParser<Value = Overload> {
    words(vec![("slow", Overload::Slow), ("shed", Overload::Shed)])
}

pub(super) fn proxy_version() -> impl TypedValueParser<Value = Version> {
    words(vec![("v1", Version::V1), ("v2", Version::V2)])
}

pub(super) fn pattern() -> impl TypedValueParser<Value = Pattern> {
    words(Pattern::NAMED.map(|pattern| (pattern.word(), pattern)).to_vec())
}

pub(super) fn kind() -> impl TypedValueParser<Value = LineKind> {
    words(LineKind::ALL.map(|kind| (kind.word(), kind)).to_vec())
}

pub(super) fn replay_kind() -> impl TypedValueParser<Value = ReplayLineKind> {
    words(ReplayLineKind::all())
}

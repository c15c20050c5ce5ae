//! The values that a filter compares with.

use crate::bytes::quantity;
use crate::bytes::suggestion;
use crate::event::{BackendKind, CloseReason, Side};
use crate::model::connection_state::ConnectionState;
use crate::model::filter::field::{TextField, Unit};
use crate::model::filter::protocol;

/// What `state:` is compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StateValue {
    /// One state.
    Is(ConnectionState),
    /// Every state but closed.
    Live,
}

const LIVE: &str = "live";

/// The value of a field with a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TextValue {
    /// A text in lower case.
    Text(String),
    /// A state.
    State(StateValue),
    /// A backend.
    Backend(BackendKind),
    /// A side.
    Side(Side),
}

/// The words that a field may be compared with; none if it may be any text.
pub(super) fn words(field: TextField) -> Vec<String> {
    let words = match field {
        TextField::Protocol => return protocol::words().collect(),
        TextField::Host
        | TextField::Peer
        | TextField::Local
        | TextField::Upstream
        | TextField::Name
        | TextField::Note => Vec::new(),
        TextField::State => {
            ConnectionState::ALL.map(ConnectionState::word).into_iter().chain([LIVE]).collect()
        }
        TextField::Reason => CloseReason::ALL.map(CloseReason::word).to_vec(),
        TextField::Backend => BackendKind::ALL.map(BackendKind::word).to_vec(),
        TextField::Side => Side::ALL.map(Side::word).to_vec(),
    };
    words.into_iter().map(str::to_owned).collect()
}

/// Parses the value of a field with a text.
pub(super) fn text(field: TextField, value: &str) -> Result<TextValue, String> {
    let value = value.to_lowercase();
    let word = field.word();
    let known = words(field);
    let example = match field {
        TextField::Protocol => "a part of the name of a protocol, or text, binary or unknown".to_owned(),
        TextField::Host => "the name of a host, like web-1 or web-*".to_owned(),
        _ if known.is_empty() => "some text".to_owned(),
        _ => format!("one of {}", known.join(", ")),
    };
    if value.is_empty() {
        return Err(format!("{word}: needs {example}"));
    }
    let wrong = || format!("'{value}' is no {word}: it is {example}");
    match field {
        TextField::Host if !value.bytes().all(is_of_host) => Err(format!(
            "'{value}' is the name of no host: it has a-z, 0-9, _, - and /, and * and ? stand for others"
        )),
        TextField::Host => Ok(TextValue::Text(value)),
        TextField::Peer | TextField::Local | TextField::Upstream | TextField::Name | TextField::Note => {
            Ok(TextValue::Text(value))
        }
        TextField::Reason if known.iter().any(|reason| reason.contains(&value)) => Ok(TextValue::Text(value)),
        TextField::Reason => Err(wrong()),
        TextField::Protocol if known.iter().any(|name| name.contains(&value)) => Ok(TextValue::Text(value)),
        TextField::Protocol => {
            let meant = suggestion::nearest(&value, known.iter().map(String::as_str));
            let meant = meant.map(|name| format!("; did you mean {name}?"));
            Err(format!("no protocol is called '{value}'{}", meant.unwrap_or_default()))
        }
        TextField::State if value == LIVE => Ok(TextValue::State(StateValue::Live)),
        TextField::State => {
            let state = ConnectionState::ALL.into_iter().find(|state| state.word() == value);
            state.map(|state| TextValue::State(StateValue::Is(state))).ok_or_else(wrong)
        }
        TextField::Backend => BackendKind::ALL
            .into_iter()
            .find(|kind| kind.word() == value)
            .map(TextValue::Backend)
            .ok_or_else(wrong),
        TextField::Side => {
            Side::ALL.into_iter().find(|side| side.word() == value).map(TextValue::Side).ok_or_else(wrong)
        }
    }
}

/// Whether a byte may stand in a pattern for hosts.
const fn is_of_host(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'/' | b'*' | b'?')
}

/// Parses a number with a unit.
pub(super) fn number(unit: Unit, value: &str) -> Result<u64, String> {
    let (digits, suffix) = value.split_at(value.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(value.len()));
    let count = |factor: u64| digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match unit {
        Unit::Time
            if digits.bytes().all(|digit| digit == b'0') && ["", "ms", "s", "m", "h"].contains(&suffix) =>
        {
            if digits.is_empty() {
                Err(time(value))
            } else {
                Ok(0)
            }
        }
        Unit::Time => quantity::millis(value).map(|millis| millis * 1_000).map_err(|_| time(value)),
        Unit::One if suffix.is_empty() => count(1).ok_or_else(|| format!("'{value}' is not a number")),
        Unit::One => Err(format!("'{value}' is not a number")),
        Unit::Byte => {
            let factor = match suffix {
                "" | "B" => Some(1),
                "k" | "kB" => Some(1_000),
                "M" | "MB" => Some(1_000_000),
                "G" | "GB" => Some(1_000_000_000),
                "KiB" => Some(1 << 10),
                "MiB" => Some(1 << 20),
                "GiB" => Some(1 << 30),
                _ => None,
            };
            let size = factor.and_then(count);
            size.ok_or_else(|| {
                format!("'{value}' is not a size: it is a number with an optional k, M, G, KiB, MiB, GiB")
            })
        }
    }
}

fn time(value: &str) -> String {
    format!("'{value}' is not a time: it is a number and ms, s, m or h, like 500ms or 5m")
}

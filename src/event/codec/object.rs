//! The fields of one JSON object, read with errors that name the place.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::bytes::stamp;
use crate::event::address::Address;
use crate::event::ids::{BackendKind, ConnectionId, Direction, Side, StreamId, Timestamp};

/// Why a line is not one of an event.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// The line is not a JSON object; the text says what is wrong, and at which column.
    #[error("not a JSON object: {0}")]
    Json(String),
    /// A key that the event needs is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The value of a key is not what it has to be.
    #[error("`{key}` is {found}, which is not {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
        /// What it has to be.
        expected: &'static str,
    },
}

/// One JSON object.
pub(super) struct Object(Map<String, Value>);

impl Object {
    pub(super) fn parse(line: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(line).map(Self).map_err(|error| DecodeError::Json(error.to_string()))
    }

    /// The value of a key; `null` counts as absent.
    fn optional(&self, key: &'static str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// The value of a key, as `read` understands it.
    fn get<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, DecodeError> {
        let value = self.optional(key).ok_or(DecodeError::Missing(key))?;
        read(value).ok_or_else(|| DecodeError::Value { key, found: value.to_string(), expected })
    }

    /// Like [`get`](Self::get), for a key that may be missing.
    fn get_optional<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        self.optional(key).map(|_| self.get(key, expected, read)).transpose()
    }

    pub(super) fn number(&self, key: &'static str) -> Result<u64, DecodeError> {
        self.get(key, "a whole number", Value::as_u64)
    }

    pub(super) fn signed(&self, key: &'static str) -> Result<i64, DecodeError> {
        self.get(key, "a whole number", Value::as_i64)
    }

    pub(super) fn text(&self, key: &'static str) -> Result<String, DecodeError> {
        self.get(key, "text", text)
    }

    pub(super) fn optional_text(&self, key: &'static str) -> Result<Option<String>, DecodeError> {
        self.get_optional(key, "text", text)
    }

    /// One of `all`, found by its word.
    pub(super) fn word<T: Copy>(
        &self,
        key: &'static str,
        expected: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<T, DecodeError> {
        self.get(key, expected, |value| find(value, all, word))
    }

    /// Like [`word`](Self::word), for a key that may be missing.
    pub(super) fn optional_word<T: Copy>(
        &self,
        key: &'static str,
        expected: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, DecodeError> {
        self.get_optional(key, expected, |value| find(value, all, word))
    }

    pub(super) fn time(&self) -> Result<Timestamp, DecodeError> {
        self.get("at", "a time", |value| stamp::parse(value.as_str()?).map(Timestamp))
    }

    pub(super) fn connection(&self) -> Result<ConnectionId, DecodeError> {
        self.number("connection").map(ConnectionId)
    }

    pub(super) fn optional_connection(&self) -> Result<Option<ConnectionId>, DecodeError> {
        self.get_optional("connection", "a whole number", |value| value.as_u64().map(ConnectionId))
    }

    pub(super) fn backend(&self, key: &'static str) -> Result<BackendKind, DecodeError> {
        self.word(key, "a backend", &BackendKind::ALL, BackendKind::word)
    }

    pub(super) fn direction(&self) -> Result<Direction, DecodeError> {
        self.word("direction", "a direction", &Direction::ALL, Direction::word)
    }

    /// The side, which is that of the client if none is named.
    pub(super) fn side(&self) -> Result<Side, DecodeError> {
        let side = self.optional_word("side", "a side", &Side::ALL, Side::word)?;
        Ok(side.unwrap_or(Side::Client))
    }

    pub(super) fn stream(&self) -> Result<StreamId, DecodeError> {
        Ok(StreamId { connection: self.connection()?, side: self.side()?, direction: self.direction()? })
    }

    pub(super) fn bytes(&self) -> Result<Bytes, DecodeError> {
        self.get("hex", "an even number of hexadecimal digits", |value| bytes(value.as_str()?))
    }

    pub(super) fn address(&self, key: &'static str) -> Result<Address, DecodeError> {
        self.get(key, "an address", |value| Address::parse(value.as_str()?))
    }

    pub(super) fn optional_address(&self, key: &'static str) -> Result<Option<Address>, DecodeError> {
        self.get_optional(key, "an address", |value| Address::parse(value.as_str()?))
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn find<T: Copy>(value: &Value, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
    let text = value.as_str()?;
    all.iter().copied().find(|&one| word(one) == text)
}

fn bytes(digits: &str) -> Option<Bytes> {
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |&[high, low]: &[u8; 2]| Some((nibble(high)? * 16 + nibble(low)?) as u8);
    pairs.iter().map(byte).collect()
}

//! The terms of a filter, and whether they hold.

use crate::bytes::{suggestion, wildcard};
use crate::event::Address;
use crate::event::ids::Timestamp;
use crate::model::connection::Connection;
use crate::model::filter::error::FilterError;
use crate::model::filter::field::{NumberField, TextField, begins, has_side, upstream_begins};
use crate::model::filter::protocol;
use crate::model::filter::value::{self, StateValue, TextValue};

/// A connection as a row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    /// The connection.
    pub connection: &'r Connection,
    /// The host that serves it, if many are watched.
    pub host: Option<HostOfRow<'r>>,
    /// The name of a built-in client.
    pub name: Option<&'r str>,
    /// The note that the user wrote on the connection.
    pub note: Option<&'r str>,
    /// The time at which its age and its rates are looked at.
    pub now: Timestamp,
}

/// The host that serves a connection.
#[derive(Clone, Copy, Debug)]
pub struct HostOfRow<'r> {
    /// The name of the host.
    pub host: &'r str,
    /// Which program on it.
    pub instance: &'r str,
}

impl HostOfRow<'_> {
    /// Whether a pattern stands for the host, or for this program on it.
    fn is(self, pattern: &str) -> bool {
        match pattern.split_once('/') {
            Some((host, instance)) => {
                wildcard::matches(host, self.host) && wildcard::matches(instance, self.instance)
            }
            None => wildcard::matches(pattern, self.host),
        }
    }
}

/// How a number is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
    Equal,
}

/// The operators, those that begin like another one first.
const OPERATORS: [(&str, Comparison); 5] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Equal),
];

/// One term of a filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Term {
    is_negated: bool,
    kind: TermKind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum TermKind {
    /// A word in lower case.
    Word(String),
    Text(TextField, TextValue),
    Number(NumberField, Comparison, u64),
}

impl Term {
    /// Parses a term without spaces. A column of an error counts from the start of the term.
    pub(super) fn parse(text: &str) -> Result<Self, FilterError> {
        let negated = text.strip_prefix('!');
        let before = usize::from(negated.is_some());
        let kind = match negated {
            Some("") => {
                return Err(FilterError::after(0, "! needs a word or a condition that must not hold"));
            }
            Some(text) => TermKind::parse(text, before)?,
            None => TermKind::parse(text, before)?,
        };
        Ok(Self { is_negated: negated.is_some(), kind })
    }

    pub(super) const fn is_word(&self) -> bool {
        matches!(self.kind, TermKind::Word(_))
    }

    /// Whether the term holds; `text` is what a word must occur in.
    pub(super) fn holds(&self, row: Row<'_>, text: &str) -> bool {
        let holds = match &self.kind {
            TermKind::Word(word) => text.contains(word.as_str()),
            TermKind::Text(field, value) => text_holds(*field, value, row),
            TermKind::Number(field, comparison, number) => {
                comparison.holds(field.of(row.connection, row.now), *number)
            }
        };
        holds != self.is_negated
    }
}

impl TermKind {
    fn parse(text: &str, before: usize) -> Result<Self, FilterError> {
        // What the table says has no such signs, so a term with one is meant as a condition.
        if let Some(at) = text.find(['<', '>', '=']) {
            return Self::comparison(text.split_at(at).0, &text[at..], before);
        }
        // Addresses have colons, so a word before one need not be a field.
        if let Some((name, value)) = text.split_once(':') {
            let name = name.to_lowercase();
            if let Some(field) = TextField::ALL.into_iter().find(|field| field.word() == name) {
                let at = before + name.len() + 1;
                let value = value::text(field, value).map_err(|message| FilterError::after(at, message))?;
                return Ok(Self::Text(field, value));
            }
            if let Some(field) = NumberField::ALL.into_iter().find(|field| field.word() == name) {
                return Self::number(field, Comparison::Equal, value, before + name.len() + 1);
            }
            let fields = TextField::ALL
                .map(TextField::word)
                .into_iter()
                .chain(NumberField::ALL.map(NumberField::word));
            let meant = suggestion::nearest(&name, fields).filter(|_| name.len() > 2);
            if let Some(meant) = meant {
                let message = format!("there is no field '{name}'; did you mean '{meant}:'?");
                return Err(FilterError::after(before, message));
            }
        }
        Ok(Self::Word(text.to_lowercase()))
    }

    fn comparison(name: &str, rest: &str, before: usize) -> Result<Self, FilterError> {
        let name = name.to_lowercase();
        let Some(&(sign, comparison)) = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) else {
            return Err(FilterError::after(before, "a condition is a field, > or <, and a number"));
        };
        let at = before + name.chars().count();
        if let Some(field) = NumberField::ALL.into_iter().find(|field| field.word() == name) {
            return Self::number(field, comparison, &rest[sign.len()..], at + sign.len());
        }
        if let Some(field) = TextField::ALL.into_iter().find(|field| field.word() == name) {
            let message = format!("{name} is not a number: write {}:{}", field.word(), &rest[sign.len()..]);
            return Err(FilterError::after(at, message));
        }
        if name.is_empty() {
            let message = format!("{sign} needs a field before it, without a space, like sent{sign}1k");
            return Err(FilterError::after(before, message));
        }
        let numbers = NumberField::ALL.map(NumberField::word);
        let texts = TextField::ALL.map(TextField::word);
        let meant = suggestion::nearest(&name, numbers.into_iter().chain(texts));
        let message = match meant.filter(|_| name.chars().count() > 2) {
            Some(meant) if numbers.contains(&meant) => {
                format!("there is no field '{name}'; did you mean '{meant}{sign}'?")
            }
            Some(meant) => format!("there is no field '{name}'; did you mean '{meant}:'?"),
            None => format!("there is no field '{name}'; the numbers are {}", numbers.join(", ")),
        };
        Err(FilterError::after(before, message))
    }

    fn number(
        field: NumberField,
        comparison: Comparison,
        value: &str,
        at: usize,
    ) -> Result<Self, FilterError> {
        let number = value::number(field.unit(), value).map_err(|message| FilterError::after(at, message))?;
        Ok(Self::Number(field, comparison, number))
    }
}

impl Comparison {
    const fn holds(self, number: u64, with: u64) -> bool {
        match self {
            Self::AtLeast => number >= with,
            Self::AtMost => number <= with,
            Self::Above => number > with,
            Self::Below => number < with,
            Self::Equal => number == with,
        }
    }
}

fn text_holds(field: TextField, value: &TextValue, row: Row<'_>) -> bool {
    let known = row.connection;
    match value {
        TextValue::State(StateValue::Live) => known.closed.is_none(),
        TextValue::State(StateValue::Is(state)) => known.state() == *state,
        TextValue::Backend(backend) => known.backend == *backend,
        TextValue::Side(side) => has_side(known, *side),
        TextValue::Text(text) => match field {
            TextField::Host => row.host.is_some_and(|host| host.is(text)),
            TextField::Peer => {
                let behind = known.client_behind_proxy().map(Address::from);
                begins(&known.peer, text) || behind.is_some_and(|client| begins(&client, text))
            }
            TextField::Local => begins(&known.local, text),
            TextField::Upstream => {
                known.upstream.as_ref().is_some_and(|upstream| upstream_begins(upstream, text))
            }
            TextField::Name => row.name.is_some_and(|name| name.to_lowercase().starts_with(text)),
            TextField::Note => row.note.is_some_and(|note| note.to_lowercase().contains(text)),
            TextField::Reason => {
                known.closed.as_ref().is_some_and(|closed| closed.reason.word().contains(text.as_str()))
            }
            TextField::Protocol => protocol::has(&known.opening, text),
            // Their values are no texts.
            TextField::State | TextField::Backend | TextField::Side => false,
        },
    }
}

//! Which rule is applied to a connection.

use std::fmt;
use std::str::FromStr;

use crate::bytes::frame::named::{NAMED, Named};
use crate::bytes::frame::rule::Rule;
use crate::bytes::protocol::{Recognised, Speaker};

/// How the rule for the messages of a connection is chosen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Framing {
    /// By the protocol that is recognised.
    #[default]
    Auto,
    /// No messages are told apart.
    None,
    /// By the rule of this protocol, in both directions.
    Protocol(&'static Named),
    /// By this rule, in both directions.
    Rule(Rule),
}

impl Framing {
    /// The rule for what one side sends, once it is known what is spoken.
    #[must_use]
    pub fn rule(&self, recognised: Option<&Recognised>, speaker: Speaker) -> Option<Rule> {
        match self {
            Self::Auto => recognised.and_then(|found| Rule::for_recognised(found, speaker)),
            Self::None => None,
            Self::Protocol(named) => named.rule.parse().ok(),
            Self::Rule(rule) => Some(rule.clone()),
        }
    }

    /// The protocol whose rule is used, once it is known what is spoken.
    #[must_use]
    pub fn protocol(&self, recognised: Option<&Recognised>) -> Option<&'static Named> {
        match self {
            Self::Auto => Named::innermost(recognised?.names(), Speaker::Client),
            Self::Protocol(named) => Some(named),
            Self::None | Self::Rule(_) => None,
        }
    }
}

impl FromStr for Framing {
    type Err = String;

    /// Parses `auto`, `none`, the name of a protocol, or the text of a rule.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            other => match NAMED.iter().find(|named| named.name == other) {
                Some(named) => Ok(Self::Protocol(named)),
                None => other.parse().map(Self::Rule),
            },
        }
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::None => f.write_str("none"),
            Self::Protocol(named) => f.write_str(named.name),
            Self::Rule(rule) => rule.fmt(f),
        }
    }
}

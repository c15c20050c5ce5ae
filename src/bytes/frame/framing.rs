//! Which rule is applied to a connection.

use std::fmt;
use std::str::FromStr;

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
            Self::Rule(rule) => Some(rule.clone()),
        }
    }
}

impl FromStr for Framing {
    type Err = String;

    /// Parses `auto`, `none`, or the text of a rule.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            rule => rule.parse().map(Self::Rule),
        }
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::None => f.write_str("none"),
            Self::Rule(rule) => rule.fmt(f),
        }
    }
}

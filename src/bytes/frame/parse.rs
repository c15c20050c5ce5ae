//! Rules from their text.

use std::str::FromStr;

use crate::bytes::frame::literal::Literal;
use crate::bytes::frame::named::{NAMED, named};
use crate::bytes::frame::rule::{DEFAULT_LIMIT, Rule, Simple, Special};
use crate::bytes::frame::simple::{NAMES, parse_simple};
use crate::bytes::quantity;
use crate::bytes::suggestion::nearest;

impl FromStr for Rule {
    type Err = String;

    /// Parses the text of a rule, or the name of a protocol.
    fn from_str(text: &str) -> Result<Self, String> {
        let words = split(text, char::is_whitespace);
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let mut words = &words[..];
        let mut limit = DEFAULT_LIMIT;
        if let Some((last, before)) = words.split_last()
            && let Some(size) = last.strip_prefix("limit=")
        {
            limit = quantity::size(size).map_err(|why| format!("limit: {why}"))?;
            words = before;
        }
        let mut rule = Self::of_words(words)?;
        if limit != DEFAULT_LIMIT {
            rule.limit = limit;
        }
        Ok(rule)
    }
}

impl Rule {
    fn of_words(mut words: &[&str]) -> Result<Self, String> {
        let (mut first, mut choices) = (Vec::new(), Vec::new());
        loop {
            match words {
                [] if first.is_empty() && choices.is_empty() => return Err(forms()),
                ["if", beginnings, rule, "else", rest @ ..] => {
                    choices.push(Special {
                        beginnings: parse_beginnings(beginnings)?,
                        rule: alone("if", rule)?,
                    });
                    words = rest;
                }
                ["if", beginnings, rule, "then", rest @ ..] if choices.is_empty() => {
                    first.push(Special {
                        beginnings: parse_beginnings(beginnings)?,
                        rule: alone("then", rule)?,
                    });
                    words = rest;
                }
                ["if", ..] => return Err(conditional()),
                [rule, "then", rest @ ..] if choices.is_empty() => {
                    first.push(parse_first(rule)?);
                    words = rest;
                }
                [rule] => return Self::with_rest(first, choices, rule),
                [_, "then", ..] => {
                    return Err(
                        "then stands before all of if and else: FIRST then if ... else RULE".to_owned()
                    );
                }
                [] => return Err("behind then and else stands a rule, like lf".to_owned()),
                [_, other, ..] => return Err(format!("'{other}' is not expected here: {}", forms())),
            }
        }
    }

    /// The last rule may be the name of a protocol, which has first messages of its own.
    fn with_rest(mut first: Vec<Special>, mut choices: Vec<Special>, text: &str) -> Result<Self, String> {
        let alone = first.is_empty() && choices.is_empty();
        let Some(named) = named(text) else {
            let rest = simple(text)?;
            if !choices.is_empty() && !rest.stands_alone() {
                return Err(format!("{text} does not go together with if and else"));
            }
            return Ok(Self { first, choices, rest, limit: DEFAULT_LIMIT });
        };
        let rule: Self = named.rule.parse()?;
        if alone {
            return Ok(rule);
        }
        if !choices.is_empty() && !rule.first.is_empty() {
            return Err(format!("{text} has a first message of its own, so it does not go behind else"));
        }
        first.extend(rule.first);
        choices.extend(rule.choices);
        Ok(Self { first, choices, ..rule })
    }
}

/// A first message: one by a rule, or bytes that may be there or not.
fn parse_first(text: &str) -> Result<Special, String> {
    if !Literal::is_quoted(text) {
        return Ok(Special { beginnings: Vec::new(), rule: alone("then", text)? });
    }
    let literal = Literal::parse("what stands before then", text)?;
    let rule = Simple::fixed(literal.bytes().len() as u64);
    Ok(Special { beginnings: vec![literal], rule })
}

fn parse_beginnings(text: &str) -> Result<Vec<Literal>, String> {
    split(text, |ch| ch == '|')
        .into_iter()
        .map(|beginning| Literal::parse("what stands behind if", beginning))
        .collect()
}

/// A rule for one message among others.
fn alone(word: &str, text: &str) -> Result<Simple, String> {
    let rule = simple(text)?;
    if rule.stands_alone() { Ok(rule) } else { Err(format!("{text} does not go together with {word}")) }
}

/// A rule, or the name of a protocol whose messages are all alike.
fn simple(text: &str) -> Result<Simple, String> {
    if let Some(named) = named(text) {
        let rule: Rule = named.rule.parse()?;
        if rule.first.is_empty() && rule.choices.is_empty() {
            return Ok(rule.rest);
        }
        return Err(format!("{text} is more than one rule: it stands alone or at the end"));
    }
    let (name, arguments) = text.split_once(':').unwrap_or((text, ""));
    let arguments = split(arguments, |ch| ch == ',');
    let arguments: Vec<&str> = arguments.into_iter().filter(|argument| !argument.is_empty()).collect();
    parse_simple(name, &arguments)?.ok_or_else(|| {
        let known = NAMES.iter().copied().chain(NAMED.iter().map(|named| named.name));
        match nearest(name, known) {
            Some(near) => format!("there is no rule '{name}'; did you mean {near}?"),
            None => format!("there is no rule '{name}': {}", forms()),
        }
    })
}

fn forms() -> String {
    "a rule is one like lf, crlf, length:width=4, fixed:16, http or mqtt".to_owned()
}

fn conditional() -> String {
    "a choice is written: if BYTES RULE else RULE, or before the other messages: if BYTES RULE then RULE"
        .to_owned()
}

/// The parts of a text between separators that are not in quotes.
fn split(text: &str, separates: impl Fn(char) -> bool) -> Vec<&str> {
    let (mut parts, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, ch) in text.char_indices() {
        if ch == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && ch == '\\' && !escaped;
        if !quoted && separates(ch) {
            parts.push(&text[from..at]);
            from = at + ch.len_utf8();
        }
    }
    parts.push(&text[from..]);
    parts
}

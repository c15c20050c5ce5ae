//! The subjects of the messages, and the names in them.
//!
//! A subject is `PREFIX.1.VERB.HOST.INSTANCE`. The verb comes first, so that a broker can grant rights by it. Brokers pass
//! on escape sequences in subjects, and deliver some malformed ones to nobody without an error, so names are checked here:
//! before anything is published, and when a message arrives.

use std::fmt;
use std::sync::Arc;

use crate::bytes::wildcard;

/// The version of the messages. It changes when a message of before cannot be read at all.
const VERSION: &str = "1";

/// The verb of the bytes of one connection, whose number is one part more of the subject.
const BYTES: &str = "bytes";

/// The longest name of a host or of an instance.
pub const LONGEST_NAME: usize = 63;

/// The longest prefix of subjects.
pub const LONGEST_PREFIX: usize = 128;

/// The first part of every subject, if no other is chosen.
pub const DEFAULT_PREFIX: &str = "bytewatch";

/// What the name of every inbox begins with: a subject that only its asker listens to.
const INBOX: &str = "_INBOX";

/// A name that may stand in a subject: 1 to 63 characters of `a-z`, `0-9`, `_` and `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(Arc<str>);

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// What a name has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if text.is_empty() || text.len() > LONGEST_NAME || !text.bytes().all(is_allowed) {
            return Err(format!("a name has 1 to {LONGEST_NAME} characters of a-z, 0-9, _ and -"));
        }
        Ok(Self(text.into()))
    }

    /// The name of a machine as its system tells it, made to fit: in lower case, with `_` for each other character. The
    /// name of a host has no `_`, so that different names stay different.
    #[must_use]
    pub fn of_machine(text: &str) -> Self {
        let fit = |letter: char| match letter.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9' | '-') => letter,
            _ => '_',
        };
        let name: String = text.chars().take(LONGEST_NAME).map(fit).collect();
        Self(if name.is_empty() { "unnamed".into() } else { name.into() })
    }

    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Names of hosts, with `*` for any characters and `?` for one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostPattern(Arc<str>);

impl HostPattern {
    /// Checks a pattern.
    ///
    /// # Errors
    ///
    /// What a pattern has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'?');
        if text.is_empty() || text.len() > LONGEST_NAME || !text.bytes().all(is_allowed) {
            return Err(format!(
                "the name of a host has 1 to {LONGEST_NAME} characters of a-z, 0-9, _ and -, and * and ? stand for others"
            ));
        }
        Ok(Self(text.into()))
    }

    /// Whether this name is meant.
    #[must_use]
    pub fn matches(&self, name: &Name) -> bool {
        wildcard::matches(&self.0, name.as_str())
    }
}

/// One publishing program: the host that it runs on, and which one of that host it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Publisher {
    /// The host.
    pub host: Name,
    /// The program on that host.
    pub instance: Name,
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.instance)
    }
}

/// A connection of a publisher: `HOST/INSTANCE#7`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemoteConnection {
    /// Who publishes it.
    pub publisher: Publisher,
    /// Its number there.
    pub connection: u64,
}

impl RemoteConnection {
    /// Parses `HOST/INSTANCE#7`.
    ///
    /// # Errors
    ///
    /// What it has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "it is HOST/INSTANCE#NUMBER, such as web-1/7777#3".to_owned();
        let (publisher, number) = text.rsplit_once('#').ok_or_else(form)?;
        let (host, instance) = publisher.split_once('/').ok_or_else(form)?;
        let publisher = Publisher { host: Name::parse(host)?, instance: Name::parse(instance)? };
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let connection = number.parse().ok().filter(|_| is_number).ok_or_else(form)?;
        Ok(Self { publisher, connection })
    }
}

/// What a message is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verb {
    /// That a publisher is there, each second, and that it goes.
    Here,
    /// What has happened.
    Facts,
    /// A question of a watcher.
    Ask,
    /// An action that somebody asks for.
    Do,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 4] = [Self::Here, Self::Facts, Self::Ask, Self::Do];

    /// The verb as a part of a subject.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Facts => "facts",
            Self::Ask => "ask",
            Self::Do => "do",
        }
    }
}

/// The first part of every subject: names with points between them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prefix(Arc<str>);

impl Default for Prefix {
    fn default() -> Self {
        Self(DEFAULT_PREFIX.into())
    }
}

impl Prefix {
    /// Checks a prefix.
    ///
    /// # Errors
    ///
    /// What a prefix has to be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        };
        if text.len() > LONGEST_PREFIX || !text.split('.').all(is_part) || text.starts_with(INBOX) {
            return Err(format!(
                "a prefix has up to {LONGEST_PREFIX} characters of a-z, A-Z, 0-9, _ and -, in parts with points between them"
            ));
        }
        Ok(Self(text.into()))
    }

    /// The subject of messages of a publisher, or to it.
    #[must_use]
    pub fn subject(&self, verb: Verb, publisher: &Publisher) -> String {
        format!("{}.{VERSION}.{}.{}.{}", self.0, verb.word(), publisher.host, publisher.instance)
    }

    /// The subject that stands for those of all publishers.
    #[must_use]
    pub fn of_all(&self, verb: Verb) -> String {
        format!("{}.{VERSION}.{}.*.*", self.0, verb.word())
    }

    /// The subject of the bytes of one connection of a publisher.
    #[must_use]
    pub fn of_bytes(&self, publisher: &Publisher, connection: u64) -> String {
        format!("{}.{VERSION}.{BYTES}.{}.{}.{connection}", self.0, publisher.host, publisher.instance)
    }

    /// The verb and the publisher of a subject; `None` if it is not one of ours.
    #[must_use]
    pub fn read(&self, subject: &str) -> Option<(Verb, Publisher)> {
        let rest = subject.strip_prefix(&*self.0)?.strip_prefix('.')?;
        let mut parts = rest.split('.');
        if parts.next()? != VERSION {
            return None;
        }
        let word = parts.next()?;
        let verb = Verb::ALL.into_iter().find(|verb| verb.word() == word)?;
        let (host, instance) = (Name::parse(parts.next()?).ok()?, Name::parse(parts.next()?).ok()?);
        parts.next().is_none().then_some((verb, Publisher { host, instance }))
    }
}

/// Whether an answer may go to this subject: only to an inbox. Otherwise a watcher could have a publisher send messages to
/// subjects that the watcher itself has no right to.
#[must_use]
pub fn is_inbox(subject: &str) -> bool {
    let Some(rest) = subject.strip_prefix(INBOX) else { return false };
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let parts_are_full = !rest.ends_with('.') && !rest.contains("..");
    rest.starts_with(['.', '_']) && subject.len() <= 256 && rest.bytes().all(is_safe) && parts_are_full
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn publisher(host: &str, instance: &str) -> Publisher {
        Publisher { host: Name::parse(host).unwrap(), instance: Name::parse(instance).unwrap() }
    }

    #[test]
    fn hostile_names_are_refused() {
        let long = "a".repeat(LONGEST_NAME + 1);
        for text in ["", "Web", "a.b", "*", ">", "a b", "a\u{1b}[2J", "\u{202e}a", "a\0", "ä", &long] {
            assert!(Name::parse(text).is_err(), "{text:?}");
        }
        for text in ["a", "web-1", "web_1", "7777", &long[1..]] {
            assert_eq!(Name::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_machine_has_a_name_that_fits() {
        for (machine, name) in
            [("web-1.example.com", "web-1_example_com"), ("WEB", "web"), ("", "unnamed"), ("ä\u{1b}", "__")]
        {
            assert_eq!(Name::of_machine(machine).as_str(), name);
        }
    }

    #[test]
    fn hosts_are_chosen_by_patterns() {
        for (pattern, name, is_meant) in [
            ("web-*", "web-1", true),
            ("web-*", "db-1", false),
            ("*-1", "web-1-1", true),
            ("web-?", "web-12", false),
            ("*a*b", "xaxaxb", true),
            ("*a*b", "xaxax", false),
            ("web", "web", true),
            ("web", "web1", false),
            ("**", "w", true),
        ] {
            let name = Name::parse(name).unwrap();
            assert_eq!(HostPattern::parse(pattern).unwrap().matches(&name), is_meant, "{pattern} {name}");
        }
        assert!(HostPattern::parse("web.*").is_err() && HostPattern::parse("").is_err());
    }

    #[test]
    fn a_connection_is_named_with_its_publisher() {
        let connection = RemoteConnection { publisher: publisher("web-1", "7777"), connection: 3 };
        assert_eq!(RemoteConnection::parse("web-1/7777#3"), Ok(connection));
        for text in
            ["", "web-1#3", "web-1/7777", "web-1/7777#", "web-1/7777#+3", "Web/1#3", "a/b/c#1", "a/b#c#1"]
        {
            assert!(RemoteConnection::parse(text).is_err(), "{text}");
        }
        let prefix = Prefix::default();
        assert_eq!(prefix.of_bytes(&publisher("a", "b"), 3), "bytewatch.1.bytes.a.b.3");
        assert_eq!(prefix.read("bytewatch.1.bytes.a.b.3"), None, "not among the messages of all");
    }

    #[test]
    fn answers_go_to_inboxes_only() {
        for subject in ["_INBOX.abc.1", "_INBOX_viewer.abc", "_INBOX.a-b_c"] {
            assert!(is_inbox(subject), "{subject}");
        }
        let others = [
            "bytewatch.1.do.web1.7777",
            "_INBOX",
            "_INBOXER.a",
            "_INBOX.*",
            "_INBOX.>",
            "_INBOX..a",
            "_INBOX.a.",
            "",
        ];
        for subject in others {
            assert!(!is_inbox(subject), "{subject}");
        }
    }

    #[test]
    fn a_prefix_is_a_subject_without_wildcards() {
        for text in ["", ".", "a.", "a..b", "*", "a.>", "a b", "_INBOX.a", "$SYS"] {
            assert!(Prefix::parse(text).is_err(), "{text:?}");
        }
        assert_eq!(
            Prefix::parse("team.bw").unwrap().subject(Verb::Do, &publisher("a", "b")),
            "team.bw.1.do.a.b"
        );
    }

    proptest! {
        #[test]
        fn subjects_are_read_as_they_were_written(host in "[a-z0-9_-]{1,63}", instance in "[a-z0-9_-]{1,63}", verb in 0..4_usize) {
            let (prefix, from) = (Prefix::default(), publisher(&host, &instance));
            let subject = prefix.subject(Verb::ALL[verb], &from);
            prop_assert_eq!(prefix.read(&subject), Some((Verb::ALL[verb], from)));
            prop_assert_eq!(prefix.read(&(subject.clone() + ".x")), None);
            prop_assert_eq!(prefix.read(&subject.replace(".1.", ".2.")), None);
        }

        #[test]
        fn what_is_read_can_be_shown(subject in "bytewatch\\.1\\.here\\.\\PC{0,9}\\.\\PC{0,9}") {
            if let Some((verb, from)) = Prefix::default().read(&subject) {
                prop_assert_eq!(Prefix::default().subject(verb, &from), subject);
            }
        }
    }
}

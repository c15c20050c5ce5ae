//! Lessons: what built-in clients do, and what is shown and said meanwhile, from a text with one step a line.
//!
//! | module | is |
//! |---|---|
//! | `script` | the language: a text to steps, or one clear line |
//! | `words`, `keys` | its bytes and its keys |
//! | `player`, `speed` | which step comes when |

mod keys;
mod player;
mod script;
mod speed;
mod words;

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write};

use anyhow::{Context, Result, anyhow, bail};

pub(super) use player::{Cue, Player};
pub(super) use script::Script;
pub use speed::Speed;

/// A text with more bytes is not a lesson.
const LARGEST_TEXT: u64 = 1 << 20;

/// What is played without a choice.
const SCENE: &str = include_str!("../../assets/lessons/scene.txt");

/// The lessons that come with the program, by name, in the order in which one would see them.
const LESSONS: [(&str, &str); 3] = [
    ("bytes-and-characters", include_str!("../../assets/lessons/bytes-and-characters.txt")),
    ("threads-against-async", include_str!("../../assets/lessons/threads-against-async.txt")),
    ("slow-reader", include_str!("../../assets/lessons/slow-reader.txt")),
];

/// Which lesson, and how fast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// What is played.
    pub choice: Choice,
    /// How fast it is played.
    pub speed: Speed,
}

/// What is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// A few clients that do a bit of everything, again and again.
    Scene,
    /// A lesson that comes with the program, or the one in this file.
    Named(String),
}

impl Choice {
    /// Reads what is played.
    ///
    /// # Errors
    ///
    /// One line: there is no such lesson, the file cannot be read, or what is wrong with it.
    pub(super) fn read(&self) -> Result<Script> {
        let Self::Named(name) = self else { return Ok(Script::parse(SCENE)?) };
        if let Some((_, text)) = LESSONS.iter().find(|(known, _)| known == name) {
            return Ok(Script::parse(text)?);
        }
        let text = read_at_most(name, LARGEST_TEXT + 1).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                anyhow!("there is no lesson '{name}' and no such file (--script list prints the lessons)")
            }
            _ => anyhow!("cannot read {name}: {error}"),
        })?;
        if text.len() as u64 > LARGEST_TEXT {
            bail!("{name} is too long: a lesson is a text of at most 1MiB");
        }
        let text = String::from_utf8(text).map_err(|_| anyhow!("{name} is no UTF-8 text"))?;
        Script::parse(&text).with_context(|| name.clone())
    }
}

/// The start of a file, of at most this many bytes.
fn read_at_most(name: &str, most: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    fs::File::open(name)?.take(most).read_to_end(&mut text)?;
    Ok(text)
}

/// Prints the lessons that come with the program, a line each.
///
/// # Errors
///
/// When they cannot be printed, for another reason than that nobody reads them.
pub fn list() -> Result<()> {
    let mut out = io::stdout().lock();
    let width = LESSONS.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in LESSONS {
        match writeln!(out, "{name:width$}  {}", Script::parse(text)?.title) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
            printed => printed.context("cannot print")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

//! Lessons: what built-in clients do, and which views and captions are shown meanwhile, from a text with one step per
//! line.
//!
//! | module | is |
//! |---|---|
//! | `script` | the language: a text to steps, or one clear line |
//! | `literals`, `keys` | its bytes and its keys |
//! | `player`, `speed` | which step comes when |

mod literals;
mod player;
mod script;
mod speed;

use std::fs;
use std::io::{self, ErrorKind, Read as _, Write};

use anyhow::{Context, Result, anyhow, bail};

pub(crate) use crate::shell::demo::lesson::player::{LessonAction, Player};
pub(crate) use crate::shell::demo::lesson::script::Script;
pub use crate::shell::demo::lesson::speed::Speed;

/// The largest text that is read as a lesson, in bytes.
const MAX_TEXT_BYTES: u64 = 1 << 20;

/// The lesson that is played if none is chosen.
const DEFAULT_LESSON: &str = include_str!("../../../assets/lessons/scene.txt");

/// The built-in lessons by name, in the order in which to watch them.
const LESSONS: [(&str, &str); 3] = [
    ("bytes-and-characters", include_str!("../../../assets/lessons/bytes-and-characters.txt")),
    ("threads-against-async", include_str!("../../../assets/lessons/threads-against-async.txt")),
    ("slow-reader", include_str!("../../../assets/lessons/slow-reader.txt")),
];

/// A lesson and its speed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    /// The lesson to play.
    pub choice: LessonSource,
    /// The speed at which to play it.
    pub speed: Speed,
}

/// The lesson to play.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LessonSource {
    /// A few clients that do a bit of everything, in a loop.
    Default,
    /// A built-in lesson of this name, or the lesson in this file.
    Named(String),
}

impl LessonSource {
    /// Reads the script of the lesson.
    ///
    /// # Errors
    ///
    /// One line: there is no such lesson, the file cannot be read, or what is wrong in it.
    pub(crate) fn read(&self) -> Result<Script> {
        let Self::Named(name) = self else { return Ok(Script::parse(DEFAULT_LESSON)?) };
        if let Some((_, text)) = LESSONS.iter().find(|(known, _)| known == name) {
            return Ok(Script::parse(text)?);
        }
        let text = read_at_most(name, MAX_TEXT_BYTES + 1).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                anyhow!("there is no lesson '{name}' and no such file (--script list prints the lessons)")
            }
            _ => anyhow!("cannot read {name}: {error}"),
        })?;
        if text.len() as u64 > MAX_TEXT_BYTES {
            bail!("{name} is too long: a lesson is a text of at most 1MiB");
        }
        let text = String::from_utf8(text).map_err(|_| anyhow!("{name} is no UTF-8 text"))?;
        Script::parse(&text).with_context(|| name.clone())
    }
}

/// Reads at most `most` bytes from the start of a file.
fn read_at_most(name: &str, most: u64) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    fs::File::open(name)?.take(most).read_to_end(&mut text)?;
    Ok(text)
}

/// Prints the built-in lessons, one per line.
///
/// # Errors
///
/// Standard output cannot be written. A closed pipe is not an error.
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

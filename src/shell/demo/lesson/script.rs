//! The language of lessons: one step per line. Parsing only; nothing runs here.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;

use crate::app::keymap::key;
use crate::bytes::quantity;
use crate::client::load::Workload;
use crate::client::load_processes::LoadSpec;
use crate::client::scripted::ClientName;
use crate::event::{BackendKind, FaultKind};
use crate::shell::demo::lesson::literals;

/// The words that a step can start with.
const STEPS: &str = "wait, say, client, send, talk, quiet, deaf, hears, finish, reset, crowd, end, select, switch, hurt, heal, press, repeat";

/// The limit on named clients that are connected at once.
const MAX_CLIENTS: usize = 1_000;
/// The limits on loads at once, and on the clients in all of them.
const MAX_LOADS: usize = 32;
const MAX_LOAD_CLIENTS: usize = 20_000;

/// One step of a lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Wait; the only step that takes time.
    Wait(Duration),
    /// Show a caption; an empty text removes it.
    Say(String),
    /// Connect a client.
    Client(ClientName),
    /// Send these bytes in one write.
    Send(ClientName, Vec<u8>),
    /// Send one of these messages at each interval, in turn.
    Talk(ClientName, Duration, Vec<Vec<u8>>),
    /// Stop sending messages at an interval.
    Quiet(ClientName),
    /// Stop reading.
    PauseReading(ClientName),
    /// Read again.
    ResumeReading(ClientName),
    /// Send FIN.
    Finish(ClientName),
    /// Send RST.
    Reset(ClientName),
    /// Start a load under this name.
    StartLoad(ClientName, LoadSpec),
    /// End the load of this name.
    EndLoad(ClientName),
    /// Select this client in the dashboard.
    Select(ClientName),
    /// Switch to this backend, or to the other one.
    Switch(Option<BackendKind>),
    /// Start a fault.
    StartFault(FaultKind),
    /// End this fault, or all.
    EndFault(Option<FaultKind>),
    /// Press these keys.
    Press(Vec<KeyEvent>),
    /// Start again at the first wait.
    Repeat,
}

/// A parsed lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Script {
    /// The title: the first line, if that is a comment.
    pub(crate) title: String,
    /// The steps, in order.
    pub(crate) steps: Vec<Step>,
}

/// The first error in a lesson, with its line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub(crate) struct ScriptError {
    line: usize,
    why: String,
}

impl Script {
    /// Parses a lesson.
    ///
    /// # Errors
    ///
    /// The first error in the text.
    pub(crate) fn parse(text: &str) -> Result<Self, ScriptError> {
        // Some editors start every file with a byte order mark.
        let text = text.trim_start_matches('\u{feff}');
        let title = text.lines().next().and_then(|line| line.strip_prefix('#')).unwrap_or_default();
        let (mut numbered, mut bytes) = (Vec::new(), 0);
        for (at, line) in text.lines().enumerate() {
            let line_of = at + 1;
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let wrong = |why| ScriptError { line: line_of, why };
                let step = parse_step(line).map_err(wrong)?;
                bytes += step.bytes();
                if bytes > literals::MAX_LESSON_BYTES {
                    return Err(wrong(literals::LESSON_TOO_LARGE.to_owned()));
                }
                numbered.push((line_of, step));
            }
        }
        check(&numbered)?;
        let steps = numbered.into_iter().map(|(_, step)| step).collect();
        Ok(Self { title: title.trim().to_owned(), steps })
    }

    /// The index of the step that [`Step::Repeat`] returns to.
    pub(crate) fn first_wait(&self) -> usize {
        self.steps.iter().position(Step::takes_time).unwrap_or(0)
    }
}

impl Script {
    /// The number of captions before the step of this index.
    pub(crate) fn captions_before(&self, at: usize) -> usize {
        self.steps.iter().take(at).filter(|step| step.is_caption()).count()
    }

    /// Whether the repeated part has a caption.
    pub(crate) fn says_after_first_wait(&self) -> bool {
        self.steps[self.first_wait()..].iter().any(Step::is_caption)
    }
}

impl Step {
    fn is_caption(&self) -> bool {
        matches!(self, Self::Say(text) if !text.is_empty())
    }

    /// The size of the step's messages in bytes.
    fn bytes(&self) -> usize {
        match self {
            Self::Send(_, message) => message.len(),
            Self::Talk(_, _, messages) => messages.iter().map(Vec::len).sum(),
            _ => 0,
        }
    }

    const fn takes_time(&self) -> bool {
        matches!(self, Self::Wait(_))
    }
}

fn parse_step(line: &str) -> Result<Step, String> {
    let (word, rest) = literals::first(line);
    Ok(match word {
        "wait" => Step::Wait(time(rest)?),
        "say" => Step::Say(rest.to_owned()),
        "client" => Step::Client(parse_name(rest)?),
        "send" => {
            let (client, rest) = split_name(rest)?;
            Step::Send(client, literals::bytes(rest)?)
        }
        "talk" => {
            let (client, rest) = split_name(rest)?;
            let (every, rest) = literals::first(rest);
            Step::Talk(client, time(every)?, literals::messages(rest)?)
        }
        "quiet" => Step::Quiet(parse_name(rest)?),
        "deaf" => Step::PauseReading(parse_name(rest)?),
        "hears" => Step::ResumeReading(parse_name(rest)?),
        "finish" => Step::Finish(parse_name(rest)?),
        "reset" => Step::Reset(parse_name(rest)?),
        "crowd" => parse_load(rest)?,
        "end" => Step::EndLoad(parse_name(rest)?),
        "select" => Step::Select(parse_name(rest)?),
        "switch" => Step::Switch(parse_backend(rest)?),
        "hurt" => Step::StartFault(parse_fault(rest)?),
        "heal" if rest.is_empty() => Step::EndFault(None),
        "heal" => Step::EndFault(Some(parse_fault(rest)?)),
        "press" => Step::Press(parse_keys(rest)?),
        "repeat" if rest.is_empty() => Step::Repeat,
        "repeat" => return Err("nothing stands behind repeat".to_owned()),
        other => return Err(format!("there is no step '{other}'; there are {STEPS}")),
    })
}

fn parse_name(text: &str) -> Result<ClientName, String> {
    ClientName::new(text).ok_or_else(|| {
        if text.is_empty() {
            return "a name is missing".to_owned();
        }
        format!("'{text}' is no name: a name has 1 to 12 letters a to z, digits, - and _")
    })
}

fn split_name(text: &str) -> Result<(ClientName, &str), String> {
    let (client, rest) = literals::first(text);
    Ok((parse_name(client)?, rest))
}

fn time(text: &str) -> Result<Duration, &'static str> {
    quantity::millis(text).map(Duration::from_millis)
}

/// Parses `crowd1 20 steady 256B rate 200`.
fn parse_load(text: &str) -> Result<Step, String> {
    let (name, rest) = split_name(text)?;
    let parts: Vec<_> = rest.split_whitespace().collect();
    let (many, kind, size, rate) = match parts[..] {
        [many, kind, size] => (many, kind, size, None),
        [many, kind, size, "rate", rate] => (many, kind, size, Some(rate)),
        _ => {
            return Err(
                "a crowd has a name, a number, a kind and a size, like many 20 steady 256B".to_owned()
            );
        }
    };
    let all = || Workload::ALL.map(Workload::word).join(", ");
    let known = Workload::ALL.into_iter().find(|known| known.word() == kind);
    let kind = known.ok_or_else(|| format!("there is no kind '{kind}': there are {}", all()))?;
    let rate = rate.map(quantity::number).transpose()?;
    if rate.is_some() && kind != Workload::Steady {
        return Err("a rate is for steady clients".to_owned());
    }
    let size = quantity::size(size)?;
    if size > quantity::LARGEST_READ {
        return Err("a message has 16MiB at most".to_owned());
    }
    Ok(Step::StartLoad(name, LoadSpec { workload: kind, many: quantity::number(many)?, size, rate }))
}

fn parse_backend(text: &str) -> Result<Option<BackendKind>, String> {
    if text == "other" {
        return Ok(None);
    }
    let known = BackendKind::ALL.into_iter().find(|known| known.word() == text);
    known.map(Some).ok_or_else(|| format!("there is no backend '{text}': there are async, threads, other"))
}

fn parse_fault(text: &str) -> Result<FaultKind, String> {
    let all = || FaultKind::ALL.map(FaultKind::word).join(", ");
    let known = FaultKind::ALL.into_iter().find(|known| known.word() == text);
    known.ok_or_else(|| format!("nothing hurts like '{text}': there are {}", all()))
}

fn parse_keys(text: &str) -> Result<Vec<KeyEvent>, String> {
    let unknown = |name: &str| {
        format!("there is no key '{name}': keys are written q, G, Enter, Esc, Tab, Space, PgDn, F1, ^C")
    };
    let keys = text.split_whitespace().map(|name| key(name).ok_or_else(|| unknown(name)));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err("a key is missing, like Enter".to_owned()) } else { Ok(keys) }
}

/// The clients and loads that exist at one point of the lesson.
#[derive(Clone, Default)]
struct Names {
    clients: BTreeSet<ClientName>,
    /// The loads, each with its number of clients.
    loads: BTreeMap<ClientName, usize>,
}

impl Names {
    fn add_load(&mut self, name: &ClientName, many: usize) -> Result<(), String> {
        let all = self.loads.values().fold(many, |sum, many| sum.saturating_add(*many));
        if all > MAX_LOAD_CLIENTS {
            return Err(format!("all crowds that are there at once have {MAX_LOAD_CLIENTS} clients at most"));
        }
        if self.loads.len() == MAX_LOADS {
            return Err(format!("{MAX_LOADS} crowds at most are there at once: each is a process"));
        }
        self.loads.insert(name.clone(), many);
        Ok(())
    }

    fn follow(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Client(name) if !self.clients.insert(name.clone()) => {
                Err(format!("{name} is connected already"))
            }
            Step::Client(_) if self.clients.len() > MAX_CLIENTS => Err(format!(
                "{MAX_CLIENTS} clients with names at most are connected at once; a crowd has more"
            )),
            Step::StartLoad(name, _) if self.loads.contains_key(name) => {
                Err(format!("the crowd {name} is there already"))
            }
            Step::StartLoad(name, plan) => self.add_load(name, plan.many),
            Step::Finish(name) | Step::Reset(name) if !self.clients.remove(name) => not_there(name),
            Step::EndLoad(name) if self.loads.remove(name).is_none() => {
                Err(format!("there is no crowd {name}"))
            }
            Step::Send(name, _)
            | Step::Talk(name, ..)
            | Step::Quiet(name)
            | Step::PauseReading(name)
            | Step::ResumeReading(name)
            | Step::Select(name)
                if !self.clients.contains(name) =>
            {
                not_there(name)
            }
            _ => Ok(()),
        }
    }
}

fn not_there(name: &ClientName) -> Result<(), String> {
    Err(format!("{name} is not connected: client {name} has to come first"))
}

/// Checks that each step's client or load exists, also in the second pass of a lesson that repeats.
fn check(steps: &[(usize, Step)]) -> Result<(), ScriptError> {
    let mut names = Names::default();
    for (line, step) in steps {
        names.follow(step).map_err(|why| ScriptError { line: *line, why })?;
    }
    let Some(at) = steps.iter().position(|(_, step)| *step == Step::Repeat) else { return Ok(()) };
    let wrong = |why: &str| Err(ScriptError { line: steps[at].0, why: why.to_owned() });
    if at + 1 < steps.len() {
        return wrong("repeat is the last step, and this is not the last");
    }
    let Some(first) = steps.iter().position(|(_, step)| step.takes_time()) else {
        return wrong("repeat needs a wait before it");
    };
    for (line, step) in &steps[first..] {
        let again = |why| ScriptError { line: *line, why: format!("the second time round, {why}") };
        names.follow(step).map_err(again)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

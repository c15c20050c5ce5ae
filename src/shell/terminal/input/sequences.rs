//! Escape sequences that crossterm takes for keys.
//!
//! Two kinds of input are not what they seem (crossterm 0.29, `event/sys/unix/parse.rs`):
//!
//! - An ESC at the end of a read is taken for the key Esc. On a slow line it is often the first byte of a sequence, whose
//!   rest then looks like typed letters: `[D` of an arrow.
//! - Strings that a terminal sends (ECMA-48, 8.3: OSC, DCS, APC, PM, SOS) are not known. The answer to a question of another
//!   program, which may have ended by then, looks like `Alt+]` and typed letters.
//!
//! So what follows such a key without delay belongs to it. A person is slower.

use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// More characters than this between `ESC [` and the end are no sequence that a terminal sends.
const MAX_PARAMETERS: usize = 64;

/// Joins what belongs to one sequence.
#[derive(Debug, Default)]
pub(super) struct Sequences(State);

#[derive(Debug, Default)]
enum State {
    #[default]
    Keys,
    /// ESC was the last event.
    Escape,
    /// The parameters behind `ESC [`.
    Csi(String),
    /// `ESC O` was read.
    Ss3,
    /// A string of the terminal.
    Text { introducer: Vec<Event>, is_empty: bool, is_escaped: bool },
    /// Pasted text, the start of which was split.
    Paste(String),
}

impl Sequences {
    /// Whether the next event may belong to what was read before.
    pub(super) const fn is_open(&self) -> bool {
        !matches!(self.0, State::Keys)
    }

    /// Takes an event, and passes on those that are complete.
    pub(super) fn take(&mut self, event: Event, pass: &mut impl FnMut(Event)) {
        let Event::Key(key) = event else {
            self.end(pass);
            return pass(event);
        };
        self.0 = match std::mem::take(&mut self.0) {
            State::Keys => first(key, pass),
            State::Escape => behind_escape(key, pass),
            State::Csi(parameters) => behind_csi(parameters, key, pass),
            State::Ss3 => {
                if let Some(code) = letter(key.code) {
                    pass(Event::Key(code.into()));
                }
                State::Keys
            }
            State::Text { introducer, is_escaped, .. } => match (key.code, key.modifiers) {
                (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL) => {
                    State::Keys
                }
                (KeyCode::Char('\\'), _) if is_escaped => State::Keys,
                (code, _) => State::Text { introducer, is_empty: false, is_escaped: code == KeyCode::Esc },
            },
            State::Paste(mut text) => {
                text.extend(pasted(key));
                State::Paste(text)
            }
        };
    }

    /// Nothing has followed for a while: what is incomplete was typed, if a person can have typed it.
    pub(super) fn end(&mut self, pass: &mut impl FnMut(Event)) {
        match std::mem::take(&mut self.0) {
            State::Keys => {}
            State::Escape => pass(Event::Key(KeyCode::Esc.into())),
            State::Csi(parameters) if parameters.is_empty() => typed(['['], pass),
            State::Ss3 => typed(['O'], pass),
            State::Text { introducer, is_empty: true, .. } => introducer.into_iter().for_each(pass),
            State::Csi(_) | State::Text { .. } => {}
            State::Paste(text) => pass(Event::Paste(text)),
        }
    }
}

/// Passes on Esc and characters, as a person has typed them.
fn typed(characters: impl IntoIterator<Item = char>, pass: &mut impl FnMut(Event)) {
    pass(Event::Key(KeyCode::Esc.into()));
    characters.into_iter().for_each(|ch| pass(Event::Key(character(ch))));
}

/// The key of a character, as crossterm describes it.
fn character(ch: char) -> KeyEvent {
    let shift = if ch.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(ch), shift)
}

/// Whether ESC and this character begin a string: OSC, DCS, APC, PM, SOS.
const fn begins_text(ch: char) -> bool {
    matches!(ch, ']' | 'P' | '_' | '^' | 'X')
}

fn first(key: KeyEvent, pass: &mut impl FnMut(Event)) -> State {
    match (key.code, key.modifiers) {
        (KeyCode::Esc, KeyModifiers::NONE) => State::Escape,
        (KeyCode::Char(ch), modifiers)
            if begins_text(ch) && modifiers.difference(KeyModifiers::SHIFT) == KeyModifiers::ALT =>
        {
            State::Text { introducer: vec![Event::Key(key)], is_empty: true, is_escaped: false }
        }
        _ => {
            pass(Event::Key(key));
            State::Keys
        }
    }
}

fn behind_escape(key: KeyEvent, pass: &mut impl FnMut(Event)) -> State {
    let is_plain = key.modifiers.difference(KeyModifiers::SHIFT).is_empty();
    match key.code {
        KeyCode::Char('[') if is_plain => State::Csi(String::new()),
        KeyCode::Char('O') if is_plain => State::Ss3,
        KeyCode::Char(ch) if is_plain && begins_text(ch) => {
            let introducer = vec![Event::Key(KeyCode::Esc.into()), Event::Key(key)];
            State::Text { introducer, is_empty: true, is_escaped: false }
        }
        _ => {
            pass(Event::Key(KeyCode::Esc.into()));
            first(key, pass)
        }
    }
}

fn behind_csi(mut parameters: String, key: KeyEvent, pass: &mut impl FnMut(Event)) -> State {
    match key.code {
        KeyCode::Char(last @ '@'..='~') => {
            if (parameters.as_str(), last) == ("200", '~') {
                return State::Paste(String::new());
            }
            if let Some(key) = csi(&parameters, last) {
                pass(Event::Key(key));
            }
            State::Keys
        }
        KeyCode::Char(ch @ ' '..='?') if parameters.len() < MAX_PARAMETERS => {
            parameters.push(ch);
            State::Csi(parameters)
        }
        _ => first(key, pass),
    }
}

/// The key of a control sequence: `CSI A`, `CSI 1;5A`, `CSI 3~`, `CSI 3;5~`, as xterm sends them ("XTerm Control
/// Sequences", PC-Style Function Keys). Others, such as reports, are no keys.
fn csi(parameters: &str, last: char) -> Option<KeyEvent> {
    let (number, modifiers) = parameters.split_once(';').unwrap_or((parameters, "1"));
    let code = match last {
        'Z' => return parameters.is_empty().then(|| KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)),
        '~' => numbered(number.parse().ok()?)?,
        _ if matches!(number, "" | "1") => letter(KeyCode::Char(last))?,
        _ => return None,
    };
    let bits = modifiers.parse::<u8>().ok()?.checked_sub(1)?;
    let held = [KeyModifiers::SHIFT, KeyModifiers::ALT, KeyModifiers::CONTROL];
    let modifiers = held.into_iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, held)| held);
    Some(KeyEvent::new(code, modifiers.collect()))
}

/// The key of a sequence that ends in a letter.
const fn letter(code: KeyCode) -> Option<KeyCode> {
    let KeyCode::Char(letter) = code else { return None };
    Some(match letter {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        'P' => KeyCode::F(1),
        'Q' => KeyCode::F(2),
        'R' => KeyCode::F(3),
        'S' => KeyCode::F(4),
        _ => return None,
    })
}

/// The key of a sequence that ends in `~`.
const fn numbered(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23..=24 => KeyCode::F(number - 12),
        _ => return None,
    })
}

/// The character that a key stands for in pasted text.
const fn pasted(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char('j') if key.modifiers.contains(KeyModifiers::CONTROL) => Some('\n'),
        KeyCode::Char(ch) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => Some(ch),
        KeyCode::Enter => Some('\r'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

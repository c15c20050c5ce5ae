//! The grammar of the bytes that may reach a terminal. It is independent of the product code, so that a defect there is
//! not repeated here.
//!
//! A session is [`ENTER`], frames, [`LEAVE`], and lines of text. Within a frame the cursor is placed before anything is
//! written, nothing is written behind the right edge, and only the sequences that are listed here may stand between
//! characters that are only shown.

use std::collections::HashMap;
use std::fmt;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// Enters the dashboard: alternate screen, mouse, bracketed paste, no cursor, no reordering of right-to-left text.
const ENTER: &str = "\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[8l";
/// Restores the terminal.
pub(crate) const LEAVE: &str = "\x1b[?2026l\x1b[0m\x1b[1;1H\x1b[J\x1b[8h\x1b[?25h\x1b[?2004l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1049l";
/// The start of a frame.
const BEGIN: &str = "\x1b[?2026h";
/// Clears the screen before a complete redraw.
const ANEW: &str = "\x1b[1;1H\x1b[J";
/// Resets colours and style after each run of cells.
const PLAIN: &str = "\x1b[39m\x1b[49m\x1b[59m\x1b[0m";
/// The end of a frame after its last run: hides the cursor.
const END: &str = "\x1b[?25l\x1b[?2026l";

/// The styles of the dashboard: its colours, and bold, dim, underlined, reversed, each on and off.
const STYLES: [&str; 15] = [
    "39;49",
    "38;5;30;49",
    "38;5;63;49",
    "38;5;64;49",
    "38;5;130;49",
    "38;5;164;49",
    "38;5;196;49",
    "38;5;244;49",
    "1",
    "2",
    "4",
    "7",
    "22",
    "24",
    "27",
];

/// The number of combining marks that are allowed on one letter.
const MARKS: u8 = 2;

/// Why some bytes must not reach a terminal.
#[derive(Debug)]
pub(crate) struct Refused {
    /// The position in the recording.
    offset: usize,
    why: String,
    /// The bytes around the position.
    around: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {} of the record, in \"{}\"", self.why, self.offset, self.around)
    }
}

/// What lines may consist of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Characters only.
    Plain,
    /// Characters, some of them coloured.
    Painted,
    /// Characters, some of them coloured, and tabs.
    Tabbed,
}

/// The colours of lines, each with the sequence that ends it.
const PAINTS: [(&str, &str); 4] = [
    ("\x1b[38;5;196m\x1b[1m", "\x1b[0m"),
    ("\x1b[38;5;64m", "\x1b[39m"),
    ("\x1b[38;5;244m", "\x1b[39m"),
    ("\x1b[1m", "\x1b[0m"),
];

/// A position in a recording.
struct Reader<'a> {
    record: &'a str,
    at: usize,
    /// A cache of the properties of characters, because the lookup is slow.
    known: HashMap<char, Result<usize, &'static str>>,
}

/// Checks the recording of a whole session on a screen of this size and returns the number of frames.
pub(crate) fn session(record: &[u8], (columns, rows): (u16, u16)) -> Result<usize, Refused> {
    let mut reader = Reader::new(record)?;
    let mut frames = 0;
    reader.expect(ENTER)?;
    while reader.take(BEGIN) {
        reader.frame(usize::from(columns), usize::from(rows))?;
        frames += 1;
    }
    reader.expect(LEAVE)?;
    reader.lines(Form::Plain)?;
    Ok(frames)
}

/// The recording of a session of one frame with these bytes between two borders.
pub(crate) fn record_with(bytes: &[u8]) -> Vec<u8> {
    let (before, after) =
        (format!("{ENTER}{BEGIN}\x1b[1;1Hbefore│"), format!("│after{PLAIN}{END}{LEAVE}bye\r\n"));
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

/// Checks a recording of lines and returns their text without colours, with the line feeds that the program wrote.
pub(crate) fn lines(record: &[u8], form: Form) -> Result<String, Refused> {
    Reader::new(record)?.lines(form)
}

impl<'a> Reader<'a> {
    fn new(record: &'a [u8]) -> Result<Self, Refused> {
        match str::from_utf8(record) {
            Ok(record) => Ok(Self { record, at: 0, known: HashMap::new() }),
            Err(error) => Err(refused(record, error.valid_up_to(), "no UTF-8")),
        }
    }

    fn rest(&self) -> &'a str {
        &self.record[self.at..]
    }

    fn refuse(&self, why: impl Into<String>) -> Refused {
        refused(self.record.as_bytes(), self.at, why)
    }

    fn take(&mut self, text: &str) -> bool {
        let there = self.rest().starts_with(text);
        self.at += if there { text.len() } else { 0 };
        there
    }

    fn expect(&mut self, text: &str) -> Result<(), Refused> {
        if self.take(text) { Ok(()) } else { Err(self.refuse(format!("not {text:?}"))) }
    }

    /// Checks the rest of a frame.
    fn frame(&mut self, columns: usize, rows: usize) -> Result<(), Refused> {
        self.take(ANEW);
        // The remaining columns in this row; unknown until the cursor is placed.
        let mut left = None;
        loop {
            if self.take(PLAIN) {
                left = None;
                if self.take(END) {
                    return Ok(());
                }
                continue;
            }
            if self.take("\x1b[") {
                match self.sequence()? {
                    Sequence::Style => {}
                    Sequence::Cursor { row, column } if row <= rows && column <= columns => {
                        left = Some(columns + 1 - column);
                    }
                    Sequence::Cursor { .. } => return Err(self.refuse("a place off the screen")),
                }
                continue;
            }
            let width = self.cell()?;
            let Some(room) = left.and_then(|room| usize::checked_sub(room, width)) else {
                return Err(self.refuse("text where no cursor was placed, or behind the right edge"));
            };
            left = Some(room);
        }
    }

    /// Reads the rest of a control sequence.
    fn sequence(&mut self) -> Result<Sequence, Refused> {
        let body = self.rest();
        let end = body.find(|ch: char| !ch.is_ascii_digit() && ch != ';').unwrap_or(body.len());
        let (parameters, last) = (&body[..end], body[end..].chars().next());
        let sequence = match last {
            Some('m') if STYLES.contains(&parameters) => Some(Sequence::Style),
            Some('H') => parameters.split_once(';').and_then(|(row, column)| {
                let number =
                    |text: &str| text.parse().ok().filter(|number: &usize| number.to_string() == text);
                let (row, column) = (number(row)?, number(column)?);
                (row > 0 && column > 0).then_some(Sequence::Cursor { row, column })
            }),
            _ => None,
        };
        let Some(sequence) = sequence else { return Err(self.refuse("a sequence that is not ours")) };
        self.at += end + 1;
        Ok(sequence)
    }

    /// Checks one character with its marks and returns its width.
    fn cell(&mut self) -> Result<usize, Refused> {
        let Some(base) = self.rest().chars().next() else { return Err(self.refuse("the end of the record")) };
        let width = self.look(base).map_err(|why| self.refuse(format!("{base:?} {why}")))?;
        if width == 0 {
            return Err(self.refuse(format!("the mark {base:?} on nothing")));
        }
        self.at += base.len_utf8();
        let room = if base == '◌' { 1 } else { u8::from(base.is_alphabetic()) * MARKS };
        for marks in 1.. {
            let Some(mark) = self.rest().chars().next() else { break };
            if self.look(mark) != Ok(0) {
                break;
            }
            // A virama joins its letter with the next one, across cells (UAX #29, GB9c).
            let binds = base != '◌'
                && unicode_names2::name(mark).is_some_and(|name| name.to_string().contains("VIRAMA"));
            if marks > room || binds {
                return Err(self.refuse(format!("the mark {mark:?}, number {marks} on {base:?}")));
            }
            self.at += mark.len_utf8();
        }
        Ok(width)
    }

    fn look(&mut self, ch: char) -> Result<usize, &'static str> {
        if matches!(ch, ' '..='~') {
            return Ok(1);
        }
        *self.known.entry(ch).or_insert_with(|| match harm(ch) {
            Some(why) => Err(why),
            None => Ok(ch.width().unwrap_or(0)),
        })
    }

    /// Checks lines up to the end.
    fn lines(&mut self, form: Form) -> Result<String, Refused> {
        let mut said = String::new();
        while !self.rest().is_empty() {
            // The terminal driver turns LF into CR LF.
            if self.take("\r\n") {
                said.push('\n');
            } else if form == Form::Tabbed && self.take("\t") {
                said.push('\t');
            } else if let Some((_, end)) =
                PAINTS.iter().find(|(begin, _)| form != Form::Plain && self.take(begin))
            {
                while !self.take(end) {
                    said.push_str(self.character()?);
                }
            } else {
                said.push_str(self.character()?);
            }
        }
        Ok(said)
    }

    /// Checks one character with its marks.
    fn character(&mut self) -> Result<&'a str, Refused> {
        let start = self.at;
        self.cell()?;
        Ok(&self.record[start..self.at])
    }
}

/// The meaning of a control sequence of the dashboard.
enum Sequence {
    Style,
    /// Counted from 1.
    Cursor {
        row: usize,
        column: usize,
    },
}

fn refused(record: &[u8], offset: usize, why: impl Into<String>) -> Refused {
    let around = &record[offset.saturating_sub(40)..record.len().min(offset + 40)];
    Refused { offset, why: why.into(), around: around.escape_ascii().to_string() }
}

/// The harm that a character does to a terminal or a reader, if it is not simply shown in one or two cells.
///
/// Numbers are those of the Unicode Standard: chapter 23, PropList.txt (`Bidi_Control`), DerivedCoreProperties.txt
/// (`Default_Ignorable_Code_Point`), UAX #29. Characters without a name are unassigned.
pub(crate) fn harm(ch: char) -> Option<&'static str> {
    Some(match u32::from(ch) {
        0..=0x1f | 0x7f => "is obeyed: C0",
        0x80..=0x9f => "is obeyed: C1",
        0x61c | 0x200e..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069 => "turns its neighbours: bidi",
        0x2028..=0x2029 => "separates lines",
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000 => "looks like a space",
        0xad | 0x34f | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200d => "is not seen",
        0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffc => "is not seen",
        0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff => "is not seen",
        0xe000..=0xf8ff | 0xf0000.. => "is for private use",
        0x600..=0x605 | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x110bd | 0x110cd => {
            "reaches over what follows"
        }
        0x1100..=0x11ff | 0xa960..=0xa97f | 0xd7b0..=0xd7ff => "joins with its neighbours: jamo",
        0x20e3 | 0x1f1e6..=0x1f1ff | 0x1f3fb..=0x1f3ff => "joins with its neighbours: emoji",
        0xe33 | 0xeb3 | 0xff9e..=0xff9f => "joins with its neighbours: UAX #29",
        _ if unicode_names2::name(ch).is_none() => "is unassigned",
        _ if ch.general_category() == GeneralCategory::SpacingMark => "takes cells of its neighbours",
        _ => return None,
    })
}

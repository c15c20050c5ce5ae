//! The format of a character or a malformed part: a line for people, or a JSON object.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use crate::bytes::anatomy::{ByteBits, Character};
use crate::bytes::encoding::{Content, Encoding, Malformed, Piece};
use crate::bytes::{hex, safe};
use crate::commands::decode::diagnosis::Diagnosis;
use crate::commands::decode::items::{Item, ItemFormat};
use crate::commands::decode::known_characters::KnownCharacters;
use crate::commands::decode::options::Notation;
use crate::commands::decode::output::OutputTarget;
use crate::event::codec::{self, json::Fields};
use crate::shell::json;
use crate::ui::theme::Role;

/// The width of the column of bits, for a character of three bytes. One of four bytes takes 10 cells more, which few
/// lines need.
const BITS: usize = 29;

/// The indent of sentences on a terminal, and their width.
const INDENT: usize = 8;
const SENTENCE_WIDTH: usize = 80 - INDENT;

/// Formats malformed parts only.
pub(super) struct MalformedParts<W> {
    encoding: Encoding,
    out: W,
    notation: Notation,
    /// A buffer for a line.
    line: String,
}

impl<W: Write> MalformedParts<W> {
    pub(super) const fn new(encoding: Encoding, out: W, notation: Notation) -> Self {
        Self { encoding, out, notation, line: String::new() }
    }
}

impl<W: Write> ItemFormat for MalformedParts<W> {
    type Out = W;

    fn write(&mut self, item: &Item, before: &[u8], after: &[u8]) -> io::Result<()> {
        let Item::Part(part) = item else { return Ok(()) };
        match self.notation {
            Notation::Json => {
                self.line.clear();
                codec::json::line(&mut self.line, |line| add_part(line, part)).map_err(io::Error::other)?;
                self.out.write_all(self.line.as_bytes())
            }
            Notation::Line => {
                let line = &mut self.line;
                line.clear();
                // A text cannot refuse to be written to.
                let _ = write!(line, "{}  ", part.offset());
                hex::push(line, part.bytes());
                line.extend(["  ", part.reason().word(), "  "]);
                Diagnosis::of(part, self.encoding, before, after).push_sentences(line, "; ");
                line.push('\n');
                self.out.write_all(line.as_bytes())
            }
        }
    }

    fn out(&mut self) -> &mut W {
        &mut self.out
    }
}

/// Formats the anatomy of every item.
pub(super) struct Anatomy<W> {
    encoding: Encoding,
    out: W,
    notation: Notation,
    target: OutputTarget,
    titles: Titles,
    /// The current line as far as it is composed.
    line: String,
    characters: KnownCharacters,
}

/// Whether the column titles are still to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Titles {
    Pending,
    Written,
}

impl<W: Write> Anatomy<W> {
    pub(super) fn new(encoding: Encoding, out: W, notation: Notation, target: OutputTarget) -> Self {
        let titles = match (target, notation) {
            (OutputTarget::Terminal(_), Notation::Line) => Titles::Pending,
            _ => Titles::Written,
        };
        let (line, characters) = (String::new(), KnownCharacters::default());
        Self { encoding, out, notation, target, titles, line, characters }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.titles == Titles::Written {
            return Ok(());
        }
        self.titles = Titles::Written;
        self.add(Role::Title, &format!("offset  {:<8}  {:<BITS$}  code point name", "bytes", "bits"));
        self.end_line()
    }

    fn add(&mut self, role: Role, text: &str) {
        match self.target {
            OutputTarget::Terminal(colours) => self.line.push_str(&colours.text(role, text)),
            OutputTarget::File => self.line.push_str(text),
        }
    }

    fn add_gap(&mut self, cells: usize) {
        const SPACES: &str = "                                ";
        self.line.push_str(&SPACES[..cells.min(SPACES.len())]);
    }

    /// Writes the composed line.
    fn end_line(&mut self) -> io::Result<()> {
        self.line.push('\n');
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    /// Adds the columns of every item: offset, bytes, bits.
    fn add_columns(&mut self, offset: u64, bytes: &[u8], role: Role) {
        self.add_offset(offset);
        self.add_bytes(bytes, role);
    }

    fn add_offset(&mut self, offset: u64) {
        if let OutputTarget::Terminal(_) = self.target {
            self.add(Role::Dim, &format!("{offset:>6}"));
        } else {
            // A text cannot refuse to be written to.
            let _ = write!(self.line, "{offset:>6}");
        }
        self.add_gap(2);
    }

    /// Adds the columns of the bytes and of their bits.
    fn add_bytes(&mut self, bytes: &[u8], role: Role) {
        let hex = hex::encode(bytes);
        self.add(if role == Role::Bad { role } else { Role::Text }, &hex);
        self.add_gap(10_usize.saturating_sub(hex.len()));
        let mut taken = 0;
        for byte in bytes {
            if taken > 0 {
                self.add_gap(1);
                taken += 1;
            }
            taken += self.add_bits(ByteBits::of(*byte), role);
        }
        self.add_gap((BITS + 2).saturating_sub(taken).max(2));
    }

    /// Adds `1110·0010`, or `11100010` in encodings other than UTF-8. Returns the width in cells.
    fn add_bits(&mut self, bits: ByteBits, role: Role) -> usize {
        if self.encoding != Encoding::UTF_8 {
            self.add(role, bits.digits());
            return 8;
        }
        // A byte that is all prefix has the dot, too, so that columns align.
        self.add(Role::Dim, bits.prefix());
        self.add(Role::Dim, "·");
        self.add(role, bits.payload());
        9
    }

    fn character(&mut self, piece: &Piece, ch: char) -> io::Result<()> {
        self.add_offset(piece.offset());
        let start = self.line.len();
        match self.characters.get(piece, ch) {
            Some(known) => self.line.push_str(known),
            None => {
                self.add_character(piece.bytes(), ch);
                self.characters.keep(piece, ch, &self.line[start..]);
            }
        }
        self.end_line()
    }

    /// Adds all columns of a character but its offset.
    fn add_character(&mut self, bytes: &[u8], ch: char) {
        let (character, glyph) = (Character::of(ch), safe::glyph(ch));
        self.add_bytes(bytes, Role::Good);
        let code_point = character.code_point();
        self.line.push_str(&code_point);
        self.add_gap(8_usize.saturating_sub(code_point.len()).max(1));
        self.line.push_str(glyph.as_str());
        self.add_gap(3_usize.saturating_sub(glyph.width.into()));
        self.line.push_str(&character.name());
    }

    fn part(&mut self, part: &Malformed, diagnosis: &Diagnosis) -> io::Result<()> {
        self.add_columns(part.offset(), part.bytes(), Role::Bad);
        self.add(Role::Bad, part.reason().word());
        if self.target == OutputTarget::File {
            self.line.push_str(": ");
            diagnosis.push_sentences(&mut self.line, "; ");
            return self.end_line();
        }
        // A line of 80 columns has no room for sentences after the bits.
        let mut sentences = String::new();
        diagnosis.push_sentences(&mut sentences, "\n");
        for line in sentences.lines().flat_map(|sentence| wrapped(sentence, SENTENCE_WIDTH)) {
            self.end_line()?;
            self.add_gap(INDENT);
            self.line.push_str(&line);
        }
        self.end_line()
    }

    fn character_object(&mut self, piece: &Piece, ch: char) -> io::Result<()> {
        // All keys behind the offset are those of each such character.
        write!(self.out, "{{\"offset\":{},", piece.offset())?;
        if self.characters.get(piece, ch).is_none() {
            let mut object = Vec::new();
            self.add_fields(&mut object, piece.bytes(), ch)?;
            let fields = object.strip_prefix(b"{").unwrap_or(&object);
            self.characters.keep(piece, ch, &String::from_utf8_lossy(fields));
        }
        let known = self.characters.get(piece, ch).unwrap_or_default();
        self.out.write_all(known.as_bytes())
    }

    /// Writes a line with the fields of a character but its offset.
    fn add_fields(&self, out: &mut Vec<u8>, bytes: &[u8], ch: char) -> io::Result<()> {
        let character = Character::of(ch);
        let bits: Vec<String> = bytes.iter().map(|byte| self.digits(*byte)).collect();
        let utf16: Vec<String> = character.utf16().iter().map(|unit| format!("{unit:04x}")).collect();
        json::line(out, |line| {
            line.literal("length", bytes.len())?;
            line.hex("bytes", bytes)?;
            line.add("character", ch)?;
            line.add("code_point", character.code_point())?;
            line.add("name", character.name())?;
            line.add("category", character.category().0)?;
            line.add("script", character.script())?;
            line.add("bits", bits)?;
            line.add("utf16", utf16)?;
            line.add("cells", character.cells().count())
        })
    }

    fn digits(&self, byte: u8) -> String {
        let bits = ByteBits::of(byte);
        if self.encoding != Encoding::UTF_8 || bits.payload().is_empty() {
            return bits.digits().to_owned();
        }
        format!("{} {}", bits.prefix(), bits.payload())
    }

    fn part_object(&mut self, part: &Malformed, diagnosis: &Diagnosis) -> io::Result<()> {
        json::line(&mut self.out, |line| {
            add_part(line, part)?;
            diagnosis.add(line, part.offset())
        })
    }

    fn shift(&mut self, piece: &Piece) -> io::Result<()> {
        match self.notation {
            Notation::Line => {
                self.add_columns(piece.offset(), piece.bytes(), Role::Good);
                self.line.push_str(match self.encoding {
                    Encoding::UTF_7 => "the end of base64",
                    _ => "an escape sequence that no character follows",
                });
                self.end_line()
            }
            Notation::Json => json::line(&mut self.out, |line| {
                add_place(line, piece.offset(), piece.bytes())?;
                line.add("escape", true)
            }),
        }
    }
}

impl<W: Write> ItemFormat for Anatomy<W> {
    type Out = W;

    fn write(&mut self, item: &Item, before: &[u8], after: &[u8]) -> io::Result<()> {
        self.begin()?;
        match (item, self.notation) {
            (Item::Part(part), notation) => {
                let diagnosis = Diagnosis::of(part, self.encoding, before, after);
                match notation {
                    Notation::Line => self.part(part, &diagnosis),
                    Notation::Json => self.part_object(part, &diagnosis),
                }
            }
            (Item::Piece(piece), notation) => match (piece.content(), notation) {
                (Content::Character(ch), Notation::Line) => self.character(piece, ch),
                (Content::Character(ch), Notation::Json) => self.character_object(piece, ch),
                (Content::Shift | Content::Malformed(_), _) => self.shift(piece),
            },
        }
    }

    fn out(&mut self) -> &mut W {
        &mut self.out
    }
}

fn add_place(line: &mut Fields<'_, String>, offset: u64, bytes: &[u8]) -> fmt::Result {
    line.literal("offset", offset)?;
    line.literal("length", bytes.len())?;
    line.hex("bytes", bytes)
}

fn add_part(line: &mut Fields<'_, String>, part: &Malformed) -> fmt::Result {
    add_place(line, part.offset(), part.bytes())?;
    line.word("reason", part.reason().word())
}

/// Wraps a sentence between words into lines of `room` cells.
fn wrapped(sentence: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if safe::width(line) + 1 + safe::width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

//! How a character or a malformed part is written: on a line for people, or as a JSON object.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::items::{Item, Scribe};
use super::{Notation, Surface};
use crate::bytes::anatomy::{Alone, Broken, ByteBits, Character, Meant};
use crate::bytes::encoding::{Content, Encoding, Malformed, Piece, Reason};
use crate::bytes::{hex, safe};
use crate::runtime::json::{self, Fields, Hex};
use crate::ui::theme::Role;

/// Cells for the bits of a character of three bytes. Those of four bytes take 10 more: few lines do.
const BITS: usize = 29;

/// Writes malformed parts alone.
pub(super) struct Parts<W> {
    encoding: Encoding,
    out: W,
    notation: Notation,
}

impl<W: Write> Parts<W> {
    pub(super) const fn new(encoding: Encoding, out: W, notation: Notation) -> Self {
        Self { encoding, out, notation }
    }
}

impl<W: Write> Scribe for Parts<W> {
    type Out = W;

    fn write(&mut self, item: &Item, before: &[u8], after: &[u8]) -> io::Result<()> {
        let Item::Part(part) = item else { return Ok(()) };
        match self.notation {
            Notation::Json => json::line(&mut self.out, |line| add_part(line, part)),
            Notation::Line => {
                let why = Why::of(part, self.encoding, before, after);
                let (bytes, reason) = (Hex(part.bytes()), part.reason());
                writeln!(self.out, "{}  {bytes}  {reason}  {}", part.offset(), why.sentences().join("; "))
            }
        }
    }

    fn out(&mut self) -> &mut W {
        &mut self.out
    }
}

/// Writes the anatomy of everything.
pub(super) struct Anatomy<W> {
    encoding: Encoding,
    out: W,
    notation: Notation,
    surface: Surface,
    head: Head,
}

/// Whether the columns' names are still to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Head {
    Due,
    Done,
}

impl<W: Write> Anatomy<W> {
    pub(super) fn new(encoding: Encoding, out: W, notation: Notation, surface: Surface) -> Self {
        let head = match (surface, notation) {
            (Surface::Terminal(_), Notation::Line) => Head::Due,
            _ => Head::Done,
        };
        Self { encoding, out, notation, surface, head }
    }

    fn paint(&self, role: Role, text: impl Display) -> String {
        match self.surface {
            Surface::Terminal(paint) => paint.text(role, text),
            Surface::File => text.to_string(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.head == Head::Done {
            return Ok(());
        }
        self.head = Head::Done;
        let head = format!("offset  {:<8}  {:<BITS$}  code point name", "bytes", "bits");
        writeln!(self.out, "{}", self.paint(Role::Title, head))
    }

    /// The columns that all have: offset, bytes, bits.
    fn columns(&self, offset: u64, bytes: &[u8], role: Role) -> String {
        let taken = bytes.len() * self.digits_and_gap();
        let gap = BITS.saturating_sub(taken.saturating_sub(1));
        let hex = format!("{:<8}", hex::encode(bytes));
        let hex = if role == Role::Bad { self.paint(role, hex) } else { hex };
        let offset = self.paint(Role::Dim, format_args!("{offset:>6}"));
        format!("{offset}  {hex}  {}{:gap$}", self.bits(bytes, role), "")
    }

    /// `1110·0010`, or `11100010` where the bits are not UTF-8's, and the space behind.
    fn digits_and_gap(&self) -> usize {
        if self.encoding == Encoding::UTF_8 { 10 } else { 9 }
    }

    fn bits(&self, bytes: &[u8], role: Role) -> String {
        let byte = |byte: &u8| {
            let bits = ByteBits::of(*byte);
            if self.encoding != Encoding::UTF_8 {
                return self.paint(role, bits.digits());
            }
            // A byte that is all prefix has the dot too: the columns stay.
            let prefix = self.paint(Role::Dim, format_args!("{}·", bits.prefix()));
            prefix + &self.paint(role, bits.payload())
        };
        bytes.iter().map(byte).collect::<Vec<_>>().join(" ")
    }

    fn character(&mut self, piece: &Piece, ch: char) -> io::Result<()> {
        let character = Character::of(ch);
        let glyph = safe::glyph(ch);
        let fill = 2_usize.saturating_sub(glyph.width.into());
        let columns = self.columns(piece.offset(), piece.bytes(), Role::Good);
        let name = character.name();
        writeln!(
            self.out,
            "{columns}  {:<7} {glyph}{:fill$} {name}",
            character.code_point(),
            "",
            glyph = glyph.text
        )
    }

    fn part(&mut self, part: &Malformed, why: &Why) -> io::Result<()> {
        let columns = self.columns(part.offset(), part.bytes(), Role::Bad);
        let reason = self.paint(Role::Bad, part.reason());
        match self.surface {
            Surface::File => writeln!(self.out, "{columns}  {reason}: {}", why.sentences().join("; ")),
            // Lines of 80 columns have no room for sentences behind the bits.
            Surface::Terminal(_) => {
                writeln!(self.out, "{columns}  {reason}")?;
                why.sentences().iter().try_for_each(|sentence| writeln!(self.out, "{:8}{sentence}", ""))
            }
        }
    }

    fn character_object(&mut self, piece: &Piece, ch: char) -> io::Result<()> {
        let character = Character::of(ch);
        let bits: Vec<String> = piece.bytes().iter().map(|byte| self.digits(*byte)).collect();
        let utf16: Vec<String> = character.utf16().iter().map(|unit| format!("{unit:04x}")).collect();
        json::line(&mut self.out, |line| {
            add_place(line, piece.offset(), piece.bytes())?;
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

    fn part_object(&mut self, part: &Malformed, why: &Why) -> io::Result<()> {
        json::line(&mut self.out, |line| {
            add_part(line, part)?;
            line.add("rule", &why.rule)?;
            if let Some(meant) = &why.meant {
                line.add("meant", MeantObject::of(meant, part.offset()))?;
            }
            why.alone.map_or(Ok(()), |Alone { ch, encoding, .. }| {
                line.add("alone", AloneObject { character: ch, encoding })
            })
        })
    }

    fn shift(&mut self, piece: &Piece) -> io::Result<()> {
        match self.notation {
            Notation::Line => {
                let columns = self.columns(piece.offset(), piece.bytes(), Role::Good);
                writeln!(self.out, "{columns}  an escape sequence, and no character follows it")
            }
            Notation::Json => json::line(&mut self.out, |line| {
                add_place(line, piece.offset(), piece.bytes())?;
                line.add("escape", true)
            }),
        }
    }
}

impl<W: Write> Scribe for Anatomy<W> {
    type Out = W;

    fn write(&mut self, item: &Item, before: &[u8], after: &[u8]) -> io::Result<()> {
        self.begin()?;
        match (item, self.notation) {
            (Item::Part(part), notation) => {
                let why = Why::of(part, self.encoding, before, after);
                match notation {
                    Notation::Line => self.part(part, &why),
                    Notation::Json => self.part_object(part, &why),
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

fn add_place<W: Write>(line: &mut Fields<'_, '_, W>, offset: u64, bytes: &[u8]) -> io::Result<()> {
    line.add("offset", offset)?;
    line.add("length", bytes.len())?;
    line.show("bytes", Hex(bytes))
}

fn add_part<W: Write>(line: &mut Fields<'_, '_, W>, part: &Malformed) -> io::Result<()> {
    add_place(line, part.offset(), part.bytes())?;
    line.add("reason", part.reason().word())
}

/// What was meant, as JSON has it.
#[derive(Serialize)]
struct MeantObject {
    offset: u64,
    length: usize,
    kind: &'static str,
    code_point: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    spelling: Option<String>,
}

impl MeantObject {
    /// `offset` is that of the part that was asked about.
    fn of(meant: &Meant, offset: u64) -> Self {
        Self {
            offset: offset.saturating_add_signed(meant.start as i64),
            length: meant.len,
            kind: meant.kind.word(),
            code_point: format!("U+{:04X}", meant.code_point),
            spelling: meant.spelling().map(hex::encode),
        }
    }
}

/// What one byte is elsewhere, as JSON has it.
#[derive(Serialize)]
struct AloneObject {
    character: char,
    encoding: &'static str,
}

/// Why a part is malformed, and what it may have been.
struct Why {
    rule: String,
    meant: Option<Meant>,
    alone: Option<Alone>,
}

impl Why {
    fn of(part: &Malformed, encoding: Encoding, before: &[u8], after: &[u8]) -> Self {
        match part.reason() {
            Reason::Utf8(reason) => {
                let broken = Broken::new(part.bytes(), reason, before, after);
                Self { rule: broken.rule(), meant: broken.meant(), alone: broken.alone() }
            }
            Reason::Surrogate | Reason::Incomplete | Reason::Unmapped => {
                Self { rule: part.rule(encoding), meant: None, alone: None }
            }
        }
    }

    /// The rule, and at its first part what was meant.
    fn sentences(&self) -> Vec<String> {
        let meant = self.meant.filter(|meant| meant.start == 0).map(|meant| meant.sentence());
        let alone = self.alone.map(|alone| alone.to_string());
        std::iter::once(self.rule.clone()).chain(meant).chain(alone).collect()
    }
}

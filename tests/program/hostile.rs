//! A client sends every attack of the table while a recording keeps each byte that the program writes to the
//! terminal: the terminal executes none of the attacks, and all of their bytes are visible.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use portable_pty::CommandBuilder;

use crate::attacks::{Harm, attacks, joined};
use crate::found::{self, Found, Part};
use crate::obedience::{modes, terminal};
use crate::pty::{FRAME, LEFT, PROGRAM, Shown, readable, show_with, start};
use crate::strict::{self, Form};

const SIZE: (u16, u16) = (120, 40);
/// In the order of the key `x`.
pub(crate) const VIEWS: [&str; 6] = ["hex", "text", "split", "anatomy", "readings", "numbers"];
/// The most lines of a message and the hints below it.
const MOST_BELOW: u16 = 4;
const PAGE_DOWN: &str = "\x1b[6~";

/// Sends bytes and reads the echo.
pub(crate) fn exchange(client: &mut TcpStream, bytes: &[u8]) {
    client.write_all(bytes).unwrap();
    client.read_exact(&mut vec![0; bytes.len()]).unwrap();
}

/// The upper border of a pane that fills the screen.
pub(crate) fn title(screen: &vt100::Screen) -> Option<String> {
    screen.rows(0, screen.size().1.get()).find(|row| row.starts_with('╭'))
}

/// The offset of the cursor according to the lower border.
pub(crate) fn place(screen: &vt100::Screen) -> Option<usize> {
    let border = screen.rows(0, screen.size().1.get()).find(|row| row.starts_with('╰'))?;
    // Before it stands how many bytes a row of the scroll bar is, and a piece of the border or two spaces.
    let behind_bar = border.split_once(" scroll bar is ").and_then(|(_, rest)| {
        let end = [rest.find('─'), rest.find("  ")].into_iter().flatten().min()?;
        Some(&rest[end..])
    });
    let border = behind_bar.unwrap_or(&border);
    let remark = border.trim_start_matches(['╰', '─', ' ', '◂', '▸']);
    let remark = remark.trim_start_matches("in ").trim_start_matches("out ");
    let number = remark.strip_prefix("offset ").unwrap_or(remark).split(' ').next()?;
    number.replace(',', "").parse().ok()
}

/// Whether the border of the pane is complete: nothing inside took more or fewer cells than the program counted. A long
/// message may cover the lower border.
pub(crate) fn framed(screen: &vt100::Screen) -> bool {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let at = |row, column| screen.cell(row, column).unwrap().contents();
    let top = (0..rows).find(|row| at(*row, 0) == "╭").unwrap();
    let end = (top + 1..rows).find(|row| at(*row, 0) != "│").unwrap();
    let is_closed = match at(end, 0) {
        "╰" => at(end, columns - 1) == "╯",
        _ => rows - end <= MOST_BELOW,
    };
    let edges = ["│", "┃", "┿", "╋"];
    at(top, columns - 1) == "╮"
        && is_closed
        && (top + 1..end).all(|row| edges.contains(&at(row, columns - 1)))
}

/// Shows everything that one client sent, in this view, in a pane that fills the screen.
fn look(view: usize, sent: &[u8]) -> (Shown, TcpStream) {
    let mut shown = show_with(&["-l", "0"], SIZE.0, SIZE.1);
    let mut client = shown.connect();
    exchange(&mut client, sent);
    shown.press(format!("2z>{}", "x".repeat(view)));
    shown.wait_for_screen("all of it", |screen| {
        let title = title(screen)?;
        (title.contains(VIEWS[view]) && title.contains("received") && place(screen)? == sent.len() - 1)
            .then_some(())
    });
    (shown, client)
}

/// Pages from the first byte to the last and calls `read` for each page.
fn leaf(shown: &mut Shown, end: usize, mut read: impl FnMut(Vec<found::Row>)) {
    let (mut key, mut before) = ("g", end);
    loop {
        shown.press(key);
        let (at, more, rows) = shown.wait_for_screen("the next page", |screen| {
            assert!(framed(screen), "{}", screen.contents());
            let more = title(screen)?.contains("newer below");
            place(screen).filter(|at| *at != before).map(|at| (at, more, found::rows(screen)))
        });
        assert!(key == "g" || at > before, "from {before} to {at}");
        (key, before) = (PAGE_DOWN, at);
        read(rows);
        if !more {
            return;
        }
    }
}

/// Quits and checks the recording against the rules.
pub(crate) fn judge(shown: Shown, size: (u16, u16), what: &str) {
    let record = shown.quit();
    match strict::session(&record, size) {
        Ok(frames) => assert!(frames > 1, "{what}: nothing was shown"),
        Err(refused) => panic!("{what}: {refused}"),
    }
    // An emulator shows only the modes that the dashboard itself sets, and all of them undone.
    let mut terminal = terminal(size);
    let before = modes(terminal.screen());
    let [first, left] = [FRAME, LEFT]
        .map(|mark| record.windows(mark.len()).position(|part| part == mark.as_bytes()).unwrap());
    // Up to the restoration of the terminal.
    let taken = left + LEFT.len() - strict::LEAVE.len();
    terminal.process(&record[..first]);
    let ours = modes(terminal.screen());
    terminal.process(&readable(&record[first..taken]));
    assert_eq!(modes(terminal.screen()), ours, "{what}");
    assert_ne!(ours, before);
    terminal.process(&record[taken..]);
    assert_eq!(modes(terminal.screen()), before, "{what}");
    assert!(terminal.callbacks().0.is_empty(), "{what}: {:?}", terminal.callbacks());
}

#[test]
fn the_rules_know_an_attack_when_they_see_one() {
    assert_eq!(strict::session(&strict::record_with(b""), SIZE).unwrap(), 1);
    let (done, shown): (Vec<_>, Vec<_>) = attacks().into_iter().partition(|attack| attack.harm == Harm::Done);
    for attack in shown {
        strict::lines(&attack.bytes, Form::Plain).unwrap();
    }
    for attack in done {
        let alone = |bytes: &[u8]| strict::session(&strict::record_with(bytes), SIZE).is_err();
        assert!(alone(&attack.bytes), "{} may pass: {}", attack.name, attack.why);
        assert!(strict::lines(&attack.bytes, Form::Tabbed).is_err(), "{} may be printed", attack.name);
        // Each sequence of the attack by itself.
        let starts: Vec<_> = (0..attack.bytes.len()).filter(|at| attack.bytes[*at] == 0x1b).collect();
        for (index, from) in starts.iter().enumerate() {
            let to = starts.get(index + 1).copied().unwrap_or(attack.bytes.len());
            let sequence = &attack.bytes[*from..to];
            assert!(alone(sequence), "{} of {} may pass", sequence.escape_ascii(), attack.name);
        }
    }
}

#[test]
fn the_emulator_obeys_what_it_is_handed() {
    let mut terminal = terminal(SIZE);
    for attack in attacks() {
        terminal.process(&attack.bytes);
    }
    let actions = &terminal.callbacks().0;
    for obeyed in ["title owned", "copy b3duZWQ=", "bell ", "size (1, 1)"] {
        assert!(actions.iter().any(|actions| actions == obeyed), "{obeyed} of {actions:?}");
    }
}

#[test]
fn no_attack_is_obeyed_in_any_view() {
    let attacks = attacks();
    let sent = joined(&attacks);
    let visit = |view: usize| {
        let (mut shown, _client) = look(view, &sent);
        leaf(&mut shown, sent.len() - 1, |_| {});
        let mut start = 0;
        for attack in &attacks {
            start += 1;
            // The cursor on its first byte, and on the next one.
            shown.press(format!("o{start}\r"));
            shown.wait_for_screen(attack.name, |screen| (place(screen)? == start).then_some(()));
            shown.press("l");
            shown.wait_for_screen(attack.name, |screen| (place(screen)? != start).then_some(()));
            start += attack.bytes.len();
        }
        // The other byte format of the split view, the other pages of readings, the malformed sequences, both
        // directions, the frozen view.
        shown.press("w..,g");
        shown.wait_for_screen("the start", |screen| (place(screen)? == 0).then_some(()));
        for _ in 0..10 {
            let before = shown.wait_for_screen("a place", place);
            shown.press("m");
            shown.wait_for_screen("the next one", |screen| (place(screen)? > before).then_some(()));
        }
        shown.press("}} >>");
        shown.wait_for_screen("both", |screen| title(screen)?.contains("frozen").then_some(()));
        judge(shown, SIZE, VIEWS[view]);
    };
    thread::scope(|scope| {
        (0..VIEWS.len()).for_each(|view| drop(scope.spawn(move || visit(view))));
    });
}

#[test]
fn every_byte_is_found_in_hex_with_a_sign_beside_it() {
    let sent = joined(&attacks());
    let (mut shown, _client) = look(0, &sent);
    let mut all = BTreeMap::new();
    leaf(&mut shown, sent.len() - 1, |rows| found::gather(&mut all, rows));
    judge(shown, SIZE, "hex");
    let mut bytes = Vec::new();
    for (offset, body) in all {
        let row = found::Row { offset, body };
        assert_eq!(offset, bytes.len(), "a hole, or bytes that are shown twice");
        let (pairs, column) = found::hex(&row);
        bytes.extend_from_slice(&pairs);
        beside(&sent, offset, pairs.len(), column);
    }
    assert_eq!(bytes, sent);
}

/// Checks the text column of a row against its bytes: a glyph in the cell of the first byte of each part, dots in the
/// others, except for the second half of a wide character.
fn beside(sent: &[u8], offset: usize, length: usize, column: &str) {
    let (mut rest, end) = (column, offset + length);
    for (range, part) in found::parts(sent) {
        if range.end <= offset || range.start >= end {
            continue;
        }
        let mut next = range.start;
        if range.start >= offset {
            let (_, left) = match part {
                Part::Character(' ') => (Found::Itself, rest.strip_prefix(' ').unwrap()),
                part => {
                    found::read(rest, part).unwrap_or_else(|| panic!("{part:?} at {range:?} in {column}"))
                }
            };
            let sign = &rest[..rest.len() - left.len()];
            next += unicode_width::UnicodeWidthStr::width(sign);
            rest = left;
        }
        for at in next.max(offset)..range.end.min(end) {
            rest = rest.strip_prefix('•').unwrap_or_else(|| panic!("no dot at {at} in {column}"));
        }
    }
    assert_eq!(rest.trim_end(), "", "more than the bytes have: {column}");
}

#[test]
fn every_character_is_found_in_the_text() {
    let sent = joined(&attacks());
    let (mut shown, _client) = look(1, &sent);
    let mut all = BTreeMap::new();
    leaf(&mut shown, sent.len() - 1, |rows| found::gather(&mut all, rows));
    judge(shown, SIZE, "text");
    // Chunk borders, continuation glyphs and the rest of a character that began in the row above represent no
    // character.
    let text: String = all.into_values().collect::<String>().replace(['┊', '•', '»'], "");
    let ways = found::read_all(&text, &sent);
    let of = |is: &dyn Fn(char) -> bool| {
        found::parts(&sent).iter().filter(|(_, part)| matches!(part, Part::Character(ch) if is(*ch))).count()
    };
    assert_eq!(ways[&Found::Picture], of(&|ch| ch.is_ascii_control()));
    let hidden = of(&|ch| !ch.is_ascii() && strict::harm(ch).is_some());
    assert!(ways[&Found::Named] + ways[&Found::Space] >= hidden, "{hidden} hidden: {ways:?}");
    assert_eq!(ways.get(&Found::Placeholder), None, "there was room for every name");
    // Two of the five hundred marks are shown on their letter.
    assert!(ways[&Found::Circle] > 490 && ways[&Found::Malformed] > 50, "{ways:?}");
}

#[test]
fn what_is_pasted_told_or_logged_is_not_obeyed() {
    let mut command = CommandBuilder::new(PROGRAM);
    let harm = "\x1b]0;owned\x07\u{9b}2J\u{202e}\u{200b}";
    command.args(["-l", "0", "--reply", &format!("{harm}{{text}}{harm}")]);
    command.env("BYTEWATCH_LOG", format!("{harm}=loud"));
    let mut shown = start(command, SIZE.0, SIZE.1);
    let mut client = shown.connect();
    client.write_all(&joined(&attacks())).unwrap();
    shown.sees(&["BYTEWATCH_LOG is not understood"]);
    // The log pane: list of targets, more levels, one target, the whole screen.
    shown.press("4tj++o\x1b[C\x1b[Dz");
    shown.sees(&["4 Logs", "levels"]);
    shown.press("z3?");
    shown.sees(&["close help"]);
    shown.press("?1/");
    // A terminal removes the end marker of a bracketed paste from pasted text.
    let harmless = |bytes: &[u8]| !bytes.windows(6).any(|part| part == b"\x1b[201~");
    for (number, attack) in attacks().iter().filter(|attack| harmless(&attack.bytes)).enumerate() {
        let start = &attack.bytes[..attack.bytes.len().min(100)];
        shown.press([b"\x15\x1b[200~", start, format!(" #{number}#\x1b[201~").as_bytes()].concat());
        shown.sees(&[&format!("#{number}#"), "No row matches"]);
    }
    shown.press("\x1b");
    shown
        .wait_for_screen("no filter", |screen| (!screen.contents().contains("No row matches")).then_some(()));
    shown.press("2o");
    shown.sees(&["offset"]);
    shown.press([b"\x1b[200~", harm.as_bytes(), b"#x#\x1b[201~"].concat());
    shown.sees(&["#x#"]);
    // The prompt stays open when the text is not an offset.
    shown.press("\r");
    shown.sees(&["is not an offset"]);
    shown.press("\x1b");
    // A key directly after Esc would be read as a key with Alt.
    shown.wait_for_screen("no prompt", |screen| {
        (!screen.contents().contains("is not an offset")).then_some(())
    });
    judge(shown, SIZE, "other panes");
}

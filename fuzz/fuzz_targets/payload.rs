//! Whatever comes and goes, and whatever the user does meanwhile: the dashboard draws, at any size, and the hex it shows
//! are the bytes that were moved.
//!
//! The input is a list of steps: an octet says which, the next ones what with. It is driven through [`App`] and drawn as
//! the shell does it, and read back from the screen.

#![no_main]

use std::net::SocketAddr;

use bytewatch::app::keymap::Keymap;
use bytewatch::app::{App, AppEvent, Clipboard, Effect, Palette, Setup};
use bytewatch::bytes::safe;
use bytewatch::event::{BackendKind, ConnectionId, Direction, Timestamp, Utf8Scanner};
use bytewatch::event::{CloseReason, ConnectionEvent, Event, Origin, Side, Stamped, StreamEvent, StreamId};
use bytewatch::model::Budget;
use bytewatch::ui::{self, logs::Logs, theme::Themes};
use libfuzzer_sys::fuzz_target;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Size;

const ID: ConnectionId = ConnectionId(1);
/// Keys without a letter that mean something somewhere.
const KEYS: [KeyCode; 16] = [
    KeyCode::PageDown,
    KeyCode::PageUp,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Char(' '),
    KeyCode::F(1),
];
/// The keys of the stream, which are to be pressed more often than others.
const LETTERS: &[u8] = b"xX<>{}lhmMow.,gGjkzf2";

fuzz_target!(|data: &[u8]| {
    let Some((&first, steps)) = data.split_first() else { return };
    let history = [64, 1024, 16 * 1024, 64 * 1024][usize::from(first & 3)];
    let mut stage = Stage::new(history, Size { width: 64, height: 12 });
    let mut steps = Steps(steps);
    while let Some(step) = steps.next() {
        stage.step(step, &mut steps);
    }
    stage.look();
    if first & 0x80 != 0 {
        all_is_seen(&stage.moved);
    }
});

/// The rest of the input.
struct Steps<'i>(&'i [u8]);

impl<'i> Steps<'i> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// An octet; behind the end, 0.
    fn octet(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    /// At least one byte, or none behind the end.
    fn bytes(&mut self) -> &'i [u8] {
        let wanted = match self.octet() {
            // Now and then a long one.
            255 => 5000,
            few @ 0..=127 => 1 + usize::from(few % 16),
            some => usize::from(some),
        };
        let (bytes, rest) = self.0.split_at(wanted.min(self.0.len()));
        self.0 = rest;
        bytes
    }
}

/// What was moved one way: the offset of each chunk, and its bytes.
type Moved = Vec<(u64, Vec<u8>)>;

struct Stage {
    app: App,
    logs: Logs,
    themes: Themes,
    terminal: Terminal<TestBackend>,
    now: u64,
    offsets: [u64; 2],
    finders: [Utf8Scanner; 2],
    moved: [Moved; 2],
}

impl Stage {
    fn new(history: usize, size: Size) -> Self {
        let now = 1_700_049_600_000_000;
        let app = App::new(Setup {
            budget: Budget { history, memory: 256 << 20 },
            utc_offset_seconds: 0,
            theme: Palette::new(0, 2),
            now: Timestamp(now),
            size,
            opened: None,
            watching: None,
            capacity: Vec::new(),
            upstreams: Vec::new(),
            version: String::new(),
            clipboard: Clipboard::Terminal,
            charset: bytewatch::bytes::safe::Charset::Unicode,
            keymap: Keymap::default(),
        });
        let terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
        let moved = [Vec::new(), Vec::new()];
        let mut stage = Self {
            app,
            logs: Logs::new(),
            themes: Themes::default(),
            terminal,
            now,
            offsets: [0; 2],
            finders: Default::default(),
            moved,
        };
        stage.fact(Event::Connection(
            ID,
            ConnectionEvent::Opened {
                peer: SocketAddr::from(([127, 0, 0, 1], 50_000)).into(),
                local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
                backend: BackendKind::Async,
                upstream: None,
            },
        ));
        stage.keys("2z");
        stage
    }

    fn step(&mut self, step: u8, steps: &mut Steps) {
        let direction = if step & 0x80 == 0 { Direction::Received } else { Direction::Sent };
        match step & 0x1f {
            0..=9 => self.say(direction, steps.bytes()),
            10..=14 => {
                self.key(KeyCode::Char(char::from(LETTERS[usize::from(steps.octet()) % LETTERS.len()])))
            }
            15..=17 => self.key(KEYS[usize::from(steps.octet()) % KEYS.len()]),
            18 => self.key(KeyCode::Char(char::from(0x20 + steps.octet() % 0x5f))),
            19 => self.control(char::from(b'a' + steps.octet() % 26)),
            20 | 21 => self.mouse(steps),
            22 | 23 => self.resize(steps),
            24 => self.miss(direction, u64::from(steps.octet())),
            25 => self.now += u64::from(steps.octet()) * 10_000,
            26 => {
                self.update(AppEvent::Ticked(Timestamp(self.now)));
            }
            27 if steps.octet() == 27 => {
                self.fact(Event::Connection(ID, ConnectionEvent::InputEnded { side: Side::Client }))
            }
            28 if steps.octet() == 28 => self.close(),
            _ => self.look(),
        }
    }

    fn update(&mut self, event: AppEvent) {
        for effect in self.app.update(event) {
            if let Effect::Logs(action) = effect {
                self.logs.apply(action, self.app.screen());
            }
        }
    }

    fn fact(&mut self, fact: Event) {
        self.update(AppEvent::Reported(vec![Stamped { at: Timestamp(self.now), event: fact }]));
    }

    fn say(&mut self, direction: Direction, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let offset = self.offsets[direction as usize];
        self.offsets[direction as usize] += data.len() as u64;
        self.moved[direction as usize].push((offset, data.to_vec()));
        let summary = self.finders[direction as usize].scan(offset, data);
        self.fact(Event::Stream(
            StreamId::client(ID, direction),
            StreamEvent::Bytes {
                offset,
                data: data.to_vec().into(),
                summary,
                origin: Origin::of(direction),
                forwarded: None, place: None,
            },
        ));
    }

    fn miss(&mut self, direction: Direction, bytes: u64) {
        self.offsets[direction as usize] += bytes;
        self.fact(Event::Stream(StreamId::client(ID, direction), StreamEvent::Missed { events: 1, bytes }));
    }

    fn close(&mut self) {
        let [received, sent] = self.offsets;
        self.fact(Event::Connection(
            ID,
            ConnectionEvent::Closed {
                reason: CloseReason::PeerFinished,
                detail: None,
                failed_call: None,
                received,
                sent,
            },
        ));
    }

    fn key(&mut self, code: KeyCode) {
        self.update(AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn keys(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.key(KeyCode::Char(key)));
    }

    fn control(&mut self, key: char) {
        self.update(AppEvent::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::CONTROL)));
    }

    fn mouse(&mut self, steps: &mut Steps) {
        let kind = match steps.octet() % 5 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::Down(MouseButton::Left),
            3 => MouseEventKind::Drag(MouseButton::Left),
            _ => MouseEventKind::Up(MouseButton::Left),
        };
        let (column, row) = (u16::from(steps.octet()), u16::from(steps.octet()));
        self.update(AppEvent::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    fn resize(&mut self, steps: &mut Steps) {
        let (width, height) = (u16::from(steps.octet()), u16::from(steps.octet() % 64));
        self.terminal.backend_mut().resize(width, height);
        self.update(AppEvent::Resized { width, height });
    }

    /// The lines of the screen, drawn anew.
    fn lines(&mut self) -> Vec<String> {
        self.terminal.draw(|frame| ui::draw(frame, &self.app, &self.logs, &self.themes)).unwrap();
        let buffer = self.terminal.backend().buffer();
        for cell in &buffer.content {
            assert!(safe::is_safe(cell.symbol()), "{:?}", cell.symbol());
        }
        let line = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect();
        buffer.content.chunks(usize::from(buffer.area.width).max(1)).map(line).collect()
    }

    /// Draws, and compares the hex that is shown with what was moved.
    fn look(&mut self) {
        let lines = self.lines();
        for (direction, offset, bytes) in hex_rows(&lines) {
            let moved = &self.moved[direction as usize];
            for (at, byte) in (offset..).zip(bytes) {
                let screen = || lines.join("\n");
                assert_eq!(moved_byte(moved, at), Some(byte), "{direction:?} at {at}:\n{}", screen());
            }
        }
    }
}

fn moved_byte(moved: &Moved, at: u64) -> Option<u8> {
    let index = moved.partition_point(|(offset, _)| *offset <= at).checked_sub(1)?;
    let (offset, bytes) = &moved[index];
    bytes.get(usize::try_from(at - offset).unwrap()).copied()
}

/// The rows of hex on a screen that shows that view: direction, offset, bytes.
fn hex_rows(lines: &[String]) -> Vec<(Direction, u64, Vec<u8>)> {
    if !lines.iter().any(|line| line.contains("2 Stream") && line.contains(" hex ")) {
        return Vec::new();
    }
    lines.iter().filter_map(|line| hex_row(line)).collect()
}

/// Reads a row such as `◂ 000003be  c3 a9 3f┊71 │…`, with or without a time before it. `None` for a row with half a byte
/// covered by the help.
fn hex_row(line: &str) -> Option<(Direction, u64, Vec<u8>)> {
    let (at, arrow) = line.char_indices().find(|(_, ch)| matches!(ch, '◂' | '▸'))?;
    let direction = if arrow == '◂' { Direction::Received } else { Direction::Sent };
    let rest = line[at + arrow.len_utf8()..].trim_start();
    // Two cells follow the offset; the second one may be the border of a chunk.
    let (offset, rest) = rest.split_at(rest.find([' ', '┊'])?);
    if offset.len() < 8 {
        return None;
    }
    let offset = u64::from_str_radix(offset, 16).ok()?;
    let (hex, _) = rest.split_once('│')?;
    let bytes = hex.split([' ', '┊']).filter(|pair| !pair.is_empty());
    let bytes: Option<Vec<u8>> = bytes.map(byte).collect();
    Some((direction, offset, bytes?))
}

fn byte(pair: &str) -> Option<u8> {
    (pair.len() == 2).then(|| u8::from_str_radix(pair, 16).ok())?
}

/// From the first row to the last, a page at a time, each byte comes by.
fn all_is_seen(moved: &[Moved; 2]) {
    let mut stage = Stage::new(1 << 20, Size { width: 80, height: 40 });
    for (direction, chunks) in [Direction::Received, Direction::Sent].into_iter().zip(moved) {
        for (_, bytes) in chunks {
            stage.say(direction, bytes);
        }
    }
    stage.keys("g");
    let mut unseen = stage.offsets.map(|end| (0..end).collect::<std::collections::BTreeSet<u64>>());
    let mut before = Vec::new();
    loop {
        let lines = stage.lines();
        for (direction, offset, bytes) in hex_rows(&lines) {
            for at in offset..offset + bytes.len() as u64 {
                unseen[direction as usize].remove(&at);
            }
        }
        stage.look();
        if lines == before {
            break;
        }
        before = lines;
        stage.key(KeyCode::PageDown);
    }
    assert!(
        unseen.iter().all(|unseen| unseen.is_empty()),
        "{unseen:?} on no page, at last\n{}",
        before.join("\n")
    );
}

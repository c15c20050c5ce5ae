//! An app with a screen, driven as the shell drives it.

use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use bytewatch::app::keymap::Keymap;
use bytewatch::app::{App, AppEvent, Clipboard, Effect, Palette, Setup};
use bytewatch::bytes::safe::Charset;
use bytewatch::event::{BackendKind, Command, ConnectionId, Direction, Encryption, Timestamp, Utf8Scanner};
use bytewatch::event::{
    CloseReason, ConnectionEvent, Event, Origin, Outage, ServerEvent, Stamped, StreamEvent, StreamId,
    SwitchEvent,
};
use bytewatch::model::Budget;
use bytewatch::model::process::{FrameTime, Sample};
use bytewatch::ui;
use bytewatch::ui::theme::Themes;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Size;

/// The start time: 12:00:00 on some day.
pub(crate) const NOON: u64 = 1_700_049_600;
/// The address of the server.
pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7777);
/// The outage of a connection in a switch.
pub(crate) const OUTAGE: Outage = Outage { p50: 2_100, p99: 8_400, max: 12_600 };

pub(crate) struct Harness {
    pub(crate) app: App,
    pub(crate) now: u64,
    size: Size,
    pub(crate) logs: ui::logs::Logs,
    pub(crate) themes: Themes,
    sent: Vec<(ConnectionId, Direction, u64, Utf8Scanner)>,
    /// The number of threads that the operating system reports.
    pub(crate) threads: u64,
    pub(crate) resident: u64,
    /// The effects of the last time steps.
    pub(crate) effects: Vec<Effect>,
}

thread_local! {
    /// The characters that the terminals of new dashboards show.
    pub(crate) static CHARSET: Cell<Charset> = const { Cell::new(Charset::Unicode) };
}

/// The characters that the terminals of new dashboards show.
pub(crate) fn charset() -> Charset {
    CHARSET.get()
}

/// What a dashboard is given for a terminal that shows these characters.
pub(crate) fn setup(charset: Charset, keymap: Keymap, size: Size) -> Setup {
    Setup {
        budget: Budget { history: 64 * 1024, memory: 256 << 20 },
        utc_offset_seconds: 0,
        theme: Palette::new(0, Themes::default().names().len()),
        now: Timestamp(NOON * 1_000_000),
        size,
        opened: None,
        watching: None,
        capacity: vec!["at most 16,000 connections at once (vm.max_map_count)".into()],
        upstreams: Vec::new(),
        version: "0.1.0".into(),
        clipboard: Clipboard::Terminal,
        charset,
        keymap,
    }
}

impl Harness {
    /// Returns a listening server without clients.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::listening_on(LOOPBACK, width, height)
    }

    /// Returns a server at another address.
    pub(crate) fn listening_on(address: SocketAddr, width: u16, height: u16) -> Self {
        Self::set_up(address, Size { width, height }, Clipboard::Terminal)
    }

    /// Returns a server with this kind of clipboard.
    pub(crate) fn set_up(address: SocketAddr, size: Size, clipboard: Clipboard) -> Self {
        Self::relaying(&[], address, size, clipboard)
    }

    /// Returns a server that relays to these upstreams, or an echo if there are none.
    pub(crate) fn relaying(
        upstreams: &[&str],
        address: SocketAddr,
        size: Size,
        clipboard: Clipboard,
    ) -> Self {
        Self::bound(Keymap::default(), upstreams, address, size, clipboard)
    }

    /// Returns a server whose dashboard has these keys.
    pub(crate) fn bound(
        keymap: Keymap,
        upstreams: &[&str],
        address: SocketAddr,
        size: Size,
        clipboard: Clipboard,
    ) -> Self {
        Self::showing(charset(), keymap, upstreams, address, size, clipboard)
    }

    /// Returns a server whose terminal shows these characters.
    pub(crate) fn showing(
        charset: Charset,
        keymap: Keymap,
        upstreams: &[&str],
        address: SocketAddr,
        size: Size,
        clipboard: Clipboard,
    ) -> Self {
        let mut setup = setup(charset, keymap, size);
        setup.upstreams = upstreams.iter().map(|&upstream| upstream.to_owned()).collect();
        setup.clipboard = clipboard;
        let mut harness = Self::given(setup);
        harness.event(Event::Server(ServerEvent::Listening {
            address: address.into(),
            backend: BackendKind::Async,
            service: if upstreams.is_empty() { "echo" } else { "relay" }.into(),
            encryption: Encryption::default(),
        }));
        harness
    }

    /// Returns a dashboard that was given this, and has received no event.
    pub(crate) fn given(setup: Setup) -> Self {
        Self {
            now: setup.now.0,
            size: setup.size,
            app: App::new(setup),
            logs: ui::logs::Logs::new(),
            themes: Themes::default(),
            sent: Vec::new(),
            threads: 4,
            resident: 7_500_000,
            effects: Vec::new(),
        }
    }

    /// Returns a server with three clients, the first of which has sent something.
    pub(crate) fn with_clients(width: u16, height: u16) -> Self {
        Self::new(width, height).and_clients()
    }

    /// Adds three clients, the first of which has sent something.
    pub(crate) fn and_clients(mut self) -> Self {
        for id in 1..=3 {
            self.open(id);
        }
        self.bytes(1, Direction::Received, b"h\xc3\xa9 \xff\n");
        self.bytes(1, Direction::Sent, b"h\xc3\xa9 \xff\n");
        self
    }

    pub(crate) fn event(&mut self, event: Event) {
        let stamped = Stamped { at: Timestamp(self.now), event };
        self.app_event(AppEvent::Reported(vec![stamped]));
    }

    /// Applies an event that must cause no effects other than the start of an announced fault.
    pub(crate) fn app_event(&mut self, event: AppEvent) {
        let effects = self.app.update(event);
        assert!(
            effects.iter().all(|effect| matches!(
                effect,
                Effect::Server(Command::StartFault(_) | Command::EndFault(_))
            )),
            "{effects:?}"
        );
        self.effects.extend(effects);
    }

    pub(crate) fn open(&mut self, id: u64) {
        self.event(Event::Connection(
            ConnectionId(id),
            ConnectionEvent::Opened {
                peer: SocketAddr::from(([127, 0, 0, 1], 50_000 + id as u16)).into(),
                local: SocketAddr::from(([127, 0, 0, 1], 7777)).into(),
                backend: BackendKind::Async,
                upstream: None,
            },
        ));
    }

    pub(crate) fn bytes(&mut self, id: u64, direction: Direction, data: &[u8]) {
        let connection = ConnectionId(id);
        let known = self.sent.iter().position(|entry| (entry.0, entry.1) == (connection, direction));
        let known = known.unwrap_or_else(|| {
            self.sent.push((connection, direction, 0, Utf8Scanner::default()));
            self.sent.len() - 1
        });
        let offset = self.sent[known].2;
        self.sent[known].2 += data.len() as u64;
        let summary = self.sent[known].3.scan(offset, data);
        self.event(Event::Stream(
            StreamId::client(connection, direction),
            StreamEvent::Bytes {
                offset,
                data: data.to_vec().into(),
                summary,
                origin: Origin::of(direction),
                forwarded: None,
                place: None,
            },
        ));
    }

    pub(crate) fn close(&mut self, id: u64, reason: CloseReason) {
        let connection = ConnectionId(id);
        self.event(Event::Connection(
            connection,
            ConnectionEvent::Closed { reason, detail: None, failed_call: None, received: 0, sent: 0 },
        ));
    }

    /// Hands all connections over from `async` to `threads`.
    pub(crate) fn switch(&mut self, connections: u64) {
        let (from, to) = (BackendKind::Async, BackendKind::Threads);
        self.event(Event::Switch(SwitchEvent::Started { from, to, connections }));
        for id in 1..=connections {
            self.event(Event::Connection(ConnectionId(id), ConnectionEvent::HandedOver { to }));
        }
        self.event(Event::Switch(SwitchEvent::Completed {
            from,
            to,
            connections,
            micros: 310_211,
            outage: OUTAGE,
        }));
    }

    /// Lets this number of seconds pass, with a tick and a sample of the process in each.
    pub(crate) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += 1_000_000;
            let second = self.now / 1_000_000 - NOON;
            let sample = Sample {
                at: Timestamp(self.now),
                threads: self.threads,
                resident: self.resident,
                voluntary: 31_077 * second,
                involuntary: 311 * second,
                cpu_micros: 123_000 * second,
                descriptors: 19,
                frame: FrameTime { p50: 900, p99: 2_300 },
            };
            self.app_event(AppEvent::Sampled(sample));
            self.app_event(AppEvent::Ticked(Timestamp(self.now)));
        }
    }

    pub(crate) fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.carry_out(AppEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        let code = |key| match key {
            '\u{1b}' => KeyCode::Esc,
            '\n' => KeyCode::Enter,
            _ => KeyCode::Char(key),
        };
        keys.chars().flat_map(|key| self.press(code(key))).collect()
    }

    /// Clicks on the first place of the screen that shows this text.
    pub(crate) fn click(&mut self, text: &str) -> Vec<Effect> {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| Some((row, line.find(text)?, line)));
        let (row, at, line) = found.unwrap_or_else(|| panic!("no {text:?} on\n{screen}"));
        let column = line[..at].chars().count() as u16;
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row as u16)
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> Vec<Effect> {
        self.carry_out(AppEvent::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    }

    fn carry_out(&mut self, event: AppEvent) -> Vec<Effect> {
        let effects = self.app.update(event);
        for effect in &effects {
            if let Effect::Logs(action) = effect {
                self.logs.apply(*action, self.app.screen());
            }
        }
        effects
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = Size { width, height };
        assert!(self.app.update(AppEvent::Resized { width, height }).is_empty());
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.width, self.size.height)).unwrap();
        terminal.draw(|frame| ui::draw(frame, &self.app, &self.logs, &self.themes)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Returns the screen as text, without trailing spaces.
    pub(crate) fn screen(&self) -> String {
        let buffer = self.buffer();
        let line = |row: &[ratatui::buffer::Cell]| {
            row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
        };
        let width = usize::from(self.size.width).max(1);
        buffer.content.chunks(width).map(line).collect::<Vec<_>>().join("\n")
    }

    /// Checks that the screen contains a text. Column widths are left to the snapshots: runs of spaces count as one.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        let screen = self.screen();
        assert!(squeezed(&screen).contains(&squeezed(text)), "no {text:?} on\n{screen}");
    }

    #[track_caller]
    pub(crate) fn sees_not(&self, text: &str) {
        let screen = self.screen();
        assert!(!squeezed(&screen).contains(&squeezed(text)), "{text:?} on\n{screen}");
    }
}

fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter != ' ' || !out.ends_with(' ') {
            out.push(letter);
        }
    }
    out
}

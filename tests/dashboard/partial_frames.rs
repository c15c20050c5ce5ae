//! Frames that lay out only what may have changed: what the terminal has afterwards is what a whole frame has.

use bytewatch::event::{CloseReason, Direction};
use bytewatch::ui::canvas::Canvas;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use crate::harness::Harness;

/// A dashboard, and a terminal that is given what has changed only.
struct Shown {
    harness: Harness,
    canvas: Canvas<TestBackend>,
}

impl Shown {
    fn new(width: u16, height: u16) -> Self {
        let canvas = Canvas::new(TestBackend::new(width, height), Size { width, height });
        Self { harness: Harness::with_clients(width, height), canvas }
    }

    fn draw(&mut self) {
        let Self { harness, canvas } = self;
        canvas.draw(&harness.app, &harness.logs, &harness.themes).unwrap();
    }

    /// Checks every cell, after a second in which every pane is laid out.
    fn check(&mut self, what: &str) {
        self.draw();
        self.harness.pass(1);
        self.draw();
        let (whole, shown) = (self.harness.buffer(), self.canvas.backend().buffer());
        assert_eq!(whole.area, shown.area, "{what}");
        let differs = whole.content.iter().zip(&shown.content).position(|(whole, shown)| whole != shown);
        assert_eq!(
            differs.map(|at| whole.pos_of(at)),
            None,
            "{what}:
{}",
            self.harness.screen()
        );
    }
}

#[test]
fn the_terminal_has_what_a_whole_frame_has() {
    for (width, height) in [(40, 10), (80, 24), (120, 40), (200, 60)] {
        let mut shown = Shown::new(width, height);
        shown.check("at first");
        for (round, keys) in [
            "1", "2", "x", "xx", "X", "?", "\u{1b}", ":", "\u{1b}", "3z", "z", "4", "1s", "T", "/open\n",
            "2/caf\nN",
        ]
        .into_iter()
        .enumerate()
        {
            let text = format!("caf\u{e9} \u{20ac} {}\r\n\0", "x".repeat(round * 7));
            shown.harness.bytes(1, Direction::Received, &[text.as_bytes(), b"\xff"].concat());
            shown.harness.bytes(2, Direction::Sent, &text.as_bytes()[..text.len() / 2]);
            shown.check(&format!("{width}x{height}, before {keys:?}"));
            shown.harness.keys(keys);
            shown.check(&format!("{width}x{height}, after {keys:?}"));
        }
        shown.harness.switch(2);
        shown.harness.close(3, CloseReason::PeerReset);
        shown.check("after a switch");
    }
}

#[test]
fn a_box_over_half_of_a_wide_character_removes_all_of_it() {
    for keys in ["?", ":", "2F"] {
        for shift in 0..2 {
            let mut harness = Harness::new(120, 40);
            harness.open(1);
            let text = format!("{}{}", "x".repeat(shift), "\u{6f22}".repeat(2_000));
            harness.bytes(1, Direction::Received, text.as_bytes());
            harness.keys(&format!("2x{keys}"));
            let screen = harness.buffer();
            let edges = screen
                .content
                .windows(2)
                .filter(|cells| matches!(cells[1].symbol(), "\u{2502}" | "\u{256d}"));
            let cut = edges.filter(|cells| cells[0].symbol() == "\u{6f22}").count();
            assert_eq!(cut, 0, "{keys} {shift}");
        }
    }
}

#[test]
fn a_frame_writes_nothing_where_nothing_has_changed() {
    let mut shown = Shown::new(200, 60);
    shown.check("at first");
    let Shown { harness, canvas } = &mut shown;
    let before = canvas.backend().buffer().clone();
    canvas.draw(&harness.app, &harness.logs, &harness.themes).unwrap();
    assert_eq!(canvas.changed(), 0);
    assert_eq!(&before, canvas.backend().buffer());
    harness.bytes(1, Direction::Received, b"hello\n");
    canvas.draw(&harness.app, &harness.logs, &harness.themes).unwrap();
    let changed = canvas.changed();
    assert!((1..2_000).contains(&changed), "{changed} of 12,000 cells");
}

#[test]
fn a_terminal_of_another_size_is_drawn_anew() {
    let mut shown = Shown::new(80, 24);
    shown.check("at first");
    shown.harness.resize(120, 40);
    shown.canvas = Canvas::new(TestBackend::new(120, 40), Size { width: 80, height: 24 });
    shown.canvas.resize(Size { width: 120, height: 40 }).unwrap();
    shown.check("larger");
}

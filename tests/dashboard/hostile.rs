//! Hostile input in every pane and at every width.

use bytewatch::app::AppEvent;
use bytewatch::app::action::Action;
use bytewatch::app::chrome::footer::footer;
use bytewatch::app::focus::{Pane, Zoom};
use bytewatch::app::layout::Layout;
use bytewatch::bytes::safe;
use bytewatch::event::{BackendKind, ConnectionId, Direction, FaultKind};
use bytewatch::event::{CloseReason, Event, ServerEvent, StreamEvent, StreamId, SwitchEvent};
use bytewatch::ui::glyphs;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::harness::Harness;

/// Returns control characters, escapes, bidi and invisible characters, marks without end, wide, half-wide, ligating
/// and joining ones.
fn hostile() -> Vec<String> {
    let range = |from: u32, to: u32| (from..to).filter_map(char::from_u32).collect::<String>();
    vec![
        range(0, 0x20),
        range(0x7f, 0xa1),
        format!("\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m{}", range(0x200b, 0x2070)),
        "日本語の長い文字列".repeat(30),
        format!("a{}", "日".repeat(300)),
        format!("z{}", range(0x300, 0x370).repeat(20)),
        "ｶﾞﾊﾟ\u{ff9e}\u{ff9f} ".repeat(40),
        "لا إله ﻻ ".repeat(40),
        "👩\u{200d}👩\u{200d}👧 👍🏽 ❤\u{fe0f} 🇩🇪 #\u{fe0f}\u{20e3} ".repeat(20),
        "각 กำ କ୍ଷ \u{1160}\u{115f}\u{3164} ".repeat(30),
        format!("{}{}", range(0xe000, 0xe010), range(0xfff0, 0x10000)),
        "\u{301}\u{301}日\u{301}\u{301}\u{301} \u{20dd}x".repeat(30),
    ]
}

fn malformed() -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..=255).collect();
    for text in hostile() {
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(b"\xe2\x82\xff\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf");
    }
    bytes
}

/// Returns a dashboard that has received all of it; the log has too, once per process.
fn with_hostile_bytes() -> Harness {
    let mut harness = Harness::with_clients(120, 36);
    let bytes = malformed();
    for (id, direction) in [(1, Direction::Received), (1, Direction::Sent), (2, Direction::Received)] {
        harness.bytes(id, direction, &bytes);
        harness.bytes(id, direction, &bytes[1..]);
    }
    harness.pass(3);
    harness.switch(3);
    harness.close(3, CloseReason::Error);
    harness.app_event(AppEvent::FaultEnded(FaultKind::Idle, hostile().concat()));
    let (from, to) = (BackendKind::Threads, BackendKind::Async);
    for detail in hostile() {
        harness.event(Event::Switch(SwitchEvent::Failed { from, to, moved_back: 1, detail }));
    }
    harness.app_event(AppEvent::CaptionChanged(hostile().join(" ")));
    for (port, name) in (50_001..).zip(hostile().into_iter().rev().take(3)) {
        harness.app_event(AppEvent::ClientNamed(([127, 0, 0, 1], port).into(), name));
    }
    harness.app_event(AppEvent::ActionRequested(Action::ToggleFault(FaultKind::Hang)));
    harness.event(Event::Server(ServerEvent::Blocked { connection: Some(ConnectionId(1)), micros: 200_000 }));
    harness
}

fn log_everything() {
    for (number, text) in hostile().iter().enumerate() {
        let (level, target) = (log::Level::Warn, ["bytewatch::server", "other"][number % 2]);
        super::log(level, target, text);
    }
    bytewatch::logging::collect();
}

/// The glyphs of a right border: a rule, and the marks of the scroll bar.
const RIGHT: [&str; 4] = [glyphs::RULE, glyphs::THUMB, glyphs::THUMB_MALFORMED, glyphs::RULER_MALFORMED];

/// Checks that every symbol may be shown, every wide one has its second cell, every border is whole, but for what a
/// message covers.
fn check(buffer: &Buffer, panes: &[Rect], covered: Rect, what: &str) {
    let is_covered = |x: u16, y: u16| covered.contains(Position { x, y });
    let at = |x: u16, y: u16| buffer[(x, y)].symbol();
    for (x, y) in buffer.area.rows().flat_map(|row| row.columns()).map(|cell| (cell.x, cell.y)) {
        assert!(safe::is_safe(at(x, y)), "{:?} at {x},{y}: {what}", at(x, y));
        if safe::width(at(x, y)) > 1 {
            assert!(x + 1 < buffer.area.width, "{:?} in the last column of row {y}: {what}", at(x, y));
            assert!(
                at(x + 1, y).trim().is_empty(),
                "{:?} over {:?} at {x},{y}: {what}",
                at(x, y),
                at(x + 1, y)
            );
        }
    }
    for pane in panes.iter().filter(|pane| pane.width > 1 && pane.height > 1) {
        let (right, bottom) = (pane.right() - 1, pane.bottom() - 1);
        let corners = [(pane.x, pane.y), (right, pane.y), (pane.x, bottom), (right, bottom)];
        for ((x, y), corner) in corners.into_iter().zip(["╭", "╮", "╰", "╯"]) {
            assert!(is_covered(x, y) || at(x, y) == corner, "{corner} of {pane}: {:?}, {what}", at(x, y));
        }
        for y in (pane.y + 1..bottom).filter(|&y| !is_covered(pane.x, y)) {
            assert_eq!(at(pane.x, y), "│", "left border of {pane}, row {y}: {what}");
            assert!(
                RIGHT.contains(&at(right, y)),
                "right border of {pane}, row {y}: {:?}, {what}",
                at(right, y)
            );
        }
    }
}

fn panes(layout: &Layout) -> Vec<Rect> {
    let mut panes: Vec<_> = Pane::ALL.into_iter().map(|pane| layout.pane(pane)).collect();
    panes.push(layout.graph);
    panes.retain(|pane| !pane.is_empty());
    panes
}

#[test]
fn nothing_hostile_breaks_any_pane_at_any_width() {
    let _alone = super::empty(1_000);
    log_everything();
    let mut harness = with_hostile_bytes();
    let heights = [24, 6, 36, 9, 60, 16, 7, 30, 12, 5, 45, 1];
    let mut turn = 0;
    for width in 1..=200 {
        for pane in Pane::ALL {
            for zoom in [Zoom::On, Zoom::Off] {
                turn += 1;
                harness.resize(width, heights[turn % heights.len()]);
                harness.keys(&pane.number().to_string());
                harness.keys("z");
                // Other views, other zoom levels and bytes per row, and further rows.
                let key = ["x", "j", "t", ">", "G", "k", "}", "m", "g", ".", "f", "u", "w"][turn / 2 % 13];
                harness.keys(key);
                if harness.app.zoom() != zoom {
                    harness.keys("z");
                }
                let what = format!("{} {pane:?} {zoom:?} after {key}", harness.app.layout().footer);
                // A message that has no room in the last line covers what is above it.
                let message = footer(harness.app.screen()).message;
                let covered = message.map_or(Rect::ZERO, |message| message.area);
                check(&harness.buffer(), &panes(&harness.app.layout()), covered, &what);
            }
        }
    }
}

#[test]
fn nothing_hostile_breaks_a_filter_a_message_or_the_help() {
    let _alone = super::empty(1_000);
    log_everything();
    let mut harness = with_hostile_bytes();
    harness.sees("switch to async failed");
    harness.sees_not("\u{202e}");
    for (number, text) in hostile().into_iter().enumerate() {
        harness.press(KeyCode::Esc);
        harness.keys("1/");
        for letter in text.chars().take(50) {
            harness.press(KeyCode::Char(letter));
        }
        for width in (1..=200).skip(number % 3).step_by(3) {
            harness.resize(width, if width % 2 == 0 { 24 } else { 10 });
            harness.press([KeyCode::Left, KeyCode::Home, KeyCode::End][usize::from(width / 3) % 3]);
            check(
                &harness.buffer(),
                &panes(&harness.app.layout()),
                Rect::ZERO,
                &format!("filter {text:?} at {width}"),
            );
        }
        harness.press(KeyCode::Enter);
        harness.event(Event::Server(ServerEvent::Failed { detail: text.clone() }));
        for width in (1..=200).skip(number % 3).step_by(3) {
            harness.resize(width, 20);
            check(
                &harness.buffer(),
                &panes(&harness.app.layout()),
                Rect::ZERO,
                &format!("message {text:?} at {width}"),
            );
        }
        harness.keys("1/");
        harness.press(KeyCode::Esc);
        harness.event(Event::Stream(
            StreamId::client(ConnectionId(1), Direction::Sent),
            StreamEvent::Missed { events: 1, bytes: 7 },
        ));
    }
    harness.resize(120, 36);
    harness.click("? help");
    for width in 1..=200 {
        harness.resize(width, 24);
        harness.mouse(MouseEventKind::ScrollDown, width / 2, 12);
        check(&harness.buffer(), &[], Rect::ZERO, &format!("help at {width}"));
    }
}

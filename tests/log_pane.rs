//! The log pane. In a program of its own, because the logger is global.

use bytewatch::app::{App, Effect, Event, Palette, Setup};
use bytewatch::model::{Budget, Moment};
use bytewatch::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Size;

fn log(level: log::Level, target: &str, message: &str) {
    tui_logger::Drain::new()
        .log(&log::Record::builder().level(level).target(target).args(format_args!("{message}")).build());
}

#[test]
fn lines_are_shown_wrapped_and_by_target() {
    tui_logger::set_default_level(log::LevelFilter::Trace);
    log(log::Level::Info, "bytewatch::server", "listening on 127.0.0.1:7777");
    log(log::Level::Warn, "bytewatch::server::threads", &"a slow reader ".repeat(12));
    log(log::Level::Error, "other", "esc \u{1b}[2J and \u{202e} and more");
    tui_logger::move_events();
    let size = Size { width: 100, height: 20 };
    let mut app = App::new(Setup {
        budget: Budget { history: 1024, memory: 1 << 20 },
        utc_offset_seconds: 0,
        theme: Palette::Terminal,
        now: Moment(0),
        size,
        capacity: Vec::new(),
        version: "0.1.0".into(),
    });
    let logs = ui::logs::Logs::new();
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    let mut after = |keys: &str| {
        let mut screen = String::new();
        for key in keys.chars() {
            for effect in app.update(Event::Key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE))) {
                if let Effect::Logs(command) = effect {
                    logs.apply(command);
                }
            }
            terminal.draw(|frame| ui::draw(frame, &app, &logs)).unwrap();
            screen = terminal.backend().to_string();
        }
        screen
    };
    let screen = after("4z");
    assert!(screen.contains("INFO  bytewatch::server: listening on 127.0.0.1:7777"), "{screen}");
    assert!(
        screen.contains("\n\"│                   a slow reader")
            || screen.contains("│                   reader a slow"),
        "{screen}"
    );
    assert!(screen.contains("ERROR other: esc"), "{screen}");
    assert!(!screen.contains(['\u{1b}', '\u{202e}']), "{screen}");
    let screen = after("t");
    assert!(screen.contains("EWIDT:bytewatch::server::threa│"), "the list stays within its edge: {screen}");
    let screen = after("jjo");
    assert!(screen.contains("esc") && !screen.contains("listening on"), "only the selected target: {screen}");
    assert!(after("t").contains("only the selected target"));
}

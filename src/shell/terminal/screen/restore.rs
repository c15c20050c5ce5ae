//! Restores the terminal, on behalf of the loop, of a panic hook, or of the last resort of the signal thread.

use std::sync::{Arc, Once};
use std::time::Duration;
use std::{panic, thread};

use parking_lot::Mutex;
use ratatui::crossterm::terminal;
use tracing::error;

use crate::shell::terminal::screen::modes::LEAVE;
use crate::shell::terminal::screen::terminal_writer::{Flushed, TerminalWriter};

/// The writer to the terminal while it shows the dashboard.
static ACTIVE_WRITER: Mutex<Option<Arc<TerminalWriter>>> = Mutex::new(None);

/// How long to wait for a stuck terminal when it is restored.
const RESTORE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long to wait for another thread that is restoring the terminal. It is limited, because a panic may have come
/// from within the restoration.
const LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// Registers `terminal_writer` as the writer through which the terminal must be restored.
pub(super) fn register(terminal_writer: &Arc<TerminalWriter>) {
    *ACTIVE_WRITER.lock() = Some(Arc::clone(terminal_writer));
}

/// The state of the terminal after it was restored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Restored {
    /// The terminal shows what is printed.
    Usable,
    /// The terminal takes no output, so printing would block.
    Stuck,
    /// The terminal is gone.
    Gone,
}

/// Restores the terminal if it shows the dashboard. Takes a second at most. Any thread may call it, also repeatedly.
pub(crate) fn restore() -> Restored {
    let Some(mut shown) = ACTIVE_WRITER.try_lock_for(LOCK_TIMEOUT) else { return Restored::Stuck };
    let Some(terminal_writer) = shown.take() else { return Restored::Usable };
    terminal_writer.send(LEAVE.to_vec());
    let flushed = terminal_writer.flush(RESTORE_TIMEOUT);
    // This fails for a terminal that is gone, which needs no mode.
    let _ = terminal::disable_raw_mode();
    match flushed {
        Flushed::Written => Restored::Usable,
        Flushed::Stuck => Restored::Stuck,
        Flushed::Gone => Restored::Gone,
    }
}

/// Installs a panic hook. A panic of the calling thread, which is the one that draws, restores the terminal before
/// its message is printed. Panics of other threads end only the work of those threads, so they are logged and the
/// screen stays.
pub(super) fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let drawing = thread::current().id();
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let this = thread::current();
            if this.id() == drawing {
                if restore() == Restored::Usable {
                    print(panic);
                }
            } else {
                let payload = panic.payload();
                let message = payload.downcast_ref::<&str>().copied();
                let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
                let message = message.unwrap_or("it does not say why");
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                error!(thread = this.name().unwrap_or("unnamed"), place, "a thread panicked: {message}");
            }
        }));
    });
}

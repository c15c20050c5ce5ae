//! Restores the terminal, on behalf of the loop, of a panic hook, or of the last resort of the signal thread.

use std::sync::{Arc, Once};
use std::time::Duration;
use std::{panic, thread};

use parking_lot::Mutex;
use ratatui::crossterm::terminal;
use tracing::error;

use super::outlet::{Outlet, Settled};
use super::{LEAVE, PATIENCE};

/// The writer to the terminal while it shows the dashboard.
static SHOWN: Mutex<Option<Arc<Outlet>>> = Mutex::new(None);

/// How long to wait for another thread that is restoring the terminal. It is limited, because a panic may have come
/// from within the restoration.
const CONTENDED: Duration = Duration::from_millis(100);

/// Registers `outlet` as the writer through which the terminal must be restored.
pub(super) fn arm(outlet: &Arc<Outlet>) {
    *SHOWN.lock() = Some(Arc::clone(outlet));
}

/// The state of the terminal after it was restored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::runtime) enum Given {
    /// The terminal shows what is printed.
    Back,
    /// The terminal takes no output, so printing would block.
    Stuck,
    /// The terminal is gone.
    Gone,
}

/// Restores the terminal if it shows the dashboard. Takes a second at most. Any thread may call it, also repeatedly.
pub(in crate::runtime) fn restore() -> Given {
    let Some(mut shown) = SHOWN.try_lock_for(CONTENDED) else { return Given::Stuck };
    let Some(outlet) = shown.take() else { return Given::Back };
    outlet.send(LEAVE.to_vec());
    let settled = outlet.settle(PATIENCE);
    // This fails for a terminal that is gone, which needs no mode.
    let _ = terminal::disable_raw_mode();
    match settled {
        Settled::Written => Given::Back,
        Settled::Stuck => Given::Stuck,
        Settled::Gone => Given::Gone,
    }
}

/// Installs a panic hook. A panic of the calling thread, which is the one that draws, restores the terminal before
/// its message is printed. Panics of other threads end only the work of those threads, so they are logged and the
/// screen stays.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let drawing = thread::current().id();
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let this = thread::current();
            if this.id() == drawing {
                if restore() == Given::Back {
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

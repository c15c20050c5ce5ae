//! Gives the terminal back, whichever part notices that it is time: the loop, a panic, the last resort.

use std::sync::{Arc, Once};
use std::time::Duration;
use std::{panic, thread};

use parking_lot::Mutex;
use ratatui::crossterm::terminal;
use tracing::error;

use super::outlet::{Outlet, Settled};
use super::{LEAVE, PATIENCE};

/// The way to the terminal while it shows the dashboard.
static SHOWN: Mutex<Option<Arc<Outlet>>> = Mutex::new(None);

/// How long to wait for another part that is giving the terminal back: a panic may have come from within.
const CONTENDED: Duration = Duration::from_millis(100);

/// From now on the terminal has to be given back through `outlet`.
pub(super) fn arm(outlet: &Arc<Outlet>) {
    *SHOWN.lock() = Some(Arc::clone(outlet));
}

/// What can be said on the terminal after it was given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::runtime) enum Given {
    /// It shows what is printed.
    Back,
    /// It takes no output: printing would only wait.
    Stuck,
    /// It is there no more.
    Gone,
}

/// Gives the terminal back as it was, if it shows the dashboard. Takes a second at most, and may be called by anyone
/// any number of times.
pub(in crate::runtime) fn restore() -> Given {
    let Some(mut shown) = SHOWN.try_lock_for(CONTENDED) else { return Given::Stuck };
    let Some(outlet) = shown.take() else { return Given::Back };
    outlet.send(LEAVE.to_vec());
    let settled = outlet.settle(PATIENCE);
    // The mode of a terminal that is gone cannot be set and need not be.
    let _ = terminal::disable_raw_mode();
    match settled {
        Settled::Written => Given::Back,
        Settled::Stuck => Given::Stuck,
        Settled::Gone => Given::Gone,
    }
}

/// Makes a panic of this thread, which is the one that draws, give the terminal back before its message is printed.
/// Panics of other threads end nothing but their work: they are logged, and the screen stays.
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

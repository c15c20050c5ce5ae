//! The shutdown of the dashboard: restores the terminal, waits until the server has stopped, then prints the totals.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::event::{Event, ServerEvent};
use crate::server::{Server, WakeOn};
use crate::shell::inbox::{Inbox, Input};
use crate::shell::shutdown;
use crate::shell::shutdown::Shutdown;
use crate::shell::terminal::screen::Restored;
use crate::shell::totals;
use crate::shell::totals::RunTotals;

use crate::shell::dashboard::{Dashboard, ExitReason};

/// The time after which the user who quit is told what the program still waits for.
const NOTICE_DELAY: Duration = Duration::from_millis(500);

/// Shuts down in order.
///
/// # Errors
///
/// When the last line cannot be printed on a terminal that is there.
pub(super) fn shut_down(dashboard: Dashboard<'_>, end: ExitReason) -> Result<()> {
    // The built-in clients are waited for when their owner is dropped, at the end of this function.
    let Dashboard {
        server,
        mut feed,
        inbox,
        screen,
        input_guard,
        mut totals,
        events,
        waker,
        mut demo_clients,
        ..
    } = dashboard;
    demo_clients.clear();
    let mut shutdown = Shutdown::start(server, shutdown::DRAIN_TIMEOUT);
    drop(input_guard);
    let restored = match end {
        ExitReason::Requested => screen.leave(),
        ExitReason::Hangup => {
            screen.abandon();
            Restored::Gone
        }
    };
    if restored == Restored::Gone {
        shutdown.shorten(shutdown::HANGUP_TIMEOUT);
    }
    // A lost terminal also sends a signal, which must not count as a second request to stop.
    let mut hangups = u32::from(end == ExitReason::Hangup);
    let mut notice_at = (restored == Restored::Usable).then(|| Instant::now() + NOTICE_DELAY);
    // Events that were taken and not yet applied count too.
    let mut events: Vec<_> = events.collect();
    loop {
        feed.drain(&mut events);
        events.iter().for_each(|stamped| totals.observe(&stamped.event));
        if events.iter().any(|stamped| stamped.event == Event::Server(ServerEvent::Stopped)) {
            break;
        }
        events.clear();
        take_inputs(&inbox, &mut shutdown, server, &mut hangups);
        if shutdown.is_done(server) {
            break;
        }
        if notice_at.is_some_and(|at| at <= Instant::now()) {
            notice_at = None;
            if print_pending(&totals).is_err() {
                shutdown.shorten(shutdown::HANGUP_TIMEOUT);
            }
        }
        waker.wait(WakeOn::Fact, notice_at.map_or(shutdown.next(), |at| at.min(shutdown.next())));
    }
    if restored == Restored::Usable {
        writeln!(io::stdout(), "{totals}").context("the counts cannot be printed")?;
    }
    Ok(())
}

/// Takes what came since the last time. The first `hangups` requests to stop are those of the lost terminal.
fn take_inputs(inbox: &Inbox, shutdown: &mut Shutdown, server: &Server, hangups: &mut u32) {
    while let Some(input) = inbox.next() {
        match input {
            Input::Stop if *hangups > 0 => *hangups -= 1,
            Input::Stop => shutdown.force(server),
            Input::Hangup => shutdown.shorten(shutdown::HANGUP_TIMEOUT),
            _ => {}
        }
    }
}

fn print_pending(totals: &RunTotals) -> io::Result<()> {
    match totals.live() {
        0 => Ok(()),
        live => writeln!(io::stdout(), "waiting for {} to finish (Ctrl-C cuts)", totals::connections(live)),
    }
}

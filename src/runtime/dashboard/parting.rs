//! The shutdown of the dashboard: restores the terminal, waits until the server has stopped, then prints the totals.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::model::event::Fact;
use crate::runtime::ending::{self, Ending};
use crate::runtime::inbox::Input;
use crate::runtime::screen::Given;
use crate::runtime::tally::{self, Tally};
use crate::server::Patience;

use super::{Dashboard, End};

/// The time after which the user who quit is told what the program still waits for.
const SILENCE: Duration = Duration::from_millis(500);

/// Shuts down in order.
///
/// # Errors
///
/// When the last line cannot be printed on a terminal that is there.
pub(super) fn part(dashboard: Dashboard<'_>, end: End) -> Result<()> {
    // The built-in clients are waited for when their owner is dropped, at the end of this function.
    let Dashboard { server, mut feed, inbox, screen, reading, mut tally, facts, bell, mut stage, .. } =
        dashboard;
    stage.clear();
    let mut ending = Ending::begin(server, ending::IN_ORDER);
    drop(reading);
    let given = match end {
        End::Asked => screen.leave(),
        End::Gone => {
            screen.abandon();
            Given::Gone
        }
    };
    if given == Given::Gone {
        ending.shorten(ending::ABANDONED);
    }
    // A lost terminal also sends a signal, which must not count as a second request to stop.
    let mut hangups = u32::from(end == End::Gone);
    let mut tell = (given == Given::Back).then(|| Instant::now() + SILENCE);
    // Facts that were taken and not yet applied count too.
    let mut facts: Vec<_> = facts.collect();
    loop {
        feed.drain(&mut facts);
        facts.iter().for_each(|stamped| tally.observe(&stamped.fact));
        if facts.iter().any(|stamped| stamped.fact == Fact::Stopped) {
            break;
        }
        facts.clear();
        while let Some(input) = inbox.next() {
            match input {
                Input::End if hangups > 0 => hangups -= 1,
                Input::End => ending.hurry(server),
                Input::Gone => ending.shorten(ending::ABANDONED),
                _ => {}
            }
        }
        if ending.is_over(server) {
            break;
        }
        if tell.is_some_and(|at| at <= Instant::now()) {
            tell = None;
            if tell_what_lasts(&tally).is_err() {
                ending.shorten(ending::ABANDONED);
            }
        }
        bell.wait(Patience::Any, tell.map_or(ending.next(), |at| at.min(ending.next())));
    }
    if given == Given::Back {
        writeln!(io::stdout(), "{tally}").context("the counts cannot be printed")?;
    }
    Ok(())
}

fn tell_what_lasts(tally: &Tally) -> io::Result<()> {
    match tally.live() {
        0 => Ok(()),
        live => writeln!(io::stdout(), "waiting for {} to finish (Ctrl-C cuts)", tally::connections(live)),
    }
}

//! After the dashboard: the terminal is given back first, then the server is seen to its end, then the counts are told.

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

/// After so long somebody who quit is told what is waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// Ends in order.
///
/// # Errors
///
/// When the last line cannot be printed on a terminal that is there.
pub(super) fn part(dashboard: Dashboard<'_>, end: End) -> Result<()> {
    // What is still to be waited for of our clients is so in the end, when the stage is dropped.
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
    // A lost terminal sends a signal too: that is not somebody asking a second time.
    let mut hangups = u32::from(end == End::Gone);
    let mut tell = (given == Given::Back).then(|| Instant::now() + SILENCE);
    // What was taken and not yet shown counts, too.
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

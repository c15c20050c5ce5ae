//! One turn of one candidate: what its clients measured, and what its process used meanwhile.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::account::Account;
use super::contender::{Contender, Running};
use super::figures::{Figure, Figures};
use super::{Handlers, Options};
use crate::server::load::{self, Kind, Pace, Plan, Summary};

/// The number of concurrent clients that measure connections per second.
const COMING: usize = 16;
/// The time before the end at which the second usage reading is requested, because it may take a while.
const BEFORE_END: Duration = Duration::from_millis(250);

/// Measures one turn.
///
/// # Errors
/// The candidate cannot be started or reached, or other bytes came back than were sent.
pub(super) fn turn(options: &Options, contender: &Contender, connections: usize) -> Result<Figures> {
    let (address, running) = contender.start(options.handlers)?;
    let nuisance = match options.handlers {
        Handlers::Sound => None,
        Handlers::OneHangs => Some(Nuisance::begin(address)?),
    };
    let plan = plan(options, address, (Kind::Steady, connections));
    let asking = running.as_ref().and_then(Running::asking);
    let empty = asking.and_then(|asking| {
        asking.ask(0);
        asking.wait()
    });
    let mut asked = 0;
    let summary = load::run(&plan, &mut |book| {
        let late = book.time() + BEFORE_END >= plan.time;
        if let Some(asking) = asking
            && book.messages > 0
            && (asked == 0 || asked == 1 && late)
        {
            asking.ask(book.messages);
            asked += 1;
        }
        ControlFlow::Continue(())
    });
    let summary = sound(summary.with_context(|| format!("nothing answers at {address}"))?)?;
    drop(nuisance);
    let accounts = running.map(Running::end).unwrap_or_default();
    let mut figures = Figures::default();
    clients_saw(&mut figures, options, &summary);
    if let (Some((_, empty)), [first, .., last] | [first @ last]) = (empty, accounts.as_slice()) {
        it_took(&mut figures, connections, &empty, [first, last]);
    }
    figures.set(Figure::Connections, rate_of_connections(options, contender)?);
    Ok(figures)
}

fn plan(options: &Options, target: SocketAddr, group: (Kind, usize)) -> Plan {
    Plan {
        target,
        source: None,
        groups: vec![group],
        size: options.size,
        pipeline: options.pipeline,
        pace: options.pace,
        pattern: options.pattern.clone(),
        ramp: Duration::ZERO,
        time: options.time,
    }
}

/// The client whose handler blocks: it sends a byte as soon as the last one is back.
struct Nuisance {
    socket: TcpStream,
    thread: Option<JoinHandle<()>>,
}

impl Nuisance {
    /// Connects. It must be the first client of the server, and has been served once when this returns.
    fn begin(address: SocketAddr) -> Result<Self> {
        let mut socket =
            TcpStream::connect(address).with_context(|| format!("nothing answers at {address}"))?;
        let echo = move |socket: &mut TcpStream| {
            let mut byte = [b'x'];
            socket.write_all(&byte).and_then(|()| socket.read_exact(&mut byte))
        };
        echo(&mut socket).context("its first client is not answered")?;
        let mut own = socket.try_clone()?;
        let thread = thread::spawn(move || while echo(&mut own).is_ok() {});
        Ok(Self { socket, thread: Some(thread) })
    }
}

impl Drop for Nuisance {
    fn drop(&mut self) {
        // Ends its thread, in whichever call that is; if the socket is closed already, the thread has ended.
        let _ = self.socket.shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic.
            let _ = thread.join();
        }
    }
}

/// Fails if bytes came back changed: a server that does not echo cannot be compared.
fn sound(summary: Summary) -> Result<Summary> {
    if let Some(difference) = summary.book.first_difference {
        bail!("at offset {} of connection {} it did not echo", difference.offset, difference.connection);
    }
    Ok(summary)
}

fn clients_saw(figures: &mut Figures, options: &Options, summary: &Summary) {
    let book = &summary.book;
    if options.pace == Pace::Closed {
        figures.set(Figure::Messages, book.messages as f64 / summary.time.as_secs_f64());
    }
    for (figure, percent) in Figure::LATENCIES {
        if let Some(took) = book.latency.percentile(percent) {
            figures.set(figure, took.as_secs_f64());
        }
    }
    figures.set(Figure::Errors, book.troubles.values().sum::<u64>() as f64);
    figures.set(Figure::OwnShare, summary.own_share.unwrap_or(0.0));
}

fn it_took(figures: &mut Figures, connections: usize, empty: &Account, readings: [&(u64, Account); 2]) {
    let [(before, first), (after, second)] = readings;
    // A busy process may answer only after its clients have gone.
    figures.set(Figure::Threads, first.threads.max(second.threads) as f64);
    let resident = first.resident.max(second.resident).saturating_sub(empty.resident);
    figures.set(Figure::Memory, resident as f64 / connections as f64);
    let messages = after.saturating_sub(*before) as f64;
    if messages > 0.0 {
        let since = |of: fn(&Account) -> u64| of(second).saturating_sub(of(first)) as f64;
        // Microseconds per message equal seconds per million messages.
        figures.set(Figure::Processor, since(|account| account.cpu_micros) / messages);
        figures.set(Figure::Voluntary, since(|account| account.voluntary) / messages);
        figures.set(Figure::Involuntary, since(|account| account.involuntary) / messages);
    }
}

/// The number of connections per second that are made, used for one message and closed.
fn rate_of_connections(options: &Options, contender: &Contender) -> Result<f64> {
    let (address, running) = contender.start(Handlers::Sound)?;
    let plan = Plan { pace: Pace::Closed, pipeline: 1, ..plan(options, address, (Kind::Churn, COMING)) };
    let summary = load::run(&plan, &mut |_| ControlFlow::Continue(()))
        .with_context(|| format!("nothing answers at {address}"))?;
    let summary = sound(summary)?;
    drop(running);
    Ok(summary.book.messages as f64 / summary.time.as_secs_f64())
}

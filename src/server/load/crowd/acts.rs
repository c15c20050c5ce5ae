//! What clients do, workload by workload; how a connection ends, and how the whole run ends.

use std::time::{Duration, Instant};

use super::{Client, Crowd, Due, Phase, Trouble};
use crate::server::load::client::{Failure, More, Read};
use crate::server::load::pattern::PIECE;
use crate::server::load::{Kind, Pace};

/// The messages of a burst, as a multiple of a steady client's, and the silence after a burst.
const BURST: usize = 16;
const SILENCE: Duration = Duration::from_millis(200);
/// The number of bytes that a slow reader reads at once, and the time between two reads.
const SLOW_READ: (u64, Duration) = (4 * 1024, Duration::from_millis(100));
/// The fraction of a message that a slow sender sends at once, and the time between two sends.
const SLOW_SEND: (usize, Duration) = (50, Duration::from_millis(20));
/// The delay before a client reconnects after its connection failed.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
/// At the end of a run, the wait without any progress after which outstanding bytes are given up; the second value
/// applies where only the server's FIN is missing.
const LAST_BYTES: Duration = Duration::from_secs(5);
const LAST_FIN: Duration = Duration::from_secs(1);

impl Crowd<'_> {
    /// Starts the workload of a client that has connected.
    pub(super) fn opened(&mut self, who: usize, now: Instant) -> Result<(), Failure> {
        if self.phase == Phase::Ending {
            return self.wind_up(who);
        }
        let messages = match (self.clients[who].kind, self.plan.pace) {
            (Kind::Steady, Pace::Closed) => self.plan.pipeline,
            (Kind::Bursty, _) => self.plan.pipeline * BURST,
            (Kind::Churn | Kind::HalfClose | Kind::Reset, _) => 1,
            (Kind::SlowReader, _) => {
                self.act_in(who, now, SLOW_READ.1);
                0
            }
            (Kind::SlowSender, _) => {
                self.act_in(who, now, SLOW_SEND.1);
                0
            }
            (Kind::Steady | Kind::Idle, _) => 0,
        };
        self.ask(who, messages, now);
        Ok(())
    }

    fn ask(&mut self, who: usize, messages: usize, now: Instant) {
        if let Some(connection) = &mut self.clients[who].connection {
            (0..messages).for_each(|_| connection.ask(self.plan.size, now));
        }
    }

    fn act_in(&mut self, who: usize, now: Instant, time: Duration) {
        self.timers.at(now + time, Due::Act(who, self.clients[who].number));
    }

    /// Runs the timed part of a client's workload.
    pub(super) fn act(&mut self, who: usize, now: Instant) -> Result<(), Failure> {
        match self.clients[who].kind {
            Kind::Bursty => self.ask(who, self.plan.pipeline * BURST, now),
            Kind::SlowReader => {
                self.act_in(who, now, SLOW_READ.1);
                self.pull(who, now, SLOW_READ.0)?;
            }
            Kind::SlowSender => {
                self.act_in(who, now, SLOW_SEND.1);
                let part = (self.plan.size / SLOW_SEND.0).max(1) as u64;
                if let Some(connection) = &mut self.clients[who].connection {
                    connection.ask_bytes(part);
                }
            }
            _ => {}
        }
        self.push(who, now)
    }

    /// Writes what the socket takes.
    pub(super) fn push(&mut self, who: usize, now: Instant) -> Result<(), Failure> {
        let kind = self.clients[who].kind;
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        if kind == Kind::SlowReader && self.phase == Phase::Talking {
            let always = PIECE as u64;
            connection.ask_bytes(always.saturating_sub(connection.unsent()));
        }
        let (sent, more) = connection.write(&self.ring)?;
        self.book.sent += sent;
        if more == More::Now {
            self.again.push(who);
        }
        if connection.unsent() == 0 && connection.under_way() > 0 {
            match kind {
                Kind::HalfClose => connection.finish()?,
                Kind::Reset => {
                    connection.reset();
                    self.close(who, now);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads and compares up to `most` bytes, and continues the workload.
    pub(super) fn pull(&mut self, who: usize, now: Instant, most: u64) -> Result<(), Failure> {
        let kind = self.clients[who].kind;
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        let (book, mut whole) = (&mut self.book, 0);
        let message = |since: Instant| {
            whole += 1;
            if kind.is_timed() {
                book.back(since.elapsed());
            }
        };
        let (compared, read) = connection.read(&self.ring, &mut self.space, most, message)?;
        self.book.compared += compared;
        if compared > 0 {
            self.progress = now;
        }
        match read {
            Read::End => return self.ended(who, now),
            Read::So(More::Now) if most == u64::MAX => self.again.push(who),
            Read::So(_) => {}
        }
        if self.phase == Phase::Ending {
            return self.wind_up(who);
        }
        self.after(who, whole, now)
    }

    /// Continues the workload after `whole` messages have come back.
    fn after(&mut self, who: usize, whole: usize, now: Instant) -> Result<(), Failure> {
        let kind = self.clients[who].kind;
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        let all = connection.under_way() == 0;
        match (kind, self.plan.pace) {
            (Kind::Steady, Pace::Closed) if whole > 0 => {
                self.ask(who, whole, Instant::now());
                self.push(who, now)?;
            }
            (Kind::Bursty, _) if whole > 0 && all => self.act_in(who, now, SILENCE),
            (Kind::Churn, _) if whole > 0 && all => connection.finish()?,
            _ => {}
        }
        Ok(())
    }

    /// The server has closed its side, and no bytes are outstanding.
    fn ended(&mut self, who: usize, now: Instant) -> Result<(), Failure> {
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        if !connection.has_finished() {
            // The server closed its side first.
            return Err(Trouble::ClosedEarly.into());
        }
        self.close(who, now);
        Ok(())
    }

    /// Closes a connection in order, and schedules the reconnect if the workload has one.
    fn close(&mut self, who: usize, now: Instant) {
        if self.clients[who].connection.take().is_some() {
            self.book.open -= 1;
        }
        if self.phase != Phase::Ending && self.clients[who].kind.comes_back() {
            self.timers.at(now, Due::Connect(who));
        }
    }

    /// Records a connection that failed, or that could not be made.
    pub(super) fn failed(&mut self, who: usize, failure: Failure) {
        let now = Instant::now();
        self.book.met(failure.trouble);
        if let Some(difference) = failure.difference {
            self.book.differs(difference);
        }
        let connection = self.clients[who].connection.take();
        if connection.as_ref().is_none_or(|connection| connection.is_connecting()) {
            self.no_longer_connecting(who, now);
        } else {
            self.book.open -= 1;
        }
        if let Some(connection) = connection {
            connection.reset();
        }
        if self.phase != Phase::Ending && self.clients[who].kind.comes_back() {
            self.timers.at(now + AFTER_FAILURE, Due::Connect(who));
        }
    }

    /// Stops the traffic, waits for outstanding bytes and closes each connection in order.
    pub(super) fn end(&mut self) -> std::io::Result<()> {
        self.phase = Phase::Ending;
        self.timers.clear();
        (self.schedule, self.until, self.progress) = (None, None, Instant::now());
        for who in 0..self.clients.len() {
            if self.clients[who].is_open() {
                // mio reports edges only: bytes that have already arrived cause no further event.
                self.again.push(who);
            } else {
                self.clients[who].connection = None;
            }
            if let Some(connection) = &mut self.clients[who].connection {
                connection.ask_no_more();
            }
        }
        loop {
            let owes = |client: &Client| client.connection.as_ref().is_some_and(|one| one.owed() > 0);
            let patience = if self.clients.iter().any(owes) { LAST_BYTES } else { LAST_FIN };
            if self.book.open == 0 || self.progress.elapsed() >= patience {
                break;
            }
            self.serve_ready()?;
        }
        self.give_up();
        Ok(())
    }

    /// At the end of a run: sends the FIN of a client whose bytes are all back.
    fn wind_up(&mut self, who: usize) -> Result<(), Failure> {
        match &mut self.clients[who].connection {
            Some(connection) if connection.owed() == 0 => connection.finish(),
            _ => Ok(()),
        }
    }

    /// Records the bytes that are still outstanding as missing.
    fn give_up(&mut self) {
        for who in 0..self.clients.len() {
            if let Some(connection) = &self.clients[who].connection
                && connection.owed() > 0
            {
                let failure = connection.missing(&self.ring, Trouble::TimedOut);
                self.failed(who, failure);
            }
        }
    }
}

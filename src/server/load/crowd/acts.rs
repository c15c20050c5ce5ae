//! What the clients do, kind by kind; how a connection ends, and how all of them do.

use std::time::{Duration, Instant};

use super::{Client, Crowd, Due, Phase, Trouble};
use crate::server::load::client::{Failure, More, Read};
use crate::server::load::pattern::PIECE;
use crate::server::load::{Kind, Pace};

/// A bursty client's messages at once, as many times as a steady one's; and how long it is silent after them.
const BURST: usize = 16;
const SILENCE: Duration = Duration::from_millis(200);
/// The number of bytes that a slow reader reads at once, and the time between two reads.
const SLOW_READ: (u64, Duration) = (4 * 1024, Duration::from_millis(100));
/// Such a part of a message a slow sender sends, so often.
const SLOW_SEND: (usize, Duration) = (50, Duration::from_millis(20));
/// The time after which a client that comes back connects again if its connection failed.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
/// In the end, what is owed has come if nothing has come for so long; and the server's FIN, where nothing is owed.
const LAST_BYTES: Duration = Duration::from_secs(5);
const LAST_FIN: Duration = Duration::from_secs(1);

impl Crowd<'_> {
    /// A client is connected: he begins.
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

    /// What a kind does now and then.
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

    /// Writes, as far as it goes.
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

    /// Reads and compares, up to `most` bytes, and goes on from there.
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

    /// Acts on the number of messages that have just come back whole.
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

    /// The server has sent its last byte, and owed no other.
    fn ended(&mut self, who: usize, now: Instant) -> Result<(), Failure> {
        let Some(connection) = &mut self.clients[who].connection else { return Ok(()) };
        if !connection.has_finished() {
            // Nobody asked it to.
            return Err(Trouble::ClosedEarly.into());
        }
        self.close(who, now);
        Ok(())
    }

    /// The connection is done with.
    fn close(&mut self, who: usize, now: Instant) {
        if self.clients[who].connection.take().is_some() {
            self.book.open -= 1;
        }
        if self.phase != Phase::Ending && self.clients[who].kind.comes_back() {
            self.timers.at(now, Due::Connect(who));
        }
    }

    /// A connection is over before its time, or never was one.
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

    /// Asks for no more, waits for all that is owed, ends each connection in order.
    pub(super) fn end(&mut self) -> std::io::Result<()> {
        self.phase = Phase::Ending;
        self.timers.clear();
        (self.schedule, self.until, self.progress) = (None, None, Instant::now());
        for who in 0..self.clients.len() {
            if self.clients[who].is_open() {
                // Where bytes lie already, the system will not say so again.
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

    /// In the end: whose bytes are all back says so to the server.
    fn wind_up(&mut self, who: usize) -> Result<(), Failure> {
        match &mut self.clients[who].connection {
            Some(connection) if connection.owed() == 0 => connection.finish(),
            _ => Ok(()),
        }
    }

    /// What is still owed will not come.
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

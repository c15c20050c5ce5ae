//! What clients do, workload by workload; how a connection ends, and how the whole run ends.

use std::time::{Duration, Instant};

use crate::client::load::client::{Failure, ReadOutcome, SocketState};
use crate::client::load::generator::event_loop::{Client, Generator, RunPhase, Timer};
use crate::client::load::pattern::WINDOW;
use crate::client::load::plan::{LoadModel, Workload};
use crate::client::load::stats::ClientError;

/// The messages of a burst, as a multiple of a steady client's, and the silence after a burst.
const BURST: usize = 16;
const BURST_PAUSE: Duration = Duration::from_millis(200);
/// The number of bytes that a slow reader reads at once, and the time between two reads.
const SLOW_READ: (u64, Duration) = (4 * 1024, Duration::from_millis(100));
/// The fraction of a message that a slow sender sends at once, and the time between two sends.
const SLOW_SEND: (usize, Duration) = (50, Duration::from_millis(20));
/// The delay before a client reconnects after its connection failed.
const RECONNECT_DELAY: Duration = Duration::from_millis(100);
/// At the end of a run, the wait without any progress after which outstanding bytes are given up; the second value
/// applies where only the server's FIN is missing.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
const FIN_TIMEOUT: Duration = Duration::from_secs(1);

impl Generator<'_> {
    /// Starts the workload of a client that has connected.
    pub(super) fn on_connected(&mut self, index: usize, now: Instant) -> Result<(), Failure> {
        if self.phase == RunPhase::Finishing {
            return self.send_last_fin(index);
        }
        let messages = match (self.clients[index].workload, self.plan.load_model) {
            (Workload::Steady, LoadModel::ClosedLoop) => self.plan.pipeline,
            (Workload::Bursty, _) => self.plan.pipeline * BURST,
            (Workload::Churn | Workload::HalfClose | Workload::Reset, _) => 1,
            (Workload::SlowReader, _) => {
                self.set_timer(index, now, SLOW_READ.1);
                0
            }
            (Workload::SlowSender, _) => {
                self.set_timer(index, now, SLOW_SEND.1);
                0
            }
            (Workload::Steady | Workload::Idle, _) => 0,
        };
        self.queue_messages(index, messages, now);
        Ok(())
    }

    fn queue_messages(&mut self, index: usize, messages: usize, now: Instant) {
        if let Some(connection) = &mut self.clients[index].connection {
            (0..messages).for_each(|_| connection.queue_message(self.plan.size, now));
        }
    }

    fn set_timer(&mut self, index: usize, now: Instant, time: Duration) {
        self.timers.add(now + time, Timer::Act(index, self.clients[index].number));
    }

    /// Runs the timed part of a client's workload.
    pub(super) fn on_timer(&mut self, index: usize, now: Instant) -> Result<(), Failure> {
        match self.clients[index].workload {
            Workload::Bursty => self.queue_messages(index, self.plan.pipeline * BURST, now),
            Workload::SlowReader => {
                self.set_timer(index, now, SLOW_READ.1);
                self.read(index, now, SLOW_READ.0)?;
            }
            Workload::SlowSender => {
                self.set_timer(index, now, SLOW_SEND.1);
                let part = (self.plan.size / SLOW_SEND.0).max(1) as u64;
                if let Some(connection) = &mut self.clients[index].connection {
                    connection.queue_bytes(part);
                }
            }
            _ => {}
        }
        self.write(index, now)
    }

    /// Writes what the socket takes.
    pub(super) fn write(&mut self, index: usize, now: Instant) -> Result<(), Failure> {
        let workload = self.clients[index].workload;
        let Some(connection) = &mut self.clients[index].connection else { return Ok(()) };
        if workload == Workload::SlowReader && self.phase == RunPhase::Running {
            let always = WINDOW as u64;
            connection.queue_bytes(always.saturating_sub(connection.unsent()));
        }
        let (sent, more) = connection.write(&self.corpus)?;
        self.stats.sent += sent;
        if more == SocketState::MaybeReady {
            self.ready_again.push(index);
        }
        if connection.unsent() == 0 && connection.in_flight() > 0 {
            match workload {
                Workload::HalfClose => connection.finish()?,
                Workload::Reset => {
                    connection.reset();
                    self.close(index, now);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads and compares up to `most` bytes, and continues the workload.
    pub(super) fn read(&mut self, index: usize, now: Instant, most: u64) -> Result<(), Failure> {
        let workload = self.clients[index].workload;
        let Some(connection) = &mut self.clients[index].connection else { return Ok(()) };
        let (stats, mut whole) = (&mut self.stats, 0);
        let message = |since: Instant| {
            whole += 1;
            if workload.is_timed() {
                stats.record_round_trip(since.elapsed());
            }
        };
        let (compared, read) = connection.read(&self.corpus, &mut self.buffer, most, message)?;
        self.stats.compared += compared;
        if compared > 0 {
            self.last_progress = now;
        }
        match read {
            ReadOutcome::Closed => return self.on_fin(index, now),
            ReadOutcome::TurnOver(SocketState::MaybeReady) if most == u64::MAX => {
                self.ready_again.push(index);
            }
            ReadOutcome::TurnOver(_) => {}
        }
        if self.phase == RunPhase::Finishing {
            return self.send_last_fin(index);
        }
        self.on_messages(index, whole, now)
    }

    /// Continues the workload after `whole` messages have come back.
    fn on_messages(&mut self, index: usize, whole: usize, now: Instant) -> Result<(), Failure> {
        let workload = self.clients[index].workload;
        let Some(connection) = &mut self.clients[index].connection else { return Ok(()) };
        let all = connection.in_flight() == 0;
        match (workload, self.plan.load_model) {
            (Workload::Steady, LoadModel::ClosedLoop) if whole > 0 => {
                self.queue_messages(index, whole, Instant::now());
                self.write(index, now)?;
            }
            (Workload::Bursty, _) if whole > 0 && all => self.set_timer(index, now, BURST_PAUSE),
            (Workload::Churn, _) if whole > 0 && all => connection.finish()?,
            _ => {}
        }
        Ok(())
    }

    /// The server has closed its side, and no bytes are outstanding.
    fn on_fin(&mut self, index: usize, now: Instant) -> Result<(), Failure> {
        let Some(connection) = &mut self.clients[index].connection else { return Ok(()) };
        if !connection.has_sent_fin() {
            // The server closed its side first.
            return Err(ClientError::ClosedEarly.into());
        }
        self.close(index, now);
        Ok(())
    }

    /// Closes a connection in order, and schedules the reconnect if the workload has one.
    fn close(&mut self, index: usize, now: Instant) {
        if self.clients[index].connection.take().is_some() {
            self.stats.open -= 1;
        }
        if self.phase != RunPhase::Finishing && self.clients[index].workload.reconnects() {
            self.timers.add(now, Timer::Connect(index));
        }
    }

    /// Records a connection that failed, or that could not be made.
    pub(super) fn on_failure(&mut self, index: usize, failure: Failure) {
        let now = Instant::now();
        self.stats.record_error(failure.error);
        if let Some(mismatch) = failure.mismatch {
            self.stats.record_mismatch(mismatch);
        }
        let connection = self.clients[index].connection.take();
        if connection.as_ref().is_none_or(|connection| connection.is_connecting()) {
            self.connect_settled(index, now);
        } else {
            self.stats.open -= 1;
        }
        if let Some(connection) = connection {
            connection.reset();
        }
        if self.phase != RunPhase::Finishing && self.clients[index].workload.reconnects() {
            self.timers.add(now + RECONNECT_DELAY, Timer::Connect(index));
        }
    }

    /// Stops the traffic, waits for outstanding bytes and closes each connection in order.
    pub(super) fn finish(&mut self) -> std::io::Result<()> {
        self.phase = RunPhase::Finishing;
        self.timers.clear();
        (self.schedule, self.until, self.last_progress) = (None, None, Instant::now());
        for index in 0..self.clients.len() {
            if self.clients[index].is_open() {
                // mio reports edges only: bytes that have already arrived cause no further event.
                self.ready_again.push(index);
            } else {
                self.clients[index].connection = None;
            }
            if let Some(connection) = &mut self.clients[index].connection {
                connection.drop_queued();
            }
        }
        loop {
            let owes = |client: &Client| client.connection.as_ref().is_some_and(|one| one.outstanding() > 0);
            let poll_timeout = if self.clients.iter().any(owes) { DRAIN_TIMEOUT } else { FIN_TIMEOUT };
            if self.stats.open == 0 || self.last_progress.elapsed() >= poll_timeout {
                break;
            }
            self.serve_ready()?;
        }
        self.abandon();
        Ok(())
    }

    /// At the end of a run: sends the FIN of a client whose bytes are all back.
    fn send_last_fin(&mut self, index: usize) -> Result<(), Failure> {
        match &mut self.clients[index].connection {
            Some(connection) if connection.outstanding() == 0 => connection.finish(),
            _ => Ok(()),
        }
    }

    /// Records the bytes that are still outstanding as missing.
    fn abandon(&mut self) {
        for index in 0..self.clients.len() {
            if let Some(connection) = &self.clients[index].connection
                && connection.outstanding() > 0
            {
                let failure = connection.missing(&self.corpus, ClientError::TimedOut);
                self.on_failure(index, failure);
            }
        }
    }
}

//! One client of the load generator: what its workload sends, reads and closes next.

use std::time::{Duration, Instant};

use crate::client::engine::Output;
use crate::client::load::pattern::{Corpus, WINDOW};
use crate::client::load::plan::{LoadModel, Plan, Workload};
use crate::client::load::stats::ClientError;
use crate::client::load::stream::{Failure, LoadStream};

/// The messages of a burst, as a multiple of a steady client's, and the silence after a burst.
const BURST: usize = 16;
const BURST_PAUSE: Duration = Duration::from_millis(200);
/// The number of bytes that a slow reader reads at once, and the time between two reads.
const SLOW_READ: usize = 4 * 1024;
const SLOW_READ_INTERVAL: Duration = Duration::from_millis(100);
/// The fraction of a message that a slow sender sends at once, and the time between two sends.
const SLOW_SEND: usize = 50;
const SLOW_SEND_INTERVAL: Duration = Duration::from_millis(20);

/// The state of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RunPhase {
    /// Not all clients are connected. Without a ramp no client sends yet: traffic of the first ones would keep the
    /// server from accepting the others.
    Connecting,
    Running,
    Finishing,
}

/// The state of a client's connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ClientState {
    Closed,
    /// Since this time.
    Connecting(Instant),
    Open,
    /// The client's FIN is sent.
    Finished,
}

/// A client, with its connection.
#[derive(Debug)]
pub(super) struct LoadClient {
    pub(super) workload: Workload,
    pub(super) state: ClientState,
    /// The stream of the connection, or of the last one.
    pub(super) stream: LoadStream,
    /// Why the connection has to be reset.
    pub(super) failure: Option<Failure>,
    /// The number of bytes that a slow reader may read now.
    pub(super) allowance: usize,
    /// Whether the first connect of this client has succeeded or failed.
    pub(super) settled: bool,
}

impl LoadClient {
    pub(super) const fn new(workload: Workload) -> Self {
        Self {
            workload,
            state: ClientState::Closed,
            stream: LoadStream::new(0, 0),
            failure: None,
            allowance: 0,
            settled: false,
        }
    }

    /// Starts anew with a connection that is connecting.
    pub(super) fn begin(&mut self, stream: LoadStream, now: Instant) {
        (self.stream, self.failure) = (stream, None);
        self.state = ClientState::Connecting(now);
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, ClientState::Open | ClientState::Finished)
    }

    /// Whether bytes are outstanding that may still come.
    pub(super) fn awaits_bytes(&self) -> bool {
        self.is_open() && self.stream.outstanding() > 0
    }

    /// Starts the workload on a connection that is open. Returns after which time its timer expires, if it has one.
    pub(super) fn start(&mut self, plan: &Plan, phase: RunPhase, now: Instant) -> Option<Duration> {
        let messages = match (self.workload, plan.load_model) {
            (Workload::Steady, LoadModel::ClosedLoop) => plan.pipeline,
            (Workload::Bursty, _) => plan.pipeline * BURST,
            (Workload::Churn | Workload::HalfClose | Workload::Reset, _) => 1,
            (Workload::SlowReader, _) => {
                self.fill_queue(phase);
                return Some(SLOW_READ_INTERVAL);
            }
            (Workload::SlowSender, _) => return Some(SLOW_SEND_INTERVAL),
            (Workload::Steady | Workload::Idle, _) => 0,
        };
        self.queue_messages(messages, plan, now);
        None
    }

    /// Runs the timed part of the workload. Returns after which time the timer expires again, if it does.
    pub(super) fn on_timer(&mut self, plan: &Plan, phase: RunPhase, now: Instant) -> Option<Duration> {
        match self.workload {
            Workload::Bursty => {
                self.queue_messages(plan.pipeline * BURST, plan, now);
                None
            }
            Workload::SlowReader => {
                self.allowance = SLOW_READ;
                self.fill_queue(phase);
                Some(SLOW_READ_INTERVAL)
            }
            Workload::SlowSender => {
                self.stream.queue_bytes((plan.size / SLOW_SEND).max(1) as u64);
                Some(SLOW_SEND_INTERVAL)
            }
            Workload::Steady | Workload::Idle | Workload::Churn | Workload::HalfClose | Workload::Reset => {
                None
            }
        }
    }

    /// Continues the workload after `whole` messages, at least one, have come back. Returns after which time its timer
    /// expires, if it has one.
    pub(super) fn on_messages(&mut self, whole: usize, plan: &Plan, now: Instant) -> Option<Duration> {
        match (self.workload, plan.load_model) {
            (Workload::Steady, LoadModel::ClosedLoop) => {
                self.queue_messages(whole, plan, now);
                None
            }
            (Workload::Bursty, _) => (self.stream.in_flight() == 0).then_some(BURST_PAUSE),
            _ => None,
        }
    }

    fn queue_messages(&mut self, messages: usize, plan: &Plan, now: Instant) {
        (0..messages).for_each(|_| self.stream.queue_message(plan.size, now));
    }

    /// Gives a slow reader bytes to send.
    fn fill_queue(&mut self, phase: RunPhase) {
        if phase == RunPhase::Running {
            self.stream.queue_bytes((WINDOW as u64).saturating_sub(self.stream.unsent()));
        }
    }

    /// What the client does next on its sending side.
    pub(super) fn output<'a>(&self, corpus: &'a Corpus, phase: RunPhase) -> Output<'a> {
        if self.failure.is_some() {
            return Output::Reset;
        }
        if self.state != ClientState::Open {
            return Output::Nothing;
        }
        if self.stream.unsent() > 0 {
            return Output::Bytes(self.stream.next_bytes(corpus));
        }
        if phase == RunPhase::Finishing {
            let all_back = self.stream.outstanding() == 0;
            return if all_back { Output::Fin } else { Output::Nothing };
        }
        match self.workload {
            Workload::HalfClose if self.stream.has_begun() => Output::Fin,
            Workload::Churn if self.stream.has_begun() && self.stream.in_flight() == 0 => Output::Fin,
            Workload::Reset if self.stream.has_begun() => Output::Reset,
            _ => Output::Nothing,
        }
    }

    /// The number of bytes that the client reads at most now.
    pub(super) fn read_limit(&self, phase: RunPhase) -> usize {
        match self.workload {
            _ if self.failure.is_some() => 0,
            Workload::SlowReader if phase != RunPhase::Finishing => self.allowance,
            _ => usize::MAX,
        }
    }

    /// The server has closed its side: it may do so when the client has, and every byte is back.
    pub(super) fn ended(&mut self, corpus: &Corpus) {
        if self.stream.outstanding() > 0 {
            self.failure = Some(self.stream.missing(corpus, ClientError::ClosedEarly));
        } else if self.state != ClientState::Finished {
            self.failure = Some(ClientError::ClosedEarly.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::load::pattern::Pattern;
    use crate::event::{Address, UnixAddress};

    fn plan() -> Plan {
        Plan {
            target: Address::Unix(UnixAddress::Unnamed(None)),
            source: None,
            groups: Vec::new(),
            size: 10,
            pipeline: 2,
            load_model: LoadModel::ClosedLoop,
            pattern: Pattern::Ascii,
            ramp: Duration::ZERO,
            time: Duration::ZERO,
        }
    }

    /// A client whose workload has started.
    fn started(workload: Workload) -> LoadClient {
        let mut client = LoadClient::new(workload);
        client.begin(LoadStream::new(1, 0), Instant::now());
        client.state = ClientState::Open;
        client.start(&plan(), RunPhase::Running, Instant::now());
        client
    }

    /// Sends all output, and returns it and what comes then.
    fn send(client: &mut LoadClient, corpus: &Corpus) -> (Vec<u8>, Output<'static>) {
        let mut sent = Vec::new();
        loop {
            match client.output(corpus, RunPhase::Running) {
                Output::Bytes(bytes) => {
                    sent.extend_from_slice(bytes);
                    client.stream.sent(bytes.len());
                }
                Output::Nothing => return (sent, Output::Nothing),
                Output::Fin => return (sent, Output::Fin),
                Output::Reset => return (sent, Output::Reset),
            }
        }
    }

    #[test]
    fn each_workload_ends_its_output_in_its_way() {
        let corpus = Corpus::new(&Pattern::Ascii);
        for (workload, length, then) in [
            (Workload::Steady, 20, Output::Nothing),
            (Workload::Bursty, 320, Output::Nothing),
            (Workload::Idle, 0, Output::Nothing),
            (Workload::SlowSender, 0, Output::Nothing),
            (Workload::Churn, 10, Output::Nothing),
            (Workload::HalfClose, 10, Output::Fin),
            (Workload::Reset, 10, Output::Reset),
        ] {
            let (sent, next) = send(&mut started(workload), &corpus);
            assert_eq!((sent.len(), next), (length, then), "{workload:?}");
        }
        let mut churn = started(Workload::Churn);
        let (sent, _) = send(&mut churn, &corpus);
        churn.stream.compare(&corpus, &sent).unwrap();
        assert!(churn.stream.take_complete().is_some());
        assert_eq!(churn.output(&corpus, RunPhase::Running), Output::Fin);
    }

    #[test]
    fn a_slow_reader_sends_much_and_reads_little_at_its_time() {
        let corpus = Corpus::new(&Pattern::Ascii);
        let mut client = started(Workload::SlowReader);
        assert_eq!(send(&mut client, &corpus).0.len(), WINDOW);
        assert_eq!(client.read_limit(RunPhase::Running), 0);
        client.on_timer(&plan(), RunPhase::Running, Instant::now());
        assert_eq!(client.read_limit(RunPhase::Running), SLOW_READ);
        assert_eq!(send(&mut client, &corpus).0.len(), WINDOW);
        assert_eq!(client.read_limit(RunPhase::Finishing), usize::MAX);
    }

    #[test]
    fn a_server_that_closes_first_or_with_bytes_outstanding_is_a_failure() {
        let corpus = Corpus::new(&Pattern::Ascii);
        let mut idle = started(Workload::Idle);
        idle.ended(&corpus);
        assert_eq!(idle.failure, Some(ClientError::ClosedEarly.into()));
        assert_eq!(idle.output(&corpus, RunPhase::Running), Output::Reset);
        let mut steady = started(Workload::Steady);
        let (sent, _) = send(&mut steady, &corpus);
        steady.stream.compare(&corpus, &sent[..15]).unwrap();
        steady.ended(&corpus);
        let offset = steady.failure.and_then(|failure| failure.mismatch).map(|mismatch| mismatch.offset);
        assert_eq!(offset, Some(15));
        let mut closing = started(Workload::HalfClose);
        let (sent, _) = send(&mut closing, &corpus);
        closing.stream.compare(&corpus, &sent).unwrap();
        closing.state = ClientState::Finished;
        closing.ended(&corpus);
        assert_eq!(closing.failure, None);
    }
}

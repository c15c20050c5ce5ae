//! Fault injection into handlers, which shows an audience how each backend reacts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::event::fault::HANG_MICROS;
use crate::event::{ConnectionId, Fault, FaultKind, Side};
use crate::server::service::services::{Answer, Service};

/// The active handler faults, shared by all handlers.
#[derive(Debug, Default)]
pub(in crate::server) struct HandlerFaults {
    /// The number of the connection whose handler hangs; 0 for none.
    hangs: AtomicU64,
    /// Microseconds of CPU work for each message.
    work: AtomicU64,
}

impl HandlerFaults {
    /// Starts a fault, or changes its strength. Faults that are made by clients are ignored.
    pub(in crate::server) fn start(&self, fault: Fault) {
        match fault {
            Fault::Hang(connection) => self.hangs.store(connection.0, Ordering::Relaxed),
            Fault::Work(micros) => self.work.store(micros, Ordering::Relaxed),
            Fault::SlowReader | Fault::Idle | Fault::Burst => {}
        }
    }

    /// Ends a fault.
    pub(in crate::server) fn end(&self, kind: FaultKind) {
        match kind {
            FaultKind::Hang => self.hangs.store(0, Ordering::Relaxed),
            FaultKind::Work => self.work.store(0, Ordering::Relaxed),
            FaultKind::SlowReader | FaultKind::Idle | FaultKind::Burst => {}
        }
    }

    fn apply(&self, connection: ConnectionId) {
        if self.hangs.load(Ordering::Relaxed) == connection.0 {
            tracing::trace!(target: "bytewatch::fault", "{connection} hangs");
            thread::sleep(Duration::from_micros(HANG_MICROS));
        }
        let work = self.work.load(Ordering::Relaxed);
        if work > 0 {
            compute(Duration::from_micros(work));
        }
    }
}

/// Keeps a CPU busy for this time.
fn compute(time: Duration) {
    let began = Instant::now();
    let mut number = 1_u64;
    while began.elapsed() < time {
        for _ in 0..64 {
            number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}

/// A handler that applies the active faults before each answer.
pub(in crate::server) struct FaultyService {
    service: Box<dyn Service>,
    faults: Arc<HandlerFaults>,
    connection: ConnectionId,
}

impl FaultyService {
    pub(in crate::server) fn new(
        service: Box<dyn Service>,
        faults: Arc<HandlerFaults>,
        connection: ConnectionId,
    ) -> Self {
        Self { service, faults, connection }
    }
}

impl Service for FaultyService {
    fn wrapped(&mut self) -> Option<&mut dyn Service> {
        Some(&mut *self.service)
    }

    fn received(&mut self, from: Side, input: &[u8]) -> Answer {
        self.faults.apply(self.connection);
        self.service.received(from, input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::service::services::Echo;

    #[test]
    fn only_the_one_hangs_and_all_work() {
        let faults = Arc::new(HandlerFaults::default());
        let handler = |id| FaultyService::new(Box::new(Echo), Arc::clone(&faults), ConnectionId(id));
        let (mut one, mut other) = (handler(1), handler(2));
        let took = |handler: &mut FaultyService| {
            let began = Instant::now();
            assert_eq!(handler.received(Side::Client, b"x"), Answer::Same(Side::Client));
            began.elapsed()
        };
        faults.start(Fault::Hang(ConnectionId(1)));
        assert!(took(&mut one) >= Duration::from_micros(HANG_MICROS));
        assert!(took(&mut other) < Duration::from_micros(HANG_MICROS));
        faults.end(FaultKind::Hang);
        faults.start(Fault::Work(3_000));
        assert!(took(&mut one) >= Duration::from_millis(3) && took(&mut other) >= Duration::from_millis(3));
        faults.end(FaultKind::Work);
        assert_eq!(faults.work.load(Ordering::Relaxed), 0);
    }
}

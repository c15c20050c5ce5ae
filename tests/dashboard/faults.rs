//! Faults of the traffic: the header does not let one forget them, and the selected connection says which it has.

use bytewatch::event::{
    CloseReason, ConnectionEvent, ConnectionId, Event, FaultChange, Side, TrafficFaultKind,
};

use crate::harness::Harness;

const SIZES: [(u16, u16); 5] = [(80, 24), (100, 24), (110, 30), (120, 40), (200, 60)];

fn header(harness: &Harness) -> String {
    harness.screen().lines().next().unwrap_or_default().to_owned()
}

/// The place of the backends, which warnings do not move.
fn place(header: &str) -> Option<usize> {
    header.find("async").map(|at| header[..at].chars().count())
}

#[test]
fn faults_are_not_forgotten_while_there_are_any() {
    for (width, height) in SIZES {
        let mut harness = Harness::with_clients(width, height);
        let before = header(&harness);
        let fault = |detail: &str| {
            let (to, kind) = (Side::Client, TrafficFaultKind::Latency);
            ConnectionEvent::Fault(FaultChange { to, kind, detail: detail.to_owned() })
        };
        harness.event(Event::Connection(ConnectionId(1), fault("100ms")));
        harness.event(Event::Connection(ConnectionId(2), fault("100ms")));
        let faulty = header(&harness);
        assert!(faulty.contains("FAULTS"), "{width}: {faulty}");
        assert_eq!(place(&faulty), place(&before), "{width}");
        harness.event(Event::Connection(ConnectionId(1), fault("50ms")));
        harness.event(Event::Connection(ConnectionId(1), fault("off")));
        assert!(header(&harness).contains("FAULTS"), "{width}: another one has some");
        let (reason, detail, failed_call) = (CloseReason::PeerFinished, None, None);
        let closed = ConnectionEvent::Closed { reason, detail, failed_call, received: 0, sent: 0 };
        harness.event(Event::Connection(ConnectionId(2), closed));
        assert!(!header(&harness).contains("FAULTS"), "{width}");
    }
}

#[test]
fn the_selected_connection_says_its_faults() {
    for (width, height) in SIZES {
        let mut harness = Harness::new(width, height);
        harness.open(1);
        harness.sees_not("fault to");
        let (to, kind, detail) = (Side::Client, TrafficFaultKind::Latency, "100ms,jitter=5ms".to_owned());
        harness.event(Event::Connection(
            ConnectionId(1),
            ConnectionEvent::Fault(FaultChange { to, kind, detail }),
        ));
        harness.sees("#1 fault to the client: latency 100ms,jitter=5ms");
    }
}

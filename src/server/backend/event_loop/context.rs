//! State that the tasks of the event loop share; all on one thread.

use std::cell::RefCell;
use std::sync::Arc;

use crate::server::backend::event_loop::handshake_gate::HandshakeGate;
use crate::server::backend::latency_probe::LoopHeartbeat;
use crate::server::backend::shared::Shared;
use crate::server::connection::read_buffer::ReadBuffer;

/// State that the tasks of the loop share.
pub(super) struct LoopContext {
    pub(super) shared: Arc<Shared>,
    pub(super) buffer: RefCell<ReadBuffer<'static>>,
    pub(super) heartbeat: Arc<LoopHeartbeat>,
    pub(super) handshakes: HandshakeGate,
}

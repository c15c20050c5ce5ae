//! How the TLS of a connection goes on, and what follows from its failure.

use crate::event::Side;
use crate::server::connection::ends::{Ends, TlsFailure};
use crate::server::connection::lifecycle::Lifecycle;
use crate::server::connection::tap::Tap;

/// The parts of a connection that its TLS changes.
pub(super) struct TlsSteps<'a> {
    pub(super) tap: &'a mut Tap,
    pub(super) ends: &'a mut Ends,
    pub(super) lifecycle: &'a mut Lifecycle,
}

impl TlsSteps<'_> {
    /// Goes on with handshakes, and encrypts what is pending.
    pub(super) fn advance(&mut self) {
        if self.lifecycle.is_draining() {
            return;
        }
        if let Err(failure) = self.ends.negotiate() {
            self.failed(failure);
        }
        while let Some((side, handshake)) = self.ends.take_handshake() {
            if self.ends.get(side).tls.as_ref().is_some_and(|tls| tls.is_requested()) {
                let (id, side) = (self.tap.id(), side.word());
                tracing::info!(target: "bytewatch::tls", "{id} {side}: TLS was asked for first (SSLRequest)");
            }
            self.tap.handshake(side, handshake);
        }
    }

    /// Processes that the TLS of a side has failed.
    pub(super) fn failed(&mut self, failure: TlsFailure) {
        if !self.lifecycle.is_draining() {
            self.lifecycle.tls_failed(failure.side, failure.detail(), self.ends);
        } else if let Some(tls) = &mut self.ends.get_mut(failure.side).tls {
            tls.give_up();
        }
    }

    /// Processes the bytes of one read of an encrypted side.
    pub(super) fn decrypt(&mut self, side: Side, ciphertext: &mut [u8]) {
        self.lifecycle.progress();
        let Some(tls) = &mut self.ends.get_mut(side).tls else { return };
        if let Err(error) = tls.decrypt(ciphertext) {
            self.failed(TlsFailure { side, error });
        }
    }
}

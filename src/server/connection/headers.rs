//! What the machine does about PROXY headers.

use crate::event::Side;
use crate::server::connection::machine::Machine;
use crate::server::connection::proxying::{HeaderSteps, Proxying};

impl Machine {
    /// Gives the connection its PROXY headers. To be called before anything happens to it.
    pub(in crate::server) fn set_proxying(&mut self, proxying: Proxying) {
        self.proxying = Some(Box::new(proxying));
    }

    /// Whether what this side sends is the PROXY header that has to come first.
    pub(in crate::server) fn awaits_header(&self, side: Side) -> bool {
        side == Side::Client && self.proxying.as_ref().is_some_and(|proxying| proxying.is_awaited())
    }

    /// Whether nothing else goes on until the PROXY header of the client has come.
    pub(super) fn is_held_up_by_header(&self) -> bool {
        self.lifecycle.is_serving() && self.awaits_header(Side::Client)
    }

    /// Processes the bytes of one read of the client, whose PROXY header [is awaited](Self::awaits_header).
    pub(in crate::server) fn receive_header(&mut self, read: &[u8]) {
        let Some(mut steps) = self.header_steps() else { return };
        let mut rest = steps.receive(read);
        if rest.is_empty() {
            return;
        }
        if self.is_encrypted(Side::Client) {
            self.decrypt(Side::Client, &mut rest);
        } else {
            self.ends.get_mut(Side::Client).deliver_later(rest.into());
        }
    }

    pub(super) fn header_steps(&mut self) -> Option<HeaderSteps<'_>> {
        let Self { tap, ends, lifecycle, proxying, .. } = self;
        proxying.as_deref_mut().map(|proxying| HeaderSteps { proxying, tap, ends, lifecycle })
    }
}

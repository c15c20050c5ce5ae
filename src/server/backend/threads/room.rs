//! Waiting for room in the event queue on the thread of a connection.

use std::io;

use crate::server::backend::shared::Shared;
use crate::server::control::Control;
use crate::server::feed::Reservation;

/// Waits until the event queue has room for the result of a read, or a request comes.
pub(super) fn wait_for_room<'a>(
    shared: &'a Shared,
    result: &io::Result<usize>,
    control: &Control,
) -> Option<Reservation<'a>> {
    let (room, bytes) = (shared.event_queue.room(), *result.as_ref().unwrap_or(&0));
    room.try_reserve(bytes).or_else(|| {
        let _not_idle = control.pause_idle_clock();
        room.reserve(bytes, None, || control.requests().is_empty())
    })
}

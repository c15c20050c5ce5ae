//! Recording while the server runs: a sink whose thread writes a file.
//!
//! The sink takes events at any time. What its queue has no room for, because the disk is slower than the traffic, is
//! counted and becomes a gap in the recording; the server never waits for it. When the file cannot be written any more,
//! the recording ends with one line that says why, and everything else goes on.

mod control;
mod files;
mod open;
mod options;
mod output;
mod queue;
mod sink;
mod streams;
mod thread;
mod uncached;

pub(crate) use crate::shell::recorder::control::Recorder;
pub(crate) use crate::shell::recorder::open::OpenRecording;
pub use crate::shell::recorder::options::{Keep, RecordOptions, Rotation};
pub(crate) use crate::shell::recorder::queue::Progress;

//! What a demo controls, by key or by a lesson: names of clients, the selected client, faults, and the caption.

pub mod caption;
mod faults;
pub mod lesson;
mod lesson_keys;
mod state;

pub(crate) use faults::FaultSource;
pub(crate) use lesson_keys::next_caption;
pub use state::{Demo, blocked_words};

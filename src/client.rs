//! Clients of the program itself: the load generator and the scripted clients of a demo, on one event loop, and processes
//! that run the load generator.

mod engine;
pub mod load;
pub mod load_processes;
pub mod scripted;
pub mod self_exe;
pub(crate) mod tethered;
pub mod thread_error;

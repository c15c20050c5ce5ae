//! Clients of the program itself: the load generator, scripted clients of a demo, and processes that run the load generator.

pub mod load;
pub mod load_processes;
pub mod scripted;
pub mod self_exe;
pub mod thread_error;

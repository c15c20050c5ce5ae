//! The subcommands that do not serve a port: one module for each.

pub mod compare;
pub mod decode;
pub mod demo_fleet;
pub mod load;
pub mod replay;
pub mod watch;

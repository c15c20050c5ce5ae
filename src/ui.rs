//! Read-only rendering of [`crate::app`], without clock or I/O. Only the log pane has state of its own.

mod backends;
pub mod canvas;
pub mod cell_writer;
mod chrome;
mod clients;
pub mod demo;
mod frame;
pub mod glyphs;
pub mod guard;
mod hosts;
pub mod logs;
pub mod overlay;
mod paint;
pub mod stream;
pub mod theme;

pub use frame::draw;
pub use paint::Focus;

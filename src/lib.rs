//! bytewatch: a TCP server you can look into.
//!
//! The layers, and who may import whom (a test reads the `use` lines and holds this):
//!
//! ```text
//!  main ─► runtime ─┬─► ui ─► app ─┬─► model ─► bytes
//!                   └─► server ────┘
//! ```
//!
//! Data goes one way. A backend reports facts through the tap of its connection; they travel in batches to the
//! runtime, which feeds them to [`app::App::update`]; the dashboard is drawn from what that left behind. What the
//! user wants goes the other way, as effects that `update` returns and only the runtime carries out.
//!
//! | module | is |
//! |---|---|
//! | [`bytes`] | pure functions on byte slices: hex, UTF-8, safe text |
//! | [`model`] | facts, and what folds from them |
//! | [`server`] | the two backends, the services, the switch between them, the tap |
//! | [`app`] | pure state of the dashboard: `update(Event) -> Effects` |
//! | [`ui`] | read-only rendering of [`app`] |
//! | [`runtime`] | the shell: inbox, loop, terminal, headless output |

pub mod app;
pub mod bytes;
pub mod cli;
pub mod client;
pub mod commands;
pub mod event;
pub mod logging;
pub mod model;
pub mod server;
pub mod shell;
pub mod ui;

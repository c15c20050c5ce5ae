//! bytewatch: a TCP endpoint one can look into.
//!
//! The layers, and which imports which. A test reads the `use` lines and holds this:
//!
//! ```text
//! bytes ← event ← model ← app ← ui ← shell ← commands ← cli ← main
//!             ↖ server ─────────────↗           ↗
//!         model ↖ client ───────────↗           ↗
//!     event ↖ recording ────────────↗
//!         model ↖ fleet ────────────↗           ↗
//!             ↖ config ─────────────────────────↗
//! ```
//!
//! Data goes one way. A backend puts events into the feed through the tap of a connection; the events travel in batches to
//! the shell, which passes them to [`app::App::update`]; the dashboard is drawn from the state that results. Commands of
//! the user go the other way, as effects that `update` returns and only the shell carries out.
//!
//! Where to look first:
//!
//! | question | file |
//! |---|---|
//! | where does a read become an event? | `server/connection.rs` (`process_read`), then `server/connection/machine.rs`, `tap.rs` and `server/feed.rs` |
//! | where does a key become an effect? | `app/keymap/table.rs`, then `app/dispatch.rs`; `shell/effects.rs` carries it out |
//! | where do events, keys, timers and outputs come together? | `shell/session.rs` |
//! | where is a handover decided? | `server/switch/controller.rs`, then `server/switch/handover.rs` |
//! | where is a pane drawn? | `ui/clients.rs`, `ui/stream.rs`, `ui/backends.rs`, `ui/logs.rs`, from `app` modules of the same names |
//!
//! | module | holds |
//! |---|---|
//! | [`bytes`] | pure functions on byte slices: hex, UTF-8, encodings, safe text, sizes and times as text |
//! | [`event`] | the language of the program: events with their times, commands, ids, faults |
//! | [`model`] | what folds from events: connections, streams, history, statistics |
//! | [`server`] | the two backends, the services, the switch between them, the tap |
//! | [`client`] | clients of the program itself: the load generator, scripted clients, load processes |
//! | [`recording`] | connections in files: written as pcapng, read as pcapng, pcap or our NDJSON |
//! | [`fleet`] | many machines: what is published over NATS, and what a watcher makes of it |
//! | [`app`] | the pure state of the dashboard: `update(Event) -> Effects` |
//! | [`ui`] | read-only rendering of [`app`] |
//! | [`shell`] | the loop with or without a dashboard, sources and sinks, the terminal, demos |
//! | [`commands`] | the subcommands that do not serve a port |
//! | [`config`] | the settings: defaults, file, environment and options, each with where it came from |
//! | [`cli`] | the command line |
//! | [`log_records`] | the newest log records, which the log pane shows |
//! | [`logging`] | the log, and lines on standard error |

pub mod app;
pub mod bytes;
pub mod cli;
pub mod client;
pub mod commands;
pub mod config;
pub mod event;
pub mod fleet;
pub mod log_records;
pub mod logging;
pub mod model;
pub mod recording;
pub mod server;
pub mod shell;
pub mod ui;

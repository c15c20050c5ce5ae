//! Tests of the binary, most of them in a pseudo-terminal.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are not seen as tests")]

mod attacks;
mod copying;
mod descriptors;
mod found;
mod generated;
mod holding;
mod hostile;
mod lessons;
mod lines;
mod mixtures;
mod obedience;
mod output;
mod outside;
mod pasted;
mod piping;
mod pty;
mod ranks;
mod recording;
mod replaying;
mod reports;
mod screen;
mod settings;
mod strict;
mod taught;
mod terminal;

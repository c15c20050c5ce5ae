//! A program with TLS as a process of its own.

use std::process::Command;

use serde_json::Value;

use crate::modes::Mode;
use crate::program::EVENTS;
pub(crate) use crate::program::{PROGRAM, Program, limited, of_kind};

impl Program {
    /// Starts the program on any port of 127.0.0.1, with these arguments.
    pub(crate) fn start(mode: Mode, arguments: &[&str]) -> Self {
        let others = ["-l", "127.0.0.1:0", "--events", EVENTS];
        Self::run(&mut Command::new(PROGRAM), mode, &[arguments, &others].concat())
    }

    /// The event about its address.
    pub(crate) fn listening_event(&self) -> Value {
        self.wait("its address", |events| of_kind(events, "listening").next().cloned())
    }

    /// Waits for the handshake of a side of a connection.
    pub(crate) fn handshake(&self, connection: u64, side: &str) -> Value {
        self.wait(&format!("the handshake of #{connection} with the {side}"), |events| {
            of_kind(events, "handshake")
                .find(|event| event["connection"] == connection && event["side"] == side)
                .cloned()
        })
    }

    /// The number of switches so far.
    pub(crate) fn switches(&self) -> usize {
        self.wait("events", |events| Some(of_kind(events, "switched").count()))
    }

    /// Waits for one more switch, if the backend is switched at all.
    pub(crate) fn wait_for_a_switch(&self, mode: Mode) {
        if mode == Mode::Switching {
            self.wait_for_switches(self.switches() + 1);
        }
    }
}

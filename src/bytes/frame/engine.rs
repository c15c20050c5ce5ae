//! The state of a rule within a message.

use crate::bytes::frame::asked::AskedQueue;
use crate::bytes::frame::gdb::Gdb;
use crate::bytes::frame::header::Header;
use crate::bytes::frame::lines::LineEngine;
use crate::bytes::frame::rule::{Simple, Sized, StartEnd};
use crate::bytes::frame::scan::{Between, Search, flag};
use crate::bytes::frame::step::{Kind, Step};
use crate::bytes::frame::telnet::Telnet;

/// Reads one message after the other by one rule.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    Sized(Sized, Header),
    Lines(LineEngine),
    Delimiter(Search),
    Flag(u8, bool),
    StartEnd(StartEnd, Box<Between>),
    Idle,
    Telnet(Telnet),
    Gdb(Gdb),
}

impl Engine {
    pub(super) fn new(rule: &Simple) -> Self {
        match rule {
            Simple::Sized(sized) => Self::Sized(sized.clone(), Header::new()),
            Simple::Lines(lines) => Self::Lines(LineEngine::new(*lines)),
            Simple::Delimiter(delimiter) => Self::Delimiter(Search::new(delimiter)),
            Simple::Flag(byte) => Self::Flag(*byte, false),
            Simple::StartEnd(rule) => Self::StartEnd(rule.clone(), Box::new(Between::new(rule))),
            Simple::Idle(_) => Self::Idle,
            Simple::Telnet => Self::Telnet(Telnet::default()),
            Simple::Gdb => Self::Gdb(Gdb::default()),
        }
    }

    /// The requests of the responses that are read, if they depend on them.
    pub(super) fn asked(&mut self) -> Option<&mut AskedQueue> {
        match self {
            Self::Lines(lines) => lines.asked(),
            Self::Sized(..)
            | Self::Delimiter(_)
            | Self::Flag(..)
            | Self::StartEnd(..)
            | Self::Idle
            | Self::Telnet(_)
            | Self::Gdb(_) => None,
        }
    }

    /// What the bytes since the last border are, if the stream ends behind them. `None` if a message is not complete.
    pub(super) fn at_end(&self) -> Option<Kind> {
        match self {
            Self::Idle => Some(Kind::Message),
            Self::Lines(lines) => lines.at_end(),
            Self::StartEnd(_, between) => between.is_outside().then_some(Kind::Outside),
            Self::Gdb(gdb) => matches!(gdb, Gdb::Outside).then_some(Kind::Outside),
            // The flag that begins the next message.
            Self::Flag(_, content) => (!content).then_some(Kind::Outside),
            Self::Sized(..) | Self::Delimiter(_) | Self::Telnet(_) => None,
        }
    }

    /// Reads the next bytes, of which there is at least one.
    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        match self {
            Self::Sized(rule, header) => header.step(rule, bytes),
            Self::Lines(lines) => lines.step(bytes),
            Self::Delimiter(search) => search.step(bytes),
            Self::Flag(byte, content) => flag(*byte, content, bytes),
            Self::StartEnd(rule, between) => between.step(rule, bytes),
            Self::Idle => Step::More,
            Self::Telnet(telnet) => telnet.step(bytes),
            Self::Gdb(gdb) => gdb.step(bytes),
        }
    }
}

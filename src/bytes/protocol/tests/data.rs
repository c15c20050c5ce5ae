//! What real clients send first: captured by running the programs, with the greetings of real servers.

use serde::Deserialize;

use crate::bytes::protocol::Speaker;

pub(super) const CLIENTS: &str = include_str!("../../../../tests/data/clients.json");

/// A client program.
#[derive(Deserialize)]
pub(super) struct Entry {
    pub(super) client: String,
    pub(super) version: String,
    /// The protocol in words.
    pub(super) protocol: String,
    /// The name under which it is recognised, if it has enough structure for that.
    pub(super) name: Option<String>,
    first_hex: String,
    /// The number of random bytes that follow, which are not kept.
    #[serde(default)]
    random_after: usize,
    /// The greeting of a server.
    #[serde(default)]
    server_hex: String,
    /// Where the greeting is from.
    pub(super) server: Option<String>,
    pub(super) framing: String,
    pub(super) who_first: String,
}

pub(super) fn entries() -> Vec<Entry> {
    serde_json::from_str(CLIENTS).unwrap()
}

impl Entry {
    pub(super) fn received(&self) -> Vec<u8> {
        let mut bytes = bytes(&self.first_hex);
        let mut random = fastrand::Rng::with_seed(7);
        bytes.extend((0..self.random_after).map(|_| random.u8(..)));
        bytes
    }

    pub(super) fn sent(&self) -> Vec<u8> {
        bytes(&self.server_hex)
    }

    pub(super) fn first(&self) -> Speaker {
        if self.who_first == "server" { Speaker::Server } else { Speaker::Client }
    }
}

pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

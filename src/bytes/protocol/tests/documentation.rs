//! The table of clients in the documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::bytes::protocol::reader::is_printable;
use crate::bytes::protocol::tests::data::{Entry, entries};

const PREFACE: &str = "# What real clients send first

Each row is a program that was run against bytewatch, with its version (that of Debian 12, or of PyPI in November 2026): what it
speaks, the name under which bytewatch recognises that, who speaks first, how the messages are framed, and the first bytes of its
first connection. Names of hosts, keys, ports and random bytes are examples or zeros. Where the server speaks first, the bytes are
those of its greeting, with the server or the document that they are from.

A client without a name does not send enough to be told from others: it stays unknown text, or unknown binary. A line such as
`example.org` may be WHOIS, Finger, or somebody who types.

This file is written by a test from [clients.json](../tests/data/clients.json).

| client | version | speaks | recognised as | first | framing | first bytes |
|---|---|---|---|---|---|---|
";

/// The number of bytes that a row shows.
const SHOWN: usize = 24;

/// The table is that of the data. `BYTEWATCH_WRITE_CLIENTS=1` writes it.
#[test]
fn the_table_of_clients_is_documented() {
    let mut table = PREFACE.to_owned();
    for entry in entries() {
        row(&mut table, &entry);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/clients.md");
    if std::env::var_os("BYTEWATCH_WRITE_CLIENTS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(there, table, "run this test with BYTEWATCH_WRITE_CLIENTS=1");
}

fn row(table: &mut String, entry: &Entry) {
    let sent = entry.sent();
    let (bytes, from) = match &entry.server {
        Some(server) => (sent, format!(" ({})", cell(server))),
        None => (entry.received(), String::new()),
    };
    let Entry { client, version, protocol, framing, who_first, .. } = entry;
    let name = entry.name.as_deref().unwrap_or("");
    let [client, version, protocol, framing] = [client, version, protocol, framing].map(|text| cell(text));
    let first = literal(&bytes);
    writeln!(
        table,
        "| {client} | {version} | {protocol} | {name} | {who_first} | {framing} | {first}{from} |"
    )
    .unwrap();
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('<', "&lt;")
}

/// Some bytes as they would be typed, in code.
fn literal(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    for byte in &bytes[..bytes.len().min(SHOWN)] {
        match *byte {
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            // What would end the cell or the code.
            b'|' | b'`' => write!(text, "\\x{byte:02x}").unwrap(),
            byte if is_printable(&byte) => text.push(char::from(byte)),
            byte => write!(text, "\\x{byte:02x}").unwrap(),
        }
    }
    let dots = if bytes.len() > SHOWN { "..." } else { "" };
    format!("`{text}`{dots}")
}

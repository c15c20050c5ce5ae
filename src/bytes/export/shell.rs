//! Shell commands that send bytes again.

use std::fmt::Write as _;

/// The largest number of bytes in one argument of `printf`: each may take four characters, and systems limit an argument
/// to 128 KiB.
const PER_COMMAND: usize = 30_000;

/// A server that bytes could be sent to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A host and a port.
    Inet {
        /// The name or the address of the host.
        host: String,
        /// The TCP port.
        port: u16,
    },
    /// The path of a Unix domain socket.
    Unix(String),
}

/// A command that sends the bytes with `nc`.
pub(super) fn netcat(bytes: &[u8], target: &Target) -> String {
    let to = match target {
        Target::Inet { host, port } => format!("nc {} {port}", word(host)),
        Target::Unix(path) => format!("nc -U {}", word(path)),
    };
    format!("{} | {to}", printf(bytes))
}

/// A command that sends the bytes as the body of an HTTP request.
pub(super) fn curl(bytes: &[u8], target: &Target) -> String {
    let to = match target {
        Target::Inet { host, port } if host.contains(':') => word(&format!("http://[{host}]:{port}/")),
        Target::Inet { host, port } => word(&format!("http://{host}:{port}/")),
        Target::Unix(path) => format!("--unix-socket {} http://localhost/", word(path)),
    };
    format!("{} | curl --data-binary @- {to}", printf(bytes))
}

/// A command that prints the bytes.
fn printf(bytes: &[u8]) -> String {
    let commands: Vec<String> =
        bytes.chunks(PER_COMMAND).map(|bytes| format!("printf '{}'", escaped(bytes))).collect();
    match &commands[..] {
        [] => "printf ''".to_owned(),
        [one] => one.clone(),
        several => format!("{{ {}; }}", several.join("; ")),
    }
}

/// The bytes as a format of `printf` within single quotes. Octal escapes have three digits, so that no digit behind one is
/// taken for a part of it; a dash at the start would begin an option.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            b'%' => out.push_str("%%"),
            b' '..=b'~' if *byte != b'\'' && (index > 0 || *byte != b'-') => out.push(char::from(*byte)),
            _ => {
                // A text cannot refuse to be written to.
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out
}

/// A word of the shell, in quotes if it needs them.
fn word(text: &str) -> String {
    let plain = |ch: char| ch.is_ascii_alphanumeric() || ".:/_-@%".contains(ch);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

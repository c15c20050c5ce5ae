//! Instructions that are shown while there is no client: commands to type, with the real address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::{Action, HelpAction};
use crate::app::context::Context;
use crate::app::format;
use crate::app::hosts::{Hosts, words};
use crate::app::keymap::Keymap;
use crate::app::recording::Replay;
use crate::bytes::safe;
use crate::event::{Address, Timestamp, UnixAddress};
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// A line of the instructions. A small area drops the lines with the highest `drop_order` first; it never drops lines with 0.
struct WelcomeLine {
    drop_order: u8,
    role: Role,
    text: String,
    /// What the command does; shown beside it where there is room.
    beside: &'static str,
}

/// Draws the instructions in the middle of `area`.
pub(crate) fn draw(buf: &mut Buffer, area: Rect, context: Context<'_>, theme: Theme) {
    let mut lines = match context.model().listening.first() {
        address if let Some(replay) = context.replay() => {
            vec![line(0, Role::Title, of_replay(replay, address), "")]
        }
        Some(address) => {
            let fingerprint = context.model().encryption.fingerprint.as_deref();
            let commands = Commands::of(address, fingerprint.is_some());
            let keys = keys(context.keymap());
            let mut lines = match context.upstreams() {
                [] => instructions(commands, keys),
                upstreams => relay_instructions(commands, upstreams, keys),
            };
            lines.extend(
                fingerprint.map(|digits| line(1, Role::Dim, format!("SHA-256 {}", safe::line(digits)), "")),
            );
            lines
        }
        None if let Some(hosts) = &context.world.hosts => of_hosts(hosts, context.now()),
        None if context.world.setup.opened.is_some() => {
            vec![line(0, Role::Title, "The recording has no connection of TCP.", "")]
        }
        None => vec![line(0, Role::Title, "Not listening yet.", "")],
    };
    explain_first(&mut lines, area.width);
    lines.retain(|line| line.drop_order == 0 || format::width(&line.text) <= area.width);
    while lines.len() > usize::from(area.height.max(1)) {
        let highest = lines.iter().map(|line| line.drop_order).max().unwrap_or(0);
        let Some(index) = lines.iter().rposition(|line| line.drop_order == highest) else { break };
        lines.remove(index);
    }
    let column =
        lines.iter().filter(|line| !line.beside.is_empty()).map(|line| format::width(&line.text)).max();
    let column = column.unwrap_or(0) + 3;
    let whole = |line: &WelcomeLine| {
        if line.beside.is_empty() { format::width(&line.text) } else { column + format::width(line.beside) }
    };
    let beside = lines.iter().all(|line| whole(line) <= area.width);
    let wide = |line: &WelcomeLine| if beside { whole(line) } else { format::width(&line.text) };
    let width = lines.iter().map(wide).max().unwrap_or(0).min(area.width);
    let block = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + area.height.saturating_sub(lines.len() as u16) / 2,
        width,
        height: (lines.len() as u16).min(area.height),
    };
    for (index, line) in (0..).zip(&lines) {
        let row = paint::row(block, index);
        paint::left(buf, row, &line.text, theme.style(line.role));
        if beside && !line.beside.is_empty() {
            let rest = Rect { x: row.x + column, width: row.width - column, ..row };
            paint::left(buf, rest, line.beside, theme.style(Role::Dim));
        }
    }
}

/// Says below the first command what it does, where there is no room beside it.
fn explain_first(lines: &mut Vec<WelcomeLine>, width: u16) {
    let Some(at) = lines.iter().position(|line| !line.beside.is_empty()) else { return };
    let beside = lines[at].beside;
    if format::width(&lines[at].text) + 3 + format::width(beside) > width {
        lines.insert(at + 1, line(1, Role::Dim, format!("    {beside}"), ""));
    }
}

/// What is said where no connection of any host is known.
fn of_hosts(hosts: &Hosts, now: Timestamp) -> Vec<WelcomeLine> {
    if !hosts.shown().is_empty() {
        let text = format!("No client yet, of {}.", format::plural(hosts.shown().len() as u64, "host"));
        return vec![line(0, Role::Title, text, "")];
    }
    let mut lines = words::nobody(hosts, now).into_iter();
    let first = lines.next().map(|text| line(0, Role::Title, text, ""));
    first.into_iter().chain(lines.map(|text| line(0, Role::Text, text, ""))).collect()
}

/// What is said of a replay without any connection.
fn of_replay(replay: &Replay, address: Option<&Address>) -> String {
    match address {
        _ if replay.progress().is_over => replay.summary(),
        Some(address) => format!("Waiting for clients at {}.", safe::line(&address.to_string())),
        None => "No connection has been opened yet.".to_owned(),
    }
}

fn line(drop_order: u8, role: Role, text: impl Into<String>, beside: &'static str) -> WelcomeLine {
    WelcomeLine { drop_order, role, text: text.into(), beside }
}

/// The line about the most important keys.
fn keys(keymap: &Keymap) -> WelcomeLine {
    let [switch, help] =
        [Action::SwitchBackend, Action::Help(HelpAction::Open)].map(|action| keymap.way_to(action));
    let text = format!("{switch} moves live clients between async and threads; {help} names all keys.");
    line(3, Role::Dim, text, "")
}

/// The commands of a client.
struct Commands {
    /// Connects standard input and output.
    connect: String,
    /// Requests a page.
    curl: String,
    /// Sends a malformed byte from Python; only for TCP.
    python: Option<String>,
    /// What to do in a browser; only for TCP.
    browser: Option<String>,
}

impl Commands {
    /// The commands for an address, whose clients may have to use TLS.
    fn of(address: &Address, is_encrypted: bool) -> Self {
        let commands = Self::of_plain(address);
        if !is_encrypted {
            return commands;
        }
        let connect = match address {
            Address::Inet(address) => {
                format!("openssl s_client -quiet -connect {}", reachable(*address))
            }
            Address::Unix(_) | Address::Untold => {
                commands.connect.replace("nc -NU", "openssl s_client -quiet -unix")
            }
        };
        let curl = commands.curl.replace("curl -s ", "curl -sk ").replace("http://", "https://");
        Self { connect, curl, python: None, browser: None }
    }

    fn of_plain(address: &Address) -> Self {
        let unix = |connect: &str, option: &str, name: &str| {
            let name = quoted(name);
            let curl = format!("curl -s --http0.9 -m 1 {option} {name} http://localhost/");
            Self { connect: format!("{connect}{name}"), curl, python: None, browser: None }
        };
        match address {
            Address::Inet(address) => Self::of_tcp(reachable(*address)),
            Address::Unix(UnixAddress::Path(path)) => {
                unix("nc -NU ", "--unix-socket", &path.to_string_lossy())
            }
            Address::Unix(UnixAddress::Abstract(name)) => {
                unix("socat - ABSTRACT-CONNECT:", "--abstract-unix-socket", &String::from_utf8_lossy(name))
            }
            // No server listens on a socket without a name.
            Address::Unix(UnixAddress::Unnamed(_)) | Address::Untold => {
                unix("nc -NU ", "--unix-socket", "PATH")
            }
        }
    }

    fn of_tcp(address: SocketAddr) -> Self {
        let (host, port) = (address.ip(), address.port());
        let python = format!(
            r#"python3 -c 'import socket; socket.create_connection(("{host}", {port})).send(b"caf\xc3\xa9 \xff")'"#
        );
        Self {
            connect: format!("nc -N {host} {port}"),
            curl: format!("curl -s --http0.9 -m 1 http://{address}/"),
            python: Some(python),
            browser: Some(format!("open http://{address}/ in a browser")),
        }
    }
}

/// A word for a shell, safe to print.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:@".contains(&byte);
    let word = safe::line(word);
    if word.bytes().all(plain) { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

fn instructions(commands: Commands, keys: WelcomeLine) -> Vec<WelcomeLine> {
    let Commands { connect, curl, python, browser } = commands;
    let mut lines = vec![
        line(0, Role::Title, "No client yet. In another terminal:", ""),
        line(5, Role::Text, "", ""),
        line(0, Role::Text, format!("  {connect}"), "a line, then Ctrl-D"),
        line(3, Role::Text, format!(r"  printf 'caf\303\251 \377' | {connect}"), "a malformed byte"),
    ];
    lines.extend(python.map(|python| line(6, Role::Text, format!("  {python}"), "")));
    lines.push(line(2, Role::Text, format!("  {curl}"), "an HTTP request"));
    lines.extend(browser.map(|browser| line(4, Role::Text, format!("  or {browser}"), "one, too")));
    lines.extend([
        line(5, Role::Text, "", ""),
        line(2, Role::Dim, "No client handy? bytewatch demo brings its own, and explains itself.", ""),
        line(3, Role::Dim, "Each client gets a row, and all its bytes are here to look into.", ""),
        keys,
    ]);
    lines
}

/// The instructions of a relay. What it says to a real server is for the user to choose, so no bytes are proposed that a
/// server may not expect.
fn relay_instructions(commands: Commands, upstreams: &[String], keys: WelcomeLine) -> Vec<WelcomeLine> {
    let Commands { connect, curl, .. } = commands;
    let curl = curl.replace("--http0.9 -m 1 ", "");
    let to = match upstreams {
        [one] => safe::line(one),
        several => format!("its upstream, one of {}", several.len()),
    };
    vec![
        line(0, Role::Title, "No client yet. Let yours connect here, not to the server; or try:", ""),
        line(5, Role::Text, "", ""),
        line(0, Role::Text, format!("  {connect}"), "a line, then Ctrl-D"),
        line(2, Role::Text, format!("  {curl}"), "if the server speaks HTTP"),
        line(5, Role::Text, "", ""),
        line(1, Role::Dim, format!("Each client is connected to {to}."), ""),
        line(3, Role::Dim, "What either side sends goes on unchanged, and is here to look into.", ""),
        keys,
    ]
}

/// The address to connect to: an unspecified address (all interfaces) is replaced by the loopback address.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn connect(address: UnixAddress) -> [String; 2] {
        let commands = Commands::of(&Address::Unix(address), false);
        [commands.connect, commands.curl]
    }

    #[test]
    fn clients_with_tls_have_commands_of_their_own() {
        let commands = Commands::of(&Address::Inet(([0, 0, 0, 0], 7777).into()), true);
        assert_eq!(commands.connect, "openssl s_client -quiet -connect 127.0.0.1:7777");
        assert_eq!(commands.curl, "curl -sk --http0.9 -m 1 https://127.0.0.1:7777/");
        let unix = Commands::of(&Address::Unix(UnixAddress::Path(Path::new("/run/a").into())), true);
        assert_eq!(unix.connect, "openssl s_client -quiet -unix /run/a");
    }

    #[test]
    fn a_unix_socket_has_commands_of_its_own() {
        assert_eq!(
            connect(UnixAddress::Path(Path::new("/run/it's here").into())),
            [
                r"nc -NU '/run/it'\''s here'",
                r"curl -s --http0.9 -m 1 --unix-socket '/run/it'\''s here' http://localhost/"
            ]
        );
        assert_eq!(
            connect(UnixAddress::Abstract(b"name"[..].into())),
            [
                "socat - ABSTRACT-CONNECT:name",
                "curl -s --http0.9 -m 1 --abstract-unix-socket name http://localhost/"
            ]
        );
    }
}

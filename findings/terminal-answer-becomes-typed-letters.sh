#!/usr/bin/env bash
# crossterm reports the answer of a terminal to a colour query, and an arrow key whose first byte comes alone, as typed
# letters.
#
# Tried with crossterm 0.29.0 (Rust 1.95, Linux, x86-64), with the reader of the feature `use-dev-tty`, in a
# pseudo-terminal.
#
# The guess was that a library that reads keys knows the strings that a terminal sends (ECMA-48: OSC, DCS and others) well
# enough to leave them out, and that it waits for a moment before it takes a lone ESC for the key Esc, as curses
# (ESCDELAY), Vim (ttimeoutlen) and tmux (escape-time) do. It does neither: what is not a control sequence is split at
# each character, and ESC at the end of a read is a key at once.
#
# Such an answer reaches a program that has asked nothing: an editor or a prompt that asked for the background colour and
# has ended before the answer came, over a slow line. Each of its letters is then a command of a full-screen program.
# On a serial line at 9,600 baud or over a mobile network, the bytes of one arrow key arrive in separate reads.
#
# Seen, as modifiers+key of each event in order:
#   answer to OSC 11: alt+] 1 1 ; r g b : 1 2 3 4 / 5 6 7 8 / 9 a b c alt+\
#   arrow up, split behind its first byte: Esc [ A
#   arrow up in one piece: Up
#
# What helps: take what follows Alt+], Alt+P, Alt+_, Alt+^, Alt+X or Esc without a pause for a part of the same sequence.
#
# Exit status: 0 if it is so, 1 if it is not so any longer, 2 if it cannot be tried here.
set -u

for program in cargo python3; do
    command -v "$program" > /dev/null || { echo "$program is missing" >&2; exit 2; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"

cat > "$folder/Cargo.toml" << 'TOML'
[package]
name = "keys"
version = "0.0.0"
edition = "2021"

[dependencies]
crossterm = { version = "=0.29.0", default-features = false, features = ["events", "use-dev-tty"] }

[workspace]
TOML

cat > "$folder/src/main.rs" << 'RUST'
use crossterm::event::{poll, read, Event, KeyCode, KeyModifiers};
use std::time::Duration;

fn main() -> std::io::Result<()> {
    crossterm::terminal::enable_raw_mode()?;
    print!("ready\r\n");
    let mut keys = Vec::new();
    // The first key may take long, the others follow it.
    while poll(Duration::from_millis(if keys.is_empty() { 10_000 } else { 1_000 }))? {
        let Event::Key(key) = read()? else { continue };
        let name = match key.code {
            KeyCode::Char(ch) => ch.to_string(),
            other => format!("{other:?}"),
        };
        let held = if key.modifiers.contains(KeyModifiers::ALT) { "alt+" } else { "" };
        keys.push(format!("{held}{name}"));
    }
    crossterm::terminal::disable_raw_mode()?;
    print!("keys: {}\r\n", keys.join(" "));
    Ok(())
}
RUST

cat > "$folder/type.py" << 'PYTHON'
import os, pty, sys, time

# The arguments after the program are typed one after the other, with a pause between them.
program, *pieces = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program, [program])
seen = b""
try:
    while b"ready" not in seen:
        seen += os.read(terminal, 4096)
    for piece in pieces:
        os.write(terminal, piece.encode().decode("unicode_escape").encode())
        time.sleep(0.2)
    while True:
        seen += os.read(terminal, 4096)
except OSError:
    # The end of a pseudo-terminal.
    pass
os.waitpid(pid, 0)
print(*[line[6:] for line in seen.decode().splitlines() if line.startswith("keys: ")])
PYTHON

(cd "$folder" && cargo build --quiet) || { echo "crossterm cannot be built here" >&2; exit 2; }
typed() { python3 "$folder/type.py" "$folder/target/debug/keys" "$@"; }
answer=$(typed '\x1b]11;rgb:1234/5678/9abc\x1b\\')
split=$(typed '\x1b' '[A')
whole=$(typed '\x1b[A')
printf '%s\n' "answer to OSC 11: $answer" "arrow up, split: $split" "arrow up in one piece: $whole"
if [ "$whole" != Up ]; then
    echo "the pseudo-terminal does not work here" >&2
    exit 2
fi
if [ "$answer" = 'alt+] 1 1 ; r g b : 1 2 3 4 / 5 6 7 8 / 9 a b c alt+\' ] && [ "$split" = 'Esc [ A' ]; then
    echo "as described: both are typed letters"
    exit 0
fi
echo "not as described any longer"
exit 1

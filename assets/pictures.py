#!/usr/bin/env python3
"""Makes the pictures of the documentation from the real program.

    cargo build --release
    python3 assets/pictures.py [NAME ...]

Each picture is taken in a terminal of its own (tmux 3.2 or newer is needed, and nothing else), with real clients, and is
written twice: NAME-dark.svg and NAME-light.svg, of the same cells in the colours of a dark and of a light terminal. A
scene with several shots is written as one moving picture. Without names, all scenes are taken, which takes two or
three minutes. A scene waits for what it expects on the screen, and fails after ten seconds without it. BYTEWATCH is
another program to take them of, OUT another folder for them.
"""

import contextlib
import html
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata

ASSETS = os.environ.get("OUT") or os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("BYTEWATCH", os.path.join(ASSETS, "..", "target", "release", "bytewatch"))
TMUX = ["tmux", "-L", f"bytewatch-pictures-{os.getpid()}", "-f", os.devnull]
LIMIT = 10.0

# The size of a cell and of the text in it, in pixels.
CELL, LINE, FONT, ASCENT = 8.4, 17, 14, 13
FAMILY = "'JetBrains Mono','DejaVu Sans Mono','Cascadia Mono',Menlo,Consolas,monospace"

# Foreground, background, and the sixteen named colours: none of these is used by the default theme.
NAMED = "000000 cd0000 00a000 a08000 2040d0 b000b0 008080 c0c0c0 707070 ff4040 00d000 d0c000 5070ff ff40ff 00d0d0 ffffff".split()
TERMINALS = {"dark": ("d4d4d4", "16181d", NAMED), "light": ("24292f", "ffffff", NAMED)}


class Terminal:
    """The program in a terminal of a fixed size."""

    def __init__(self, width, height, args):
        self.width, self.height = width, height
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "BYTEWATCH_CONFIG": "none"}
        for name in ("NO_COLOR", "COLORTERM", "TMUX"):
            environment.pop(name, None)
        command = TMUX + ["new-session", "-d", "-s", "p", "-x", str(width), "-y", str(height)]
        subprocess.run(command + [PROGRAM, *args], check=True, env=environment)
        subprocess.run(TMUX + ["set", "-g", "status", "off"], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(TMUX + ["kill-server"], check=False)

    def text(self):
        return subprocess.run(TMUX + ["capture-pane", "-p", "-t", "p"], check=True, capture_output=True, text=True).stdout

    def cells(self):
        command = TMUX + ["capture-pane", "-e", "-p", "-t", "p"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines = (text.split("\n") + [""] * self.height)[: self.height]
        return [runs_of(line) for line in lines]

    def wait(self, pattern):
        """Waits until the screen matches."""
        end = time.monotonic() + LIMIT
        while not re.search(pattern, self.text()):
            if time.monotonic() > end:
                sys.exit(f"the screen never matched {pattern!r}:\n{self.text()}")
            time.sleep(0.05)

    def keys(self, *keys):
        for key in keys:
            subprocess.run(TMUX + ["send-keys", "-t", "p", key], check=True)
            time.sleep(0.15)

    def type(self, text):
        subprocess.run(TMUX + ["send-keys", "-t", "p", "-l", text], check=True)
        time.sleep(0.15)

    def settle(self):
        """Waits until nothing changes any more but clocks and rates."""
        before, end = None, time.monotonic() + LIMIT
        while time.monotonic() < end:
            text = re.sub(r"\d", "", self.text())
            if text == before:
                return
            before = text
            time.sleep(1.2)

    def port(self):
        """The port that is listened on, which stands behind a dot in the first line."""
        self.wait(r"● 127\.0\.0\.1:\d+")
        return int(re.search(r"● 127\.0\.0\.1:(\d+)", self.text()).group(1))


def style_of(codes, style):
    """The style after an SGR sequence: (foreground, background, bold, dim, underlined, reversed)."""
    fg, bg, bold, dim, line, swap = style
    codes = [int(code or 0) for code in codes.split(";")]
    at = 0
    while at < len(codes):
        code = codes[at]
        if code == 0:
            fg, bg, bold, dim, line, swap = None, None, False, False, False, False
        elif code in (1, 2, 4, 7):
            bold, dim, line, swap = bold or code == 1, dim or code == 2, line or code == 4, swap or code == 7
        elif code == 22:
            bold = dim = False
        elif code == 24:
            line = False
        elif code == 27:
            swap = False
        elif code in (38, 48) and codes[at + 1] == 5:
            fg, bg = (codes[at + 2], bg) if code == 38 else (fg, codes[at + 2])
            at += 2
        elif code in (38, 48):
            color = "%02x%02x%02x" % tuple(codes[at + 2 : at + 5])
            fg, bg = (color, bg) if code == 38 else (fg, color)
            at += 4
        elif code in (39, 49):
            fg, bg = (None, bg) if code == 39 else (fg, None)
        elif 30 <= code < 38 or 90 <= code < 98:
            fg = code - 30 if code < 90 else code - 82
        elif 40 <= code < 48 or 100 <= code < 108:
            bg = code - 40 if code < 100 else code - 92
        at += 1
    return fg, bg, bold, dim, line, swap


def runs_of(line):
    """The runs of a line: (column, width, text, style)."""
    runs, column, style = [], 0, (None, None, False, False, False, False)
    for match in re.finditer(r"\x1b\[([0-9;]*)m|[\x0e\x0f]|(.)", line):
        codes, char = match.groups()
        if codes is not None:
            style = style_of(codes, style)
        elif char and unicodedata.combining(char) and runs:
            runs[-1][2] += char
        elif char:
            width = 2 if unicodedata.east_asian_width(char) in "WF" else 1
            plain = width == 1 and char.isascii()
            if runs and plain and runs[-1][4] and runs[-1][3] == style:
                runs[-1][1] += 1
                runs[-1][2] += char
            else:
                runs.append([column, width, char, style, plain])
            column += width
    return tuple((at, width, text, style) for at, width, text, style, _ in runs)


def color_of(color, named):
    if isinstance(color, str):
        return color
    if color < 16:
        return named[color]
    if color >= 232:
        return f"{8 + 10 * (color - 232):02x}" * 3
    steps = (0, 95, 135, 175, 215, 255)
    color -= 16
    return "".join(f"{steps[part]:02x}" for part in (color // 36, color // 6 % 6, color % 6))


def mix(color, other):
    pairs = zip(bytes.fromhex(color), bytes.fromhex(other))
    return "".join(f"{(2 * a + b) // 3:02x}" for a, b in pairs)


def row_svg(runs, terminal):
    """The elements of one line."""
    default_fg, default_bg, named = TERMINALS[terminal]
    back, front = [], []
    for column, width, text, (fg, bg, bold, dim, line, swap) in runs:
        fg = default_fg if fg is None else color_of(fg, named)
        bg = default_bg if bg is None else color_of(bg, named)
        fg, bg = (bg, fg) if swap else (fg, bg)
        fg = mix(fg, bg) if dim else fg
        x, length = round(column * CELL, 1), round(width * CELL, 1)
        if bg != default_bg:
            back.append(f'<rect x="{x}" width="{length}" height="{LINE}" fill="#{bg}"/>')
        if not text.strip():
            continue
        extra = ' font-weight="bold"' if bold else ""
        extra += ' text-decoration="underline"' if line else ""
        extra += f' fill="#{fg}"' if fg != default_fg else ""
        fit = f' textLength="{length}"' if len(text) > 1 else ""
        front.append(f'<text x="{x}" y="{ASCENT}"{fit}{extra}>{html.escape(text, quote=False)}</text>')
    return "".join(back + front)


def svg(shots, terminal):
    """One picture; a moving one if there are several shots: (cells, seconds)."""
    width, height = max(columns(cells) for cells, _ in shots), len(shots[0][0])
    fg, bg, _ = TERMINALS[terminal]
    total = sum(seconds for _, seconds in shots)
    rows, frames, rules, at = {}, [], [], 0.0
    for number, (cells, seconds) in enumerate(shots):
        uses = []
        for y, runs in enumerate(cells):
            content = row_svg(runs, terminal)
            if content:
                name = rows.setdefault(content, f"r{len(rows)}")
                uses.append(f'<use href="#{name}" y="{y * LINE}"/>')
        frames.append(f'<g class="f{number}">{"".join(uses)}</g>')
        begin, end, at = 100 * at / total, 100 * (at + seconds) / total, at + seconds
        shown = f"0%,{begin:.3f}%{{visibility:hidden}}{begin + 0.001:.3f}%,{end:.3f}%{{visibility:visible}}"
        shown = shown if number else f"0%,{end:.3f}%{{visibility:visible}}"
        hidden = f"{end + 0.001:.3f}%,100%{{visibility:hidden}}" if number + 1 < len(shots) else ""
        rules.append(f"@keyframes k{number}{{{shown}{hidden}}}.f{number}{{animation:k{number} {total:.2f}s infinite}}")
    moving = f"<style>{''.join(rules)}</style>" if len(shots) > 1 else ""
    defs = "".join(f'<g id="{name}">{content}</g>' for content, name in rows.items())
    w, h = round(width * CELL + 24), height * LINE + 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 {w} {h}" width="{w}" height="{h}" '
        f'font-family="{FAMILY}" font-size="{FONT}" fill="#{fg}" xml:space="preserve">{moving}<defs>{defs}</defs>'
        f'<rect x="-12" y="-12" width="{w}" height="{h}" rx="8" fill="#{bg}" stroke="#8888" />{"".join(frames)}</svg>\n'
    )


def columns(cells):
    return max((run[0] + run[1] for runs in cells for run in runs), default=1)


def write(name, shots):
    for terminal in TERMINALS:
        path = os.path.join(ASSETS, f"{name}-{terminal}.svg")
        with open(path, "w", encoding="utf-8") as file:
            file.write(svg(shots, terminal))
        print(f"{os.path.relpath(path)}: {os.path.getsize(path) // 1024} KiB")


def say(port, *pieces):
    """A client that sends these pieces, a read each, and stays."""
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in pieces:
        client.sendall(piece)
        time.sleep(0.3)
    return client


def upstream(value=b"hello"):
    """A server that answers each line, as a simple key-value store does, in threads of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    answers = {b"PING": b"+PONG\r\n", b"GET": b"$%d\r\n%s\r\n" % (len(value), value)}

    def answer(client):
        with client, contextlib.suppress(ConnectionResetError):
            while line := client.recv(4096):
                client.sendall(answers.get(line.split()[0], b"+OK\r\n"))

    def accept():
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def clients_of(port):
    """Four clients that send something worth a look."""
    return [
        say(port, b"hello\n", b"5 \xe2", b"\x82\xac\n"),
        say(port, b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: example.org\r\n\r\n"),
        say(port, "日本語, naïve, 🎉\n".encode(), bytes(range(32))),
        say(port, b"caf\xe9 \xc0\xaf\n", b"alone: \xa9, cut: \xe2\x82!\n"),
    ]


def press(terminal, keys):
    """Presses keys. What begins with `text ` is typed; what begins with `?/` is a pattern that is waited for."""
    for key in keys:
        if key.startswith("?/"):
            terminal.wait(key[2:])
        elif key.startswith("text "):
            terminal.type(key[5:])
        else:
            terminal.keys(key)


def shot(terminal, clients, keys):
    press(terminal, keys)
    terminal.settle()
    cells = terminal.cells()
    for client in clients:
        client.close()
    return [(cells, 1.0)]


def serving(*keys, options=(), width=100, height=30):
    """A picture of the program as an echo server with four clients, after these keys."""

    def scene():
        with Terminal(width, height, ["--listen", "127.0.0.1:0", *options]) as terminal:
            clients = clients_of(terminal.port())
            terminal.wait("4 live")
            return shot(terminal, clients, ("G", *keys))

    return scene


def relaying(*keys, width=110, height=32):
    """A picture of the program between two clients and a key-value store, after these keys."""

    def scene():
        options = ["relay", f"127.0.0.1:{upstream()}", "--listen", "127.0.0.1:0"]
        with Terminal(width, height, options) as terminal:
            port = terminal.port()
            pieces = (b"PING\r\n", b"SET greeting hello\r\n", b"GET greeting\r\n")
            clients = [say(port, *pieces) for _ in range(2)]
            terminal.wait("2 live")
            return shot(terminal, clients, keys)

    return scene


def blocked():
    """The handler of one client sleeps, and all clients of the event loop wait for it."""
    with Terminal(110, 32, ["demo"]) as terminal:
        terminal.wait("ann")
        press(terminal, ("3", "h", "?/BLOCKED"))
        time.sleep(3)
        return [(terminal.cells(), 1.0)]


def held():
    """What a client sends is held, and looked at before it goes on."""
    with Terminal(100, 30, ["--listen", "127.0.0.1:0"]) as terminal:
        client = say(terminal.port(), b"hello\n")
        terminal.wait("1 live")
        press(terminal, ("H", "t"))
        client.sendall(b"amount: 10 \xe2\x82\xac\n")
        return shot(terminal, [client], ("?/15 bytes held",))


def compared():
    """Two clients that send nearly the same, side by side."""
    with Terminal(110, 30, ["--listen", "127.0.0.1:0"]) as terminal:
        request = b"GET /item/17 HTTP/1.1\r\nHost: example.org\r\nAccept: text/html\r\n\r\n"
        clients = [say(terminal.port(), request), say(terminal.port(), request.replace(b"/item/17", b"/items/23"))]
        terminal.wait("2 live")
        return shot(terminal, clients, ("g", "=", "=", "a"))


def replayed():
    """Two recorded clients are played to a server that answers one of their questions otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "store.pcapng")
        command = [PROGRAM, "relay", f"127.0.0.1:{upstream()}", "--listen", "127.0.0.1:0", "--config", "none"]
        recorder = subprocess.Popen([*command, "--headless", "--record", file], stdout=subprocess.PIPE, text=True)
        port = int(re.search(r"127\.0\.0\.1:(\d+)", recorder.stdout.readline()).group(1))
        for _ in range(2):
            with say(port, b"PING\r\n", b"SET greeting hello\r\n", b"GET greeting\r\n") as client:
                client.recv(4096)
        time.sleep(0.5)
        recorder.terminate()
        recorder.communicate()
        with Terminal(110, 32, ["replay", file, "--to", f"127.0.0.1:{upstream(b'hallo')}"]) as terminal:
            return shot(terminal, [], ("?/2 differences", "D", "Enter"))


def tour():
    """A euro sign in two reads, what is wrong with malformed bytes, a search, a fault, the switch of the backend."""
    with Terminal(100, 28, ["--listen", "127.0.0.1:0"]) as terminal:
        shots = []

        def show(seconds, *keys):
            press(terminal, keys)
            time.sleep(0.5)
            shots.append((terminal.cells(), seconds))

        port = terminal.port()
        show(1.5)
        client = say(port, b"5 \xe2")
        terminal.wait("1 live")
        show(2.5)
        client.sendall(b"\x82\xac\n")
        show(2.5)
        others = clients_of(port)
        terminal.wait("5 live")
        show(1.5, "G")
        show(1.5, "2", "z")
        show(3.5, "x", "x", "x", "m", "m")
        show(1.0, "X", "X", "X", "/")
        show(1.0, "text hex: e2 82 ??")
        show(3.0, "Enter", "?/of 2")
        show(1.0, "z", "1", "F")
        show(1.0, "text latency=200ms")
        show(2.5, "Enter")
        show(1.5, "Escape")
        show(1.5, "b", "?/threads")
        show(3.0)
        for one in [client, *others]:
            one.close()
        return shots


SCENES = {
    "dashboard": serving(width=110, height=32),
    "relay": relaying("j"),
    "filter": serving("g", "/", "text malformed>0 "),
    "text": serving("2", "z", "x"),
    "split": serving("2", "z", "x", "x"),
    "anatomy": serving("2", "z", "x", "x", "x", "m", "m"),
    "readings": serving("2", "z", "x", "x", "x", "x"),
    "search": serving("2", "z", "/", "text hex: e2 82 ??", "Enter", "?/of 2"),
    "hits": serving("2", "z", "/", "text o", "Enter", "?/of", "A"),
    "copy": serving("2", "z", *"hhhhhh", "v", *"hhhhhh", "y"),
    "send": serving("e", "text caf\\xe9\\r\\n"),
    "held": held,
    "compared": compared,
    "replayed": replayed,
    "faults": serving("F", "text latency=100ms,jitter=20ms", "Enter", "text slice=1,every=10ms"),
    "blocked": blocked,
    "backends": serving("3", "z"),
    "logs": serving("4", "z", "t"),
    "palette": serving(":", "text copy"),
    "help": serving("?", width=130, height=34),
    "tour": tour,
}


def main():
    names = sys.argv[1:] or list(SCENES)
    unknown = [name for name in names if name not in SCENES]
    if unknown:
        sys.exit(f"there is no scene {unknown[0]}; there are {', '.join(SCENES)}")
    for name in names:
        write(name, SCENES[name]())


if __name__ == "__main__":
    main()

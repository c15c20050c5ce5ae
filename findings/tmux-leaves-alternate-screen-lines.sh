#!/usr/bin/env bash
# tmux leaves lines of the alternate screen on the normal one, if the window grew and shrank while a program had it.
#
# Tried with tmux 3.3a (Debian 12, package tmux 3.3a-3, x86-64).
#
# The guess was that the alternate screen (DECSET 1049) leaves no trace, as in xterm: a full-screen program draws what it
# wants, and what was there before comes back when it leaves. In tmux, if the window was made larger and then smaller than
# that while the program drew lines over the whole width, some of its lines stand above what comes back.
#
# A user who enlarges a pane for a moment, or attaches from a larger terminal for a while, has pieces of the program's
# screen above the prompt afterwards, which look as if the program had printed them.
#
# Seen, in a window of 40x10 that was 200x60 for a moment and then 80x24: five lines of the program's last screen, then the
# command line. With the alternate screen cleared just before it is left: none of them. With lines that do not reach the
# right edge: none either.
#
# What helps: clear the alternate screen before leaving it.
#
# Exit status: 0 if it is so, 1 if it is not so any longer, 2 if it cannot be tried here.
set -u

for program in apt-get dpkg-deb python3; do
    command -v "$program" > /dev/null || { echo "$program is missing" >&2; exit 2; }
done
folder=$(mktemp -d)
tmux() { LD_LIBRARY_PATH=$folder/usr/lib/x86_64-linux-gnu "$folder/usr/bin/tmux" -f /dev/null -S "$folder/socket" "$@"; }
trap 'tmux kill-server 2> /dev/null; rm -rf "$folder"' EXIT

(cd "$folder" && apt-get download tmux=3.3a-3 libevent-core-2.1-7 libutempter0) > "$folder/log" 2>&1 ||
    { echo "tmux 3.3a-3 is not to be had: $(tail -1 "$folder/log")" >&2; exit 2; }
for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$folder" || exit 2; done
[ "$(tmux -V)" = 'tmux 3.3a' ] || { echo 'this tmux does not start' >&2; exit 2; }

# Fills the alternate screen at each size, until `q` is typed. With an argument, clears it before leaving.
cat > "$folder/full.py" << 'PYTHON'
import os, signal, sys, termios, tty

def draw(*_):
    columns, lines = os.get_terminal_size()
    rows = [f"\x1b[{y + 1};1H" + (f"program line {y} " * 40)[:columns] for y in range(lines)]
    sys.stdout.write("\x1b[H\x1b[2J" + "".join(rows))
    sys.stdout.flush()

before = termios.tcgetattr(0)
tty.setraw(0)
sys.stdout.write("\x1b[?1049h")
draw()
signal.signal(signal.SIGWINCH, draw)
while os.read(0, 1) != b"q":
    pass
sys.stdout.write(("\x1b[H\x1b[2J" if sys.argv[1:] else "") + "\x1b[?1049l")
sys.stdout.flush()
termios.tcsetattr(0, termios.TCSANOW, before)
PYTHON

# Waits until the screen has a text, for ten seconds at most.
wait_for() {
    for _ in $(seq 100); do
        tmux capture-pane -p | grep -q "$1" && return
        sleep 0.1
    done
    echo "the screen never had: $1" >&2
    exit 2
}

# Prints how many lines of the program are on the normal screen in the end.
left_behind() {
    tmux new-session -d -x 40 -y 10 "bash --norc --noprofile"
    tmux send-keys "python3 $folder/full.py $1; echo has left" Enter
    wait_for 'program line 9'
    tmux resize-window -x 200 -y 60
    wait_for 'program line 59'
    tmux resize-window -x 80 -y 24
    wait_for 'program line 23'
    tmux send-keys q
    wait_for '^has left'
    tmux capture-pane -p -S - | grep -c '^program line'
    tmux kill-server
}

plain=$(left_behind '') || [ -n "$plain" ] || exit 2
cleared=$(left_behind clear) || [ -n "$cleared" ] || exit 2
echo "lines of the program on the normal screen: $plain; if it clears the alternate screen first: $cleared"
if [ "$plain" -gt 0 ] && [ "$cleared" -eq 0 ]; then
    echo 'as described'
else
    echo 'not as described'
    exit 1
fi

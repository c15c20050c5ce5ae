#!/usr/bin/env bash
# A TCP socket that poll reports as not writable, for a second and longer, takes 95 to 380 KB when it is written to.
#
# Tried on Linux 6.18 (x86-64) with Python 3.11, over loopback; nothing is installed, because the behaviour is the
# kernel's.
#
# The guess was that a write blocks, or fails with EAGAIN, exactly as long as poll and epoll do not report the socket as
# writable. But they report it only when a third of the send buffer is free, and a write only needs any room. The room
# comes from what the peer's system took into its receive window after the write that had found the buffer full.
#
# So "not writable" does not mean that nothing can be sent: a program that measures how far behind a client is, or that
# tries once more before it closes, gets hundreds of kilobytes further without any event, and a test that expects a
# client which reads nothing to stay where it is fails now and then.
#
# Seen: 3,910,656 bytes taken, EAGAIN, no event for a second; then 380,928 bytes taken before the next EAGAIN. On the
# same system with less room for the buffers: 4,196,352, then 95,232.
#
# Exit status: 0 if it is so, 1 if it is not so any longer, 2 if it cannot be tried here.
set -u

[ "$(uname -s)" = Linux ] || { echo "this is about Linux" >&2; exit 2; }
command -v python3 > /dev/null || { echo "python3 is missing" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/fill.py" << 'PYTHON'
import select, socket, sys

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(1)
client = socket.create_connection(listener.getsockname())
client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
server, _ = listener.accept()
server.setblocking(False)
poll = select.poll()
poll.register(server, select.POLLOUT)


def fill():
    taken = 0
    try:
        while True:
            taken += server.send(b"x" * 65536)
    except BlockingIOError:
        return taken


taken = fill()
while poll.poll(1000):
    taken += fill()
more = fill()
print(f"{taken} bytes taken, EAGAIN, no event for a second; then {more} bytes taken")
if more > 65536:
    print("as described")
    sys.exit(0)
print("not as described any longer")
sys.exit(1)
PYTHON
python3 "$folder/fill.py"

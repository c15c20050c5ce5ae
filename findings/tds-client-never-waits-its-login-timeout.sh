#!/usr/bin/env bash
# A client of SQL Server in Python with a login timeout of 10 seconds gives up a server that needs 5.
#
# Tried with python-tds 1.17.1 of PyPI on Python 3.11 (Linux, x86-64).
#
# The guess was that pytds.connect(login_timeout=10) connects once and waits up to 10 seconds for the login. But it
# connects again and again: the first attempt has 8 % of the time, each further one twice as much as the one before, and
# the last one what is left, with a single address and a single server, too. Each attempt that is given up ends with an
# ATTENTION packet (type 6), although no login has been sent yet, and with the end of the connection; then the PRELOGIN
# comes anew on a new connection.
#
# So a server that takes longer for its first answer than the longest attempt, 4.4 of 10 seconds, is never reached, and a
# slow one sees several connections, most of which it serves for nobody. Who watches the port takes the ATTENTION for a
# cancelled query, and the connections for those of several clients.
#
# Seen: four connections, 0.0, 0.8, 2.4 and 5.6 seconds after the start, each with a PRELOGIN of 58 bytes and, when it was
# given up, an ATTENTION of 8 bytes; TimeoutError after 10 seconds. A server that answered the first packet after 5
# seconds was not reached.
#
# Exit status: 0 if it is so, 1 if it is not so any longer, 2 if it cannot be tried here.
set -u

command -v python3 > /dev/null || { echo "python3 is missing" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" > /dev/null 2>&1 || { echo "python3 has no venv" >&2; exit 2; }
"$folder/venv/bin/pip" install --quiet python-tds==1.17.1 > "$folder/pip.log" 2>&1 || {
    echo "python-tds 1.17.1 cannot be installed" >&2
    exit 2
}
cat > "$folder/slow.py" << 'PYTHON'
import socket, sys, threading, time
import pytds

listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(8)
start = time.monotonic()
# What came on each connection: the first byte of each read, which is the type of the packet.
seen = []


def serve(connection, types):
    answered = threading.Timer(5, connection.sendall, [b"\x04\x01\x00\x0a\x00\x00\x01\x00\xff\x00"])
    answered.daemon = True
    answered.start()
    try:
        while data := connection.recv(4096):
            types.append(data[0])
    except OSError:
        pass
    answered.cancel()


def accept():
    while True:
        connection, _ = listener.accept()
        seen.append((time.monotonic() - start, types := []))
        threading.Thread(target=serve, args=(connection, types), daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
try:
    pytds.connect(dsn="127.0.0.1", port=listener.getsockname()[1], user="u", password="p", database="d", login_timeout=10)
    failed = "nothing"
except Exception as why:
    failed = type(why).__name__
took = time.monotonic() - start
time.sleep(0.3)
for begun, types in seen:
    print(f"{begun:.1f} s: connection, packets of types {types}")
print(f"{took:.1f} s: {failed} was raised")
if failed == "TimeoutError" and len(seen) > 1 and all(types == [0x12, 6] for _, types in seen[:-1]):
    print("as described")
    sys.exit(0)
print("not as described any longer")
sys.exit(1)
PYTHON
"$folder/venv/bin/python" "$folder/slow.py" 2> /dev/null

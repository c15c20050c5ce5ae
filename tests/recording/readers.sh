#!/bin/sh
# Reads a recording of bytewatch with two libraries that have nothing in common with it, scapy and dpkt, and compares the
# payload with what was sent. It installs them from their registry into a temporary folder, and says what is missing.
#
#     tests/recording/readers.sh [target/debug/bytewatch]
#
# Exit status: 0 if every library that could be installed reads the same bytes, 1 if one does not, 2 if none could be
# installed.
set -u

bytewatch=${1:-target/debug/bytewatch}
[ -x "$bytewatch" ] || { echo "there is no $bytewatch: cargo build makes it" >&2; exit 2; }
bytewatch=$(realpath "$bytewatch")
command -v python3 >/dev/null || { echo "there is no python3" >&2; exit 2; }
folder=$(mktemp -d)
server=
end() {
    [ -n "$server" ] && kill "$server" 2>/dev/null
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' INT TERM
cd "$folder" || exit 2
passed=0 failed=0

# What both programs share: bytes by the addresses and ports from which and to which they went.
cat >compare.py <<'END'
import json


def compare(packets):
    """Compares the payload of (from, to, sequence, payload) with what was sent, in the order of the file."""
    streams, following = {}, {}
    for source, target, sequence, payload in packets:
        way = (source, target)
        if not payload:
            continue
        assert following.get(way, sequence) == sequence, "a gap, or a repetition"
        following[way] = (sequence + len(payload)) % 2**32
        streams[way] = streams.get(way, b"") + payload
    with open("sent.json") as file:
        sent = {(client, server): bytes.fromhex(data) for client, server, data in json.load(file)}
    for (client, server), data in sent.items():
        assert streams.pop((client, server)) == data, client
        assert streams.pop((server, client)) == data, client
    assert not streams, list(streams)
    print(f"{len(sent)} connections, {2 * sum(map(len, sent.values()))} bytes")
END

cat >client.py <<'END'
import json
import random
import socket
import sys
import threading

chance = random.Random(1)
sent = []
for number in range(40):
    address = sys.argv[1 + number % 2]
    host, port = address.rsplit(":", 1)
    client = socket.create_connection((host.strip("[]"), int(port)), timeout=20)
    ends = [f"{host} {port}" for host, port in (client.getsockname()[:2], client.getpeername()[:2])]
    data = chance.randbytes(chance.randrange(1, 200_000))
    sender = threading.Thread(target=lambda: (client.sendall(data), client.shutdown(socket.SHUT_WR)))
    sender.start()
    back = b"".join(iter(lambda: client.recv(65536), b""))
    sender.join()
    assert back == data
    sent.append((*ends, data.hex()))
with open("sent.json", "w") as file:
    json.dump(sent, file)
END

cat >with_scapy.py <<'END'
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.utils import PcapNgReader

from compare import compare


def packets():
    for packet in PcapNgReader("recording.pcapng"):
        if not isinstance(packet, (IP, IPv6)):
            packet = (IPv6 if bytes(packet)[0] >> 4 == 6 else IP)(bytes(packet))
        segment = packet[TCP]
        yield (f"{packet.src} {segment.sport}", f"{packet.dst} {segment.dport}", segment.seq, bytes(segment.payload))


compare(packets())
END

cat >with_dpkt.py <<'END'
import socket

import dpkt

from compare import compare


def packets():
    with open("recording.pcapng", "rb") as file:
        for _, data in dpkt.pcapng.Reader(file):
            is_6 = data[0] >> 4 == 6
            packet = dpkt.ip6.IP6(data) if is_6 else dpkt.ip.IP(data)
            name = lambda address: socket.inet_ntop(socket.AF_INET6 if is_6 else socket.AF_INET, address)
            segment = packet.data
            yield (f"{name(packet.src)} {segment.sport}", f"{name(packet.dst)} {segment.dport}", segment.seq, segment.data)


compare(packets())
END

"$bytewatch" serve -l 127.0.0.1:0 -l '[::1]:0' --headless --events listening --record recording.pcapng >events 2>errors &
server=$!
for _ in $(seq 100); do
    addresses=$(sed -n 's/.*"event":"listening".*"address":"\([^"]*\)".*/\1/p' events)
    [ "$(echo "$addresses" | wc -w)" -eq 2 ] && break
    sleep 0.1
done
[ "$(echo "$addresses" | wc -w)" -eq 2 ] || { echo "bytewatch does not start:" >&2; cat errors >&2; exit 1; }
# shellcheck disable=SC2086
python3 client.py $addresses || exit 1
kill "$server" && wait "$server"
status=$?
server=
[ $status -eq 0 ] || { echo "bytewatch ends with $status:" >&2; cat errors >&2; exit 1; }

python3 -m venv python >/dev/null 2>&1
for library in scapy==2.6.1 dpkt==1.9.8; do
    name=${library%%==*}
    if ! python/bin/pip -q install "$library" >pip 2>&1; then
        echo "$name: missing (python3 with venv, or the package)"
    elif python/bin/python "with_$name.py" >out 2>&1; then
        echo "$library reads $(cat out): passed"
        passed=$((passed + 1))
    else
        echo "$library: FAILED"
        sed 's/^/    /' out
        failed=$((failed + 1))
    fi
done
[ $failed -eq 0 ] || exit 1
[ $passed -gt 0 ] || exit 2

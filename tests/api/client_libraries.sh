#!/bin/sh
# Drives bytewatch with the client libraries of Toxiproxy, unchanged, by the calls that their documents show. It installs
# toxiproxy-python, toxiproxy-node-client and toxiproxy_rust from their registries into a temporary folder, and says what
# is missing.
#
#     tests/api/client_libraries.sh [target/debug/bytewatch]
#
# Exit status: 0 if every library that could be installed passes, 1 if one fails, 2 if none could be installed.
set -u

bytewatch=${1:-target/debug/bytewatch}
[ -x "$bytewatch" ] || { echo "there is no $bytewatch: cargo build makes it" >&2; exit 2; }
bytewatch=$(realpath "$bytewatch")
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

# Starts bytewatch, which is also the echo server behind each proxy.
start() {
    "$bytewatch" serve -b "$1" -l 127.0.0.1:0 --api 127.0.0.1:0 --headless >events 2>errors &
    server=$!
    api= echo=
    for _ in $(seq 100); do
        api=$(sed -n 's/.*"event":"api-listening".*"address":"\([^"]*\)".*/\1/p' events)
        echo=$(sed -n 's/.*"event":"listening".*"address":"\([^"]*\)".*/\1/p' events | head -1)
        [ -n "$api" ] && return
        sleep 0.1
    done
    echo "bytewatch does not start:" >&2
    cat errors >&2
    exit 1
}

# Runs the program of a library on both backends.
drive() {
    library=$1
    shift
    for backend in async threads; do
        start $backend
        if "$@" "$api" "$echo" >out 2>&1; then
            echo "$library on $backend: passed"
            passed=$((passed + 1))
        else
            echo "$library on $backend: FAILED"
            sed 's/^/    /' out
            failed=$((failed + 1))
        fi
        kill "$server" && wait "$server" 2>/dev/null
        server=
    done
}

cat >python_client.py <<'END'
import socket
import sys
import time

from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

(host, port), upstream = sys.argv[1].split(":"), sys.argv[2]
server = Toxiproxy()
server.update_api_consumer(host, int(port))
assert server.running()
assert b"2." in server.version()
server.destroy_all()
assert server.proxies() == {}
# The echo is gone with its proxy; it comes back.
server.create(name="echo", upstream="echo", listen=upstream)

proxy = server.create(name="test", upstream=upstream)
assert proxy.enabled and not proxy.listen.endswith(":0")


def connect():
    address = server.get_proxy("test").listen.split(":")
    return socket.create_connection((address[0], int(address[1])), timeout=20)


def ask(client, text):
    start = time.monotonic()
    client.sendall(text)
    got = b""
    while len(got) < len(text):
        piece = client.recv(len(text) - len(got))
        if not piece:
            break
        got += piece
    return got, time.monotonic() - start


client = connect()
assert ask(client, b"hello")[0] == b"hello"
try:
    server.create(name="test", upstream=upstream)
    raise AssertionError("it exists")
except ProxyExists:
    pass
proxy.add_toxic(type="latency", attributes={"latency": 150, "jitter": 0})
assert ask(client, b"late")[1] >= 0.15
assert list(proxy.toxics()) == ["latency_downstream"]
toxic = proxy.get_toxic("latency_downstream")
assert (toxic.type, toxic.stream, toxic.toxicity) == ("latency", "downstream", 1)
assert toxic.attributes == {"latency": 150, "jitter": 0}
assert proxy.destroy_toxic("latency_downstream")
assert proxy.toxics() == {}
for kind in ["bandwidth", "slow_close", "slicer"]:
    proxy.add_toxic(type=kind, stream="upstream", toxicity=0.5, name="my_" + kind)
assert sorted(proxy.toxics()) == ["my_bandwidth", "my_slicer", "my_slow_close"]
try:
    proxy.add_toxic(type="nothing")
    raise AssertionError("there is no such type")
except InvalidToxic:
    pass
server.reset()
assert proxy.toxics() == {}
proxy.add_toxic(type="limit_data", attributes={"bytes": 3})
assert ask(connect(), b"abcdef")[0] == b"abc"
proxy.destroy_toxic("limit_data_downstream")
with proxy.down():
    try:
        connect()
        raise AssertionError("it is down")
    except ConnectionRefusedError:
        pass
    assert client.recv(9) == b""
assert ask(connect(), b"up again")[0] == b"up again"
before = server.get_proxy("test").listen
server.populate([{"name": "test", "upstream": upstream, "listen": before},
                 {"name": "second", "upstream": upstream, "listen": "127.0.0.1:0"}])
assert sorted(server.proxies()) == ["echo", "second", "test"]
assert server.get_proxy("test").listen == before
assert server.get_proxy("none") is None
assert server.destroy(server.get_proxy("test"))
try:
    proxy.toxics()
    raise AssertionError("it is gone")
except NotFound:
    pass
END
if command -v python3 >/dev/null && python3 -m venv python >/dev/null 2>&1 &&
    python/bin/pip -q install "setuptools<80" toxiproxy-python==0.1.1 >pip 2>&1; then
    drive "toxiproxy-python 0.1.1" python/bin/python python_client.py
else
    echo "toxiproxy-python: missing (python3 with venv, or the package)"
fi

cat >node_client.js <<'END'
const net = require("net");
const assert = require("assert");
const { Toxiproxy } = require("toxiproxy-node-client");
const [api, upstream] = process.argv.slice(2);
const toxiproxy = new Toxiproxy(`http://${api}`);

function connect(listen) {
  const at = listen.lastIndexOf(":");
  const socket = net.connect(Number(listen.slice(at + 1)), listen.slice(0, at));
  socket.on("error", () => {});
  return socket;
}

// What comes back until this many bytes are there or the stream ends, and how long that took.
function ask(socket, text, length = text.length) {
  const start = process.hrtime.bigint();
  return new Promise((resolve) => {
    let got = "";
    const done = () => resolve({ got, millis: Number(process.hrtime.bigint() - start) / 1e6 });
    socket.on("data", (data) => { got += data; if (got.length >= length) done(); });
    socket.on("close", done);
    socket.write(text);
  });
}

async function main() {
  assert.match(await toxiproxy.getVersion(), /2\./);
  const body = { listen: "127.0.0.1:0", name: "redis", upstream };
  const proxy = await toxiproxy.createProxy(body);
  assert.strictEqual(proxy.name, "redis");
  assert.ok(proxy.enabled);
  await assert.rejects(toxiproxy.createProxy(body), /409/);
  await assert.rejects(toxiproxy.get("none"), /404/);
  const toxic = await proxy.addToxic({ attributes: { rate: 1000 }, type: "bandwidth" });
  assert.deepStrictEqual(toxic.toJson(), {
    attributes: { rate: 1000 }, name: "bandwidth_downstream", stream: "downstream", toxicity: 1, type: "bandwidth",
  });
  const updated = await toxic.update({ attributes: { rate: 500 }, toxicity: 0.5 });
  assert.deepStrictEqual([updated.attributes.rate, updated.toxicity], [500, 0.5]);
  assert.strictEqual((await proxy.getToxic("bandwidth_downstream")).attributes.rate, 500);
  await toxic.remove();
  const slow = await proxy.addToxic({ attributes: { latency: 150, jitter: 0 }, type: "latency", stream: "upstream" });
  const late = await ask(connect(proxy.listen), "late");
  assert.ok(late.got === "late" && late.millis >= 149, JSON.stringify(late));
  await slow.remove();
  await proxy.addToxic({ attributes: { timeout: 50 }, type: "reset_peer" });
  assert.strictEqual((await ask(connect(proxy.listen), "x", 99)).got, "");
  await toxiproxy.reset();
  assert.strictEqual((await ask(connect(proxy.listen), "back")).got, "back");
  const down = await proxy.update({ enabled: false, listen: proxy.listen, upstream });
  assert.ok(!down.enabled);
  assert.strictEqual((await ask(connect(proxy.listen), "x")).got, "");
  await down.update({ enabled: true, listen: proxy.listen, upstream });
  const all = await toxiproxy.populate([
    { name: "redis", listen: proxy.listen, upstream }, { name: "more", listen: "127.0.0.1:0", upstream },
  ]);
  assert.strictEqual(Object.keys(all).length, 2);
  const names = Object.keys(await toxiproxy.getAll());
  assert.ok(names.includes("redis") && names.includes("more"), names.join());
  await (await toxiproxy.get("redis")).remove();
  await assert.rejects(toxiproxy.get("redis"), /404/);
}
main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
END
if command -v npm >/dev/null && npm init -y >/dev/null 2>&1 &&
    npm install --no-audit --no-fund toxiproxy-node-client@4.1.0 >npm 2>&1; then
    drive "toxiproxy-node-client 4.1.0" node node_client.js
else
    echo "toxiproxy-node-client: missing (npm, or the package)"
fi

mkdir -p rust/src
cat >rust/Cargo.toml <<'END'
[package]
name = "rust_client"
version = "0.1.0"
edition = "2021"

[dependencies]
toxiproxy_rust = "=0.1.6"

[workspace]
END
cat >rust/src/main.rs <<'END'
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use toxiproxy_rust::client::Client;
use toxiproxy_rust::proxy::ProxyPack;

/// What comes back before the stream ends, at most as much as was sent, and how long that took.
fn ask(listen: &str, text: &[u8]) -> (Vec<u8>, Duration) {
    let start = Instant::now();
    let Ok(mut stream) = TcpStream::connect(listen) else { return (Vec::new(), start.elapsed()) };
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(text);
    let mut got = Vec::new();
    let mut piece = [0; 1024];
    while got.len() < text.len() {
        match stream.read(&mut piece) {
            Ok(length) if length > 0 => got.extend_from_slice(&piece[..length]),
            _ => break,
        }
    }
    (got, start.elapsed())
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (api, upstream) = (arguments.next().unwrap(), arguments.next().unwrap());
    let client = Client::new(api);
    assert!(client.is_running());
    assert!(client.version().unwrap().contains("2."));
    let pack = |name: &str| ProxyPack::new(name.into(), "127.0.0.1:0".into(), upstream.clone());
    let proxies = client.populate(vec![pack("socket"), pack("redis")]).unwrap();
    assert_eq!(proxies.len(), 2);
    let again = client.populate(vec![pack("socket"), pack("redis")]).unwrap();
    let listen = proxies[1].proxy_pack.listen.clone();
    assert_eq!(again[1].proxy_pack.listen, listen);
    assert!(client.all().unwrap().len() >= 2);
    assert_eq!(ask(&listen, b"hello").0, b"hello");

    let redis = client.find_and_reset_proxy("redis").unwrap();
    redis.with_down(|| assert_eq!(ask(&listen, b"x").0, b"")).unwrap();
    let late = || {
        let (got, time) = ask(&listen, b"late");
        assert!(got == b"late" && time >= Duration::from_millis(150), "{got:?} {time:?}");
    };
    redis.with_latency("downstream".into(), 150, 0, 1.0).apply(late).unwrap();
    assert!(redis.toxics().unwrap().is_empty());
    let cut = || assert_eq!(ask(&listen, b"abcdef").0, b"abc");
    redis.with_limit_data("downstream".into(), 3, 1.0).apply(cut).unwrap();
    redis.with_timeout("downstream".into(), 50, 1.0).apply(|| assert_eq!(ask(&listen, b"x").0, b"")).unwrap();
    redis.with_slicer("downstream".into(), 2, 0, 1_000, 1.0);
    redis.with_bandwidth("upstream".into(), 100, 1.0).with_slow_close("downstream".into(), 20, 1.0);
    assert_eq!(ask(&listen, b"in slices").0, b"in slices");
    let toxics = client.find_proxy("redis").unwrap().toxics().unwrap();
    let names: Vec<_> = toxics.iter().map(|toxic| toxic.name.as_str()).collect();
    assert_eq!(names, ["slicer_downstream", "bandwidth_upstream", "slow_close_downstream"]);
    client.find_proxy("redis").unwrap().disable().unwrap();
    assert_eq!(ask(&listen, b"x").0, b"");
    client.reset().unwrap();
    assert_eq!(ask(&listen, b"back").0, b"back");
    assert!(redis.toxics().unwrap().is_empty());
    redis.delete().unwrap();
    assert!(client.find_proxy("redis").is_err());
}
END
if command -v cargo >/dev/null &&
    CARGO_TARGET_DIR=${TARGET:-$folder/target} cargo build -q --manifest-path rust/Cargo.toml >cargo 2>&1; then
    drive "toxiproxy_rust 0.1.6" "${TARGET:-$folder/target}/debug/rust_client"
else
    echo "toxiproxy_rust: missing (cargo, the package, or what it needs):"
    tail -5 cargo 2>/dev/null | sed 's/^/    /'
fi

[ $failed -eq 0 ] || exit 1
[ $passed -gt 0 ] || exit 2

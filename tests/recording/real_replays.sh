#!/usr/bin/env bash
# Sessions of real clients with real servers, recorded through `bytewatch relay --record`, and played again both ways: as the
# client against the real server, and as the server against the real client. Nothing may differ but what --ignore names.
#
#   tests/recording/real_replays.sh [PROGRAM]       PROGRAM is bytewatch, target/release/bytewatch by default
#
# Programs that are not installed are named on standard error, and so are servers that do not start. Servers run on free
# ports, with their data in a temporary folder. The status is 1 if anything differs.
set -uo pipefail

program=${1:-$(dirname "$0")/../../target/release/bytewatch}
if [ ! -x "$program" ]; then
    echo "there is no $program: cargo build --release, or name the program" >&2
    exit 2
fi
export BYTEWATCH_CONFIG=none PATH=$PATH:/usr/sbin

folder=$(mktemp -d)
chmod 711 "$folder"
declare -A started

# Ends a process that this script started, and waits for it.
end() {
    kill "$1" 2>/dev/null
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill -9 "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    unset "started[$1]"
}

clean_up() {
    for pid in "${!started[@]}"; do end "$pid"; done
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port below the ones that the system gives to clients.
free_port() {
    local port
    while :; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        is_open "$port" || { echo "$port"; return; }
    done
}

# Says that something was not tried: skip NAME WHY
skip() { echo "$1: $2: skipped" >&2; }

# Whether all these programs are there: have NAME PROGRAM…
have() {
    local name=$1 word
    shift
    for word in "$@"; do
        command -v "$word" >/dev/null && continue
        skip "$name" "$word is not installed"
        return 1
    done
}

# Starts bytewatch, and reads the address on which it listens: listening NAME WORDS…
bytewatch_pid="" bytewatch_port=""
listening() {
    local name=$1 address=""
    shift
    rm -f "$folder/$name.out"
    "$program" "$@" >"$folder/$name.out" 2>"$folder/$name.err" </dev/null &
    bytewatch_pid=$!
    started[$bytewatch_pid]=yes
    for _ in $(seq 300); do
        address=$(sed -n 's/^{"event":"listening".*"address":"\([^"]*\)".*/\1/p;q' "$folder/$name.out" 2>/dev/null)
        [ -n "$address" ] && break
        kill -0 "$bytewatch_pid" 2>/dev/null || break
        sleep 0.05
    done
    bytewatch_port=${address##*:}
    [ -n "$address" ] || { echo "$name does not start: $(tail -1 "$folder/$name.err")"; return 1; }
}

failed=0
# What is said of a replay, beside what happens.
told=listening,difference,deviation,replayed
# Records a session and plays it both ways: both_ways NAME PORT SESSION OPTION…, where `SESSION PORT` is the client.
both_ways() {
    local name=$1 port=$2 session=$3 form why="" recorded answered
    shift 3
    for form in pcapng ndjson; do
        why=$(
            # This is a shell of its own, which ends what it starts, and nothing else.
            started=()
            trap 'for pid in "${!started[@]}"; do end "$pid"; done' EXIT
            file=$folder/$session.$form
            listening relay relay "127.0.0.1:$port" -l 127.0.0.1:0 --headless --record "$file" || exit 1
            recorded=$("$session" "$bytewatch_port" 2>&1)
            end "$bytewatch_pid"
            [ -n "$recorded" ] || { echo "the session printed nothing"; exit 1; }
            timeout 60 "$program" replay "$file" --to "$port" --headless --events "$told" "$@" >"$folder/to" 2>&1 ||
                { echo "as the client: $(head -3 "$folder/to")"; exit 1; }
            listening server replay "$file" --listen 0 --headless --events "$told" "$@" || exit 1
            answered=$("$session" "$bytewatch_port" 2>&1)
            # A server that waits for more clients says so when it is told to end.
            for _ in $(seq 300); do
                kill -0 "$bytewatch_pid" 2>/dev/null || break
                sleep 0.1
            done
            kill "$bytewatch_pid" 2>/dev/null
            unset "started[$bytewatch_pid]"
            wait "$bytewatch_pid" || { echo "as the server: $(sed 1d "$folder/server.out" | head -3)"; exit 1; }
            [ "$answered" = "$recorded" ] || { echo "the client prints: $answered"; exit 1; }
        )
        if [ -z "$why" ]; then
            printf '%-12s %-7s same\n' "$name" "$form"
        else
            failed=1
            printf '%-12s %-7s DIFFERS: %s\n' "$name" "$form" "$(head -c 600 <<<"$why" | tr '\n' ' ')"
        fi
    done
}

# Starts a server on a port, or says why it does not start: server PORT NAME COMMAND…
server() {
    local port=$1 name=$2
    shift 2
    "$@" >"$folder/$name.log" 2>&1 </dev/null &
    started[$!]=yes
    for _ in $(seq 300); do
        is_open "$port" && return
        sleep 0.1
    done
    skip "$name" "it does not start: $(tail -1 "$folder/$name.log")"
    return 1
}

# Each command is an argument: with commands from a pipe, redis-cli asks for their documentation first, which the server
# sends in an order that changes.
redis_session() {
    timeout 20 redis-cli -p "$1" set key "a value"
    timeout 20 redis-cli -p "$1" get key
    timeout 20 redis-cli -p "$1" -r 3 setrange long 200000 end
    timeout 20 redis-cli -p "$1" get long | sha256sum
    timeout 20 redis-cli -p "$1" lrange key 0 -1
}

run_redis() {
    have redis-cli redis-server redis-cli || return
    local port
    port=$(free_port)
    server "$port" redis redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$folder" || return
    both_ways redis-cli "$port" redis_session
}

curl_session() {
    timeout 20 curl -sS --fail "http://127.0.0.1:$1/one" "http://127.0.0.1:$1/two" | sha256sum
    timeout 20 curl -sS "http://127.0.0.1:$1/none" -o /dev/null -w '%{http_code}\n'
}

run_curl() {
    have curl curl nginx || return
    local port
    port=$(free_port)
    mkdir "$folder/www"
    chmod 755 "$folder/www"
    head -c 300000 /dev/urandom >"$folder/www/one"
    echo two >"$folder/www/two"
    cat >"$folder/nginx.conf" <<END
pid $folder/nginx.pid; error_log $folder/nginx.error; daemon off; worker_processes 1;
events { }
http { access_log off; client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi; server { listen 127.0.0.1:$port; root $folder/www; } }
END
    server "$port" nginx nginx -e "$folder/nginx.error" -c "$folder/nginx.conf" || return
    both_ways curl "$port" curl_session --ignore 're:Date: [^\r]*' --ignore 're:Host: [^\r]*'
}

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

psql_session() {
    local -x PGSSLMODE=disable PGGSSENCMODE=disable
    timeout 20 psql -h 127.0.0.1 -p "$1" -U bench -At postgres \
        -c 'select 1 + 1' -c 'select repeat(md5(i::text), 20) from generate_series(1, 500) i' -c 'select * from nowhere'
}

run_psql() {
    local bin port pid
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    local PATH=$bin:$PATH
    have psql initdb postgres psql || return
    port=$(free_port)
    mkdir -m 700 "$folder/postgres"
    [ "$(id -u)" != 0 ] || chown postgres "$folder/postgres"
    (cd / && as_postgres "$(command -v initdb)" -D "$folder/postgres/data" -A trust -U bench >"$folder/initdb.log" 2>&1) ||
        { skip psql "initdb fails: $(tail -1 "$folder/initdb.log")"; return; }
    # As root the server is a child of runuser; its own number is in its data folder.
    (cd / && as_postgres "$(command -v postgres)" -D "$folder/postgres/data" -p "$port" -h 127.0.0.1 \
        -k "$folder/postgres" -c fsync=off >"$folder/postgres.log" 2>&1 </dev/null) &
    for _ in $(seq 300); do
        psql -h 127.0.0.1 -U bench -p "$port" -c 'select 1' postgres >/dev/null 2>&1 && break
        sleep 0.1
    done
    pid=$(head -1 "$folder/postgres/data/postmaster.pid" 2>/dev/null) ||
        { skip psql "it does not start: $(tail -1 "$folder/postgres.log")"; return; }
    started[$pid]=yes
    # The number of the process and the secret with which a query is cancelled.
    both_ways psql "$port" psql_session --ignore 'hex: 4b 00 00 00 0c ?? ?? ?? ?? ?? ?? ?? ??'
}

run_redis
run_curl
run_psql
exit "$failed"

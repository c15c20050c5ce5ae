#!/usr/bin/env bash
# Real clients and servers through `bytewatch relay`, on both backends with a switch every second: what arrives is
# compared with what was sent, or with what the same client gets without the relay.
#
#   tests/relay/real_programs.sh [--short] [PROGRAM]       PROGRAM is bytewatch, target/release/bytewatch by default
#   tests/relay/real_programs.sh [--short] --with COMMAND  another relay, where {listen} and {upstream} stand for ports of
#                                                          127.0.0.1: it shows what a row means
#
# --short takes seconds instead of minutes. Programs that are not installed are named on standard error, with their
# Debian packages, and so are servers that do not start. Servers run on free ports, with their data in a temporary
# folder. The status is 1 if anything differs.
set -uo pipefail

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }

short="" with="" program=""
while [ $# -gt 0 ]; do
    case $1 in
        --short) short=yes ;;
        --with) with=${2:?--with needs a command}; shift ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "there is no option $1" >&2; exit 2 ;;
        *) program=$1 ;;
    esac
    shift
done
program=${program:-$(dirname "$0")/../../target/release/bytewatch}
if [ -z "$with" ] && [ ! -x "$program" ]; then
    echo "there is no $program: cargo build --release, or name the program" >&2
    exit 2
fi

# The first value in the long form, and the second one in the short form.
pick() { if [ -n "$short" ]; then echo "$2"; else echo "$1"; fi; }
# Runs a client with a time limit: one that waits for bytes that were lost has failed.
limited() { timeout "$(pick 500 60)" "$@"; }

folder=$(mktemp -d)
chmod 711 "$folder"
declare -A started
made_run_sshd=""

# Ends a process that this script started, and waits for it.
end() {
    kill "$1" 2>/dev/null
    for _ in $(seq 200); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.05
    done
    kill -9 "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

clean_up() {
    for pid in "${!started[@]}"; do end "$pid"; done
    [ -z "$made_run_sshd" ] || rmdir /run/sshd
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

server_pid=""
# Starts a server on a port, or says why it does not start: server PORT NAME COMMAND…
server() {
    local port=$1 name=$2
    shift 2
    "$@" >"$folder/$name.log" 2>&1 </dev/null &
    server_pid=$!
    started[$server_pid]=yes
    for _ in $(seq 300); do
        is_open "$port" && return
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.1
    done
    skip "$name" "it does not start: $(tail -1 "$folder/$name.log")"
    return 1
}

# Says that something was not tried: skip NAME WHY
skip() { echo "$1: $2: skipped" >&2; }

failed=0
say_row() { printf '%-26s %-8s %11s %8s  %s\n' "$@"; }

# The number that a key of an event has: number KEY < EVENT
number() { sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p'; }

relay_pid="" relay_port="" relay_options=()
start_relay() {
    local backend=$1 upstream=$2 address=""
    if [ -n "$with" ]; then
        relay_port=$(free_port)
        local command=${with//"{listen}"/$relay_port}
        # shellcheck disable=SC2086 # it is a command line
        server "$relay_port" relay ${command//"{upstream}"/$upstream} || return 1
        relay_pid=$server_pid
        return
    fi
    # The output of the last relay would tell its address.
    rm -f "$folder/relay.log"
    local events=listening,opened,closed,switched,switch-failed,failed,missed,ended
    "$program" relay "127.0.0.1:$upstream" -l 127.0.0.1:0 -b "$backend" --switch-every "$(pick 1s 100ms)" \
        "${relay_options[@]}" --headless --events $events >"$folder/relay.log" 2>"$folder/relay.err" </dev/null &
    relay_pid=$!
    started[$relay_pid]=yes
    for _ in $(seq 300); do
        address=$(sed -n 's/^{"event":"listening".*"address":"\([^"]*\)".*/\1/p;q' "$folder/relay.log" 2>/dev/null)
        [ -n "$address" ] && break
        kill -0 "$relay_pid" 2>/dev/null || break
        sleep 0.05
    done
    relay_port=${address##*:}
    [ -n "$address" ]
}

# Ends the relay. Adds what is wrong with what it reported to `why`.
end_relay() {
    local status=0 told
    kill -TERM "$relay_pid" 2>/dev/null
    wait "$relay_pid" || status=$?
    # Its number may be given to another process from now on.
    unset "started[$relay_pid]"
    [ -z "$with" ] || return
    [ "$status" = 0 ] || why+=" the relay ended with status $status: $(tail -1 "$folder/relay.err")"
    told=$(grep -m1 -E '^{"event":"(switch-failed|failed|missed)"' "$folder/relay.log") && why+=" $told"
    [ "$(tail -1 "$folder/relay.log" | number missed)" = 0 ] || why+=" the relay did not report an end without losses"
}

# Runs a check through the relay on both backends: through NAME PORT FUNCTION
through() {
    local name=$1 port=$2 check=$3 backend why connections switches
    for backend in async threads; do
        if start_relay "$backend" "$port"; then
            why=$("$check" "$relay_port" "$port" 2>&1) && why=""
            end_relay
        else
            why="the relay does not start: $(tail -1 "$folder/relay.err" 2>/dev/null)"
        fi
        connections=- switches=-
        if [ -z "$with" ]; then
            connections=$(grep -c '^{"event":"opened"' "$folder/relay.log")
            switches=$(grep -c '^{"event":"switched"' "$folder/relay.log")
            [ "$connections" -gt 0 ] || why+=" no connection passed the relay"
        fi
        if [ -z "$why" ]; then
            say_row "$name" "$backend" "$connections" "$switches" same
        else
            failed=1
            say_row "$name" "$backend" "$connections" "$switches" "DIFFERS: $(head -c 300 <<<"$why" | tr '\n' ' ')"
        fi
    done
}

# Whether all these programs are there; otherwise says how to install them: have NAME 'PACKAGES' PROGRAM…
have() {
    local name=$1 packages=$2 word
    shift 2
    for word in "$@"; do
        PATH=$PATH:/usr/sbin command -v "$word" >/dev/null && continue
        skip "$name" "$word is not installed (apt-get install $packages)"
        return 1
    done
}

# The checksum of standard input.
sum() { sha256sum | cut -d' ' -f1; }

# Fails with a line unless both are equal: equal WHAT ONE OTHER
equal() { [ "$2" = "$3" ] || { echo "$1: ${2:-nothing} instead of ${3:-nothing};"; return 1; }; }

# --- Redis: pipelined requests, whose effect is counted exactly, and values of several MB.
redis_through_relay() {
    local relay=$1 direct=$2 result=0 requests
    requests=$(pick 400000 20000)
    redis-cli -p "$direct" flushall >/dev/null || return 1
    limited redis-benchmark -p "$relay" -P 16 -n "$requests" -c 50 -q -t set,get,incr,lpush,lrange_100 \
        >"$folder/benchmark" 2>&1 || { echo "redis-benchmark fails: $(tr '\r' '\n' <"$folder/benchmark" | tail -1);"; result=1; }
    grep -aiE 'error|reset' "$folder/benchmark" && result=1
    equal "increments" "$(redis-cli -p "$direct" get counter:__rand_int__)" "$requests" || result=1
    # The benchmark of lrange adds a list of its own to the one of lpush.
    equal "list of pushes" "$(($(redis-cli -p "$direct" llen mylist) >= requests))" 1 || result=1
    redis-cli -p "$relay" -x set big <"$folder/blob" >/dev/null || result=1
    equal "value through redis-cli" "$(redis-cli -p "$relay" get big | sum)" "$(redis-cli -p "$direct" get big | sum)" || result=1
    equal "its length" "$(redis-cli -p "$direct" strlen big)" "$(wc -c <"$folder/blob")" || result=1
    seq "$(pick 50000 5000)" | sed 's/.*/SET piped:& value:&/' | redis-cli -p "$relay" --pipe >/dev/null || result=1
    equal "keys of redis-cli --pipe" "$(redis-cli -p "$direct" keys 'piped:*' | grep -c piped)" "$(pick 50000 5000)" || result=1
    return "$result"
}

run_redis() {
    have "Redis" "redis-server redis-tools" redis-server redis-cli redis-benchmark || return
    local port
    port=$(free_port)
    mkdir "$folder/redis"
    server "$port" redis redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$folder/redis" ||
        return
    through "redis-benchmark, redis-cli" "$port" redis_through_relay
}

# --- PostgreSQL: transactions whose sums must agree, and a result of some MB.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

postgres_through_relay() {
    local relay=$1 direct=$2 result=0 sums
    local at=(-h 127.0.0.1 -U bench)
    local -x PGSSLMODE=disable
    pgbench "${at[@]}" -p "$direct" -i -q -s 2 postgres >"$folder/pgbench" 2>&1 || { echo "pgbench -i fails"; return 1; }
    limited pgbench "${at[@]}" -p "$relay" -c 8 -j 2 -T "$(pick 30 2)" postgres >"$folder/pgbench" 2>&1 ||
        { echo "pgbench fails: $(tail -3 "$folder/pgbench")"; result=1; }
    grep -qE 'failed transactions: 0( |$)' "$folder/pgbench" || { echo "transactions failed;"; result=1; }
    sums='select (select sum(abalance) from pgbench_accounts) = (select sum(delta) from pgbench_history)
          and (select sum(tbalance) from pgbench_tellers) = (select sum(delta) from pgbench_history)'
    equal "sums agree" "$(psql "${at[@]}" -p "$relay" -Atc "$sums" postgres)" t || result=1
    # As many transactions took place as the clients were told.
    equal "transactions" "$(psql "${at[@]}" -p "$direct" -Atc 'select count(*) from pgbench_history' postgres)" \
        "$(sed -n 's/.*transactions actually processed: \([0-9]*\).*/\1/p' "$folder/pgbench")" || result=1
    local query="copy (select i, md5(i::text), repeat('ä', i % 50) from generate_series(1, ROWS) i) to stdout"
    query=${query/ROWS/$(pick 500000 50000)}
    equal "psql copy" "$(psql "${at[@]}" -p "$relay" -c "$query" postgres | sum)" \
        "$(psql "${at[@]}" -p "$direct" -c "$query" postgres | sum)" || result=1
    return "$result"
}

# With TLS on both sides of the relay: the client asks for it, and so does the relay.
postgres_tls_through_relay() {
    local relay=$1 direct=$2 result=0 number
    local at=(-h 127.0.0.1 -U bench) table="table numbers order by number"
    local -x PGSSLMODE=require
    equal "server has TLS" \
        "$(psql "${at[@]}" -p "$relay" -Atc 'select ssl from pg_stat_ssl where pid = pg_backend_pid()' postgres)" t || result=1
    for number in $(seq "$(pick 20 3)"); do
        equal "rows, time $number" "$(limited psql "${at[@]}" -p "$relay" -Atc "$table" postgres | sum)" \
            "$(psql "${at[@]}" -p "$direct" -Atc "$table" postgres | sum)" || result=1
    done
    return "$result"
}

run_postgres_tls() {
    [ -z "$with" ] || return
    have "PostgreSQL with TLS" "openssl" openssl || return
    local port=$1 files=$2
    psql -h 127.0.0.1 -U bench -p "$port" -qc "create table numbers as
        select i number, md5(i::text) text, repeat('ä', i % 50) more from generate_series(1, 100000) i" postgres || return
    relay_options=(--tls --upstream-tls --upstream-ca "$files/server.crt" --upstream-name localhost)
    through "psql sslmode=require" "$port" postgres_tls_through_relay
    relay_options=()
}

# Makes a certificate and its key in a folder, where the server of PostgreSQL looks for them.
certificate_of_postgres() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1/server.key" -out "$1/server.crt" \
        -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -addext basicConstraints=critical,CA:FALSE 2>/dev/null || return
    chmod 600 "$1/server.key"
    chmod 644 "$1/server.crt"
    [ "$(id -u)" != 0 ] || chown postgres "$1/server.key"
}

run_postgres() {
    local bin port
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    local PATH=$PATH:$bin
    have "PostgreSQL" "postgresql postgresql-contrib" initdb postgres pgbench psql || return
    port=$(free_port)
    mkdir -m 700 "$folder/postgres"
    [ "$(id -u)" != 0 ] || chown postgres "$folder/postgres"
    (cd / && as_postgres "$bin/initdb" -D "$folder/postgres/data" -A trust -U bench >"$folder/initdb.log" 2>&1) ||
        { skip PostgreSQL "initdb fails: $(tail -1 "$folder/initdb.log")"; return; }
    local files=$folder/postgres-tls tls=off
    mkdir -m 711 "$files"
    certificate_of_postgres "$files" && tls=on
    # As root the server is a child of runuser; its own number is in its data folder.
    (cd / && as_postgres "$bin/postgres" -D "$folder/postgres/data" -p "$port" -h 127.0.0.1 \
        -k "$folder/postgres" -c fsync=off -c ssl=$tls -c ssl_cert_file="$files/server.crt" \
        -c ssl_key_file="$files/server.key" >"$folder/postgres.log" 2>&1 </dev/null) &
    for _ in $(seq 300); do
        psql -h 127.0.0.1 -U bench -p "$port" -c 'select 1' postgres >/dev/null 2>&1 && break
        sleep 0.1
    done
    local pid
    pid=$(head -1 "$folder/postgres/data/postmaster.pid" 2>/dev/null) ||
        { skip PostgreSQL "it does not start: $(tail -1 "$folder/postgres.log")"; return; }
    started[$pid]=yes
    through "pgbench, psql" "$port" postgres_through_relay
    run_postgres_tls "$port" "$files"
}

# --- nginx: many files of odd sizes, over many connections, over one, and over one each.
sums_of() { (cd "$1" && find . -type f | sort | xargs sha256sum); }

curl_through_relay() {
    local relay=$1 result=0 kind expected
    expected=$(sums_of "$folder/www")
    for kind in parallel kept-alive one-each; do
        local options=()
        [ "$kind" != parallel ] || options=(--parallel --parallel-max 30)
        [ "$kind" != one-each ] || options=(-H 'Connection: close')
        rm -rf "$folder/got"
        mkdir "$folder/got"
        for file in "$folder"/www/*; do
            printf 'url = "http://127.0.0.1:%s/%s"\noutput = "%s/got/%s"\n' "$relay" "${file##*/}" "$folder" "${file##*/}"
        done >"$folder/urls"
        limited curl -sS --fail "${options[@]}" -K "$folder/urls" 2>"$folder/curl.err" ||
            { echo "curl fails ($kind): $(tail -1 "$folder/curl.err");"; result=1; }
        [ "$(sums_of "$folder/got")" = "$expected" ] || { echo "files differ ($kind);"; result=1; }
    done
    return "$result"
}

run_curl() {
    have "curl and nginx" "curl nginx" curl nginx || return
    local port number count
    count=$(pick 1000 60)
    port=$(free_port)
    mkdir "$folder/www" "$folder/nginx"
    chmod 755 "$folder/www"
    for number in $(seq 0 $((count - 1))); do
        head -c $((number * number * number * 7 % 1000003)) "$folder/blob" >"$folder/www/file-$number"
    done
    chmod 644 "$folder"/www/*
    {
        echo "pid $folder/nginx/pid; error_log $folder/nginx/error.log; daemon off; worker_processes 1;"
        [ "$(id -u)" != 0 ] || echo "user $(id -un);"
        echo "events { worker_connections 512; }"
        echo "http { access_log off; keepalive_requests 100000; server { listen 127.0.0.1:$port; root $folder/www; }"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $folder/nginx/$kind;"; done
        echo "}"
    } >"$folder/nginx/conf"
    server "$port" nginx "$(PATH=$PATH:/usr/sbin command -v nginx)" -c "$folder/nginx/conf" -e "$folder/nginx/error.log" ||
        return
    through "curl, $count files" "$port" curl_through_relay
}

# --- OpenSSH: one large file there by scp, and back by sftp.
ssh_options=(-i "$folder/ssh/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
    -o BatchMode=yes -F /dev/null)

ssh_through_relay() {
    local relay=$1 result=0 expected
    expected=$(sum <"$folder/large")
    rm -f "$folder/ssh/there" "$folder/ssh/back"
    limited scp "${ssh_options[@]}" -P "$relay" "$folder/large" "127.0.0.1:$folder/ssh/there" || { echo "scp fails;"; result=1; }
    equal "file of scp" "$(sum <"$folder/ssh/there")" "$expected" || result=1
    limited sftp "${ssh_options[@]}" -P "$relay" -b - 127.0.0.1 >/dev/null <<<"get $folder/ssh/there $folder/ssh/back" ||
        { echo "sftp fails;"; result=1; }
    equal "file of sftp" "$(sum <"$folder/ssh/back")" "$expected" || result=1
    rm -f "$folder/ssh/there" "$folder/ssh/back"
    return "$result"
}

run_ssh() {
    have "OpenSSH" "openssh-server openssh-client" sshd ssh scp sftp ssh-keygen || return
    local port size
    size=$(pick 1024 24)
    port=$(free_port)
    mkdir -m 700 "$folder/ssh"
    if [ "$(id -u)" = 0 ] && [ ! -d /run/sshd ]; then
        mkdir -m 755 /run/sshd && made_run_sshd=yes
    fi
    ssh-keygen -q -t ed25519 -N '' -f "$folder/ssh/key"
    ssh-keygen -q -t ed25519 -N '' -f "$folder/ssh/host"
    head -c "${size}M" /dev/urandom >"$folder/large"
    {
        printf 'Port %s\nListenAddress 127.0.0.1\nHostKey %s/ssh/host\n' "$port" "$folder"
        printf 'AuthorizedKeysFile %s/ssh/key.pub\nStrictModes no\nPidFile none\nUsePAM no\n' "$folder"
        printf 'PermitRootLogin yes\nMaxStartups 100\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n'
    } >"$folder/ssh/config"
    server "$port" sshd "$(PATH=$PATH:/usr/sbin command -v sshd)" -D -e -f "$folder/ssh/config" || return
    ssh "${ssh_options[@]}" -p "$port" 127.0.0.1 true || { skip OpenSSH "sshd lets $(id -un) not in"; return; }
    through "scp and sftp, $size MiB" "$port" ssh_through_relay
    rm -f "$folder/large"
}

# --- git: a clone over git://, and a push back.
git_through_relay() {
    local relay=$1 result=0 branch=through-$1
    rm -rf "$folder/clone"
    limited git clone -q "git://127.0.0.1:$relay/repository" "$folder/clone" || { echo "git clone fails"; return 1; }
    git -C "$folder/clone" fsck --full >/dev/null 2>&1 || { echo "git fsck fails;"; result=1; }
    diff -r --exclude .git "$folder/work" "$folder/clone" >/dev/null || { echo "files differ;"; result=1; }
    head -c 3000000 /dev/urandom >"$folder/clone/pushed"
    git -C "$folder/clone" add pushed && git -C "$folder/clone" "${who[@]}" commit -q -m pushed || result=1
    limited git -C "$folder/clone" push -q origin "HEAD:refs/heads/$branch" || { echo "git push fails;"; result=1; }
    equal "commit pushed" "$(git -C "$folder/git/repository" rev-parse "$branch")" "$(git -C "$folder/clone" rev-parse HEAD)" || result=1
    return "$result"
}

run_git() {
    have "git" "git" git || return
    [ -x "$(git --exec-path)/git-daemon" ] ||
        { skip git "git daemon is not installed (apt-get install git)"; return; }
    local port number
    who=(-c user.name=Test -c user.email=test@example.org -c gc.auto=0)
    port=$(free_port)
    export GIT_CONFIG_NOSYSTEM=1 HOME=$folder
    git init -q "$folder/work"
    for number in $(seq "$(pick 200 30)"); do
        head -c $((number * 30011 % 400009)) /dev/urandom >"$folder/work/file-$number"
        git -C "$folder/work" add . && git -C "$folder/work" "${who[@]}" commit -q -m "Add file $number"
    done
    mkdir "$folder/git"
    git clone -q --bare "$folder/work" "$folder/git/repository"
    server "$port" git "$(git --exec-path)/git-daemon" --export-all --enable=receive-pack --reuseaddr \
        --base-path="$folder/git" --listen=127.0.0.1 --port="$port" || return
    through "git clone and push" "$port" git_through_relay
}

head -c 3000017 /dev/urandom >"$folder/blob"
say_row program backend connections switches result
run_redis
run_postgres
run_curl
run_ssh
run_git
exit $failed

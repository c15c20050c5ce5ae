#!/usr/bin/env bash
# PROXY headers between `bytewatch` and real programs, on both backends: nginx and HAProxy say which client they were
# told, HAProxy which TLVs, and `serve` echoes what HAProxy and curl send behind a header.
#
#   tests/relay/proxied_programs.sh [PROGRAM]     PROGRAM is bytewatch, target/release/bytewatch by default
#
# Each line says `same`, or what differs; the status is 1 then. Programs that are not installed are named on standard
# error, with their Debian packages.
set -uo pipefail

program=${1:-$(dirname "$0")/../../target/release/bytewatch}
[ -x "$program" ] || { echo "there is no $program: cargo build --release, or name the program" >&2; exit 2; }
PATH=$PATH:/usr/sbin
missing=""
for word in nginx:nginx-light haproxy:haproxy curl:curl openssl:openssl nc:netcat-openbsd; do
    command -v "${word%%:*}" >/dev/null || missing+=" ${word#*:}"
done
[ -z "$missing" ] || { echo "PROXY headers: not installed (apt-get install$missing): skipped" >&2; exit 0; }

folder=$(mktemp -d)
chmod 711 "$folder"
declare -A started
clean_up() {
    for pid in "${!started[@]}"; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
    rm -rf "$folder"
}
trap clean_up EXIT

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
start() { "$@" >>"$folder/log" 2>&1 & started[$!]=1; last=$!; }
# Ends the program that was started last.
end() { kill "$last" 2>/dev/null; wait "$last" 2>/dev/null; unset "started[$last]"; }
await() {
    for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.05; done
    echo "nothing listens on port $1" >&2; cat "$folder/log" >&2; exit 1
}
result=0
# Whether two texts are equal: check WHAT ONE OTHER
check() {
    if [ "$2" = "$3" ]; then echo "$1: same"; else echo "$1: '$2' instead of '$3'"; result=1; fi
}

web=$(free_port) tls=$(free_port) accepting=$(free_port) v1=$(free_port) v2=$(free_port) echoing=$(free_port)
port=$(free_port) tls_port=$(free_port) hap_port=$(free_port) tlvs=$(free_port) between=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$folder/key" -out "$folder/cert" -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1,DNS:localhost 2>/dev/null
cat "$folder/cert" "$folder/key" >"$folder/both.pem"
told='client=$proxy_protocol_addr:$proxy_protocol_port server=$proxy_protocol_server_addr:$proxy_protocol_server_port'
{
    echo "pid $folder/nginx.pid; error_log $folder/error.log; daemon off; worker_processes 1; events {} http { access_log off;"
    for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $folder/$kind;"; done
    echo "server { listen 127.0.0.1:$web proxy_protocol; location / { return 200 '$told'; } }"
    echo "server { listen 127.0.0.1:$tls ssl proxy_protocol; ssl_certificate $folder/cert; ssl_certificate_key $folder/key;"
    echo "location / { return 200 '$told'; } } }"
} >"$folder/nginx.conf"
start nginx -c "$folder/nginx.conf" -e "$folder/error.log"
cat >"$folder/haproxy.conf" <<END
defaults
 mode tcp
 timeout connect 5s
 timeout client 10s
 timeout server 10s
listen v1
 bind 127.0.0.1:$v1
 bind $folder/v1.sock
 server s 127.0.0.1:$echoing send-proxy
listen v2
 bind 127.0.0.1:$v2
 bind $folder/v2.sock
 server s 127.0.0.1:$echoing send-proxy-v2
frontend tlvs
 bind 127.0.0.1:$tlvs ssl crt $folder/both.pem
 unique-id-format of-%ci:%cp
 default_backend between
backend between
 server s 127.0.0.1:$between send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id,authority
frontend accepting
 mode http
 bind 127.0.0.1:$accepting accept-proxy
 http-request return status 200 content-type text/plain lf-string "client=%[src]:%[src_port] name=%[fc_pp_authority] id=%[fc_pp_unique_id]" if { path /tlvs }
 http-request return status 200 content-type text/plain lf-string "client=%[src]:%[src_port] server=%[dst]:%[dst_port]"
END
start haproxy -db -f "$folder/haproxy.conf"
await "$web"; await "$accepting"

for backend in async threads; do
    for version in v1 v2; do
        start "$program" relay "$web" -l "$port" -l "$tls_port=$tls" -l "$hap_port=$accepting" --send-proxy "$version" \
            --headless --events ended -b "$backend" --switch-every 200ms
        await "$port"
        for target in "nginx http $port" "nginx https $tls_port" "haproxy http $hap_port"; do
            read -r name scheme to <<<"$target"
            got=$(curl -s -m 20 --cacert "$folder/cert" -w ' %{local_ip}:%{local_port}' "$scheme://127.0.0.1:$to/")
            check "$name $scheme, --send-proxy $version, $backend" "${got% *}" "client=${got##* } server=127.0.0.1:$to"
        done
        end
    done
    start "$program" relay "$web" -l "$port" -l "$tls_port=$tls" --proxy-protocol --send-proxy v2 --headless --events ended \
        -b "$backend" --switch-every 200ms
    await "$port"
    for scheme in http https; do
        to=$port
        [ $scheme = http ] || to=$tls_port
        got=$(curl -s -m 20 --haproxy-protocol --cacert "$folder/cert" -w ' %{local_ip}:%{local_port}' "$scheme://127.0.0.1:$to/")
        check "curl --haproxy-protocol $scheme, nginx, $backend" "${got% *}" "client=${got##* } server=127.0.0.1:$to"
    done
    end
    start "$program" relay "$accepting" -l "$between" --proxy-protocol --send-proxy v2 --headless --events ended \
        -b "$backend" --switch-every 200ms
    await "$between"
    got=$(curl -s -m 20 --cacert "$folder/cert" -w ' %{local_ip}:%{local_port}' "https://localhost:$tlvs/tlvs")
    from=${got##* }
    check "haproxy send-proxy-v2-ssl-cn, TLVs to haproxy, $backend" "${got% *}" "client=$from name=localhost id=of-$from"
    end
    start "$program" serve "$echoing" --proxy-protocol --greet 'hi\n' --headless --events ended -b "$backend" --switch-every 200ms
    await "$echoing"
    for kind in "send-proxy TCP 127.0.0.1 $v1" "send-proxy-v2 TCP 127.0.0.1 $v2" "send-proxy Unix -U $folder/v1.sock" \
        "send-proxy-v2 Unix -U $folder/v2.sock"; do
        read -r option of address to <<<"$kind"
        got=$( (echo hello; sleep 1) | timeout 20 nc -N "$address" "$to" | tr '\n' ' ')
        check "haproxy $option, client of $of, $backend" "$got" "hi hello "
    done
    end
done
exit "$result"

#!/usr/bin/env bash
# Real client programs against `bytewatch --headless`: which protocol it names, where it says that their messages end,
# and how many messages they send before the server answers anything.
#
#   tests/clients/real_clients.sh [--install] [--only TEXT] [--list] [PROGRAM]
#
# PROGRAM is bytewatch: $BYTEWATCH, or target/release/bytewatch by default.
#
# --install    installs the Debian packages with apt-get (as root, without starting their services), and the packages
#              of PyPI, in the versions of the table, into a temporary folder
# --only TEXT  runs the clients whose names contain TEXT
# --list       prints the table, and runs nothing
#
# Without --install it uses what is there; Python clients are run with $PYTHON, or python3 by default.
#
# Each line says `ok`, `wrong` with what was expected and what came, or `missing` with the package that brings the
# program. The status is 0 if nothing was wrong, 1 if something was, and 2 if fewer than 60 programs could be run.
#
# What is expected follows from the specifications of the protocols and from what the clients have been seen to send
# (tests/data/clients.json). Borders of messages are computed here, by code that has nothing in common with bytewatch.
set -uo pipefail

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }

install="" only="" list="" program=${BYTEWATCH:-}
while [ $# -gt 0 ]; do
    case $1 in
        --install) install=yes ;;
        --only) only=${2:?--only needs a text}; shift ;;
        --list) list=yes ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "there is no option $1" >&2; exit 2 ;;
        *) program=$1 ;;
    esac
    shift
done
program=${program:-$(dirname "$0")/../../target/release/bytewatch}
if [ -z "$list" ] && [ ! -x "$program" ]; then
    echo "there is no $program: cargo build --release, or name the program" >&2
    exit 2
fi
program=$(realpath -m "$program")
python=${PYTHON:-python3}
command -v "$python" >/dev/null || { echo "there is no $python (apt-get install python3)" >&2; exit 2; }
PATH=$PATH:/usr/sbin:/sbin
least=60

folder=$(mktemp -d)
chmod 711 "$folder"
server_pid="" client_pid=""
clean_up() {
    # The client and what it has started are a process group of their own.
    [ -z "$client_pid" ] || kill -KILL -- "-$client_pid" 2>/dev/null
    [ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ---------------------------------------------------------------------------------------------------------------------
# The table. A client is
#
#     client NAME FROM NEEDS SERVER PROTOCOL FRAMING MESSAGES <<'END' … END
#
# FROM      Debian packages, or a package of PyPI with its version
# NEEDS     programs, or the Python module that the package of PyPI brings
# SERVER    quiet: nothing is answered; greet TEXT: each connection is greeted; answer TEXT: its first read is answered;
#           each TEXT: each read is answered; talk TEXT | TEXT: each connection is greeted, and each read answered;
#           port N: nothing is answered at this port, where the client has no option for another one
# PROTOCOL  the name, or - if no name is right
# FRAMING   where messages end, as one of the functions of the judge below; - if there are none: the protocol is not
#           known, or has no rule (docs/framing.md)
# MESSAGES  how many messages the first connection that carries bytes brings
#
# The lines up to END are the client: a script of bash, or of Python if the package is of PyPI. `port` is the port of
# bytewatch; the working directory is a temporary one. A client that does not end by itself is ended once it is quiet.
# ---------------------------------------------------------------------------------------------------------------------
table() {
    # --- Databases and caches.
    # Without a terminal it does not ask for the documentation of the commands first.
    client 'redis-cli' redis-tools redis-cli quiet RESP resp 1 <<'END'
redis-cli -p $port ping
END
    client 'redis-cli -3' redis-tools redis-cli quiet RESP resp 1 <<'END'
redis-cli -3 -p $port ping
END
    # The commands, an empty line that ends what may be half a command, and an ECHO by which the last answer is known.
    client 'redis-cli --pipe' redis-tools redis-cli quiet RESP resp 4 <<'END'
printf '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n' | redis-cli -p $port --pipe
END
    client 'redis (Python)' redis==8.1.0 redis quiet RESP resp 1 <<'END'
import redis
redis.Redis(port=port, socket_timeout=20).ping()
END
    client 'psql' postgresql-client psql quiet PostgreSQL postgresql 1 <<'END'
psql -w "host=127.0.0.1 port=$port user=u dbname=d" -c 'select 1'
END
    client 'psql sslmode=disable' postgresql-client psql quiet PostgreSQL postgresql 1 <<'END'
psql -w "host=127.0.0.1 port=$port user=u dbname=d sslmode=disable" -c 'select 1'
END
    client 'psql, TLS refused' postgresql-client psql 'answer N' PostgreSQL postgresql 2 <<'END'
psql -w "host=127.0.0.1 port=$port user=u dbname=d" -c 'select 1'
END
    client 'pg_isready' postgresql-client pg_isready quiet PostgreSQL postgresql 1 <<'END'
pg_isready -h 127.0.0.1 -p $port -t 20
END
    client 'asyncpg (Python)' asyncpg==0.32.0 asyncpg quiet PostgreSQL postgresql 1 <<'END'
import asyncio, asyncpg
asyncio.run(asyncpg.connect(host="127.0.0.1", port=port, user="u", database="d", timeout=20))
END
    client 'mariadb' mariadb-client-core mariadb "greet $mysql_greeting" MySQL 'size(3, little, more=1)' 1 <<'END'
mariadb -h 127.0.0.1 -P $port -u u --protocol=tcp -e 'select 1'
END
    client 'PyMySQL' pymysql==1.2.4 pymysql "greet $mysql_greeting" MySQL 'size(3, little, more=1)' 1 <<'END'
import pymysql
pymysql.connect(host="127.0.0.1", port=port, user="u", password="p", connect_timeout=20)
END
    client 'tsql' freetds-bin tsql quiet TDS 'size(2, at=2, whole=True)' 1 <<'END'
sleep 20 | TDSVER=7.4 tsql -H 127.0.0.1 -p $port -U u -P p
END
    client 'python-tds' python-tds==1.17.1 pytds quiet TDS 'size(2, at=2, whole=True)' 1 <<'END'
import pytds
# The first attempt has a twelfth of this time; an attention follows it.
pytds.connect("127.0.0.1", "d", "u", "p", port=port, login_timeout=240)
END
    client 'python-oracledb' oracledb==26.1.0 oracledb quiet TNS - 0 <<'END'
import oracledb
oracledb.connect(user="u", password="p", dsn=f"127.0.0.1:{port}/s")
END
    client 'PyMongo' pymongo==4.20.1 pymongo quiet MongoDB 'size(4, little, whole=True)' 1 <<'END'
import pymongo
pymongo.MongoClient("127.0.0.1", port, serverSelectionTimeoutMS=20000).admin.command("ping")
END
    client 'cassandra-driver' cassandra-driver==3.30.1 cassandra quiet CQL - 0 <<'END'
from cassandra.cluster import Cluster
Cluster(["127.0.0.1"], port=port, connect_timeout=20).connect()
END
    client 'neo4j (Python)' neo4j==6.4.1 neo4j quiet Bolt - 0 <<'END'
import neo4j
neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=("u", "p")).verify_connectivity()
END
    client 'clickhouse-driver' clickhouse-driver==0.2.11 clickhouse_driver quiet ClickHouse - 0 <<'END'
from clickhouse_driver import Client
Client("127.0.0.1", port=port).execute("select 1")
END
    client 'tarantool (Python)' tarantool==1.3.0 tarantool "greet $tarantool_greeting" Tarantool - 0 <<'END'
import tarantool
tarantool.connect("127.0.0.1", port)
END
    client 'rethinkdb (Python)' rethinkdb==2.4.10.post1 rethinkdb quiet RethinkDB - 0 <<'END'
from rethinkdb import r
r.connect("127.0.0.1", port, timeout=20)
END
    # The authentication is a message of several frames: the first one, the name of the cluster, the name of the user
    # and the password (both null), then the kind, the version and the name of the client, and the list of its labels,
    # which begins and ends with a frame.
    client 'hazelcast (Python)' hazelcast-python-client==5.7.0 hazelcast quiet Hazelcast \
        'after(b"CP2", size(4, little, whole=True))' 10 <<'END'
import hazelcast
hazelcast.HazelcastClient(cluster_members=[f"127.0.0.1:{port}"])
END
    client 'kazoo' kazoo==2.11.0 kazoo quiet ZooKeeper 'size(4)' 1 <<'END'
from kazoo.client import KazooClient
KazooClient(f"127.0.0.1:{port}", timeout=20).start(20)
END
    client 'memcstat' libmemcached-tools memcstat quiet memcached memcached 1 <<'END'
memcstat --servers=127.0.0.1:$port
END
    client 'memccat' libmemcached-tools memccat quiet memcached memcached 1 <<'END'
memccat --servers=127.0.0.1:$port key
END
    client 'memccat --binary' libmemcached-tools memccat quiet memcached memcached 1 <<'END'
memccat --binary --servers=127.0.0.1:$port key
END
    client 'pymemcache set' pymemcache==4.0.0 pymemcache quiet memcached memcached 1 <<'END'
from pymemcache.client.base import Client
Client(("127.0.0.1", port)).set("key", "value\r\nget", noreply=False)
END
    client 'etcdctl' etcd-client etcdctl quiet HTTP/2 http2 2 <<'END'
# The preface and the settings; it waits for the settings of the server.
ETCDCTL_API=3 etcdctl --endpoints=127.0.0.1:$port --dial-timeout=20s --command-timeout=20s get x
END

    # --- Queues.
    client 'mosquitto_pub' mosquitto-clients mosquitto_pub quiet MQTT varint 1 <<'END'
mosquitto_pub -h 127.0.0.1 -p $port -t t -m m
END
    client 'mosquitto_pub -V mqttv5' mosquitto-clients mosquitto_pub quiet MQTT varint 1 <<'END'
mosquitto_pub -V mqttv5 -h 127.0.0.1 -p $port -t t -m m
END
    client 'mosquitto_sub -V mqttv31' mosquitto-clients mosquitto_sub quiet MQTT varint 1 <<'END'
mosquitto_sub -V mqttv31 -i id -h 127.0.0.1 -p $port -t t
END
    client 'curl mqtt://' curl curl quiet MQTT varint 1 <<'END'
curl -s mqtt://127.0.0.1:$port/t
END
    client 'paho-mqtt' paho-mqtt==2.2.0 paho.mqtt quiet MQTT varint 1 <<'END'
import paho.mqtt.client as mqtt
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
client.connect("127.0.0.1", port)
client.loop_forever()
END
    client 'amqp-publish' amqp-tools amqp-publish quiet AMQP amqp 1 <<'END'
amqp-publish -u amqp://127.0.0.1:$port -r k -b body
END
    client 'pika' pika==1.4.4 pika quiet AMQP amqp 1 <<'END'
import pika
pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, blocked_connection_timeout=20))
END
    client 'stomp.py' stomp.py==9.0.0 stomp quiet STOMP 'line(b"\0")' 1 <<'END'
import stomp, time
connection = stomp.Connection12([("127.0.0.1", port)])
connection.connect("u", "p")
time.sleep(20)
END
    # To find out the version of the broker it asks two questions at once, as an old one closes the connection at the
    # first of them.
    client 'kafka-python-ng' kafka-python-ng==2.2.3 kafka quiet Kafka 'size(4)' 2 <<'END'
import kafka
kafka.KafkaProducer(bootstrap_servers=f"127.0.0.1:{port}")
END
    client 'kcat' kcat kcat quiet Kafka 'size(4)' 1 <<'END'
kcat -b 127.0.0.1:$port -L
END
    client 'nats-py' nats-py==2.16.0 nats \
        'greet INFO {"server_id":"N","version":"2.9.10","max_payload":1048576}\r\n' NATS nats 2 <<'END'
import asyncio, nats
asyncio.run(nats.connect(f"nats://127.0.0.1:{port}", connect_timeout=20, allow_reconnect=False))
END
    client 'gearman' gearman-tools gearman quiet Gearman gearman 1 <<'END'
echo x | gearman -h 127.0.0.1 -p $port -f fn
END
    client 'gearadmin --status' gearman-tools gearadmin quiet Gearman gearman 1 <<'END'
gearadmin -h 127.0.0.1 -p $port --status
END
    client 'greenstalk' greenstalk==2.1.1 greenstalk quiet - - 0 <<'END'
import greenstalk
greenstalk.Client(("127.0.0.1", port)).put("hello")
END
    # The rest of its greeting of 64 bytes, and then READY, follow the greeting of the server.
    client 'pyzmq' pyzmq==27.3.0 zmq "greet $zmtp_greeting" ZMTP 'after(64, zmtp)' 2 <<'END'
import time, zmq
context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect(f"tcp://127.0.0.1:{port}")
time.sleep(20)
END
    client 'pyzmq, nothing answered' pyzmq==27.3.0 zmq quiet ZMTP 'after(64, zmtp)' 0 <<'END'
import time, zmq
context = zmq.Context()
socket = context.socket(zmq.REQ)
socket.connect(f"tcp://127.0.0.1:{port}")
time.sleep(20)
END
    client 'pynng' pynng==0.9.0 pynng quiet nanomsg 'after(8, size(8))' 1 <<'END'
import pynng, time
socket = pynng.Req0(dial=f"tcp://127.0.0.1:{port}", block_on_dial=False)
time.sleep(20)
END

    # --- The web.
    client 'curl http://' curl curl quiet HTTP/1 http 1 <<'END'
curl -s http://127.0.0.1:$port/
END
    client 'curl -d' curl curl quiet HTTP/1 http 1 <<'END'
curl -s -d a=b http://127.0.0.1:$port/
END
    # It waits a second for "100 Continue", and then sends the body all the same.
    client 'curl -T -' curl curl quiet HTTP/1 http 1 <<'END'
seq 1000 | curl -s -T - http://127.0.0.1:$port/
END
    client 'curl --http2-prior-knowledge' curl curl quiet HTTP/2 http2 4 <<'END'
# The preface, the settings, a window update, and the headers of the request.
curl -s --http2-prior-knowledge http://127.0.0.1:$port/
END
    client 'curl --http2' curl curl quiet HTTP/1 http 1 <<'END'
curl -s --http2 http://127.0.0.1:$port/
END
    client 'curl https://' curl curl quiet TLS 'size(2, at=3)' 1 <<'END'
curl -sk https://127.0.0.1:$port/
END
    client 'curl --proxytunnel' curl curl quiet HTTP/1 http 1 <<'END'
curl -s -p -x http://127.0.0.1:$port http://example.org/
END
    client 'wget' wget wget quiet HTTP/1 http 1 <<'END'
wget -q -O /dev/null http://127.0.0.1:$port/
END
    client 'ab' apache2-utils ab quiet HTTP/1 http 1 <<'END'
ab -n 1 -c 1 http://127.0.0.1:$port/
END
    client 'lynx http://' lynx lynx quiet HTTP/1 http 1 <<'END'
lynx -dump http://127.0.0.1:$port/
END
    # The preface, the settings, five priorities, and the headers of the request.
    client 'nghttp' nghttp2-client nghttp quiet HTTP/2 http2 8 <<'END'
nghttp http://127.0.0.1:$port/
END
    # The preface, the settings and a window update; it waits for the settings of the server.
    client 'grpcio' grpcio==1.85.3 grpc quiet HTTP/2 http2 3 <<'END'
import grpc
grpc.channel_ready_future(grpc.insecure_channel(f"127.0.0.1:{port}")).result(20)
END
    client 'websockets (Python)' websockets==17.4 websockets quiet HTTP/1 http 1 <<'END'
from websockets.sync.client import connect
connect(f"ws://127.0.0.1:{port}/", open_timeout=20)
END
    client 'Java HttpClient' default-jdk-headless java quiet HTTP/1 http 1 <<'END'
cat >Get.java <<JAVA
import java.net.URI;
import java.net.http.*;
class Get {
    public static void main(String[] args) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + args[0] + "/")).build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
JAVA
java Get.java $port
END
    client 'git ls-remote http://' git git quiet HTTP/1 http 1 <<'END'
git ls-remote http://127.0.0.1:$port/x
END
    client 'svn http://' subversion svn quiet HTTP/1 http 1 <<'END'
svn --non-interactive ls http://127.0.0.1:$port/x
END
    client 'lp -h' cups-client lp quiet HTTP/1 http 1 <<'END'
echo text >file
lp -h 127.0.0.1:$port -d printer file
END
    client 'lpstat -h' cups-client lpstat quiet HTTP/1 http 1 <<'END'
lpstat -h 127.0.0.1:$port -p
END
    client 'ncat --proxy' ncat ncat quiet HTTP/1 http 1 <<'END'
sleep 20 | ncat --proxy 127.0.0.1:$port --proxy-type http 10.1.1.1 80
END
    client 'nc -X connect' netcat-openbsd nc quiet HTTP/1 http 1 <<'END'
sleep 20 | nc -X connect -x 127.0.0.1:$port 10.1.1.1 80
END
    client 'nc -X 5' netcat-openbsd nc quiet 'SOCKS 5' - 0 <<'END'
sleep 20 | nc -X 5 -x 127.0.0.1:$port 10.1.1.1 80
END
    client 'nc -X 4' netcat-openbsd nc quiet 'SOCKS 4' - 0 <<'END'
sleep 20 | nc -X 4 -x 127.0.0.1:$port 10.1.1.1 80
END
    client 'curl --socks4a' curl curl quiet 'SOCKS 4' - 0 <<'END'
curl -s --socks4a 127.0.0.1:$port http://example.org/
END
    client 'curl --socks5-hostname' curl curl quiet 'SOCKS 5' - 0 <<'END'
curl -s --socks5-hostname u:p@127.0.0.1:$port http://example.org/
END
    client 'curl --haproxy-protocol' curl curl quiet 'PROXY v1, then HTTP/1' 'after(line(b"\r\n"), http)' 2 <<'END'
curl -s --haproxy-protocol http://127.0.0.1:$port/
END
    client 'haproxy send-proxy' 'haproxy curl' 'haproxy curl' quiet 'PROXY v1, then HTTP/1' \
        'after(line(b"\r\n"), http)' 2 <<'END'
front=$(free_port)
printf '%s\n' defaults 'mode tcp' 'timeout connect 20s' 'timeout client 20s' 'timeout server 20s' 'listen a' \
    "bind 127.0.0.1:$front" "server s 127.0.0.1:$port send-proxy" >conf
haproxy -db -f conf & await $front
curl -s http://127.0.0.1:$front/
END
    client 'haproxy send-proxy-v2' 'haproxy curl' 'haproxy curl' quiet 'PROXY v2, then HTTP/1' \
        'after(size(2, at=14), http)' 2 <<'END'
front=$(free_port)
printf '%s\n' defaults 'mode tcp' 'timeout connect 20s' 'timeout client 20s' 'timeout server 20s' 'listen a' \
    "bind 127.0.0.1:$front" "server s 127.0.0.1:$port send-proxy-v2" >conf
haproxy -db -f conf & await $front
curl -s http://127.0.0.1:$front/
END
    client 'haproxy send-proxy-v2-ssl-cn' 'haproxy redis-tools' 'haproxy redis-cli' quiet 'PROXY v2, then RESP' \
        'after(size(2, at=14), resp)' 2 <<'END'
front=$(free_port)
printf '%s\n' defaults 'mode tcp' 'timeout connect 20s' 'timeout client 20s' 'timeout server 20s' 'listen a' \
    "bind 127.0.0.1:$front" "server s 127.0.0.1:$port send-proxy-v2-ssl-cn" >conf
haproxy -db -f conf & await $front
redis-cli -p $front ping
END
    # Nothing follows its header, so that there is no protocol whose messages could be told.
    client 'haproxy check send-proxy-v2' haproxy haproxy quiet 'PROXY v2' - 0 <<'END'
printf '%s\n' defaults 'mode tcp' 'timeout connect 20s' 'timeout client 20s' 'timeout server 20s' 'listen a' \
    "bind 127.0.0.1:$(free_port)" "server s 127.0.0.1:$port check inter 20s send-proxy-v2 check-send-proxy" >conf
haproxy -db -f conf
END

    # --- TLS.
    client 'openssl s_client' openssl openssl quiet TLS 'size(2, at=3)' 1 <<'END'
sleep 20 | openssl s_client -connect 127.0.0.1:$port
END
    client 'gnutls-cli' gnutls-bin gnutls-cli quiet TLS 'size(2, at=3)' 1 <<'END'
sleep 20 | gnutls-cli --insecure -p $port 127.0.0.1
END
    client 'socat OPENSSL:' socat socat quiet TLS 'size(2, at=3)' 1 <<'END'
sleep 20 | socat - OPENSSL:127.0.0.1:$port,verify=0
END
    client 'check_nrpe' nagios-nrpe-plugin /usr/lib/nagios/plugins/check_nrpe quiet TLS 'size(2, at=3)' 1 <<'END'
/usr/lib/nagios/plugins/check_nrpe -H 127.0.0.1 -p $port -t 20
END
    client 'check_nrpe -n' nagios-nrpe-plugin /usr/lib/nagios/plugins/check_nrpe quiet NRPE - 0 <<'END'
/usr/lib/nagios/plugins/check_nrpe -n -H 127.0.0.1 -p $port -t 20
END
    client 's_client -starttls smtp' openssl openssl 'greet 220 a ESMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
sleep 20 | openssl s_client -starttls smtp -connect 127.0.0.1:$port
END
    client 's_client -starttls imap' openssl openssl 'greet * OK IMAP4rev1\r\n' IMAP 'line(b"\r\n")' 1 <<'END'
sleep 20 | openssl s_client -starttls imap -connect 127.0.0.1:$port
END
    client 's_client -starttls postgres' openssl openssl quiet PostgreSQL postgresql 1 <<'END'
sleep 20 | openssl s_client -starttls postgres -connect 127.0.0.1:$port
END
    client 's_client -starttls ldap' openssl openssl quiet LDAP ber 1 <<'END'
sleep 20 | openssl s_client -starttls ldap -connect 127.0.0.1:$port
END
    # After the reply comes TLS, whose first record is a message.
    client 's_client -starttls postgres, agreed' openssl openssl 'answer S' PostgreSQL \
        'after(postgresql, size(2, at=3))' 2 <<'END'
sleep 20 | openssl s_client -starttls postgres -connect 127.0.0.1:$port
END

    # --- Mail, news and files.
    client 'swaks' swaks swaks 'greet 220 a ESMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
swaks --server 127.0.0.1:$port --to a@example.org --from b@example.org --timeout 20s
END
    client 'msmtp' msmtp msmtp 'greet 220 a ESMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
echo text | msmtp --host=127.0.0.1 --port=$port --from=b@example.org --auth=off --tls=off --timeout=20 a@example.org
END
    client 'curl smtp://' curl curl 'greet 220 a ESMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
echo text | curl -s -T - --mail-from b@example.org --mail-rcpt a@example.org smtp://127.0.0.1:$port
END
    client 'curl imap://' curl curl 'greet * OK [CAPABILITY IMAP4rev1] ready.\r\n' IMAP 'line(b"\r\n")' 1 <<'END'
curl -s -u u:p imap://127.0.0.1:$port/
END
    client 'curl pop3://' curl curl 'greet +OK ready\r\n' POP3 'line(b"\r\n")' 1 <<'END'
curl -s -u u:p pop3://127.0.0.1:$port/
END
    client 'fetchmail pop3' fetchmail fetchmail 'greet +OK ready\r\n' POP3 'line(b"\r\n")' 1 <<'END'
(umask 077; echo "poll 127.0.0.1 service $port protocol pop3 user u password p sslproto ''" >conf)
fetchmail -f conf --pidfile $PWD/pid
END
    client 'fetchmail imap' fetchmail fetchmail 'greet * OK IMAP4rev1 ready\r\n' IMAP 'line(b"\r\n")' 1 <<'END'
(umask 077; echo "poll 127.0.0.1 service $port protocol imap user u password p sslproto ''" >conf)
fetchmail -f conf --pidfile $PWD/pid
END
    client 'lynx news:' lynx lynx 'greet 200 news.example.org NNTP ready\r\n' NNTP 'line(b"\r\n")' 1 <<'END'
lynx -dump news://127.0.0.1:$port/a.group
END
    client 'lftp ftp://' lftp lftp 'greet 220 FTP server ready.\r\n' FTP 'line(b"\r\n")' 1 <<'END'
lftp -c "open ftp://127.0.0.1:$port; ls"
END
    client 'tnftp' tnftp tnftp 'greet 220 FTP server ready.\r\n' FTP 'line(b"\r\n")' 1 <<'END'
tnftp ftp://127.0.0.1:$port/
END
    client 'curl ftp://' curl curl 'greet 220 FTP server ready.\r\n' FTP 'line(b"\r\n")' 1 <<'END'
curl -s ftp://127.0.0.1:$port/
END
    client 'git ls-remote git://' git git quiet git 'digits(4, 16, whole=True)' 1 <<'END'
git ls-remote git://127.0.0.1:$port/x
END
    client 'rsync rsync://' rsync rsync quiet rsync - 0 <<'END'
rsync rsync://127.0.0.1:$port/
END
    # BEGIN AUTH REQUEST, the repository, the user, the password, END AUTH REQUEST.
    client 'cvs pserver' cvs cvs quiet CVS 'line(b"\n")' 5 <<'END'
cvs -d :pserver:u:p@127.0.0.1:$port/r rls
END
    client 'svn svn://' subversion svn "greet $svn_greeting" Subversion - 0 <<'END'
svn --non-interactive ls svn://127.0.0.1:$port/x
END
    client 'smbclient -L' smbclient smbclient quiet SMB 'size(3, at=1)' 1 <<'END'
smbclient -N -L 127.0.0.1 -p $port
END
    client 'smbclient, SMB 1' smbclient smbclient quiet SMB 'size(3, at=1)' 1 <<'END'
smbclient -N -L 127.0.0.1 -p $port --option='client min protocol=NT1' --option='client max protocol=NT1'
END
    client 'curl smb://' curl curl quiet SMB 'size(3, at=1)' 1 <<'END'
curl -s -u u:p smb://127.0.0.1:$port/share/file
END
    client 'nbd-client -l' nbd-client nbd-client 'greet NBDMAGICIHAVEOPT\x00\x03' NBD - 0 <<'END'
nbd-client -l 127.0.0.1 $port
END
    client 'iscsi-ls' libiscsi-bin iscsi-ls quiet - - 0 <<'END'
iscsi-ls iscsi://127.0.0.1:$port
END

    # --- Names and directories.
    client 'dig +tcp' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port example.org
END
    client 'dig axfr' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +time=20 @127.0.0.1 -p $port example.org axfr
END
    client 'dig +tcp -x' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port -x 192.0.2.1
END
    client 'dig +tcp . ns' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port . ns
END
    client 'host -T' bind9-dnsutils host quiet DNS 'size(2)' 1 <<'END'
host -T -W 20 -p $port example.org 127.0.0.1
END
    client 'delv +tcp' bind9-dnsutils delv quiet DNS 'size(2)' 1 <<'END'
delv +tcp @127.0.0.1 -p $port example.org
END
    client 'kdig +tcp' knot-dnsutils kdig quiet DNS 'size(2)' 1 <<'END'
kdig +tcp +time=20 @127.0.0.1 -p $port example.org
END
    client 'dnspython' dnspython==2.9.2 dns quiet DNS 'size(2)' 1 <<'END'
import dns.message, dns.query
dns.query.tcp(dns.message.make_query("example.org", "MX"), "127.0.0.1", port=port, timeout=20)
END
    client 'ldapsearch -x' ldap-utils ldapsearch quiet LDAP ber 1 <<'END'
ldapsearch -x -H ldap://127.0.0.1:$port -b dc=example
END
    client 'ldapsearch (SASL)' ldap-utils ldapsearch quiet LDAP ber 1 <<'END'
ldapsearch -H ldap://127.0.0.1:$port -b dc=example
END
    client 'ldapsearch -x -ZZ' ldap-utils ldapsearch quiet LDAP ber 1 <<'END'
ldapsearch -x -ZZ -H ldap://127.0.0.1:$port -b dc=example
END
    client 'curl ldap://' curl curl quiet LDAP ber 1 <<'END'
curl -s ldap://127.0.0.1:$port/dc=example
END
    client 'ldap3 (Python)' ldap3==2.9.1 ldap3 quiet LDAP ber 1 <<'END'
import ldap3
ldap3.Connection(ldap3.Server("127.0.0.1", port), "cn=u", "p", receive_timeout=20).bind()
END
    client 'whois' whois whois quiet - - 0 <<'END'
whois -h 127.0.0.1 -p $port example.org
END
    client 'lynx gopher:' lynx lynx quiet - - 0 <<'END'
lynx -dump gopher://127.0.0.1:$port/1/x
END
    # The name of the client, the question, QUIT.
    client 'curl dict://' curl curl quiet DICT 'line(b"\r\n")' 3 <<'END'
curl -s dict://127.0.0.1:$port/d:cat
END
    client 'yaz-client' yaz yaz-client quiet Z39.50 ber 1 <<'END'
(echo "open tcp:127.0.0.1:$port"; sleep 20) | yaz-client
END
    client 'epmd -names' erlang-base epmd quiet EPMD 'size(2)' 1 <<'END'
ERL_EPMD_PORT=$port ERL_EPMD_ADDRESS=127.0.0.1 epmd -names
END
    client 'erl -sname' erlang-base erl quiet EPMD 'size(2)' 1 <<'END'
ERL_EPMD_PORT=$port erl -sname a@localhost -noinput -start_epmd false
END
    client 'kinit' krb5-user kinit quiet - - 0 <<'END'
printf '%s\n' '[libdefaults]' 'udp_preference_limit = 1' 'default_realm = EXAMPLE.ORG' '[realms]' \
    'EXAMPLE.ORG = {' "kdc = 127.0.0.1:$port" '}' >conf
echo p | KRB5_CONFIG=conf kinit u@EXAMPLE.ORG
END
    client 'snmpget tcp:' snmp snmpget quiet - - 0 <<'END'
snmpget -v2c -c public -r 0 -t 20 tcp:127.0.0.1:$port 1.3.6.1.2.1.1.5.0
END
    client 'rpcinfo -T tcp' rpcbind rpcinfo quiet - - 0 <<'END'
rpcinfo -a 127.0.0.1.$((port / 256)).$((port % 256)) -T tcp 100000 4
END

    # --- Terminals, desktops and media.
    client 'ssh' openssh-client ssh quiet SSH - 0 <<'END'
ssh -F none -p $port -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null u@127.0.0.1
END
    client 'ssh-keyscan' openssh-client ssh-keyscan 'greet SSH-2.0-a\r\n' SSH - 0 <<'END'
ssh-keyscan -T 20 -p $port 127.0.0.1
END
    client 'curl sftp://' curl curl quiet SSH - 0 <<'END'
curl -sk -u u:p sftp://127.0.0.1:$port/
END
    client 'paramiko' paramiko==5.1.0 paramiko quiet SSH - 0 <<'END'
import paramiko
paramiko.Transport(("127.0.0.1", port)).start_client(timeout=20)
END
    client 'telnet (text)' inetutils-telnet inetutils-telnet quiet - - 0 <<'END'
(sleep 1; printf 'h\303\251\n'; sleep 20) | inetutils-telnet 127.0.0.1 $port
END
    client 'curl telnet://' curl curl quiet - - 0 <<'END'
(printf 'h\303\251\n'; sleep 20) | curl -s telnet://127.0.0.1:$port
END
    client 'plink -telnet' putty-tools plink quiet Telnet telnet 7 <<'END'
sleep 20 | plink -telnet -P $port 127.0.0.1
END
    client 'plink -raw' putty-tools plink quiet - - 0 <<'END'
(echo hi; sleep 20) | plink -raw -P $port 127.0.0.1
END
    client 'pyserial rfc2217://' pyserial==3.5 serial quiet Telnet telnet 5 <<'END'
import serial
serial.serial_for_url(f"rfc2217://127.0.0.1:{port}?timeout=20")
END
    # DO TN3270E is answered with WILL TN3270E.
    client 's3270' s3270 s3270 'greet \xff\xfd\x28' Telnet telnet 1 <<'END'
(echo "Connect(127.0.0.1:$port)"; sleep 20) | s3270
END
    client 's3270 A:host' s3270 s3270 quiet - - 0 <<'END'
(echo "Connect(A:127.0.0.1:$port)"; sleep 1; echo 'String(hello)'; echo 'Enter()'; sleep 20) | s3270
END
    client 'nc (text)' netcat-openbsd nc quiet - - 0 <<'END'
(echo hello; sleep 20) | nc 127.0.0.1 $port
END
    client 'xdpyinfo' x11-utils xdpyinfo quiet X11 - 0 <<'END'
DISPLAY=127.0.0.1:$((port - 6000)) xdpyinfo
END
    client 'xtightvncviewer' 'xtightvncviewer xvfb' 'xtightvncviewer Xvfb' 'greet RFB 003.008\n' VNC - 0 <<'END'
Xvfb -displayfd 1 -nolisten tcp >display & for _ in $(seq 100); do [ -s display ] && break; sleep 0.1; done
DISPLAY=:$(cat display) xtightvncviewer 127.0.0.1::$port
END
    client 'xfreerdp' 'freerdp2-x11 xvfb' 'xfreerdp Xvfb' quiet RDP 'size(2, at=2, whole=True)' 1 <<'END'
Xvfb -displayfd 1 -nolisten tcp >display & for _ in $(seq 100); do [ -s display ] && break; sleep 0.1; done
DISPLAY=:$(cat display) xfreerdp /v:127.0.0.1:$port /u:u /p:p /cert:ignore
END
    client 'rdesktop' 'rdesktop xvfb' 'rdesktop Xvfb' quiet RDP 'size(2, at=2, whole=True)' 1 <<'END'
Xvfb -displayfd 1 -nolisten tcp >display & for _ in $(seq 100); do [ -s display ] && break; sleep 0.1; done
DISPLAY=:$(cat display) rdesktop -u u -p p 127.0.0.1:$port
END
    client 'ii' ii ii quiet IRC 'line(b"\n")' 2 <<'END'
ii -s 127.0.0.1 -p $port -n nick -i dir
END
    # CAP LS, and a JOIN without a channel, which servers answer that do not know CAP; NICK and USER follow the answer.
    client 'irssi' 'irssi bsdutils' 'irssi script' quiet IRC 'line(b"\n")' 2 <<'END'
sleep 20 | TERM=xterm script -qec "irssi --home=$PWD/irssi -n nick -c 127.0.0.1 -p $port" /dev/null
END
    client 'slixmpp' slixmpp==1.17.0 slixmpp quiet - - 0 <<'END'
import asyncio, slixmpp
client = slixmpp.ClientXMPP("a@example.org", "p")
client.enable_direct_tls = False
client.connect("127.0.0.1", port)
client.loop.run_until_complete(asyncio.sleep(20))
END
    client 'slixmpp, TLS first' slixmpp==1.17.0 slixmpp quiet TLS 'size(2, at=3)' 1 <<'END'
import asyncio, slixmpp
client = slixmpp.ClientXMPP("a@example.org", "p")
client.connect("127.0.0.1", port)
client.loop.run_until_complete(asyncio.sleep(20))
END
    client 'sipsak -E tcp' sipsak sipsak quiet SIP http 1 <<'END'
sipsak -E tcp -s sip:a@127.0.0.1:$port
END
    client 'ffprobe rtsp://' ffmpeg ffprobe quiet RTSP http 1 <<'END'
ffprobe -rtsp_transport tcp rtsp://127.0.0.1:$port/x
END
    client 'curl rtsp://' curl curl quiet RTSP http 1 <<'END'
curl -s rtsp://127.0.0.1:$port/x
END
    client 'ffprobe rtmp://' ffmpeg ffprobe quiet RTMP - 0 <<'END'
ffprobe rtmp://127.0.0.1:$port/x/y
END
    client 'rtmpdump' rtmpdump rtmpdump quiet RTMP - 0 <<'END'
rtmpdump -r rtmp://127.0.0.1:$port/x/y -o /dev/null
END
    client 'pactl' pulseaudio-utils pactl quiet PulseAudio 'size(4, more=16)' 1 <<'END'
PULSE_SERVER=tcp:127.0.0.1:$port pactl info
END
    client 'mpc' mpc mpc 'greet OK MPD 0.23.5\n' MPD 'line(b"\n")' 4 <<'END'
# The status and the song that is played are asked for in a list of commands, which has a line at either end.
mpc -h 127.0.0.1 -p $port status
END
    client 'python-mpd2' python-mpd2==3.1.1 mpd 'greet OK MPD 0.23.5\n' MPD 'line(b"\n")' 1 <<'END'
import mpd
client = mpd.MPDClient()
client.connect("127.0.0.1", port)
client.status()
END
    client 'python-osc' python-osc==1.10.2 pythonosc quiet OSC slip 1 <<'END'
import time
from pythonosc.tcp_client import SimpleTCPClient
client = SimpleTCPClient("127.0.0.1", port)
client.send_message("/a", [1, "\u00e9"])
time.sleep(20)
END
    client 'python-osc, mode 1.0' python-osc==1.10.2 pythonosc quiet OSC 'size(4)' 1 <<'END'
import time
from pythonosc.tcp_client import SimpleTCPClient
client = SimpleTCPClient("127.0.0.1", port, mode="1.0")
client.send_message("/a", [1, "x"])
time.sleep(20)
END
    client 'scanimage' sane-utils scanimage 'port 6566' SANE - 0 <<'END'
mkdir conf
echo net >conf/dll.conf
echo 127.0.0.1 >conf/net.conf
SANE_CONFIG_DIR=$PWD/conf scanimage -L
END

    # --- Devices and machines.
    client 'mbpoll' mbpoll mbpoll quiet Modbus 'size(2, at=4)' 1 <<'END'
mbpoll -m tcp -p $port -a 1 -r 100 -c 2 -1 -o 10 127.0.0.1
END
    client 'pymodbus' pymodbus==3.16.1 pymodbus quiet Modbus 'size(2, at=4)' 1 <<'END'
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
client.connect()
client.read_holding_registers(99, count=2)
END
    # The request of a connection is in a TPKT, as that of RDP is.
    client 'python-snap7' python-snap7==3.3.0 snap7 quiet - - 0 <<'END'
import snap7
snap7.client.Client().connect("127.0.0.1", 0, 1, port)
END
    client 'asyncua' asyncua==2.1.0 asyncua quiet 'OPC UA' 'size(4, little, at=4, whole=True)' 1 <<'END'
import asyncio, asyncua
asyncio.run(asyncua.Client(f"opc.tcp://127.0.0.1:{port}/x", timeout=20).connect())
END
    # Whether it sends STARTDT by itself is a matter of chance: it is told to.
    client 'c104' c104==2.2.1 c104 quiet 'IEC 104' 'size(1, at=1)' 1 <<'END'
import c104, time
client = c104.Client()
connection = client.add_connection(ip="127.0.0.1", port=port, init=c104.Init.MUTED)
connection.add_station(common_address=1)
client.start()
time.sleep(2)
connection.unmute()
time.sleep(20)
END
    client 'pymcprotocol' pymcprotocol==0.3.0 pymcprotocol quiet MELSEC 'size(2, little, at=7)' 1 <<'END'
import pymcprotocol
client = pymcprotocol.Type3E()
client.soc_timeout = 20
client.connect("127.0.0.1", port)
client.batchread_wordunits("D100", 2)
END
    client 'pycomm3' pycomm3==1.2.16 pycomm3 quiet EtherNet/IP 'size(2, little, at=2, more=20)' 1 <<'END'
import pycomm3
client = pycomm3.CIPDriver(f"127.0.0.1:{port}")
client.open()
END
    client 'pyLSV2' pyLSV2==1.8.0 pyLSV2 quiet LSV2 'size(4, more=4)' 1 <<'END'
import pyLSV2
pyLSV2.LSV2("127.0.0.1", port=port, timeout=20).connect()
END
    client 'doipclient' doipclient==1.2.2 doipclient quiet DoIP 'size(4, at=4)' 1 <<'END'
from doipclient import DoIPClient
DoIPClient("127.0.0.1", 0x10, tcp_port=port)
END
    client 'pymavlink' pymavlink==2.4.50 pymavlink quiet MAVLink 'size(1, at=1, more=6)' 1 <<'END'
import time
from pymavlink import mavutil
client = mavutil.mavlink_connection(f"tcp:127.0.0.1:{port}", dialect="common")
client.mav.heartbeat_send(6, 8, 0, 0, 0)
time.sleep(20)
END
    client 'aioesphomeapi' aioesphomeapi==46.23.0 aioesphomeapi quiet ESPHome - 0 <<'END'
import asyncio, aioesphomeapi
async def main():
    await aioesphomeapi.APIClient("127.0.0.1", port, "").connect()
asyncio.run(main())
END
    client 'gpspipe -r' gpsd-clients gpspipe quiet gpsd 'line(b"\n")' 1 <<'END'
gpspipe -r 127.0.0.1:$port
END
    client 'cgps' 'gpsd-clients bsdutils' 'cgps script' quiet gpsd 'line(b"\n")' 1 <<'END'
sleep 20 | TERM=xterm script -qec "cgps 127.0.0.1:$port" /dev/null
END
    client 'PyVISA-py' pyvisa-py==0.8.1 pyvisa_py quiet SCPI 'line(b"\n")' 1 <<'END'
import pyvisa
device = pyvisa.ResourceManager("@py").open_resource(f"TCPIP::127.0.0.1::{port}::SOCKET")
device.timeout = 20000
device.query("*IDN?")
END
    client 'PyVISA-py HiSLIP' pyvisa-py==0.8.1 pyvisa_py quiet HiSLIP 'size(8, at=8)' 1 <<'END'
import pyvisa
pyvisa.ResourceManager("@py").open_resource(f"TCPIP::127.0.0.1::hislip0,{port}::INSTR", open_timeout=20000)
END
    client 'dlt-receive' dlt-tools dlt-receive "greet $dlt_greeting" DLT 'size(2, at=2, whole=True)' 0 <<'END'
dlt-receive -a -p $port 127.0.0.1
END
    client 'echoscu' dcmtk echoscu quiet DICOM 'size(4, at=2)' 1 <<'END'
echoscu -to 20 -ta 20 127.0.0.1 $port
END
    client 'pynetdicom' pynetdicom==3.0.4 pynetdicom quiet DICOM 'size(4, at=2)' 1 <<'END'
from pynetdicom import AE
entity = AE()
entity.add_requested_context("1.2.840.10008.1.1")
entity.associate("127.0.0.1", port)
END
    client 'mllp_send' hl7==0.4.5 hl7 quiet MLLP mllp 1 <<'END'
import hl7.client
with hl7.client.MLLPClient("127.0.0.1", port) as client:
    client.send_message("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\rPID|1||1^^^X||Do\u00e9^J\r")
END

    # --- Programs that talk to programs.
    # An acknowledgement, and qSupported.
    client 'gdb target remote' gdb gdb quiet GDB gdb 2 <<'END'
gdb -nx -batch -ex 'set remotetimeout 20' -ex "target remote 127.0.0.1:$port"
END
    client 'jdb -attach' default-jdk-headless jdb quiet JDWP 'after(b"JDWP-Handshake", size(4, whole=True))' 1 <<'END'
sleep 20 | jdb -attach 127.0.0.1:$port
END
    client 'adb devices' adb adb quiet adb 'digits(4, 16)' 1 <<'END'
adb -H 127.0.0.1 -P $port devices
END
    client 'adb connect' adb adb quiet adb 'size(4, little, at=12, more=8)' 1 <<'END'
own=$(free_port)
adb -P $own nodaemon server & await $own
adb -P $own connect 127.0.0.1:$port
END
    client 'py4j' py4j==0.10.9.9 py4j quiet py4j - 0 <<'END'
from py4j.java_gateway import GatewayParameters, JavaGateway
JavaGateway(gateway_parameters=GatewayParameters(port=port)).jvm.System
END
    client 'rpyc' rpyc==6.0.2 rpyc quiet RPyC 'size(4, more=2)' 1 <<'END'
import rpyc
rpyc.connect("127.0.0.1", port).root
END
    client 'multiprocessing.connection' python3 python3 quiet pickle 'size(4)' 1 <<'END'
python3 -c 'import sys, time
from multiprocessing.connection import Client
client = Client(("127.0.0.1", int(sys.argv[1])))
client.send("hi")
time.sleep(20)' $port
END
    client 'smpplib' smpplib==2.2.4 smpplib quiet SMPP 'size(4, whole=True)' 1 <<'END'
import smpplib.client
client = smpplib.client.Client("127.0.0.1", port, timeout=20)
client.connect()
client.bind_transceiver(system_id="u", password="p")
END
    client 'QuickFIX' quickfix-ssl==1.15.1.post4 quickfix quiet FIX fix 1 <<'END'
import time, quickfix
open("conf", "w").write(f"""[DEFAULT]
ConnectionType=initiator
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
ReconnectInterval=30
FileStorePath=store
FileLogPath=log
UseDataDictionary=N
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
[SESSION]
BeginString=FIX.4.4
SenderCompID=ME
TargetCompID=YOU
""")
class Application(quickfix.Application):
    def onCreate(self, session): pass
    def onLogon(self, session): pass
    def onLogout(self, session): pass
    def toAdmin(self, message, session): pass
    def fromAdmin(self, message, session): pass
    def toApp(self, message, session): pass
    def fromApp(self, message, session): pass
settings = quickfix.SessionSettings("conf")
application = Application()
initiator = quickfix.SocketInitiator(application, quickfix.FileStoreFactory(settings), settings)
initiator.start()
time.sleep(20)
END
    client 'iperf3 -c' iperf3 iperf3 quiet iperf3 - 0 <<'END'
iperf3 -c 127.0.0.1 -p $port
END
    client 'distcc' 'distcc gcc' 'distcc gcc' quiet distcc - 0 <<'END'
echo 'int x;' >x.c
DISTCC_HOSTS=127.0.0.1:$port DISTCC_FALLBACK=0 distcc gcc -c x.c -o x.o
END
    client 'openvpn' 'openvpn openssl' 'openvpn openssl' quiet - - 0 <<'END'
openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 2 -subj /CN=a
openvpn --client --dev null --proto tcp-client --remote 127.0.0.1 $port --ca cert --cert cert --key key
END
    client 'logger --tcp' bsdutils logger quiet syslog 'line(b"\n")' 1 <<'END'
logger --tcp -n 127.0.0.1 -P $port text
END
    client 'logger --tcp --rfc3164' bsdutils logger quiet syslog 'line(b"\n")' 1 <<'END'
logger --tcp --rfc3164 -n 127.0.0.1 -P $port text
END
    client 'logger --tcp --octet-count' bsdutils logger quiet syslog 'digits(b" ", 10)' 1 <<'END'
logger --tcp --octet-count -n 127.0.0.1 -P $port text
END
    client 'rsyslogd @@' 'rsyslog bsdutils' 'rsyslogd logger' quiet syslog 'line(b"\n")' 2 <<'END'
printf '%s\n' 'module(load="imuxsock" SysSock.Use="off")' "input(type=\"imuxsock\" Socket=\"$PWD/socket\")" \
    "user.* @@127.0.0.1:$port" >conf
rsyslogd -n -f $PWD/conf -i $PWD/pid & for _ in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
logger -u $PWD/socket one
logger -u $PWD/socket two
wait
END
    client 'rsyslogd @@(o)' 'rsyslog bsdutils' 'rsyslogd logger' quiet syslog 'digits(b" ", 10)' 2 <<'END'
printf '%s\n' 'module(load="imuxsock" SysSock.Use="off")' "input(type=\"imuxsock\" Socket=\"$PWD/socket\")" \
    "user.* @@(o)127.0.0.1:$port" >conf
rsyslogd -n -f $PWD/conf -i $PWD/pid & for _ in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
logger -u $PWD/socket one
logger -u $PWD/socket two
wait
END

    # --- Other forms of the same protocols, and protocols that have no name.
    client 'redis-benchmark' redis-tools redis-benchmark quiet RESP resp 2 <<'END'
# Two questions about the configuration, at once.
redis-benchmark -p $port -n 1 -c 1 -t get
END
    client 'redis-cli -a' redis-tools redis-cli quiet RESP resp 1 <<'END'
redis-cli -p $port -a password ping
END
    client 'pg8000' pg8000==1.31.6 pg8000 quiet PostgreSQL postgresql 1 <<'END'
import pg8000.native
pg8000.native.Connection("u", host="127.0.0.1", port=port, password="p", timeout=20, ssl_context=True)
END
    client 'pg_receivewal' postgresql-client pg_receivewal quiet PostgreSQL postgresql 1 <<'END'
pg_receivewal -w -d "host=127.0.0.1 port=$port user=u sslmode=disable" -D .
END
    # Its first message has the form of that of PostgreSQL, with another version.
    client 'vertica-python' vertica-python==1.4.0 vertica_python quiet - - 0 <<'END'
import vertica_python
vertica_python.connect(host="127.0.0.1", port=port, user="u", password="p", database="d", connection_timeout=20,
                       tlsmode="disable")
END
    # It asks for TLS in a packet of its own, and does not wait for an answer.
    client 'mariadb --ssl' mariadb-client-core mariadb "greet $mysql_tls_greeting" MySQL \
        'after(size(3, little, more=1), size(2, at=3))' 2 <<'END'
mariadb -h 127.0.0.1 -P $port -u u --protocol=tcp --ssl -e 'select 1'
END
    client 'mysql-connector-python' mysql-connector-python==26.10.0 mysql.connector "greet $mysql_greeting" MySQL \
        'size(3, little, more=1)' 1 <<'END'
import mysql.connector
mysql.connector.connect(host="127.0.0.1", port=port, user="u", password="p", ssl_disabled=True, use_pure=True)
END
    client 'tsql, TDS 7.0' freetds-bin tsql quiet TDS 'size(2, at=2, whole=True)' 1 <<'END'
sleep 20 | TDSVER=7.0 tsql -H 127.0.0.1 -p $port -U u -P p
END
    client 'tsql, TDS 5.0' freetds-bin tsql quiet TDS 'size(2, at=2, whole=True)' 2 <<'END'
# The login is longer than a packet of 512 bytes.
sleep 20 | TDSVER=5.0 tsql -H 127.0.0.1 -p $port -U u -P p
END
    client 'memcstat --binary' libmemcached-tools memcstat quiet memcached memcached 1 <<'END'
memcstat --binary --servers=127.0.0.1:$port
END
    client 'aiomcache' aiomcache==0.8.2 aiomcache quiet memcached memcached 1 <<'END'
import asyncio, aiomcache
asyncio.run(aiomcache.Client("127.0.0.1", port).get(b"key"))
END
    client 'python-binary-memcached' python-binary-memcached==0.33.0 bmemcached quiet memcached memcached 1 <<'END'
import bmemcached
bmemcached.Client((f"127.0.0.1:{port}",), socket_timeout=20).set("key", "value")
END
    client 'thriftpy2' thriftpy2==0.7.1 thriftpy2 quiet - - 0 <<'END'
import thriftpy2, thriftpy2.rpc
open("a.thrift", "w").write("service A { string ping(1: string text) }")
a = thriftpy2.load("a.thrift", module_name="a_thrift")
thriftpy2.rpc.make_client(a.A, "127.0.0.1", port, timeout=20000).ping("text")
END
    client 'thriftpy2, framed' thriftpy2==0.7.1 thriftpy2 quiet - - 0 <<'END'
import thriftpy2, thriftpy2.rpc
from thriftpy2.transport import TFramedTransportFactory
open("a.thrift", "w").write("service A { string ping(1: string text) }")
a = thriftpy2.load("a.thrift", module_name="a_thrift")
thriftpy2.rpc.make_client(a.A, "127.0.0.1", port, timeout=20000, trans_factory=TFramedTransportFactory()).ping("text")
END
    client 'pulsar-client' pulsar-client==3.13.0 pulsar quiet - - 0 <<'END'
import pulsar
pulsar.Client(f"pulsar://127.0.0.1:{port}").create_producer("t")
END
    client 'rstream' rstream==1.1.1 rstream quiet - - 0 <<'END'
import asyncio, rstream
async def main():
    await rstream.Producer(host="127.0.0.1", port=port, username="u", password="p").start()
asyncio.run(main())
END
    client 'pyignite' pyignite==0.6.1 pyignite quiet - - 0 <<'END'
import pyignite
pyignite.Client().connect("127.0.0.1", port)
END
    client 'aiokafka' aiokafka==0.14.0 aiokafka quiet Kafka 'size(4)' 1 <<'END'
import asyncio, aiokafka
async def main():
    await aiokafka.AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{port}").start()
asyncio.run(main())
END
    # It asks for what it knows of the broker twice, once for itself and once for -L.
    client 'kcat, old broker' kcat kcat quiet Kafka 'size(4)' 2 <<'END'
kcat -X api.version.request=false -X broker.version.fallback=0.9.0 -b 127.0.0.1:$port -L
END
    client 'mosquitto_pub -u' mosquitto-clients mosquitto_pub quiet MQTT varint 1 <<'END'
mosquitto_pub -u user -P password --will-topic w --will-payload gone -h 127.0.0.1 -p $port -t t -m m
END
    client 'gmqtt' gmqtt==0.8.0 gmqtt quiet MQTT varint 1 <<'END'
import asyncio, gmqtt
async def main():
    await gmqtt.Client("id").connect("127.0.0.1", port)
    await asyncio.sleep(20)
asyncio.run(main())
END
    client 'curl -X PROPFIND' curl curl quiet HTTP/1 http 1 <<'END'
curl -s -X PROPFIND -H 'Depth: 1' http://127.0.0.1:$port/
END
    client 'cadaver' cadaver cadaver quiet HTTP/1 http 1 <<'END'
echo ls | cadaver http://127.0.0.1:$port/
END
    client 'ipptool' cups-ipp-utils ipptool quiet HTTP/1 http 1 <<'END'
echo '{ OPERATION Get-Printer-Attributes GROUP operation-attributes-tag ATTR charset attributes-charset utf-8
ATTR naturalLanguage attributes-natural-language en ATTR uri printer-uri $uri }' >test
ipptool -t ipp://127.0.0.1:$port/x test
END
    client 'websocket-client' websocket-client==1.9.2 websocket quiet HTTP/1 http 1 <<'END'
import websocket
websocket.create_connection(f"ws://127.0.0.1:{port}/", timeout=20)
END
    # After the answer come frames: one of text, and the one that closes.
    client 'websocket-client, agreed' websocket-client==1.9.2 websocket "answer $websocket_answer" \
        HTTP/1 'after(http, websocket)' 3 <<'END'
import os
# The answer of the server is to a key of zeros.
os.urandom = bytes
import websocket
connection = websocket.create_connection(f"ws://127.0.0.1:{port}/", timeout=20)
connection.send("h\u00e9" * 100)
connection.send_close()
END
    client 'proxychains4' 'proxychains4 netcat-openbsd' 'proxychains4 nc' quiet 'SOCKS 5' - 0 <<'END'
printf '%s\n' '[ProxyList]' "socks5 127.0.0.1 $port" >conf
sleep 20 | proxychains4 -q -f conf nc 192.0.2.1 80
END
    client 'openssl s_client -tls1_2' openssl openssl quiet TLS 'size(2, at=3)' 1 <<'END'
sleep 20 | openssl s_client -tls1_2 -connect 127.0.0.1:$port
END
    client 'swaks --protocol LMTP' swaks swaks 'greet 220 a LMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
swaks --protocol LMTP --server 127.0.0.1:$port --to a@example.org --from b@example.org --timeout 20s
END
    client 'aiosmtplib' aiosmtplib==5.1.3 aiosmtplib 'greet 220 a ESMTP\r\n' SMTP 'line(b"\r\n")' 1 <<'END'
import asyncio, aiosmtplib
async def main():
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, timeout=20, start_tls=False)
    await client.connect()
    await client.ehlo()
asyncio.run(main())
END
    client 'mbsync' isync mbsync 'greet * OK IMAP4rev1 ready\r\n' IMAP 'line(b"\r\n")' 1 <<'END'
printf '%s\n' 'IMAPAccount a' 'Host 127.0.0.1' "Port $port" 'User u' 'Pass p' 'SSLType None' 'AuthMechs LOGIN' '' \
    'IMAPStore far' 'Account a' '' 'MaildirStore near' 'Path ~/mail/' 'Inbox ~/inbox' '' \
    'Channel c' 'Far :far:' 'Near :near:' >conf
mkdir -p ~/mail
mbsync -c conf c
END
    client 'mpop' mpop mpop 'greet +OK ready\r\n' POP3 'line(b"\r\n")' 1 <<'END'
mpop --host=127.0.0.1 --port=$port --user=u --passwordeval='echo p' --auth=user --tls=off --delivery=maildir,.
END
    # The request, the argument, and the end of the arguments.
    client 'git archive git://' git git quiet git 'digits(4, 16, whole=True)' 3 <<'END'
git archive --remote=git://127.0.0.1:$port/x HEAD
END
    client 'git push git://' git git quiet git 'digits(4, 16, whole=True)' 1 <<'END'
git init -q . && git -c user.name=u -c user.email=u@example.org commit -q --allow-empty -m a
git push git://127.0.0.1:$port/x HEAD
END
    client 'nbdinfo' libnbd-bin nbdinfo 'greet NBDMAGICIHAVEOPT\x00\x03' NBD - 0 <<'END'
nbdinfo nbd://127.0.0.1:$port
END
    client 'dig +tcp, a wildcard' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port '*.example.org'
END
    client 'dig +tcp, a service' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port 'Printer\032of\032Ann._ipp._tcp.example.org' srv
END
    client 'dig +tcp, a part of a network' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +tcp +time=20 @127.0.0.1 -p $port '1.0/25.2.0.192.in-addr.arpa' ptr
END
    client 'dig ixfr' bind9-dnsutils dig quiet DNS 'size(2)' 1 <<'END'
dig +time=20 @127.0.0.1 -p $port example.org ixfr=2026010100
END
    client 'nsupdate -v' bind9-dnsutils nsupdate quiet DNS 'size(2)' 1 <<'END'
printf '%s\n' "server 127.0.0.1 $port" 'zone example.org' 'update add a.example.org 60 A 192.0.2.1' \
    'update add b.example.org 60 A 192.0.2.2' send | nsupdate -v -t 20
END
    # There is no identity that EXTERNAL could use: all that it sends is UnbindRequest.
    client 'ldapwhoami -Y EXTERNAL' ldap-utils ldapwhoami quiet LDAP ber 1 <<'END'
ldapwhoami -Y EXTERNAL -H ldap://127.0.0.1:$port
END
    # A length, a letter and a name may be many things: the answer, here that there is no such name, says what it is.
    client 'erl_call -a' erlang-base erl_call quiet - - 0 <<'END'
ERL_EPMD_PORT=$port erl_call -sname a@localhost -c cookie -a 'erlang date'
END
    client 'erl_call -a, answered' erlang-base erl_call 'answer w\x01' EPMD 'size(2)' 1 <<'END'
ERL_EPMD_PORT=$port erl_call -sname a@localhost -c cookie -a 'erlang date'
END
    client 'erl_call -address' erlang-base erl_call quiet Erlang - 0 <<'END'
erl_call -address 127.0.0.1:$port -c cookie -a 'erlang date'
END
    client 'dbclient' dropbear-bin dbclient quiet SSH - 0 <<'END'
dbclient -y -p $port u@127.0.0.1 true
END
    client 'plink -ssh' putty-tools plink quiet SSH - 0 <<'END'
plink -ssh -batch -P $port u@127.0.0.1 true
END
    client 'telnet, asked' inetutils-telnet inetutils-telnet 'greet \xff\xfd\x18\xff\xfd\x1f' Telnet telnet 2 <<'END'
# WILL for either option. The size of the window is not told, as there is none.
sleep 20 | inetutils-telnet 127.0.0.1 $port
END
    client 'busybox telnet' busybox busybox 'greet \xff\xfb\x01\xff\xfd\x18' Telnet telnet 2 <<'END'
sleep 20 | busybox telnet 127.0.0.1 $port
END
    client 'irc (Python)' irc==20.5.0 irc quiet IRC 'line(b"\n")' 2 <<'END'
import irc.client
reactor = irc.client.Reactor()
reactor.server().connect("127.0.0.1", port, "nick")
reactor.process_forever()
END
    client 'oscsend' liblo-tools oscsend quiet OSC 'size(4)' 1 <<'END'
oscsend osc.tcp://127.0.0.1:$port /a if 1 2.5
END
    client 'lxi scpi' lxi-tools lxi quiet SCPI 'line(b"\n")' 1 <<'END'
lxi scpi --address 127.0.0.1 --port $port --raw --timeout 20 '*IDN?'
END
    client 'pyModbusTCP' pyModbusTCP==0.3.1 pyModbusTCP quiet Modbus 'size(2, at=4)' 1 <<'END'
from pyModbusTCP.client import ModbusClient
ModbusClient("127.0.0.1", port, timeout=20).write_multiple_registers(10, [1, 2, 3])
END
    client 'pylogix' pylogix==1.1.6 pylogix quiet EtherNet/IP 'size(2, little, at=2, more=20)' 1 <<'END'
from pylogix import PLC
client = PLC("127.0.0.1", port=port, timeout=20)
client.conn.Port = port
client.Read("tag")
END
    client 'pymcprotocol 4E' pymcprotocol==0.3.0 pymcprotocol quiet MELSEC 'size(2, little, at=11)' 1 <<'END'
import pymcprotocol
client = pymcprotocol.Type4E()
client.soc_timeout = 20
client.connect("127.0.0.1", port)
client.batchread_wordunits("D100", 2)
END
    client 'pymavlink, MAVLink 2' pymavlink==2.4.50 pymavlink quiet MAVLink 'size(1, at=1, more=10)' 1 <<'END'
import os, time
os.environ["MAVLINK20"] = "1"
from pymavlink import mavutil
client = mavutil.mavlink_connection(f"tcp:127.0.0.1:{port}", dialect="common")
client.mav.heartbeat_send(6, 8, 0, 0, 3)
time.sleep(20)
END
    # It ends its messages with NUL, and not with LF.
    # It sends a priority, but neither a version nor a date, and NUL at the end: too little for a name.
    client 'SysLogHandler (Python)' python3 python3 quiet - - 0 <<'END'
python3 -c 'import logging.handlers, socket, sys, time
handler = logging.handlers.SysLogHandler(("127.0.0.1", int(sys.argv[1])), socktype=socket.SOCK_STREAM)
logging.getLogger().addHandler(handler)
logging.warning("one")
logging.warning("two")
time.sleep(20)' $port
END
    client 'lldb' lldb lldb quiet GDB gdb 2 <<'END'
sleep 20 | lldb -o 'settings set plugin.process.gdb-remote.packet-timeout 20' -o "gdb-remote 127.0.0.1:$port"
END
    client 'check_nrpe -n -2' nagios-nrpe-plugin /usr/lib/nagios/plugins/check_nrpe quiet NRPE - 0 <<'END'
/usr/lib/nagios/plugins/check_nrpe -n -2 -H 127.0.0.1 -p $port -t 20
END
    client 'check_nrpe -n -3' nagios-nrpe-plugin /usr/lib/nagios/plugins/check_nrpe quiet NRPE - 0 <<'END'
/usr/lib/nagios/plugins/check_nrpe -n -3 -H 127.0.0.1 -p $port -t 20
END
    # The nine bytes of OPTIONS are told from two small numbers by the answer, which is SUPPORTED.
    client 'cassandra-driver, version 4' cassandra-driver==3.30.1 cassandra \
        'answer \x84\x00\x00\x00\x06\x00\x00\x00\x02\x00\x00' CQL - 0 <<'END'
from cassandra.cluster import Cluster
Cluster(["127.0.0.1"], port=port, protocol_version=4, connect_timeout=20).connect()
END
    client 'pycomm3 list_identity' pycomm3==1.2.16 pycomm3 quiet EtherNet/IP 'size(2, little, at=2, more=20)' 1 <<'END'
import pycomm3
pycomm3.CIPDriver.list_identity(f"127.0.0.1:{port}")
END
    client 'pymodbus, identification' pymodbus==3.16.1 pymodbus quiet Modbus 'size(2, at=4)' 1 <<'END'
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
client.connect()
client.read_device_information(read_code=1, object_id=0)
END
    client 'pymodbus, coils' pymodbus==3.16.1 pymodbus quiet Modbus 'size(2, at=4)' 1 <<'END'
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
client.connect()
client.write_coils(10, [True, False, True])
END
    client 'pymemcache delete' pymemcache==4.0.0 pymemcache 'answer NOT_FOUND\r\n' memcached memcached 1 <<'END'
import time
from pymemcache.client.base import Client
client = Client(("127.0.0.1", port))
client.delete("key", noreply=False)
time.sleep(20)
END
    client 'pymemcache get_many' pymemcache==4.0.0 pymemcache 'answer END\r\n' memcached memcached 1 <<'END'
import time
from pymemcache.client.base import Client
client = Client(("127.0.0.1", port))
client.get_many(["a", "b"])
time.sleep(20)
END
    client 'pymemcache incr' pymemcache==4.0.0 pymemcache 'answer NOT_FOUND\r\n' memcached memcached 1 <<'END'
import time
from pymemcache.client.base import Client
client = Client(("127.0.0.1", port))
client.incr("key", 1)
time.sleep(20)
END
    client 'pymemcache cas' pymemcache==4.0.0 pymemcache 'answer NOT_FOUND\r\n' memcached memcached 1 <<'END'
import time
from pymemcache.client.base import Client
client = Client(("127.0.0.1", port))
client.cas("key", "value", b"55")
time.sleep(20)
END
    client 'pymemcache set, three times' pymemcache==4.0.0 pymemcache 'each STORED\r\n' memcached memcached 3 <<'END'
import time
from pymemcache.client.base import Client
client = Client(("127.0.0.1", port))
for text in ("", "\r\n", "get key\r\n" * 1000):
    client.set("key", text, noreply=False)
time.sleep(20)
END
    # The form that the documentation of rsyslog recommends for forwarding: RFC 3164 with a date of RFC 3339.
    client 'rsyslogd, ForwardFormat' 'rsyslog bsdutils' 'rsyslogd logger' quiet syslog 'line(b"\n")' 2 <<'END'
printf '%s\n' 'module(load="imuxsock" SysSock.Use="off")' "input(type=\"imuxsock\" Socket=\"$PWD/socket\")" \
    "user.* @@127.0.0.1:$port;RSYSLOG_ForwardFormat" >conf
rsyslogd -n -f $PWD/conf -i $PWD/pid & for _ in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
logger -u $PWD/socket one
logger -u $PWD/socket two
wait
END
    client 'rsyslogd, SyslogProtocol23' 'rsyslog bsdutils' 'rsyslogd logger' quiet syslog 'line(b"\n")' 2 <<'END'
printf '%s\n' 'module(load="imuxsock" SysSock.Use="off")' "input(type=\"imuxsock\" Socket=\"$PWD/socket\")" \
    "user.* @@127.0.0.1:$port;RSYSLOG_SyslogProtocol23Format" >conf
rsyslogd -n -f $PWD/conf -i $PWD/pid & for _ in $(seq 100); do [ -S socket ] && break; sleep 0.1; done
logger -u $PWD/socket one
logger -u $PWD/socket two
wait
END
    client 'kcat -X client.id=' kcat kcat quiet Kafka 'size(4)' 1 <<'END'
kcat -X client.id= -b 127.0.0.1:$port -L
END
    client 'impacket' impacket==0.13.1 impacket quiet SMB 'size(3, at=1)' 1 <<'END'
from impacket.smbconnection import SMBConnection
SMBConnection("*SMBSERVER", "127.0.0.1", sess_port=port, timeout=20)
END

    # --- Clients that are answered, so that they go on.
    client 'redis-cli -r 5' redis-tools redis-cli 'each +PONG\r\n' RESP resp 5 <<'END'
redis-cli -p $port -r 5 ping
END
    client 'mosquitto_pub, accepted' mosquitto-clients mosquitto_pub 'answer \x20\x02\x00\x00' MQTT varint 3 <<'END'
# CONNECT, PUBLISH, DISCONNECT; the length of the second one takes three bytes.
head -c 20000 /dev/zero | tr '\0' x >file
mosquitto_pub -h 127.0.0.1 -p $port -t t -f file
END
    client 'mosquitto_sub, accepted' mosquitto-clients mosquitto_sub 'answer \x20\x02\x00\x00' MQTT varint 2 <<'END'
mosquitto_sub -h 127.0.0.1 -p $port -t t -t u
END
    client 'ldapsearch -x, accepted' ldap-utils ldapsearch \
        'answer \x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00' LDAP ber 2 <<'END'
ldapsearch -x -H ldap://127.0.0.1:$port -b dc=example
END
    client 'ab -k -n 20' apache2-utils ab \
        'each HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n' HTTP/1 http 20 <<'END'
ab -k -n 20 -c 1 http://127.0.0.1:$port/
END
    client 'curl, three requests' curl curl 'each HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' HTTP/1 http 3 <<'END'
curl -s http://127.0.0.1:$port/a -d x=1 http://127.0.0.1:$port/b http://127.0.0.1:$port/c
END
    client 'curl -T -, accepted' curl curl 'each HTTP/1.1 100 Continue\r\n\r\n' HTTP/1 http 1 <<'END'
seq 20000 | curl -s -T - http://127.0.0.1:$port/
END
    # CONNECT and PING; after PONG a message and its payload, and PING.
    client 'nats-py, publishing' nats-py==2.16.0 nats \
        'talk INFO {"server_id":"N","version":"2.9.10","max_payload":1048576}\r\n | PONG\r\n' NATS nats 4 <<'END'
import asyncio, nats
async def main():
    client = await nats.connect(f"nats://127.0.0.1:{port}", connect_timeout=20, allow_reconnect=False)
    await client.publish("subject", b"PING\r\n" * 100)
    await client.flush(20)
asyncio.run(main())
END
    # EHLO, MAIL, RCPT, DATA, and, as 250 is not what DATA is answered with, QUIT.
    client 'curl smtp://, accepted' curl curl 'talk 220 a ESMTP\r\n | 250 ok\r\n' SMTP 'line(b"\r\n")' 5 <<'END'
echo text | curl -s -T - --mail-from b@example.org --mail-rcpt a@example.org smtp://127.0.0.1:$port
END
    # 230 says that no password is wanted. USER, PWD, EPSV; as 230 is not what EPSV is answered with, PASV, and QUIT.
    client 'curl ftp://, logged in' curl curl 'talk 220 FTP server ready.\r\n | 230 done\r\n' \
        FTP 'line(b"\r\n")' 5 <<'END'
curl -s ftp://127.0.0.1:$port/
END
    client 'stomp.py, connected' stomp.py==9.0.0 stomp 'answer CONNECTED\nversion:1.2\n\n\x00\n' STOMP stomp 3 <<'END'
import stomp, time
connection = stomp.Connection12([("127.0.0.1", port)])
connection.connect("u", "p", wait=True)
connection.send("/queue/a", "one\0two", content_type="text/plain")
connection.subscribe("/queue/a", 1)
time.sleep(20)
END
    client 'irc (Python), welcomed' irc==20.5.0 irc 'answer :a 001 nick :Welcome\r\n' IRC 'line(b"\n")' 4 <<'END'
import irc.client
reactor = irc.client.Reactor()
server = reactor.server()
def welcome(connection, event):
    connection.join("#a")
    connection.privmsg("#a", "h\u00e9")
reactor.add_global_handler("welcome", welcome)
server.connect("127.0.0.1", port, "nick")
reactor.process_forever()
END
}

# Greetings that are not text, with the escapes of --greet. The first is that of MariaDB 10.11.
mysql_greeting='d\x00\x00\x00\n5.5.5-10.11.19-MariaDB-0+deb12u1\x00\x03\x00\x00\x007rZIAG#s\x00\xfe\xf7\x08\x02\x00\xff'
mysql_greeting+='\x81\x15\x00\x00\x00\x00\x00\x00\x1d\x00\x00\x00A'"'"'@L<X)_Tg(2\x00mysql_native_password\x00'
# The same server with TLS.
mysql_tls_greeting=${mysql_greeting/'\xfe\xf7'/'\xfe\xff'}
svn_greeting='( success ( 2 2 ( ) ( edit-pipeline svndiff1 absent-entries depth ) ) ) '
# The answer to the key of sixteen zeros.
websocket_answer='HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
websocket_answer+='Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n'
# Two lines of 64 bytes: the version, and 32 bytes of salt in base64.
tarantool_greeting=$(printf '%-63s\\n%-63s\\n' 'Tarantool 2.6.0 (Binary) 3b2d8e4c-30a4-4d0b-9d3d-0f6a3b1f6f5a' \
    'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=')
zmtp_greeting='\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL'$(printf '\\x00%.0s' $(seq 48))
dlt_greeting='5\x00\x00 ECU1/\xd3\xae\x82&\x01DA1\x00DC1\x00\x02\x0f\x00\x00\x00\x02\x00\x00\x00\x00'

# ---------------------------------------------------------------------------------------------------------------------
# The judge: reads the events, computes where the messages end, and says `ok` or what is wrong.
# ---------------------------------------------------------------------------------------------------------------------
cat >"$folder/judge.py" <<'END'
"""judge.py EVENTS PROTOCOL FRAMING MESSAGES"""
import json
import re
import sys

little = "little"


# A framing says where the message ends that begins at `at`, or None if its end has not come. `number` counts the
# messages before it.
def line(end):
    def ends(data, at, number):
        found = data.find(end, at)
        return None if found < 0 else found + len(end)
    return ends


def size(width, order="big", at=0, more=0, whole=False):
    def ends(data, begin, number):
        field = data[begin + at:begin + at + width]
        if len(field) < width:
            return None
        value = int.from_bytes(field, order)
        return begin + (value if whole else at + width + value + more)
    return ends


def digits(up_to, base, whole=False):
    def ends(data, at, number):
        field = data[at:at + up_to] if isinstance(up_to, int) else data[at:data.find(up_to, at) + 1]
        if not field:
            return None
        value = int(field, base)
        return at + (max(value, len(field)) if whole else len(field) + value)
    return ends


def after(first, rest):
    def ends(data, at, number):
        if number > 0:
            return rest(data, at, number - 1)
        if callable(first):
            return first(data, at, number)
        if isinstance(first, bytes):
            assert data[:len(first)] == first[:len(data)], "another beginning"
            return len(first)
        return first
    return ends


def varint(data, at, number):
    value = 0
    for i in range(4):
        if at + 1 + i >= len(data):
            return None
        value |= (data[at + 1 + i] & 0x7f) << (7 * i)
        if data[at + 1 + i] < 0x80:
            return at + 2 + i + value


def ber(data, at, number):
    if at + 2 > len(data):
        return None
    if data[at + 1] < 0x80:
        return at + 2 + data[at + 1]
    width = data[at + 1] & 0x7f
    return at + 2 + width + int.from_bytes(data[at + 2:at + 2 + width], "big")


def http(data, at, number):
    head = data.find(b"\r\n\r\n", at)
    if head < 0:
        return None
    fields = dict(re.findall(rb"(?m)^([^:\r\n]+): *([^\r\n]*)\r$", data[at:head + 2].lower()))
    at = head + 4
    if b"chunked" not in fields.get(b"transfer-encoding", b""):
        return at + int(fields.get(b"content-length", b"0"))
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        length = int(data[at:end].split(b";")[0], 16)
        at = end + 2 + length + 2
        if length == 0:
            return at


def http2(data, at, number):
    return at + 24 if at == 0 else size(3, more=6)(data, at, number)


def resp(data, at, number):
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    kind, rest = data[at:at + 1], data[at + 1:end]
    if kind == b"$":
        return end + 2 + (int(rest) + 2 if int(rest) >= 0 else 0)
    if kind == b"*":
        at = end + 2
        for _ in range(max(int(rest), 0)):
            at = resp(data, at, number)
            if at is None:
                return None
        return at
    return end + 2


def postgresql(data, at, number):
    return size(4, whole=True)(data, at, number) if data[at] == 0 else size(4, at=1, more=-4)(data, at, number)


def memcached(data, at, number):
    if data[at] == 0x80:
        return size(4, at=8, more=12)(data, at, number)
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    words = data[at:end].split()
    stores = words and words[0] in (b"set", b"add", b"replace", b"append", b"prepend", b"cas")
    return end + 2 + (int(words[4]) + 2 if stores else 0)


def amqp(data, at, number):
    return at + 8 if at == 0 else size(4, at=3, more=1)(data, at, number)


def nats(data, at, number):
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    words = data[at:end].split()
    return end + 2 + (int(words[-1]) + 2 if words[0].upper() in (b"PUB", b"HPUB") else 0)


def gearman(data, at, number):
    return size(4, at=8)(data, at, number) if data[at] == 0 else line(b"\n")(data, at, number)


def zmtp(data, at, number):
    return size(8, at=1)(data, at, number) if data[at] & 2 else size(1, at=1)(data, at, number)


def websocket(data, at, number):
    if at + 2 > len(data):
        return None
    short, key = data[at + 1] & 0x7f, 4 if data[at + 1] & 0x80 else 0
    width = {126: 2, 127: 8}.get(short, 0)
    return at + 2 + width + key + (int.from_bytes(data[at + 2:at + 2 + width], "big") if width else short)


def stomp(data, at, number):
    if data[at:at + 1] == b"\n":
        return at + 1
    head = data.find(b"\n\n", at)
    length = re.search(rb"\ncontent-length:(\d+)", data[at:head]) if head > 0 else None
    return head + 2 + int(length[1]) + 1 if length else line(b"\0")(data, at, number)


def telnet(data, at, number):
    if data[at] == 0xff:
        if at + 1 >= len(data):
            return None
        if data[at + 1] == 0xfa:
            found = re.compile(rb"(?s)\xff\xfa(?:[^\xff]|\xff\xff)*\xff\xf0").match(data, at)
            return found and found.end()
        return at + (3 if 0xfb <= data[at + 1] <= 0xfe else 2)
    found = re.compile(rb"(?s)(?:[^\xff\n\r]|\xff\xff|\r(?![\0]))*(?:\n|\r\0|(?=\xff[^\xff]))").match(data, at)
    return found and found.end()


def gdb(data, at, number):
    if data[at] in b"+-\x03":
        return at + 1
    end = data.find(b"#", at)
    return None if end < 0 else end + 3


def mllp(data, at, number):
    assert data[at] == 0x0b, "no start"
    return line(b"\x1c\r")(data, at, number)


def slip(data, at, number):
    return line(b"\xc0")(data, at + 1, number)


def fix(data, at, number):
    found = re.compile(rb"8=[^\x01]+\x019=(\d+)\x01").match(data, at)
    return found and found.end() + int(found[1]) + 7


def main(path, protocol, framing, messages):
    with open(path) as lines:
        events = [json.loads(text) for text in lines if text.startswith("{")]
    of = {}
    for event in events:
        if event.get("connection"):
            of.setdefault(event["connection"], []).append(event)
    if not of:
        return "no connection came"
    # A client may try whether the port is open before it says anything.
    talks = [here for here in of.values() if any(e["event"] == "bytes" and e["direction"] == "received" for e in here)]
    here = talks[0] if talks else next(iter(of.values()))
    data = b"".join(bytes.fromhex(e["hex"]) for e in here if e["event"] == "bytes" and e["direction"] == "received")
    told = [(e["offset"], e["length"]) for e in here if e["event"] == "message" and e["direction"] == "received"]
    # A client that is ended may leave a message without its end.
    faults = [e["detail"] for e in here if e["event"] == "message-fault" and e["direction"] == "received"
              and not e["detail"].startswith("the stream ends within")]
    named = [e for e in here if e["event"] == "recognised"]

    wrong = []
    name = named[0]["protocol"] if named else "-"
    outer, _, inner = protocol.partition(", then ")
    detail = named[0].get("detail", "") if named else ""
    if len(named) > 1 or name != outer or (inner and f"then {inner}" not in detail):
        sure = named and ("" if named[0]["sure"] else ", not sure")
        wrong.append(f"protocol {protocol} expected, {name}{sure or ''} ({detail}) came")
    borders = []
    if framing != "-":
        rule, at = eval(framing), 0
        while at < len(data):
            end = rule(data, at, len(borders))
            if end is None or end > len(data):
                break
            borders.append((at, end - at))
            at = end
    if told != borders:
        text = lambda found: " ".join(f"{offset}+{length}" for offset, length in found[:8]) or "none"
        wrong.append(f"framing {framing}, that is messages {text(borders)}, expected, {text(told)} came")
    if len(told) != int(messages):
        wrong.append(f"{messages} messages expected, {len(told)} came")
    if faults:
        wrong.append(f"a fault came: {faults[0]}")
    if wrong:
        return "; ".join(wrong) + f"; {len(data)} bytes: {data[:64].hex()}"
    sure = "" if not named or named[0]["sure"] else " (not sure)"
    print(f"{name}{sure}, {len(told)} of {framing}")


answer = main(*sys.argv[1:])
if answer:
    print(answer)
    sys.exit(1)
END

# What every script of the table begins with.
cat >"$folder/prelude.sh" <<'END'
port=$1
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
# Waits until something listens on a port of 127.0.0.1. It does not connect, as that would be a client, too.
await() {
    local _
    for _ in $(seq 200); do
        grep -q ":$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp && return
        sleep 0.05
    done
}
END

# ---------------------------------------------------------------------------------------------------------------------
# What is done with each client of the table.
# ---------------------------------------------------------------------------------------------------------------------
task="" ran=0 wrong=0 missing=0
debian=() pypi=()

client() {
    local name=$1 from=$2 needs=$3 server_is=$4 protocol=$5 framing=$6 messages=$7 body words
    body=$(cat)
    [[ -z $only || $name == *"$only"* ]] || return 0
    case $task in
        list) printf '%-36s %-26s %-22s %-42s %s\n' "$name" "$from" "$protocol" "$framing" "$messages" ;;
        collect)
            read -ra words <<<"$from"
            if [[ $from == *==* ]]; then pypi+=("$from"); else debian+=("${words[@]}"); fi
            ;;
        run) run ;;
    esac
}

# Whether what the client needs is there; otherwise says how to install it.
is_there() {
    local word
    if [[ $from == *==* ]]; then
        "$python" -c "from importlib.util import find_spec; exit(find_spec('$needs') is None)" 2>/dev/null && return
        say missing "pip install $from"
        return 1
    fi
    for word in $needs; do
        command -v "$word" >/dev/null && continue
        say missing "$word is not installed: apt-get install $from"
        return 1
    done
}

# One line for one client: say ok|wrong|missing TEXT
say() {
    printf '%-8s %-36s %s\n' "$1" "$name" "$2"
    case $1 in
        missing) missing=$((missing + 1)) ;;
        wrong) wrong=$((wrong + 1)) ran=$((ran + 1)) ;;
        ok) ran=$((ran + 1)) ;;
    esac
}

run() {
    local here log port address words verdict options=(--service discard)
    is_there || return
    here=$(mktemp -d "$folder/client.XXXXXX") log=$here/events address=127.0.0.1:0
    mkdir "$here/work" "$here/home"
    case $server_is in
        quiet) ;;
        greet\ *) options+=(--greet "${server_is#greet }") ;;
        answer\ *) options=(--reply "${server_is#answer }" --reply-to once) ;;
        each\ *) options=(--reply "${server_is#each }") ;;
        talk\ *) words=${server_is#talk }; options=(--greet "${words%% | *}" --reply "${words#* | }") ;;
        port\ *) address=127.0.0.1:${server_is#port } ;;
    esac
    # `exec`, so that the process that is ended is bytewatch itself.
    (cd "$here" && exec "$program" --config none --headless --listen "$address" "${options[@]}" --events \
        listening,opened,bytes,recognised,message,message-fault,closed,ended) >"$log" 2>"$here/errors" </dev/null &
    server_pid=$!
    port=$(await_port "$log")
    if [ -z "$port" ]; then
        say missing "bytewatch does not listen on $address: $(tail -1 "$here/errors")"
        kill "$server_pid" 2>/dev/null; wait "$server_pid" 2>/dev/null; server_pid=""
        return
    fi
    start_client
    await_quiet
    kill -KILL -- "-$client_pid" 2>/dev/null
    wait "$client_pid" 2>/dev/null
    client_pid=""
    sleep 0.2
    kill "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
    server_pid=""
    if verdict=$(python3 "$folder/judge.py" "$log" "$protocol" "$framing" "$messages" 2>&1); then
        say ok "$verdict"
    else
        say wrong "$(tail -1 <<<"$verdict")"
        # A client that did not connect may have said why.
        grep -q '"event":"opened"' "$log" ||
            tail -c 600 "$here/output" | tr -cd '[:print:]\n' | tail -3 | sed 's/^/             /'
    fi
    rm -rf "$here"
}

# The port of `listening`, or nothing if bytewatch does not start.
await_port() {
    local found
    for _ in $(seq 200); do
        found=$(sed -n '1s/.*"address":"[^"]*:\([0-9]*\)".*/\1/p' "$1" 2>/dev/null)
        [ -z "$found" ] || { echo "$found"; return; }
        kill -0 "$server_pid" 2>/dev/null || return
        sleep 0.05
    done
}

# Starts the client in a session of its own, whose processes are ended together.
start_client() {
    local command
    if [[ $from == *==* ]]; then
        printf 'import sys\nport = int(sys.argv[1])\n%s\n' "$body" >"$here/client"
        command=("$python" "$here/client" "$port")
    else
        { cat "$folder/prelude.sh"; echo "$body"; } >"$here/client"
        command=(bash "$here/client" "$port")
    fi
    (cd "$here/work" && HOME=$here/home exec setsid "${command[@]}") >"$here/output" 2>&1 </dev/null &
    client_pid=$!
}

# Waits until the client has ended, or has been quiet: two seconds after it has sent something, five without that.
await_quiet() {
    local size=0 last=0 unchanged=0 limit
    for _ in $(seq 400); do
        sleep 0.1
        kill -0 "$client_pid" 2>/dev/null || { sleep 0.3; return; }
        size=$(stat -c %s "$log")
        if [ "$size" = "$last" ]; then unchanged=$((unchanged + 1)); else unchanged=0 last=$size; fi
        limit=300
        if grep -q '"direction":"received"' "$log"; then limit=20
        elif grep -q '"event":"opened"' "$log"; then limit=50; fi
        [ "$unchanged" -lt "$limit" ] || return
    done
}

# Installs what the table names, without starting services.
install_all() {
    local package policy=/usr/sbin/policy-rc.d made="" word packages
    task=collect
    table
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" && made=yes; }
        mapfile -t packages < <(printf '%s\n' "${debian[@]}" python3-venv | sort -u)
        get() { DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"; }
        {
            apt-get update -q || true
            # A package that this release does not have keeps all of them away.
            get "${packages[@]}" || for package in "${packages[@]}"; do get "$package" || true; done
        } </dev/null >"$folder/apt.log" 2>&1
        [ -z "$made" ] || rm "$policy"
    else
        echo "Debian packages are installed by apt-get and root only: skipped" >&2
    fi
    mapfile -t packages < <(printf '%s\n' "${pypi[@]}" | sort -u)
    if "$python" -m venv "$folder/venv" >"$folder/pip.log" 2>&1; then
        python=$folder/venv/bin/python
        get() { "$python" -m pip install -q --disable-pip-version-check "$@"; }
        # One that cannot be installed keeps all of them away, too.
        { get "${packages[@]}" || for word in "${packages[@]}"; do get "$word" || true; done; } >>"$folder/pip.log" 2>&1
    else
        echo "there is no venv (apt-get install python3-venv): packages of PyPI are not installed" >&2
    fi
}

if [ -n "$list" ]; then
    task=list
    table
    exit 0
fi
[ -z "$install" ] || install_all
task=run
table
echo "$ran run, $((ran - wrong)) ok, $wrong wrong, $missing missing"
[ "$wrong" = 0 ] || exit 1
[ -n "$only" ] || [ "$ran" -ge "$least" ] || { echo "fewer than $least programs could be run" >&2; exit 2; }
exit 0

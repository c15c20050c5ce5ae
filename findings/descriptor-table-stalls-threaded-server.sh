#!/usr/bin/env bash
# An accept takes 5 to 20 ms when the 257th, 513th, 1025th, 2049th descriptor is opened, if the process has threads.
#
# Tried on Linux 6.18 (x86-64, 2 CPUs) with Python 3.11; nothing is installed, because the behaviour is the kernel's.
#
# The guess was that opening a descriptor, so also accepting a client, costs microseconds whichever number it gets. It
# does in a process with one thread. In a process with several, the kernel waits for a grace period of RCU each time it
# doubles the table of descriptors, before it takes the larger one into use. The call that needs the room sleeps that
# long. An event loop in a program that also has other threads serves no client meanwhile, in each of its first bursts of
# clients; servers that raise the limit of descriptors and have been up for long do not show it.
#
# Seen, for the calls that opened a descriptor whose number is a power of two, in milliseconds:
#   one thread:   256: 0.0  512: 0.0  1024: 0.0  2048: 0.0
#   two threads:  256: 10.6  512: 15.8  1024: 15.8  2048: 7.5
#
# What helps: open a descriptor with a high number once, before there are threads (fcntl with F_DUPFD), and close it.
# The third row does that; its table is large from then on.
#
# Exit status: 0 if it is so, 1 if it is not so any longer, 2 if it cannot be tried here.
set -u

[ "$(uname -s)" = Linux ] || { echo "this is about Linux" >&2; exit 2; }
command -v python3 > /dev/null || { echo "python3 is missing" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/open.py" << 'PYTHON'
import fcntl, os, resource, sys, threading, time

kind = sys.argv[1]
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
if soft < 3000:
    if hard != resource.RLIM_INFINITY and hard < 3000:
        sys.exit(2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3000, hard))
base = os.open("/", os.O_RDONLY)
if kind == "grown":
    os.close(fcntl.fcntl(base, fcntl.F_DUPFD, 2900))
if kind != "single":
    threading.Thread(target=threading.Event().wait, daemon=True).start()
took = {}
for _ in range(2500):
    before = time.perf_counter()
    opened = os.dup(base)
    took[opened] = (time.perf_counter() - before) * 1000
print(*[f"{took[number]:.1f}" for number in (256, 512, 1024, 2048)])
sys.stdout.flush()
os._exit(0)
PYTHON

# How many of the four calls took longer than 2 ms, in the best of three runs for the claim "fast".
count() { tr ' ' '\n' | awk '$1 > 2 { n++ } END { print n + 0 }'; }
declare -A slow
for kind in single threaded grown; do
    for _ in 1 2 3; do
        line=$(python3 "$folder/open.py" "$kind")
        case $? in 0) ;; 2) echo "the limit of descriptors (ulimit -n) is too low" >&2; exit 2 ;; *) exit 2 ;; esac
        echo "$kind: $line ms"
        now=$(count <<< "$line")
        best=${slow[$kind]:-4}
        [ "$now" -lt "$best" ] && best=$now
        slow[$kind]=$best
    done
done
if [ "${slow[single]}" -eq 0 ] && [ "${slow[grown]}" -eq 0 ] && [ "${slow[threaded]}" -ge 3 ]; then
    echo "as described: with threads, at least ${slow[threaded]} of 4 calls wait when the table is doubled"
    exit 0
fi
echo "not as described any longer"
exit 1

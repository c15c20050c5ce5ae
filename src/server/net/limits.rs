//! The limits of this machine, detected at the start.
//!
//! The soft limit of descriptors is raised to the hard one. The limit of threads matters because near
//! `vm.max_map_count` the standard library aborts the process instead of returning an error (a thread's stack and
//! guard take maps), so the server stays below it.

use std::fs;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors that the program needs itself: listeners, the event loop, the terminal, files read from `/proc`.
const RESERVED_DESCRIPTORS: u64 = 32;
/// Descriptors per listener: its own, and during a switch those of two backends.
const DESCRIPTORS_PER_LISTENER: u64 = 6;
/// Descriptors that the resolver of an upstream's name needs: sockets to name servers, and files, on each of its threads.
const RESOLVER_DESCRIPTORS: u64 = 24;
/// The descriptors that the kernel's table has room for from the start: a quarter of a megabyte.
const DESCRIPTORS_AT_ONCE: u64 = 32 * 1024;
/// Threads that the program needs itself: main, input, output, signals, control, accept, event loop.
const RESERVED_THREADS: u64 = 16;
/// Memory maps that a thread takes: its stack, the guard, its read buffer, and one in reserve.
const MAPS_PER_THREAD: u64 = 4;
/// Memory maps of the program itself, generously.
const RESERVED_MAPS: u64 = 500;

/// The sockets of one connection, each of which takes a descriptor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SocketsPerConnection {
    /// The socket of the client.
    Client,
    /// The sockets of the client and of the upstream.
    ClientAndUpstream,
}

impl SocketsPerConnection {
    /// The limit that the free descriptors set.
    const fn limit(self, descriptors: u64) -> (u64, &'static str) {
        match self {
            Self::Client => (descriptors, "open files (ulimit -n)"),
            Self::ClientAndUpstream => (
                descriptors.saturating_sub(RESOLVER_DESCRIPTORS) / 2,
                "open files (ulimit -n, two per connection)",
            ),
        }
    }
}

/// A number of connections and the setting that limits it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The most connections at once.
    pub connections: usize,
    /// The name of the setting.
    pub set_by: String,
}

impl Limit {
    fn least(candidates: impl IntoIterator<Item = (u64, &'static str)>) -> Self {
        let (count, set_by) =
            candidates.into_iter().min_by_key(|&(count, _)| count).unwrap_or((u64::MAX, "nothing"));
        Self { connections: usize::try_from(count).unwrap_or(usize::MAX), set_by: set_by.to_owned() }
    }
}

/// The limits that apply to a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Connections on both backends together.
    pub connections: Limit,
    /// Connections that the `threads` backend can serve.
    pub threads: Limit,
}

impl Limits {
    /// Raises the limit of descriptors as far as allowed, then detects all limits. `wanted` comes from the command
    /// line.
    #[must_use]
    pub fn find(wanted: Option<usize>, listeners: usize, sockets: SocketsPerConnection) -> Self {
        let reserved = RESERVED_DESCRIPTORS + DESCRIPTORS_PER_LISTENER * listeners as u64;
        let descriptors = raise_descriptors();
        grow_descriptor_table(descriptors);
        let descriptors = descriptors.saturating_sub(reserved);
        let wanted = wanted.map(|count| (count as u64, "--max-connections"));
        let connections = Limit::least([sockets.limit(descriptors)].into_iter().chain(wanted));
        let threads = [
            (
                number("/proc/sys/vm/max_map_count")
                    .map(|maps| maps.saturating_sub(RESERVED_MAPS) / MAPS_PER_THREAD),
                "vm.max_map_count",
            ),
            (number("/proc/sys/kernel/threads-max"), "kernel.threads-max"),
            (number("/proc/sys/kernel/pid_max"), "kernel.pid_max"),
            (cgroup_pids(), "the cgroup's pids.max"),
            (processes(), "processes (ulimit -u)"),
        ];
        let threads = threads
            .into_iter()
            .filter_map(|(count, name)| Some((count?.saturating_sub(RESERVED_THREADS), name)))
            .chain(
                [(connections.connections as u64, connections.set_by.as_str())].map(|(count, _)| (count, "")),
            );
        let mut threads = Limit::least(threads);
        if threads.set_by.is_empty() {
            threads.set_by.clone_from(&connections.set_by);
        }
        Self { connections, threads }
    }
}

fn raise_descriptors() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 1024 };
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft }
}

/// Lets the kernel make its table of descriptors large enough for many clients. It doubles the table when it is full, and
/// in a process with threads the call that needs the room, an accept, waits 10 to 20 ms for that: an event loop serves
/// no client meanwhile.
fn grow_descriptor_table(limit: u64) {
    let last = limit.min(DESCRIPTORS_AT_ONCE).saturating_sub(1);
    // Without it, the table grows when clients come.
    if let (Ok(any), Ok(last)) = (fs::File::open("/"), i32::try_from(last)) {
        drop(rustix::io::fcntl_dupfd_cloexec(any, last));
    }
}

fn processes() -> Option<u64> {
    getrlimit(Resource::RLIMIT_NPROC).ok().map(|(soft, _)| soft)
}

/// The limit of our own control group, of either version.
fn cgroup_pids() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    pids_files(&groups).iter().filter_map(|path| number(path)).min()
}

/// The files that may hold the limit of processes, for groups as `/proc/self/cgroup` lists them: version 2 has the
/// path after `0::`, version 1 after the controller `pids`. A container that sees only its own group finds the file
/// at the root.
fn pids_files(groups: &str) -> Vec<String> {
    let files = groups.lines().filter_map(|line| {
        let (_number, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let root = match controllers {
            "" => "/sys/fs/cgroup",
            _ if controllers.split(',').any(|name| name == "pids") => "/sys/fs/cgroup/pids",
            _ => return None,
        };
        Some([format!("{root}{}/pids.max", path.trim_end_matches('/')), format!("{root}/pids.max")])
    });
    files.flatten().collect()
}

/// The number in a file of the kernel; `None` if there is no number (other systems, `max`).
fn number(path: &str) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_processes_is_looked_for_in_both_versions_of_control_groups() {
        let groups = "9:name=systemd:/\n8:pids:/docker/ab\n3:cpu,cpuacct:/\n0::/\n";
        assert_eq!(
            pids_files(groups),
            [
                "/sys/fs/cgroup/pids/docker/ab/pids.max",
                "/sys/fs/cgroup/pids/pids.max",
                "/sys/fs/cgroup/pids.max",
                "/sys/fs/cgroup/pids.max",
            ]
        );
        assert_eq!(pids_files("0::/user.slice/a:b\n")[0], "/sys/fs/cgroup/user.slice/a:b/pids.max");
    }

    #[test]
    fn the_lowest_limit_is_named() {
        let limits = Limits::find(Some(10), 1, SocketsPerConnection::Client);
        assert_eq!(limits.connections, Limit { connections: 10, set_by: "--max-connections".into() });
        assert_eq!(limits.threads, limits.connections);
        let limits = Limits::find(None, 1, SocketsPerConnection::Client);
        assert!(limits.connections.connections > 100 && limits.threads.connections > 10, "{limits:?}");
        assert!(limits.threads.connections <= limits.connections.connections);
    }

    #[test]
    fn a_connection_with_an_upstream_takes_two_descriptors() {
        let (one, two) = (SocketsPerConnection::Client, SocketsPerConnection::ClientAndUpstream);
        assert_eq!((one.limit(1024).0, two.limit(1024).0, two.limit(3).0), (1024, 500, 0));
        assert!(!one.limit(1024).1.contains("two") && two.limit(1024).1.contains("two per connection"));
        let found = [one, two].map(|sockets| Limits::find(None, 1, sockets).connections);
        assert!(found[1].connections < found[0].connections, "{found:?}");
        assert_eq!(Limits::find(Some(7), 1, two).connections.connections, 7);
    }
}

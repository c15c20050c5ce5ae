//! Resolution of host names, on threads of its own: it blocks, for seconds if a name server does not answer.
//!
//! At most [`MAX_THREADS`] names are resolved at once; others wait. A thread ends when no name waits.

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Weak};
use std::thread;

use parking_lot::Mutex;

use crate::server::net::upstream::HostAndPort;

/// The most names that are resolved at once.
const MAX_THREADS: usize = 8;

/// What is called when a resolution is done, on a thread of the resolver: it wakes what polls, on either backend.
pub(in crate::server) type Notify = Arc<dyn Fn() + Send + Sync>;

/// The addresses of a host, in the order of the system, or why there are none.
type ResolvedAddresses = io::Result<Vec<SocketAddr>>;

type Lookup = dyn Fn(&HostAndPort) -> ResolvedAddresses + Send + Sync;

/// Resolves the names of hosts. Clones share their threads.
#[derive(Clone)]
pub(in crate::server) struct Resolver {
    queue: Arc<Mutex<Queue>>,
    lookup: Arc<Lookup>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Job>,
    threads: usize,
}

/// A name that waits. It is not resolved if the result is no longer wanted.
struct Job {
    host: HostAndPort,
    result: Weak<Mutex<Option<ResolvedAddresses>>>,
    notify: Notify,
}

/// A resolution that is under way, or done. Dropping it forgets the result.
pub(in crate::server) struct Resolution(Arc<Mutex<Option<ResolvedAddresses>>>);

impl Resolution {
    /// Takes the result, once it is there.
    pub(in crate::server) fn take(&self) -> Option<ResolvedAddresses> {
        self.0.lock().take()
    }
}

impl Default for Resolver {
    /// A resolver that asks the system.
    fn default() -> Self {
        Self::new(|host| Ok((&*host.host, host.port).to_socket_addrs()?.collect()))
    }
}

impl Resolver {
    /// Creates a resolver that looks names up in this way.
    pub(in crate::server) fn new(
        lookup: impl Fn(&HostAndPort) -> ResolvedAddresses + Send + Sync + 'static,
    ) -> Self {
        Self { queue: Arc::default(), lookup: Arc::new(lookup) }
    }

    /// Begins to resolve a name, and returns at once.
    pub(in crate::server) fn resolve(&self, host: &HostAndPort, notify: Notify) -> Resolution {
        let resolution = Resolution(Arc::default());
        let job = Job { host: host.clone(), result: Arc::downgrade(&resolution.0), notify };
        let mut queue = self.queue.lock();
        queue.waiting.push_back(job);
        if queue.threads == MAX_THREADS {
            return resolution;
        }
        let resolver = self.clone();
        let spawned = thread::Builder::new().name("resolve".to_owned()).spawn(move || resolver.run());
        match spawned {
            Ok(_) => queue.threads += 1,
            // A thread that runs will take it.
            Err(_) if queue.threads > 0 => {}
            Err(error) => {
                queue.waiting.pop_back();
                // No notice: the caller looks before it waits.
                *resolution.0.lock() = Some(Err(error));
            }
        }
        resolution
    }

    /// Resolves what waits.
    fn run(&self) {
        loop {
            let job = {
                let mut queue = self.queue.lock();
                let Some(job) = queue.waiting.pop_front() else {
                    queue.threads -= 1;
                    return;
                };
                job
            };
            if job.result.strong_count() == 0 {
                continue;
            }
            let addresses = (self.lookup)(&job.host);
            if let Some(result) = job.result.upgrade() {
                *result.lock() = Some(addresses);
                (job.notify)();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    fn host(name: &str) -> HostAndPort {
        HostAndPort { host: name.into(), port: 80 }
    }

    #[test]
    fn the_system_knows_this_machine_and_no_invalid_name() {
        let resolver = Resolver::default();
        for (name, known) in [("localhost", true), ("nobody.invalid", false)] {
            let (sender, done) = channel();
            let resolution = resolver.resolve(&host(name), Arc::new(move || sender.send(()).unwrap()));
            done.recv_timeout(LIMIT).unwrap();
            let result = resolution.take().unwrap();
            assert_eq!(result.is_ok(), known, "{name}: {result:?}");
            assert!(resolution.take().is_none(), "once");
        }
    }

    #[test]
    fn threads_are_bounded_and_unwanted_names_are_not_resolved() {
        let (release, gate) = channel::<()>();
        let (began, beginning) = channel();
        let (gate, running, most) = (Mutex::new(gate), AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let peak = Arc::clone(&most);
        let resolver = Resolver::new(move |host| {
            peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            began.send(host.host.to_string()).unwrap();
            let waited = gate.lock().recv_timeout(LIMIT);
            running.fetch_sub(1, Ordering::SeqCst);
            waited.map(|()| Vec::new()).map_err(io::Error::other)
        });
        let (sender, done) = channel();
        let notify: Notify = Arc::new(move || sender.send(()).unwrap());
        let resolve = |name: String| resolver.resolve(&host(&name), Arc::clone(&notify));
        let wanted: Vec<_> = (0..MAX_THREADS).map(|number| resolve(format!("first{number}"))).collect();
        for _ in 0..MAX_THREADS {
            assert!(beginning.recv_timeout(LIMIT).unwrap().starts_with("first"));
        }
        drop(resolve("unwanted".to_owned()));
        let last = resolve("last".to_owned());
        for _ in 0..=MAX_THREADS {
            release.send(()).unwrap();
        }
        for _ in 0..=MAX_THREADS {
            done.recv_timeout(LIMIT).unwrap();
        }
        assert_eq!(beginning.recv_timeout(LIMIT).unwrap(), "last");
        assert!(wanted.iter().chain([&last]).all(|resolution| resolution.take().unwrap().is_ok()));
        assert_eq!(most.load(Ordering::SeqCst), MAX_THREADS);
    }
}

//! The command `demo --fleet`: demo hosts that publish to a broker on this machine, and a watcher of them.

use std::env;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::client::tethered::Tethered;
use crate::commands::watch::{self, WatchOptions, WatchOutput};
use crate::fleet::options::{BrokerUrl, BusOptions, NOT_BUILT_IN};
use crate::fleet::subject::Prefix;

/// The name of the broker's program.
const BROKER: &str = "nats-server";

/// Where Debian installs it, which is not among the directories of every user.
const OTHER_DIRECTORIES: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// How long the broker may take to listen.
const START_LIMIT: Duration = Duration::from_secs(10);

/// The interval of looking whether it does.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// How fast the lessons of the hosts go, in turn, so that they differ.
const SPEEDS: [&str; 4] = ["1", "0.5", "2", "0.75"];

/// The demo hosts.
#[derive(Debug)]
pub struct FleetOptions {
    /// How many there are.
    pub hosts: u8,
    /// The lesson that each plays, if another than the usual one.
    pub script: Option<String>,
    /// Where what they do is shown.
    pub output: WatchOutput,
}

/// The processes of the demo. They are all asked to end before any of them is waited for.
struct Processes(Vec<Tethered>);

impl Drop for Processes {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Tethered::end);
    }
}

/// Starts a broker and the hosts, and watches them until the user quits, or a signal arrives. Everything ends with it.
///
/// # Errors
///
/// One line: there is no broker, something cannot be started, or what the watcher says.
pub fn run(options: FleetOptions) -> Result<()> {
    if !cfg!(feature = "fleet") {
        bail!("demo --fleet is not possible: {NOT_BUILT_IN}");
    }
    let Some(broker) = find_broker() else {
        bail!(
            "there is no {BROKER}, which demo --fleet needs: apt-get install {BROKER}, or see https://nats.io/download"
        );
    };
    let mut processes = Processes(Vec::new());
    let port = start_broker(&broker, &mut processes)?;
    let url = format!("nats://127.0.0.1:{port}");
    for host in 1..=options.hosts {
        let child = Tethered::start_self(&words(host, &url, options.script.as_deref()))
            .context("no process can be started")?;
        processes.0.push(child);
    }
    let url = BrokerUrl::parse(&url).map_err(anyhow::Error::msg)?;
    let bus = BusOptions {
        url,
        credentials: None,
        roots: None,
        client: None,
        prefix: Prefix::default(),
        is_plain: false,
    };
    watch::run(WatchOptions { bus, hosts: Vec::new(), output: options.output })
}

/// The command line of a host.
fn words(host: u8, url: &str, script: Option<&str>) -> Vec<String> {
    let backend = if host % 2 == 1 { "async" } else { "threads" };
    let speed = SPEEDS[usize::from(host - 1) % SPEEDS.len()];
    let name = format!("demo-{host}");
    let mut words = ["demo", "--headless", "--events", "listening", "-l", "0", "--backend", backend].to_vec();
    words.extend(["--speed", speed, "--publish", url, "--publish-what", "bytes", "--as", &name]);
    words.extend(["--obey", "switch,close,reset"]);
    if let Some(script) = script {
        words.extend(["--script", script]);
    }
    words.into_iter().map(str::to_owned).collect()
}

/// The program of the broker, if there is one.
fn find_broker() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = env::split_paths(&path).chain(OTHER_DIRECTORIES.map(PathBuf::from));
    directories.map(|directory| directory.join(BROKER)).find(|file| file.is_file())
}

/// Starts the broker on a free port of the loopback. Returns the port once it listens.
fn start_broker(program: &PathBuf, processes: &mut Processes) -> Result<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let port = free.context("there is no free port")?.port();
    let child = Tethered::start(program, &["-a", "127.0.0.1", "-p", &port.to_string()]);
    processes.0.push(child.with_context(|| format!("{} cannot be started", program.display()))?);
    let begin = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if begin.elapsed() > START_LIMIT {
            bail!("{} does not listen on port {port}", program.display());
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(port)
}

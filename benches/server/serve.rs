//! The measured server: a process of its own that serves until its standard input closes, whatever happens to the
//! process that started it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytewatch::event::{BackendKind, Demand};
use bytewatch::server::{
    CertificateFiles, Config, FEED_LIMIT, Overload, PeerRules, RelayConfig, Server, ServerTlsConfig,
    ServiceConfig, Upstream,
};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The first argument that makes this program serve.
pub(crate) const WORD: &str = "serve";

/// Serves as the arguments say: `bare BACKEND SERVICE`, `bare BACKEND tls CERTIFICATE KEY`, `bare BACKEND relay UPSTREAM`,
/// `short BACKEND`, `relay UPSTREAM`, `foreign PROGRAM ARGUMENT…`. All but the last print their address first.
///
/// # Errors
/// The arguments are wrong, the server cannot listen, or standard output is closed.
pub(crate) fn serve(words: &[String]) -> io::Result<()> {
    // Linux shares the processors among sessions, then among the processes of each. The watched program has a session
    // of its own, because it has a terminal of its own, so what it is compared with needs one as well.
    let _ = nix::unistd::setsid();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", backend, service] => {
            let service = if *service == "discard" { ServiceConfig::Discard } else { ServiceConfig::Echo };
            let server = bare(kind(backend)?, service, None, None)?;
            print_address(server.addresses()[0])
        }
        ["bare", backend, "tls", certificate, key] => {
            let files = CertificateFiles { certificate: certificate.into(), key: key.into() };
            let tls = ServerTlsConfig { files: Some(files) };
            let server = bare(kind(backend)?, ServiceConfig::Echo, Some(tls), None)?;
            print_address(server.addresses()[0])
        }
        ["bare", backend, "relay", upstream] => {
            let upstreams = vec![Upstream::parse(upstream).map_err(io::Error::other)?];
            let relay = RelayConfig {
                upstreams,
                connect_timeout: Duration::from_secs(5),
                tls: None,
                send_proxy: None,
            };
            let server = bare(kind(backend)?, ServiceConfig::Relay, None, Some(relay))?;
            print_address(server.addresses()[0])
        }
        ["short", backend] => print_address(short(kind(backend)?)?),
        ["relay", upstream] => print_address(relay(upstream.parse().map_err(io::Error::other)?)?),
        ["foreign", program, arguments @ ..] => foreign(program, arguments),
        _ => Err(io::Error::other(format!("nobody knows how to serve {words:?}"))),
    }
}

fn kind(word: &str) -> io::Result<BackendKind> {
    let known = BackendKind::ALL.into_iter().find(|known| known.word() == word);
    known.ok_or_else(|| io::Error::other(format!("no backend is called {word}")))
}

fn print_address(address: SocketAddr) -> io::Result<()> {
    writeln!(io::stdout(), "{address}")?;
    io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
}

fn bare(
    backend: BackendKind,
    service: ServiceConfig,
    tls: Option<ServerTlsConfig>,
    relay: Option<RelayConfig>,
) -> io::Result<Server> {
    let (server, feed) = Server::start(Config {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0)).into()],
        backend,
        service,
        tls,
        proxy_protocol: false,
        greeting: None,
        relay,
        faults: Arc::default(),
        read_size: 16 * 1024,
        max_connections: None,
        peer_rules: PeerRules::default(),
        idle_timeout: None,
        feed_limit: FEED_LIMIT,
        overload: Overload::Slow,
        demand: Demand::EVERY_BYTE,
    })
    .map_err(io::Error::other)?;
    // Without a consumer the server runs unobserved.
    drop(feed);
    Ok(server)
}

/// Another program in a process group of its own: processes that it starts end with it.
fn foreign(program: &str, arguments: &[&str]) -> io::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::inherit())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut log) = child.stderr.take() {
        // The output of the program is read as fast as it comes, as a user would.
        thread::spawn(move || while log.read(&mut [0; 64 * 1024]).is_ok_and(|length| length > 0) {});
    }
    let group = Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?);
    io::copy(&mut io::stdin(), &mut io::sink())?;
    // A group that has ended needs no signal.
    let _ = killpg(group, Signal::SIGKILL);
    child.wait().map(drop)
}

/// A minimal echo server with a thread per connection.
fn short(kind: BackendKind) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    // The backlog equals that of our server; otherwise a client that finds no room tries again after a second.
    SockRef::from(&listener).listen(4_096)?;
    let address = listener.local_addr()?;
    thread::spawn(move || match kind {
        BackendKind::Threads => short_std(&listener),
        BackendKind::Async => short_tokio(listener),
    });
    Ok(address)
}

fn short_std(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (mut stream, _) = listener.accept()?;
        stream.set_nodelay(true)?;
        thread::Builder::new().stack_size(64 * 1024).spawn(move || -> io::Result<()> {
            let mut buffer = vec![0; 16 * 1024];
            loop {
                match stream.read(&mut buffer)? {
                    0 => return Ok(()),
                    length => stream.write_all(&buffer[..length])?,
                }
            }
        })?;
    }
}

fn short_tokio(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let mut buffer = vec![0; 16 * 1024];
                while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                    if stream.write_all(&buffer[..length]).await.is_err() {
                        return;
                    }
                }
            });
        }
    })
}

/// A minimal relay: one thread with an event loop, a task for each connection, buffers of 16 KiB.
fn relay(upstream: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    SockRef::from(&listener).listen(4_096)?;
    let address = listener.local_addr()?;
    thread::spawn(move || relay_tokio(listener, upstream));
    Ok(address)
}

fn relay_tokio(listener: TcpListener, upstream: SocketAddr) -> io::Result<()> {
    const BUFFER: usize = 16 * 1024;
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        loop {
            let (mut client, _) = listener.accept().await?;
            client.set_nodelay(true)?;
            tokio::spawn(async move {
                let mut upstream = tokio::net::TcpStream::connect(upstream).await?;
                upstream.set_nodelay(true)?;
                tokio::io::copy_bidirectional_with_sizes(&mut client, &mut upstream, BUFFER, BUFFER).await
            });
        }
    })
}

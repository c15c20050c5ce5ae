//! The relays that are compared: ours, the programs with which people relay today, and a minimal one on tokio.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use bytewatch::event::BackendKind;

use crate::running::{self, Running};
use crate::watched::{OutputMode, Watched};

/// A kind of relay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RelayKind {
    /// `copy_bidirectional` on one thread, with buffers of 16 KiB.
    Tokio,
    /// haproxy with one thread.
    Haproxy,
    /// socat with a process for each connection.
    Socat,
    /// Ours, unobserved.
    Bare(BackendKind),
    /// Ours with its dashboard.
    Watched(BackendKind),
}

impl RelayKind {
    /// All that are compared, with ours on these backends.
    pub(crate) fn all(backends: &[BackendKind]) -> Vec<Self> {
        let ours = backends.iter().flat_map(|&backend| [Self::Bare(backend), Self::Watched(backend)]);
        [Self::Tokio, Self::Haproxy, Self::Socat].into_iter().chain(ours).collect()
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Tokio => "tokio copy_bidirectional".to_owned(),
            Self::Haproxy => "haproxy, 1 thread".to_owned(),
            Self::Socat => "socat".to_owned(),
            Self::Bare(backend) => format!("bytewatch {backend}, nobody looks"),
            Self::Watched(backend) => format!("bytewatch {backend}, watched"),
        }
    }

    /// The program that has to be installed, if it is another one.
    pub(crate) const fn program(self) -> Option<&'static str> {
        match self {
            Self::Haproxy => Some("haproxy"),
            Self::Socat => Some("socat"),
            Self::Tokio | Self::Bare(_) | Self::Watched(_) => None,
        }
    }
}

/// A running relay of any kind.
pub(crate) enum Relay {
    Running(Running),
    Haproxy { running: Running, _configuration: Configuration },
    Watched(Box<Watched>),
}

impl Relay {
    /// Starts a relay to this upstream.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn start(kind: RelayKind, upstream: SocketAddr) -> io::Result<Self> {
        Ok(match kind {
            RelayKind::Tokio => Self::Running(running::minimal_relay(upstream)?),
            RelayKind::Haproxy => haproxy(upstream)?,
            RelayKind::Socat => Self::Running(running::foreign_at(|port| socat(port, upstream))?),
            RelayKind::Bare(backend) => Self::Running(running::bare_relay(backend, upstream)?),
            RelayKind::Watched(backend) => {
                let mut watched = Watched::relay(backend, upstream)?;
                watched.set_output(OutputMode::Dropped)?;
                Self::Watched(Box::new(watched))
            }
        })
    }

    /// The address on which it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Running(running) | Self::Haproxy { running, .. } => running.address,
            Self::Watched(watched) => watched.address,
        }
    }

    /// The process whose family does its work.
    pub(crate) fn pid(&self) -> u32 {
        match self {
            Self::Running(running) | Self::Haproxy { running, .. } => running.pid,
            Self::Watched(watched) => watched.pid,
        }
    }
}

fn socat(port: u16, upstream: SocketAddr) -> Vec<String> {
    let listen = format!("TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,backlog=4096,nodelay");
    ["socat", "-b", "16384", &listen, &format!("TCP:{upstream},nodelay")].map(str::to_owned).to_vec()
}

fn haproxy(upstream: SocketAddr) -> io::Result<Relay> {
    let configuration =
        Configuration(std::env::temp_dir().join(format!("haproxy-{}.cfg", std::process::id())));
    let path = configuration.0.display().to_string();
    let mut written = Ok(());
    let running = running::foreign_at(|port| {
        written = fs::write(&path, haproxy_configuration(port, upstream));
        ["haproxy", "-db", "-f", &path].map(str::to_owned).to_vec()
    });
    written?;
    Ok(Relay::Haproxy { running: running?, _configuration: configuration })
}

fn haproxy_configuration(port: u16, upstream: SocketAddr) -> String {
    format!(
        "global\n nbthread 1\n maxconn 6000\n\
         defaults\n mode tcp\n timeout connect 5s\n timeout client 1h\n timeout server 1h\n\
         listen relay\n bind 127.0.0.1:{port} backlog 4096\n server upstream {upstream}\n"
    )
}

/// A file that is removed when this is dropped.
pub(crate) struct Configuration(PathBuf);

impl Drop for Configuration {
    fn drop(&mut self) {
        // A file that cannot be removed stays in the folder for temporary files.
        let _ = fs::remove_file(&self.0);
    }
}

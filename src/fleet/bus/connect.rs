//! Connects to the broker.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event};
use parking_lot::Mutex;
use thiserror::Error;
use tracing::{info, warn};

use crate::fleet::here_and_now::spread;
use crate::fleet::options::{BusOptions, ClientCertificate};

/// How many commands wait for the client: its queue is bounded in commands, not in bytes.
const CLIENT_CAPACITY: usize = 16;

/// How many messages of a subscription wait.
const SUBSCRIPTION_CAPACITY: usize = 256;

/// How often the broker has to answer, so that one that is frozen is noticed.
const PING: Duration = Duration::from_secs(5);

/// How long one attempt to connect takes at most.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a question waits for its answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// The same error is logged at most this often.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// The largest messages that are sent: a broker that takes less is of no use.
const NEEDED_PAYLOAD: usize = 256 << 10;

/// How the broker knows this program.
#[derive(Clone, Default)]
pub struct Login {
    user: Option<String>,
    password: Option<String>,
    credentials: Option<String>,
}

/// Why there is nothing to log in with.
#[derive(Debug, Error)]
pub enum LoginError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read a secret.
    #[error("others can read {}: chmod 600 it", .0.display())]
    ReadableByOthers(PathBuf),
    /// A file is not what it has to be.
    #[error("{} is no credentials file of NATS", .0.display())]
    NoCredentials(PathBuf),
    /// There is a password without a user.
    #[error("BYTEWATCH_BUS_PASSWORD needs BYTEWATCH_BUS_USER")]
    NoUser,
}

impl Login {
    /// What the options and these variables of the environment say.
    ///
    /// # Errors
    ///
    /// [`LoginError`] if a file cannot be used.
    pub fn find(options: &BusOptions, variable: impl Fn(&str) -> Option<String>) -> Result<Self, LoginError> {
        let credentials = options.credentials.as_deref().map(secret).transpose()?;
        let is_readable = |path: &Path| {
            fs::metadata(path)
                .map_err(|source| LoginError::Unreadable { path: path.to_owned(), source })
                .map(drop)
        };
        if let Some(roots) = &options.roots {
            is_readable(roots)?;
        }
        if let Some(ClientCertificate { certificate, key }) = &options.client {
            is_readable(certificate)?;
            secret(key)?;
        }
        if let (Some(credentials), Some(path)) = (&credentials, &options.credentials) {
            ConnectOptions::with_credentials(credentials)
                .map_err(|_| LoginError::NoCredentials(path.clone()))?;
        }
        let [user, password] = ["BYTEWATCH_BUS_USER", "BYTEWATCH_BUS_PASSWORD"].map(variable);
        if user.is_none() && password.is_some() {
            return Err(LoginError::NoUser);
        }
        Ok(Self { user, password, credentials })
    }
}

/// Reads a file that only its owner may read.
fn secret(path: &Path) -> Result<String, LoginError> {
    let unreadable = |source| LoginError::Unreadable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(LoginError::ReadableByOthers(path.to_owned()));
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// Whether the broker is there, as far as its client knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Connection(Arc<Mutex<Link>>);

#[derive(Debug, Default)]
struct Link {
    is_connected: Option<bool>,
    /// The last error while it was not connected.
    trouble: Option<String>,
}

impl Connection {
    /// Whether the broker is connected; `None` before the first attempt has ended.
    pub(super) fn is_connected(&self) -> Option<bool> {
        self.0.lock().is_connected
    }

    /// Why it is not connected, if that is known.
    pub(super) fn trouble(&self) -> Option<String> {
        self.0.lock().trouble.clone()
    }

    /// Takes notice of whether it is connected. Returns what was known before.
    fn set_connected(&self, is_connected: bool) -> Option<bool> {
        let mut link = self.0.lock();
        if is_connected {
            link.trouble = None;
        }
        link.is_connected.replace(is_connected)
    }

    fn set_trouble(&self, why: String) {
        self.0.lock().trouble = Some(why);
    }
}

/// Connects. If that fails at first, the reason is logged, and the client goes on trying.
pub(super) async fn connect(options: &BusOptions, login: &Login, name: &'static str) -> (Client, Connection) {
    let connection = Connection::default();
    let url = options.url.to_string();
    let first = prepare(options, login, name, connection.clone()).connect(&url).await;
    let client = match first {
        Ok(client) => {
            connection.set_connected(true);
            info!(target: "bytewatch::bus", "connected to {url} ({name})");
            client
        }
        Err(error) => {
            warn!(target: "bytewatch::bus", "{url} cannot be connected to: {}; trying again and again", reason(&error));
            connection.set_trouble(reason(&error));
            connection.set_connected(false);
            loop {
                let again = prepare(options, login, name, connection.clone()).retry_on_initial_connect();
                // This connects in the background, so it fails only because of the options or their files.
                match again.connect(&url).await {
                    Ok(client) => break client,
                    Err(_) => tokio::time::sleep(LOG_EVERY).await,
                }
            }
        }
    };
    if client.max_payload() < NEEDED_PAYLOAD {
        warn!(
            target: "bytewatch::bus",
            "{url} takes messages of {} bytes only: its max_payload has to be 256KiB or more",
            client.max_payload()
        );
    }
    (client, connection)
}

fn prepare(
    options: &BusOptions,
    login: &Login,
    name: &'static str,
    connection: Connection,
) -> ConnectOptions {
    let mut prepared = match &login.credentials {
        // What is in the file was looked at before.
        Some(credentials) => ConnectOptions::with_credentials(credentials).unwrap_or_default(),
        None => ConnectOptions::new(),
    };
    if let Some(user) = &login.user {
        prepared = prepared.user_and_password(user.clone(), login.password.clone().unwrap_or_default());
        // Answers to others stay unread if each user has a right only to inboxes of its own.
        if user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            prepared = prepared.custom_inbox_prefix(format!("_INBOX_{user}"));
        }
    }
    if let Some(roots) = &options.roots {
        prepared = prepared.add_root_certificates(roots.clone());
    }
    if let Some(ClientCertificate { certificate, key }) = &options.client {
        prepared = prepared.add_client_certificate(certificate.clone(), key.clone());
    }
    let last = Arc::new(Mutex::new(None));
    prepared
        .name(format!("bytewatch {name}"))
        .require_tls(options.needs_tls())
        .client_capacity(CLIENT_CAPACITY)
        .subscription_capacity(SUBSCRIPTION_CAPACITY)
        .ping_interval(PING)
        .connection_timeout(CONNECT_TIMEOUT)
        .request_timeout(Some(REQUEST_TIMEOUT))
        .ignore_discovered_servers()
        .reconnect_delay_callback(delay)
        .event_callback(move |event| {
            note(&event, name, &connection, &last);
            std::future::ready(())
        })
}

/// How long to wait before this attempt: longer each time, up to two seconds, and not the same for all who lost one broker.
fn delay(attempt: usize) -> Duration {
    let longer = 100.0 * 1.5_f64.powi(i32::try_from(attempt.min(20)).unwrap_or(20));
    let spread = 0.8 + f64::from(spread() >> 16) / 163_840.0;
    Duration::from_micros((longer.min(2000.0) * spread * 1000.0) as u64)
}

/// Takes notice of what happened to the connection.
fn note(event: &Event, name: &'static str, connection: &Connection, last: &Mutex<Option<(String, Instant)>>) {
    let (is_connected, text) = match event {
        Event::Connected => (Some(true), "the bus is connected".to_owned()),
        Event::Disconnected => (Some(false), "the bus is gone".to_owned()),
        Event::ServerError(error) => (None, format!("the bus says: {error}")),
        Event::ClientError(error) => (None, format!("the bus: {error}")),
        Event::SlowConsumer(_) => (None, "messages were dropped, because too many waited".to_owned()),
        Event::LameDuckMode => (None, "the bus is about to stop".to_owned()),
        // The end of this program.
        Event::Draining | Event::Closed => return,
    };
    if let Some(is_connected) = is_connected
        && connection.set_connected(is_connected) == Some(is_connected)
    {
        return;
    }
    if let Event::ServerError(error) = event {
        connection.set_trouble(error.to_string());
    } else if let Event::ClientError(error) = event {
        connection.set_trouble(error.to_string());
    }
    let mut last = last.lock();
    if last.as_ref().is_some_and(|(before, at)| *before == text && at.elapsed() < LOG_EVERY) {
        return;
    }
    match event {
        Event::Connected => info!(target: "bytewatch::bus", "{text} ({name})"),
        _ => warn!(target: "bytewatch::bus", "{text} ({name})"),
    }
    *last = Some((text, Instant::now()));
}

/// The reason of an error in one line. The client names the kind, and the cause behind it says more.
fn reason(error: &async_nats::ConnectError) -> String {
    use std::error::Error as _;
    match (error.kind(), error.source()) {
        (ConnectErrorKind::Io | ConnectErrorKind::Tls | ConnectErrorKind::Dns, Some(cause)) => {
            cause.to_string()
        }
        _ => error.to_string(),
    }
}

//! The HTTP server of the API.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, ORIGIN, USER_AGENT};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Mutex, Semaphore, oneshot};
use tokio::time::timeout;

use crate::server::api::endpoints::{Answer, AnswerBody, Endpoints};
use crate::server::api::error::ApiError;
use crate::server::api::table::ProxyTable;
use crate::server::switch::commands::Commands;

/// The most bytes of a body.
const MAX_BODY: usize = 1024 * 1024;

/// The most clients at once; others wait until one has gone.
const MAX_CLIENTS: usize = 64;

/// The longest time for the rest of a body.
const BODY_LIMIT: Duration = Duration::from_secs(10);

/// The longest time between two requests of a client, and for the header of one.
const HEADER_LIMIT: Duration = Duration::from_secs(60);

/// After a failed accept, nothing is accepted for this time.
const PAUSE: Duration = Duration::from_millis(100);

/// Makes the text of the metrics.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// A running API. It ends when it is dropped.
#[derive(Debug)]
pub struct Api {
    address: SocketAddr,
    /// Dropping it ends the thread.
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Api {
    /// Listens, and answers on a thread of its own.
    ///
    /// # Errors
    /// The address cannot be listened on, or the system gives us no thread.
    pub(in crate::server) fn start(
        address: SocketAddr,
        commands: Commands,
        metrics: MetricsText,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let endpoints = Arc::new(Endpoints { proxies: Mutex::new(ProxyTable::new(commands)), metrics });
        let (end, ended) = oneshot::channel();
        let thread = thread::Builder::new().name("api".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::spawn(async move {
                    if let Err(error) = serve(listener, endpoints).await {
                        tracing::error!(target: "bytewatch::api", "the API has ended: {error}");
                    }
                });
                // The error says that the handle was dropped.
                let _ = ended.await;
            });
            // A name that is being resolved is not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Self { address, end: Some(end), thread: Some(thread) })
    }

    /// The address, with its actual port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.end = None;
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the hook.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, endpoints: Arc<Endpoints>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(MAX_CLIENTS));
    loop {
        let place = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let endpoints = Arc::clone(&endpoints);
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(Arc::clone(&endpoints), request));
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEADER_LIMIT);
            if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!(target: "bytewatch::api", "a client of the API: {error}");
            }
            drop(place);
        });
    }
}

async fn respond(
    endpoints: Arc<Endpoints>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if is_from_a_page(&head.headers) {
        let refused = ApiError::new(StatusCode::FORBIDDEN, "User agent not allowed");
        return Ok(response(refused.into()));
    }
    let body = match timeout(BODY_LIMIT, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let why = format!("a body has at most {MAX_BODY} bytes");
            return Ok(response(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, why).into()));
        }
        Ok(Err(error)) => return Ok(response(ApiError::bad_body(error).into())),
        Err(_) => {
            let late = ApiError::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time");
            return Ok(response(late.into()));
        }
    };
    // On a task of its own: a client that goes away must not leave a change half done.
    let done = tokio::spawn(async move {
        let answer = endpoints.answer(&head.method, head.uri.path(), &body).await;
        tracing::debug!(target: "bytewatch::api", "{} {}: {}", head.method, head.uri.path(), answer.status);
        answer
    });
    let answer = done.await.unwrap_or_else(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be carried out").into()
    });
    Ok(response(answer))
}

/// Whether a web page may have sent the request: a browser sends it from any page that the user looks at, also to
/// this machine.
fn is_from_a_page(headers: &HeaderMap) -> bool {
    let agent = headers.get(USER_AGENT).is_some_and(|agent| agent.as_bytes().starts_with(b"Mozilla/"));
    agent || headers.contains_key(ORIGIN)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let Answer { status, body } = answer;
    let (body, kind) = match body {
        AnswerBody::Empty => (String::new(), None),
        AnswerBody::Json(body) => (body.to_string(), Some("application/json")),
        AnswerBody::Metrics(text) => {
            (text, Some("application/openmetrics-text; version=1.0.0; charset=utf-8"))
        }
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(kind) = kind {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, POST, PATCH, DELETE"));
    }
    response
}

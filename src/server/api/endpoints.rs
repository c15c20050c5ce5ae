//! Which request does what.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::server::api::error::ApiError;
use crate::server::api::input::{ProxyInput, ToxicInput, parse};
use crate::server::api::table::{Populated, ProxyTable};

/// The release of Toxiproxy whose requests are understood.
const COMPATIBLE_WITH: &str = "2.12.0";

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: AnswerBody,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum AnswerBody {
    Empty,
    Json(Value),
    /// Metrics as OpenMetrics text.
    Metrics(String),
}

impl Answer {
    fn json(status: StatusCode, body: Value) -> Self {
        Self { status, body: AnswerBody::Json(body) }
    }

    fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    const fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: AnswerBody::Empty }
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        Self::json(error.status, error.body())
    }
}

/// What requests act on.
pub(super) struct Endpoints {
    pub(super) proxies: Mutex<ProxyTable>,
    pub(super) metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Endpoints {
    /// Carries out a request.
    pub(super) async fn answer(&self, method: &Method, path: &str, body: &[u8]) -> Answer {
        let answered = self.carry_out(method, path, body).await;
        answered.unwrap_or_else(Answer::from)
    }

    async fn carry_out(&self, method: &Method, path: &str, body: &[u8]) -> Result<Answer, ApiError> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<String> = path.split('/').skip(1).map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let proxies = &mut *self.proxies.lock().await;
        match segments[..] {
            ["version"] if method == Method::GET => {
                Ok(Answer::ok(json!({"version": COMPATIBLE_WITH, "bytewatch": env!("CARGO_PKG_VERSION")})))
            }
            ["metrics"] if method == Method::GET => {
                Ok(Answer { status: StatusCode::OK, body: AnswerBody::Metrics((self.metrics)()) })
            }
            ["reset"] if method == Method::POST => proxies.reset().await.map(|()| Answer::nothing()),
            ["populate"] if method == Method::POST => {
                let inputs = parse::<Vec<ProxyInput>>(body)?;
                proxies.populate(inputs).await.map(populated)
            }
            ["proxies"] => match *method {
                Method::GET => Ok(Answer::ok(proxies.all())),
                Method::POST => {
                    let created = proxies.create(parse(body)?).await?;
                    Ok(Answer::json(StatusCode::CREATED, created))
                }
                _ => Err(wrong_method()),
            },
            ["proxies", name] => match *method {
                Method::GET => Ok(Answer::ok(proxies.get(name)?.to_json())),
                Method::POST | Method::PATCH => {
                    proxies.get(name)?;
                    proxies.update(name, &parse(body)?).await.map(Answer::ok)
                }
                Method::DELETE => proxies.delete(name).await.map(|()| Answer::nothing()),
                _ => Err(wrong_method()),
            },
            ["proxies", name, "toxics"] => match *method {
                Method::GET => Ok(Answer::ok(proxies.get(name)?.toxics_to_json())),
                Method::POST => {
                    proxies.get(name)?;
                    proxies.add_toxic(name, parse(body)?).map(Answer::ok)
                }
                _ => Err(wrong_method()),
            },
            ["proxies", name, "toxics", toxic] => match *method {
                Method::GET => proxies.toxic(name, toxic).map(Answer::ok),
                Method::POST | Method::PATCH => {
                    proxies.toxic(name, toxic)?;
                    proxies.update_toxic(name, toxic, &parse::<ToxicInput>(body)?).map(Answer::ok)
                }
                Method::DELETE => proxies.delete_toxic(name, toxic).map(|()| Answer::nothing()),
                _ => Err(wrong_method()),
            },
            ["version" | "metrics" | "reset" | "populate"] => Err(wrong_method()),
            _ => Err(ApiError::new(StatusCode::NOT_FOUND, "page not found")),
        }
    }
}

fn wrong_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
}

fn populated(populated: Populated) -> Answer {
    let Populated { proxies, error } = populated;
    let Some(error) = error else {
        return Answer::json(StatusCode::CREATED, json!({"proxies": proxies}));
    };
    let mut body = error.body();
    body["proxies"] = proxies.into();
    Answer::json(error.status, body)
}

/// A segment of a path without its percent signs. One that stands before no two digits is itself.
pub(super) fn decode(segment: &str) -> String {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| first == b'%').and_then(|digits| str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                rest = &after[2..];
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded() {
        for (segment, decoded) in [
            ("a", "a"),
            ("a%20b", "a b"),
            ("%2Fx%3a", "/x:"),
            ("%", "%"),
            ("%g1%4", "%g1%4"),
            ("%e2%82%ac", "€"),
        ] {
            assert_eq!(decode(segment), decoded);
        }
    }
}

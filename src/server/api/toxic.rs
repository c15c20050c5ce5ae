//! Toxics, and the faults that they are here.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use crate::event::{CERTAIN, Latency, LikelyFault, Limit, Side, Slice, TrafficFault};
use crate::server::api::error::ApiError;
use crate::server::api::input::ToxicInput;

/// A hundred years in milliseconds: longer times are that long.
const LONGEST: u64 = 100 * 365 * 24 * 3_600_000;

/// What a toxic does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ToxicKind {
    Latency,
    Bandwidth,
    SlowClose,
    Timeout,
    ResetPeer,
    Slicer,
    LimitData,
}

/// Which bytes a toxic meets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ToxicStream {
    /// Those of the client.
    Upstream,
    /// Those that go to the client.
    Downstream,
}

/// A toxic of a proxy.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Toxic {
    pub(super) name: String,
    kind: ToxicKind,
    stream: ToxicStream,
    /// The share of the connections that have it, from 0 to 1.
    toxicity: f64,
    /// The values of [`ToxicKind::attributes`].
    values: [i64; 3],
}

impl ToxicKind {
    const ALL: [Self; 7] = [
        Self::Latency,
        Self::Bandwidth,
        Self::SlowClose,
        Self::Timeout,
        Self::ResetPeer,
        Self::Slicer,
        Self::LimitData,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Bandwidth => "bandwidth",
            Self::SlowClose => "slow_close",
            Self::Timeout => "timeout",
            Self::ResetPeer => "reset_peer",
            Self::Slicer => "slicer",
            Self::LimitData => "limit_data",
        }
    }

    /// The names of its attributes.
    const fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Latency => &["latency", "jitter"],
            Self::Bandwidth => &["rate"],
            Self::SlowClose => &["delay"],
            Self::Timeout | Self::ResetPeer => &["timeout"],
            Self::Slicer => &["average_size", "size_variation", "delay"],
            Self::LimitData => &["bytes"],
        }
    }
}

impl ToxicStream {
    const fn word(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Downstream => "downstream",
        }
    }

    const fn to(self) -> Side {
        match self {
            Self::Upstream => Side::Upstream,
            Self::Downstream => Side::Client,
        }
    }
}

impl Toxic {
    /// The toxic of a request.
    ///
    /// # Errors
    /// The stream or the type is none, or an attribute is not a whole number.
    pub(super) fn new(input: ToxicInput) -> Result<Self, ApiError> {
        let invalid = |message| ApiError::new(StatusCode::BAD_REQUEST, message);
        let stream = match input.stream.as_deref().map(str::to_lowercase).as_deref() {
            None | Some("downstream") => ToxicStream::Downstream,
            Some("upstream") => ToxicStream::Upstream,
            Some(_) => {
                return Err(invalid("stream was invalid, can be either upstream or downstream"));
            }
        };
        let kind = ToxicKind::ALL.into_iter().find(|kind| input.kind.as_deref() == Some(kind.word()));
        let kind = kind.ok_or_else(|| invalid("invalid toxic type"))?;
        let name = input.name.filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("{}_{}", kind.word(), stream.word()));
        let mut toxic = Self { name, kind, stream, toxicity: 1.0, values: [0; 3] };
        toxic.change(input.toxicity, input.attributes.as_ref())?;
        Ok(toxic)
    }

    /// Changes what is given.
    ///
    /// # Errors
    /// An attribute is not a whole number; nothing is changed then.
    pub(super) fn change(
        &mut self,
        toxicity: Option<f64>,
        attributes: Option<&Map<String, Value>>,
    ) -> Result<(), ApiError> {
        let mut values = self.values;
        for (value, &name) in values.iter_mut().zip(self.kind.attributes()) {
            match attributes.and_then(|attributes| attributes.get(name)) {
                None | Some(Value::Null) => {}
                Some(given) => {
                    *value = given
                        .as_i64()
                        .ok_or_else(|| ApiError::bad_body(format!("{name} is a whole number")))?;
                }
            }
        }
        self.values = values;
        self.toxicity = toxicity.unwrap_or(self.toxicity);
        Ok(())
    }

    /// Whether it meets only the bytes that go to an upstream.
    pub(super) fn needs_upstream(&self) -> bool {
        self.stream == ToxicStream::Upstream
    }

    /// The faults that it is, which a connection gets together. `proxy` is the name of its proxy.
    pub(super) fn faults(&self, proxy: &str) -> Vec<LikelyFault> {
        let [first, second, third] = self.values;
        let faults = match self.kind {
            ToxicKind::Latency => {
                vec![TrafficFault::Latency(Latency { micros: micros(first), jitter: micros(second) })]
            }
            ToxicKind::Bandwidth if first <= 0 => Vec::new(),
            ToxicKind::Bandwidth => vec![TrafficFault::Bandwidth(positive(first).saturating_mul(1_000))],
            ToxicKind::SlowClose => vec![TrafficFault::SlowClose(micros(first))],
            ToxicKind::Timeout => vec![TrafficFault::Timeout(micros(first))],
            // Until then, nothing comes through.
            ToxicKind::ResetPeer => {
                vec![TrafficFault::Reset(Limit::After(micros(first))), TrafficFault::Timeout(0)]
            }
            ToxicKind::Slicer => vec![TrafficFault::Slice(Slice {
                bytes: positive(first).max(1),
                variation: positive(second).min(positive(first).max(1)),
                pause: positive(third).min(LONGEST * 1_000),
            })],
            ToxicKind::LimitData => vec![TrafficFault::Cut(Limit::Bytes(positive(first)))],
        };
        let per_million = (self.toxicity.clamp(0.0, 1.0) * f64::from(CERTAIN)).round() as u32;
        let salt = hash(proxy.bytes().chain([0]).chain(self.name.bytes()));
        let likely = |fault| LikelyFault { salt, fault, to: self.stream.to(), per_million };
        faults.into_iter().map(likely).collect()
    }

    /// The toxic as it is answered.
    pub(super) fn to_json(&self) -> Value {
        let names = self.kind.attributes().iter();
        let attributes: Map<String, Value> =
            names.zip(self.values).map(|(&name, value)| (name.to_owned(), value.into())).collect();
        // A whole number has no point, as in Toxiproxy.
        let toxicity = if self.toxicity.fract() == 0.0 && self.toxicity.abs() < 1e6 {
            json!(self.toxicity as i64)
        } else {
            json!(self.toxicity)
        };
        json!({
            "name": self.name,
            "type": self.kind.word(),
            "stream": self.stream.word(),
            "toxicity": toxicity,
            "attributes": attributes,
        })
    }
}

fn positive(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn micros(millis: i64) -> u64 {
    positive(millis).min(LONGEST) * 1_000
}

/// FNV-1a: the same in every run.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toxic(text: &str) -> Result<Toxic, ApiError> {
        Toxic::new(serde_json::from_str(text).unwrap())
    }

    /// The first fault that a toxic is.
    fn fault(text: &str) -> Option<TrafficFault> {
        toxic(text).unwrap().faults("proxy").first().map(|likely| likely.fault)
    }

    #[test]
    fn each_type_is_a_fault() {
        let slice = Slice { bytes: 10, variation: 2, pause: 5 };
        for (text, expected) in [
            (
                r#"{"type":"latency","attributes":{"latency":100,"jitter":300}}"#,
                TrafficFault::Latency(Latency { micros: 100_000, jitter: 300_000 }),
            ),
            (r#"{"type":"bandwidth","attributes":{"rate":3}}"#, TrafficFault::Bandwidth(3_000)),
            (r#"{"type":"slow_close","attributes":{"delay":3}}"#, TrafficFault::SlowClose(3_000)),
            (r#"{"type":"timeout"}"#, TrafficFault::Timeout(0)),
            (r#"{"type":"reset_peer","attributes":{"timeout":2}}"#, TrafficFault::Reset(Limit::After(2_000))),
            (
                r#"{"type":"slicer","attributes":{"average_size":10,"size_variation":2,"delay":5}}"#,
                TrafficFault::Slice(slice),
            ),
            (r#"{"type":"limit_data","attributes":{"bytes":7}}"#, TrafficFault::Cut(Limit::Bytes(7))),
        ] {
            assert_eq!(fault(text), Some(expected), "{text}");
        }
        assert_eq!(fault(r#"{"type":"bandwidth","attributes":{"rate":0}}"#), None);
        let negative = r#"{"type":"latency","attributes":{"latency":-5}}"#;
        assert_eq!(fault(negative), Some(TrafficFault::Latency(Latency { micros: 0, jitter: 0 })));
        for extreme in [i64::MAX, i64::MIN] {
            for kind in ToxicKind::ALL {
                let toxic = Toxic { values: [extreme; 3], ..toxic(r#"{"type":"timeout"}"#).unwrap() };
                let faults = Toxic { kind, ..toxic }.faults("");
                assert!(faults.iter().all(|likely| likely.per_million == CERTAIN));
            }
        }
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let toxic = toxic(r#"{"type":"latency","stream":"UPSTREAM","toxicity":0.25}"#).unwrap();
        assert_eq!(
            toxic.to_json(),
            json!({"name": "latency_upstream", "type": "latency", "stream": "upstream", "toxicity": 0.25,
                "attributes": {"latency": 0, "jitter": 0}})
        );
        let [likely] = toxic.faults("proxy")[..] else { panic!("it is one fault") };
        assert_eq!((likely.per_million, likely.to), (250_000, Side::Upstream));
    }

    #[test]
    fn a_change_that_is_wrong_changes_nothing() {
        let mut toxic = toxic(r#"{"type":"latency","attributes":{"latency":5}}"#).unwrap();
        let before = toxic.clone();
        let wrong = json!({"latency": 6, "jitter": "x"});
        assert!(toxic.change(Some(0.5), wrong.as_object()).is_err());
        assert_eq!(toxic, before);
        toxic.change(None, json!({"jitter": 2}).as_object()).unwrap();
        assert_eq!(toxic.values, [5, 2, 0]);
    }
}

//! Reads events from lines.

use crate::event::close::{Call, CloseReason};
use crate::event::codec::kind::LineKind;
use crate::event::codec::object::{DecodeError, Object};
use crate::event::connection::ConnectionEvent;
use crate::event::hold::HoldChange;
use crate::event::ids::{Origin, Side};
use crate::event::server::ServerEvent;
use crate::event::stamped::{Event, Stamped};
use crate::event::stream::StreamEvent;
use crate::event::switch::{Outage, SwitchEvent};
use crate::event::tls::{Encryption, Handshake, Verification};
use crate::event::traffic_faults::{FaultChange, TrafficFaultKind};
use crate::event::utf8_scanner::Utf8Summary;

/// The kinds of lines that a replay and a comparison of recordings print beside events.
const REMARKS: [&str; 4] = ["difference", "deviation", "replayed", "compared"];

/// Reads the event of one line; `None` for a line that follows from other events, such as one of the kind `decoded`, and
/// for one that a replay prints about its events.
///
/// # Errors
/// The line is not a JSON object, its kind is unknown, or a key of that kind is missing or has no sensible value.
pub fn decode(line: &[u8]) -> Result<Option<Stamped>, DecodeError> {
    let object = Object::parse(line)?;
    let Some(kind) = kind_of(&object)? else { return Ok(None) };
    let at = object.time()?;
    let event = match kind {
        LineKind::Decoded | LineKind::Recognised => return Ok(None),
        LineKind::Message | LineKind::MessageFault => return Ok(None),
        LineKind::Opened => of_connection(&object, opened(&object)?)?,
        LineKind::Connected => {
            let (upstream, micros) = (object.address("upstream")?, object.number("micros")?);
            of_connection(&object, ConnectionEvent::Connected { upstream, micros })?
        }
        LineKind::ProxyHeader => of_connection(&object, proxy_header(&object)?)?,
        LineKind::Handshake => of_connection(&object, handshake(&object)?)?,
        LineKind::Truncated => of_connection(&object, ConnectionEvent::Truncated { side: object.side()? })?,
        LineKind::InputEnded => of_connection(&object, ConnectionEvent::InputEnded { side: object.side()? })?,
        LineKind::Slow => of_connection(&object, ConnectionEvent::Slow { side: object.side()? })?,
        LineKind::Flowing => of_connection(&object, ConnectionEvent::Flowing { side: object.side()? })?,
        LineKind::Paused => of_connection(&object, ConnectionEvent::Paused { side: object.side()? })?,
        LineKind::Resumed => of_connection(&object, ConnectionEvent::Resumed { side: object.side()? })?,
        LineKind::HalfClosed => of_connection(&object, ConnectionEvent::HalfClosed { side: object.side()? })?,
        LineKind::Holding => hold(&object, holding(&object)?)?,
        LineKind::Held => hold(&object, held(&object)?)?,
        LineKind::Edited => hold(&object, edited(&object)?)?,
        LineKind::Released => hold(&object, released(&object)?)?,
        LineKind::HoldEnded => hold(&object, HoldChange::Ended)?,
        LineKind::Declined => of_connection(&object, declined(&object)?)?,
        LineKind::Fault => fault(&object)?,
        LineKind::HandedOver => {
            of_connection(&object, ConnectionEvent::HandedOver { to: object.backend("to")? })?
        }
        LineKind::Closed => of_connection(&object, closed(&object)?)?,
        LineKind::Bytes => Event::Stream(object.stream()?, bytes(&object)?),
        LineKind::Missed => missed(&object)?,
        LineKind::Switching => Event::Switch(switching(&object)?),
        LineKind::Switched => Event::Switch(switched(&object)?),
        LineKind::SwitchFailed => Event::Switch(switch_failed(&object)?),
        LineKind::Listening => Event::Server(listening(&object)?),
        LineKind::ListenerClosed => {
            Event::Server(ServerEvent::ListenerClosed { address: object.address("address")? })
        }
        LineKind::ApiListening => {
            Event::Server(ServerEvent::ApiListening { address: object.address("address")? })
        }
        LineKind::Blocked => Event::Server(blocked(&object)?),
        LineKind::Unblocked => Event::Server(unblocked(&object)?),
        LineKind::Refused => Event::Server(refused(&object)?),
        LineKind::Failed => Event::Server(ServerEvent::Failed { detail: object.text("detail")? }),
        LineKind::Comment => Event::Server(comment(&object)?),
        LineKind::Clock => {
            let (micros, suspended) = (object.signed("step_micros")?, object.number("suspended_micros")?);
            Event::Server(ServerEvent::ClockStepped { micros, suspended })
        }
        LineKind::Ended => Event::Server(ServerEvent::Stopped),
    };
    Ok(Some(Stamped { at, event }))
}

/// The kind of a line; `None` if it is one that stands beside events.
fn kind_of(object: &Object) -> Result<Option<LineKind>, DecodeError> {
    match object.word("event", "a kind of event", &LineKind::ALL, LineKind::word) {
        Err(_) if object.text("event").is_ok_and(|kind| REMARKS.contains(&&*kind)) => Ok(None),
        kind => kind.map(Some),
    }
}

fn comment(object: &Object) -> Result<ServerEvent, DecodeError> {
    let (connection, text) = (object.optional_connection()?, object.text("text")?);
    Ok(ServerEvent::Comment { connection, text })
}

fn refused(object: &Object) -> Result<ServerEvent, DecodeError> {
    Ok(ServerEvent::Refused { clients: object.number("clients")?, detail: object.text("detail")? })
}

fn blocked(object: &Object) -> Result<ServerEvent, DecodeError> {
    let (connection, micros) = (object.optional_connection()?, object.number("micros")?);
    Ok(ServerEvent::Blocked { connection, micros })
}

fn unblocked(object: &Object) -> Result<ServerEvent, DecodeError> {
    let (connection, micros) = (object.optional_connection()?, object.number("micros")?);
    Ok(ServerEvent::Unblocked { connection, micros })
}

fn of_connection(object: &Object, event: ConnectionEvent) -> Result<Event, DecodeError> {
    Ok(Event::Connection(object.connection()?, event))
}

fn hold(object: &Object, change: HoldChange) -> Result<Event, DecodeError> {
    of_connection(object, ConnectionEvent::Hold { side: object.side()?, change: Box::new(change) })
}

fn holding(object: &Object) -> Result<HoldChange, DecodeError> {
    Ok(HoldChange::Began { offset: object.number("offset")?, position: object.number("position")? })
}

fn held(object: &Object) -> Result<HoldChange, DecodeError> {
    Ok(HoldChange::Held { offset: object.number("offset")?, data: object.bytes()? })
}

fn edited(object: &Object) -> Result<HoldChange, DecodeError> {
    Ok(HoldChange::Edited {
        position: object.number("position")?,
        removed: object.number("removed")?,
        dropped: object.number("dropped")?,
        data: object.bytes()?,
    })
}

fn released(object: &Object) -> Result<HoldChange, DecodeError> {
    Ok(HoldChange::Released { position: object.number("position")?, bytes: object.number("length")? })
}

fn opened(object: &Object) -> Result<ConnectionEvent, DecodeError> {
    Ok(ConnectionEvent::Opened {
        peer: object.address("peer")?,
        local: object.address("local")?,
        backend: object.backend("backend")?,
        upstream: object.optional_text("upstream")?,
    })
}

fn proxy_header(object: &Object) -> Result<ConnectionEvent, DecodeError> {
    Ok(ConnectionEvent::ProxyHeader { side: object.side()?, data: object.bytes()? })
}

fn handshake(object: &Object) -> Result<ConnectionEvent, DecodeError> {
    let handshake = Handshake {
        version: object.text("version")?,
        sni: object.optional_text("sni")?,
        alpn: object.optional_text("alpn")?,
        certificate: object.optional_text("certificate")?,
    };
    Ok(ConnectionEvent::Handshake { side: object.side()?, handshake: Box::new(handshake) })
}

fn declined(object: &Object) -> Result<ConnectionEvent, DecodeError> {
    Ok(ConnectionEvent::Declined { side: object.side()?, detail: object.text("detail")? })
}

fn fault(object: &Object) -> Result<Event, DecodeError> {
    let change = FaultChange {
        kind: object.word("kind", "a kind of fault", &TrafficFaultKind::ALL, TrafficFaultKind::word)?,
        to: object.word("to", "a side", &Side::ALL, Side::word)?,
        detail: object.text("detail")?,
    };
    if let Some(id) = object.optional_connection()? {
        return Ok(Event::Connection(id, ConnectionEvent::Fault(change)));
    }
    Ok(Event::Server(match object.optional_address("listener")? {
        Some(listener) => ServerEvent::ListenerFault { listener, change },
        None => ServerEvent::Fault(change),
    }))
}

fn closed(object: &Object) -> Result<ConnectionEvent, DecodeError> {
    Ok(ConnectionEvent::Closed {
        reason: object.word("reason", "a close reason", &CloseReason::ALL, CloseReason::word)?,
        detail: object.optional_text("detail")?,
        failed_call: object.optional_word("caught", "a system call", &Call::ALL, Call::word)?,
        received: object.number("received")?,
        sent: object.number("sent")?,
    })
}

fn bytes(object: &Object) -> Result<StreamEvent, DecodeError> {
    let origin = object.optional_word("origin", "an origin", &Origin::ALL, Origin::word)?;
    Ok(StreamEvent::Bytes {
        offset: object.number("offset")?,
        data: object.bytes()?,
        summary: Utf8Summary::default(),
        origin: origin.unwrap_or(Origin::of(object.direction()?)),
        forwarded: None,
        place: None,
    })
}

fn missed(object: &Object) -> Result<Event, DecodeError> {
    let (events, bytes) = (object.number("events")?, object.number("bytes")?);
    Ok(match object.optional_connection()? {
        Some(_) => Event::Stream(object.stream()?, StreamEvent::Missed { events, bytes }),
        None => Event::Server(ServerEvent::Missed { direction: object.direction()?, events, bytes }),
    })
}

fn switching(object: &Object) -> Result<SwitchEvent, DecodeError> {
    Ok(SwitchEvent::Started {
        from: object.backend("from")?,
        to: object.backend("to")?,
        connections: object.number("connections")?,
    })
}

fn switched(object: &Object) -> Result<SwitchEvent, DecodeError> {
    Ok(SwitchEvent::Completed {
        from: object.backend("from")?,
        to: object.backend("to")?,
        connections: object.number("connections")?,
        micros: object.number("micros")?,
        outage: Outage {
            p50: object.number("outage_p50_micros")?,
            p99: object.number("outage_p99_micros")?,
            max: object.number("outage_max_micros")?,
        },
    })
}

fn switch_failed(object: &Object) -> Result<SwitchEvent, DecodeError> {
    Ok(SwitchEvent::Failed {
        from: object.backend("from")?,
        to: object.backend("to")?,
        moved_back: object.number("moved_back")?,
        detail: object.text("detail")?,
    })
}

fn listening(object: &Object) -> Result<ServerEvent, DecodeError> {
    Ok(ServerEvent::Listening {
        address: object.address("address")?,
        backend: object.backend("backend")?,
        service: object.text("service")?,
        encryption: Encryption {
            fingerprint: object.optional_text("sha256")?,
            upstream: object.optional_word(
                "upstream_certificate",
                "whether a certificate is verified",
                &Verification::ALL,
                Verification::word,
            )?,
        },
    })
}

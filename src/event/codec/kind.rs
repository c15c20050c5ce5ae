//! The kinds of lines of the headless output.

use crate::event::connection::ConnectionEvent;
use crate::event::hold::HoldChange;
use crate::event::server::ServerEvent;
use crate::event::stamped::Event;
use crate::event::stream::StreamEvent;
use crate::event::switch::SwitchEvent;

/// The kind of a line of the headless output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(
    missing_docs,
    reason = "each is the event or the change of the same name, `Clock` is `ClockStepped`, `Holding` is `HoldChange::Began`; `Decoded`, `Recognised`, `Message` and `MessageFault` follow from `Bytes`, `Ended` is last"
)]
pub enum LineKind {
    Listening,
    Opened,
    Connected,
    Handshake,
    Bytes,
    Decoded,
    Truncated,
    InputEnded,
    Slow,
    Flowing,
    Paused,
    Resumed,
    HalfClosed,
    Holding,
    Held,
    Edited,
    Released,
    HoldEnded,
    Declined,
    Fault,
    Closed,
    Missed,
    Switching,
    HandedOver,
    Switched,
    SwitchFailed,
    Blocked,
    Unblocked,
    Refused,
    Failed,
    Clock,
    Ended,
    ListenerClosed,
    ApiListening,
    Comment,
    Recognised,
    Message,
    MessageFault,
    ProxyHeader,
}

impl LineKind {
    /// All kinds.
    pub const ALL: [Self; 39] = [
        Self::Listening,
        Self::Opened,
        Self::Connected,
        Self::Handshake,
        Self::Bytes,
        Self::Decoded,
        Self::Truncated,
        Self::InputEnded,
        Self::Slow,
        Self::Flowing,
        Self::Paused,
        Self::Resumed,
        Self::HalfClosed,
        Self::Holding,
        Self::Held,
        Self::Edited,
        Self::Released,
        Self::HoldEnded,
        Self::Declined,
        Self::Fault,
        Self::Closed,
        Self::Missed,
        Self::Switching,
        Self::HandedOver,
        Self::Switched,
        Self::SwitchFailed,
        Self::Blocked,
        Self::Unblocked,
        Self::Refused,
        Self::Failed,
        Self::Clock,
        Self::Ended,
        Self::ListenerClosed,
        Self::ApiListening,
        Self::Comment,
        Self::Recognised,
        Self::Message,
        Self::MessageFault,
        Self::ProxyHeader,
    ];

    /// The name of the kind, on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Listening => "listening",
            Self::Opened => "opened",
            Self::Connected => "connected",
            Self::Handshake => "handshake",
            Self::Bytes => "bytes",
            Self::Decoded => "decoded",
            Self::Truncated => "truncated",
            Self::InputEnded => "input-ended",
            Self::Slow => "slow",
            Self::Flowing => "flowing",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::HalfClosed => "half-closed",
            Self::Holding => "holding",
            Self::Held => "held",
            Self::Edited => "edited",
            Self::Released => "released",
            Self::HoldEnded => "hold-ended",
            Self::Declined => "declined",
            Self::Fault => "fault",
            Self::Closed => "closed",
            Self::Missed => "missed",
            Self::Switching => "switching",
            Self::HandedOver => "handed-over",
            Self::Switched => "switched",
            Self::SwitchFailed => "switch-failed",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Clock => "clock",
            Self::Ended => "ended",
            Self::ListenerClosed => "listener-closed",
            Self::ApiListening => "api-listening",
            Self::Comment => "comment",
            Self::Recognised => "recognised",
            Self::Message => "message",
            Self::MessageFault => "message-fault",
            Self::ProxyHeader => "proxy-header",
        }
    }

    /// The kind of the line that reports `event`; `None` for events that are not printed.
    #[must_use]
    pub const fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Connection(_, event) => Self::of_connection(event),
            Event::Stream(_, StreamEvent::Bytes { .. } | StreamEvent::Trimmed { .. }) => Self::Bytes,
            Event::Stream(_, StreamEvent::Missed { .. }) => Self::Missed,
            Event::Switch(SwitchEvent::Started { .. }) => Self::Switching,
            Event::Switch(SwitchEvent::Completed { .. }) => Self::Switched,
            Event::Switch(SwitchEvent::Failed { .. }) => Self::SwitchFailed,
            Event::Server(event) => return Self::of_server(event),
        })
    }

    const fn of_connection(event: &ConnectionEvent) -> Self {
        match event {
            ConnectionEvent::Opened { .. } => Self::Opened,
            ConnectionEvent::Connected { .. } => Self::Connected,
            ConnectionEvent::ProxyHeader { .. } => Self::ProxyHeader,
            ConnectionEvent::Handshake { .. } => Self::Handshake,
            ConnectionEvent::Truncated { .. } => Self::Truncated,
            ConnectionEvent::InputEnded { .. } => Self::InputEnded,
            ConnectionEvent::Slow { .. } => Self::Slow,
            ConnectionEvent::Flowing { .. } => Self::Flowing,
            ConnectionEvent::Paused { .. } => Self::Paused,
            ConnectionEvent::Resumed { .. } => Self::Resumed,
            ConnectionEvent::HalfClosed { .. } => Self::HalfClosed,
            ConnectionEvent::Hold { change, .. } => Self::of_hold(change),
            ConnectionEvent::Declined { .. } => Self::Declined,
            ConnectionEvent::Fault(_) => Self::Fault,
            ConnectionEvent::HandedOver { .. } => Self::HandedOver,
            ConnectionEvent::Closed { .. } => Self::Closed,
        }
    }

    const fn of_hold(change: &HoldChange) -> Self {
        match change {
            HoldChange::Began { .. } => Self::Holding,
            HoldChange::Held { .. } => Self::Held,
            HoldChange::Edited { .. } => Self::Edited,
            HoldChange::Released { .. } => Self::Released,
            HoldChange::Ended => Self::HoldEnded,
        }
    }

    const fn of_server(event: &ServerEvent) -> Option<Self> {
        Some(match event {
            ServerEvent::Listening { .. } => Self::Listening,
            ServerEvent::ListenerClosed { .. } => Self::ListenerClosed,
            ServerEvent::ApiListening { .. } => Self::ApiListening,
            ServerEvent::Missed { .. } => Self::Missed,
            ServerEvent::Blocked { .. } => Self::Blocked,
            ServerEvent::Unblocked { .. } => Self::Unblocked,
            ServerEvent::Refused { .. } => Self::Refused,
            ServerEvent::Fault(_) | ServerEvent::ListenerFault { .. } => Self::Fault,
            ServerEvent::Failed { .. } => Self::Failed,
            ServerEvent::Comment { .. } => Self::Comment,
            ServerEvent::ClockStepped { .. } => Self::Clock,
            ServerEvent::Stopped => Self::Ended,
            ServerEvent::Worked { .. } => return None,
        })
    }
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LineKinds(u64);

const _: () = assert!(LineKind::ALL.len() <= u64::BITS as usize, "each kind has a bit");

impl LineKinds {
    /// The kinds that are printed unless some are chosen: all but those that are printed on request only.
    pub const DEFAULT: Self = Self(
        !(1 << LineKind::Recognised as u64
            | 1 << LineKind::Message as u64
            | 1 << LineKind::MessageFault as u64),
    );

    /// Whether the set contains `kind`.
    #[must_use]
    pub const fn has(self, kind: LineKind) -> bool {
        self.0 & (1 << kind as u64) != 0
    }
}

impl FromIterator<LineKind> for LineKinds {
    fn from_iter<I: IntoIterator<Item = LineKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u64))
    }
}

//! The text in which the words of the filter are looked for.

use crate::app::clients::{columns, relayed, spoken};
use crate::model::Connection;
use crate::model::filter::HostOfRow;

/// Returns the description of a connection in lower case, as the screen or the NDJSON events spell it.
pub(super) fn filter_words(
    known: &Connection,
    host: Option<HostOfRow<'_>>,
    name: Option<&str>,
    note: Option<&str>,
) -> String {
    let live = if known.closed.is_some() { "" } else { "live" };
    let (state, reason) = (known.state().word(), columns::reason(known));
    let [name, note] = [name, note].map(|text| text.map(str::to_lowercase).unwrap_or_default());
    let [label, short] = relayed::state_labels(known);
    let short = short.to_lowercase();
    let (id, peer, backend) = (known.id, &known.peer, known.backend);
    let upstream = known.upstream.as_ref().map_or("", |upstream| upstream.name.as_str()).to_lowercase();
    let protocol = spoken::title(known).unwrap_or_else(|| spoken::label(known).into_owned()).to_lowercase();
    let behind = known.client_behind_proxy().map(|client| client.to_string()).unwrap_or_default();
    let (host, instance) = host.map(|host| (host.host, host.instance)).unwrap_or_default();
    format!(
        "{host} {instance} {id} {peer} {behind} {name} {note} {upstream} {protocol} {state} {live} {backend} {reason} {label} {short}"
    )
}

//! The words for what is taken away, and the names of files for it.

use crate::app::format;
use crate::app::stream::{Channel, SelectedBytes};
use crate::event::ConnectionId;

/// Says which bytes these are.
pub(crate) fn describe(selected: &SelectedBytes, connection: ConnectionId) -> String {
    let SelectedBytes { channel, range, .. } = selected;
    let bytes = format::plural(range.end - range.start, "byte");
    format!("{bytes} {} of {connection} from offset {}", channel.word(), range.start)
}

/// Returns the suggested name of a file for bytes of one direction, without its extension.
pub(super) fn stream_file(connection: ConnectionId, channel: Channel, offset: u64) -> String {
    let way = channel.word().replace(' ', "-");
    format!("bytewatch-{}-{way}-{offset}", connection.number())
}

/// Returns the suggested name of a file for a conversation, without its extension.
pub(super) fn conversation_file(connection: ConnectionId) -> String {
    format!("bytewatch-{}-conversation", connection.number())
}

//! The stream pane: the bytes of a connection in both directions, and the characters that they encode.
//!
//! A [`StreamView`] is the state of the view only: format, directions, bytes per row, and position. The position is a
//! row at the top and a byte under the cursor, both named by stream offsets and not by row numbers, so nothing that
//! arrives or is trimmed moves what the user reads. What is drawn follows from this state and the connection, at a
//! cost that depends on the size of the pane and not on the history: `segment` says where the transcript can be
//! entered, `text` and `hex` make rows of a segment, `line` puts them side by side, `row_cursor` goes from row to row,
//! `position` from byte to byte, `seek` from one malformed sequence to the next, or from one hit of a search to the next; `message` says where messages begin.
//!
//! Nothing here knows a colour or a place on the screen.

mod anchor;
mod decoded;
mod frame;
pub mod geometry;
mod hex;
mod hits;
pub mod inspector;
mod line;
mod marked;
mod message;
mod moving;
pub mod pane;
mod pointing;
mod position;
mod press;
pub mod row;
mod row_cursor;
mod seek;
mod segment;
mod selecting;
mod selection;
mod state;
mod text;
mod view;

pub use frame::{AnchorState, PanelRows, StreamFrame};
pub use hits::{HitCount, SearchMarks};
pub use marked::{BytePlace, MarkedByte};
pub use message::MessageCount;
pub use moving::SeekResult;
pub use pane::{RowLengthChange, StreamView};
pub use position::{Seek, Unit, UnitKind};
pub use selection::{SelectedBytes, SelectionUnit};
pub use state::StreamState;
pub use view::{ByteFormat, BytesPerRow, Channel, DirectionFilter, DirectionWords, ROUTES, View};

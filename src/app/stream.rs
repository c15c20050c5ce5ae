//! What the commands about the stream do: moving the cursor, going to an offset, holding still.

use ratatui::layout::{Position, Size};

use super::command::{Edit, Motion};
use super::effect::{Effect, LogsCommand};
use super::focus::Pane;
use super::layout::inner;
use super::payload::{Found, Payload, View, Way};
use super::strip::Tone;
use super::{App, Frozen, Mode};
use crate::model::{Connection, ConnectionId};

impl App {
    /// The connection whose bytes are shown: the selected one, as it was when the view was frozen.
    #[must_use]
    pub fn looked_at(&self) -> Option<&Connection> {
        let frozen = self.frozen.as_ref().and_then(|frozen| frozen.stream.as_deref());
        frozen.filter(|held| Some(held.id) == self.clients.selected()).or_else(|| self.selected())
    }

    /// Does something with the payload, if there is any; `act` is told the size of the pane inside its border.
    fn look<T>(&mut self, act: impl FnOnce(&mut Payload, &Connection, Size) -> T) -> Option<T> {
        let size = inner(self.layout().stream).as_size();
        let mut payload = self.payload.clone();
        let result = act(&mut payload, self.looked_at()?, size);
        self.payload = payload;
        Some(result)
    }

    pub(super) fn scroll_stream(&mut self, motion: Motion) {
        self.look(|payload, connection, size| payload.scroll(motion, connection, size));
    }

    pub(super) fn toggle_follow(&mut self) {
        self.look(Payload::toggle_follow);
    }

    pub(super) fn step(&mut self, way: Way) {
        self.look(|payload, connection, size| payload.step(way, connection, size));
    }

    pub(super) fn denser(&mut self) {
        self.look(Payload::denser);
    }

    pub(super) fn sparser(&mut self) {
        self.look(Payload::sparser);
    }

    pub(super) fn other_side(&mut self) {
        if self.payload.view() == View::Split {
            self.payload.other_side();
        } else {
            self.say(Tone::Plain, "only the split view has another side; x goes to the next view");
        }
    }

    pub(super) fn turn_readings(&mut self, way: Way) {
        if self.payload.view() == View::Readings {
            self.look(|payload, connection, size| payload.turn_readings(way, connection, size));
        } else {
            self.say(Tone::Plain, "only the readings have more; x goes to the next view");
        }
    }

    /// The byte at a place of the screen gets the cursor.
    pub(super) fn pick_byte(&mut self, at: Position) {
        let area = inner(self.layout().stream);
        if area.contains(at) {
            let within = Position { x: at.x - area.x, y: at.y - area.y };
            self.look(|payload, connection, size| payload.pick(within, connection, size));
        }
    }

    pub(super) fn seek_malformed(&mut self, way: Way) {
        let found = self.look(|payload, connection, size| payload.seek_malformed(way, connection, size));
        if found == Some(Found::Nothing) {
            let (word, back) = match way {
                Way::On => ("after", "M goes back"),
                Way::Back => ("before", "m goes on"),
            };
            self.say(Tone::Plain, &format!("no malformed part is kept {word} the cursor; {back}"));
        }
    }

    pub(super) fn edit_offset(&mut self, edit: Edit) {
        self.offset.edit(edit);
    }

    pub(super) fn ask_offset(&mut self) {
        if self.looked_at().is_none() {
            return self.say(Tone::Plain, "no connection is selected");
        }
        self.offset.edit(Edit::Clear);
        self.mode = Mode::Offset;
    }

    /// Goes to the offset that was typed.
    pub(super) fn go_to_offset(&mut self) {
        self.mode = Mode::Panes;
        let text = self.offset.text().trim().to_owned();
        if text.is_empty() {
            return;
        }
        let Some(offset) = offset(&text) else {
            return self.say(Tone::Bad, &format!("'{text}' is no offset: write 1024 or 0x400"));
        };
        let found = self.look(|payload, connection, size| payload.go_to(offset, connection, size));
        if found == Some(Found::Nothing) {
            let kept = self.looked_at().and_then(|connection| self.payload.kept(connection));
            let told = match kept {
                Some(kept) => {
                    format!("byte {offset} is not kept here; {} to {} are", kept.start, kept.end - 1)
                }
                None => format!("byte {offset} is not kept here"),
            };
            self.say(Tone::Bad, &told);
        }
    }

    /// Rows keep their places, and the stream its bytes; counters go on.
    pub(super) fn freeze(&mut self) {
        if self.frozen.take().is_some() {
            self.rebuild();
        } else {
            let stream = self.selected().map(|selected| Box::new(selected.clone()));
            self.frozen = Some(Frozen { bytes: self.model.totals.bytes.iter().sum(), stream });
        }
    }

    /// A page of another connection begins at its newest bytes.
    pub(super) fn selection_moved_from(&mut self, before: Option<ConnectionId>) {
        if self.clients.selected() != before {
            self.payload.reset();
            let stream = self.selected().map(|selected| Box::new(selected.clone()));
            if let Some(frozen) = &mut self.frozen {
                frozen.stream = stream;
            }
        }
    }

    /// Follows the newest, or stays.
    pub(super) fn follow(&mut self) -> Vec<Effect> {
        match self.followed() {
            Some(Pane::Logs) => return vec![Effect::Logs(LogsCommand::Follow)],
            Some(_) => self.toggle_follow(),
            None => {}
        }
        Vec::new()
    }
}

/// `1024`, `1,024`, `0x400` or `400h`.
fn offset(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase().replace([',', '_'], "");
    let hex = lower.strip_prefix("0x").or_else(|| lower.strip_suffix('h'));
    let digits = hex.unwrap_or(&lower);
    let radix = if hex.is_some() { 16 } else { 10 };
    let plain = !digits.starts_with('+');
    u64::from_str_radix(digits, radix).ok().filter(|_| plain)
}

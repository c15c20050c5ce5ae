//! The overlay of the faults of the traffic: its state, its rows and its layout, a pure function of the screen.

use ratatui::layout::Rect;

use crate::app::action::Edit;
use crate::app::format;
use crate::app::layout::inner;
use crate::app::overlay::text_input::TextInput;
use crate::event::{Command, ConnectionCommand, ConnectionId, FaultEdit, Side, TrafficFaultKind};
use crate::model::Model;
use crate::model::fault_table::SetFault;

/// The largest width, with the border.
const WIDEST: u16 = 84;
/// Lines around the overlay below which it stands at the lower end.
const MARGIN: u16 = 4;
/// Rows for the message: an error takes at most two lines where there is room.
const MESSAGE: u16 = 2;

/// What can be typed, as the overlay says it while nothing is.
const SYNTAX: &str = "like latency=100ms,to=client or slice=1,every=10ms; latency=off ends";

/// Whose faults are changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FaultScope {
    /// Those of every connection, and of new ones.
    #[default]
    All,
    /// Those of the connections in the table, which the filter chooses.
    Filtered,
    /// Those of the selected connection.
    Selected,
}

impl FaultScope {
    /// All scopes, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::All, Self::Filtered, Self::Selected];

    /// Returns the scope that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::All => Self::Filtered,
            Self::Filtered => Self::Selected,
            Self::Selected => Self::All,
        }
    }
}

/// What the user has typed, and chosen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FaultPrompt {
    /// The text, in the syntax of `--fault`.
    pub input: TextInput,
    /// Whose faults it changes.
    pub scope: FaultScope,
    /// The row of the list whose text was taken last.
    pub chosen: Option<usize>,
}

/// What the overlay is about, beside what is typed.
#[derive(Clone, Copy, Debug)]
pub struct FaultView<'a> {
    /// The connections and the faults of their traffic.
    pub model: &'a Model,
    /// The sides that a connection has.
    pub sides: &'static [Side],
    /// The connections in the table.
    pub table: &'a [ConnectionId],
    /// The selected connection.
    pub selected: Option<ConnectionId>,
}

/// What is said under the line that is typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultMessage {
    /// Whether the text is about an error.
    pub is_error: bool,
    /// The text.
    pub text: String,
}

/// What becomes of what is typed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FaultOrder {
    /// What the server is asked for; may be empty.
    pub commands: Vec<Command>,
    /// What is said about that.
    pub status: String,
}

impl FaultView<'_> {
    /// Returns the faults that are set.
    #[must_use]
    pub fn rows(self) -> Vec<FaultRow> {
        self.model.faults.all().into_iter().map(|set| FaultRow::new(set, self.sides)).collect()
    }

    /// Returns where the overlay is on a screen; the `chosen` row is visible.
    #[must_use]
    pub fn layout(self, screen: Rect, chosen: Option<usize>) -> FaultLayout {
        FaultLayout::new(screen, self.rows().len(), chosen)
    }

    /// Returns the words for a scope.
    #[must_use]
    pub fn scope_words(self, scope: FaultScope) -> String {
        match scope {
            FaultScope::All => "all, and new ones".to_owned(),
            FaultScope::Filtered => {
                format!("the {} of the table", format::plural(self.table.len() as u64, "row"))
            }
            FaultScope::Selected => self.selected.map_or("none selected".to_owned(), |id| id.to_string()),
        }
    }

    fn is_live(self, id: ConnectionId) -> bool {
        self.model.connection(id).is_some_and(|known| known.closed.is_none())
    }

    /// Returns this command for the live connections of a scope.
    fn commands(self, scope: FaultScope, command: ConnectionCommand) -> Vec<Command> {
        let of = |ids: &[ConnectionId]| {
            let live = ids.iter().copied().filter(|&id| self.is_live(id));
            live.map(|id| Command::Connection(id, command.clone())).collect()
        };
        match scope {
            FaultScope::All => vec![Command::All(command)],
            FaultScope::Filtered => of(self.table),
            FaultScope::Selected => of(self.selected.as_slice()),
        }
    }
}

impl FaultPrompt {
    /// Edits what is typed.
    pub fn edit(&mut self, edit: Edit) {
        self.chosen = None;
        self.input.edit(edit);
    }

    /// Replaces what is typed by the next fault of the list, or by the previous one if `step` is negative.
    pub fn step(&mut self, step: isize, view: FaultView<'_>) {
        let Some(last) = view.rows().len().checked_sub(1) else { return };
        let next = match self.chosen {
            None if step > 0 => 0,
            None => last,
            Some(chosen) => chosen.saturating_add_signed(step).min(last),
        };
        self.take(next, view);
    }

    /// Replaces what is typed by this fault of the list, if there is one.
    pub fn take(&mut self, index: usize, view: FaultView<'_>) {
        let Some(row) = view.rows().into_iter().nth(index) else { return };
        self.edit(Edit::Clear);
        self.chosen = Some(index);
        self.input.paste(&row.text);
    }

    /// Returns what is wrong with what is typed, or what could be typed while nothing is.
    #[must_use]
    pub fn message(&self, sides: &[Side]) -> Option<FaultMessage> {
        if let Some(text) = self.input.cut() {
            return Some(FaultMessage { is_error: true, text });
        }
        let (is_error, text) = match parse(self.input.text(), self.scope, sides) {
            Err(error) => (true, error),
            Ok(edits) if edits.is_empty() => (false, SYNTAX.to_owned()),
            Ok(_) => return None,
        };
        Some(FaultMessage { is_error, text })
    }

    /// Returns how to change faults as it is typed, or as `change` makes of that; `None` if that is no change. What
    /// no connection can be asked for stays typed.
    pub fn order(&self, change: fn(FaultEdit) -> FaultEdit, view: FaultView<'_>) -> Option<FaultOrder> {
        let edits =
            parse(self.input.text(), self.scope, view.sides).ok().filter(|edits| !edits.is_empty())?;
        let edits = edits.into_iter().map(change).collect();
        let commands = view.commands(self.scope, ConnectionCommand::ChangeFaults(edits));
        let whose = match self.scope {
            _ if commands.is_empty() => {
                return Some(FaultOrder { commands, status: "No live connection is chosen".to_owned() });
            }
            FaultScope::All => "all connections, and of new ones".to_owned(),
            FaultScope::Filtered => format::plural(commands.len() as u64, "connection"),
            FaultScope::Selected => view.scope_words(self.scope),
        };
        Some(FaultOrder { commands, status: format!("Faults of {whose}: {}", self.input.text().trim()) })
    }
}

/// A fault that is set, as the list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultRow {
    /// The fault, as it would be typed.
    pub text: String,
    /// Who has it.
    pub place: String,
}

impl FaultRow {
    /// Describes a fault; connections have these sides.
    #[must_use]
    pub fn new(set: SetFault<'_>, sides: &[Side]) -> Self {
        let SetFault { fault, connections, of_new } = set;
        let text = match (fault.kind, sides) {
            (TrafficFaultKind::Refuse, _) => fault.kind.word().to_owned(),
            (kind, [_]) => format!("{}={}", kind.word(), fault.detail),
            (kind, _) => format!("{}={},to={}", kind.word(), fault.detail, fault.to),
        };
        let live = (connections > 0).then(|| format::plural(connections, "connection"));
        let new = of_new.then(|| "new ones".to_owned());
        Self { text, place: live.into_iter().chain(new).collect::<Vec<_>>().join(", ") }
    }
}

/// Parses what is typed, for connections with these sides.
///
/// # Errors
/// What is wrong with it.
fn parse(text: &str, scope: FaultScope, sides: &[Side]) -> Result<Vec<FaultEdit>, String> {
    let edits = FaultEdit::parse_all(text)?;
    if let Some(to) = edits.iter().find_map(|edit| edit.to().filter(|to| !sides.contains(to))) {
        return Err(format!("nothing goes to={to}: there is none unless it relays"));
    }
    if scope != FaultScope::All && edits.iter().any(|edit| edit.is_refusal()) {
        return Err("refuse is for new clients, so it is set on all".to_owned());
    }
    Ok(edits)
}

/// The places of the parts of the overlay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FaultLayout {
    /// The area with its border; the last line of the screen is left to the footer.
    pub area: Rect,
    /// The list of the faults that are set.
    pub list: Rect,
    /// Whose faults are changed.
    pub scope: Rect,
    /// The line that is typed.
    pub input: Rect,
    /// What is wrong with it.
    pub message: Rect,
    /// The index of the first row in the list.
    pub top: usize,
}

impl FaultLayout {
    /// Lays the overlay out on a screen. There are `rows` faults; the `chosen` one is visible.
    #[must_use]
    pub fn new(screen: Rect, rows: usize, chosen: Option<usize>) -> Self {
        let listed = u16::try_from(rows.max(1)).unwrap_or(u16::MAX);
        let room = screen.height.saturating_sub(1);
        let height = room.min(listed.saturating_add(2 + 2 + MESSAGE));
        let width = screen.width.min(WIDEST);
        let area = Rect {
            x: screen.x + (screen.width - width) / 2,
            // A pane of which few lines would be left below is covered.
            y: screen.y + if room - height < MARGIN { room - height } else { (room - height) / 2 },
            width,
            height,
        };
        let inside = inner(area);
        // Where there is little room, the input stays longest, then its message, then whom it is for.
        let mut left = inside.height;
        let mut take = |wanted: u16| {
            let taken = wanted.min(left);
            left -= taken;
            taken
        };
        let (input, first, scope, list) = (take(1), take(1), take(1), take(1));
        let message = first + take(MESSAGE - 1);
        let list = list + take(listed - 1);
        let mut y = inside.y;
        let mut place = |height: u16| {
            let part = Rect { y, height, ..inside };
            y += height;
            part
        };
        let (list, scope, input, message) = (place(list), place(scope), place(input), place(message));
        let page = usize::from(list.height);
        let top = chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(page)).min(rows.saturating_sub(page));
        Self { area, list, scope, input, message, top }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::FaultChange;

    #[test]
    fn the_parts_stay_inside_and_the_input_always_has_a_line() {
        for (width, height) in
            (30..=200).step_by(10).flat_map(|width| (6..=60).map(move |height| (width, height)))
        {
            let screen = Rect::new(0, 0, width, height);
            for (rows, chosen) in [(0, None), (1, Some(0)), (40, None), (40, Some(0)), (40, Some(39))] {
                let layout = FaultLayout::new(screen, rows, chosen);
                let inside = inner(layout.area);
                let parts = [layout.list, layout.scope, layout.input, layout.message];
                assert!(parts.iter().all(|part| part.intersection(inside) == *part), "{width}x{height}");
                assert_eq!(layout.input.height, 1);
                assert!(layout.area.bottom() < height);
                assert!(
                    layout.message.height >= 1 && layout.scope.height == 1 || height < 7,
                    "{width}x{height}"
                );
                let page = usize::from(layout.list.height);
                let visible = layout.top..layout.top + page;
                assert!(
                    page == 0 || chosen.is_none_or(|chosen| visible.contains(&chosen)),
                    "{width}x{height}"
                );
            }
        }
    }

    #[test]
    fn a_row_is_what_could_be_typed_and_who_has_it() {
        let change = |kind, detail: &str| FaultChange { to: Side::Client, kind, detail: detail.to_owned() };
        let latency = change(TrafficFaultKind::Latency, "5ms,jitter=1ms");
        let row = FaultRow::new(SetFault { fault: &latency, connections: 2, of_new: true }, &[Side::Client]);
        assert_eq!(
            (row.text.as_str(), row.place.as_str()),
            ("latency=5ms,jitter=1ms", "2 connections, new ones")
        );
        let relayed = FaultRow::new(SetFault { fault: &latency, connections: 1, of_new: false }, &Side::ALL);
        assert_eq!(
            (relayed.text.as_str(), relayed.place.as_str()),
            ("latency=5ms,jitter=1ms,to=client", "1 connection")
        );
        let refuse = FaultChange::refuse(true);
        let row = FaultRow::new(SetFault { fault: &refuse, connections: 0, of_new: true }, &Side::ALL);
        assert_eq!((row.text.as_str(), row.place.as_str()), ("refuse", "new ones"));
        for text in [relayed.text, row.text] {
            assert!(parse(&text, FaultScope::All, &Side::ALL).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_the_server_or_the_scope_is_refused() {
        let served = [Side::Client];
        let error = |text, scope, sides: &[Side]| parse(text, scope, sides).unwrap_err();
        assert!(
            error("latency=1ms cut=7,to=upstream", FaultScope::All, &served).contains("unless it relays")
        );
        assert!(error("refuse", FaultScope::Selected, &served).contains("new clients"));
        assert!(error("refuse=off", FaultScope::Filtered, &Side::ALL).contains("new clients"));
        assert!(error("lat", FaultScope::All, &Side::ALL).contains("there is no fault 'lat'"));
        assert_eq!(
            parse("off,to=upstream off", FaultScope::Selected, &Side::ALL).map(|edits| edits.len()),
            Ok(2)
        );
    }
}

//! What the keys and clicks in the table of connections do.

use crate::app::action::{ClientsAction, Edit, Motion};
use crate::app::clients::columns::{self, Column, ColumnPriority, ColumnSpan};
use crate::app::clients::grouping::{self, GroupRow, Grouping};
use crate::app::clients::names::ClientNames;
use crate::app::clients::row_click::RowClick;
use crate::app::clients::table::Clients;
use crate::app::clients::table_data::TableData;
use crate::app::clients::{proxied, relayed};
use crate::app::clipboard;
use crate::app::context::Context;
use crate::app::focus::Pane;
use crate::app::layout::inner;
use crate::app::outcome::{Outcome, Request};
use crate::app::overlay::confirm::Question;
use crate::app::overlay::{Overlay, ask};
use crate::app::status::{Message, Severity};
use crate::event::ConnectionId;
use crate::model::Connection;
use crate::model::filter::{Filter, completions_among};

/// Returns the number of lines below the table of connections that describe the selected one, if it has details.
#[must_use]
pub fn detail_rows(context: Context<'_>) -> u16 {
    let is_described =
        |known: &Connection| relayed::has_details(known) || context.notes().of(known.id).is_some();
    if context.connection().is_some_and(is_described) {
        relayed::detail_rows(inner(context.layout.clients).height)
    } else {
        0
    }
}

/// Returns the number of rows that the table has room for.
pub(super) fn height(context: Context<'_>) -> usize {
    context.layout.client_rows().saturating_sub(usize::from(detail_rows(context)))
}

impl Clients {
    /// Returns the connections that are visible.
    pub(crate) fn visible(&self, context: Context<'_>) -> &[ConnectionId] {
        let (_, rows) = self.window(height(context));
        rows
    }

    /// Returns what the table says about who the client of a folded group is, and how many connections there are, in this
    /// number of cells; `None` for any other row.
    #[must_use]
    pub fn group_label(&self, known: &Connection, names: &ClientNames, width: u16) -> Option<String> {
        match self.group_row(known.id)? {
            GroupRow::Folded(size) => Some(grouping::label(&proxied::host(known, names), size, width)),
            GroupRow::Unfolded(_) | GroupRow::Member => None,
        }
    }

    /// Returns the columns for this width in cells.
    #[must_use]
    pub fn columns(&self, width: u16, context: Context<'_>) -> Vec<ColumnSpan> {
        let priority = match context.display().focus {
            Pane::Backends if self.content_widths().has_latency => ColumnPriority::Latency,
            Pane::Backends | Pane::Clients | Pane::Stream | Pane::Logs => ColumnPriority::Traffic,
        };
        columns::fitting(width, self.content_widths(), priority, self.sort().column)
    }

    /// Executes an action.
    pub(crate) fn act(&mut self, action: ClientsAction, context: Context<'_>) -> Outcome {
        match action {
            ClientsAction::Open if self.is_on_group() => drop(self.toggle_group(data(context))),
            ClientsAction::Open => return self.open(),
            ClientsAction::Filter => return Outcome::request(Request::Open(Overlay::Filter)),
            // The prompt says what is wrong.
            ClientsAction::KeepFilter if Filter::parse(self.filter().text()).error().is_some() => {}
            ClientsAction::KeepFilter => return Outcome::request(Request::Close),
            ClientsAction::ClearFilter => {
                self.edit_filter(Edit::Clear, context);
                return Outcome::request(Request::Close);
            }
            ClientsAction::CompleteFilter => self.complete_filter(),
            ClientsAction::NextSort => self.sort_next(1),
            ClientsAction::PreviousSort => self.sort_next(-1),
            ClientsAction::InvertSort => self.sort_by(self.sort().column),
            ClientsAction::Group => {
                self.toggle_grouping();
                self.show(context);
                return Outcome::info(match self.grouping() {
                    Grouping::Each => "each connection has a row",
                    Grouping::Alike => "like connections that have ended share a row",
                });
            }
            ClientsAction::Unfold => {
                if !self.toggle_group(data(context)) {
                    return Outcome::info("the selected row is no group of like connections");
                }
            }
            ClientsAction::Close(mode) => return ask(Question::Close(mode), context),
            ClientsAction::HalfClose(side) => {
                return ask(Question::HalfClose(side), context);
            }
            ClientsAction::CopyPeer => return copy_peer(context),
            ClientsAction::Next => return self.step_selection(Motion::RowDown, context),
            ClientsAction::Previous => return self.step_selection(Motion::RowUp, context),
        }
        self.show(context);
        Outcome::default()
    }

    fn open(&mut self) -> Outcome {
        if self.selected().is_none() {
            return Outcome::default();
        }
        self.pin();
        Outcome::request(Request::Focus(Pane::Stream))
    }

    /// Completes the term before the cursor, as far as there is no choice. The prompt shows the choices.
    fn complete_filter(&mut self) {
        let (before, _) = self.filter().halves();
        let candidates = completions_among(before, self.hosts());
        let Some(first) = candidates.first() else { return };
        let shared = candidates.iter().fold(first.as_str(), |shared, other| shared_start(shared, other));
        let term = shared.to_owned();
        self.filter_mut().replace_word(&term);
    }

    /// Returns what is to be said about the filter while it is typed: the first mistake, or how its last term may go on.
    #[must_use]
    pub fn filter_note(&self) -> Option<Message> {
        let candidates = completions_among(self.filter().halves().0, self.hosts());
        if !candidates.is_empty() {
            return Some(Message { severity: Severity::Info, text: candidates.join(" "), about: None });
        }
        let filter = Filter::parse(self.filter().text());
        filter.error().map(|error| Message {
            severity: Severity::Error,
            text: error.to_string(),
            about: None,
        })
    }

    /// Changes the filter.
    pub(crate) fn edit_filter(&mut self, edit: Edit, context: Context<'_>) {
        self.filter_mut().edit(edit);
        self.show(context);
    }

    /// Filters by this text, instead of what the filter was.
    pub(crate) fn filter_by(&mut self, text: &str, context: Context<'_>) {
        self.filter_mut().edit(Edit::Clear);
        self.paste(text, context);
    }

    /// Adds text that was pasted to the filter.
    pub(crate) fn paste(&mut self, text: &str, context: Context<'_>) {
        self.filter_mut().paste(text);
        self.show(context);
    }

    /// Sorts by a column whose head was clicked.
    pub(crate) fn sort_by_head(&mut self, column: Column, context: Context<'_>) {
        self.sort_by(column);
        self.show(context);
    }

    /// Moves the selection or the rows.
    pub(crate) fn scroll(&mut self, motion: Motion, context: Context<'_>) {
        self.apply(motion, height(context));
    }

    /// Selects the next or previous row in a circle, whether the selected row is visible or not.
    fn step_selection(&mut self, motion: Motion, context: Context<'_>) -> Outcome {
        self.step(self.around(motion), height(context));
        Outcome::default()
    }

    /// Selects the connection whose row was clicked.
    pub(crate) fn click(&mut self, id: ConnectionId, context: Context<'_>) -> Option<RowClick> {
        self.pick(id, height(context))
    }

    /// Selects a connection, as a lesson has asked.
    pub(crate) fn select(&mut self, id: ConnectionId, context: Context<'_>) {
        self.pin_to(id);
        self.show(context);
        self.show_cursor(height(context));
    }

    /// Shows the rows anew.
    pub(crate) fn show(&mut self, context: Context<'_>) {
        self.rebuild(data(context), height(context));
    }

    /// Shows the rows anew before a key, if they are stale.
    pub(crate) fn show_if_stale(&mut self, context: Context<'_>) {
        self.refresh(data(context), height(context));
    }

    /// Shows the rows anew after events, if they are stale and it is time.
    pub(crate) fn show_after_events(&mut self, context: Context<'_>) {
        self.after_events(data(context), height(context));
    }

    /// Adapts to a changed size of the pane.
    pub(crate) fn fit(&mut self, context: Context<'_>) {
        self.resized(height(context));
    }
}

/// The start that two texts share.
fn shared_start<'t>(one: &'t str, other: &str) -> &'t str {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(ch, _)| ch.len_utf8());
    &one[..same.sum()]
}

const fn data(context: Context<'_>) -> TableData<'_> {
    TableData {
        model: context.model(),
        names: context.names(),
        notes: context.notes(),
        hosts: context.world.hosts.as_ref(),
        now: context.now(),
    }
}

/// Copies the client's address.
fn copy_peer(context: Context<'_>) -> Outcome {
    let Some(known) = context.connection() else { return Outcome::default() };
    let peer = known.peer.to_string();
    clipboard::copy(peer.clone(), &peer, context.world.setup.clipboard)
}

//! The rows of the comparison of both backends, at every size.

use ratatui::layout::Size;

use crate::app::App;
use crate::app::backends::row::{BackendRow, HIGH, WIDE};
use crate::app::backends::{compact, full, narrow, process, switches};

/// Returns all rows of a pane of this inner size.
#[must_use]
pub fn rows(app: &App, area: Size) -> Vec<BackendRow> {
    let mut rows = if area.width < WIDE {
        narrow::rows(app, area)
    } else if area.height < HIGH {
        compact::rows(app, area.height)
    } else {
        full::rows(app, area.width)
    };
    if area.width < WIDE {
        rows.push(BackendRow::Blank);
    }
    rows.extend(switches::rows(app, area.width));
    rows.push(BackendRow::Blank);
    rows.extend(process::rows(app, area.width));
    rows
}

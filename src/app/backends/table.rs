//! The rows of the comparison of both backends, at every size.

use ratatui::layout::Size;

use crate::app::action::{Action, PaletteAction};
use crate::app::backends::row::{BackendRow, HIGH, WIDE};
use crate::app::backends::{compact, full, narrow, process, recorded, stress_tests, switches};
use crate::app::context::Context;
use crate::app::format;

/// Returns all rows of a pane of this inner size.
#[must_use]
pub fn rows(context: Context<'_>, area: Size) -> Vec<BackendRow> {
    if context.world.setup.opened.is_some() {
        let mut rows = recorded::rows(context, area.width);
        if context.is_recording() {
            rows.push(BackendRow::Blank);
            rows.extend(switches::rows(context, area.width));
        }
        return rows;
    }
    let mut rows = if area.width < WIDE {
        narrow::rows(context, area)
    } else if area.height < HIGH {
        compact::rows(context, area.height)
    } else {
        full::rows(context, area.width)
    };
    if area.width < WIDE {
        rows.push(BackendRow::Blank);
    }
    rows.extend(switches::rows(context, area.width));
    rows.push(BackendRow::Blank);
    rows.extend(process::rows(context, area.width));
    // They are in the help and in the palette, too, so they are listed only where there is room.
    let tests = stress_tests::rows(context, area.width);
    if rows.len() + tests.len() <= usize::from(area.height) {
        rows.extend(tests);
    } else {
        let key = context.keymap().way_to(Action::Palette(PaletteAction::Open));
        rows.push(BackendRow::Blank);
        let text = format!("stress tests: in the palette ({key})");
        rows.extend(format::wrap(&text, area.width).into_iter().map(BackendRow::Note));
    }
    rows
}

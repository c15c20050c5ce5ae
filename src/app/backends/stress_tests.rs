//! The stress tests, for a pane with room to spare: the key of each, and what it shows.

use crate::app::backends::faults::{self, FaultKeys, FaultStage, PaneFocus};
use crate::app::backends::row::{BackendRow, TEST_KEY, TEST_NAME};
use crate::app::context::Context;
use crate::app::focus::Pane;
use crate::app::format;
use crate::event::{ConnectionId, Fault, FaultKind};

/// Returns the rows about all stress tests for this width in cells.
pub(super) fn rows(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let pane = match context.display().focus {
        Pane::Backends => PaneFocus::Focused,
        Pane::Clients | Pane::Stream | Pane::Logs => PaneFocus::Unfocused,
    };
    let keys = FaultKeys { keymap: context.keymap(), pane };
    let mut rows =
        vec![BackendRow::Blank, BackendRow::Label("stress tests, each begun and ended by its key")];
    for kind in FaultKind::ALL {
        let text = description(kind, context);
        let lines = format::wrap(&text, width.saturating_sub(TEST_KEY + TEST_NAME));
        let mut key = faults::key(kind, keys);
        let mut name = faults::title(kind);
        for text in lines {
            rows.push(BackendRow::StressTest { kind, key: std::mem::take(&mut key), name, text });
            name = "";
        }
    }
    rows
}

/// Describes a test, and says if it is on.
fn description(kind: FaultKind, context: Context<'_>) -> String {
    let schedule = context.world.demo.faults();
    let (state, fault) = match schedule.stage(kind) {
        FaultStage::Off => ("", None),
        FaultStage::Announced(fault, _) => ("soon: ", Some(fault)),
        FaultStage::Active(fault) => ("now: ", Some(fault)),
    };
    let selected = context.selected.unwrap_or(ConnectionId(0));
    let fault = fault.unwrap_or(match kind {
        FaultKind::Hang => Fault::Hang(selected),
        FaultKind::Work => Fault::Work(schedule.work()),
        FaultKind::SlowReader => Fault::SlowReader,
        FaultKind::Idle => Fault::Idle,
        FaultKind::Burst => Fault::Burst,
    });
    let client = match fault {
        Fault::Hang(id) if id != ConnectionId(0) => context.label_of(id),
        _ => "the selected client".to_owned(),
    };
    format!("{state}{}", faults::explained(fault, &client))
}

//! The table in full: for each aspect the calls, and below them the figures.

use super::aspects::{ASPECTS, AspectLines, Figure, Wording};
use super::backend_stats::{both, both_backends};
use crate::app::backends::compact;
use crate::app::backends::row::{AXIS_TEXT_WIDTH, BETWEEN, BackendRow, LABEL, NBSP, SwitchStatus};
use crate::app::context::Context;
use crate::app::format;

/// Returns the rows of the table for this width in cells.
pub(super) fn rows(context: Context<'_>, width: u16) -> Vec<BackendRow> {
    let column = (width - LABEL - BETWEEN) / 2;
    let mut rows = vec![compact::heads(context)];
    for aspect in ASPECTS {
        rows.push(BackendRow::Calls(
            aspect.name,
            aspect.calls(context.upstreams(), &context.model().encryption).full,
        ));
        for figure in aspect.figures {
            rows.extend(figure_rows(context, figure, column));
        }
    }
    rows.extend(compact::latencies(context));
    rows.push(BackendRow::Axis(SwitchStatus::None, "", answer_counts(context)));
    rows
}

fn figure_rows(context: Context<'_>, figure: &Figure, column: u16) -> Vec<BackendRow> {
    match figure.lines {
        // What only some backends have takes no row where neither has it.
        AspectLines::FullOnly
            if both_backends(context).iter().all(|stats| (figure.parts)(stats, Wording::Full).is_none()) =>
        {
            Vec::new()
        }
        AspectLines::One | AspectLines::FullOnly => {
            vec![BackendRow::Words(both(context, |stats| {
                Some((figure.parts)(stats, Wording::Full)?.join(", "))
            }))]
        }
        AspectLines::Wrapped => {
            let lists =
                both_backends(context).map(|stats| (figure.parts)(&stats, Wording::Full).unwrap_or_default());
            wrapped(lists, column)
        }
    }
}

/// Breaks the lists of both backends between their parts, into as many rows as the longer list needs.
fn wrapped(lists: [Vec<String>; 2], column: u16) -> Vec<BackendRow> {
    let lines = lists.map(|list| {
        let unbroken: Vec<_> = list.into_iter().map(|part| part.replace(' ', NBSP)).collect();
        format::wrap(&unbroken.join(", "), column)
    });
    let line = |stats: usize, row: usize| -> String {
        lines[stats].get(row).map(|line| line.replace(NBSP, " ")).unwrap_or_default()
    };
    let most = lines[0].len().max(lines[1].len());
    (0..most).map(|row| BackendRow::Words([line(0, row), line(1, row)])).collect()
}

fn answer_counts(context: Context<'_>) -> String {
    let counts = both_backends(context).map(|stats| stats.answers().map_or(0, |answers| answers.count));
    let [threads, tasks] = counts.map(format::count_compact);
    format::truncate(&format!("answers in 10 s: {threads} and {tasks}"), AXIS_TEXT_WIDTH)
}

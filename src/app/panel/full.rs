//! The table in full: for each aspect the calls, and below them the figures.

use super::aspects::{ASPECTS, Figure, Lines, Wording};
use super::side::{both, sides};
use super::{BEFORE_AXIS, BETWEEN, FIRM, Fate, LABEL, Row, compact};
use crate::app::{App, human};

/// Returns the rows of the table for this width in cells.
pub(super) fn rows(app: &App, width: u16) -> Vec<Row> {
    let column = (width - LABEL - BETWEEN) / 2;
    let mut rows = vec![compact::heads(app)];
    for aspect in ASPECTS {
        rows.push(Row::Calls(aspect.name, aspect.calls));
        for figure in aspect.figures {
            rows.extend(figure_rows(app, figure, column));
        }
    }
    rows.extend(compact::latencies(app));
    rows.push(Row::Axis(Fate::None, "", answer_counts(app)));
    rows
}

fn figure_rows(app: &App, figure: &Figure, column: u16) -> Vec<Row> {
    match figure.lines {
        Lines::One | Lines::FullOnly => {
            vec![Row::Words(both(app, |side| Some((figure.parts)(side, Wording::Full)?.join(", "))))]
        }
        Lines::Wrapped => {
            let lists = sides(app).map(|side| (figure.parts)(&side, Wording::Full).unwrap_or_default());
            wrapped(lists, column)
        }
    }
}

/// Breaks the lists of both backends between their parts, into as many rows as the longer list needs.
fn wrapped(lists: [Vec<String>; 2], column: u16) -> Vec<Row> {
    let lines = lists.map(|list| {
        let firm: Vec<_> = list.into_iter().map(|part| part.replace(' ', FIRM)).collect();
        human::wrap(&firm.join(", "), column)
    });
    let line = |side: usize, row: usize| -> String {
        lines[side].get(row).map(|line| line.replace(FIRM, " ")).unwrap_or_default()
    };
    let most = lines[0].len().max(lines[1].len());
    (0..most).map(|row| Row::Words([line(0, row), line(1, row)])).collect()
}

fn answer_counts(app: &App) -> String {
    let counts = sides(app).map(|side| side.answers().map_or(0, |answers| answers.count));
    let [threads, tasks] = counts.map(human::short);
    human::cut(&format!("answers in 10 s: {threads} and {tasks}"), BEFORE_AXIS)
}

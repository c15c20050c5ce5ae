//! What other encodings and programs make of the bytes around the cursor.

use ratatui::layout::Size;

use super::super::group::Document;
use super::super::spot::Unit;
use super::Line;

pub(in crate::app::payload) fn readings(
    _document: &Document<'_>,
    _unit: &Unit,
    _size: Size,
    _first: usize,
) -> Vec<Line> {
    Vec::new()
}

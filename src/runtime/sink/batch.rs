//! Records on their way to an output.

use std::io::{self, Write};
use std::mem;

/// Whole records, one after the other. What is written into it becomes a record with [`end_record`](Batch::end_record).
#[derive(Debug, Default)]
pub(in crate::runtime) struct Batch {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl Batch {
    /// What was written since the last record is one.
    pub(in crate::runtime) fn end_record(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// The number of records in it.
    pub(in crate::runtime) fn records(&self) -> u64 {
        self.ends.len() as u64
    }

    /// The number of bytes in it.
    pub(in crate::runtime) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is in it.
    pub(in crate::runtime) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The records.
    pub(in crate::runtime) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds the records of another one.
    pub(super) fn append(&mut self, other: &Self) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    pub(super) fn take_ends(&mut self) -> Vec<usize> {
        mem::take(&mut self.ends)
    }

    /// Empties it, and keeps its room and that of `ends`.
    pub(super) fn clear(&mut self, ends: Vec<usize>) {
        self.bytes.clear();
        self.ends = ends;
        self.ends.clear();
    }
}

impl Write for Batch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

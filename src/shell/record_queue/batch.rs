//! A buffer of records for an output.

use std::fmt;
use std::io::{self, Write};
use std::mem;

/// A buffer of complete records. Bytes that are written into it become a record with [`end_record`](RecordBatch::end_record).
#[derive(Debug, Default)]
pub(crate) struct RecordBatch {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
}

impl RecordBatch {
    /// Completes a record: the bytes that were written since the last one.
    pub(crate) fn end_record(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// The number of records.
    pub(crate) fn records(&self) -> u64 {
        self.ends.len() as u64
    }

    /// The number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the batch is empty.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes of all records.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Removes all records, and keeps the allocation.
    pub(crate) fn remove_all(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Appends the records of another batch.
    pub(super) fn append(&mut self, other: &Self) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| start + end));
    }

    pub(super) fn take_ends(&mut self) -> Vec<usize> {
        mem::take(&mut self.ends)
    }

    /// Clears the batch and keeps its allocation, and that of `ends`.
    pub(super) fn clear(&mut self, ends: Vec<usize>) {
        self.bytes.clear();
        self.ends = ends;
        self.ends.clear();
    }
}

impl Write for RecordBatch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Write for RecordBatch {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

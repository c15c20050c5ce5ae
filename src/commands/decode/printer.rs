//! What prints decoded input, in any format.

use std::io;

use crate::commands::decode::counts::DecodeCounts;

/// Prints the input, which it takes piece by piece.
pub(super) trait ItemPrinter {
    /// Takes the next bytes.
    fn take(&mut self, input: &[u8]) -> io::Result<()>;
    /// Takes the end of the input.
    fn end(&mut self) -> io::Result<()>;
    /// Flushes the output, for a reader that waits for it.
    fn flush(&mut self) -> io::Result<()>;
    /// The malformed parts so far.
    fn counts(&self) -> DecodeCounts;
}

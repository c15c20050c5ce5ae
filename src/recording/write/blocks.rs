//! Bytes that wait to be written at the end of a file.

/// The alignment that disks and file systems ask for when memory is written to a disk as it is, in bytes.
pub const BLOCK: usize = 4096;

/// Bytes for the end of a file, which lie in memory as they will lie in the file: what stands at a whole block of the
/// file is at a whole block of memory. This does not hold until the buffer has grown to its size.
#[derive(Debug, Default)]
pub struct Blocks {
    buffer: Vec<u8>,
    /// Where the bytes begin in the buffer.
    start: usize,
}

impl Blocks {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The buffer, to be appended to.
    pub const fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Removes all bytes. What follows stands at this offset in the file.
    pub fn clear(&mut self, offset: u64) {
        let in_memory = self.buffer.as_ptr() as usize % BLOCK;
        let in_file = (offset % BLOCK as u64) as usize;
        self.start = (in_file + BLOCK - in_memory) % BLOCK;
        self.buffer.clear();
        self.buffer.resize(self.start, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_file_have_the_same_alignment() {
        let mut blocks = Blocks::default();
        assert_eq!(blocks.bytes(), b"");
        blocks.bytes_mut().resize(1 << 20, 1);
        let mut offset = blocks.bytes().len() as u64;
        for length in [1, 4_095, 4_096, 70_000, 12] {
            blocks.clear(offset);
            blocks.bytes_mut().extend(vec![2; length]);
            assert_eq!(blocks.bytes(), vec![2; length]);
            assert_eq!(blocks.bytes().as_ptr() as usize % BLOCK, offset as usize % BLOCK);
            offset += length as u64;
        }
    }
}

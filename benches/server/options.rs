//! What the command line asks for.

use bytewatch::model::BackendKind;

use crate::payload::Payload;

/// The tables, in the order in which they are printed.
pub(crate) const TABLES: [&str; 10] =
    ["echo", "bulk", "churn", "memory", "resident", "switch", "frame", "keys", "stalled", "peers"];

/// The rows of the table `resident`, in the order in which they are printed.
pub(crate) const RESIDENT_ROWS: [&str; 5] = ["4KiB-x16", "16KiB-x2", "bulk-2MiB", "bulk-64KiB", "switching"];

/// How to call it.
pub(crate) const USAGE: &str =
    "cargo bench --bench server [-- TABLE… CONNECTIONS… BACKEND ROW… --random --quick]
tables: echo, bulk, churn, memory, resident, switch, frame, keys, stalled, peers (all of them)
CONNECTIONS, BACKEND: only rows with that number, or on that one (async, threads), as in echo 50 1000 async
ROW: only this row of resident: 4KiB-x16, 16KiB-x2, bulk-2MiB, bulk-64KiB, switching
--random: the clients send random bytes instead of text; --quick: fewer pairs, for a look";

/// What to measure.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Only these; all of them if it is empty.
    tables: Vec<String>,
    /// Only rows with these numbers of connections; all rows if it is empty.
    connections: Vec<usize>,
    /// Only rows on these; on both if it is empty.
    backends: Vec<BackendKind>,
    /// Only these rows of the table `resident`; all of them if it is empty.
    rows: Vec<String>,
    pub(crate) payload: Payload,
    pub(crate) care: Care,
}

/// How carefully to measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Care {
    /// As many pairs as a figure needs.
    Full,
    /// Too few to rely on.
    Quick,
}

impl Options {
    /// Reads the words behind the program's name.
    ///
    /// # Errors
    /// A word that nothing is known of.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            tables: Vec::new(),
            connections: Vec::new(),
            backends: Vec::new(),
            rows: Vec::new(),
            payload: Payload::Text,
            care: Care::Full,
        };
        for word in words {
            match word.as_str() {
                // Cargo says so to everything it runs as a benchmark.
                "--bench" => {}
                "--random" => options.payload = Payload::Random,
                "--quick" => options.care = Care::Quick,
                known if TABLES.contains(&known) => options.tables.push(word),
                known if RESIDENT_ROWS.contains(&known) => options.rows.push(word),
                other => options.read_row(other)?,
            }
        }
        Ok(options)
    }

    fn read_row(&mut self, word: &str) -> Result<(), String> {
        let backend = BackendKind::ALL.into_iter().find(|known| known.word() == word);
        match (backend, word.parse()) {
            (Some(backend), _) => self.backends.push(backend),
            (None, Ok(connections @ 1..)) => self.connections.push(connections),
            _ => return Err(format!("nothing is known of {word:?}\n{USAGE}")),
        }
        Ok(())
    }

    /// Whether this table is wanted.
    pub(crate) fn wants(&self, table: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|wanted| wanted == table)
    }

    /// Whether this row of the table `resident` is wanted.
    pub(crate) fn wants_row(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }

    /// Those of these numbers of connections of which rows are wanted.
    pub(crate) fn wanted(&self, all: &[usize]) -> Vec<usize> {
        all.iter()
            .copied()
            .filter(|some| self.connections.is_empty() || self.connections.contains(some))
            .collect()
    }

    /// The backends on which rows are wanted.
    pub(crate) fn backends(&self) -> Vec<BackendKind> {
        BackendKind::ALL
            .into_iter()
            .filter(|some| self.backends.is_empty() || self.backends.contains(some))
            .collect()
    }

    /// `full`, or in a hurry `quick`.
    pub(crate) fn pick<T>(&self, full: T, quick: T) -> T {
        match self.care {
            Care::Full => full,
            Care::Quick => quick,
        }
    }
}

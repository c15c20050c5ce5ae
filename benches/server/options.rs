//! The command line of the benchmark.

use bytewatch::event::BackendKind;

use crate::payload::Payload;

/// The tables, in the order in which they are printed.
pub(crate) const TABLES: [&str; 14] = [
    "echo",
    "bulk",
    "churn",
    "memory",
    "resident",
    "switch",
    "frame",
    "keys",
    "stalled",
    "peers",
    "relay",
    "tls",
    "printed",
    "instructions",
];

/// The rows of the table `resident`, in the order in which they are printed.
pub(crate) const RESIDENT_ROWS: [&str; 5] = ["4KiB-x16", "16KiB-x2", "bulk-2MiB", "bulk-64KiB", "switching"];

/// The usage text.
pub(crate) const USAGE: &str =
    "cargo bench --bench server [-- TABLE… CONNECTIONS… BACKEND ROW… --random --quick]
tables: echo, bulk, churn, memory, resident, switch, frame, keys, stalled, peers, relay, tls, printed, instructions
  (all of them)
CONNECTIONS, BACKEND: only rows with that number, or on that one (async, threads), as in echo 50 1000 async
ROW: only this row of resident: 4KiB-x16, 16KiB-x2, bulk-2MiB, bulk-64KiB, switching
--random: the clients send random bytes instead of text; --quick: fewer pairs, for a look";

/// What to measure.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The chosen tables; all if empty.
    tables: Vec<String>,
    /// The chosen numbers of connections; all if empty.
    connections: Vec<usize>,
    /// The chosen backends; both if empty.
    backends: Vec<BackendKind>,
    /// The chosen rows of the table `resident`; all if empty.
    rows: Vec<String>,
    pub(crate) payload: Payload,
    pub(crate) care: Care,
}

/// How carefully to measure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Care {
    /// With the number of rounds that reliable figures need.
    Full,
    /// With too few rounds for reliable figures.
    Quick,
}

impl Options {
    /// Parses the arguments after the program's name.
    ///
    /// # Errors
    /// An unknown argument.
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
                // Cargo passes this argument to every benchmark.
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

    /// Whether this table is chosen.
    pub(crate) fn wants(&self, table: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|wanted| wanted == table)
    }

    /// Whether this row of the table `resident` is chosen.
    pub(crate) fn wants_row(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }

    /// The chosen ones of these numbers of connections.
    pub(crate) fn wanted(&self, all: &[usize]) -> Vec<usize> {
        all.iter()
            .copied()
            .filter(|some| self.connections.is_empty() || self.connections.contains(some))
            .collect()
    }

    /// The chosen backends.
    pub(crate) fn backends(&self) -> Vec<BackendKind> {
        BackendKind::ALL
            .into_iter()
            .filter(|some| self.backends.is_empty() || self.backends.contains(some))
            .collect()
    }

    /// Returns `full`, or `quick` for a quick run.
    pub(crate) fn pick<T>(&self, full: T, quick: T) -> T {
        match self.care {
            Care::Full => full,
            Care::Quick => quick,
        }
    }
}

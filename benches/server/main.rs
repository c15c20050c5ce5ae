//! The cost of observation: a server with its dashboard beside the same server unobserved, table by table.
//!
//! `cargo bench --bench server` measures everything; words after `--` choose tables and rows (`-- echo 50`, `--
//! churn`). Each server is a process of its own; candidates run in turns, and only ratios within a round and counts are
//! judged: absolute figures depend on the machine and the minute. Standard error names what cannot be measured here.

use std::io::{self, Write};
use std::process::ExitCode;

mod bulk;
mod certificate;
mod churn;
mod echo;
mod figures;
mod frame;
mod headless;
mod instructions;
mod keys;
mod load;
mod memory;
mod options;
mod payload;
mod peers;
mod printed;
mod relay;
mod relays;
mod report;
mod resident;
mod running;
mod serve;
mod stalled;
mod stats;
mod switch;
mod tls;
#[path = "../support/turns.rs"]
mod turns;
mod usage;
mod watched;
mod wire;

use options::{Care, Options};
use report::Report;

/// A table: its name on the command line, and the function that prints it.
type Table = (&'static str, fn(&mut Report) -> io::Result<()>);

const TABLES: [Table; 14] = [
    ("echo", echo::table),
    ("bulk", bulk::table),
    ("churn", churn::table),
    ("memory", memory::table),
    ("resident", resident::table),
    ("switch", switch::table),
    ("frame", frame::table),
    ("keys", keys::table),
    ("stalled", stalled::table),
    ("peers", peers::table),
    ("relay", relay::table),
    ("tls", tls::table),
    ("printed", printed::table),
    ("instructions", instructions::table),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == serve::WORD => serve::serve(rest),
        Some((first, rest)) if first == frame::WORD => frame::draw(rest),
        _ => match Options::read(words.into_iter()) {
            Ok(options) => measure(options),
            Err(wrong) => Err(io::Error::other(wrong)),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If standard error is closed, the status says enough.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(options: Options) -> io::Result<()> {
    raise_descriptors();
    let mut report = Report::new(options);
    if report.options.care == Care::Quick {
        report.line("QUICK: too few pairs to rely on\n")?;
    }
    for (name, table) in TABLES {
        if report.options.wants(name) {
            table(&mut report)?;
        }
    }
    report.summary()
}

/// Raises the limit on descriptors as far as the system allows: each connection takes one.
fn raise_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // If this fails, connecting reports it.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

//! The output: tables row by row, and at the end the requirements with the measured figures.

use std::fmt::{self, Display};
use std::io::{self, Write};

use crate::options::Options;
use crate::turns::MedianRange;

/// The bound that a figure must keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// The figure that must keep the bound.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aggregate {
    /// The figure of each cell, and so the worst.
    Each,
    /// The median of the cells.
    Median,
}

/// One line of the summary.
struct Claim {
    what: String,
    of: Aggregate,
    hold: Bound,
    unit: &'static str,
    /// The figures, one per cell.
    cells: Vec<f64>,
}

/// The output of the benchmark.
pub(crate) struct Report {
    out: Box<dyn Write>,
    pub(crate) options: Options,
    claims: Vec<Claim>,
    watched: usize,
    missed: Vec<String>,
}

impl Report {
    pub(crate) fn new(options: Options) -> Self {
        Self { out: Box::new(io::stdout()), options, claims: Vec::new(), watched: 0, missed: Vec::new() }
    }

    /// Prints a line and flushes it.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    /// Reports on standard error that something could not be measured; the run continues.
    pub(crate) fn left_out(&self, what: impl Display, why: impl Display) {
        // If standard error is closed, there is no other place for the message.
        let _ = writeln!(io::stderr(), "{what}: {why}: left out");
    }

    /// Adds a requirement for the figures of some cells.
    pub(crate) fn hold(&mut self, what: &str, of: Aggregate, hold: Bound, unit: &'static str, cells: &[f64]) {
        let cells = cells.iter().copied().filter(|figure| figure.is_finite()).collect();
        self.claims.push(Claim { what: what.to_owned(), of, hold, unit, cells });
    }

    /// Records what a watched server reported as missed when it ended.
    pub(crate) fn ended(&mut self, server: impl Display, missed: Option<&str>) {
        self.watched += 1;
        match missed {
            Some("nothing") => {}
            Some(missed) => self.missed.push(format!("{server}: {missed} missed")),
            None => self.missed.push(format!("{server}: it did not say what it missed")),
        }
    }

    /// Prints the table of all requirements.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(crate) fn summary(mut self) -> io::Result<()> {
        self.line("\nSUMMARY")?;
        self.line(format_args!("{:<46} {:>10}  {:>23}", "what", "to hold", "median / worst cell"))?;
        for claim in std::mem::take(&mut self.claims) {
            self.line(claim)?;
        }
        if self.watched > 0 {
            let verdict = if self.missed.is_empty() { "holds" } else { "FALLS SHORT" };
            let (watched, missed) = (self.watched, self.missed.len());
            let counts = format!("{missed} of {watched}");
            self.line(format_args!(
                "{:<46} {:>10}  {counts:>23}  {verdict}",
                "watched servers that missed anything", "0"
            ))?;
        }
        for missed in std::mem::take(&mut self.missed) {
            self.line(format_args!("  {missed}"))?;
        }
        Ok(())
    }
}

impl Claim {
    /// The median cell and the worst one.
    fn measured(&self) -> Option<[f64; 2]> {
        if self.cells.is_empty() {
            return None;
        }
        let spread = MedianRange::of(&self.cells);
        let worst = match self.hold {
            Bound::AtLeast(_) => spread.min,
            Bound::AtMost(_) => spread.max,
        };
        Some([spread.median, worst])
    }

    fn places(&self) -> usize {
        // Ratios and small times need two decimals; counts and bytes none.
        let (Bound::AtLeast(bound) | Bound::AtMost(bound)) = self.hold;
        if bound == 0.0 || bound >= 100.0 { 0 } else { 2 }
    }
}

impl Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (places, unit) = (self.places(), self.unit);
        let hold = match self.hold {
            Bound::AtLeast(bound) => format!(">= {bound:.places$}{unit}"),
            Bound::AtMost(bound) => format!("<= {bound:.places$}{unit}"),
        };
        let what = match self.of {
            Aggregate::Each => self.what.clone(),
            Aggregate::Median => format!("{}, median cell", self.what),
        };
        let Some([median, worst]) = self.measured() else {
            return write!(f, "{what:<46} {hold:>10}  {:>23}  -", "not measured");
        };
        let held = match self.of {
            Aggregate::Each => worst,
            Aggregate::Median => median,
        };
        let holds = match self.hold {
            Bound::AtLeast(bound) => held >= bound,
            Bound::AtMost(bound) => held <= bound,
        };
        let figures = format!("{median:.places$} / {worst:.places$}{unit}");
        write!(f, "{what:<46} {hold:>10}  {figures:>23}  {}", if holds { "holds" } else { "FALLS SHORT" })
    }
}

//! The backends on which each test runs.

/// How the program serves its connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    Async,
    Threads,
    /// The backend changes all the time, so that connections are handed over in every state.
    Switching,
}

impl Mode {
    /// The options on the command line.
    pub(crate) const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Async => &["-b", "async"],
            Self::Threads => &["-b", "threads"],
            Self::Switching => &["-b", "async", "--switch-every", "30ms"],
        }
    }
}

/// Declares each test once for each mode.
macro_rules! in_each_mode {
    ($($story:ident),+ $(,)?) => {
        mod event_loop { $(#[test] fn $story() { super::$story($crate::modes::Mode::Async); })+ }
        mod threads { $(#[test] fn $story() { super::$story($crate::modes::Mode::Threads); })+ }
        mod switching { $(#[test] fn $story() { super::$story($crate::modes::Mode::Switching); })+ }
    };
}

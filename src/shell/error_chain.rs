//! An error and its causes in one line.

/// Joins the messages of the error and its causes, outermost first. A cause that an outer message already contains is
/// omitted.
#[must_use]
pub fn error_chain(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if line.contains(&cause) {
            continue;
        }
        if !line.is_empty() {
            line.push_str(": ");
        }
        line.push_str(&cause);
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io;

    use anyhow::{Context as _, anyhow};

    use super::*;
    use crate::server::StartError;

    #[test]
    fn a_cause_is_said_once() {
        let source = || io::Error::from_raw_os_error(22);
        let listen = StartError::Listen { address: ([127, 0, 0, 1], 80).into(), source: source() };
        assert_eq!(
            error_chain(&listen.into()),
            "cannot listen on 127.0.0.1:80: Invalid argument (os error 22)"
        );
        let serve: anyhow::Error = StartError::Serve(source()).into();
        assert_eq!(error_chain(&serve).matches("Invalid argument").count(), 1);
        let wrapped = Err::<(), _>(anyhow::Error::from(source())).context("x cannot be read").unwrap_err();
        assert_eq!(error_chain(&wrapped), "x cannot be read: Invalid argument (os error 22)");
        assert_eq!(error_chain(&anyhow!("one line").context("outside")), "outside: one line");
    }
}

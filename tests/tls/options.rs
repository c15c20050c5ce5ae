//! Options that cannot be used as they are.

use std::fs;
use std::process::Command;

use crate::harness::PROGRAM;
use crate::peers::Certificate;

/// The exit status, and the line that says what is wrong.
fn complaint(options: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(PROGRAM).args(options).args(["--headless", "-l", "127.0.0.1:0"]).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn options_that_do_not_fit_are_wrong_usage() {
    for (options, words) in [
        (&["serve", "--tls-cert", "a"][..], "--tls-cert needs --tls-key"),
        (&["serve", "--tls-key", "a"], "--tls-key needs --tls-cert"),
        (&["demo", "--tls"], "--tls cannot be used with demo"),
        (&["relay", "1", "--upstream-ca", "a", "--upstream-insecure"], "--upstream-ca cannot be used with"),
        (&["relay", "1", "--upstream-name", "a b"], "neither the name of a host nor an IP address"),
    ] {
        let (status, said) = complaint(options);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let certificate = Certificate::new("files");
    let [_, file, _, key] = certificate.options();
    let secret = fs::read_to_string(&key).unwrap();
    let other = Certificate::new("files-other");
    let [.., other_key] = other.options();
    for (options, words) in [
        (&["serve", "--tls-cert", "/nowhere", "--tls-key", &key][..], "/nowhere: No such file or directory"),
        (&["serve", "--tls-cert", &key, "--tls-key", &key], "it has no certificate in the PEM format"),
        (&["serve", "--tls-cert", &file, "--tls-key", &file], "it has no private key in the PEM format"),
        (&["serve", "--tls-cert", &file, "--tls-key", &other_key], "this key does not fit the certificate"),
        (&["relay", "1", "--upstream-ca", "/nowhere"], "/nowhere: No such file or directory"),
        (&["relay", "unix:/run/a", "--upstream-insecure"], "say it with --upstream-name NAME"),
    ] {
        let (status, said) = complaint(options);
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        let mut digits = secret.lines().filter(|line| !line.starts_with("-----"));
        assert!(digits.all(|line| !said.contains(line)), "no key is printed: {said}");
    }
}

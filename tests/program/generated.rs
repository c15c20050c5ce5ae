//! The completions and the manual page, read by the programs that they are for.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::pty::PROGRAM;

fn generated(words: &[&str]) -> Vec<u8> {
    let output = Command::new(PROGRAM).args(words).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
    output.stdout
}

/// What a program says about a text on its standard input; `None` if this machine does not have the program.
fn said_by(program: &[&str], text: &[u8]) -> Option<(bool, String)> {
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{program:?}");
            return None;
        }
    };
    let mut input = child.stdin.take().unwrap();
    let text = text.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&text));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    Some((output.status.success(), said))
}

#[test]
fn each_shell_accepts_its_completions() {
    let checks: [(&str, &[&str]); 5] = [
        ("bash", &["bash", "-n"]),
        ("zsh", &["zsh", "-n"]),
        ("fish", &["fish", "--no-execute"]),
        ("elvish", &["elvish", "-compileonly", "/dev/stdin"]),
        (
            "powershell",
            &["pwsh", "-NoProfile", "-Command", "[void][ScriptBlock]::Create([Console]::In.ReadToEnd())"],
        ),
    ];
    for (shell, check) in checks {
        let script = generated(&["completions", shell]);
        assert!(script.len() > 1_000, "{shell}");
        match said_by(check, &script) {
            Some((accepted, said)) => assert!(accepted && said.is_empty(), "{shell}: {said}"),
            None => eprintln!("not checked by the shell itself: {} is not installed", check[0]),
        }
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let mut script = generated(&["completions", "bash"]);
    script.extend_from_slice(
        b"\nCOMP_WORDS=(bytewatch rel); COMP_CWORD=1; _bytewatch bytewatch rel bytewatch; echo \"${COMPREPLY[*]}\"\n\
          COMP_WORDS=(bytewatch relay --connect); COMP_CWORD=2; _bytewatch bytewatch --connect relay; echo \"${COMPREPLY[*]}\"\n",
    );
    let Some((accepted, said)) = said_by(&["bash", "--norc"], &script) else {
        return eprintln!("not checked: bash is not installed");
    };
    assert!(accepted, "{said}");
    assert_eq!(said.lines().collect::<Vec<_>>(), ["relay", "--connect-timeout"], "{said}");
}

#[test]
fn the_manual_pages_are_set_without_complaints() {
    for page in [
        "",
        "serve",
        "relay",
        "demo",
        "open",
        "load",
        "compare",
        "decode",
        "replay",
        "watch",
        "config",
        "completions",
        "man",
    ] {
        let words = if page.is_empty() { vec!["man"] } else { vec!["man", page] };
        let roff = generated(&words);
        match said_by(&["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-z"], &roff) {
            Some((accepted, said)) => assert!(accepted && said.is_empty(), "{page}: {said}"),
            None => eprintln!("not checked: groff is not installed"),
        }
    }
}

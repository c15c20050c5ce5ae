//! The configuration file at its place, the environment, and what is said about both.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use portable_pty::CommandBuilder;

use crate::pty::{self, PROGRAM};

/// A home of its own, which is removed at the end.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("bytewatch-home-{}-{number}", std::process::id()));
        fs::create_dir_all(path.join(".config/bytewatch")).unwrap();
        Self(path)
    }

    fn with_file(text: &str) -> Self {
        let home = Self::new();
        fs::write(home.0.join(".config/bytewatch/config.toml"), text).unwrap();
        home
    }

    /// Status, standard output and standard error of a run in this home.
    fn run(&self, variables: &[(&str, &str)], args: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(PROGRAM);
        command.env("HOME", &self.0).env_remove("XDG_CONFIG_HOME").env_remove("BYTEWATCH_CONFIG");
        let output =
            command.envs(variables.iter().copied()).args(args).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&self.shown(), "HOME");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn shown(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What is left in the folder for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_file_at_its_place_is_in_effect() {
    let home = Home::with_file(
        "headless = true\nlisten = '0'\nfor = '50ms'\n[decode]\nstrict = true\nencoding = 'ASCII'\n",
    );
    let (status, printed, complaints) = home.run(&[], &[]);
    assert_eq!((status, complaints.as_str()), (Some(0), ""));
    assert!(
        printed.starts_with("{\"event\":\"listening\"") && printed.contains("\"event\":\"ended\""),
        "{printed}"
    );
    let (status, printed, _) = home.run(&[], &["config"]);
    assert_eq!(status, Some(0));
    assert!(
        printed.contains("for = \"50ms\"") && printed.contains("# HOME/.config/bytewatch/config.toml:3\n"),
        "{printed}"
    );
    let file = home.0.join("text");
    fs::write(&file, "caf\u{e9}").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(home.run(&[], &["decode", path]).0, Some(3), "ASCII, and strict");
    assert_eq!(home.run(&[], &["decode", "--no-strict", path]).0, Some(0));
    assert_eq!(home.run(&[], &["decode", "-e", "UTF-8", path]).0, Some(0));
    assert_eq!(home.run(&[("BYTEWATCH_DECODE_ENCODING", "UTF-8")], &["decode", path]).0, Some(0));
    assert_eq!(home.run(&[("BYTEWATCH_CONFIG", "none")], &["decode", path]).0, Some(0));
}

#[test]
fn the_place_is_that_of_the_platform() {
    let home = Home::new();
    let place = |variables: &[(&str, &str)], args: &[&str]| {
        let (status, printed, complaints) = home.run(variables, args);
        assert_eq!((status, complaints.as_str()), (Some(0), ""));
        printed
    };
    assert_eq!(place(&[], &["config", "--path"]), "HOME/.config/bytewatch/config.toml\n");
    let xdg = home.0.join("elsewhere");
    let variables = [("XDG_CONFIG_HOME", xdg.to_str().unwrap())];
    assert_eq!(place(&variables, &["config", "--path"]), "HOME/elsewhere/bytewatch/config.toml\n");
    let own = home.0.join("own.toml");
    fs::write(&own, "history = 4096\n").unwrap();
    let own = own.to_str().unwrap();
    for (variables, args) in
        [(&[("BYTEWATCH_CONFIG", "none")][..], &[][..]), (&[][..], &["--config", "none"][..])]
    {
        let args: Vec<&str> = ["config", "--path"].into_iter().chain(args.iter().copied()).collect();
        assert_eq!(place(variables, &args), "none: no configuration file is read\n");
    }
    let printed = place(&[], &["config"]);
    assert!(
        printed.contains("# listen =                               # default: 127.0.0.1:7777\n"),
        "{printed}"
    );
    assert_eq!(place(&[], &["config", "--path", "--config", own]), "HOME/own.toml\n");
    for (variables, args) in
        [(&[("BYTEWATCH_CONFIG", own)][..], &["config"][..]), (&[], &["config", "--config", own])]
    {
        let printed = place(variables, args);
        assert!(printed.contains("history = 4096") && printed.contains("# HOME/own.toml:1\n"), "{printed}");
    }
}

#[test]
fn what_is_wrong_is_one_line_before_anything_starts() {
    for (text, expected) in [
        (
            "histroy = 5",
            "HOME/.config/bytewatch/config.toml:1: there is no setting histroy; did you mean history?",
        ),
        ("\nhistory = 'lots'", "HOME/.config/bytewatch/config.toml:2: history cannot be 'lots': "),
        ("history = ", "HOME/.config/bytewatch/config.toml:1: this is not TOML: "),
    ] {
        let home = Home::with_file(text);
        for args in [&["--headless", "-l", "0"][..], &["config"]] {
            let (status, printed, complaints) = home.run(&[], args);
            assert_eq!((status, printed.as_str()), (Some(2), ""), "{text}");
            assert!(complaints.starts_with(&format!("bytewatch: {expected}")), "{text}: {complaints}");
            assert_eq!(complaints.matches('\n').count(), 1, "{text}: {complaints}");
        }
        assert_eq!(home.run(&[], &["completions", "bash"]).0, Some(0));
    }
    let home = Home::new();
    fs::create_dir_all(home.0.join(".config/bytewatch/config.toml")).unwrap();
    let (status, _, complaints) = home.run(&[], &["config"]);
    assert_eq!(status, Some(2));
    assert!(complaints.contains("cannot be read"), "{complaints}");
}

#[test]
fn what_config_prints_is_a_file_with_the_same_effect() {
    let home =
        Home::with_file("reply = 'a \"b\"\\n'\nread-size = 512\n[load]\nkind = ['steady', 'idle=5']\n");
    let (status, printed, _) = home.run(&[("BYTEWATCH_MEMORY", "1GiB")], &["config"]);
    assert_eq!(status, Some(0));
    let again = home.0.join("again.toml");
    fs::write(&again, &printed).unwrap();
    let (status, second, complaints) = home.run(&[], &["config", "--config", again.to_str().unwrap()]);
    assert_eq!(status, Some(0), "{complaints}");
    let values = |text: &str| {
        let lines = text.lines().map(|line| line.split(" # ").next().unwrap_or("").trim_end().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(values(&second), values(&printed));
}

#[test]
fn a_dashboard_begins_as_the_last_one_ended_and_obeys_other_keys() {
    let home = Home::with_file("remember = true\n[keys]\nbackends.switch = 'F5'\n");
    let start = |args: &[&str]| {
        let mut command = CommandBuilder::new(PROGRAM);
        command.env("HOME", &home.0);
        for variable in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "BYTEWATCH_CONFIG", "NO_COLOR", "COLORTERM"] {
            command.env_remove(variable);
        }
        command.args(args);
        pty::start(command, 120, 30)
    };
    let choices = home.0.join(".local/state/bytewatch/choices");
    let mut first = start(&["-l", "0"]);
    let mut client = first.connect();
    client.write_all(b"hello").unwrap();
    first.sees(&["68 65 6c 6c 6f", "hex"]);
    first.press("2xT");
    first.sees(&["#1", "text", "theme dark"]);
    first.press("\x1b[15~");
    first.sees(&["[threads]"]);
    assert!(!choices.exists(), "it is kept at the end");
    drop(client);
    first.quit();
    let kept = fs::read_to_string(&choices).unwrap();
    assert!(kept.contains("view text\n") && kept.contains("theme dark\n"), "{kept}");
    let second = start(&["-l", "0"]);
    let mut client = second.connect();
    client.write_all(b"hello").unwrap();
    second.sees(&["· text ·", "hello"]);
    second.quit();
    let third = start(&["-l", "0", "--no-remember", "--theme", "light"]);
    let mut client = third.connect();
    client.write_all(b"hello").unwrap();
    third.sees(&["· hex ·", "68 65 6c 6c 6f"]);
    third.quit();
    assert_eq!(fs::read_to_string(&choices).unwrap(), kept);
}

//! `bytewatch compare` as a process.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::Value;

use super::command::{Server, run_command};

fn compare(args: &[&str]) -> (i32, String, String) {
    run_command("compare", args)
}

#[test]
fn each_candidate_has_its_figures() {
    let server = Server::start("echo");
    let target = format!("other={}", server.address);
    let args = ["--json", "-c", "3,40", "--for", "500ms", "--rounds", "2", "--target", &target];
    let (status, out, complaint) = compare(&args);
    assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
    let cells: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cells.iter().map(|cell| &cell["connections"]).collect::<Vec<_>>(), [3, 40]);
    for cell in &cells {
        let median = |candidate: &str, figure: &str| cell["contenders"][candidate][figure]["median"].as_f64();
        for candidate in ["async", "threads", "other"] {
            for figure in ["messages_per_second", "p50_seconds", "p999_seconds", "connections_per_second"] {
                assert!(median(candidate, figure).unwrap() > 0.0, "{candidate} {figure}");
            }
            assert_eq!(median(candidate, "errors"), Some(0.0));
        }
        let connections = cell["connections"].as_f64().unwrap();
        assert!(median("async", "threads").unwrap() < 10.0, "an event loop has one");
        assert!(median("threads", "threads").unwrap() > connections, "threads have one each");
        assert!(median("threads", "resident_bytes_per_connection").unwrap() > 0.0);
        assert!(median("threads", "cpu_seconds_per_million_messages").unwrap() > 0.0);
        assert_eq!(median("other", "threads"), None, "nobody knows");
        let claims = cell["differences"].as_array().unwrap();
        assert!(!claims.is_empty() && claims.iter().all(|claim| claim["shown"] == false), "too few rounds");
    }
}

#[test]
fn a_table_says_what_five_rounds_show() {
    let (status, out, complaint) = compare(&["-c", "30", "--for", "500ms"]);
    assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
    let row = |name: &str| out.lines().find(|line| line.starts_with(name)).unwrap();
    // 34 threads against 4: a ratio that no other work on the machine changes.
    assert!(row("OS threads").ends_with("(8.50..8.50)"), "{out}");
    assert!(row("30 connections").ends_with("threads by async"), "{out}");
    assert!(out.contains("latency p99.9") && out.contains("waits/message"), "{out}");
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn a_handler_that_hangs_delays_the_others_of_the_loop() {
    let (status, out, complaint) = compare(&["--hang", "-c", "5", "--for", "500ms", "--json"]);
    assert_eq!((status, complaint.as_str()), (0, ""), "{out}");
    let cell: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(cell["hang_micros"], 200_000);
    let claim = |figure: &str| {
        let claims = cell["differences"].as_array().unwrap();
        claims.iter().find(|claim| claim["figure"] == figure).unwrap().clone()
    };
    let slow = claim("p99_seconds");
    assert_eq!(
        (&slow["who"], &slow["by"], &slow["shown"]),
        (&"threads".into(), &"async".into(), &true.into())
    );
    assert!(slow["ratio"]["greatest"].as_f64().unwrap() < 0.5, "{slow}");
}

#[test]
fn what_cannot_be_compared_is_one_line() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let args = |target: &str| compare(&["-c", "1", "--for", "100ms", "-t", target]);
    let (status, _, complaint) = args(&format!("gone={free}"));
    assert_eq!(
        (status, complaint),
        (1, format!("bytewatch: gone cannot be measured: nothing answers at {free}: connection refused\n"))
    );
    let reply = Server::start("reply");
    let (status, _, complaint) = args(&format!("reply={}", reply.address));
    let said = "bytewatch: reply cannot be measured: at offset 0 of connection 1 it did not echo\n";
    assert_eq!((status, complaint.as_str()), (1, said));
    assert_eq!(args(&format!("async={free}")).0, 2);
    let (status, out, complaint) = compare(&["-c", "400000000"]);
    assert!((status, out.as_str()) == (1, "") && complaint.contains("open files"), "{complaint}");
}

#[test]
fn the_plot_shows_every_candidate_and_panel() {
    let path = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("comparison.svg");
    let file = path.to_str().unwrap();
    let (status, _, complaint) = compare(&["-c", "1,20", "--for", "100ms", "--rounds", "1", "--svg", file]);
    assert_eq!((status, complaint.as_str()), (0, ""));
    let svg = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for text in
        ["async", "threads", "messages/s", "latency p50", "latency p99", "latency p99.9", "connections"]
    {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}");
    }
    // A circle for each point of one candidate, a triangle for each of the other, and one of each in the legend.
    assert_eq!(svg.matches("<circle").count(), 4 * 2 + 1);
    assert_eq!(svg.matches("<polygon").count(), 4 * 2 + 1);
    let (status, _, complaint) = compare(&["-c", "1", "--svg", "/there/is/no/such/folder/x.svg"]);
    assert!(status == 1 && complaint.starts_with("bytewatch: cannot write /there/is/no"), "{complaint}");
}

use super::*;

/// A time limit that no step reaches, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

fn task(script: &str, input: &[u8], limit: Option<Duration>) -> Task {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    Task { command, isolation: Isolation::Group, input: Bytes::copy_from_slice(input), kept: 8, limit }
}

fn run(script: &str, input: &[u8], limit: Option<Duration>) -> Finished {
    let (sender, receiver) = mpsc::channel();
    let running = start(task(script, input, limit), move |finished| drop(sender.send(finished))).unwrap();
    let finished = receiver.recv_timeout(LIMIT).unwrap();
    drop(running);
    finished
}

fn written(bytes: &[u8], length: u64) -> Written {
    Written { bytes: bytes.to_vec(), length }
}

#[test]
fn a_program_is_given_bytes_and_what_it_writes_is_kept_up_to_a_limit() {
    let finished = run("cat; echo oh >&2; exit 3", b"0123456789", None);
    assert_eq!(finished.output, written(b"01234567", 10));
    assert_eq!(finished.errors, written(b"oh\n", 3));
    assert!(matches!(finished.end, End::Exited(status) if status.code() == Some(3)), "{:?}", finished.end);
}

#[test]
fn a_program_need_not_read_what_it_is_given() {
    let finished = run("exec true", &vec![b'x'; 1 << 20], None);
    assert!(matches!(finished.end, End::Exited(status) if status.success()), "{:?}", finished.end);
}

#[test]
fn a_program_is_killed_with_its_children_when_its_time_is_over() {
    let finished = run("echo a; sleep 1000 | sleep 1000", b"", Some(Duration::from_millis(50)));
    assert_eq!(finished.end, End::TimedOut);
}

#[test]
fn a_program_that_is_stopped_ends_with_its_children() {
    let (sender, receiver) = mpsc::channel();
    let task = task("sleep 1000 & cat; wait", b"abc", None);
    let running = start(task, move |finished| drop(sender.send(finished))).unwrap();
    running.stop();
    let finished = receiver.recv_timeout(LIMIT).unwrap();
    assert_eq!(finished.end, End::Stopped);
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let missing = Task { command: Command::new("/nowhere/at/all"), ..task("", b"", None) };
    assert_eq!(start(missing, drop).unwrap_err().kind(), io::ErrorKind::NotFound);
}

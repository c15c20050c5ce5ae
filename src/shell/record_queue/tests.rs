use std::fs::{self, File, OpenOptions};
use std::io::{PipeReader, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{self, Receiver};

use super::*;

const LONG: Duration = Duration::from_secs(20);

fn queue(output: impl Into<OwnedFd>) -> (Arc<RecordQueue>, Receiver<()>) {
    let (notify_sender, notices) = mpsc::sync_channel(100);
    let notify = move || {
        let _full = notify_sender.try_send(());
    };
    (RecordQueue::start(OutputWriter::new(output.into()).unwrap(), notify).unwrap(), notices)
}

fn pipe() -> (Arc<RecordQueue>, PipeReader, Receiver<()>) {
    let (reader, writer) = io::pipe().unwrap();
    let (queue, notices) = queue(writer);
    (queue, reader, notices)
}

/// Records of 1000 bytes, each with its number in front.
fn batch(numbers: std::ops::Range<u64>) -> RecordBatch {
    let mut batch = RecordBatch::default();
    for number in numbers {
        writeln!(batch, "{number:>999}").unwrap();
        batch.end_record();
    }
    batch
}

fn wait_until(notices: &Receiver<()>, mut done: impl FnMut() -> bool) {
    while !done() {
        notices.recv_timeout(LONG).unwrap();
    }
}

#[test]
fn records_arrive_in_order_and_are_counted() {
    let (queue, mut reader, notices) = pipe();
    queue.send(&mut batch(0..1));
    queue.send(&mut batch(1..3));
    let mut got = [0; 3000];
    reader.read_exact(&mut got).unwrap();
    wait_until(&notices, || {
        queue.notify_when_written();
        queue.progress().waiting == 0
    });
    assert_eq!(queue.progress(), WriteProgress { written: 3, waiting: 0, taken_nothing_since: None });
    assert_eq!(got, batch(0..3).bytes());
    assert_eq!(queue.close(), 0);
}

#[test]
fn a_stuck_output_blocks_no_producer_and_notifies_when_there_is_room_again() {
    let (queue, mut reader, notices) = pipe();
    let mut sent = 0;
    while queue.has_room() {
        queue.send(&mut batch(sent..sent + 100));
        sent += 100;
    }
    assert!(sent >= 1000, "a megabyte waits");
    let progress = queue.progress();
    assert!(progress.waiting > 0 && progress.taken_nothing_since.is_some());
    let mut got = vec![0; sent as usize * 1000];
    let (half, rest) = got.split_at_mut(sent as usize * 500);
    reader.read_exact(half).unwrap();
    wait_until(&notices, || queue.has_room());
    reader.read_exact(rest).unwrap();
    assert_eq!(got, batch(0..sent).bytes());
}

#[test]
fn what_is_written_and_what_is_not_are_everything() {
    let (queue, mut reader, _notices) = pipe();
    queue.send(&mut batch(0..500));
    // Enough bytes that the thread is certainly writing.
    reader.read_exact(&mut vec![0; 100_000]).unwrap();
    let lost = queue.close();
    queue.send(&mut batch(500..510));
    let progress = queue.progress();
    assert_eq!((progress.written + lost, progress.waiting), (500, lost + 10));
    drop(queue);
    let mut got = Vec::new();
    reader.read_to_end(&mut got).unwrap();
    let whole = (100_000 + got.len() as u64) / 1000;
    assert_eq!(whole + lost, 500, "each is read or counted");
}

#[test]
fn a_reader_that_is_gone_is_an_error() {
    let (queue, reader, notices) = pipe();
    drop(reader);
    queue.send(&mut batch(0..1));
    notices.recv_timeout(LONG).unwrap();
    assert_eq!(queue.failure().unwrap().kind(), io::ErrorKind::BrokenPipe);
    assert!(queue.failure().is_none(), "told once");
    assert_eq!(queue.close(), 1);
}

#[test]
fn a_full_disk_is_an_error_and_nothing_is_written() {
    let (queue, notices) = queue(OpenOptions::new().write(true).open("/dev/full").unwrap());
    queue.send(&mut batch(0..7));
    notices.recv_timeout(LONG).unwrap();
    assert_eq!(queue.failure().unwrap().kind(), io::ErrorKind::StorageFull);
    assert_eq!(queue.close(), 7);
}

#[test]
fn a_file_ends_with_a_whole_record() {
    let path = std::env::temp_dir().join(format!("bytewatch-queue-{}", std::process::id()));
    let mut file = File::create(&path).unwrap();
    file.write_all(b"before\none\ntw").unwrap();
    let mut output = OutputWriter::new(file.try_clone().unwrap().into()).unwrap();
    output.truncate_tail(2);
    assert_eq!(fs::read(&path).unwrap(), b"before\none\n");
    assert_eq!(output.write(b"two\n").unwrap(), 4);
    assert_eq!(fs::read(&path).unwrap(), b"before\none\ntwo\n");
    // What other programs have appended stays.
    let mut other = OpenOptions::new().append(true).open(&path).unwrap();
    other.write_all(b"three\n").unwrap();
    output.truncate_tail(2);
    assert_eq!(fs::read(&path).unwrap(), b"before\none\ntwo\nthree\n");
    fs::remove_file(path).unwrap();
}

#[test]
fn the_start_of_a_record_is_known() {
    let current = |written| Current { ends: vec![10, 30], written };
    assert_eq!([0, 5, 10, 29, 30].map(|at| current(at).partial_record_bytes()), [0, 5, 0, 19, 0]);
    let records = |at| (current(at).complete_records(), current(at).incomplete_records());
    assert_eq!([0, 10, 29, 30].map(records), [(0, 2), (1, 1), (1, 1), (2, 0)]);
}

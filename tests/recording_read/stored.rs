//! The bytes of an opened capture stay in its file: what a model reads from there is what was captured.

use std::io::Cursor;
use std::sync::Arc;

use bytewatch::event::{ConnectionId, Direction, Event, Place, StreamEvent, StreamId};
use bytewatch::model::payload::{PayloadFiles, ReadPayload};
use bytewatch::model::{Budget, Model};
use bytewatch::recording::read::{Progress, Recording, Wanted};

use crate::made::{Order, Talk, behind, enhanced, interface, pcap, section};

const ETHERNET: [u8; 14] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0];

/// A file in memory, which is read as one on a disk is.
#[derive(Debug)]
struct Kept(Vec<u8>);

impl ReadPayload for Kept {
    fn read(&self, place: Place, into: &mut [u8]) {
        assert_eq!(place.file(), 3);
        let start = usize::try_from(place.offset()).unwrap();
        into.copy_from_slice(&self.0[start..start + into.len()]);
    }
}

/// A talk of random lengths, and what each side said.
fn long_talk(random: &mut fastrand::Rng) -> (Vec<Vec<u8>>, [Vec<u8>; 2]) {
    let (mut talk, mut said) = (Talk::new(), [Vec::new(), Vec::new()]);
    for _ in 0..300 {
        let (who, length) = (random.usize(..2), random.usize(1..20_000));
        let text: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
        talk.say(who, &text);
        said[who].extend(text);
    }
    talk.end();
    (talk.packets, said)
}

/// A model of a file, with as little memory as the file's index takes.
fn model(file: &[u8], memory: usize) -> Model {
    let budget = Budget { history: 64 * 1024, memory };
    let files = PayloadFiles(Arc::new(Kept(file.to_vec())));
    let mut model = Model::new(budget).with_all_closed().with_files(Some(files));
    let wanted = Wanted { utf8: true, connection: None, places: Some(3) };
    let mut recording = Recording::open(Cursor::new(file.to_vec()), wanted).unwrap();
    let mut events = Vec::new();
    while recording.read(&mut events) == Progress::More {}
    let places = events.iter().filter(|stamped| {
        matches!(&stamped.event, Event::Stream(_, StreamEvent::Bytes { place: Some(_), .. }))
    });
    assert!(places.count() > 200);
    events.iter().for_each(|stamped| model.apply(stamped));
    model
}

#[test]
fn what_stays_in_the_file_is_what_was_captured() {
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..6 {
        let (mut packets, said) = long_talk(&mut random);
        // Packets out of their order and repeated ones, but for the first and the last of the talk.
        for at in 4..packets.len() - 8 {
            if random.u8(..) < 40 {
                packets.swap(at, at + 2);
            }
            if random.u8(..) < 10 {
                packets[at + 1] = packets[at].clone();
            }
        }
        let frames = behind(&ETHERNET, &packets);
        let file = if round % 2 == 0 {
            pcap(Order::Little, 0xa1b2_c3d4, 1, &frames, usize::MAX)
        } else {
            let mut file = [section(Order::Big), interface(Order::Big, 1, &[])].concat();
            frames.iter().for_each(|frame| file.extend(enhanced(Order::Big, 0, 1, frame)));
            file
        };
        let model = model(&file, 256 * 1024);
        for (direction, said) in [(Direction::Received, &said[0]), (Direction::Sent, &said[1])] {
            let stream = model.stream(StreamId::client(ConnectionId(1), direction)).unwrap();
            let history = &stream.history;
            assert_eq!((history.start(), history.end()), (0, stream.total()), "round {round}");
            // Where a repeated packet took the place of another one, bytes are missing.
            let mut next = 0;
            for (offset, data) in history.slices(0..u64::MAX) {
                assert!(offset >= next && !data.is_empty());
                next = offset + data.len() as u64;
                assert!(data[..] == said[offset as usize..next as usize], "round {round} at {offset}");
            }
            assert_eq!(stream.bytes as usize, history.copy(0..u64::MAX).len());
            for _ in 0..200 {
                let start = random.u64(..history.end());
                let end = start + random.u64(..70_000);
                for (offset, data) in history.slices(start..end) {
                    let behind = offset + data.len() as u64;
                    assert!(offset >= start && behind <= end.min(history.end()));
                    assert!(data[..] == said[offset as usize..behind as usize]);
                }
            }
        }
        assert!(model.memory() < 256 * 1024 && said[0].len() + said[1].len() > 2_000_000);
    }
}

#[test]
fn the_index_of_a_file_is_bounded_as_well() {
    let mut random = fastrand::Rng::with_seed(8);
    let (packets, said) = long_talk(&mut random);
    let file = pcap(Order::Little, 0xa1b2_c3d4, 1, &behind(&ETHERNET, &packets), usize::MAX);
    let model = model(&file, 9_000);
    let stream = model.stream(StreamId::client(ConnectionId(1), Direction::Received)).unwrap();
    let start = stream.history.start();
    assert!(model.memory() <= 9_000 && start > 0 && start < stream.total());
    assert!(stream.history.copy(0..u64::MAX) == said[0][start as usize..]);
}

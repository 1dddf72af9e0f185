//! Records, logs and the promise that every test checks.

use serde::{Deserialize, Serialize};
use types::VoteLogId;
use vote_log::{Options, VoteLog, VoteLogError, testing::FaultyDisk};

pub const ID: VoteLogId = VoteLogId::new([7; 32]);
pub const FRESH: VoteLogId = VoteLogId::new([8; 32]);
/// Small, so that files grow and are written anew often.
pub const SMALL: Options = Options { growth: 2_048, compact: 6_000 };

pub type Log = VoteLog<Record, FaultyDisk>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub number: u64,
    body: Vec<u8>,
}

/// A record that fits into one block.
pub fn short(number: u64) -> Record {
    Record { number, body: vec![u8::try_from(number % 251).unwrap(); 20] }
}

/// A record that takes several blocks, some of them full of zeros.
pub fn long(number: u64, bytes: usize) -> Record {
    Record { number, body: (0..bytes).map(|at| if at / 700 % 2 == 0 { 0 } else { 0xa5 }).collect() }
}

pub fn new_log(options: Options) -> (FaultyDisk, Log) {
    let disk = FaultyDisk::default();
    Log::create_new(disk.clone(), ID, options).unwrap();
    let (log, found) = Log::open(disk.clone(), FRESH, options).unwrap();
    assert_eq!((log.id(), found), (ID, Vec::new()));
    (disk, log)
}

pub fn open(disk: &FaultyDisk) -> Result<Vec<Record>, VoteLogError> {
    Log::open(disk.clone(), FRESH, SMALL).map(|(log, records)| {
        assert_eq!(log.id(), ID);
        records
    })
}

/// Opens these bytes as a log.
pub fn open_bytes(bytes: &[u8]) -> Result<Vec<Record>, VoteLogError> {
    let disk = FaultyDisk::default();
    disk.set_content("log", bytes);
    open(&disk)
}

/// A log of three frames: a short record, a long one, a group of both. Its bytes, its records frame by frame,
/// and where the last frame begins and ends.
pub fn three_frames() -> (Vec<u8>, Vec<Vec<Record>>, std::ops::Range<usize>) {
    let (disk, mut log) = new_log(SMALL);
    let frames = vec![vec![short(1)], vec![long(2, 900)], vec![short(3), long(4, 700), short(5)]];
    let mut ends = vec![512];
    for frame in &frames {
        log.append(frame).unwrap();
        ends.push(last_used(&disk.content("log").unwrap()));
    }
    (disk.content("log").unwrap(), frames, ends[2]..ends[3])
}

/// Behind the last block that holds something.
pub fn last_used(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| (last + 1).next_multiple_of(512))
}

/// What must hold after whatever happened: all that was acknowledged above `low` is there, in order, with at
/// most the frame that was being written behind it; and the log goes on.
pub fn assert_kept(disk: &FaultyDisk, acknowledged: &[Record], pending: &[Record], low: u64, story: &str) {
    let found = open(disk).unwrap_or_else(|error| panic!("{story}: {error}"));
    let above = |records: &[Record]| -> Vec<Record> {
        records.iter().filter(|record| record.number > low).cloned().collect()
    };
    let (found, expected) = (above(&found), above(acknowledged));
    let with_pending = [&expected[..], &above(pending)[..]].concat();
    assert!(
        found == expected || found == with_pending,
        "{story}: {} records of {}",
        found.len(),
        expected.len()
    );
    let (mut log, _) = Log::open(disk.clone(), FRESH, SMALL).unwrap();
    log.append(&[short(9_999)]).unwrap();
    let again = above(&open(disk).unwrap());
    assert_eq!(again, [&found[..], &[short(9_999)]].concat(), "{story}: after one more");
}

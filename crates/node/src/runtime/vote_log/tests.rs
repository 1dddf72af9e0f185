//! The vote log under truncation, damage and compaction.

use consensus::{LogRecord, SignedStatement, Statement, ViewChange, Vote};
use tempfile::TempDir;
use types::{Epoch, Height, ProposalDigest, Signature, ValidatorIndex, View, VoteLogId};

use super::{HEADER_BYTES, VoteLog, VoteLogError};

const ID: VoteLogId = VoteLogId::new([7; 32]);
const OTHER: VoteLogId = VoteLogId::new([8; 32]);

fn own(statement: Statement) -> LogRecord {
    let signature = Signature::new([5; 64]);
    let signed = SignedStatement { signer: ValidatorIndex::new(1), epoch: Epoch::ZERO, statement, signature };
    LogRecord::Own { signed, proposal: None, prepared: None }
}

fn prepare(height: u64) -> LogRecord {
    let vote = Vote { view: View::ZERO, height: Height::new(height), digest: ProposalDigest::new([9; 32]) };
    own(Statement::Prepare(vote))
}

fn view_change(view: u64) -> LogRecord {
    own(Statement::ViewChange(ViewChange { view: View::new(view), stable: None, prepared: Vec::new() }))
}

/// A log of three frames; the last holds two records.
fn three_frames() -> (TempDir, Vec<u8>, usize) {
    let folder = tempfile::tempdir().unwrap();
    VoteLog::create_new(folder.path(), ID).unwrap();
    let (mut log, found) = VoteLog::open(folder.path(), OTHER).unwrap();
    assert_eq!((log.id(), found), (ID, Vec::new()));
    log.append(&[prepare(1)]).unwrap();
    log.append(&[prepare(2)]).unwrap();
    let before_last = std::fs::metadata(folder.path().join("log")).unwrap().len();
    log.append(&[prepare(3), prepare(4)]).unwrap();
    let bytes = std::fs::read(folder.path().join("log")).unwrap();
    (folder, bytes, usize::try_from(before_last).unwrap())
}

fn reopen(folder: &TempDir, bytes: &[u8]) -> Result<Vec<LogRecord>, VoteLogError> {
    std::fs::write(folder.path().join("log"), bytes).unwrap();
    VoteLog::open(folder.path(), OTHER).map(|(_, records)| records)
}

#[test]
fn what_was_appended_is_found_again() {
    let (folder, bytes, _) = three_frames();
    let records = reopen(&folder, &bytes).unwrap();
    assert_eq!(records, [prepare(1), prepare(2), prepare(3), prepare(4)]);
}

#[test]
fn r60_a_last_frame_torn_at_any_byte_is_cut_and_the_rest_stays() {
    let (folder, bytes, last) = three_frames();
    for length in last..bytes.len() {
        let records = reopen(&folder, &bytes[..length]).unwrap();
        assert_eq!(records, [prepare(1), prepare(2)], "cut at {length}");
        let (mut log, _) = VoteLog::open(folder.path(), OTHER).unwrap();
        log.append(&[prepare(5)]).unwrap();
        let (_, records) = VoteLog::open(folder.path(), OTHER).unwrap();
        assert_eq!(records, [prepare(1), prepare(2), prepare(5)], "append after a cut at {length}");
    }
}

#[test]
fn a_tail_of_zeros_is_a_write_that_did_not_complete() {
    let (folder, mut bytes, _) = three_frames();
    bytes.extend_from_slice(&[0; 4096]);
    assert_eq!(reopen(&folder, &bytes).unwrap().len(), 4);
}

#[test]
fn r61_a_flipped_bit_anywhere_is_damage() {
    let (folder, bytes, _) = three_frames();
    for place in 0..bytes.len() {
        for bit in [0, 7] {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            match reopen(&folder, &damaged) {
                Err(VoteLogError::Damaged { .. }) => {}
                // A changed length of the very last frame looks like a write that did not complete.
                Ok(records) => assert!(records.len() == 2, "a flip at {place} was not noticed: {records:?}"),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn r30_a_missing_log_comes_back_with_another_id() {
    let (folder, _, _) = three_frames();
    std::fs::remove_file(folder.path().join("log")).unwrap();
    let (log, records) = VoteLog::open(folder.path(), OTHER).unwrap();
    assert_eq!((log.id(), records.len()), (OTHER, 0), "an empty log must not pass for the old one");
}

#[test]
fn a_new_home_never_replaces_a_log() {
    let (folder, bytes, _) = three_frames();
    assert!(VoteLog::create_new(folder.path(), OTHER).is_err());
    assert_eq!(std::fs::read(folder.path().join("log")).unwrap(), bytes);
}

#[test]
fn compaction_keeps_votes_above_low_and_the_floor() {
    let folder = tempfile::tempdir().unwrap();
    VoteLog::create_new(folder.path(), ID).unwrap();
    let (mut log, _) = VoteLog::open(folder.path(), OTHER).unwrap();
    log.append(&[view_change(1), prepare(1), view_change(4), prepare(10), prepare(11)]).unwrap();
    log.compact_at = 0;
    log.compact_if_long(Epoch::ZERO, Height::new(10)).unwrap();
    log.append(&[prepare(12)]).unwrap();
    let length = std::fs::metadata(folder.path().join("log")).unwrap().len();
    assert!(length > HEADER_BYTES as u64);
    let (log, records) = VoteLog::open(folder.path(), OTHER).unwrap();
    assert_eq!(log.id(), ID);
    assert_eq!(records, [view_change(4), prepare(11), prepare(12)]);
}

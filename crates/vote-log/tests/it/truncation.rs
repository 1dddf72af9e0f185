//! R60, F19: a log that was shortened.

use crate::support::{last_used, open_bytes, three_frames};
use vote_log::{Fault, VoteLogError};

#[test]
fn r60_a_log_cut_at_any_byte_never_opens_without_what_was_acknowledged() {
    let (bytes, frames, last) = three_frames();
    let all = frames.concat();
    assert!(last.end - last.start >= 1_024, "the last frame takes several blocks");
    let mut harmless = 0;
    for length in 0..bytes.len() {
        match open_bytes(&bytes[..length]) {
            Ok(records) => {
                assert_eq!(records, all, "cut at {length}");
                harmless += 1;
            }
            Err(error) => {
                assert_eq!(error.fault(), Fault::Damaged, "cut at {length}");
                assert!(length < last.end + 512, "the cut at {length} took only zeros: {error}");
            }
        }
    }
    assert_eq!(harmless, bytes.len() - last.end - 512, "only zeros behind a block of zeros may go");
}

#[test]
fn an_empty_log_cut_at_any_byte_is_damaged() {
    let (disk, log) = crate::support::new_log(crate::support::SMALL);
    drop(log);
    let bytes = disk.content("log").unwrap();
    assert_eq!(last_used(&bytes), 512);
    for length in 0..1_024 {
        let outcome = open_bytes(&bytes[..length]);
        assert!(matches!(outcome, Err(VoteLogError::Damaged { .. })), "cut at {length}: {outcome:?}");
    }
}

#[test]
fn a_log_cut_where_its_file_once_ended_is_damaged() {
    // The file grew; cut it at every length that it had before.
    let (disk, mut log) = crate::support::new_log(crate::support::SMALL);
    let mut lengths = vec![disk.content("log").unwrap().len()];
    for number in 0..40 {
        log.append(&[crate::support::short(number)]).unwrap();
        let bytes = disk.content("log").unwrap();
        for length in lengths.iter().filter(|length| **length < bytes.len()) {
            assert!(open_bytes(&bytes[..*length]).is_err(), "cut at {length} after {number}");
        }
        if lengths.last() != Some(&bytes.len()) {
            lengths.push(bytes.len());
        }
    }
    assert!(lengths.len() > 5, "{lengths:?}");
}

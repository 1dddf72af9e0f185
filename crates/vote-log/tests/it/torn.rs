//! F18: the frame that is being written when the power fails.

use vote_log::testing::{Choices, FaultyDisk, Mishap};

use crate::support::{Record, SMALL, assert_kept, last_used, long, new_log, short};

/// A disk whose power failed in the sync of `pending`, behind two acknowledged frames.
fn fail_in_sync(pending: &[Record], cuts: &[usize]) -> (FaultyDisk, Vec<Record>) {
    let acknowledged = vec![short(1), long(2, 600)];
    let written = || {
        let (disk, mut log) = new_log(SMALL);
        disk.set_cuts(cuts);
        log.append(&acknowledged[..1]).unwrap();
        log.append(&acknowledged[1..]).unwrap();
        (disk, log)
    };
    let (disk, mut log) = written();
    log.append(pending).unwrap();
    let sync = disk.operations() - 1;
    let (disk, mut log) = written();
    disk.plan(sync, Mishap::Crash);
    assert!(log.append(pending).is_err());
    (disk, acknowledged)
}

fn assert_every_way(pending: &[Record], cuts: &[usize]) -> usize {
    let (failed, acknowledged) = fail_in_sync(pending, cuts);
    let (mut choices, mut ways) = (Choices::default(), 0);
    loop {
        let disk = failed.fork();
        disk.crash(&mut |alternatives| choices.choose(alternatives));
        assert_kept(&disk, &acknowledged, pending, 0, &format!("way {ways}: {choices:?}"));
        ways += 1;
        if !choices.advance() {
            return ways;
        }
    }
}

#[test]
fn f18_a_frame_of_one_block_torn_at_any_byte_is_dropped_and_the_rest_stays() {
    let cuts: Vec<usize> = (1..512).collect();
    assert_eq!(assert_every_way(&[short(3)], &cuts), 513);
}

#[test]
fn f18_a_frame_of_several_blocks_torn_in_any_of_them_is_dropped() {
    assert_eq!(
        assert_every_way(&[short(3), long(4, 700)], &[1, 3, 4, 10, 12, 300, 507, 508, 509, 511]),
        12 * 12
    );
    assert_eq!(assert_every_way(&[long(3, 1_300)], &[5, 300, 510]), 5 * 5 * 5);
    assert_eq!(assert_every_way(&[long(3, 3_700)], &[]), 1 << 8);
}

#[test]
fn a_torn_frame_is_dropped_but_a_torn_older_one_is_damage() {
    let (failed, acknowledged) = fail_in_sync(&[long(3, 700)], &[]);
    failed.crash(&mut |alternatives| alternatives - 1);
    let bytes = failed.content("log").unwrap();
    let end = last_used(&bytes);
    let first = bytes[..512 * 2].to_vec();
    let mut damaged = bytes.clone();
    damaged[first.len() + 512..first.len() + 1_024].fill(0);
    assert!(crate::support::open_bytes(&damaged).is_err(), "of {acknowledged:?}, the second lost a block");
    let mut torn = bytes.clone();
    torn[end - 512..end].fill(0);
    assert_eq!(crate::support::open_bytes(&torn).unwrap(), acknowledged);
}

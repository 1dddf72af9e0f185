//! F8, F18: the power fails at every operation of a life, and in the recovery from that.

use vote_log::testing::{Choices, FaultyDisk, Mishap, dice};

use crate::{
    faults::{Life, live, operations_of_a_life},
    support::{FRESH, ID, Log, SMALL, assert_kept, open},
};

/// Outcomes of one crash that are tried one after the other; beyond, dice.
const WAYS_MAX: usize = 300;
const DICE: u64 = 40;

fn failed_at(operation: u64) -> (FaultyDisk, Life) {
    let disk = FaultyDisk::default();
    disk.plan(operation, Mishap::Crash);
    let (life, outcome) = live(&disk);
    assert!(outcome.is_err(), "the power fails at {operation}");
    (disk, life)
}

/// Every way, or the first ones and some others.
fn each_way(failed: &FaultyDisk, mut check: impl FnMut(&FaultyDisk, &str)) -> usize {
    let (mut choices, mut ways) = (Choices::default(), 0);
    loop {
        let disk = failed.fork();
        disk.crash(&mut |alternatives| choices.choose(alternatives));
        check(&disk, &format!("way {ways}"));
        ways += 1;
        if !choices.advance() {
            return ways;
        }
        if ways >= WAYS_MAX {
            break;
        }
    }
    for seed in 0..DICE {
        let disk = failed.fork();
        disk.crash(&mut dice(seed));
        check(&disk, &format!("dice {seed}"));
    }
    ways + DICE as usize
}

fn assert_healed(disk: &FaultyDisk, life: &Life, story: &str) {
    if life.created {
        assert_kept(disk, &life.acknowledged, &life.pending, life.low, story);
    } else if disk.content("log").is_some() {
        assert!(open(disk).unwrap().is_empty(), "{story}: the new log is whole");
    } else {
        Log::create_new(disk.clone(), ID, SMALL).unwrap();
    }
}

#[test]
fn f8_the_power_fails_at_every_operation_and_nothing_acknowledged_is_lost() {
    let mut ways = 0;
    for operation in 0..operations_of_a_life() {
        let (failed, life) = failed_at(operation);
        failed.set_cuts(&[3, 300, 510]);
        ways += each_way(&failed, |disk, way| assert_healed(disk, &life, &format!("{operation}, {way}")));
    }
    assert!(ways > 3_000, "{ways}");
}

#[test]
fn a_process_killed_at_every_operation_finds_everything_again() {
    for operation in 0..operations_of_a_life() {
        let (failed, life) = failed_at(operation);
        failed.mend();
        assert_healed(&failed, &life, &format!("killed at {operation}"));
    }
}

#[test]
fn r91_a_second_crash_at_every_operation_of_the_recovery_loses_nothing_either() {
    for operation in (0..operations_of_a_life()).filter(|operation| operation % 3 == 0) {
        let (failed, life) = failed_at(operation);
        if !life.created {
            continue;
        }
        for seed in 0..12 {
            let first = failed.fork();
            first.crash(&mut dice(seed));
            let (start, counted) = (first.operations(), first.fork());
            open(&counted).unwrap();
            for second in start..counted.operations() {
                let disk = first.fork();
                disk.plan(second, Mishap::Crash);
                assert!(Log::open(disk.clone(), FRESH, SMALL).is_err());
                disk.crash(&mut dice(seed * 1_000 + second));
                assert_kept(
                    &disk,
                    &life.acknowledged,
                    &life.pending,
                    life.low,
                    &format!("{operation}, dice {seed}, then {second}"),
                );
            }
        }
    }
}

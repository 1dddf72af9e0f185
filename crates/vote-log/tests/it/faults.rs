//! R61, F21: no space and I/O errors at every operation of a life.

use vote_log::{Fault, VoteLogError, testing::FaultyDisk, testing::Mishap};

use crate::support::{FRESH, ID, Log, Record, SMALL, assert_kept, long, open, short};

/// What a life had acknowledged when it ended.
#[derive(Default)]
pub struct Life {
    pub created: bool,
    pub acknowledged: Vec<Record>,
    /// What was being written.
    pub pending: Vec<Record>,
    pub low: u64,
}

/// A node's life: a new home, votes, growth, two compactions, a restart between.
pub fn live(disk: &FaultyDisk) -> (Life, Result<(), VoteLogError>) {
    let mut life = Life::default();
    let outcome = live_on(disk, &mut life);
    (life, outcome)
}

fn live_on(disk: &FaultyDisk, life: &mut Life) -> Result<(), VoteLogError> {
    Log::create_new(disk.clone(), ID, SMALL)?;
    life.created = true;
    for run in 0..2 {
        let (mut log, _) = Log::open(disk.clone(), FRESH, SMALL)?;
        for step in 1..=9 {
            let number = run * 100 + step;
            life.pending =
                if step % 3 == 0 { vec![long(number, 1_100)] } else { vec![short(number), short(number)] };
            log.append(&life.pending)?;
            life.acknowledged.append(&mut life.pending);
            let low = number.saturating_sub(2);
            log.compact_if_long(|records| {
                life.low = low;
                records.into_iter().filter(|record| record.number > low).collect()
            })?;
        }
    }
    Ok(())
}

/// How many operations that life takes.
pub fn operations_of_a_life() -> u64 {
    let disk = FaultyDisk::default();
    let (life, outcome) = live(&disk);
    outcome.unwrap();
    assert!(life.low > 100, "both runs wrote the log anew");
    disk.operations()
}

/// Whether the process and everything that was not synced ends together, or the system goes on.
const POWER: [bool; 2] = [false, true];

fn assert_stops_and_resumes(mishap: Mishap, expected: Fault) {
    let mut refused = 0;
    for operation in 0..operations_of_a_life() {
        for power_fails in POWER {
            let disk = FaultyDisk::default();
            disk.plan(operation, mishap);
            let (life, outcome) = live(&disk);
            let story = format!("{mishap:?} at {operation}, power fails: {power_fails}");
            let Err(error) = outcome else {
                assert_eq!(mishap, Mishap::NoSpace, "{story}: went unnoticed");
                continue;
            };
            refused += 1;
            assert_eq!(error.fault(), expected, "{story}: {error}");
            disk.mend();
            if power_fails {
                disk.crash(&mut vote_log::testing::dice(operation));
            }
            if life.created {
                assert_kept(&disk, &life.acknowledged, &life.pending, life.low, &story);
            } else if disk.content("log").is_none() {
                Log::create_new(disk.clone(), ID, SMALL).unwrap();
                assert!(open(&disk).unwrap().is_empty(), "{story}");
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn f21_no_space_at_any_operation_stops_it_and_it_resumes_with_all_that_was_acknowledged() {
    assert_stops_and_resumes(Mishap::NoSpace, Fault::NoSpace);
}

#[test]
fn f21_an_io_error_at_any_operation_stops_it_and_it_resumes_with_all_that_was_acknowledged() {
    assert_stops_and_resumes(Mishap::Io, Fault::Io);
}

#[test]
fn a_short_write_is_continued() {
    for operation in 0..operations_of_a_life() {
        let disk = FaultyDisk::default();
        disk.plan(operation, Mishap::Short);
        let (life, outcome) = live(&disk);
        outcome.unwrap();
        disk.crash(&mut |_| 0);
        assert_kept(&disk, &life.acknowledged, &[], life.low, &format!("short at {operation}"));
    }
}

#[test]
fn after_a_fault_the_open_log_takes_nothing_more() {
    let (disk, mut log) = crate::support::new_log(SMALL);
    disk.plan(disk.operations(), Mishap::Io);
    assert_eq!(log.append(&[short(1)]).unwrap_err().fault(), Fault::Io);
    let refused = log.append(&[short(2)]);
    assert!(matches!(refused, Err(VoteLogError::Stopped { .. })), "{refused:?}");
}

#[test]
fn what_a_failed_sync_left_in_the_cache_is_made_durable_before_it_is_believed() {
    let (disk, mut log) = crate::support::new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    // The second append writes, then fails in its sync; the system keeps showing what it will never write.
    disk.plan(disk.operations() + 1, Mishap::Io);
    assert_eq!(log.append(&[short(2)]).unwrap_err().fault(), Fault::Io);
    let (mut log, believed) = Log::open(disk.clone(), FRESH, SMALL).unwrap();
    assert_eq!(believed, [short(1), short(2)], "a restart without power loss reads the cache");
    log.append(&[short(3)]).unwrap();
    disk.crash(&mut |_| 0);
    assert_eq!(open(&disk).unwrap(), [short(1), short(2), short(3)]);
}

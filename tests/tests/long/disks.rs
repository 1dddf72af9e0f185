//! Disks that are full, refuse, or take the process with them, at many operations of a life under load.

use disk::testing::dice;
use e2e::{
    disk_round::{DiskRound, Trouble},
    failpoints::Role,
};

/// Operations between the word and the trouble.
const LATER_MAX: usize = 600;

fn strike_often(name: &str, trouble: Trouble, seed: u64) {
    let mut round = DiskRound::start(name);
    let mut dice = dice(seed);
    for strike in 0..12 {
        let role = if strike % 2 == 0 { Role::Backup } else { Role::Primary };
        round.strike(role, trouble, 1 + dice(LATER_MAX) as u64);
    }
    round.scenario.finish();
}

#[test]
fn n4f1_full_disks_at_random_operations() {
    strike_often("full disks, 12 times", Trouble::Full, 1);
}

#[test]
fn n4f1_disks_that_refuse_at_random_operations() {
    strike_often("disks that refuse, 12 times", Trouble::Refuses, 2);
}

#[test]
fn n4f1_killed_at_random_operations_of_the_disk() {
    strike_often("killed at operations of the disk, 12 times", Trouble::Kills, 3);
}

#[test]
fn n4f1_all_disks_full_at_once() {
    let mut round = DiskRound::start("all disks full, 4 times");
    for later in [10, 90, 250, 400] {
        round.strike_all(later);
    }
    round.scenario.finish();
}

//! A node whose disk fails: a backup's, then the primary's; `tests/long` has many more.

use e2e::{
    disk_round::{DiskRound, Trouble},
    failpoints::Role,
};

#[test]
fn n4f1_a_full_disk_stops_a_node_that_says_so_and_comes_back_when_there_is_space() {
    let mut round = DiskRound::start("full disks, a selection");
    round.strike(Role::Backup, Trouble::Full, 37);
    round.strike(Role::Primary, Trouble::Full, 120);
    round.strike(Role::Backup, Trouble::Refuses, 61);
    round.scenario.finish();
}

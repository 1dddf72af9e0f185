//! End-to-end tests with real processes, named by shape: `n4f1` is four validators of which one may fail.

mod bench;
mod ceremony;
mod crashes;
mod disk_faults;
mod exactly_once;
mod failpoints;
mod faults;
mod n4f1;
mod refusals;
mod rejoin;
mod settlement;
mod strangers;
mod throughput;

//! The vote log on disks that fail.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compaction;
mod crashes;
mod damage;
mod faults;
mod format;
mod opening;
mod support;
mod torn;
mod truncation;

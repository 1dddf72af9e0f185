//! The vote log on disks that fail.

#![allow(missing_docs)]

mod compaction;
mod crashes;
mod damage;
mod faults;
mod format;
mod opening;
mod support;
mod torn;
mod truncation;

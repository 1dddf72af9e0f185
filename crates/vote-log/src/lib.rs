//! The vote log: what a validator signed, made durable before it leaves (`consensus.md`, Durability).
//!
//! It is not RocksDB, lies in a folder of its own, `DIR/votes/`, and is never backed up. The crate knows
//! neither votes nor consensus: a record is anything with a canonical form, and the node says which records
//! are still needed. A validator votes only in epochs whose set names the [`id`](VoteLog::id) of its log.
//!
//! # The file
//! `DIR/votes/log` consists of blocks of 512 bytes, the unit in which a disk writes. `DIR/votes/id` repeats
//! the log's id for people; the id in the log is the one that counts.
//!
//! ```text
//! file    header block ‖ frames ‖ at least one block of zeros
//! header  magic "HANSEVL2" 8 ‖ id 32 ‖ generation u64 ‖ CRC-32 of these 48 bytes u32 ‖ zeros
//! frame   canonical Vec<record>, cut into blocks; each frame begins a new block
//! block   CRC-32 u32 ‖ length of the frame u32 ‖ place of the block in the frame u32
//!         ‖ 496 bytes of the frame, zeros behind its end ‖ seal d5 b3 e9 97
//! CRC-32 of a block: over id ‖ generation u64 ‖ number of the block in the file u64 ‖ its bytes 4 to 512
//! ```
//! Numbers are little-endian. The generation grows whenever the file is written anew.
//!
//! # Torn or damaged
//! One frame is written at a time, over zeros that are durable already, and acknowledged after its sync. So a
//! crash can leave only this: behind the good frames, blocks of **one** frame, each of them whole, still zero,
//! or cut, which shows by zeros where the seal ends. That frame was never acknowledged and is dropped.
//! Everything else is damage, and nothing is signed with a damaged log: a block with its seal that does not
//! fit its checksum, a good block of a later frame behind an incomplete one, a file that ends without a block
//! of zeros. A log that was shortened at any byte is noticed too, since the file always reaches beyond its
//! last frame. The one thing that a reader of the file cannot tell from a torn write is a disk that turned the
//! last acknowledged frame back into zeros; the question to the peers at each start
//! (`consensus.md`, rolled-back image) is for that.
//!
//! # Never repaired in place
//! At each opening the log is written anew beside the old one, synced, renamed, and the folder synced. This
//! drops a torn frame, and it makes durable what may have been read from a cache only: after a failed sync a
//! system shows bytes that never reach the disk and reports the next sync as good. After any error the open
//! log refuses everything: the process must end.

mod block;
mod error;
mod file;
mod header;
mod log;

pub use disk::{Disk, DiskFile, RealDisk, testing};
pub use error::{Fault, VoteLogError};
pub use log::{Options, VoteLog};

//! The PBFT replica of Hanse as a pure function, [`Replica::step`]: no I/O, no clock, no randomness, no
//! threads. Everything it learns is an [`Input`], everything it wants done is an [`Effect`].
//!
//! # The protocol as implemented
//! Castro & Liskov, "Practical Byzantine Fault Tolerance" (OSDI'99, TOCS 20(4) 2002), the variant with
//! signatures. n validators, f = ⌊(n−1)/3⌋, quorum q = ⌈(n+f+1)/2⌉.
//!
//! | what | where | source |
//! | --- | --- | --- |
//! | only verified messages come in; one batched signature check for many | [`verify`] | §4.1 |
//! | the primary orders batches at the next height of its window | `propose` | §4.2 |
//! | what a backup demands of a proposal | `pre_prepare` | §4.2 |
//! | accepted → prepare → prepared | `prepare` | §4.2 |
//! | prepared → commit → committed → execution in height order | `commit` | §4.2 |
//! | executed → checkpoint → certificate → low watermark | `checkpoint`, `certificates` | §4.3 |
//! | timeout or f+1 others → view change | `timers`, `view_change`, `lone` | §4.4, §4.5.2 |
//! | q view changes → new view → O, the same for everybody | `new_view` | §4.4 |
//! | status exchange and retransmission | `peers`, `resend`, `fetch` | §5.2 |
//! | restart, lost memory, rolled-back image | `recovery`, `voting`, `own` | not in PBFT |
//! | end of an epoch: drain up to B, then the next replica | `boundary` | not in PBFT |
//!
//! **One vote, for ever.** An own statement is created once ([`Effect::Persist`]) and takes its slot at that
//! moment; it is counted and sent only when [`Input::Durable`] brings it back signed. A commit is logged
//! together with the proposal and the prepared certificate. After a restart the same bytes leave again. Of a
//! view below an own view change nothing is prepared or committed any more, from the moment the view change
//! is *asked for*; the log knows this floor after a restart.
//!
//! **Order of effects.** Effects are carried out in order. The vote log keeps the order of its records, so an
//! installed new view is logged before the first vote in it although nobody waits in between. `Execute` and
//! `StoreCertificate` come in height order without gaps; `Ordered` in any order.
//!
//! # Deviations from the paper, with reasons
//! - A sequence number is a block height and null requests become empty blocks, so that the chain has no
//!   gaps. Proposals contain neither view nor parent hash: they are ordered again byte for byte.
//! - There is a checkpoint at every height: it is the block's certificate, which clients verify.
//! - Votes bind digests of proposals, proposals bind digests of batches; view changes carry neither. What is
//!   missing is fetched. A replica votes only for batches that it holds verified and durable, so that q
//!   prepares prove that the content is kept.
//! - The recall query at the start, the lone view-changer, the overdue rule, the silence rule and the slow
//!   primary: reasons stand in `voting`, `lone`, `overdue` and `timers`.
//! - The stable checkpoint of a view change is the highest certificate *with none missing beneath it* (the
//!   paper's checkpoints have no such gaps). Otherwise lo may rise above heights that a replica can neither
//!   vote on nor fetch by certificate, and one crash more stops the network.
//! - Certified heights above low hold the ordering timer only while they are our own work (not executed, or
//!   waiting to be durable); a gap that only others can fill does not.
//! - One replica lives for one epoch. Nothing of an epoch's votes survives into the next, so the stable
//!   checkpoint of a view change is one of this epoch (none: its base), and the first L proposals of an epoch
//!   carry no participation. Batches that no block of their epoch contains are void. Reasons:
//!   `docs/adr/0007-one-replica-per-epoch.md`.
//! - While proposals are on their way a primary waits until the next is worth it (`propose`), so that small
//!   batches share heights under load.
//! - Slots are kept up to 2·L above low, votes are given up to L: a replica whose disk is a little slower
//!   misses nothing.
//!
//! # Bounds
//! Per validator: one vote of each kind per height in (low, low+2L] and per view in
//! [view−[`config::VIEWS_BACK`], view+[`config::VIEWS_AHEAD`]]; one checkpoint per height there; one view
//! change; one empty request; 2·W certified batches. Answers to peers have budgets per status interval.
mod batches;
mod boundary;
mod certificates;
mod chain;
mod checkpoint;
mod commit;
pub mod config;
mod durable;
pub mod effect;
mod empty;
mod fetch;
pub mod footprint;
pub mod input;
mod inspect;
mod lone;
pub mod message;
mod new_view;
mod overdue;
mod own;
mod peers;
mod pre_prepare;
mod prepare;
mod propose;
pub mod record;
mod recovery;
mod replica;
mod resend;
mod retention;
mod slots;
pub mod status;
mod timers;
mod tip;
pub mod verify;
mod view_change;
mod voting;

pub use config::ReplicaConfig;
pub use effect::{Effect, Evidence, Halt, Notice, Persist};
pub use footprint::Footprint;
pub use input::{Clock, Input, Monotonic};
pub use message::{
    EmptyRequest, Message, NewView, PreparedCertificate, SignedStatement, Statement, Status, ViewChange,
    Vote, VoteQuery,
};
pub use record::{ExecutedBlock, LogRecord, Recovery, Voting};
pub use replica::Replica;
pub use retention::still_needed;
pub use status::ReplicaStatus;
pub use tip::Tip;
pub use verify::{Horizon, Rejected, SignatureScheme, Verified, VerifiedCertificate, Verifier, Zip215};

//! A model of PBFT's view changes and checkpoints as Hanse runs them, small enough to be explored whole:
//! four validators, one of them a liar (or none), one to three heights, two or three views. It is written
//! from the design (`consensus.md`), not from the code; [`stateright`] explores it.
//!
//! # What is in it
//! - Pre-prepares, prepares, commits, prepared certificates; one vote per slot; the window (low, low+L].
//! - View changes with stable checkpoint and prepared certificates, the join rule, new views with O computed
//!   from every possible V, ordering again, null in gaps, fresh proposals above hi.
//! - Execution in height order, checkpoints, block certificates, the low mark, blocks from others.
//! - Loss, delay, doubling and reordering without bound: a replica may act on anything ever said, at any
//!   time, and need not ([`soup`]). Timers may run out at any time.
//! - Crash and restart at any point; the vote log and executed blocks are durable, the rest is forgotten.
//! - A liar that says everything its key can sign: two proposals, votes for everything, view changes that
//!   hide certificates or show an older checkpoint, different new views for different replicas. It cannot
//!   forge.
//!
//! # What is not in it
//! - Time: no timer is ever held back, so what is shown is safety, and that good ends are *possible*.
//! - Batches and proposals: every digest's content is at hand. Signatures: nobody can forge.
//! - Epochs, Rejoin, lost memory, the recall query. (A lost log is one of the faults, and forks.)
//! - Writes take no time in the exhaustive search: a vote that is asked for and not yet durable is the same
//!   as one not yet asked for, since nobody sees either.
//! - stateright keeps 64-bit fingerprints of states: two may collide (about n²/2⁶⁵; one in a million at six
//!   million states).
//!
//! # That it means something
//! [`Fault`]s break one rule each, and each is found ([`checks`], tests). What must be possible is stated as
//! properties, too, so that the model cannot be right by doing nothing ([`properties`]).
//!
//! # In step with the code
//! The same rules drive a [`node`] over what really arrived ([`inbox`]), with writes that take time and are
//! lost in a crash. The tests take random traces (messages, losses, timers, kills, a liar) and the paths of
//! the search (counterexamples of every fault, examples of what must be possible) through such nodes and
//! through four real `consensus::Replica`s, and after every step compare view, whether it is active, low,
//! executed, certified, prepared certificates, decided digests, votes asked for and votes said, view changes
//! and new views with all their content. Random traces alone are too blunt for some faults (lowest view
//! wins): the paths find those.
//!
//! | file | holds |
//! | --- | --- |
//! | [`terms`] | digests, votes, view changes, the bounds of a check, the faults |
//! | [`order`] | O from V |
//! | [`replica`] | what one replica said and holds; restart |
//! | [`rules`] | when it may say or decide something, and what follows |
//! | [`soup`] | what was said by all, and the liar's possibilities |
//! | [`checked`] | the state graph for stateright |
//! | [`inbox`], [`node`] | the same rules over what really arrived, with writes that take time: for traces |
//! | [`properties`] | what must hold always, what must be possible |
//! | [`checks`] | the explorations that are run, by name |
pub mod checked;
pub mod checks;
pub mod inbox;
pub mod node;
pub mod order;
pub mod properties;
pub mod replica;
pub mod rules;
pub mod soup;
mod symmetry;
pub mod terms;

pub use checked::Action;
pub use checks::{Check, Finding, Report};
pub use terms::{Bounds, Fault};

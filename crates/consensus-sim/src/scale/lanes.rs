//! A validator's threads (`ARCHITECTURE.md`, threads of a node), each with the work that waits for it.

use std::{collections::VecDeque, rc::Rc};

use consensus::{Input, Persist};
use types::{Acknowledgement, AvailabilityProof, BatchRef, Certificate, Height, Proposal, ValidatorIndex};

use super::{
    costs::Nanos,
    frame::Frame,
    pool::{Body, Group},
};

/// A thread, or a pool of equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// The processes that make the load, where they share the machine.
    Client,
    /// Mesh and API.
    Network,
    /// Clients' transactions are judged and verified.
    Admission,
    /// Peers' batches are verified.
    BatchCheck,
    /// Acknowledgements and proofs are verified.
    Notes,
    /// Batches are packed.
    Maker,
    /// Batches are written.
    BatchStore,
    /// Consensus messages are verified.
    Verify,
    /// The replica.
    Consensus,
    /// The vote log.
    Votes,
    /// Blocks are executed and written.
    Executor,
    /// RocksDB's own threads.
    Compaction,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Client,
        Self::Network,
        Self::Admission,
        Self::BatchCheck,
        Self::Notes,
        Self::Maker,
        Self::BatchStore,
        Self::Verify,
        Self::Consensus,
        Self::Votes,
        Self::Executor,
        Self::Compaction,
    ];

    /// How many threads it has on a machine of so many cores.
    pub const fn threads(self, cores: usize) -> usize {
        match self {
            Self::Network => cores,
            // `verify_threads = 0`: one per core, but one.
            Self::Admission | Self::BatchCheck => {
                if cores > 1 {
                    cores - 1
                } else {
                    1
                }
            }
            Self::Client
            | Self::Notes
            | Self::Maker
            | Self::BatchStore
            | Self::Verify
            | Self::Consensus
            | Self::Votes
            | Self::Executor
            | Self::Compaction => 1,
        }
    }

    /// Whether it is one thread however many cores there are, and a validator's own.
    pub const fn is_alone(self) -> bool {
        !matches!(self, Self::Client | Self::Network | Self::Admission | Self::BatchCheck)
    }

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "clients",
            Self::Network => "network and API threads",
            Self::Admission => "admission threads",
            Self::BatchCheck => "batch verifiers",
            Self::Notes => "thread that verifies acknowledgements and proofs",
            Self::Maker => "batch maker",
            Self::BatchStore => "batch store",
            Self::Verify => "thread that verifies votes",
            Self::Consensus => "replica's thread",
            Self::Votes => "vote log",
            Self::Executor => "executor",
            Self::Compaction => "compaction",
        }
    }
}

/// One thing to do.
#[derive(Debug)]
pub(super) enum Item {
    /// Clients sign and submit.
    Sign(Group),
    /// Submissions arrive.
    Api(Group),
    /// Clients are told.
    Outcomes(Vec<Group>),
    /// A frame leaves.
    Send(Rc<Frame>, Option<ValidatorIndex>),
    /// A frame arrived.
    Receive(Rc<Frame>),
    /// To be judged.
    Submitted(Group),
    /// To be packed.
    Pack(Rc<Body>),
    /// To be verified.
    Check(Rc<Body>),
    /// To be written.
    Store(Rc<Body>),
    /// An acknowledgement of an own batch.
    Acknowledged(Box<Acknowledgement>),
    /// A batch is proven.
    Proven(Rc<AvailabilityProof>),
    /// A consensus message.
    Message(Rc<Frame>),
    /// For the replica; `None`: its deadline has come.
    Input(Option<Box<Input>>),
    /// To be signed and logged.
    Persist(Box<Persist>),
    /// To be executed.
    Execute(Height, Box<Proposal>),
    /// To be made durable.
    Certify(Box<Certificate>),
    /// The store's own work.
    Compact(Nanos),
}

/// What follows when a piece of work is done.
#[derive(Debug)]
pub(super) enum Then {
    /// Work for another thread of this validator.
    Queue(Lane, Item),
    /// A frame is on the link; to one, or to all others.
    Wire(Rc<Frame>, Option<ValidatorIndex>),
    /// Transactions wait to be packed.
    Admitted(Group),
    /// A group of submissions is verified; whether it had been gathered.
    Judged(bool),
    /// An own batch is packed.
    Packed(Rc<Body>),
    /// A batch is durable here.
    Stored(BatchRef),
    /// The replica has another deadline.
    Alarm,
    /// The outcome of everything up to this height may be told.
    Told(Height),
    /// Clients have their outcomes.
    Answered(Vec<Group>),
}

/// What waits for a lane.
pub(super) type Queue = VecDeque<Item>;

/// A piece of work: processor time, then perhaps the disk's, then what follows.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub cpu: Nanos,
    pub disk: Nanos,
    pub then: Vec<Then>,
}

//! Every edge that a crash can fall on, in one place. Each has two names: `before_` and `after_` it.

use consensus::{LogRecord, Message, Statement};
use mempool::PoolMessage;

macro_rules! edges {
    ($($(#[$doc:meta])* $edge:ident = $name:literal,)*) => {
        /// Something that is done at once, seen from a crash.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Edge {
            $($(#[$doc])* $edge,)*
        }

        #[cfg(feature = "failpoints")]
        impl Edge {
            /// All of them, with their names.
            pub(super) const ALL: &[(Self, &str)] = &[$((Self::$edge, $name),)*];
        }
    };
}

edges! {
    /// A pre-prepare of ours becomes durable.
    PersistPrePrepare = "persist_pre_prepare",
    /// A prepare of ours becomes durable.
    PersistPrepare = "persist_prepare",
    /// A commit of ours becomes durable, with proposal and prepared certificate.
    PersistCommit = "persist_commit",
    /// A view change of ours becomes durable.
    PersistViewChange = "persist_view_change",
    /// A new view of ours becomes durable.
    PersistNewView = "persist_new_view",
    /// Somebody's new view that we install becomes durable.
    PersistInstalled = "persist_installed",
    /// Our question for our own votes becomes durable.
    PersistVoteQuery = "persist_vote_query",
    /// A frame is written to the vote log.
    VoteWrite = "vote_write",
    /// The vote log is synced.
    VoteFsync = "vote_fsync",
    /// The vote log is written anew, at a start or when it is long.
    VoteLogMake = "vote_log_make",
    /// The new one takes the old one's place.
    VoteLogReplace = "vote_log_replace",
    /// A pre-prepare leaves.
    SendPrePrepare = "send_pre_prepare",
    /// A prepare leaves.
    SendPrepare = "send_prepare",
    /// A commit leaves.
    SendCommit = "send_commit",
    /// A checkpoint leaves.
    SendCheckpoint = "send_checkpoint",
    /// A view change leaves.
    SendViewChange = "send_view_change",
    /// A new view leaves.
    SendNewView = "send_new_view",
    /// A block is executed and committed to RocksDB, our checkpoint with it.
    BlockWrite = "block_write",
    /// A block from a peer is executed and committed to RocksDB.
    BlockImport = "block_import",
    /// Certificates are committed to RocksDB.
    CertificateWrite = "certificate_write",
    /// Clients are told of a certified block.
    ClientsTold = "clients_told",
    /// A batch of a peer becomes durable: from its arrival until the replica is told.
    BatchStore = "batch_store",
    /// A record is written to the batch store.
    BatchWrite = "batch_write",
    /// The batch store is synced.
    BatchFsync = "batch_fsync",
    /// A segment of the batch store is begun.
    SegmentMake = "segment_make",
    /// A segment in which nothing is held goes.
    SegmentRemove = "segment_remove",
    /// A batch leaves.
    SendBatch = "send_batch",
    /// An acknowledgement leaves.
    SendAck = "send_ack",
    /// A proof of availability leaves.
    SendProof = "send_proof",
}

impl Edge {
    /// Where a record of the vote log belongs.
    pub(super) const fn of_record(record: &LogRecord) -> Option<Self> {
        match record {
            LogRecord::Installed(_) => Some(Self::PersistInstalled),
            LogRecord::Own { signed, .. } => match &signed.statement {
                Statement::PrePrepare(_) => Some(Self::PersistPrePrepare),
                Statement::Prepare(_) => Some(Self::PersistPrepare),
                Statement::Commit(_) => Some(Self::PersistCommit),
                Statement::ViewChange(_) => Some(Self::PersistViewChange),
                Statement::NewView(_) => Some(Self::PersistNewView),
                Statement::VoteQuery(_) => Some(Self::PersistVoteQuery),
                Statement::Checkpoint(_) | Statement::EmptyRequest(_) => None,
            },
        }
    }

    /// Where a message of consensus belongs.
    pub(super) const fn of_message(message: &Message) -> Option<Self> {
        match message {
            Message::PrePrepare { .. } => Some(Self::SendPrePrepare),
            Message::Signed(signed) => match &signed.statement {
                Statement::PrePrepare(_) => Some(Self::SendPrePrepare),
                Statement::Prepare(_) => Some(Self::SendPrepare),
                Statement::Commit(_) => Some(Self::SendCommit),
                Statement::Checkpoint(_) => Some(Self::SendCheckpoint),
                Statement::ViewChange(_) => Some(Self::SendViewChange),
                Statement::NewView(_) => Some(Self::SendNewView),
                Statement::EmptyRequest(_) | Statement::VoteQuery(_) => None,
            },
            Message::Certificate(_)
            | Message::Status(_)
            | Message::BatchProof(_)
            | Message::FetchProposal(_)
            | Message::Proposal(_)
            | Message::VotesHeld { .. } => None,
        }
    }

    /// Where a message of the mempool belongs.
    pub(super) const fn of_pool(message: &PoolMessage) -> Option<Self> {
        match message {
            PoolMessage::Batch(_) => Some(Self::SendBatch),
            PoolMessage::Acknowledgement(_) => Some(Self::SendAck),
            PoolMessage::Proof(_) => Some(Self::SendProof),
            PoolMessage::Fetch(_) | PoolMessage::Forward(_) => None,
        }
    }
}

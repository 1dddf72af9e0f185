//! What this node says of itself: `hanse status`, `/readyz` and health read it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use consensus::{Input, record::Voting};
use crossbeam_channel::Sender;
use ledger::LedgerReader;
use mempool::MempoolHandle;
use parking_lot::Mutex;
use types::{
    Height, TimeMs, ValidatorIndex,
    ports::{ChainReader as _, NodeInformation, NodeStatus, PeerStatus, TransactionPool as _},
};

use super::{board::Board, network::Network, seat::Seats};

/// A node is behind when it knows of so many more certified blocks than it has.
const BEHIND_BLOCKS: u64 = 200;
/// What status says of a validator that votes by the operator's word.
const OVERRIDDEN: &str =
    "it votes by the operator's word (hanse recover votes) until an epoch names its vote log";
/// Empty blocks are asked for at most this often.
const EMPTY_BLOCK_PAUSE: Duration = Duration::from_secs(1);

/// Collects the picture from those who know.
pub struct Information {
    /// What threads say.
    pub board: Arc<Board>,
    /// The chain.
    pub chain: LedgerReader,
    /// What waits.
    pub pool: MempoolHandle,
    /// Peers.
    pub network: Network,
    /// The present set and our place in it.
    pub seats: Arc<Seats>,
    /// To the replica.
    pub replica: Sender<Input>,
    /// When an empty block was asked for last.
    pub asked: Mutex<Option<Instant>>,
}

impl Information {
    /// Block time of the newest certified block.
    #[must_use]
    pub fn block_time(&self) -> TimeMs {
        self.chain.certified().header.time
    }

    /// The height that at least one honest peer claims: the (f+1)-th highest word.
    fn claimed(&self) -> Option<Height> {
        let set = &self.seats.get().epoch.set;
        let words = set.indices().filter_map(|index| self.board.peer(index));
        let mut heights: Vec<_> = words.map(|word| word.height).collect();
        heights.sort_unstable_by(|a, b| b.cmp(a));
        heights.get(set.one_honest() - 1).copied()
    }

    fn peers(&self) -> Vec<PeerStatus> {
        let seat = self.seats.get();
        let picture = |peer: p2p::PeerSnapshot| {
            let index = seat.place_of(&peer.key);
            let word = index.and_then(|index| self.board.peer(index));
            let connection = peer.connection.as_ref();
            PeerStatus {
                index: index.map(ValidatorIndex::get),
                id: peer.name,
                address: peer.address.unwrap_or_default(),
                connected: connection.is_some(),
                height: word.map(|word| word.height),
                view: word.map(|word| word.view),
                rtt_ms: connection
                    .and_then(|c| c.rtt)
                    .map(|rtt| u64::try_from(rtt.as_millis()).unwrap_or(u64::MAX)),
                version: connection.map(|connection| connection.release.clone()),
            }
        };
        self.network.peers().into_iter().map(picture).collect()
    }

    fn not_ready(&self, status: &NodeStatus) -> Vec<String> {
        let mut reasons = Vec::new();
        let seat = self.seats.get();
        let set = &seat.epoch.set;
        let reachable = status.peers.iter().filter(|peer| peer.connected && peer.index.is_some()).count();
        let validators = reachable + usize::from(seat.index().is_some());
        if validators < set.quorum() {
            let quorum = set.quorum();
            reasons.push(format!(
                "{validators} of {} validators are reachable, a quorum is {quorum}",
                set.len()
            ));
        }
        let ahead = status.sync_target.map_or(0, |target| target.since(status.height));
        if ahead > BEHIND_BLOCKS {
            reasons.push(format!("{ahead} blocks behind"));
        }
        reasons
    }
}

impl NodeInformation for Information {
    fn status(&self) -> NodeStatus {
        let replica = self.board.replica_status().unwrap_or_default();
        let height = self.chain.certified().header.height;
        let claimed = self.claimed();
        let target =
            self.board.sync_target().or(claimed.filter(|claimed| claimed.since(height) > BEHIND_BLOCKS));
        let seat = self.seats.get();
        let overridden = matches!(seat.voting, Voting::Override(_)).then_some(OVERRIDDEN);
        let mut status = NodeStatus {
            height,
            view: replica.view.get(),
            primary: replica.primary.get(),
            index: seat.index().map(ValidatorIndex::get),
            voting: replica.voting,
            not_voting_reason: replica.not_voting_reason.or(overridden).map(str::to_owned),
            last_commit_age_ms: self.board.last_commit_age_ms(),
            syncing: target.is_some_and(|target: Height| target > height),
            sync_target: target,
            peers: self.peers(),
            mempool: self.pool.load(),
            view_changes: replica.view_changes,
            evidence: self.board.evidence_count(),
            version: crate::VERSION.to_owned(),
            not_ready_reasons: Vec::new(),
        };
        status.not_ready_reasons = self.not_ready(&status);
        status
    }

    fn request_empty_block(&self) {
        let mut asked = self.asked.lock();
        if asked.is_none_or(|at| at.elapsed() >= EMPTY_BLOCK_PAUSE) {
            *asked = Some(Instant::now());
            let _ = self.replica.send(Input::EmptyBlockWanted);
        }
    }
}

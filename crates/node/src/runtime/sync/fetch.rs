//! Fetches blocks up to a certified target.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use consensus::{Input, verify::Verifier};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use mempool::MempoolHandle;
use types::{Block, ChainId, CheckedBatch, Height, Parameters, ValidatorIndex, codec, ports::ChainReader};

use crate::exit::{ExitCode, Failure};

use super::{
    super::{
        board::Board,
        executor::{Command, VerifiedBlock},
        network::Network,
    },
    SyncTarget,
    message::SyncMessage,
};

/// Blocks asked for at once.
const RANGE: u32 = 128;
/// Patience with one peer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause after every peer failed once.
const PAUSE: Duration = Duration::from_millis(500);

/// An answer and who sent it.
pub type Answer = (ValidatorIndex, u64, Vec<Bytes>);

/// The sync thread's possessions.
pub struct Fetcher {
    /// The network.
    pub network: Network,
    /// The own chain.
    pub chain: Arc<dyn ChainReader>,
    /// Checks certificates.
    pub verifier: Arc<Verifier>,
    /// The network's id.
    pub chain_id: ChainId,
    /// Limits of the epoch.
    pub parameters: Parameters,
    /// Batches held already need no second verification.
    pub pool: MempoolHandle,
    /// To the executor.
    pub executor: Sender<Command>,
    /// To the replica.
    pub replica: Sender<Input>,
    /// To operators.
    pub board: Arc<Board>,
}

/// Why an answer is of no use; the peer is passed over.
#[derive(Debug, thiserror::Error)]
enum BadAnswer {
    #[error("the peer does not have height {0}")]
    NotThere(Height),
    #[error("no answer within {ANSWER_TIMEOUT:?}")]
    Late,
    #[error("a block cannot be decoded: {0}")]
    Malformed(#[from] codec::CodecError),
    #[error("height {expected} was asked for, the block is {found}")]
    OtherHeight { expected: Height, found: Height },
    #[error("the certificate of height {0} does not verify")]
    Certificate(Height),
    #[error("the contents of height {0} are not those of its header")]
    Contents(Height),
    #[error("a batch of height {0} is invalid: {1}")]
    Batch(Height, types::checked::InvalidBatch),
}

impl Fetcher {
    /// Serves targets until the queue closes.
    ///
    /// # Errors
    /// When the executor is gone.
    pub fn run(self, targets: &Receiver<SyncTarget>, answers: &Receiver<Answer>) -> Result<(), Failure> {
        let mut id = 0u64;
        while let Ok(mut target) = targets.recv() {
            while let Ok(newer) = targets.try_recv() {
                if newer.target.height >= target.target.height {
                    target = newer;
                }
            }
            self.reach(&target, answers, &mut id)?;
            self.board.synced();
        }
        Ok(())
    }

    /// Fetches until the executor was given every block up to the target, or no peer helps: then the
    /// replica asks again.
    fn reach(&self, target: &SyncTarget, answers: &Receiver<Answer>, id: &mut u64) -> Result<(), Failure> {
        let peers = self.candidates(target);
        let mut failures = 0;
        let mut turn = 0;
        // From the first height without a durable certificate: blocks executed here before a crash may lack theirs.
        let mut next = self.chain.certified().header.height.next();
        while next <= target.target.height && failures < peers.len() * 2 {
            self.board.syncing(target.target.height);
            let peer = peers[turn % peers.len()];
            *id += 1;
            match self.ask(peer, *id, next, target.target.height, answers) {
                Ok(blocks) => {
                    failures = 0;
                    // One answer is executed while the next is fetched; no more wait in memory.
                    self.wait_for_executor(next.minus(1));
                    for verified in blocks {
                        next = verified.block.header.height.next();
                        self.hand_over(verified)?;
                    }
                }
                Err(problem) => {
                    tracing::info!(%peer, %problem, "block sync passes a peer over");
                    failures += 1;
                    turn += 1;
                    if failures % peers.len() == 0 {
                        std::thread::sleep(PAUSE);
                    }
                }
            }
        }
        self.wait_for_executor(next.minus(1));
        Ok(())
    }

    fn candidates(&self, target: &SyncTarget) -> Vec<ValidatorIndex> {
        let mut peers = target.from.clone();
        let others = self.network.connected_validators();
        peers.extend(others.into_iter().filter(|peer| !target.from.contains(peer)));
        peers
    }

    fn ask(
        &self,
        peer: ValidatorIndex,
        id: u64,
        first: Height,
        last: Height,
        answers: &Receiver<Answer>,
    ) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let count = u32::try_from(last.since(first) + 1).unwrap_or(RANGE).min(RANGE);
        self.network.send_sync_to_validator(peer, &SyncMessage::Request { id, first, count });
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        loop {
            match answers.recv_deadline(deadline) {
                Ok((from, answered, blocks)) if from == peer && answered == id => {
                    return self.verify(first, &blocks);
                }
                // An answer to an earlier question came late.
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(BadAnswer::Late);
                }
            }
        }
    }

    fn verify(&self, first: Height, blocks: &[Bytes]) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let mut verified = Vec::with_capacity(blocks.len());
        let mut expected = first;
        for bytes in blocks {
            let block: Block = codec::decode_canonical(bytes)?;
            let found = block.header.height;
            if found != expected {
                return Err(BadAnswer::OtherHeight { expected, found });
            }
            let certificate = self
                .verifier
                .verify_certificate(block.certificate.clone())
                .map_err(|_| BadAnswer::Certificate(found))?;
            let fits = block.header.hash() == block.certificate.header_hash
                && block.certificate.height == found
                && block.proposal.digest() == block.header.proposal
                && block.batches.len() == block.proposal.references.len();
            if !fits {
                return Err(BadAnswer::Contents(found));
            }
            let batches = self.check_batches(&block)?;
            // The replica keeps it: for participation data, and to answer those who are further behind.
            let _ = self.replica.send(Input::Certificate(certificate));
            verified.push(VerifiedBlock { block, batches });
            expected = expected.next();
        }
        if verified.is_empty() { Err(BadAnswer::NotThere(first)) } else { Ok(verified) }
    }

    fn check_batches(&self, block: &Block) -> Result<Vec<Arc<CheckedBatch>>, BadAnswer> {
        let height = block.header.height;
        let mut batches = Vec::with_capacity(block.batches.len());
        for (bytes, reference) in block.batches.iter().zip(&block.proposal.references) {
            if let Some(held) = self.pool.get(&reference.digest) {
                batches.push(held);
                continue;
            }
            let batch = CheckedBatch::check(bytes.clone(), &self.chain_id, &self.parameters)
                .map_err(|error| BadAnswer::Batch(height, error))?;
            if batch.reference() != reference {
                return Err(BadAnswer::Contents(height));
            }
            batches.push(Arc::new(batch));
        }
        Ok(batches)
    }

    fn hand_over(&self, verified: VerifiedBlock) -> Result<(), Failure> {
        self.executor
            .send(Command::Import(Box::new(verified)))
            .map_err(|_| Failure::new(ExitCode::Internal, "the executor thread is gone"))
    }

    /// So that the next target starts from what is really there; bounded, the replica asks again.
    fn wait_for_executor(&self, height: Height) {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        while self.chain.executed() < height && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

//! Fetches blocks up to a certified target.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use consensus::Input;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use ledger::LedgerReader;
use mempool::MempoolHandle;
use types::{
    Block, ChainId, CheckedBatch, Height, Parameters, ValidatorIndex, codec, ports::ChainReader as _,
};

use crate::exit::{ExitCode, Failure};

use super::{
    super::{
        board::Board,
        executor::{Command, VerifiedBlock},
        network::Network,
        seat::Seats,
    },
    SyncTarget,
    asked::Asked,
    epochs::EpochChecks,
    message::SyncMessage,
};

/// Blocks asked for at once.
const RANGE: u32 = 128;
/// Patience with one peer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// How often who has no seat asks for news.
const POLL: Duration = Duration::from_millis(500);
/// How often a seated node's thread wakes without a target.
const PATROL: Duration = Duration::from_secs(60);
/// Pause while nobody is connected.
const PAUSE: Duration = Duration::from_millis(500);

/// An answer and who sent it.
pub type Answer = (ValidatorIndex, u64, Vec<Bytes>);

/// The sync thread's possessions.
pub struct Fetcher {
    /// The network.
    pub network: Network,
    /// The own chain.
    pub chain: LedgerReader,
    /// Checks certificates.
    pub epochs: EpochChecks,
    /// The present set, and whether we sit in it.
    pub seats: Arc<Seats>,
    /// The network's id.
    pub chain_id: ChainId,
    /// Batches held already need no second verification.
    pub pool: MempoolHandle,
    /// To the executor.
    pub executor: Sender<Command>,
    /// To the replica.
    pub replica: Sender<Input>,
    /// To operators.
    pub board: Arc<Board>,
    /// The open question.
    pub asked: Arc<Asked>,
}

/// Numbers questions and takes peers in turn.
#[derive(Debug, Default)]
struct Turn(u64);

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
    #[error("height {0} is not in the epoch that the block names")]
    Epoch(Height),
    #[error(transparent)]
    Ledger(#[from] ledger::LedgerError),
    #[error("the certificate of height {0} does not verify")]
    Certificate(Height),
    #[error("the contents of height {0} are not those of its header")]
    Contents(Height),
    #[error("a batch of height {0} is invalid: {1}")]
    Batch(Height, types::checked::InvalidBatch),
}

impl Fetcher {
    /// Serves targets until the queue closes. Who has no seat is told of no targets: it asks by itself.
    ///
    /// # Errors
    /// When the executor is gone.
    pub fn run(mut self, targets: &Receiver<SyncTarget>, answers: &Receiver<Answer>) -> Result<(), Failure> {
        let mut turn = Turn::default();
        loop {
            match targets.recv_timeout(if self.is_seated() { PATROL } else { POLL }) {
                Ok(mut target) => {
                    while let Ok(newer) = targets.try_recv() {
                        if newer.target.height >= target.target.height {
                            target = newer;
                        }
                    }
                    self.reach(&target, answers, &mut turn)?;
                    self.board.synced();
                }
                Err(RecvTimeoutError::Timeout) if !self.is_seated() => self.follow(answers, &mut turn)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Fetches until the executor was given every block up to the target, or no peer helps: then the
    /// replica asks again.
    fn reach(
        &mut self,
        target: &SyncTarget,
        answers: &Receiver<Answer>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let last = target.target.height;
        let mut failures = 0;
        let mut next = self.next();
        // As many failures in a row as there are validators end a search.
        while next <= last && failures < self.seats.get().epoch.set.len() {
            self.board.syncing(last);
            match self.fetch(&target.from, next, last, answers, turn)? {
                Some(reached) => {
                    failures = 0;
                    next = reached.next();
                }
                None => failures += 1,
            }
        }
        self.wait_for_executor(next.minus(1));
        Ok(())
    }

    /// Without a target: asks one peer after another for what comes next, as long as blocks come.
    fn follow(&mut self, answers: &Receiver<Answer>, turn: &mut Turn) -> Result<(), Failure> {
        let mut next = self.next();
        let last = Height::new(u64::MAX);
        while let Some(reached) = self.fetch(&[], next, last, answers, turn)? {
            next = reached.next();
        }
        self.wait_for_executor(next.minus(1));
        Ok(())
    }

    /// Whether this node has a seat, so that its replica names targets.
    fn is_seated(&self) -> bool {
        self.seats.get().index().is_some()
    }

    /// From the first height without a durable certificate: blocks executed before a crash may lack theirs.
    fn next(&self) -> Height {
        self.chain.certified().header.height.next()
    }

    /// Asks the next peer in turn, so that a slow one is not asked again and again; the height reached.
    fn fetch(
        &mut self,
        preferred: &[ValidatorIndex],
        next: Height,
        last: Height,
        answers: &Receiver<Answer>,
        turn: &mut Turn,
    ) -> Result<Option<Height>, Failure> {
        let peers = self.candidates(preferred);
        if peers.is_empty() {
            std::thread::sleep(PAUSE);
            return Ok(None);
        }
        turn.0 += 1;
        let peer = peers[usize::try_from(turn.0).unwrap_or(0) % peers.len()];
        match self.ask(peer, turn.0, next, last, answers) {
            Ok(blocks) => {
                // One answer is executed while the next is fetched; no more wait in memory.
                self.wait_for_executor(next.minus(1));
                let mut reached = None;
                for verified in blocks {
                    reached = Some(verified.block.header.height);
                    self.hand_over(verified)?;
                }
                Ok(reached)
            }
            Err(BadAnswer::NotThere(_)) if last == Height::new(u64::MAX) => Ok(None),
            Err(problem) => {
                tracing::info!(%peer, %problem, "block sync passes a peer over");
                Ok(None)
            }
        }
    }

    /// Connected validators; those that showed that they have it come first.
    fn candidates(&self, preferred: &[ValidatorIndex]) -> Vec<ValidatorIndex> {
        let connected = self.network.connected_validators();
        let known: Vec<_> = preferred.iter().filter(|peer| connected.contains(peer)).copied().collect();
        if known.is_empty() { connected } else { known }
    }

    fn ask(
        &mut self,
        peer: ValidatorIndex,
        id: u64,
        first: Height,
        last: Height,
        answers: &Receiver<Answer>,
    ) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let count = u32::try_from(last.since(first).saturating_add(1)).unwrap_or(RANGE).min(RANGE);
        self.asked.ask(peer, id);
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

    fn verify(&mut self, first: Height, blocks: &[Bytes]) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let mut verified = Vec::with_capacity(blocks.len());
        let mut expected = first;
        for bytes in blocks {
            let block: Block = codec::decode_canonical(bytes)?;
            let found = block.header.height;
            if found != expected {
                return Err(BadAnswer::OtherHeight { expected, found });
            }
            let mut check = self.epochs.at(found)?;
            if check.epoch != block.header.epoch {
                // The set of the next epoch is known when its first block is the next one: the rest of the
                // answer is asked for again then.
                if !verified.is_empty() {
                    break;
                }
                self.wait_for_executor(found.minus(1));
                check = self.epochs.at(found)?;
            }
            if check.epoch != block.header.epoch {
                return Err(BadAnswer::Epoch(found));
            }
            let certificate = check
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
            let batches = self.check_batches(&block, &check.parameters)?;
            // The replica keeps it: for participation data, and to answer those who are further behind.
            let _ = self.replica.send(Input::Certificate(certificate));
            verified.push(VerifiedBlock { block, batches });
            expected = expected.next();
        }
        if verified.is_empty() { Err(BadAnswer::NotThere(first)) } else { Ok(verified) }
    }

    fn check_batches(
        &self,
        block: &Block,
        parameters: &Parameters,
    ) -> Result<Vec<Arc<CheckedBatch>>, BadAnswer> {
        let height = block.header.height;
        let mut batches = Vec::with_capacity(block.batches.len());
        for (bytes, reference) in block.batches.iter().zip(&block.proposal.references) {
            if let Some(held) = self.pool.get(&reference.digest) {
                batches.push(held);
                continue;
            }
            let batch = CheckedBatch::check(bytes.clone(), &self.chain_id, parameters)
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

//! Fetches blocks up to a certified target, and on to the tip.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use consensus::{Input, Tip};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use ledger::LedgerReader;
use mempool::MempoolHandle;
use types::{ChainId, Height, ValidatorIndex, ports::ChainReader as _};

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
    check::BadAnswer,
    epochs::EpochChecks,
    message::SyncMessage,
};

/// Blocks asked for at once.
const RANGE: u32 = 128;
/// Patience with one peer.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// The same beyond the target, where perhaps nobody has more: who has nothing says so at once.
const BEYOND_TIMEOUT: Duration = Duration::from_secs(1);
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

/// What is asked for.
#[derive(Debug, Clone, Copy)]
struct Wanted<'w> {
    next: Height,
    /// None: all there is.
    last: Option<Height>,
    /// Who showed that they have it; asked first.
    from: &'w [ValidatorIndex],
    patience: Duration,
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

    /// Fetches until the executor was given every block up to the target, and on until we are at the tip; or until no
    /// peer helps: then the replica asks again.
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
            let wanted = Wanted { next, last: Some(last), from: &target.from, patience: ANSWER_TIMEOUT };
            match self.fetch(&wanted, answers, turn)? {
                Some(reached) => {
                    failures = 0;
                    next = reached.next();
                }
                None => failures += 1,
            }
        }
        if next > last {
            next = self.go_beyond(next, answers, turn)?;
        }
        self.wait_for_executor(next.minus(1));
        Ok(())
    }

    /// The chain grew while blocks were fetched; with a small window a target alone never leads inside it.
    fn go_beyond(
        &mut self,
        mut next: Height,
        answers: &Receiver<Answer>,
        turn: &mut Turn,
    ) -> Result<Height, Failure> {
        let seat = self.seats.get();
        let mut tip = Tip::new(seat.epoch.set.one_honest(), seat.epoch.parameters.window);
        while !tip.is_reached() {
            // The replica may have gone on by itself.
            next = next.max(self.next());
            let wanted = Wanted { next, last: None, from: &[], patience: BEYOND_TIMEOUT };
            let reached = self.fetch(&wanted, answers, turn)?;
            tip.note(reached.map_or(0, |reached| reached.next().since(next)));
            next = reached.map_or(next, Height::next);
        }
        Ok(next)
    }

    /// Without a target: asks one peer after another for what comes next, as long as blocks come.
    fn follow(&mut self, answers: &Receiver<Answer>, turn: &mut Turn) -> Result<(), Failure> {
        let mut next = self.next();
        let mut wanted = Wanted { next, last: None, from: &[], patience: ANSWER_TIMEOUT };
        while let Some(reached) = self.fetch(&wanted, answers, turn)? {
            next = reached.next();
            wanted.next = next;
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
        wanted: &Wanted<'_>,
        answers: &Receiver<Answer>,
        turn: &mut Turn,
    ) -> Result<Option<Height>, Failure> {
        let peers = self.candidates(wanted.from);
        if peers.is_empty() {
            std::thread::sleep(PAUSE);
            return Ok(None);
        }
        turn.0 += 1;
        let peer = peers[usize::try_from(turn.0).unwrap_or(0) % peers.len()];
        match self.ask(peer, turn.0, wanted, answers) {
            Ok(blocks) => {
                // One answer is executed while the next is fetched; no more wait in memory.
                self.wait_for_executor(wanted.next.minus(1));
                let mut reached = None;
                for verified in blocks {
                    reached = Some(verified.block.header.height);
                    self.hand_over(verified)?;
                }
                Ok(reached)
            }
            Err(BadAnswer::NotThere(_)) if wanted.last.is_none() => Ok(None),
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
        wanted: &Wanted<'_>,
        answers: &Receiver<Answer>,
    ) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let first = wanted.next;
        let all = wanted.last.map_or(u64::MAX, |last| last.since(first).saturating_add(1));
        let count = u32::try_from(all).unwrap_or(RANGE).min(RANGE);
        self.asked.ask(peer, id);
        self.network.send_sync_to_validator(peer, &SyncMessage::Request { id, first, count });
        let deadline = Instant::now() + wanted.patience;
        loop {
            match answers.recv_deadline(deadline) {
                Ok((from, answered, blocks)) if from == peer && answered == id => {
                    return self.check(first, &blocks);
                }
                // An answer to an earlier question came late.
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(BadAnswer::Late(wanted.patience));
                }
            }
        }
    }

    fn hand_over(&self, verified: VerifiedBlock) -> Result<(), Failure> {
        self.executor
            .send(Command::Import(Box::new(verified)))
            .map_err(|_| Failure::new(ExitCode::Internal, "the executor thread is gone"))
    }

    /// So that the next target starts from what is really there; bounded, the replica asks again.
    pub(super) fn wait_for_executor(&self, height: Height) {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        while self.chain.executed() < height && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

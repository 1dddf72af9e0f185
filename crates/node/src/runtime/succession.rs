//! From one epoch to the next, without a restart: the replica of the new epoch starts from what is durable,
//! as at a start, and every thread gets the new seat.

use std::sync::Arc;

use consensus::{Clock, Effect, LogRecord, Replica, config::ReplicaConfig, record::Voting};
use crossbeam_channel::Sender;
use ledger::LedgerReader;
use types::{Certificate, Epoch};

use crate::exit::Failure;

use super::{
    identity::Identity,
    lanes::Lanes,
    pool::BatchWork,
    recovery,
    seat::{Seat, Seats, present_epoch},
    votes::VoteWork,
};

/// Makes the replicas of one process, one after another.
pub struct Succession {
    /// Who we are.
    pub identity: Arc<Identity>,
    /// The chain.
    pub reader: LedgerReader,
    /// The present seat.
    pub seats: Arc<Seats>,
    /// The vote thread; `None` for those who never sign.
    pub votes: Option<Sender<VoteWork>>,
    /// The mempool's side.
    pub batches: Sender<BatchWork>,
    /// Consensus frames.
    pub frames: Arc<Lanes>,
    /// What the vote log held at the start: votes of later epochs are there when the ledger is older than
    /// the log.
    pub records: Vec<LogRecord>,
}

impl Succession {
    /// The replica of the present seat.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn replica(&mut self, clock: Clock, recall: bool) -> Result<(Replica, Vec<Effect>), Failure> {
        let seat = self.seats.get();
        let (here, later) = std::mem::take(&mut self.records)
            .into_iter()
            .partition(|record| record.epoch() <= seat.epoch.epoch);
        self.records = later;
        // Who lost the memory starts from none: what the log holds was signed by nobody whom this set knows.
        let records = match seat.voting {
            Voting::Active(_) | Voting::Override(_) => here,
            Voting::MemoryLost(_) | Voting::Observer => Vec::new(),
        };
        let recovery = recovery::read(&self.reader, &seat.epoch, records)?;
        let config = ReplicaConfig {
            chain: self.identity.chain,
            validators: Arc::clone(&seat.epoch.set),
            parameters: (*seat.epoch.parameters).clone(),
            epoch: seat.epoch.epoch,
            base: seat.epoch.base,
            voting: seat.voting,
            recall,
        };
        Ok(Replica::new(config, recovery, clock))
    }

    /// Enters the epoch of the block above the newest certified one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn enter(&mut self, clock: Clock, recall: bool) -> Result<(Replica, Vec<Effect>), Failure> {
        let seat = Arc::new(self.identity.seat(present_epoch(&self.reader)?));
        tracing::info!(
            epoch = %seat.epoch.epoch,
            base = %seat.epoch.base,
            validators = seat.epoch.set.len(),
            voting = ?seat.voting,
            "an epoch begins"
        );
        self.install(&seat);
        self.replica(clock, recall)
    }

    /// The vote memory is lost: from here on nothing is signed here, neither votes nor checkpoints nor
    /// acknowledgements, until an epoch names the next log.
    pub fn lose_memory(&self) {
        self.identity.lose();
        self.install(&Arc::new(self.identity.seat(self.seats.get().epoch.clone())));
    }

    /// The certificate of the last block of an older epoch, by which a laggard passes it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn epoch_end(&self, epoch: Epoch) -> Result<Option<Certificate>, Failure> {
        let Some(last) = self.reader.epoch_end(epoch)? else { return Ok(None) };
        Ok(self.reader.certificate(last)?)
    }

    /// Every thread gets the seat. A thread that ended is reported by the supervisor.
    fn install(&self, seat: &Arc<Seat>) {
        self.seats.take(Arc::clone(seat));
        self.frames.resize(seat.epoch.set.len());
        if let Some(votes) = &self.votes {
            let _ = votes.send(VoteWork::Enter(Arc::clone(seat)));
        }
        let _ = self.batches.send(BatchWork::Enter(Arc::clone(seat)));
    }
}

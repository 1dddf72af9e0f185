//! A validator that lost its vote memory asks to be readmitted: it signs a `validator.rejoin` with its
//! consensus key and gives it to peers, who pack it. It authors no batch and acknowledges none meanwhile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use consensus::record::Voting;
use ledger::LedgerReader;
use mempool::{PoolMessage, Recipients};
use types::{
    Code, Operation, SecretKey, Transaction, ValidatorIndex, VoteLogId, crypto::random_bytes,
    ports::AdmissionState as _, transaction::TransactionBody,
};

use crate::exit::{ExitCode, Failure};

use super::{
    clock::wall_time,
    identity::Identity,
    network::Network,
    seat::{Seat, Seats},
};

/// How often it is looked whether there is something to ask.
const LOOK: Duration = Duration::from_millis(250);
/// The first wait for an answer; doubled up to the maximum.
const PATIENCE: Duration = Duration::from_secs(2);
const PATIENCE_MAX: Duration = Duration::from_secs(60);
/// How long one request can be ordered, in ms.
const LIFETIME_MS: u64 = 60_000;

/// What the rejoin thread works with.
pub struct Rejoin {
    /// Who we are.
    pub identity: Arc<Identity>,
    /// Where we sit.
    pub seats: Arc<Seats>,
    /// The chain.
    pub reader: LedgerReader,
    /// Peers.
    pub network: Network,
    /// Set when the node stops.
    pub stop: Arc<AtomicBool>,
}

impl Rejoin {
    /// Looks until the node stops.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn run(self) -> Result<(), Failure> {
        let (mut patience, mut asked, mut turn) = (PATIENCE, None::<Instant>, 0);
        while !self.stop.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            let seat = self.seats.get();
            let Some((key, log)) = self.wish(&seat) else {
                (patience, asked) = (PATIENCE, None);
                continue;
            };
            let connected = self.network.connected_validators();
            if connected.is_empty() || asked.is_some_and(|at| at.elapsed() < patience) {
                continue;
            }
            if asked.is_some() {
                patience = (patience * 2).min(PATIENCE_MAX);
            }
            asked = Some(Instant::now());
            self.ask(&seat, &key, log, &connected, turn)?;
            turn += 1;
        }
        Ok(())
    }

    /// The log to be named, where the set names another one and nothing is under way yet.
    fn wish(&self, seat: &Seat) -> Option<(Arc<SecretKey>, VoteLogId)> {
        let lost = matches!(seat.voting, Voting::MemoryLost(_) | Voting::Override(_));
        // A change stays in the state until the block above it, which may be long in coming.
        let executed = self.reader.executed_header().height;
        if !lost || self.reader.boundary().is_some_and(|last| last > executed) {
            return None;
        }
        Some((Arc::clone(self.identity.key()?), self.identity.log_id()?))
    }

    /// To f+1 of the connected validators, others at each turn: one of them is honest.
    fn ask(
        &self,
        seat: &Seat,
        key: &Arc<SecretKey>,
        log: VoteLogId,
        connected: &[ValidatorIndex],
        turn: usize,
    ) -> Result<(), Failure> {
        let transaction = self.transaction(key, log)?;
        if let Some((code, reason)) = self.reader.refusal(&transaction) {
            // The ledger here may be behind: only what will not change soon is said.
            if code == Code::RejoinTooSoon {
                tracing::warn!(%reason, "this validator cannot rejoin yet");
                return Ok(());
            }
        }
        let count = seat.epoch.set.one_honest().min(connected.len());
        tracing::info!(vote_log = %log, validators = count, "asking to rejoin with a new vote log");
        for place in 0..count {
            let to = connected[(turn * count + place) % connected.len()];
            let message = PoolMessage::Forward(transaction.bytes().clone());
            self.network.send_pool(Recipients::One(to), &message);
        }
        Ok(())
    }

    fn transaction(&self, key: &Arc<SecretKey>, log: VoteLogId) -> Result<Transaction, Failure> {
        let salt: [u8; 32] = random_bytes().map_err(|error| Failure::new(ExitCode::Io, error.to_string()))?;
        let body = TransactionBody {
            chain_id: self.identity.chain,
            valid_until: wall_time().plus(LIFETIME_MS),
            salt: u64::from_le_bytes(salt.first_chunk().copied().unwrap_or_default()),
            operations: vec![Operation::Rejoin { validator: key.public_key(), vote_log: log }],
            memo: String::new(),
        };
        Ok(body.sign(&[key]))
    }
}

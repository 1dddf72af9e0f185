//! The vote thread: signs what the replica wants said, makes it durable, and only then gives it back.
//!
//! All requests that wait are signed and written as one frame with one fdatasync.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use consensus::{Input, LogRecord, Persist, SignedStatement};
use crossbeam_channel::{Receiver, Sender};
use types::{ChainId, Height, ports::Signer};

use crate::{exit::Failure, failpoint};

use super::{identity::Identity, seat::Seat, vote_log::VoteLog};

/// Records written with one fdatasync at most.
const GROUP_MAX: usize = 256;

/// What the vote thread is asked, in this order.
pub enum VoteWork {
    /// Sign and make durable.
    Persist(Box<Persist>),
    /// What follows is said in this epoch.
    Enter(Arc<Seat>),
    /// The log is not the one we voted with: put it aside and begin a new one.
    Forget,
}

/// What the vote thread works with.
pub struct VoteThread {
    /// The log.
    pub log: VoteLog,
    /// Our seat in the epoch of the requests.
    pub seat: Arc<Seat>,
    /// Told of a new log.
    pub identity: Arc<Identity>,
    /// The network.
    pub chain: ChainId,
    /// The replica's low watermark, for compaction.
    pub low: Arc<AtomicU64>,
}

impl VoteThread {
    /// Serves requests until the sender is gone.
    ///
    /// # Errors
    /// The disk's: nothing may be signed afterwards, the process must end.
    pub fn run(mut self, requests: &Receiver<VoteWork>, answers: &Sender<Input>) -> Result<(), Failure> {
        let mut next = None;
        loop {
            let work = match next.take() {
                Some(work) => work,
                None => match requests.recv() {
                    Ok(work) => work,
                    Err(_) => return Ok(()),
                },
            };
            match work {
                VoteWork::Enter(seat) => self.seat = seat,
                VoteWork::Forget => self.forget()?,
                VoteWork::Persist(first) => {
                    let mut group: Vec<_> = self.seal(*first).into_iter().collect();
                    while group.len() < GROUP_MAX {
                        match requests.try_recv() {
                            Ok(VoteWork::Persist(more)) => group.extend(self.seal(*more)),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    if self.write(group, answers)? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Whether the replica is gone.
    fn write(&mut self, group: Vec<LogRecord>, answers: &Sender<Input>) -> Result<bool, Failure> {
        if group.is_empty() {
            return Ok(false);
        }
        failpoint::persisting(&group, || self.log.append(&group))?;
        for record in group {
            if answers.send(Input::Durable(record)).is_err() {
                return Ok(true);
            }
        }
        self.log.compact_if_long(self.seat.epoch.epoch, Height::new(self.low.load(Ordering::Relaxed)))?;
        Ok(false)
    }

    /// Who may not sign says nothing.
    fn seal(&self, request: Persist) -> Option<LogRecord> {
        let signer: &dyn Signer = self.seat.signer.as_deref()?;
        Some(match request {
            Persist::Own { statement, proposal, prepared } => {
                let epoch = self.seat.epoch.epoch;
                let signature = signer.sign(&statement.signing_bytes(&self.chain, epoch));
                let signed = SignedStatement { signer: signer.index(), epoch, statement, signature };
                LogRecord::Own { signed, proposal, prepared }
            }
            Persist::Installed(new_view) => LogRecord::Installed(new_view),
        })
    }

    /// A new log with an id that no set names: it cannot vote until a rejoin names it. The old one is kept
    /// as evidence.
    fn forget(&mut self) -> Result<(), Failure> {
        let lost = self.log.id();
        self.log = self.identity.begin_anew(lost)?;
        tracing::warn!(%lost, new = %self.log.id(), "the vote log was put aside; this validator follows and asks to rejoin");
        Ok(())
    }
}

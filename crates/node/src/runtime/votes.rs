//! The vote thread: signs what the replica wants said, makes it durable, and only then gives it back.
//!
//! All requests that wait are signed and written as one frame with one fdatasync.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use consensus::{Input, LogRecord, Persist, SignedStatement};
use crossbeam_channel::{Receiver, Sender};
use types::{ChainId, Epoch, Height, ports::Signer};

use crate::failpoint;

use super::vote_log::{VoteLog, VoteLogError};

/// Records written with one fdatasync at most.
const GROUP_MAX: usize = 256;

/// What the vote thread works with.
pub struct VoteThread {
    /// The log.
    pub log: VoteLog,
    /// The validator's key.
    pub signer: Arc<dyn Signer>,
    /// The network.
    pub chain: ChainId,
    /// The epoch in which statements count.
    pub epoch: Epoch,
    /// The replica's low watermark, for compaction.
    pub low: Arc<AtomicU64>,
}

impl VoteThread {
    /// Serves requests until the sender is gone.
    ///
    /// # Errors
    /// [`VoteLogError`]: nothing may be signed afterwards, the process must end.
    pub fn run(mut self, requests: &Receiver<Persist>, answers: &Sender<Input>) -> Result<(), VoteLogError> {
        while let Ok(first) = requests.recv() {
            let mut group = vec![self.seal(first)];
            while group.len() < GROUP_MAX {
                let Ok(next) = requests.try_recv() else { break };
                group.push(self.seal(next));
            }
            failpoint::persisting(&group, || self.log.append(&group))?;
            for record in group {
                if answers.send(Input::Durable(record)).is_err() {
                    return Ok(());
                }
            }
            self.log.compact_if_long(Height::new(self.low.load(Ordering::Relaxed)))?;
        }
        Ok(())
    }

    fn seal(&self, request: Persist) -> LogRecord {
        match request {
            Persist::Own { statement, proposal, prepared } => {
                let signature = self.signer.sign(&statement.signing_bytes(&self.chain, self.epoch));
                let signed =
                    SignedStatement { signer: self.signer.index(), epoch: self.epoch, statement, signature };
                LogRecord::Own { signed, proposal, prepared }
            }
            Persist::Installed(new_view) => LogRecord::Installed(new_view),
        }
    }
}

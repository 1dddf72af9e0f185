//! Starts the mempool and leads its events to network and replica.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use consensus::Input;
use crossbeam_channel::{Receiver, Sender};
use ledger::LedgerReader;
use mempool::{Mempool, MempoolConfig, MempoolEvent, MempoolHandle};
use types::{BatchDigest, BatchRef, ChainId, Height, Parameters};

use crate::{
    config::MempoolSection,
    exit::Failure,
    failpoint::{self, Edge, PassingDisk, Side},
    home::Home,
};

use super::{clock::wall_time, network::Network, seat::Seat, supervisor::Supervisor};

/// What consensus says of batches.
pub enum BatchWork {
    /// A block's batches are decided.
    Ordered {
        /// The block.
        height: Height,
        /// Its batches.
        references: Vec<BatchRef>,
    },
    /// Needed no more.
    Drop(Vec<BatchRef>),
    /// An epoch begins.
    Enter(Arc<Seat>),
}

/// Where the mempool's events go.
pub struct Outlet {
    /// Peers.
    pub network: Network,
    /// The replica.
    pub replica: Sender<Input>,
    /// Told of fatal faults.
    pub supervisor: Supervisor,
}

/// Starts the mempool's threads.
///
/// # Errors
/// When its store cannot be opened.
pub fn start(
    home: &Home,
    section: &MempoolSection,
    chain: ChainId,
    seat: &Seat,
    reader: &LedgerReader,
    outlet: Outlet,
) -> Result<MempoolHandle, Failure> {
    // A crash may leave batches in the store that stand in certified blocks already: they are not news.
    let settled = settled(reader, &seat.epoch.parameters)?;
    let old: BTreeSet<BatchDigest> =
        settled.iter().flat_map(|(_, refs)| refs).map(|batch| batch.digest).collect();
    let starting = Arc::new(AtomicBool::new(true));
    let opening = Arc::clone(&starting);
    let lead = move |event| match event {
        MempoolEvent::BatchHeld(batch) if opening.load(Ordering::Relaxed) && old.contains(&batch.digest) => {}
        other => outlet.lead(other),
    };
    let pool = Mempool::start(
        settings(home, section),
        chain,
        seat.era(),
        Arc::new(reader.clone()),
        Arc::new(wall_time),
        Box::new(lead),
    )?;
    starting.store(false, Ordering::Relaxed);
    for (height, references) in settled {
        pool.ordered(height, &references);
        pool.prune(&digests(&references));
    }
    Ok(pool)
}

/// Carries out what consensus says of batches, in order, on a thread of its own.
///
/// # Errors
/// A seat that the set does not have.
pub fn keep(pool: &MempoolHandle, work: &Receiver<BatchWork>) -> Result<(), Failure> {
    while let Ok(work) = work.recv() {
        match work {
            BatchWork::Ordered { height, references } => pool.ordered(height, &references),
            BatchWork::Drop(references) => pool.prune(&digests(&references)),
            BatchWork::Enter(seat) => pool.enter_epoch(seat.era())?,
        }
    }
    Ok(())
}

impl Outlet {
    fn lead(&self, event: MempoolEvent) {
        // The replica's queue closes only when the node stops.
        match event {
            MempoolEvent::Send { to, message } => {
                failpoint::sending_pool(&message, || self.network.send_pool(to, &message));
            }
            MempoolEvent::BatchHeld(reference) => {
                failpoint::pass(Edge::BatchStore, Side::After);
                let _ = self.replica.send(Input::BatchHeld(reference));
            }
            MempoolEvent::BatchCertified { proof, acks } => {
                let _ = self.replica.send(Input::BatchCertified { proof, acks });
            }
            MempoolEvent::ProofReceived(proof) => {
                let acks = proof.signatures.len();
                let _ = self.replica.send(Input::BatchCertified { proof, acks });
            }
            // Outcomes of expired transactions are answered from the chain.
            MempoolEvent::Expired(_) => {}
            MempoolEvent::Fatal(error) => self.supervisor.report("mempool", Err(error.into())),
        }
    }
}

/// The batches of the last certified blocks, two windows deep: older ones left the store long ago.
fn settled(reader: &LedgerReader, parameters: &Parameters) -> Result<Vec<(Height, Vec<BatchRef>)>, Failure> {
    let low = reader.certified_height();
    let mut settled = Vec::new();
    let mut height = low.minus(parameters.window.saturating_mul(2)).next();
    while height <= low && low > Height::ZERO {
        if let Some(proposal) = reader.proposal(height)? {
            settled.push((height, proposal.references));
        }
        height = height.next();
    }
    Ok(settled)
}

fn digests(references: &[BatchRef]) -> Vec<BatchDigest> {
    references.iter().map(|reference| reference.digest).collect()
}

fn settings(home: &Home, section: &MempoolSection) -> MempoolConfig {
    let bound = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let folder = home.data_directory().join("batches");
    let mut settings = MempoolConfig::new(&folder);
    settings.disk = Arc::new(PassingDisk::new(folder, &failpoint::BATCHES));
    settings.segment_bytes_max = failpoint::size(settings.segment_bytes_max, 8 << 10);
    settings.pending_transactions_max = bound(section.transactions_max);
    settings.pending_bytes_max = bound(section.bytes_max);
    settings.account_transactions_max = bound(section.transactions_per_account_max);
    if section.verify_threads > 0 {
        settings.admission_workers = section.verify_threads as usize;
        settings.verification_workers = section.verify_threads as usize;
    }
    settings
}

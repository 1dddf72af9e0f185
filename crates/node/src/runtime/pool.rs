//! Starts the mempool and leads its events to network and replica.

use std::sync::Arc;

use consensus::Input;
use crossbeam_channel::Sender;
use ledger::LedgerReader;
use mempool::{Mempool, MempoolConfig, MempoolEvent, MempoolHandle};
use types::{Epoch, Parameters};

use crate::{config::MempoolSection, exit::Failure, home::Home};

use super::{clock::wall_time, identity::Identity, network::Network, supervisor::Supervisor};

/// Starts the mempool's threads.
///
/// # Errors
/// When its store cannot be opened.
pub fn start(
    home: &Home,
    section: &MempoolSection,
    identity: &Identity,
    parameters: &Parameters,
    reader: &LedgerReader,
    to: (Network, Sender<Input>, Supervisor),
) -> Result<MempoolHandle, Failure> {
    let pool = Mempool::start(
        settings(home, section),
        identity.chain,
        identity.validators.as_ref().clone(),
        parameters.clone(),
        Epoch::ZERO,
        identity.signer.clone(),
        Arc::new(reader.clone()),
        Arc::new(wall_time),
        Box::new(move |event| lead(event, &to)),
    )?;
    Ok(pool)
}

fn lead(event: MempoolEvent, (network, replica, supervisor): &(Network, Sender<Input>, Supervisor)) {
    // The replica's queue closes only when the node stops.
    match event {
        MempoolEvent::Send { to, message } => network.send_pool(to, &message),
        MempoolEvent::BatchHeld(reference) => {
            let _ = replica.send(Input::BatchHeld(reference));
        }
        MempoolEvent::BatchCertified { proof, acks } => {
            let _ = replica.send(Input::BatchCertified { proof, acks });
        }
        MempoolEvent::ProofReceived(proof) => {
            let acks = proof.signatures.len();
            let _ = replica.send(Input::BatchCertified { proof, acks });
        }
        // Outcomes of expired transactions are answered from the chain.
        MempoolEvent::Expired(_) => {}
        MempoolEvent::Fatal(error) => supervisor.report("mempool", Err(error.into())),
    }
}

fn settings(home: &Home, section: &MempoolSection) -> MempoolConfig {
    let bound = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let mut settings = MempoolConfig::new(home.data_directory().join("batches"));
    settings.pending_transactions_max = bound(section.transactions_max);
    settings.pending_bytes_max = bound(section.bytes_max);
    settings.account_transactions_max = bound(section.transactions_per_account_max);
    if section.verify_threads > 0 {
        settings.admission_workers = section.verify_threads as usize;
        settings.verification_workers = section.verify_threads as usize;
    }
    settings
}

//! What is durable, read for the replica.

use std::collections::BTreeMap;

use consensus::{LogRecord, Recovery, record::ExecutedBlock};
use ledger::LedgerReader;
use types::{EpochInfo, Height, ports::ChainReader as _};

use crate::exit::Failure;

/// The ledger's and the vote log's memory in the replica's form.
///
/// # Errors
/// When the ledger cannot be read.
pub fn read(reader: &LedgerReader, epoch: &EpochInfo, records: Vec<LogRecord>) -> Result<Recovery, Failure> {
    let low = reader.certified();
    let height = low.header.height;
    let mut certificates = Vec::new();
    let mut at = height.minus(epoch.parameters.window).next();
    while at <= height && height > Height::ZERO {
        certificates.extend(reader.header(at)?.and_then(|header| header.certificate));
        at = at.next();
    }
    let own: BTreeMap<_, _> = reader
        .own_checkpoints_above(height)?
        .into_iter()
        .map(|checkpoint| (checkpoint.statement.height, checkpoint.signature))
        .collect();
    // A change pending at the last height of an epoch is the one that ended it.
    let boundary = |at: Height| Ok::<_, Failure>(reader.boundary_at(at)?.filter(|last| *last > epoch.base));
    let mut executed = Vec::new();
    for (header, proposal) in reader.uncertified_blocks()? {
        executed.push(ExecutedBlock {
            height: header.height,
            header_hash: header.hash(),
            proposal: header.proposal,
            references: proposal.references,
            time: header.time,
            checkpoint: own.get(&header.height).copied(),
            boundary: boundary(header.height)?,
        });
    }
    Ok(Recovery {
        records,
        low: height,
        low_hash: low.hash(),
        low_time: low.header.time,
        boundary: boundary(height)?,
        low_certificate: low.certificate.clone(),
        certificates,
        executed,
    })
}

//! What is durable, read for the replica.

use std::collections::BTreeMap;

use consensus::{LogRecord, Recovery, record::ExecutedBlock};
use ledger::LedgerReader;
use types::{Height, Parameters, ports::ChainReader as _};

use crate::exit::Failure;

/// The ledger's and the vote log's memory in the replica's form.
///
/// # Errors
/// When the ledger cannot be read.
pub fn read(
    reader: &LedgerReader,
    parameters: &Parameters,
    records: Vec<LogRecord>,
) -> Result<Recovery, Failure> {
    let low = reader.certified();
    let height = low.header.height;
    let mut certificates = Vec::new();
    let mut at = height.minus(parameters.window).next();
    while at <= height && height > Height::ZERO {
        certificates.extend(reader.header(at)?.and_then(|header| header.certificate));
        at = at.next();
    }
    let own: BTreeMap<_, _> = reader
        .own_checkpoints_above(height)?
        .into_iter()
        .map(|checkpoint| (checkpoint.statement.height, checkpoint.signature))
        .collect();
    let executed = reader.uncertified_blocks()?.into_iter().map(|(header, proposal)| ExecutedBlock {
        height: header.height,
        header_hash: header.hash(),
        proposal: header.proposal,
        references: proposal.references,
        time: header.time,
        checkpoint: own.get(&header.height).copied(),
        boundary: None,
    });
    Ok(Recovery {
        records,
        low: height,
        low_hash: low.hash(),
        low_time: low.header.time,
        boundary: None,
        low_certificate: low.certificate.clone(),
        certificates,
        executed: executed.collect(),
    })
}

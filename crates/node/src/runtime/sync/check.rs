//! Judges the blocks of an answer before anything is done with them: places, certificates and contents of each,
//! then the client signatures of many together.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use consensus::{Input, VerifiedCertificate};
use types::{
    Block, CheckedBatch, Height, Parameters,
    checked::{InvalidBatch, UncheckedBatch},
    codec,
};

use super::{super::executor::VerifiedBlock, epochs::EpochCheck, fetch::Fetcher};

/// About how many signatures are verified in one go.
const SIGNATURES_MAX: usize = 512;

/// Why an answer is of no use; the peer is passed over.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadAnswer {
    #[error("the peer does not have height {0}")]
    NotThere(Height),
    #[error("no answer within {0:?}")]
    Late(Duration),
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
    Batch(Height, InvalidBatch),
}

/// A batch that is not held here, and where it belongs.
struct Open {
    height: Height,
    block: usize,
    place: usize,
    batch: UncheckedBatch,
}

impl Fetcher {
    /// The blocks of one epoch from `first` on; all are good, or the answer is bad.
    pub(super) fn check(&mut self, first: Height, answer: &[Bytes]) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let (blocks, check) = self.read(first, answer)?;
        let certificates = certificates(&check, &blocks)?;
        let blocks = self.check_batches(blocks, &check.parameters)?;
        for certificate in certificates {
            // The replica keeps it: for participation data, and to answer those who are further behind.
            let _ = self.replica.send(Input::Certificate(certificate));
        }
        Ok(blocks)
    }

    /// Blocks in their places whose parts belong together, if their headers are true; and what certifies them.
    fn read(&mut self, first: Height, answer: &[Bytes]) -> Result<(Vec<Block>, EpochCheck), BadAnswer> {
        let mut check = self.epochs.at(first)?;
        let mut blocks: Vec<Block> = Vec::with_capacity(answer.len());
        let mut expected = first;
        for bytes in answer {
            let block: Block = codec::decode_canonical(bytes)?;
            let found = block.header.height;
            if found != expected {
                return Err(BadAnswer::OtherHeight { expected, found });
            }
            let ours = self.epochs.at(found)?.epoch;
            if (ours, block.header.epoch) != (check.epoch, check.epoch) {
                // The set of the next epoch is known when its first block is the next one: the rest of the
                // answer is asked for again then.
                if !blocks.is_empty() {
                    break;
                }
                self.wait_for_executor(found.minus(1));
                check = self.epochs.at(found)?;
            }
            if check.epoch != block.header.epoch {
                return Err(BadAnswer::Epoch(found));
            }
            let fits = block.header.hash() == block.certificate.header_hash
                && block.certificate.height == found
                && block.proposal.digest() == block.header.proposal
                && block.batches.len() == block.proposal.references.len();
            if !fits {
                return Err(BadAnswer::Contents(found));
            }
            blocks.push(block);
            expected = expected.next();
        }
        if blocks.is_empty() { Err(BadAnswer::NotThere(first)) } else { Ok((blocks, check)) }
    }

    /// Verifies every batch that is not held here, those of many blocks in one go.
    fn check_batches(
        &self,
        blocks: Vec<Block>,
        parameters: &Parameters,
    ) -> Result<Vec<VerifiedBlock>, BadAnswer> {
        let mut batches: Vec<Vec<Option<Arc<CheckedBatch>>>> = Vec::with_capacity(blocks.len());
        let (mut open, mut signatures) = (Vec::new(), 0);
        for (index, block) in blocks.iter().enumerate() {
            let mut row = Vec::with_capacity(block.batches.len());
            for (bytes, reference) in block.batches.iter().zip(&block.proposal.references) {
                let held = self.pool.get(&reference.digest);
                if held.is_none() {
                    let height = block.header.height;
                    let batch = UncheckedBatch::read(bytes.clone(), &self.chain_id, parameters, |_| None)
                        .map_err(|error| BadAnswer::Batch(height, error))?;
                    if batch.reference() != reference {
                        return Err(BadAnswer::Contents(height));
                    }
                    signatures += batch.signatures();
                    open.push(Open { height, block: index, place: row.len(), batch });
                }
                row.push(held);
            }
            batches.push(row);
            if signatures >= SIGNATURES_MAX {
                verify(std::mem::take(&mut open), &mut batches)?;
                signatures = 0;
            }
        }
        verify(open, &mut batches)?;
        let verified = |(block, row): (Block, Vec<Option<_>>)| VerifiedBlock {
            block,
            batches: row.into_iter().flatten().collect(),
        };
        Ok(blocks.into_iter().zip(batches).map(verified).collect())
    }
}

fn certificates(check: &EpochCheck, blocks: &[Block]) -> Result<Vec<VerifiedCertificate>, BadAnswer> {
    let certificates = blocks.iter().map(|block| block.certificate.clone()).collect();
    let judged = check.verifier.verify_certificates(certificates);
    let height = |(block, judged): (&Block, Result<_, _>)| {
        judged.map_err(|_| BadAnswer::Certificate(block.header.height))
    };
    blocks.iter().zip(judged).map(height).collect()
}

/// Verifies in one go and puts each where it belongs.
fn verify(open: Vec<Open>, batches: &mut [Vec<Option<Arc<CheckedBatch>>>]) -> Result<(), BadAnswer> {
    let (places, unchecked): (Vec<_>, Vec<_>) =
        open.into_iter().map(|open| ((open.height, open.block, open.place), open.batch)).unzip();
    for ((height, block, place), checked) in
        places.into_iter().zip(UncheckedBatch::verify_together(unchecked))
    {
        let batch = checked.map_err(|error| BadAnswer::Batch(height, error))?;
        batches[block][place] = Some(Arc::new(batch));
    }
    Ok(())
}

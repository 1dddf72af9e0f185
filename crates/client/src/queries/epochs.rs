//! Following the validators from the genesis over the changes of the set.

use types::{Epoch, EpochEnd, block::CertifiedHeader};

use crate::{
    Client, ClientError, ProofError, Receipt,
    client::{READ_TIMEOUT, queries, within},
    decode, pb,
};

/// Ends of epochs that are taken from a node that is believed.
const ENDS_MAX: usize = 65_536;

impl Client {
    /// Learns the validators of the block's epoch, one step for each change since the newest known epoch.
    /// What a node does not tell stays unknown: the block's proof fails then.
    pub(crate) async fn follow(&self, block: &CertifiedHeader) -> Result<(), ClientError> {
        let Some(verifier) = &self.inner.verifier else { return Ok(()) };
        while verifier.newest_epoch() < block.header.epoch {
            let before = verifier.newest_epoch();
            for end in self.epoch_ends(before).await? {
                verifier.learn(&end)?;
            }
            if verifier.newest_epoch() == before {
                break;
            }
        }
        Ok(())
    }

    /// Gives a receipt what proves the validators of its block, so that it needs the genesis alone.
    pub(crate) async fn complete(&self, receipt: &mut Receipt) -> Result<(), ClientError> {
        let epoch = receipt.block.header.epoch;
        if let Some(verifier) = &self.inner.verifier {
            self.follow(&receipt.block).await?;
            receipt.epochs = verifier.ends_below(epoch);
            return Ok(());
        }
        while (receipt.epochs.len() as u64) < epoch.get() && receipt.epochs.len() < ENDS_MAX {
            let page = self.epoch_ends(Epoch::new(receipt.epochs.len() as u64)).await?;
            if page.is_empty() {
                break;
            }
            receipt.epochs.extend(page);
        }
        receipt.epochs.truncate(usize::try_from(epoch.get()).unwrap_or(usize::MAX));
        Ok(())
    }

    async fn epoch_ends(&self, first: Epoch) -> Result<Vec<EpochEnd>, ClientError> {
        let ask = |channel| async move {
            let request = pb::GetEpochEndsRequest { first_epoch: first.get() };
            queries(channel).get_epoch_ends(within(READ_TIMEOUT, request)).await
        };
        let answer = self.inner.endpoints.call(ask).await?;
        Ok(answer.ends.iter().map(decode::epoch_end).collect::<Result<_, ProofError>>()?)
    }
}

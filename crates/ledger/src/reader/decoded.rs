//! A stored block with its transaction list and both Merkle trees, ready for proofs.

use bytes::Bytes;
use types::{
    Batch, Hash, Height, Proposal, ResultRecord, codec,
    merkle::{MerklePath, leaf_hash, node_hash},
};

use crate::{
    LedgerError,
    execution::block::Listed,
    store::{Column, Store, keys},
};

/// The listed transactions of a block.
pub(crate) struct DecodedBlock {
    pub(crate) height: Height,
    pub(crate) transactions: Vec<(Bytes, ResultRecord)>,
    transaction_tree: Levels,
    result_tree: Levels,
}

/// All levels of an RFC 6962 tree, leaves first.
struct Levels(Vec<Vec<Hash>>);

impl DecodedBlock {
    /// Reads a block; `None` when its body is not here.
    pub(crate) fn read(store: &Store, height: Height) -> Result<Option<Self>, LedgerError> {
        let Some(listed) = listed(store, height)? else { return Ok(None) };
        let Some(proposal) = proposal(store, height)? else { return Ok(None) };
        let mut all = Vec::new();
        for bytes in batches(store, height, &proposal)? {
            let batch: Batch =
                codec::decode(&bytes).map_err(|_| LedgerError::damaged("bodies", &keys::height(height)))?;
            all.extend(batch.transactions);
        }
        let mut transactions = Vec::with_capacity(listed.len());
        for Listed { place, record } in listed {
            let bytes = all.get(place as usize).cloned();
            let bytes = bytes.ok_or_else(|| LedgerError::damaged("results", &keys::height(height)))?;
            transactions.push((bytes, record));
        }
        let witness = |bytes: &Bytes| types::hash::sha256("hanse.tx.witness.v1", &[bytes]);
        let transaction_tree =
            Levels::of(transactions.iter().map(|(bytes, _)| leaf_hash(&witness(bytes))).collect());
        let result_tree =
            Levels::of(transactions.iter().map(|(_, record)| leaf_hash(&record.encode())).collect());
        Ok(Some(Self { height, transactions, transaction_tree, result_tree }))
    }

    /// The paths of a transaction's witness hash and of its result.
    pub(crate) fn paths(&self, index: u32) -> Option<(MerklePath, MerklePath)> {
        Some((self.transaction_tree.path(index as usize)?, self.result_tree.path(index as usize)?))
    }
}

/// What became of a block's transactions.
pub(crate) fn listed(store: &Store, height: Height) -> Result<Option<Vec<Listed>>, LedgerError> {
    store.value(Column::Results, &keys::height(height))
}

/// A block's proposal.
pub(crate) fn proposal(store: &Store, height: Height) -> Result<Option<Proposal>, LedgerError> {
    store.value(Column::Bodies, &keys::body(height, 0))
}

/// A block's encoded batches.
pub(crate) fn batches(store: &Store, height: Height, proposal: &Proposal) -> Result<Vec<Bytes>, LedgerError> {
    let mut batches = Vec::with_capacity(proposal.references.len());
    for (part, _) in (1u32..).zip(&proposal.references) {
        let key = keys::body(height, part);
        let bytes = store.get(Column::Bodies, &key)?.ok_or_else(|| LedgerError::damaged("bodies", &key))?;
        batches.push(bytes.into());
    }
    Ok(batches)
}

impl Levels {
    fn of(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let up = |pair: &[Hash]| match pair {
                [left, right] => node_hash(left, right),
                [odd, ..] => *odd,
                [] => Hash::default(),
            };
            let next = level.chunks(2).map(up).collect();
            levels.push(next);
        }
        Self(levels)
    }

    fn path(&self, index: usize) -> Option<MerklePath> {
        let leaves = self.0.first()?.len();
        if index >= leaves {
            return None;
        }
        let below_root = &self.0[..self.0.len() - 1];
        let sibling = |(height, level): (usize, &Vec<Hash>)| level.get((index >> height) ^ 1).copied();
        let siblings = below_root.iter().enumerate().filter_map(sibling).collect();
        Some(MerklePath { index: index as u64, leaves: leaves as u64, siblings })
    }
}

#[cfg(test)]
mod tests {
    use super::{Levels, leaf_hash};

    #[test]
    fn paths_are_those_of_the_plain_tree() {
        for n in 0..40usize {
            let data: Vec<_> = (0..n).map(|i| [u8::try_from(i).unwrap(); 5]).collect();
            let levels = Levels::of(data.iter().map(|data| leaf_hash(data)).collect());
            for index in 0..=n {
                assert_eq!(levels.path(index), types::merkle::path(&data, index));
            }
        }
    }
}

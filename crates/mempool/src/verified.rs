//! Transactions whose signatures were verified here, so that none is verified twice: the same one may be
//! submitted here and arrive in another validator's batch.

use std::collections::HashMap;

use parking_lot::Mutex;
use types::{CheckedTransaction, Transaction, WitnessHash};

/// Two generations; when the young one is full it becomes the old one, and the old one is forgotten.
/// The maps are only asked by key, never walked, so their order cannot matter.
#[derive(Debug)]
pub(crate) struct Verified {
    generation_bytes_max: usize,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<WitnessHash, CheckedTransaction>,
    young_bytes: usize,
    old: HashMap<WitnessHash, CheckedTransaction>,
}

impl Verified {
    pub(crate) fn new(bytes_max: usize) -> Self {
        Self { generation_bytes_max: bytes_max / 2, generations: Mutex::default() }
    }

    pub(crate) fn get(&self, transaction: &Transaction) -> Option<CheckedTransaction> {
        let generations = self.generations.lock();
        let witness = transaction.witness();
        generations.young.get(witness).or_else(|| generations.old.get(witness)).cloned()
    }

    pub(crate) fn insert<'t>(&self, transactions: impl IntoIterator<Item = &'t CheckedTransaction>) {
        let mut generations = self.generations.lock();
        for transaction in transactions {
            if generations.young_bytes >= self.generation_bytes_max {
                generations.old = std::mem::take(&mut generations.young);
                generations.young_bytes = 0;
            }
            let witness = *transaction.get().witness();
            if generations.young.insert(witness, transaction.clone()).is_none() {
                generations.young_bytes += transaction.get().bytes().len();
            }
        }
    }
}

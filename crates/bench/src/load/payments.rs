//! The stream of transactions of one connection.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use client::TransactionBuilder;
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};
use types::{AccountId, TimeMs, Transaction};

use super::{LoadPlan, workload::Choice};

/// Makes signed transactions: payers take turns, each paying others that are some places further.
#[derive(Debug)]
pub(super) struct Payments {
    plan: Arc<LoadPlan>,
    random: StdRng,
    next: usize,
}

impl Payments {
    /// Connections begin at different payers and have different dice.
    pub(super) fn new(plan: Arc<LoadPlan>, number: usize) -> Self {
        let random = StdRng::seed_from_u64(plan.seed.wrapping_add(number as u64));
        Self { plan, random, next: number }
    }

    /// The next signed transaction; `None` when there is nobody to pay.
    pub(super) fn next(&mut self) -> Option<Transaction> {
        let payers = &self.plan.payers;
        if payers.len() < 2 {
            return None;
        }
        let turn = self.next;
        self.next = turn.wrapping_add(1);
        let payer = &payers[turn % payers.len()];
        let to = |place: usize| -> AccountId {
            let distance = 1 + (turn / payers.len() + place) % (payers.len() - 1);
            payers[(turn + distance) % payers.len()].account
        };
        let now = SystemTime::now();
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = TimeMs::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        let dice = self.random.random_range(0..100);
        let choice = self.plan.workload.choose(&self.plan, dice, now_ms, payer.account, &to);
        let (operations, signer) = match choice {
            Choice::ByPayer(operations) => (operations, payer),
            Choice::ByIssuer(operations) => (operations, self.plan.issuer.as_ref()?),
        };
        let empty = TransactionBuilder::new(self.plan.chain_id);
        let builder = operations.into_iter().fold(empty, TransactionBuilder::operation);
        let builder = builder.valid_for(now, self.plan.lifetime).salt(self.random.next_u64());
        Some(builder.build().ok()?.sign(&[&signer.key]))
    }
}

//! The stream of transfers of one connection.

use std::{sync::Arc, time::SystemTime};

use client::TransactionBuilder;
use types::{Operation, Transaction};

use super::LoadPlan;

/// Makes signed transfers: payers take turns, each paying one that is some places further.
#[derive(Debug)]
pub(super) struct Payments {
    plan: Arc<LoadPlan>,
    next: usize,
}

impl Payments {
    /// Connections begin at different payers.
    pub(super) fn new(plan: Arc<LoadPlan>, number: usize) -> Self {
        Self { plan, next: number }
    }

    /// The next signed transfer; `None` when there is nobody to pay or no randomness.
    pub(super) fn next(&mut self) -> Option<Transaction> {
        let payers = &self.plan.payers;
        if payers.len() < 2 {
            return None;
        }
        let turn = self.next;
        self.next = turn.wrapping_add(1);
        let from = &payers[turn % payers.len()];
        let distance = 1 + (turn / payers.len()) % (payers.len() - 1);
        let to = &payers[(turn % payers.len() + distance) % payers.len()];
        let operation = Operation::Transfer {
            source: from.account,
            asset: self.plan.asset,
            to: to.account,
            amount: self.plan.amount,
        };
        let builder = TransactionBuilder::new(self.plan.chain_id)
            .operation(operation)
            .valid_for(SystemTime::now(), self.plan.lifetime)
            .salt_random()
            .ok()?;
        Some(builder.build().ok()?.sign(&[&from.key]))
    }
}

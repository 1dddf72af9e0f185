//! What the load asks for.

use serde::{Deserialize, Serialize};
use types::{AccountId, Operation, TimeMs};

use super::LoadPlan;

/// How long units stay locked; nobody unlocks them sooner.
const LOCKED_MS: u64 = 3_600_000;
/// Transfers in one transaction of several.
const SEVERAL: usize = 4;

/// Which transactions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Transfers, one per transaction.
    #[default]
    Transfer,
    /// Of 100: 65 transfers, 15 of four transfers in one, 10 locks, 5 issued, 5 redeemed.
    Mixed,
}

/// A choice made: who signs, and what for.
pub(super) enum Choice {
    /// The payer whose turn it is.
    ByPayer(Vec<Operation>),
    /// The issuer.
    ByIssuer(Vec<Operation>),
}

impl Workload {
    /// The transaction for a payer and those it pays; `dice` is 0 to 99.
    pub(super) fn choose(
        self,
        plan: &LoadPlan,
        dice: u32,
        now: TimeMs,
        from: AccountId,
        to: &dyn Fn(usize) -> AccountId,
    ) -> Choice {
        let (asset, amount) = (plan.asset, plan.amount);
        let transfer = |place: usize| Operation::Transfer { source: from, asset, to: to(place), amount };
        let one = match (self, dice) {
            (Self::Transfer, _) | (Self::Mixed, 0..65 | 100..) => transfer(0),
            (Self::Mixed, 65..80) => return Choice::ByPayer((0..SEVERAL).map(transfer).collect()),
            (Self::Mixed, 80..90) => {
                let expires = TimeMs::new(now.get().saturating_add(LOCKED_MS));
                Operation::Lock { source: from, asset, beneficiary: to(0), amount, expires, hash: None }
            }
            (Self::Mixed, 90..95) => match &plan.issuer {
                Some(issuer) => {
                    let source = issuer.account;
                    return Choice::ByIssuer(vec![Operation::Issue { source, asset, to: from, amount }]);
                }
                None => transfer(0),
            },
            (Self::Mixed, 95..100) => Operation::Redeem { source: from, asset, amount },
        };
        Choice::ByPayer(vec![one])
    }
}

//! Whatever is done, supplies are the sums of holdings, equal blocks give equal headers, and the ledger
//! verifies.

use proptest::prelude::*;
use types::{Amount, LockId, Operation, TimeMs, Transaction, ports::ChainReader};

use super::support::{World, asset, id, open, pack, sums};

const NAMES: [&str; 5] = ["alpha/alice", "beta/bob", "beta/carol", "alpha/issuer", "beta/admin"];
const ASSETS: [&str; 4] = ["EUR", "GOLD", "SEC", "NONE"];

#[derive(Debug, Clone)]
struct Step {
    kind: u8,
    from: usize,
    to: usize,
    asset: usize,
    amount: u128,
    lock: usize,
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![6 => 0u128..400, 1 => Just(u128::MAX), 1 => Just(u128::MAX / 2)];
    (0u8..6, 0..NAMES.len(), 0..NAMES.len(), 0..ASSETS.len(), amount, 0usize..8)
        .prop_map(|(kind, from, to, asset, amount, lock)| Step { kind, from, to, asset, amount, lock })
}

fn operation(step: &Step, locks: &[LockId], now: u64) -> Operation {
    let (source, to, asset, amount) =
        (id(NAMES[step.from]), id(NAMES[step.to]), asset(ASSETS[step.asset]), Amount::new(step.amount));
    match step.kind {
        0 | 1 => Operation::Transfer { source, asset, to, amount },
        2 => Operation::Issue { source: id("alpha/issuer"), asset, to, amount },
        3 => Operation::Redeem { source, asset, amount },
        4 => Operation::Lock {
            source,
            asset,
            beneficiary: to,
            amount,
            expires: TimeMs::new(now + 500 * (1 + step.lock as u64)),
            hash: None,
        },
        _ => {
            let lock = locks.get(locks.len().saturating_sub(1 + step.lock)).copied().unwrap_or_default();
            Operation::Unlock { source, lock, preimage: vec![] }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn money_is_conserved_and_replay_is_exact(
        blocks in prop::collection::vec(prop::collection::vec(prop::collection::vec(step(), 1..4), 0..8), 1..8),
    ) {
        let mut world = World::new();
        let mut locks = Vec::new();
        let mut proposed = Vec::new();
        for (height, block) in blocks.iter().enumerate() {
            let mut transactions: Vec<Transaction> = Vec::new();
            for steps in block {
                let now = world.now;
                let operations: Vec<_> = steps.iter().map(|step| operation(step, &locks, now)).collect();
                let transaction = world.sign(operations, &NAMES);
                for (place, step) in (0u32..).zip(steps) {
                    if step.kind == 4 {
                        locks.push(LockId::of_operation(transaction.id(), place));
                    }
                }
                transactions.push(transaction);
            }
            let batches = if transactions.is_empty() { vec![] } else { vec![pack(height as u64, &transactions)] };
            let block = world.propose(batches);
            let executed = world.writer().execute(&block, &|_| None).unwrap();
            let certificate = super::support::certificate(block.height, executed.hash);
            world.writer().store_certificates(&[certificate]).unwrap();
            proposed.push((block, executed.hash));
            let (held, supplies) = sums(world.reader().state().as_ref());
            for (asset, supply) in supplies {
                prop_assert_eq!(held.get(&asset).copied().unwrap_or(0), supply);
            }
        }
        // The same blocks elsewhere give the same headers.
        let other = tempfile::tempdir().unwrap();
        let (mut writer, reader) = open(other.path()).unwrap();
        for (block, hash) in &proposed {
            prop_assert_eq!(writer.execute(block, &|_| None).unwrap().hash, *hash);
        }
        prop_assert_eq!(reader.executed(), world.reader().executed());
        world.close();
        let report = ledger::verify_ledger(world.dir.path(), &super::support::genesis(), &mut |_, _| {}).unwrap();
        prop_assert!(report.ok, "{:?}", report.errors);
    }
}

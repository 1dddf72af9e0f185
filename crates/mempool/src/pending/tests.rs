//! Whatever happens in whatever order, the books agree with the entries.

use proptest::prelude::*;
use types::{
    AccountId, Amount, AssetId, BatchDigest, ChainId, CheckedTransaction, Operation, SecretKey, TimeMs,
    admission::ClientId, transaction::TransactionBody,
};

use super::{Due, LENGTH_PREFIX, Pending, Place, key_of};
use crate::MempoolConfig;

const TRANSACTIONS: usize = 12;
const BATCHES: u8 = 4;

/// Twelve transactions of three accounts; each body in two forms.
fn transactions() -> Vec<CheckedTransaction> {
    let key = SecretKey::from_seed(&[1; 32]);
    let make = |number: u8| {
        let source = AccountId::new([number % 3; 32]);
        let transfer =
            Operation::Transfer { source, asset: AssetId::default(), to: source, amount: Amount::new(1) };
        let (chain_id, valid_until) = (ChainId::default(), TimeMs::new(u64::from(number) * 10));
        let salt = u64::from(number);
        let body =
            TransactionBody { chain_id, valid_until, salt, operations: vec![transfer], memo: String::new() };
        let whole = body.sign(&[&key]);
        [whole.signed_by(&SecretKey::from_seed(&[2; 32])), whole]
    };
    let all = (0..6).flat_map(make).collect();
    CheckedTransaction::check_each(all).into_iter().map(Result::unwrap).collect()
}

#[derive(Debug, Clone)]
enum Step {
    Submit(usize, u64),
    Take(usize, u8),
    Certified(u8, Vec<usize>),
    Ordered(u8),
    Dropped(u8),
    Restored(u8, usize),
    Committed(usize),
    Time(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let place = 0..TRANSACTIONS;
    prop_oneof![
        4 => (place.clone(), 0..3_u64).prop_map(|(place, client)| Step::Submit(place, client)),
        2 => (0..2000_usize, 0..BATCHES).prop_map(|(bytes, batch)| Step::Take(bytes, batch)),
        1 => (0..BATCHES, prop::collection::vec(place.clone(), 1..5)).prop_map(|(b, p)| Step::Certified(b, p)),
        1 => (0..BATCHES).prop_map(Step::Ordered),
        1 => (0..BATCHES).prop_map(Step::Dropped),
        1 => (0..BATCHES, place.clone()).prop_map(|(batch, place)| Step::Restored(batch, place)),
        1 => place.prop_map(Step::Committed),
        1 => (0..70_u64).prop_map(Step::Time),
    ]
}

fn digest(batch: u8) -> BatchDigest {
    BatchDigest::new([batch; 32])
}

fn run(pending: &mut Pending, all: &[CheckedTransaction], own: &mut [Vec<CheckedTransaction>], step: Step) {
    match step {
        Step::Submit(place, client) => {
            let (client, bytes) = (ClientId(client), all[place].get().bytes().len());
            if pending.reserve(client, bytes).is_ok() {
                pending.judged(client);
                if pending.admit(all[place].clone(), client) != Ok(true) {
                    pending.release(client, bytes);
                }
            }
        }
        Step::Take(bytes, batch) => {
            let taken = pending.take(bytes);
            assert!(taken.iter().map(|one| one.get().bytes().len() + LENGTH_PREFIX).sum::<usize>() <= bytes);
            pending.batched(digest(batch), &taken);
            own[usize::from(batch)].extend(taken);
        }
        Step::Certified(batch, places) => {
            let batch_of: Vec<_> = places.into_iter().map(|place| all[place].clone()).collect();
            pending.certified(digest(batch + BATCHES), &batch_of);
        }
        Step::Ordered(batch) => {
            let keys: Vec<_> = own[usize::from(batch)].drain(..).map(|one| key_of(one.get())).collect();
            pending.batch_ordered(&digest(batch), &keys);
            pending.batch_ordered(&digest(batch + BATCHES), &[]);
        }
        Step::Dropped(batch) => pending.certified_dropped(&digest(batch + BATCHES)),
        Step::Restored(batch, place) => pending.restore(&all[place], digest(batch)),
        Step::Committed(place) => pending.committed(all[place].get().id()),
        Step::Time(time) => {
            for id in pending.expire(TimeMs::new(time)) {
                assert!(
                    all.iter().any(|one| *one.get().id() == id && one.get().body().valid_until.get() < time)
                );
            }
        }
    }
}

fn audit(pending: &Pending) {
    let bytes_of = |key| pending.entries[key].transaction.get().bytes().len();
    let queued: Vec<_> = pending
        .entries
        .iter()
        .filter(|(_, entry)| matches!(entry.place, Place::Queued(_)))
        .map(|(key, _)| key)
        .collect();
    let queued_bytes: usize = queued.iter().map(|key| bytes_of(key) + LENGTH_PREFIX).sum();
    assert_eq!(pending.queued_bytes, queued_bytes);
    assert_eq!(pending.queue.is_empty(), queued.is_empty());
    assert_eq!(pending.waiting_since.is_none(), queued.is_empty());
    assert_eq!(pending.expiries.len(), pending.entries.len());
    let waiting: Vec<_> = pending
        .entries
        .iter()
        .filter(|(_, entry)| entry.place != Place::Ordered)
        .map(|(key, _)| key)
        .collect();
    let bytes: usize = waiting.iter().map(|key| bytes_of(key)).sum();
    assert_eq!(pending.load(), (waiting.len() as u64, bytes as u64));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_agree_after_every_step(steps in prop::collection::vec(step(), 1..60)) {
        let all = transactions();
        let mut config = MempoolConfig::new("");
        config.account_transactions_max = 3;
        config.client_transactions_max = 4;
        let mut pending = Pending::new(&config);
        let mut own = vec![Vec::new(); usize::from(BATCHES)];
        for step in steps {
            run(&mut pending, &all, &mut own, step);
            audit(&pending);
        }
        for transaction in &all {
            pending.committed(transaction.get().id());
        }
        audit(&pending);
        prop_assert_eq!(pending.load(), (0, 0));
        // Nothing leaked: as much fits as at the beginning.
        for client in 0..3 {
            for _ in 0..4 {
                prop_assert_eq!(pending.reserve(ClientId(client), 1), Ok(()));
            }
        }
    }
}

#[test]
fn what_was_gathered_is_due_at_once_and_the_next_is_not() {
    let mut pending = Pending::new(&MempoolConfig::new(""));
    let all = transactions();
    for checked in &all[..2] {
        pending.reserve(ClientId(1), checked.get().bytes().len()).unwrap();
    }
    pending.admit(all[0].clone(), ClientId(1)).unwrap();
    assert!(matches!(pending.due(usize::MAX), Due::Since(_)));
    pending.ripen();
    assert_eq!(pending.due(usize::MAX), Due::Now);
    assert_eq!(pending.take(usize::MAX).len(), 1);
    pending.admit(all[2].clone(), ClientId(1)).unwrap();
    assert!(matches!(pending.due(usize::MAX), Due::Since(_)));
}

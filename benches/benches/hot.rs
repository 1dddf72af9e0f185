//! The hot paths, each once, for callgrind to count (`scripts/bench-check`). Only what [`measured`] calls is counted:
//! `hot PATH` prepares and measures one path, `hot --list` names them.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{collections::BTreeSet, hint::black_box};

use benches::{
    chain::{Chain, changes, tree_of},
    network::Network,
    transactions::{batch, chain, key, transfer},
};
use consensus::{Input, Message, SignedStatement, Statement};
use ledger::tree::NoPages;
use types::{
    Batch, Parameters, Transaction,
    crypto::{SignedBytes, verify_batch},
    hash::sha256,
};

/// What happens in here is counted.
#[inline(never)]
fn measured<R>(work: impl FnOnce() -> R) -> R {
    black_box(work())
}

const PATHS: [(&str, fn()); 8] = [
    ("types::transaction_decode/transactions=100", decode_transactions),
    ("types::verify_batch/signatures=256", verify),
    ("types::batch_encode/transactions=500", encode_batch),
    ("types::batch_decode/transactions=500", decode_batch),
    ("ledger::execute/transfers=250", execute),
    ("ledger::tree_update/keys=20000/changed=500", update_tree),
    ("consensus::step/prepares_of_8_heights", || step(Kind::Prepare)),
    ("consensus::step/commits_of_8_heights", || step(Kind::Commit)),
];

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match PATHS.iter().find(|(path, _)| *path == name) {
        Some((_, run)) => run(),
        // Also what `cargo bench` without a name asks for.
        None => PATHS.iter().for_each(|(path, _)| println!("{path}")),
    }
}

fn decode_transactions() {
    let parameters = Parameters::default();
    let all: Vec<_> = (0..100).map(|salt| transfer(salt).bytes().clone()).collect();
    measured(|| {
        for bytes in &all {
            black_box(Transaction::decode(bytes.clone(), &chain(), &parameters).unwrap());
        }
    });
}

fn verify() {
    let messages: Vec<_> = (0..256u64).map(|i| sha256("bench.message", &[&i.to_le_bytes()])).collect();
    let mut items = Vec::new();
    for (number, message) in (0..).zip(&messages) {
        let key = key(number % 64);
        let (key, signature) = (key.public_key(), key.sign(message));
        items.push(SignedBytes { key, signature, message: message.as_slice() });
    }
    // The points of the keys are kept: the second time is what a running node does.
    verify_batch(&items).unwrap();
    measured(|| verify_batch(&items).unwrap());
}

fn encode_batch() {
    let batch = batch(500);
    measured(|| batch.encode());
}

fn decode_batch() {
    let encoded = batch(500).encode();
    measured(|| Batch::decode(&encoded, Parameters::default().max_batch_bytes).unwrap());
}

fn execute() {
    let mut chain = Chain::new(200);
    for _ in 0..2 {
        let block = chain.block(50);
        chain.execute(&block);
    }
    let block = chain.block(250);
    measured(|| chain.execute_only(&block));
}

fn update_tree() {
    let (tree, changes) = (tree_of(20_000), changes(20_000, 500));
    measured(|| tree.update(&NoPages, &changes, &mut BTreeSet::new()).unwrap());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Prepare,
    Commit,
}

fn kind_of(input: &Input) -> Option<Kind> {
    let Input::Message { message, .. } = input else { return None };
    match message.message() {
        Message::Signed(SignedStatement { statement: Statement::Prepare(_), .. }) => Some(Kind::Prepare),
        Message::Signed(SignedStatement { statement: Statement::Commit(_), .. }) => Some(Kind::Commit),
        _ => None,
    }
}

fn step(kind: Kind) {
    let mut network = Network::new(4);
    for _ in 0..8 {
        network.order(|replica, input| {
            if kind_of(&input) == Some(kind) { measured(|| replica.step(input)) } else { replica.step(input) }
        });
    }
}

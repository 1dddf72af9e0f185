//! The validators change: every later set is proven from the genesis, step by step, and only for its heights.

use client::{ProofError, Receipt, Verifier};
use types::{
    CertificateError, Epoch, EpochEnd, Genesis, Header, Height, StateRoot, Validator, ValidatorSet,
    VoteLogId, block::CertifiedHeader,
};

use crate::fixture::{TIME, certify, genesis, header, key, receipt_of, transaction};

/// The set of an epoch: validator e leaves, another one comes, so that a quorum of one set is none of the
/// set two epochs later. The seeds of its consensus keys.
fn seeds(epoch: u8) -> Vec<u8> {
    (epoch..epoch + 4).collect()
}

fn set(epoch: u8) -> ValidatorSet {
    if epoch == 0 {
        return genesis("one").validator_set().unwrap();
    }
    let validator = |seed: u8| Validator {
        name: format!("validator{seed}"),
        member: types::MemberId::of_name("member0"),
        consensus_key: key(seed).public_key(),
        node_key: key(100 + seed).public_key(),
        vote_log: VoteLogId::new([seed + epoch; 32]),
    };
    ValidatorSet::new(seeds(epoch).into_iter().map(validator).collect()).unwrap()
}

/// A header of an epoch, certified by three of the set of `signed_by`.
fn block(epoch: u8, height: u64, next: u8, signed_by: u8) -> CertifiedHeader {
    let genesis = genesis("one");
    let plain = header(&genesis, &[], StateRoot::new([3; 32]), TIME);
    let header = Header {
        epoch: Epoch::new(u64::from(epoch)),
        height: Height::new(height),
        active_set: set(epoch).hash(),
        next_set: set(next).hash(),
        ..plain
    };
    let seeds = seeds(signed_by);
    certify(&genesis, header, &[(0, seeds[0]), (1, seeds[1]), (3, seeds[3])])
}

/// Epochs end at heights 10, 20, ...
fn end(epoch: u8) -> EpochEnd {
    let last = 10 * (u64::from(epoch) + 1);
    EpochEnd { block: block(epoch, last, epoch + 1, epoch), next: set(epoch + 1) }
}

fn verifier(ends: u8) -> Verifier {
    let verifier = Verifier::new(genesis("one")).unwrap();
    (0..ends).for_each(|epoch| verifier.learn(&end(epoch)).unwrap());
    verifier
}

/// A receipt in epoch 2, at height 25.
fn receipt() -> (Genesis, Receipt) {
    let genesis = genesis("one");
    let transactions: Vec<_> = (0..5).map(|salt| transaction(&genesis, salt)).collect();
    let mut receipt = receipt_of(&genesis, &transactions, 2);
    let header = Header {
        epoch: Epoch::new(2),
        height: Height::new(25),
        active_set: set(2).hash(),
        next_set: set(2).hash(),
        ..receipt.block.header
    };
    receipt.block = certify(&genesis, header, &[(0, 2), (1, 3), (3, 5)]);
    receipt.epochs = vec![end(0), end(1)];
    (genesis, receipt)
}

fn fault(change: impl FnOnce(&mut Receipt)) -> ProofError {
    let (genesis, mut receipt) = receipt();
    change(&mut receipt);
    receipt.verify(&genesis).unwrap_err()
}

#[test]
fn each_set_proves_its_own_heights_and_no_others() {
    let verifier = verifier(2);
    assert_eq!(verifier.newest_epoch(), Epoch::new(2));
    for (epoch, heights) in [(0, 1..=10), (1, 11..=20), (2, 21..=30)] {
        for height in 1..=30 {
            let proven = verifier.certified(&block(epoch, height, epoch, epoch));
            assert_eq!(
                proven.is_ok(),
                heights.contains(&height),
                "epoch {epoch}, height {height}: {proven:?}"
            );
            if let Err(error) = proven {
                assert!(matches!(error, ProofError::OtherEpoch { .. }), "{error}");
            }
        }
        assert_eq!(*verifier.set_of_epoch(Epoch::new(u64::from(epoch))).unwrap(), set(epoch));
    }
    let unknown = verifier.certified(&block(3, 31, 3, 3)).unwrap_err();
    assert!(matches!(unknown, ProofError::UnknownEpoch { .. }), "{unknown}");
}

#[test]
fn a_quorum_of_the_old_set_certifies_nothing_of_the_new_epoch_nor_the_new_one_of_the_old() {
    let verifier = verifier(2);
    for (epoch, height, signed_by) in [(1, 11, 0), (2, 21, 1), (0, 10, 1), (1, 20, 2)] {
        let error = verifier.certified(&block(epoch, height, epoch, signed_by)).unwrap_err();
        assert!(matches!(error, ProofError::Certificate(CertificateError::Signature)), "{error}");
    }
    // The old set under its own name, in the header of a later epoch.
    let genesis = genesis("one");
    let mut forged = block(1, 11, 1, 0).header;
    forged.active_set = set(0).hash();
    let forged = certify(&genesis, forged, &[(0, 0), (1, 1), (3, 3)]);
    assert!(matches!(verifier.certified(&forged).unwrap_err(), ProofError::OtherSet { .. }));
}

#[test]
fn only_the_next_true_end_of_an_epoch_is_learnt() {
    let fresh = || Verifier::new(genesis("one")).unwrap();
    let refused = |end: &EpochEnd| fresh().learn(end).unwrap_err();
    let gap = refused(&end(1));
    assert!(matches!(gap, ProofError::UnknownEpoch { .. }), "{gap}");
    let set_of_another = refused(&EpochEnd { next: set(2), ..end(0) });
    assert!(matches!(set_of_another, ProofError::OtherSet { .. }), "{set_of_another}");
    let middle = refused(&EpochEnd { block: block(0, 5, 0, 0), next: set(0) });
    assert!(matches!(middle, ProofError::NoEpochEnd { .. }), "{middle}");
    let self_made = refused(&EpochEnd { block: block(0, 10, 1, 1), next: set(1) });
    assert!(matches!(self_made, ProofError::Certificate(_)), "certified by the new set: {self_made}");
    let mut bare = end(0);
    bare.block.certificate = None;
    assert!(matches!(refused(&bare), ProofError::Uncertified { .. }));

    let verifier = verifier(1);
    verifier.learn(&end(0)).unwrap();
    assert_eq!(verifier.newest_epoch(), Epoch::new(1), "an end that is known is learnt once");
    let earlier = EpochEnd { block: block(0, 9, 1, 0), next: set(1) };
    assert!(matches!(verifier.learn(&earlier).unwrap_err(), ProofError::OtherEpoch { .. }));
    let another = EpochEnd { block: block(0, 10, 2, 0), next: set(2) };
    assert!(matches!(verifier.learn(&another).unwrap_err(), ProofError::OtherEpoch { .. }));
    let too_low = EpochEnd { block: block(1, 10, 2, 1), next: set(2) };
    assert!(matches!(verifier.learn(&too_low).unwrap_err(), ProofError::OtherEpoch { .. }));
}

#[test]
fn a_receipt_of_a_later_epoch_needs_the_genesis_alone() {
    let (genesis, receipt) = receipt();
    assert_eq!(receipt.verify(&genesis).unwrap().height, Height::new(25));
    let text = receipt.to_json().unwrap();
    assert!(text.contains("\"version\": 2"));
    let read = Receipt::from_json(&text).unwrap();
    assert_eq!(read, receipt);
    read.verify(&genesis).unwrap();
    // A shared verifier gains and loses nothing.
    let shared = Verifier::new(genesis).unwrap();
    read.verify_with(&shared).unwrap();
    read.verify_with(&shared).unwrap();
    let incomplete = Receipt { epochs: Vec::new(), ..read.clone() };
    assert!(matches!(incomplete.verify_with(&shared), Err(ProofError::UnknownEpoch { .. })), "proves itself");
    assert_eq!(shared.ends_below(Epoch::new(2)), read.epochs);
}

#[test]
fn a_receipts_chain_of_sets_is_whole_and_in_order() {
    assert!(matches!(fault(|r| r.epochs.clear()), ProofError::UnknownEpoch { .. }));
    assert!(matches!(fault(|r| drop(r.epochs.pop())), ProofError::UnknownEpoch { .. }));
    let shifted = fault(|r| drop(r.epochs.remove(0)));
    assert!(matches!(shifted, ProofError::EpochOrder { place: 0, .. }), "{shifted}");
    assert!(matches!(fault(|r| r.epochs.swap(0, 1)), ProofError::EpochOrder { place: 0, .. }));
    assert!(matches!(fault(|r| r.epochs.push(end(2))), ProofError::EpochOrder { place: 2, .. }));
    assert!(matches!(fault(|r| r.epochs[1] = end(0)), ProofError::EpochOrder { place: 1, .. }));
    assert!(matches!(fault(|r| r.epochs[1].next = set(1)), ProofError::OtherSet { .. }));
    let by_the_old = fault(|r| r.epochs[1].block = block(1, 20, 2, 0));
    assert!(matches!(by_the_old, ProofError::Certificate(CertificateError::Signature)), "{by_the_old}");
    // The last set signs, but the block is of a height that the epoch before had.
    let too_low = fault(|r| {
        let header = Header { height: Height::new(20), ..r.block.header.clone() };
        r.block = certify(&genesis("one"), header, &[(0, 2), (1, 3), (3, 5)]);
    });
    assert!(matches!(too_low, ProofError::OtherEpoch { .. }), "{too_low}");
}

#[test]
fn a_file_names_its_epochs_exactly_when_there_are_some() {
    let (_, later) = receipt();
    let text = later.to_json().unwrap();
    assert!(Receipt::from_json(text.replace("\"version\": 2", "\"version\": 1")).is_err());
    assert!(Receipt::from_json(text.replace("\"version\": 2", "\"version\": 3")).is_err());
    let mut none = later.clone();
    none.epochs.clear();
    let text = none.to_json().unwrap();
    assert!(!text.contains("epochs"), "as it was before epochs were");
    assert!(Receipt::from_json(text.replace("\"version\": 1", "\"version\": 2")).is_err());
    assert!(
        Receipt::from_json(later.to_json().unwrap().replace("\"next_set\": \"", "\"next_set\": \"00"))
            .is_err()
    );
}

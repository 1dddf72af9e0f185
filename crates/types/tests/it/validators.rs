//! The validator set: who may stand in it, and whose turn it is.

use std::collections::BTreeSet;

use types::{
    Epoch, PublicKey, Validator, ValidatorIndex, ValidatorSet, View,
    validators::{VALIDATORS_MAX, ValidatorSetError},
};

use crate::{
    small_order,
    support::{key, validator, validators},
};

fn changed(change: impl FnOnce(&mut Vec<Validator>)) -> Result<ValidatorSet, ValidatorSetError> {
    let mut list: Vec<_> = (0..4).map(validator).collect();
    change(&mut list);
    ValidatorSet::new(list)
}

fn repeated(name: &str, what: &'static str) -> Result<ValidatorSet, ValidatorSetError> {
    Err(ValidatorSetError::Repeated { name: name.into(), what })
}

#[test]
fn threat_c17_nothing_may_stand_twice() {
    assert!(changed(|_| ()).is_ok());
    assert_eq!(changed(|v| v[2].consensus_key = v[0].consensus_key), repeated("validator2", "consensus key"));
    assert_eq!(changed(|v| v[3].node_key = v[1].node_key), repeated("validator3", "node key"));
    assert_eq!(changed(|v| v[1].node_key = v[1].consensus_key), repeated("validator1", "node key"));
    assert_eq!(changed(|v| v[1].node_key = v[0].consensus_key), repeated("validator1", "node key"));
    assert_eq!(changed(|v| v[1].name = v[0].name.clone()), repeated("validator0", "name"));
    assert_eq!(changed(|v| v[1].vote_log = v[0].vote_log), repeated("validator1", "vote log id"));
}

#[test]
fn threat_c18_small_order_keys_are_refused_as_consensus_and_node_keys() {
    for bad in small_order::keys().into_iter().chain([PublicKey::new([0xff; 32])]) {
        let unusable = |name: &str| Err(ValidatorSetError::UnusableKey { name: name.into(), key: bad });
        assert_eq!(changed(|v| v[0].consensus_key = bad), unusable("validator0"));
        assert_eq!(changed(|v| v[3].node_key = bad), unusable("validator3"));
    }
}

#[test]
fn a_set_has_1_to_1024_validators() {
    assert_eq!(ValidatorSet::new(vec![]), Err(ValidatorSetError::Count { found: 0 }));
    assert_eq!(validators(1).quorum(), 1);
    let too_many: Vec<_> = (0..=VALIDATORS_MAX).map(validator).collect();
    assert_eq!(ValidatorSet::new(too_many), Err(ValidatorSetError::Count { found: 1025 }));
}

#[test]
fn the_primary_rotates_with_view_and_epoch() {
    let set = validators(4);
    let at = |epoch, view| set.primary(Epoch::new(epoch), View::new(view)).get();
    assert_eq!([at(0, 0), at(0, 1), at(0, 3), at(0, 4), at(1, 0), at(1, 3), at(3, 2)], [0, 1, 3, 0, 1, 0, 1]);
    assert_eq!(at(u64::MAX, u64::MAX), (3 + 3) % 4, "no overflow");
    let turns: BTreeSet<_> = (0..4).map(|view| at(7, view)).collect();
    assert_eq!(turns.len(), 4, "everybody has a turn in n views");
}

#[test]
fn validators_are_found_by_index_and_key() {
    let set = validators(4);
    assert_eq!(set.index_of(&key("consensus", 2).public_key()), Some(ValidatorIndex::new(2)));
    assert_eq!(set.index_of(&key("node", 2).public_key()), None);
    assert_eq!(set.get(ValidatorIndex::new(4)), None);
    assert_eq!(set.key(ValidatorIndex::new(u16::MAX)), None);
    assert_eq!(set.indices().count(), 4);
}

#[test]
fn the_hash_depends_on_everything_and_on_the_order() {
    let mut hashes = BTreeSet::from([validators(4).hash(), validators(5).hash()]);
    hashes.insert(changed(|v| v.swap(0, 1)).unwrap().hash());
    hashes.insert(changed(|v| v[0].name.push('x')).unwrap().hash());
    hashes.insert(changed(|v| v[0].member = Default::default()).unwrap().hash());
    hashes.insert(changed(|v| v[0].vote_log = Default::default()).unwrap().hash());
    hashes.insert(changed(|v| v[0].node_key = key("node", 77).public_key()).unwrap().hash());
    hashes.insert(changed(|v| v[0].consensus_key = key("node", 78).public_key()).unwrap().hash());
    assert_eq!(hashes.len(), 8);
}

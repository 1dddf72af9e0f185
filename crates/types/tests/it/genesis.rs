//! The genesis: every fault at once, what the chain id depends on, and the members' approvals.

use std::collections::BTreeSet;

use types::{
    Amount, Genesis, Role, TimeMs,
    genesis::{Approval, GenesisError},
    state::TransferPolicy,
};

use crate::support::{genesis, key};

fn changed(change: impl FnOnce(&mut Genesis)) -> Genesis {
    let mut genesis = genesis();
    change(&mut genesis);
    genesis
}

#[test]
fn the_genesis_of_the_tests_is_good_and_approved() {
    assert_eq!(genesis().check(), Ok(()));
    assert_eq!(genesis().check_approvals(), Ok(()));
    assert_eq!(genesis().validator_set().unwrap().len(), 4);
}

/// Changes of the content, each of which must give another chain.
#[allow(dropping_copy_types)]
const CHANGES: &[fn(&mut Genesis)] = &[
    |g| g.network.push('x'),
    |g| g.created_ms = TimeMs::new(1),
    |g| g.nonce.push('x'),
    |g| g.members.swap(0, 1),
    |g| g.members[0].name.push('x'),
    |g| g.members[0].contact.push('x'),
    |g| drop(g.members.pop()),
    |g| g.accounts.swap(0, 1),
    |g| g.accounts[0].member.push('x'),
    |g| g.accounts[0].name.push('x'),
    |g| g.accounts[0].salt += 1,
    |g| g.accounts[1].keys.threshold += 1,
    |g| g.accounts[1].keys.keys[0].weight += 1,
    |g| g.accounts[1].keys.keys[1].public_key = key("account", 99).public_key(),
    |g| drop(g.accounts[0].roles.insert(Role::Auditor)),
    |g| g.assets[0].name.push('x'),
    |g| g.assets[0].decimals += 1,
    |g| g.assets[0].issuer = "beta/desk".into(),
    |g| g.assets[0].policy = TransferPolicy::Open,
    |g| drop(g.assets[0].holdings.insert("beta/watch".into(), Amount::ZERO)),
    |g| drop(g.assets[0].holdings.insert("beta/desk".into(), Amount::new(1))),
    |g| drop(g.assets.pop()),
    |g| g.validators.swap(0, 2),
    |g| g.validators[0].name.push('x'),
    |g| g.validators[0].member = "beta".into(),
    |g| g.validators[0].consensus_key = key("consensus", 99).public_key(),
    |g| g.validators[0].node_key = key("node", 99).public_key(),
    |g| g.validators[0].vote_log = Default::default(),
    |g| drop(g.validators.pop()),
    // Bytes moved over a border between two fields.
    |g| (g.network, g.nonce) = ("vector".into(), "s5f1d".into()),
    |g| (g.members[0].name, g.members[0].contact) = ("alphaops@alpha.".into(), "example".into()),
];

#[test]
fn the_chain_id_depends_on_every_field_but_the_approvals() {
    let mut ids = BTreeSet::from([genesis().chain_id()]);
    for (number, change) in CHANGES.iter().enumerate() {
        assert!(ids.insert(changed(change).chain_id()), "change {number} gives no new chain");
    }
    let names: Vec<_> =
        serde_json::to_value(genesis().parameters).unwrap().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 19);
    for name in names {
        let mut json = serde_json::to_value(genesis()).unwrap();
        json["parameters"][&name] = (json["parameters"][&name].as_u64().unwrap() + 1).into();
        let other: Genesis = serde_json::from_value(json).unwrap();
        assert!(ids.insert(other.chain_id()), "{name}");
    }
    assert_eq!(changed(|g| g.approvals.clear()).chain_id(), genesis().chain_id());
}

#[test]
fn every_fault_is_found_at_once() {
    let broken = changed(|g| {
        g.network = "Über".into();
        g.members.push(g.members[0].clone());
        g.members[1].name = String::new();
        g.accounts[0].name = "a/b".into();
        g.accounts[2].keys.threshold = 0;
        g.accounts.push(g.accounts[2].clone());
        g.assets[0].name = "T ST".into();
        g.assets[0].decimals = 19;
        g.assets[0].issuer = "nobody/none".into();
        g.assets[0].holdings.insert("beta/watch".into(), Amount::new(u128::MAX));
        g.validators[3].name = "no spaces".into();
        g.validators[1].consensus_key = g.validators[0].consensus_key;
        g.validators[2].vote_log = g.validators[0].vote_log;
        g.parameters.window = 0;
        g.parameters.max_signatures = 99;
    });
    let faults: Vec<String> = broken.check().unwrap_err().iter().map(ToString::to_string).collect();
    let expected = [
        "network name \"Über\"",
        "member name \"\"",
        "member alpha stands twice",
        "validator validator1 names member beta, which is not in the genesis",
        "account watch names member beta",
        "account name \"alpha/a/b\"",
        "account beta/watch: the threshold must be 1 to 1, found 0",
        "account beta/watch stands twice",
        "asset name \"T ST\"",
        "asset T ST: holdings must sum to at most 2^128-1",
        "asset T ST: at most 18 decimals",
        "asset T ST names account nobody/none",
        "validator name \"no spaces\"",
        "validator validator1 repeats the consensus key",
        "validator validator2 repeats the vote log id",
        "parameter window = 0",
        "parameter max_signatures = 99",
    ];
    for text in expected {
        assert!(faults.iter().any(|fault| fault.contains(text)), "{text} is missing in {faults:#?}");
    }
}

#[test]
fn names_have_the_documented_characters_and_lengths() {
    use types::genesis::{is_asset_name, is_name};
    for good in ["a", "alpha-1_x.y", &"z".repeat(64)] {
        assert!(is_name(good), "{good}");
    }
    for bad in ["", "A", "a b", "a/b", "ä", &"z".repeat(65)] {
        assert!(!is_name(bad), "{bad}");
    }
    assert!(is_asset_name("EUR.x-1_") && is_asset_name(&"Z".repeat(32)));
    assert!(!is_asset_name("") && !is_asset_name(&"Z".repeat(33)) && !is_asset_name("E R"));
}

#[test]
fn every_member_must_approve_exactly_this_genesis() {
    let missing = |genesis: &Genesis| -> Vec<String> {
        let to_name = |error| match error {
            GenesisError::NotApproved { member } => member,
            other => panic!("{other}"),
        };
        genesis
            .check_approvals()
            .map_or_else(|errors| errors.into_iter().map(to_name).collect(), |()| Vec::new())
    };
    let sign = |member: &str, key: types::SecretKey| {
        let signature = key.sign(&Approval::signing_bytes(&genesis().chain_id(), member));
        Approval { member: member.into(), public_key: key.public_key(), signature }
    };
    assert_eq!(missing(&changed(|g| drop(g.approvals.pop()))), ["beta"]);
    assert_eq!(missing(&changed(|g| g.approvals.clear())), ["alpha", "beta"]);
    assert_eq!(missing(&changed(|g| g.nonce.push('x'))), ["alpha", "beta"], "approved was another one");
    assert_eq!(missing(&changed(|g| g.approvals[1].signature = g.approvals[0].signature)), ["beta"]);
    let of_alpha = sign("beta", key("account", 0));
    assert_eq!(
        missing(&changed(|g| g.approvals[1] = of_alpha)),
        ["beta"],
        "alpha's key does not speak for beta"
    );
    let no_admin = sign("beta", key("account", 7));
    assert_eq!(
        missing(&changed(|g| g.approvals[1] = no_admin)),
        ["beta"],
        "nor does a key that is no admin's"
    );
    let by_validator = sign("alpha", key("consensus", 2));
    assert_eq!(missing(&changed(|g| g.approvals[0] = by_validator)), [""; 0], "a validator's key does");
    let garbage = sign("alpha", key("account", 55));
    assert_eq!(
        missing(&changed(|g| g.approvals.insert(0, garbage))),
        [""; 0],
        "a stray approval does not harm"
    );
}

#[test]
fn the_file_has_no_unknown_and_no_repeated_fields() {
    let text = serde_json::to_string(&genesis()).unwrap();
    assert_eq!(serde_json::from_str::<Genesis>(&text).unwrap(), genesis());
    let unknown = text.replacen("{\"network\"", "{\"x\":1,\"network\"", 1);
    let repeated = text.replacen("{\"network\"", "{\"network\":\"other\",\"network\"", 1);
    assert!(serde_json::from_str::<Genesis>(&unknown).is_err());
    assert!(serde_json::from_str::<Genesis>(&repeated).is_err());
    let without = text.replace(",\"approvals\":", ",\"approvals_\":");
    assert!(serde_json::from_str::<Genesis>(&without).is_err());
}

//! `state.json`: the bytes of every kind of state key and value.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use types::{
    Account, AccountStatus, Amount, AssetId, Epoch, Height, LockId, Member, MemberId, Parameters, Role,
    TimeMs, TransactionId,
    codec::encode,
    state::{Asset, EpochState, Holding, Lock, PendingEpoch, Seen, StateKey, TransferPolicy},
};

use crate::support::{account, two_keys, validator, validators};

fn entry<V: Serialize>(kind: &str, parts: Value, key: &StateKey, value: &V) -> Value {
    json!({
        "kind": kind,
        "parts": parts,
        "key": hex::encode(key.encode()),
        "value": value,
        "bytes": hex::encode(encode(value)),
    })
}

#[test]
fn state_keys_and_values_are_frozen() {
    let (member, asset) = (MemberId::of_name("beta"), AssetId::of_name("TEST"));
    let (lock, seen) = (LockId::new([9; 32]), TransactionId::new([8; 32]));
    let account_value = |roles: &[Role], status, name: &str| Account {
        member,
        name: name.into(),
        keys: two_keys(),
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
        status,
        long_lived: 3,
    };
    let lock_value = |hash| Lock {
        owner: account(1),
        beneficiary: account(2),
        asset,
        amount: Amount::new(7),
        expires: TimeMs::new(99),
        hash,
    };
    let asset_value = Asset {
        name: "TEST".into(),
        decimals: 2,
        issuer: account(1),
        policy: TransferPolicy::IssuerApproved,
        supply: Amount::new(u128::MAX),
    };
    let holding = Holding { available: Amount::new(1), locked: Amount::new(1 << 64) };
    let admin = account_value(&[Role::User, Role::Admin], AccountStatus::Frozen, "desk");
    let plain = account_value(&[], AccountStatus::Active, "");
    let parameters = Parameters { window: 2, ..Parameters::default() };
    let pending = PendingEpoch { last: Height::new(300), validators: validators(5), parameters };
    let rejoined = validator(0).consensus_key;
    let entries = vec![
        entry("parameters", json!([]), &StateKey::Parameters, &Parameters::default()),
        entry("active_set", json!([]), &StateKey::ActiveSet, &validators(4)),
        entry("next_set", json!([]), &StateKey::NextSet, &validators(1)),
        entry(
            "epoch",
            json!([]),
            &StateKey::Epoch,
            &EpochState { epoch: Epoch::new(3), base: Height::new(1 << 33) },
        ),
        entry("pending_epoch", json!([]), &StateKey::PendingEpoch, &pending),
        entry("rejoined", json!([rejoined]), &StateKey::Rejoined(rejoined), &TimeMs::new(1_767_225_660_000)),
        entry(
            "member",
            json!([member]),
            &StateKey::Member(member),
            &Member { name: "beta".into(), contact: "ü".into() },
        ),
        entry("account", json!([account(1)]), &StateKey::Account(account(1)), &admin),
        entry("account", json!([account(2)]), &StateKey::Account(account(2)), &plain),
        entry(
            "account_name",
            json!(["desk", member]),
            &StateKey::AccountName("desk".into(), member),
            &account(1),
        ),
        entry("asset", json!([asset]), &StateKey::Asset(asset), &asset_value),
        entry("holding", json!([asset, account(1)]), &StateKey::Holding(asset, account(1)), &holding),
        entry("lock", json!([lock]), &StateKey::Lock(lock), &lock_value(None)),
        entry("lock", json!([lock]), &StateKey::Lock(lock), &lock_value(Some([5; 32]))),
        entry("allowed_holder", json!([asset, account(1)]), &StateKey::AllowedHolder(asset, account(1)), &()),
        entry("seen", json!([4, seen]), &StateKey::Seen(TimeMs::new(4), seen), &Seen { slot_of: None }),
        entry(
            "seen",
            json!([4, seen]),
            &StateKey::Seen(TimeMs::new(4), seen),
            &Seen { slot_of: Some(account(3)) },
        ),
    ];
    super::freeze("state.json", &json!({ "entries": entries }));
}

#[test]
fn prefixes_select_what_they_name() {
    let (member, asset) = (MemberId::of_name("beta"), AssetId::of_name("TEST"));
    let name = StateKey::AccountName("desk".into(), member).encode();
    assert!(name.starts_with(&StateKey::account_name_prefix("desk")));
    assert!(!name.starts_with(&StateKey::account_name_prefix("des")), "the length is part of the prefix");
    assert!(StateKey::Holding(asset, account(1)).encode().starts_with(&StateKey::holdings_prefix(&asset)));
}

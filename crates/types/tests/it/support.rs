//! Fixed keys, a small genesis and every operation, shared by the tests.

use std::collections::{BTreeMap, BTreeSet};

use types::{
    AccountId, AccountStatus, Amount, AssetId, ChainId, KeySet, LockId, Member, MemberId, Operation,
    Parameters, Role, SecretKey, TimeMs, Validator, ValidatorSet, VoteLogId, WeightedKey,
    genesis::{Approval, Genesis, GenesisAccount, GenesisAsset, GenesisValidator},
    hash::sha256,
    state::TransferPolicy,
    transaction::TransactionBody,
};

/// The secret key of a purpose and number, the same in every run.
pub fn key(purpose: &str, number: usize) -> SecretKey {
    SecretKey::from_seed(&sha256("test.key", &[purpose.as_bytes(), &(number as u64).to_le_bytes()]))
}

pub fn chain() -> ChainId {
    ChainId::new([0xc4; 32])
}

pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

pub fn validator(number: usize) -> Validator {
    Validator {
        name: format!("validator{number}"),
        member: MemberId::of_name("alpha"),
        consensus_key: key("consensus", number).public_key(),
        node_key: key("node", number).public_key(),
        vote_log: VoteLogId::new(sha256("test.log", &[&(number as u64).to_le_bytes()])),
    }
}

pub fn validators(n: usize) -> ValidatorSet {
    ValidatorSet::new((0..n).map(validator).collect()).unwrap()
}

/// Two keys of unequal weight, ascending.
pub fn two_keys() -> KeySet {
    let mut keys: Vec<_> = [("account", 7, 1), ("account", 8, 2)]
        .map(|(purpose, number, weight)| WeightedKey {
            public_key: key(purpose, number).public_key(),
            weight,
        })
        .into();
    keys.sort();
    KeySet { keys, threshold: 2 }
}

pub fn genesis() -> Genesis {
    let member = |name: &str| Member { name: name.into(), contact: format!("ops@{name}.example") };
    let account = |member: &str, name: &str, salt, keys, roles: &[Role]| GenesisAccount {
        member: member.into(),
        name: name.into(),
        salt,
        keys,
        roles: roles.iter().copied().collect(),
    };
    let single = |number| KeySet::single(key("account", number).public_key());
    let mut genesis = Genesis {
        network: "vectors".into(),
        created_ms: TimeMs::new(1_767_225_600_000),
        nonce: "5f1d".into(),
        members: vec![member("alpha"), member("beta")],
        accounts: vec![
            account("alpha", "treasury", 1, single(0), &[Role::Admin, Role::Issuer]),
            account("beta", "desk", 2, two_keys(), &[Role::User]),
            account("beta", "watch", u64::MAX, single(2), &[]),
        ],
        assets: vec![GenesisAsset {
            name: "TEST".into(),
            decimals: 2,
            issuer: "alpha/treasury".into(),
            policy: TransferPolicy::AllowList,
            holdings: BTreeMap::from([
                ("beta/desk".into(), Amount::new(1 << 100)),
                ("alpha/treasury".into(), Amount::new(12_345)),
            ]),
        }],
        validators: (0..4).map(genesis_validator).collect(),
        parameters: Parameters::default(),
        approvals: Vec::new(),
    };
    let chain = genesis.chain_id();
    let approve = |member: &str, key: SecretKey| Approval {
        member: member.into(),
        public_key: key.public_key(),
        signature: key.sign(&Approval::signing_bytes(&chain, member)),
    };
    genesis.approvals = vec![approve("alpha", key("account", 0)), approve("beta", key("consensus", 1))];
    genesis
}

fn genesis_validator(number: usize) -> GenesisValidator {
    let Validator { name, consensus_key, node_key, vote_log, .. } = validator(number);
    let member = if number.is_multiple_of(2) { "alpha" } else { "beta" };
    GenesisValidator { name, member: member.into(), consensus_key, node_key, vote_log }
}

/// One of each operation, and more than one where a field has two forms.
pub fn every_operation() -> Vec<Operation> {
    let (source, asset, to) = (account(1), AssetId::of_name("TEST"), account(2));
    let (member, lock) = (MemberId::of_name("beta"), LockId::new([9; 32]));
    let every_role = BTreeSet::from([
        Role::Admin,
        Role::Issuer,
        Role::Operator,
        Role::Regulator,
        Role::Auditor,
        Role::User,
    ]);
    let amount = Amount::new(u128::MAX);
    vec![
        Operation::RegisterMember {
            source,
            name: "gamma".into(),
            contact: "näher@γ".into(),
            admin_keys: two_keys(),
        },
        Operation::RegisterAccount {
            source,
            member,
            salt: u64::MAX,
            keys: two_keys(),
            roles: every_role,
            name: "x".into(),
        },
        Operation::RegisterAccount {
            source,
            member,
            salt: 0,
            keys: KeySet { keys: vec![], threshold: 0 },
            roles: BTreeSet::new(),
            name: String::new(),
        },
        Operation::RotateKeys { source, keys: two_keys() },
        Operation::SetRoles { source, account: to, roles: BTreeSet::from([Role::User]) },
        Operation::SetStatus { source, account: to, status: AccountStatus::Frozen },
        Operation::SetStatus { source, account: to, status: AccountStatus::Active },
        Operation::SetStatus { source, account: to, status: AccountStatus::Suspended },
        Operation::CreateAsset { source, name: "GOLD".into(), decimals: 0, policy: TransferPolicy::Open },
        Operation::CreateAsset {
            source,
            name: "OIL".into(),
            decimals: 18,
            policy: TransferPolicy::IssuerApproved,
        },
        Operation::Issue { source, asset, to, amount },
        Operation::Redeem { source, asset, amount: Amount::ZERO },
        Operation::Transfer { source, asset, to, amount: Amount::new(1250) },
        Operation::Lock {
            source,
            asset,
            beneficiary: to,
            amount,
            expires: TimeMs::new(5),
            hash: Some([3; 32]),
        },
        Operation::Lock { source, asset, beneficiary: to, amount, expires: TimeMs::ZERO, hash: None },
        Operation::Unlock { source, lock, preimage: vec![] },
        Operation::Unlock { source, lock, preimage: b"secret".to_vec() },
        Operation::SetHolder { source, asset, account: to, allowed: true },
        Operation::SetHolder { source, asset, account: to, allowed: false },
        Operation::Rejoin { validator: validator(0).consensus_key, vote_log: VoteLogId::new([0x77; 32]) },
    ]
}

pub fn body(operations: Vec<Operation>) -> TransactionBody {
    TransactionBody {
        chain_id: chain(),
        valid_until: TimeMs::new(1_767_225_660_000),
        salt: 42,
        operations,
        memo: "invoice 7".into(),
    }
}

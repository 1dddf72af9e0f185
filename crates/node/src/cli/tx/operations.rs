//! Operations as the command line and operation files give them.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use types::{
    AccountId, AccountStatus, Hash, KeySet, LockId, Operation, PublicKey, Role, WeightedKey,
    state::TransferPolicy,
};

use super::super::network::{Network, duration, from_now};
use crate::{amounts::parse_amount, exit::Failure};

/// One step as people write it. In an operation file: `{"operation":"transfer","from":"a","to":"b",...}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case")]
pub(super) enum Step {
    Transfer(Transfer),
    Issue(Issue),
    Redeem(Redeem),
    Lock(Lock),
    Unlock(Unlock),
    CreateAsset(CreateAsset),
    SetHolder(SetHolder),
    RegisterMember(RegisterMember),
    RegisterAccount(RegisterAccount),
    RotateKeys(RotateKeys),
    SetRoles(SetRoles),
    SetStatus(SetStatus),
    Dvp(Dvp),
}

macro_rules! steps {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Args, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(in crate::cli) struct $name { $($(#[$field_meta])* $field: $kind,)* }

        impl From<$name> for Step {
            fn from(step: $name) -> Self {
                Self::$name(step)
            }
        }
    )*};
}

steps! {
    Transfer {
        /// Who receives.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// The asset: NAME, or NAME:DECIMALS.
        #[arg(long)]
        asset: String,
        /// How much, in decimals of the asset.
        #[arg(long)]
        amount: String,
    }
    Issue {
        /// Who receives.
        #[arg(long, value_name = "ACCOUNT")]
        to: String,
        /// The asset: NAME, or NAME:DECIMALS.
        #[arg(long)]
        asset: String,
        /// How much, in decimals of the asset.
        #[arg(long)]
        amount: String,
    }
    Redeem {
        /// The asset: NAME, or NAME:DECIMALS.
        #[arg(long)]
        asset: String,
        /// How much, in decimals of the asset.
        #[arg(long)]
        amount: String,
    }
    Lock {
        /// Who may take it before it expires.
        #[arg(long, value_name = "ACCOUNT")]
        beneficiary: String,
        /// The asset: NAME, or NAME:DECIMALS.
        #[arg(long)]
        asset: String,
        /// How much, in decimals of the asset.
        #[arg(long)]
        amount: String,
        /// After this time the owner may take it back.
        #[arg(long, value_name = "TIME")]
        expires_in: String,
        /// SHA-256 of the secret that the beneficiary must show, 64 hex digits.
        #[arg(long, value_name = "HEX")]
        #[serde(default)]
        hash: Option<String>,
    }
    Unlock {
        /// The lock.
        #[arg(long, value_name = "ID")]
        lock: String,
        /// The secret behind the lock's hash, in hex.
        #[arg(long, value_name = "HEX")]
        #[serde(default)]
        preimage: Option<String>,
    }
    CreateAsset {
        /// Its name: 1 to 32 of A-Z a-z 0-9 - _ .
        #[arg(long)]
        name: String,
        /// Digits after the point, 0 to 18.
        #[arg(long)]
        decimals: u32,
        /// Who may receive it: open, allow_list, issuer_approved.
        #[arg(long, default_value = "open", value_parser = named::<TransferPolicy>)]
        #[serde(default = "open")]
        policy: TransferPolicy,
    }
    SetHolder {
        /// The asset's name.
        #[arg(long)]
        asset: String,
        /// The account.
        #[arg(long)]
        account: String,
        /// Whether it may hold the asset.
        #[arg(long, action = clap::ArgAction::Set)]
        allowed: bool,
    }
    RegisterMember {
        /// Its name: 1 to 64 of a-z 0-9 - _ .
        #[arg(long)]
        name: String,
        /// Whom to call.
        #[arg(long, default_value = "")]
        #[serde(default)]
        contact: String,
        /// A public key of its admin account, HEX or HEX:WEIGHT; may be repeated.
        #[arg(long = "admin-key", required = true, value_name = "KEY")]
        admin_keys: Vec<String>,
        /// How much the signing keys must weigh.
        #[arg(long, default_value_t = 1)]
        #[serde(default = "one")]
        threshold: u32,
    }
    RegisterAccount {
        /// Whose it is: the member's name or id.
        #[arg(long)]
        member: String,
        /// Its name, unique in the member.
        #[arg(long)]
        name: String,
        /// A public key, HEX or HEX:WEIGHT; may be repeated.
        #[arg(long = "public-key", required = true, value_name = "KEY")]
        public_keys: Vec<String>,
        /// How much the signing keys must weigh.
        #[arg(long, default_value_t = 1)]
        #[serde(default = "one")]
        threshold: u32,
        /// A role: admin, issuer, operator, regulator, auditor, user; may be repeated.
        #[arg(long = "role", value_name = "ROLE", value_parser = named::<Role>, default_value = "user")]
        roles: Vec<Role>,
        /// Makes ids of equal keys distinct.
        #[arg(long, default_value_t = 0)]
        #[serde(default)]
        salt: u64,
    }
    RotateKeys {
        /// A new public key, HEX or HEX:WEIGHT; may be repeated.
        #[arg(long = "public-key", required = true, value_name = "KEY")]
        public_keys: Vec<String>,
        /// How much the signing keys must weigh.
        #[arg(long, default_value_t = 1)]
        #[serde(default = "one")]
        threshold: u32,
    }
    SetRoles {
        /// The account.
        #[arg(long)]
        account: String,
        /// A role it has from then on; may be repeated. None: it has no role.
        #[arg(long = "role", value_name = "ROLE", value_parser = named::<Role>)]
        #[serde(default)]
        roles: Vec<Role>,
    }
    SetStatus {
        /// The account.
        #[arg(long)]
        account: String,
        /// active, suspended or frozen.
        #[arg(long, value_parser = named::<AccountStatus>)]
        status: AccountStatus,
    }
    Dvp {
        /// What the source gives, and to whom.
        #[arg(long, value_name = "ACCOUNT:ASSET:AMOUNT")]
        give: String,
        /// What the source gets, and from whom.
        #[arg(long, value_name = "ACCOUNT:ASSET:AMOUNT")]
        take: String,
    }
}

/// `hanse tx build FILE`
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct File {
    /// A JSON list of operations: [{"operation":"transfer","from":"account2","to":"account3","asset":"TEST","amount":"1.00"}].
    pub(super) file: PathBuf,
}

impl Step {
    /// The operations of this step when `source` acts.
    pub(super) fn operations(&self, source: AccountId, network: &Network) -> Result<Vec<Operation>, Failure> {
        Ok(match self {
            Self::Transfer(s) => {
                let (asset, amount) = value(network, &s.asset, &s.amount)?;
                vec![Operation::Transfer { source, asset, to: network.account(&s.to)?, amount }]
            }
            Self::Issue(s) => {
                let (asset, amount) = value(network, &s.asset, &s.amount)?;
                vec![Operation::Issue { source, asset, to: network.account(&s.to)?, amount }]
            }
            Self::Redeem(s) => {
                let (asset, amount) = value(network, &s.asset, &s.amount)?;
                vec![Operation::Redeem { source, asset, amount }]
            }
            Self::Lock(s) => vec![s.operation(source, network)?],
            Self::Unlock(s) => {
                let lock: LockId = s.lock.parse().map_err(|e| Failure::usage(format!("--lock: {e}")))?;
                let preimage = hex::decode(s.preimage.as_deref().unwrap_or_default())
                    .map_err(|_| Failure::usage("--preimage: expected hexadecimal digits"))?;
                vec![Operation::Unlock { source, lock, preimage }]
            }
            Self::CreateAsset(s) => {
                vec![Operation::CreateAsset {
                    source,
                    name: s.name.clone(),
                    decimals: s.decimals,
                    policy: s.policy,
                }]
            }
            Self::SetHolder(s) => {
                // Only the id matters here, so that an asset of the same transaction can be named too.
                let name = s.asset.split(':').next().unwrap_or_default();
                let asset = name.parse().unwrap_or_else(|_| types::AssetId::of_name(name));
                let account = network.account(&s.account)?;
                vec![Operation::SetHolder { source, asset, account, allowed: s.allowed }]
            }
            Self::RegisterMember(s) => {
                let admin_keys = key_set(&s.admin_keys, s.threshold)?;
                vec![Operation::RegisterMember {
                    source,
                    name: s.name.clone(),
                    contact: s.contact.clone(),
                    admin_keys,
                }]
            }
            Self::RegisterAccount(s) => vec![Operation::RegisterAccount {
                source,
                member: Network::member(&s.member),
                salt: s.salt,
                keys: key_set(&s.public_keys, s.threshold)?,
                roles: s.roles.iter().copied().collect(),
                name: s.name.clone(),
            }],
            Self::RotateKeys(s) => {
                vec![Operation::RotateKeys { source, keys: key_set(&s.public_keys, s.threshold)? }]
            }
            Self::SetRoles(s) => {
                let roles = s.roles.iter().copied().collect();
                vec![Operation::SetRoles { source, account: network.account(&s.account)?, roles }]
            }
            Self::SetStatus(s) => {
                vec![Operation::SetStatus { source, account: network.account(&s.account)?, status: s.status }]
            }
            Self::Dvp(s) => s.operations(source, network)?.into(),
        })
    }
}

impl Lock {
    fn operation(&self, source: AccountId, network: &Network) -> Result<Operation, Failure> {
        let (asset, amount) = value(network, &self.asset, &self.amount)?;
        let lifetime =
            duration(&self.expires_in).map_err(|e| Failure::usage(format!("--expires-in: {e}")))?;
        let hash = self.hash.as_deref().map(read_hash).transpose()?;
        let beneficiary = network.account(&self.beneficiary)?;
        Ok(Operation::Lock { source, asset, beneficiary, amount, expires: from_now(lifetime), hash })
    }
}

impl Dvp {
    fn operations(&self, source: AccountId, network: &Network) -> Result<[Operation; 2], Failure> {
        let (receiver, asset, amount) = leg(network, "--give", &self.give)?;
        let given = Operation::Transfer { source, asset, to: receiver, amount };
        let (giver, asset, amount) = leg(network, "--take", &self.take)?;
        Ok([given, Operation::Transfer { source: giver, asset, to: source, amount }])
    }
}

/// `ACCOUNT:ASSET:AMOUNT`, where the asset may carry its decimals.
fn leg(
    network: &Network,
    flag: &str,
    text: &str,
) -> Result<(AccountId, types::AssetId, types::Amount), Failure> {
    let parts = text.split_once(':').and_then(|(account, rest)| Some((account, rest.rsplit_once(':')?)));
    let Some((account, (asset, amount))) = parts else {
        return Err(Failure::usage(format!("{flag}: expected ACCOUNT:ASSET:AMOUNT, found {text:?}")));
    };
    let (asset, amount) = value(network, asset, amount)?;
    Ok((network.account(account)?, asset, amount))
}

fn value(network: &Network, asset: &str, amount: &str) -> Result<(types::AssetId, types::Amount), Failure> {
    let (asset, decimals) = network.asset(asset)?;
    let amount = parse_amount(amount, decimals).map_err(|error| Failure::usage(error.to_string()))?;
    Ok((asset, amount))
}

fn key_set(texts: &[String], threshold: u32) -> Result<KeySet, Failure> {
    let mut keys = texts.iter().map(|text| weighted(text)).collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    let set = KeySet { keys, threshold };
    set.check().map_err(|error| Failure::usage(format!("keys: {error}")))?;
    Ok(set)
}

fn weighted(text: &str) -> Result<WeightedKey, Failure> {
    let (key, weight) = text.split_once(':').unwrap_or((text, "1"));
    let bad = || Failure::usage(format!("expected a public key HEX or HEX:WEIGHT, found {text:?}"));
    let public_key: PublicKey = key.parse().map_err(|_| bad())?;
    Ok(WeightedKey { public_key, weight: weight.parse().map_err(|_| bad())? })
}

fn read_hash(text: &str) -> Result<Hash, Failure> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash)
        .map_err(|_| Failure::usage(format!("--hash: expected 64 hexadecimal digits, found {text:?}")))?;
    Ok(hash)
}

/// Reads one of our snake_case words.
fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let word = text.replace('-', "_");
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| error.to_string())
}

const fn open() -> TransferPolicy {
    TransferPolicy::Open
}

const fn one() -> u32 {
    1
}

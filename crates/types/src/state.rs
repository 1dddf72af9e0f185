//! What the state tree holds: keys and values as every reader and verifier sees them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    AccountId, Amount, AssetId, Epoch, Hash, Height, LockId, MemberId, Parameters, PublicKey, TimeMs,
    TransactionId, ValidatorSet, account::AccountStatus, codec,
};

/// The kind byte of [`StateKey::Seen`].
pub const SEEN: u8 = 0x30;

/// A key of the state. Its bytes are one kind byte, then fields of fixed length (the last may vary).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKey {
    /// 0x01: the chain parameters ([`crate::Parameters`]).
    Parameters,
    /// 0x02: the active validator set ([`crate::ValidatorSet`]).
    ActiveSet,
    /// 0x03: the next block's validator set ([`crate::ValidatorSet`]).
    NextSet,
    /// 0x04: the epoch of this block ([`EpochState`]).
    Epoch,
    /// 0x05: the ordered change of epoch ([`PendingEpoch`]); present from the block that ordered it up to
    /// the last block of the epoch.
    PendingEpoch,
    /// 0x06 ‖ consensus key: block time of the validator's last Rejoin ([`TimeMs`]).
    Rejoined(PublicKey),
    /// 0x10 ‖ member: [`crate::Member`].
    Member(MemberId),
    /// 0x11 ‖ account: [`crate::Account`].
    Account(AccountId),
    /// 0x12 ‖ length of name u8 ‖ name ‖ member: the [`AccountId`] of that name. Sorted by name, so that
    /// all accounts of one name stand together.
    AccountName(String, MemberId),
    /// 0x20 ‖ asset: [`Asset`].
    Asset(AssetId),
    /// 0x21 ‖ asset ‖ account: [`Holding`]. Sorted by asset: the cap table.
    Holding(AssetId, AccountId),
    /// 0x22 ‖ lock: [`Lock`].
    Lock(LockId),
    /// 0x23 ‖ asset ‖ account: unit; present when the account is on the asset's allow-list.
    AllowedHolder(AssetId, AccountId),
    /// 0x30 ‖ valid_until u64 big-endian ‖ transaction id: [`Seen`]; present while replay is guarded against.
    /// Sorted by expiry: the order in which ids are forgotten.
    Seen(TimeMs, TransactionId),
}

/// The epoch of a block. Genesis is of epoch 0 with base 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EpochState {
    /// Which.
    pub epoch: Epoch,
    /// The last height of the epoch before (0 for epoch 0): its own heights begin one above.
    pub base: Height,
}

/// A change that was ordered and waits for the end of its epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEpoch {
    /// B: the last height of the present epoch.
    pub last: Height,
    /// The validators of the next epoch.
    pub validators: ValidatorSet,
    /// The parameters of the next epoch.
    pub parameters: Parameters,
}

/// What may be held and moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Unique in the network, 1 to 32 bytes of `A-Z a-z 0-9 - _ .`.
    pub name: String,
    /// Digits after the point when shown to people.
    pub decimals: u8,
    /// The only account that may issue it.
    pub issuer: AccountId,
    /// Who may receive it.
    pub policy: TransferPolicy,
    /// Issued minus redeemed: the sum over all holdings, locked amounts included.
    pub supply: Amount,
}

/// Who may receive an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferPolicy {
    /// Any account.
    Open,
    /// Accounts on the issuer's list.
    AllowList,
    /// Any account, when the issuer signs too.
    IssuerApproved,
}

/// An account's part of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Holding {
    /// Free to move.
    pub available: Amount,
    /// Set aside by the account's own locks.
    pub locked: Amount,
}

/// An amount set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Whose amount it is.
    pub owner: AccountId,
    /// Who may take it before it expires.
    pub beneficiary: AccountId,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// At this block time and later only the owner may take it back.
    pub expires: TimeMs,
    /// SHA-256 of the secret that the beneficiary must show, if any.
    pub hash: Option<Hash>,
}

/// A transaction id that cannot be executed again; the entry goes `expiry_grace_ms` after its expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The account whose long-lived slot it takes, if any.
    pub slot_of: Option<AccountId>,
}

impl StateKey {
    /// Expiry and id of a [`StateKey::Seen`], from the key's bytes.
    #[must_use]
    pub fn read_seen(key: &[u8]) -> Option<(TimeMs, TransactionId)> {
        let (time, id) = key.strip_prefix(&[SEEN])?.split_first_chunk::<8>()?;
        Some((TimeMs::new(u64::from_be_bytes(*time)), TransactionId::from_slice(id)?))
    }

    /// The key's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Parameters => vec![0x01],
            Self::ActiveSet => vec![0x02],
            Self::NextSet => vec![0x03],
            Self::Epoch => vec![0x04],
            Self::PendingEpoch => vec![0x05],
            Self::Rejoined(key) => join(0x06, &[key.as_bytes()]),
            Self::Member(id) => join(0x10, &[id.as_bytes()]),
            Self::Account(id) => join(0x11, &[id.as_bytes()]),
            Self::AccountName(name, member) => {
                let length = [u8::try_from(name.len()).unwrap_or(u8::MAX)];
                join(0x12, &[&length, name.as_bytes(), member.as_bytes()])
            }
            Self::Asset(id) => join(0x20, &[id.as_bytes()]),
            Self::Holding(asset, account) => join(0x21, &[asset.as_bytes(), account.as_bytes()]),
            Self::Lock(id) => join(0x22, &[id.as_bytes()]),
            Self::AllowedHolder(asset, account) => join(0x23, &[asset.as_bytes(), account.as_bytes()]),
            Self::Seen(valid_until, id) => join(SEEN, &[&valid_until.get().to_be_bytes(), id.as_bytes()]),
        }
    }

    /// The prefix of all account names equal to `name`.
    #[must_use]
    pub fn account_name_prefix(name: &str) -> Vec<u8> {
        let length = [u8::try_from(name.len()).unwrap_or(u8::MAX)];
        join(0x12, &[&length, name.as_bytes()])
    }

    /// The prefix of all holdings of an asset.
    #[must_use]
    pub fn holdings_prefix(asset: &AssetId) -> Vec<u8> {
        join(0x21, &[asset.as_bytes()])
    }
}

/// Reads a state value.
///
/// # Errors
/// [`codec::CodecError`].
pub fn decode_value<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, codec::CodecError> {
    codec::decode_canonical(bytes)
}

impl AccountStatus {
    /// Whether the account may spend.
    #[must_use]
    pub fn may_spend(self) -> bool {
        matches!(self, Self::Active)
    }
}

fn join(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    bytes.push(kind);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

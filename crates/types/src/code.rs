//! The registry of outcome codes: append-only, documented for people in `docs/codes.md`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $text:literal, $kind:ident;)*) => {
        /// Why a transaction was refused or failed, or that it did not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code { $($(#[$doc])* $variant = $number,)* }

        impl Code {
            /// Every code, ascending.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number in results and on the wire.
            #[must_use]
            pub const fn number(self) -> u16 {
                self as u16
            }

            /// The snake_case name that scripts rely on.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// When the code is given.
            #[must_use]
            pub const fn kind(self) -> CodeKind {
                match self { $(Self::$variant => CodeKind::$kind,)* }
            }

            /// The code of a number.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

/// When a code is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// Executed with effect.
    Success,
    /// Follows from the bytes alone: final, the same at every node.
    Final,
    /// Refused by one node for now; the same bytes may still commit through another.
    Retryable,
    /// Stands in a block: executed without effect.
    Failure,
}

codes! {
    /// All operations were applied.
    Committed = 0, "committed", Success;

    /// Not the canonical form of a transaction.
    Malformed = 1, "malformed", Final;
    /// Signed for another network.
    WrongChain = 2, "wrong_chain", Final;
    /// A signature does not verify.
    BadSignature = 3, "bad_signature", Final;
    /// Larger than `max_transaction_bytes`.
    TooLarge = 4, "too_large", Final;
    /// Lives longer than `max_long_lifetime_ms`.
    LifetimeTooLong = 5, "lifetime_too_long", Final;
    /// More signatures or operations than allowed.
    TooMany = 6, "too_many", Final;

    /// `valid_until` has passed by this node's clock.
    Expired = 20, "expired", Retryable;
    /// The account or connection has too much waiting here.
    QuotaExceeded = 21, "quota_exceeded", Retryable;
    /// This node's pool is full.
    Overloaded = 22, "overloaded", Retryable;
    /// This node is starting, stopping or behind.
    Unavailable = 23, "unavailable", Retryable;

    /// The signatures do not meet the threshold of every account that must consent. In a block: void, the
    /// id is not consumed.
    Unauthorised = 40, "unauthorised", Failure;
    /// A named account does not exist.
    UnknownAccount = 41, "unknown_account", Failure;
    /// A named member does not exist.
    UnknownMember = 42, "unknown_member", Failure;
    /// A named asset does not exist.
    UnknownAsset = 43, "unknown_asset", Failure;
    /// A named lock does not exist (any more).
    UnknownLock = 44, "unknown_lock", Failure;
    /// The source is suspended.
    AccountSuspended = 45, "account_suspended", Failure;
    /// The source is frozen and may not spend.
    AccountFrozen = 46, "account_frozen", Failure;
    /// The source's roles or relation to the object do not allow the operation.
    NotPermitted = 47, "not_permitted", Failure;
    /// A member, account, account name or asset of that name exists.
    AlreadyExists = 48, "already_exists", Failure;
    /// Less available than the operation moves.
    InsufficientFunds = 49, "insufficient_funds", Failure;
    /// A balance or the supply would exceed 2^128-1.
    AmountOverflow = 50, "amount_overflow", Failure;
    /// Nothing is moved: the amount is zero.
    ZeroAmount = 51, "zero_amount", Failure;
    /// The receiver is not on the asset's allow-list.
    HolderNotAllowed = 52, "holder_not_allowed", Failure;
    /// The lock's expiry has not come (owner) or has passed (beneficiary, or at creation).
    LockTime = 53, "lock_time", Failure;
    /// The shown secret does not hash to the lock's hash.
    WrongPreimage = 54, "wrong_preimage", Failure;
    /// Keys, weights or threshold cannot be registered.
    InvalidKeys = 55, "invalid_keys", Failure;
    /// A name is empty, too long or has characters that are not allowed.
    InvalidName = 56, "invalid_name", Failure;
    /// All long-lived slots of the source are taken.
    TooManyLongLived = 57, "too_many_long_lived", Failure;
    /// Lives longer than block time allows, judged at execution.
    NotYetValid = 58, "not_yet_valid", Failure;
    /// A value is out of range (decimals, status, roles).
    InvalidArgument = 59, "invalid_argument", Failure;
    /// The key is the consensus key of no active validator.
    UnknownValidator = 60, "unknown_validator", Failure;
    /// Another change of the validators or parameters waits for the end of the epoch.
    ChangePending = 61, "change_pending", Failure;
    /// The validator rejoined less than one hour of block time ago.
    RejoinTooSoon = 62, "rejoin_too_soon", Failure;
    /// The validator set names that vote log already.
    VoteLogInUse = 63, "vote_log_in_use", Failure;
}

/// A text that names no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no code of this release")]
pub struct UnknownCode {
    /// The text.
    pub found: String,
}

impl Code {
    /// Whether the same bytes may still commit.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self.kind(), CodeKind::Retryable | CodeKind::Failure)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.name() == text);
        found.copied().ok_or_else(|| UnknownCode { found: text.to_owned() })
    }
}

/// In JSON the name, in binary the number as u16.
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(self.name())
        } else {
            serializer.serialize_u16(self.number())
        }
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            let number = u16::deserialize(deserializer)?;
            Self::from_number(number)
                .ok_or_else(|| D::Error::custom(format!("{number} is no code of this release")))
        }
    }
}

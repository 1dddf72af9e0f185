//! Who may do what: the one table that execution checks and `hanse roles --json` prints.

use serde::Serialize;
use types::{Account, AccountStatus, Code, Role};

/// One way in which an operation is permitted. An operation is permitted when one of its rules holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleRule {
    /// `module.operation`.
    pub operation: &'static str,
    /// The role that the source must have; `None`: any.
    pub role: Option<Role>,
    /// What the source must be to the object.
    pub relation: Relation,
    /// How far the right reaches.
    pub scope: Scope,
    /// Whose signatures are needed.
    pub consent: &'static [Consent],
    /// In which states the source may not do it.
    pub refused_when: &'static [AccountStatus],
    /// The failure codes that the operation can end with.
    pub codes: &'static [Code],
}

/// What the source is to that on which it acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Nothing in particular.
    Any,
    /// The very account.
    Itself,
    /// Of the same member as the other account, which is not itself.
    SameMember,
    /// Of another account, of any member.
    AnotherAccount,
    /// The only account that may issue the asset.
    AssetIssuer,
    /// The account whose holding it is.
    Holder,
    /// The lock's beneficiary before it expires, its owner afterwards.
    LockParty,
    /// The active validator itself; no account acts.
    Validator,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything.
    Network,
    /// The source's own member.
    Member,
    /// One asset, or holdings of it.
    Asset,
}

/// Who must sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// The operation's source.
    Source,
    /// The asset's issuer, when the asset's policy is `issuer_approved`.
    ApprovingIssuer,
    /// The validator's consensus key.
    ValidatorKey,
}

const SOURCE: &[Consent] = &[Consent::Source];
const SOURCE_AND_ISSUER: &[Consent] = &[Consent::Source, Consent::ApprovingIssuer];
const SUSPENDED: &[AccountStatus] = &[AccountStatus::Suspended];
const SUSPENDED_OR_FROZEN: &[AccountStatus] = &[AccountStatus::Suspended, AccountStatus::Frozen];

macro_rules! codes {
    ($($code:ident),*) => {
        &[Code::Unauthorised, Code::TooManyLongLived, Code::NotYetValid, Code::AccountSuspended, $(Code::$code),*]
    };
}

const REGISTER_MEMBER: &[Code] =
    codes!(NotPermitted, InvalidName, InvalidArgument, InvalidKeys, AlreadyExists);
const REGISTER_ACCOUNT: &[Code] =
    codes!(NotPermitted, UnknownMember, InvalidName, InvalidKeys, AlreadyExists);
const ROTATE_KEYS: &[Code] = codes!(InvalidKeys);
const SET_ROLES: &[Code] = codes!(NotPermitted, UnknownAccount);
const SET_STATUS: &[Code] = codes!(NotPermitted, UnknownAccount);
const CREATE: &[Code] = codes!(NotPermitted, InvalidName, InvalidArgument, AlreadyExists);
const ISSUE: &[Code] =
    codes!(NotPermitted, UnknownAsset, UnknownAccount, ZeroAmount, HolderNotAllowed, AmountOverflow);
const REDEEM: &[Code] = codes!(AccountFrozen, UnknownAsset, ZeroAmount, InsufficientFunds);
const TRANSFER: &[Code] = codes!(
    AccountFrozen,
    UnknownAsset,
    UnknownAccount,
    ZeroAmount,
    HolderNotAllowed,
    InsufficientFunds,
    AmountOverflow
);
const LOCK: &[Code] = codes!(
    AccountFrozen,
    UnknownAsset,
    UnknownAccount,
    ZeroAmount,
    HolderNotAllowed,
    LockTime,
    InsufficientFunds,
    AmountOverflow
);
const UNLOCK: &[Code] = codes!(
    NotPermitted,
    UnknownLock,
    UnknownAsset,
    LockTime,
    WrongPreimage,
    HolderNotAllowed,
    InsufficientFunds,
    AmountOverflow
);
const SET_HOLDER: &[Code] = codes!(NotPermitted, UnknownAsset, UnknownAccount);

const REJOIN: &[Code] = &[
    Code::Unauthorised,
    Code::TooManyLongLived,
    Code::NotYetValid,
    Code::UnknownValidator,
    Code::ChangePending,
    Code::RejoinTooSoon,
    Code::VoteLogInUse,
];

const fn rule(
    operation: &'static str,
    role: Option<Role>,
    relation: Relation,
    scope: Scope,
    codes: &'static [Code],
) -> RoleRule {
    RoleRule { operation, role, relation, scope, consent: SOURCE, refused_when: SUSPENDED, codes }
}

/// A rule for what takes from a holding.
const fn spending(operation: &'static str, consent: &'static [Consent], codes: &'static [Code]) -> RoleRule {
    let refused_when = SUSPENDED_OR_FROZEN;
    RoleRule {
        operation,
        role: None,
        relation: Relation::Holder,
        scope: Scope::Asset,
        consent,
        refused_when,
        codes,
    }
}

static TABLE: [RoleRule; 14] = [
    rule("identity.register_member", Some(Role::Regulator), Relation::Any, Scope::Network, REGISTER_MEMBER),
    rule(
        "identity.register_account",
        Some(Role::Admin),
        Relation::SameMember,
        Scope::Member,
        REGISTER_ACCOUNT,
    ),
    rule("identity.rotate_keys", None, Relation::Itself, Scope::Member, ROTATE_KEYS),
    rule("identity.set_roles", Some(Role::Admin), Relation::SameMember, Scope::Member, SET_ROLES),
    rule("identity.set_status", Some(Role::Admin), Relation::SameMember, Scope::Member, SET_STATUS),
    rule("identity.set_status", Some(Role::Regulator), Relation::AnotherAccount, Scope::Network, SET_STATUS),
    rule("asset.create", Some(Role::Issuer), Relation::Any, Scope::Network, CREATE),
    rule("asset.issue", None, Relation::AssetIssuer, Scope::Asset, ISSUE),
    spending("asset.redeem", SOURCE, REDEEM),
    spending("asset.transfer", SOURCE_AND_ISSUER, TRANSFER),
    spending("asset.lock", SOURCE_AND_ISSUER, LOCK),
    rule("asset.unlock", None, Relation::LockParty, Scope::Asset, UNLOCK),
    rule("asset.set_holder", None, Relation::AssetIssuer, Scope::Asset, SET_HOLDER),
    RoleRule {
        operation: "validator.rejoin",
        role: None,
        relation: Relation::Validator,
        scope: Scope::Network,
        consent: &[Consent::ValidatorKey],
        refused_when: &[],
        codes: REJOIN,
    },
];

/// The whole table. The issuer's approval of a lock covers its later unlocking. Only a regulator may give
/// or take the role `regulator`, and freeze or release.
#[must_use]
pub fn roles_table() -> &'static [RoleRule] {
    &TABLE
}

/// The rules of an operation.
pub(crate) fn rules_of(operation: &str) -> impl Iterator<Item = &'static RoleRule> {
    TABLE.iter().filter(move |rule| rule.operation == operation)
}

/// Checks the source's state: `account_suspended` or `account_frozen`.
pub(crate) fn check_status(operation: &str, source: &Account) -> Result<(), Code> {
    let refused = rules_of(operation).any(|rule| rule.refused_when.contains(&source.status));
    match source.status {
        AccountStatus::Suspended if refused => Err(Code::AccountSuspended),
        AccountStatus::Frozen if refused => Err(Code::AccountFrozen),
        AccountStatus::Active | AccountStatus::Suspended | AccountStatus::Frozen => Ok(()),
    }
}

/// Finds a rule that permits the operation, `holds` saying which relations the source has.
pub(crate) fn permit(
    operation: &str,
    source: &Account,
    holds: impl Fn(Relation) -> bool,
) -> Result<&'static RoleRule, Code> {
    let has =
        |rule: &&RoleRule| rule.role.is_none_or(|role| source.roles.contains(&role)) && holds(rule.relation);
    rules_of(operation).find(has).ok_or(Code::NotPermitted)
}

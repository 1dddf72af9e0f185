//! Joining cards to a genesis.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use types::{
    Genesis, Member, Parameters, Role, TimeMs,
    genesis::{GenesisAccount, GenesisAsset, GenesisError, GenesisValidator},
    state::TransferPolicy,
};

use super::Card;
use crate::exit::{ExitCode, Failure};

/// What the cards do not say.
#[derive(Debug, Clone)]
pub struct GenesisPlan {
    /// The network's name.
    pub network: String,
    /// Time of block 0.
    pub created_ms: TimeMs,
    /// Makes equal networks distinct.
    pub nonce: String,
    /// The first chain parameters.
    pub parameters: Parameters,
    /// Assets that exist from the start, with nothing issued.
    pub assets: Vec<AssetPlan>,
    /// Members whose admin accounts are regulators; empty: every member's.
    pub regulators: Vec<String>,
}

/// `NAME:DECIMALS:MEMBER/ACCOUNT[:POLICY]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetPlan {
    name: String,
    decimals: u8,
    issuer: String,
    policy: TransferPolicy,
}

impl FromStr for AssetPlan {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("expected NAME:DECIMALS:MEMBER/ACCOUNT[:open|allow_list|issuer_approved], found {text:?}")
        };
        let mut parts = text.split(':');
        let (Some(name), Some(decimals), Some(issuer)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(expected());
        };
        let policy = match parts.next() {
            None | Some("open") => TransferPolicy::Open,
            Some("allow_list") => TransferPolicy::AllowList,
            Some("issuer_approved") => TransferPolicy::IssuerApproved,
            Some(_) => return Err(expected()),
        };
        let decimals = decimals.parse().map_err(|_| expected())?;
        if parts.next().is_some() {
            return Err(expected());
        }
        Ok(Self { name: name.to_owned(), decimals, issuer: issuer.to_owned(), policy })
    }
}

/// Makes the genesis of these cards: members and accounts sorted by name, validators by name. The order of
/// the cards does not matter.
///
/// # Errors
/// [`ExitCode::GenesisMismatch`] with all faults.
pub fn create(plan: &GenesisPlan, cards: &[Card]) -> Result<Genesis, Failure> {
    let mut faults = Vec::new();
    let mut members: BTreeMap<&str, &str> = BTreeMap::new();
    let mut accounts: BTreeMap<(&str, &str), GenesisAccount> = BTreeMap::new();
    let mut validators: BTreeMap<&str, GenesisValidator> = BTreeMap::new();
    for card in cards {
        let content = &card.content;
        if let Err(error) = card.check() {
            faults.push(format!("card of {}: {error}", content.validator));
        }
        if *members.entry(&content.member).or_insert(&content.contact) != content.contact {
            faults.push(format!("member {}: its cards give different contacts", content.member));
        }
        let account = admin_account(plan, card);
        let known = accounts.entry((&content.member, &content.admin_name)).or_insert_with(|| account.clone());
        if *known != account {
            faults.push(format!("account {}: cards give different keys", account.full_name()));
        }
        if validators.insert(&content.validator, validator(card)).is_some() {
            faults.push(format!("validator {} stands on two cards", content.validator));
        }
    }
    let unknown = plan.regulators.iter().filter(|name| !members.contains_key(name.as_str()));
    faults.extend(unknown.map(|name| format!("regulator {name}: no card of that member")));
    let to_member =
        |(name, contact): (&str, &str)| Member { name: name.to_owned(), contact: contact.to_owned() };
    let mut genesis = Genesis {
        network: plan.network.clone(),
        created_ms: plan.created_ms,
        nonce: plan.nonce.clone(),
        members: members.into_iter().map(to_member).collect(),
        accounts: accounts.into_values().collect(),
        assets: plan.assets.iter().map(asset).collect(),
        validators: validators.into_values().collect(),
        parameters: plan.parameters.clone(),
        approvals: Vec::new(),
    };
    for asset in &plan.assets {
        let issuer = genesis.accounts.iter_mut().find(|account| account.full_name() == asset.issuer);
        if let Some(account) = issuer {
            account.roles.insert(Role::Issuer);
        }
    }
    if let Err(errors) = genesis.check() {
        faults.extend(errors.iter().map(GenesisError::to_string));
    }
    if faults.is_empty() {
        return Ok(genesis);
    }
    Err(Failure::new(ExitCode::GenesisMismatch, faults.join("\n")))
}

fn admin_account(plan: &GenesisPlan, card: &Card) -> GenesisAccount {
    let content = &card.content;
    let mut roles = BTreeSet::from([Role::Admin, Role::User]);
    if plan.regulators.is_empty() || plan.regulators.contains(&content.member) {
        roles.insert(Role::Regulator);
    }
    GenesisAccount {
        member: content.member.clone(),
        name: content.admin_name.clone(),
        salt: 0,
        keys: content.admin_keys.clone(),
        roles,
    }
}

fn validator(card: &Card) -> GenesisValidator {
    let content = &card.content;
    GenesisValidator {
        name: content.validator.clone(),
        member: content.member.clone(),
        consensus_key: content.consensus_key,
        node_key: content.node_key,
        vote_log: content.vote_log,
    }
}

fn asset(plan: &AssetPlan) -> GenesisAsset {
    GenesisAsset {
        name: plan.name.clone(),
        decimals: plan.decimals,
        issuer: plan.issuer.clone(),
        policy: plan.policy,
        holdings: BTreeMap::new(),
    }
}

//! What must hold for a genesis to start a network; all faults are found at once.

use std::collections::BTreeSet;

use super::{Genesis, GenesisError, GenesisValidator};
use crate::ValidatorSet;

impl Genesis {
    /// Checks everything but the approvals; all faults are returned.
    ///
    /// # Errors
    /// [`GenesisError`], at least one.
    pub fn check(&self) -> Result<(), Vec<GenesisError>> {
        let mut faults = Vec::new();
        self.check_members(&mut faults);
        let accounts = self.check_accounts(&mut faults);
        self.check_assets(&accounts, &mut faults);
        let validators: Vec<_> = self.validators.iter().map(GenesisValidator::to_validator).collect();
        faults.extend(ValidatorSet::faults(&validators).into_iter().map(GenesisError::from));
        if let Err(errors) = self.parameters.check() {
            faults.extend(errors.into_iter().map(GenesisError::from));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn check_members(&self, faults: &mut Vec<GenesisError>) {
        if !is_name(&self.network) {
            faults.push(GenesisError::Name { what: "network", name: self.network.clone() });
        }
        let mut names = BTreeSet::new();
        for member in &self.members {
            if !is_name(&member.name) {
                faults.push(GenesisError::Name { what: "member", name: member.name.clone() });
            }
            if !names.insert(&member.name) {
                faults.push(GenesisError::Repeated { what: "member", name: member.name.clone() });
            }
        }
        for validator in &self.validators {
            if !is_name(&validator.name) {
                faults.push(GenesisError::Name { what: "validator", name: validator.name.clone() });
            }
            if !names.contains(&validator.member) {
                let by = format!("validator {}", validator.name);
                faults.push(GenesisError::Unknown { by, what: "member", name: validator.member.clone() });
            }
        }
        for account in &self.accounts {
            if !names.contains(&account.member) {
                let by = format!("account {}", account.name);
                faults.push(GenesisError::Unknown { by, what: "member", name: account.member.clone() });
            }
        }
    }

    fn check_accounts(&self, faults: &mut Vec<GenesisError>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for account in &self.accounts {
            let name = account.full_name();
            if !is_name(&account.name) {
                faults.push(GenesisError::Name { what: "account", name: name.clone() });
            }
            if let Err(error) = account.keys.check() {
                faults.push(GenesisError::Keys { account: name.clone(), error });
            }
            if !ids.insert(account.id()) || !names.insert(name.clone()) {
                faults.push(GenesisError::Repeated { what: "account", name });
            }
        }
        names
    }

    fn check_assets(&self, accounts: &BTreeSet<String>, faults: &mut Vec<GenesisError>) {
        let mut names = BTreeSet::new();
        for asset in &self.assets {
            if !is_asset_name(&asset.name) {
                faults.push(GenesisError::Name { what: "asset", name: asset.name.clone() });
            }
            if !names.insert(&asset.name) {
                faults.push(GenesisError::Repeated { what: "asset", name: asset.name.clone() });
            }
            for name in asset.holdings.keys().chain([&asset.issuer]).filter(|name| !accounts.contains(*name))
            {
                let by = format!("asset {}", asset.name);
                faults.push(GenesisError::Unknown { by, what: "account", name: name.clone() });
            }
            if asset.supply().is_none() {
                faults.push(GenesisError::Asset {
                    asset: asset.name.clone(),
                    rule: "holdings must sum to at most 2^128-1",
                });
            }
            if asset.decimals > 18 {
                faults.push(GenesisError::Asset { asset: asset.name.clone(), rule: "at most 18 decimals" });
            }
        }
    }
}

/// Whether a text may name a member, an account, a validator or a network: 1 to 64 of `a-z 0-9 - _ .`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// Whether a text may name an asset: 1 to 32 of `A-Z a-z 0-9 - _ .`.
#[must_use]
pub fn is_asset_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}

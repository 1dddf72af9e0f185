//! The funded accounts of a test network.

use std::{collections::BTreeSet, path::Path};

use serde::{Deserialize, Serialize};
use types::{AccountId, Amount, KeySet, PublicKey, Role, SecretKey, genesis::GenesisAccount};

use super::{TestnetPlan, plan::member_name};
use crate::{
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    home::fresh_key,
    keys,
};

/// How many accounts there are, unless more are asked for.
pub const ACCOUNTS: usize = 16;
/// How many there may be: a genesis file has room for them.
const ACCOUNTS_MAX: usize = 20_000;
/// What each holds: 1,000,000,000.00 TEST.
pub const HOLDING: Amount = Amount::new(100_000_000_000);

/// Stands beside a key file and says whose key it is: `account2.json` beside `account2.key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountCard {
    /// The account.
    pub id: AccountId,
    /// Its member's name.
    pub member: String,
    /// Its name.
    pub name: String,
    /// The key's public half.
    pub public_key: PublicKey,
}

/// An account and its key.
pub(super) struct AccountKey {
    index: usize,
    key: PublicKey,
}

impl AccountKey {
    /// As the genesis lists it: account0 issues, account1 regulates, one of each member administers.
    pub(super) fn genesis_account(&self, plan: &TestnetPlan) -> GenesisAccount {
        let mut roles = BTreeSet::from([Role::User]);
        if self.index == 0 {
            roles.insert(Role::Issuer);
        }
        if self.index == 1 {
            roles.insert(Role::Regulator);
        }
        if self.index < plan.validators {
            roles.insert(Role::Admin);
        }
        GenesisAccount {
            member: member_name(self.index % plan.validators),
            name: format!("account{}", self.index),
            salt: self.index as u64,
            keys: KeySet::single(self.key),
            roles,
        }
    }
}

/// Makes the key files and the cards beside them.
pub(super) fn create(plan: &TestnetPlan) -> Result<Vec<AccountKey>, Failure> {
    let directory = plan.directory.join("accounts");
    if !(ACCOUNTS..=ACCOUNTS_MAX).contains(&plan.accounts) {
        let found = plan.accounts;
        return Err(Failure::usage(format!(
            "--accounts: expected {ACCOUNTS} to {ACCOUNTS_MAX}, found {found}"
        )));
    }
    let mut accounts = Vec::with_capacity(plan.accounts);
    for index in 0..plan.accounts {
        let secret: SecretKey = fresh_key()?;
        keys::create_key_file(&directory.join(format!("account{index}.key")), &secret, None)?;
        let account = AccountKey { index, key: secret.public_key() };
        let entry = account.genesis_account(plan);
        let card =
            AccountCard { id: entry.id(), member: entry.member, name: entry.name, public_key: account.key };
        let mut text = serde_json::to_string_pretty(&card)
            .map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
        text.push('\n');
        files::write_whole(
            &directory.join(format!("account{index}.json")),
            text.as_bytes(),
            0o644,
            IfExists::Refuse,
        )?;
        accounts.push(account);
    }
    Ok(accounts)
}

/// The card beside a key file, if there is one and it speaks of that key.
///
/// # Errors
/// [`ExitCode::Failed`] when it is there but unreadable or of another key.
pub fn read_account_card(key_file: &Path, public_key: &PublicKey) -> Result<Option<AccountCard>, Failure> {
    let path = key_file.with_extension("json");
    if path == key_file || !path.exists() {
        return Ok(None);
    }
    let text = files::read_text(&path, 64 * 1024)?;
    let bad = |found: String| {
        let message = format!("{}: expected the account of {}, {found}", path.display(), key_file.display());
        Failure::because(ExitCode::Failed, "bad_account_file", message)
    };
    let card: AccountCard = serde_json::from_str(&text).map_err(|error| bad(format!("found {error}")))?;
    if card.public_key != *public_key {
        return Err(bad(format!("found key {}", card.public_key)));
    }
    Ok(Some(card))
}

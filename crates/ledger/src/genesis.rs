//! Block 0: the state that the genesis describes. Everybody computes it; nobody certifies it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;
use types::{
    Account, AccountId, AccountStatus, Amount, AssetId, BlockHash, Epoch, EpochInfo, Genesis, Header, Height,
    MemberId, Proposal, StateRoot, TimeMs, codec, merkle,
    state::{Asset, EpochState, Holding, StateKey},
};

use crate::{
    LedgerError,
    execution::{RULES, block::changes},
    state::StateWrite,
    tree::{NoPages, Prefix, Tree},
};

/// The header of block 0 and all that the first write must hold.
pub(crate) struct GenesisBlock {
    pub(crate) header: Header,
    pub(crate) writes: Vec<StateWrite>,
    pub(crate) tree: Tree,
    /// All its pages.
    pub(crate) pages: BTreeSet<Prefix>,
    /// Epoch 0.
    pub(crate) epoch: EpochInfo,
}

/// The header of block 0: parent of the first block, root of every proof.
///
/// # Errors
/// [`LedgerError::Genesis`] when the genesis describes no network.
pub fn genesis_header(genesis: &Genesis) -> Result<Header, LedgerError> {
    Ok(GenesisBlock::of(genesis)?.header)
}

impl GenesisBlock {
    /// Computes block 0.
    pub(crate) fn of(genesis: &Genesis) -> Result<Self, LedgerError> {
        let refused = |reason: String| LedgerError::Genesis { reason };
        genesis
            .check()
            .map_err(|faults| refused(faults.first().map(ToString::to_string).unwrap_or_default()))?;
        if genesis.parameters.rules > RULES {
            let found = genesis.parameters.rules;
            return Err(LedgerError::NewerRules { height: Height::ZERO, found, supported: RULES });
        }
        let set = genesis.validator_set().map_err(|error| refused(error.to_string()))?;
        let mut state = BTreeMap::new();
        put(&mut state, &StateKey::Parameters, &genesis.parameters);
        put(&mut state, &StateKey::ActiveSet, &set);
        put(&mut state, &StateKey::NextSet, &set);
        put(&mut state, &StateKey::Epoch, &EpochState::default());
        put_identities(&mut state, genesis);
        put_assets(&mut state, genesis);
        let write = |(key, value)| StateWrite { key, before: None, after: Some(value) };
        let writes: Vec<_> = state.into_iter().map(write).collect();
        let mut pages = BTreeSet::new();
        let tree = Tree::empty().update(&NoPages, &changes(&writes), &mut pages)?;
        let header = header(genesis, tree.root(), &set);
        let (set, parameters) = (Arc::new(set), Arc::new(genesis.parameters.clone()));
        let epoch = EpochInfo { epoch: Epoch::ZERO, base: Height::ZERO, set, parameters };
        Ok(Self { header, writes, tree, pages, epoch })
    }
}

fn header(genesis: &Genesis, state_root: StateRoot, set: &types::ValidatorSet) -> Header {
    let nothing: [&[u8]; 0] = [];
    Header {
        version: 1,
        chain_id: genesis.chain_id(),
        epoch: Epoch::ZERO,
        height: Height::ZERO,
        parent: BlockHash::default(),
        time: TimeMs::new(genesis.created_ms.get()),
        proposal: Proposal::null().digest(),
        transactions_root: merkle::root(&nothing),
        transaction_count: 0,
        results_root: merkle::root(&nothing),
        state_root,
        active_set: set.hash(),
        next_set: set.hash(),
        rules: genesis.parameters.rules,
    }
}

fn put_identities(state: &mut BTreeMap<Vec<u8>, Vec<u8>>, genesis: &Genesis) {
    for member in &genesis.members {
        put(state, &StateKey::Member(MemberId::of_name(&member.name)), member);
    }
    for account in &genesis.accounts {
        let (id, member) = (account.id(), MemberId::of_name(&account.member));
        put(state, &StateKey::AccountName(account.name.clone(), member), &id);
        let value = Account {
            member,
            name: account.name.clone(),
            keys: account.keys.clone(),
            roles: account.roles.clone(),
            status: AccountStatus::Active,
            long_lived: 0,
        };
        put(state, &StateKey::Account(id), &value);
    }
}

fn put_assets(state: &mut BTreeMap<Vec<u8>, Vec<u8>>, genesis: &Genesis) {
    let ids: BTreeMap<String, AccountId> = genesis.accounts.iter().map(|a| (a.full_name(), a.id())).collect();
    for asset in &genesis.assets {
        // `Genesis::check` has made sure that issuer and holders exist and that the sum fits.
        let (Some(issuer), Some(supply)) = (ids.get(&asset.issuer), asset.supply()) else { continue };
        let id = AssetId::of_name(&asset.name);
        let value = Asset {
            name: asset.name.clone(),
            decimals: asset.decimals,
            issuer: *issuer,
            policy: asset.policy,
            supply,
        };
        put(state, &StateKey::Asset(id), &value);
        for (name, available) in asset.holdings.iter().filter(|(_, amount)| **amount != Amount::ZERO) {
            let Some(holder) = ids.get(name) else { continue };
            put(
                state,
                &StateKey::Holding(id, *holder),
                &Holding { available: *available, locked: Amount::ZERO },
            );
        }
    }
}

fn put<V: Serialize>(state: &mut BTreeMap<Vec<u8>, Vec<u8>>, key: &StateKey, value: &V) {
    state.insert(key.encode(), codec::encode(value));
}

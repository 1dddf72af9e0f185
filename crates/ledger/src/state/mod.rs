//! The state during execution: typed access over the stored state, with changes kept aside.

mod table;

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use types::{
    Account, AccountId, Amount, AssetId, LockId, Member, MemberId, Parameters, PublicKey, TimeMs,
    ValidatorSet, codec,
    state::{Asset, EpochState, Holding, Lock, PendingEpoch, Seen, StateKey},
};

use crate::{
    LedgerError,
    execution::{SeenId, Source},
};
use table::Table;

/// Values of one kind kept from block to block; beyond it all of that kind are read again.
const KEPT_MAX: usize = 50_000;

/// One entry of a block's write set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateWrite {
    /// The encoded [`StateKey`].
    pub(crate) key: Vec<u8>,
    /// Its value before the block.
    pub(crate) before: Option<Vec<u8>>,
    /// Its value after it.
    pub(crate) after: Option<Vec<u8>>,
}

/// What was read and changed; survives from block to block as a cache.
pub(crate) struct Tables {
    members: Table<MemberId, Member>,
    accounts: Table<AccountId, Account>,
    names: Table<(String, MemberId), AccountId>,
    assets: Table<AssetId, Asset>,
    holdings: Table<(AssetId, AccountId), Holding>,
    locks: Table<LockId, Lock>,
    allowed: Table<(AssetId, AccountId), ()>,
    seen: Table<SeenId, Seen>,
    parameters: Table<(), Parameters>,
    active_set: Table<(), ValidatorSet>,
    next_set: Table<(), ValidatorSet>,
    epoch: Table<(), EpochState>,
    pending_epoch: Table<(), PendingEpoch>,
    rejoined: Table<PublicKey, TimeMs>,
}

/// The state as operations see it.
pub(crate) struct State<'s> {
    source: &'s dyn Source,
    tables: &'s mut Tables,
}

macro_rules! access {
    ($($(#[$doc:meta])* $get:ident, $put:ident: $table:ident[$key:ty] -> $value:ty = $state_key:expr;)*) => {
        impl State<'_> {$(
            $(#[$doc])*
            pub(crate) fn $get(&mut self, key: &$key) -> Result<Option<Arc<$value>>, LedgerError> {
                let source = self.source;
                let state_key: fn(&$key) -> StateKey = $state_key;
                self.tables.$table.get(key, || load(source, &state_key(key)))
            }

            /// Sets (`Some`) or removes (`None`) it.
            pub(crate) fn $put(&mut self, key: &$key, value: Option<$value>) -> Result<(), LedgerError> {
                self.$get(key)?;
                self.tables.$table.put(key.clone(), value);
                Ok(())
            }
        )*}

        /// What a block changes, by kind.
        #[derive(Default)]
        pub(crate) struct Changes {
            $($table: Vec<($key, Option<Arc<$value>>)>,)*
        }

        impl Changes {
            /// How many values these are.
            pub(crate) fn len(&self) -> usize {
                [$(self.$table.len(),)*].into_iter().sum()
            }

            /// Without remembered ids, which nobody keeps from block to block.
            fn without_seen(mut self) -> Self {
                self.seen = Vec::new();
                self
            }
        }

        impl Tables {
            pub(crate) fn new() -> Self {
                Self { $($table: Table::new(),)* }
            }

            /// Keeps the changes since the last call of this or [`Tables::roll_back`].
            pub(crate) fn keep(&mut self) {
                $(self.$table.keep();)*
            }

            /// Takes the changes since then back.
            pub(crate) fn roll_back(&mut self) {
                $(self.$table.roll_back();)*
            }

            /// All changes of the block, ascending by key.
            pub(crate) fn writes(&self) -> Vec<StateWrite> {
                let mut writes = Vec::new();
                $(
                    let state_key: fn(&$key) -> StateKey = $state_key;
                    writes.extend(self.$table.written().map(|written| StateWrite {
                        key: state_key(written.key).encode(),
                        before: written.original.map(codec::encode),
                        after: written.current.map(codec::encode),
                    }));
                )*
                writes.sort_unstable_by(|a, b| a.key.cmp(&b.key));
                writes
            }

            /// Takes all changes of the block back; what was read stays.
            pub(crate) fn reset(&mut self) {
                $(self.$table.reset(KEPT_MAX);)*
                self.seen = Table::new();
            }

            /// What the block changes, but for remembered ids.
            pub(crate) fn changes(&self) -> Changes {
                Changes { $($table: self.$table.written_values(),)* }.without_seen()
            }

            /// A block changed this in the state below.
            pub(crate) fn follow(&mut self, changes: &Changes) {
                $(self.$table.follow(&changes.$table);)*
            }

            /// The changes are stored; what was read may serve the next block.
            pub(crate) fn settle(&mut self) {
                $(self.$table.settle(KEPT_MAX);)*
                self.seen = Table::new();
            }
        }
    };
}

access! {
    /// A member.
    member, put_member: members[MemberId] -> Member = |id| StateKey::Member(*id);
    /// An account.
    account, put_account: accounts[AccountId] -> Account = |id| StateKey::Account(*id);
    /// The account of a name.
    name, put_name: names[(String, MemberId)] -> AccountId = |(name, id)| StateKey::AccountName(name.clone(), *id);
    /// An asset.
    asset, put_asset: assets[AssetId] -> Asset = |id| StateKey::Asset(*id);
    /// What an account holds of an asset, if anything.
    stored_holding, put_stored_holding: holdings[(AssetId, AccountId)] -> Holding = |(asset, id)| StateKey::Holding(*asset, *id);
    /// A lock.
    lock, put_lock: locks[LockId] -> Lock = |id| StateKey::Lock(*id);
    /// Present when the account is on the asset's allow-list.
    allowed, put_allowed: allowed[(AssetId, AccountId)] -> () = |(asset, id)| StateKey::AllowedHolder(*asset, *id);
    /// Present while a transaction id is remembered.
    seen, put_seen: seen[SeenId] -> Seen = |(valid_until, id)| StateKey::Seen(*valid_until, *id);
    /// The chain parameters.
    parameters, put_parameters: parameters[()] -> Parameters = |()| StateKey::Parameters;
    /// The validators of this block.
    active_set, put_active_set: active_set[()] -> ValidatorSet = |()| StateKey::ActiveSet;
    /// The validators of the next block.
    next_set, put_next_set: next_set[()] -> ValidatorSet = |()| StateKey::NextSet;
    /// The epoch of this block.
    epoch, put_epoch: epoch[()] -> EpochState = |()| StateKey::Epoch;
    /// The change that waits for the end of the epoch.
    pending_epoch, put_pending_epoch: pending_epoch[()] -> PendingEpoch = |()| StateKey::PendingEpoch;
    /// When a validator rejoined last.
    rejoined, put_rejoined: rejoined[PublicKey] -> TimeMs = |key| StateKey::Rejoined(*key);
}

impl Tables {
    /// A remembered transaction as the state below has it: it need not be read again.
    pub(crate) fn know_seen(&mut self, id: SeenId, seen: Seen) {
        self.seen.know(id, seen);
    }
}

impl<'s> State<'s> {
    /// Reads through `tables` to `source`.
    pub(crate) fn new(source: &'s dyn Source, tables: &'s mut Tables) -> Self {
        Self { source, tables }
    }

    /// The changes so far.
    pub(crate) fn tables(&mut self) -> &mut Tables {
        self.tables
    }

    /// What is stored below.
    pub(crate) fn source(&self) -> &'s dyn Source {
        self.source
    }

    /// The chain parameters, which every state has.
    pub(crate) fn must_parameters(&mut self) -> Result<Arc<Parameters>, LedgerError> {
        self.parameters(&())?.ok_or_else(|| missing(&StateKey::Parameters))
    }

    /// The validators of this block, which every state has.
    pub(crate) fn must_active_set(&mut self) -> Result<Arc<ValidatorSet>, LedgerError> {
        self.active_set(&())?.ok_or_else(|| missing(&StateKey::ActiveSet))
    }

    /// The validators of the next block, which every state has.
    pub(crate) fn must_next_set(&mut self) -> Result<Arc<ValidatorSet>, LedgerError> {
        self.next_set(&())?.ok_or_else(|| missing(&StateKey::NextSet))
    }

    /// The epoch of this block, which every state has.
    pub(crate) fn must_epoch(&mut self) -> Result<Arc<EpochState>, LedgerError> {
        self.epoch(&())?.ok_or_else(|| missing(&StateKey::Epoch))
    }

    /// What an account holds of an asset; nothing when there is no entry.
    pub(crate) fn holding(&mut self, asset: &AssetId, account: &AccountId) -> Result<Holding, LedgerError> {
        Ok(self.stored_holding(&(*asset, *account))?.map_or_else(Holding::default, |holding| *holding))
    }

    /// Sets it; a holding of nothing leaves the state.
    pub(crate) fn put_holding(
        &mut self,
        asset: &AssetId,
        account: &AccountId,
        holding: Holding,
    ) -> Result<(), LedgerError> {
        let is_nothing = holding.available == Amount::ZERO && holding.locked == Amount::ZERO;
        self.put_stored_holding(&(*asset, *account), (!is_nothing).then_some(holding))
    }
}

fn load<V: Serialize + DeserializeOwned>(
    source: &dyn Source,
    key: &StateKey,
) -> Result<Option<V>, LedgerError> {
    let key = key.encode();
    let read =
        |bytes: Vec<u8>| types::state::decode_value(&bytes).map_err(|_| LedgerError::damaged("state", &key));
    source.value(&key)?.map(read).transpose()
}

fn missing(key: &StateKey) -> LedgerError {
    LedgerError::damaged("state", &key.encode())
}

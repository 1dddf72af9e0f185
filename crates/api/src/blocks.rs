//! Blocks decoded for subscribers: the newest few are shared, so that a thousand subscribers read and
//! decode a block once.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::OnceCell;
use tonic::Status;
use types::{
    AccountId, AssetId, Height, Operation, ResultRecord, TimeMs, Transaction,
    ports::{BlockView, ChainReader},
};

use crate::{Reason, api::Shared};

/// Blocks kept; the lowest goes first.
const KEPT: usize = 16;

/// A certified block as subscribers see it.
#[derive(Debug)]
pub(crate) struct EventBlock {
    pub(crate) time: TimeMs,
    pub(crate) transactions: Vec<EventTransaction>,
}

/// A transaction and what filters ask about it.
#[derive(Debug)]
pub(crate) struct EventTransaction {
    pub(crate) bytes: Bytes,
    pub(crate) result: ResultRecord,
    pub(crate) operations: Vec<&'static str>,
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) assets: Vec<AssetId>,
}

type Cell = Arc<OnceCell<Arc<EventBlock>>>;

/// The shared blocks.
pub(crate) struct BlockCache {
    chain: Arc<dyn ChainReader>,
    cells: Mutex<BTreeMap<Height, Cell>>,
}

impl BlockCache {
    pub(crate) fn new(chain: Arc<dyn ChainReader>) -> Self {
        Self { chain, cells: Mutex::default() }
    }

    /// The block at a certified height.
    pub(crate) async fn get(&self, shared: &Shared, height: Height) -> Result<Arc<EventBlock>, Status> {
        let cell = self.cell(height);
        let load = || async {
            let chain = Arc::clone(&self.chain);
            let block = shared.read(move || Ok(chain.block_view(height)?.map(|view| decode(&view)))).await?;
            block.map(Arc::new).ok_or_else(|| self.missing(height))
        };
        cell.get_or_try_init(load).await.cloned()
    }

    /// Why there is no such block here.
    pub(crate) fn missing(&self, height: Height) -> Status {
        let first_kept = self.chain.first_kept();
        if height < first_kept {
            return below_retention(height, first_kept);
        }
        Reason::ReadFailed.status(format!("block {height} cannot be read"))
    }

    fn cell(&self, height: Height) -> Cell {
        let mut cells = self.cells.lock();
        let cell = Arc::clone(cells.entry(height).or_default());
        while cells.len() > KEPT {
            cells.pop_first();
        }
        cell
    }
}

/// That history was pruned.
pub(crate) fn below_retention(height: Height, first_kept: Height) -> Status {
    let message = format!("block {height} was pruned here, the lowest kept is {first_kept}");
    Reason::BelowRetention.status_with(message, &[("first_kept_height", first_kept.to_string())])
}

fn decode(view: &BlockView) -> EventBlock {
    let read = |(bytes, result): &(Bytes, ResultRecord)| {
        let (mut operations, mut accounts, mut assets) = (Vec::new(), Vec::new(), Vec::new());
        // Everything in a block was decoded by those who certified it.
        if let Ok(transaction) = Transaction::decode_any(bytes.clone()) {
            for operation in &transaction.body().operations {
                operations.push(operation.name());
                name_objects(operation, &mut accounts, &mut assets);
            }
        }
        EventTransaction { bytes: bytes.clone(), result: *result, operations, accounts, assets }
    };
    EventBlock { time: view.block.header.time, transactions: view.transactions.iter().map(read).collect() }
}

/// The accounts and assets that an operation names.
fn name_objects(operation: &Operation, accounts: &mut Vec<AccountId>, assets: &mut Vec<AssetId>) {
    accounts.extend(operation.authority().account());
    match operation {
        Operation::RegisterMember { source: _, name: _, contact: _, admin_keys: _ } => {}
        Operation::RegisterAccount { source: _, member, salt, keys, roles: _, name: _ } => {
            accounts.push(AccountId::derive(member, *salt, keys));
        }
        Operation::RotateKeys { source: _, keys: _ } => {}
        Operation::SetRoles { source: _, account, roles: _ }
        | Operation::SetStatus { source: _, account, status: _ } => accounts.push(*account),
        Operation::CreateAsset { source: _, name, decimals: _, policy: _ } => {
            assets.push(AssetId::of_name(name))
        }
        Operation::Issue { source: _, asset, to, amount: _ }
        | Operation::Transfer { source: _, asset, to, amount: _ } => {
            accounts.push(*to);
            assets.push(*asset);
        }
        Operation::Redeem { source: _, asset, amount: _ } => assets.push(*asset),
        Operation::Lock { source: _, asset, beneficiary, amount: _, expires: _, hash: _ } => {
            accounts.push(*beneficiary);
            assets.push(*asset);
        }
        Operation::Rejoin { validator: _, vote_log: _ } => {}
        // Only the state knows whose lock it is.
        Operation::Unlock { source: _, lock: _, preimage: _ } => {}
        Operation::SetHolder { source: _, asset, account, allowed: _ } => {
            accounts.push(*account);
            assets.push(*asset);
        }
    }
}

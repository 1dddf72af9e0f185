//! What a subscriber wants to see.

use bytes::Bytes;
use tonic::Status;
use types::{AccountId, AssetId, Hash, codec, hash::sha256};

use crate::{Reason, blocks::EventTransaction, pb};

/// Entries of a filter in all.
const ENTRIES_MAX: usize = 256;
/// Bytes of an operation's name.
const NAME_BYTES_MAX: usize = 64;

/// Lists that are not empty must all match; within a list one match suffices. Sorted, so that equal filters
/// have equal hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    accounts: Vec<AccountId>,
    assets: Vec<AssetId>,
    operations: Vec<String>,
}

impl Filter {
    pub(crate) fn read(filter: Option<pb::EventFilter>) -> Result<Self, Status> {
        let Some(filter) = filter else { return Ok(Self::default()) };
        let found = filter.accounts.len() + filter.assets.len() + filter.operations.len();
        if found > ENTRIES_MAX {
            let message = format!("a filter has at most {ENTRIES_MAX} entries, found {found}");
            return Err(Reason::BadRequest.status(message));
        }
        if filter.operations.iter().any(|name| name.len() > NAME_BYTES_MAX) {
            return Err(Reason::BadRequest.status("filter.operations must hold names as asset.transfer"));
        }
        Ok(Self {
            accounts: ids(&filter.accounts, "filter.accounts", AccountId::from_slice)?,
            assets: ids(&filter.assets, "filter.assets", AssetId::from_slice)?,
            operations: sorted(filter.operations),
        })
    }

    /// Names the filter in resume tokens.
    pub(crate) fn hash(&self) -> Hash {
        let content = (&self.accounts, &self.assets, &self.operations);
        sha256("hanse.event-filter.v1", &[&codec::encode(&content)])
    }

    pub(crate) fn matches(&self, transaction: &EventTransaction) -> bool {
        let accounts = || transaction.accounts.iter().any(|id| self.accounts.binary_search(id).is_ok());
        let assets = || transaction.assets.iter().any(|id| self.assets.binary_search(id).is_ok());
        let operations = || {
            let wanted = |name: &&str| self.operations.iter().any(|operation| operation == name);
            transaction.operations.iter().any(wanted)
        };
        (self.accounts.is_empty() || accounts())
            && (self.assets.is_empty() || assets())
            && (self.operations.is_empty() || operations())
    }
}

fn ids<T: Ord>(list: &[Bytes], field: &str, read: impl Fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Status> {
    let one = |bytes: &Bytes| {
        read(bytes).ok_or_else(|| Reason::BadRequest.status(format!("{field} must hold 32 bytes each")))
    };
    list.iter().map(one).collect::<Result<_, _>>().map(sorted)
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

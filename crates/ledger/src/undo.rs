//! What the state was before each block that is not certified yet, so that readers find the state of the
//! newest certified block again after a restart.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use types::{Height, codec};

use crate::{
    LedgerError,
    execution::block::changes,
    state::StateWrite,
    store::{Column, Pinned, Store, keys},
    tree::{self, Prefix},
};

#[derive(Serialize, Deserialize)]
struct Before {
    key: ByteBuf,
    value: Option<ByteBuf>,
}

/// Differences from a pinned state to an older one.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// By state key; `None`: absent.
    pub(crate) values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// By page prefix; `None`: absent.
    pub(crate) pages: BTreeMap<Prefix, Option<Vec<u8>>>,
}

/// The bytes kept for a block.
pub(crate) fn encode(writes: &[StateWrite]) -> Vec<u8> {
    let before = |write: &StateWrite| Before {
        key: ByteBuf::from(write.key.clone()),
        value: write.before.clone().map(ByteBuf::from),
    };
    codec::encode(&writes.iter().map(before).collect::<Vec<_>>())
}

/// How the state after block `to` differs from `pinned`, which is the state after block `from`.
pub(crate) fn overlay(
    store: &Store,
    pinned: &Pinned,
    from: Height,
    to: Height,
) -> Result<Overlay, LedgerError> {
    let mut values = BTreeMap::new();
    let mut height = from;
    while height > to {
        let key = keys::height(height);
        let undo: Option<Vec<Before>> = store.value(Column::Undo, &key)?;
        for before in undo.ok_or_else(|| LedgerError::damaged("undo", &key))? {
            values.insert(before.key.into_vec(), before.value.map(ByteBuf::into_vec));
        }
        height = height.minus(1);
    }
    let write = |(key, after): (&Vec<u8>, &Option<Vec<u8>>)| StateWrite {
        key: key.clone(),
        before: None,
        after: after.clone(),
    };
    let writes: Vec<_> = values.iter().map(write).collect();
    let updated = tree::update(pinned, &changes(&writes))?;
    let expected = store.header_at(to)?.state_root;
    if updated.root != expected {
        return Err(LedgerError::damaged("undo", &keys::height(to)));
    }
    Ok(Overlay { values, pages: updated.pages })
}

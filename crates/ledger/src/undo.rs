//! What the state was before each block that is not certified, or not in the pages of the tree: so that after a
//! restart readers find the state of the newest certified block, and the tree that of the newest one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use types::{Height, codec};

use crate::{
    LedgerError,
    execution::block::changes,
    state::StateWrite,
    store::{Column, Pinned, Store, keys},
    tree::{Prefix, Tree},
};

#[derive(Serialize, Deserialize)]
struct Before {
    key: ByteBuf,
    value: Option<ByteBuf>,
}

/// A state by its differences from a pinned one, and its tree.
#[derive(Debug)]
pub(crate) struct Overlay {
    /// By state key; `None`: absent.
    pub(crate) values: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Pages that are not in memory are those of the pinned database.
    pub(crate) tree: Tree,
}

impl Overlay {
    /// No differences.
    pub(crate) const fn of(tree: Tree) -> Self {
        Self { values: BTreeMap::new(), tree }
    }
}

/// The bytes kept for a block.
pub(crate) fn encode(writes: &[StateWrite]) -> Vec<u8> {
    let before = |write: &StateWrite| Before {
        key: ByteBuf::from(write.key.clone()),
        value: write.before.clone().map(ByteBuf::from),
    };
    codec::encode(&writes.iter().map(before).collect::<Vec<_>>())
}

fn before(store: &Store, height: Height) -> Result<Vec<Before>, LedgerError> {
    let key = keys::height(height);
    store.value(Column::Undo, &key)?.ok_or_else(|| LedgerError::damaged("undo", &key))
}

/// The tree after block `to`, made from the stored pages, which are those after block `from`; and the pages in
/// which it differs from them.
pub(crate) fn redo(store: &Store, from: Height, to: Height) -> Result<(Tree, BTreeSet<Prefix>), LedgerError> {
    let stored = Tree::open(store)?;
    if stored.root() != store.header_at(from)?.state_root {
        return Err(LedgerError::damaged("tree", &Prefix::ROOT.encode()));
    }
    let mut changed = BTreeSet::new();
    for height in (from.get() + 1..=to.get()).map(Height::new) {
        changed.extend(before(store, height)?.into_iter().map(|before| before.key.into_vec()));
    }
    let mut writes = Vec::with_capacity(changed.len());
    for key in changed {
        let after = store.get(Column::State, &key)?;
        writes.push(StateWrite { key, before: None, after });
    }
    let mut touched = BTreeSet::new();
    let tree = stored.update(store, &changes(&writes), &mut touched)?;
    if tree.root() != store.header_at(to)?.state_root {
        return Err(LedgerError::damaged("tree", &keys::height(to)));
    }
    Ok((tree, touched))
}

/// How the state after block `to` differs from `pinned`, which is the state after block `from` and has this tree.
pub(crate) fn overlay(
    store: &Store,
    pinned: &Pinned,
    tree: &Tree,
    from: Height,
    to: Height,
) -> Result<Overlay, LedgerError> {
    let mut values = BTreeMap::new();
    let mut height = from;
    while height > to {
        for before in before(store, height)? {
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
    let tree = tree.update(pinned, &changes(&writes), &mut BTreeSet::new())?;
    if tree.root() != store.header_at(to)?.state_root {
        return Err(LedgerError::damaged("undo", &keys::height(to)));
    }
    Ok(Overlay { values, tree })
}

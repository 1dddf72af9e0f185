//! What is stored now must be exactly what replay computed: state, tree, sizes of the
//! indices; and every asset's supply must be the sum of its holdings.

use std::collections::BTreeMap;

use types::{
    Amount, AssetId,
    state::{Asset, Holding, decode_value},
};

use super::replay::Replay;
use crate::{
    LedgerError,
    store::{Column, Entry, Store},
};

/// The kind bytes of [`types::state::StateKey`] for assets and holdings.
const ASSET: u8 = 0x20;
const HOLDING: u8 = 0x21;

pub(super) fn check(store: &Store, replay: &Replay<'_>, errors: &mut Vec<String>) -> Result<(), LedgerError> {
    let memory = &replay.memory;
    let state = memory.state.iter().map(|(key, value)| (key.clone(), value.clone()));
    compare(store, Column::State, state, errors)?;
    let mut pages = BTreeMap::new();
    replay.written.1.each_page(&mut |prefix, page| drop(pages.insert(prefix.encode(), page)));
    compare(store, Column::Tree, pages.into_iter(), errors)?;
    let epochs = replay.epochs.iter().map(|(key, row)| (key.clone(), row.clone()));
    compare(store, Column::Epochs, epochs, errors)?;
    for (column, expected) in [(Column::Transactions, replay.indexed), (Column::History, replay.history)] {
        let mut found = 0u64;
        for entry in store.each(column)? {
            entry?;
            found += 1;
        }
        if found != expected {
            errors.push(format!("{} has {found} rows, the blocks give {expected}", column.name()));
        }
    }
    check_supplies(&memory.state, errors);
    Ok(())
}

/// Compares a column family with what it must hold, both ascending by key; names the first difference.
fn compare(
    store: &Store,
    column: Column,
    mut expected: impl Iterator<Item = Entry>,
    errors: &mut Vec<String>,
) -> Result<(), LedgerError> {
    let mut stored = store.each(column)?;
    loop {
        let (found, wanted) = (stored.next().transpose()?, expected.next());
        if found == wanted {
            if found.is_none() {
                return Ok(());
            }
            continue;
        }
        let key = found.or(wanted).map(|(key, _)| key).unwrap_or_default();
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        errors.push(format!("{} differs from the replayed one first at key {key}", column.name()));
        return Ok(());
    }
}

fn check_supplies(state: &BTreeMap<Vec<u8>, Vec<u8>>, errors: &mut Vec<String>) {
    let mut sums: BTreeMap<AssetId, Option<Amount>> = BTreeMap::new();
    for (key, value) in state.range(vec![HOLDING]..vec![HOLDING + 1]) {
        let asset = key.get(1..33).and_then(AssetId::from_slice);
        let (Some(asset), Ok(holding)) = (asset, decode_value::<Holding>(value)) else {
            errors.push("a holding cannot be read".to_owned());
            continue;
        };
        let sum = sums.entry(asset).or_insert(Some(Amount::ZERO));
        *sum = sum.and_then(|sum| sum.checked_add(holding.available)?.checked_add(holding.locked));
    }
    for (key, value) in state.range(vec![ASSET]..vec![ASSET + 1]) {
        let id = key.get(1..33).and_then(AssetId::from_slice).unwrap_or_default();
        let supply = decode_value::<Asset>(value).map(|asset| asset.supply).ok();
        let held = sums.remove(&id).unwrap_or(Some(Amount::ZERO));
        if supply.is_none() || supply != held {
            errors.push(format!("asset {id}: its supply is not the sum of its holdings"));
        }
    }
    errors.extend(sums.keys().map(|id| format!("asset {id} is held but does not exist")));
}

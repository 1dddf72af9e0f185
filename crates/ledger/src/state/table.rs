//! One kind of state entries during execution: what was read, what changed, and how to take changes back.

use std::{
    collections::{BTreeSet, HashMap},
    hash::Hash,
    sync::Arc,
};

use crate::LedgerError;

/// Values by key. A value is read from the state below at most once.
pub(crate) struct Table<K, V> {
    /// Only asked by key, never walked, so its order cannot matter.
    slots: HashMap<K, Slot<V>>,
    /// The keys of written slots.
    written: BTreeSet<K>,
    journal: Vec<(K, Option<Arc<V>>, Touched)>,
}

struct Slot<V> {
    original: Option<Arc<V>>,
    current: Option<Arc<V>>,
    touched: Touched,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Touched {
    Read,
    Written,
}

/// An entry that differs from the state below, or was written again.
pub(crate) struct Written<'t, K, V> {
    pub(crate) key: &'t K,
    pub(crate) original: Option<&'t V>,
    pub(crate) current: Option<&'t V>,
}

impl<K: Ord + Hash + Clone, V> Table<K, V> {
    pub(crate) fn new() -> Self {
        Self { slots: HashMap::new(), written: BTreeSet::new(), journal: Vec::new() }
    }

    /// The current value; `load` reads it from the state below.
    pub(crate) fn get(
        &mut self,
        key: &K,
        load: impl FnOnce() -> Result<Option<V>, LedgerError>,
    ) -> Result<Option<Arc<V>>, LedgerError> {
        if let Some(slot) = self.slots.get(key) {
            return Ok(slot.current.clone());
        }
        let original = load()?.map(Arc::new);
        let slot = Slot { original: original.clone(), current: original.clone(), touched: Touched::Read };
        self.slots.insert(key.clone(), slot);
        Ok(original)
    }

    /// Takes a value of the state below that was read otherwise.
    pub(crate) fn know(&mut self, key: K, value: V) {
        let value = Some(Arc::new(value));
        let slot = Slot { original: value.clone(), current: value, touched: Touched::Read };
        self.slots.entry(key).or_insert(slot);
    }

    /// Sets or removes a value that was read before.
    pub(crate) fn put(&mut self, key: K, value: Option<V>) {
        let value = value.map(Arc::new);
        match self.slots.get_mut(&key) {
            Some(slot) => {
                let before = std::mem::replace(&mut slot.current, value);
                if slot.touched == Touched::Read {
                    slot.touched = Touched::Written;
                    self.written.insert(key.clone());
                    self.journal.push((key, before, Touched::Read));
                } else {
                    self.journal.push((key, before, Touched::Written));
                }
            }
            None => unreachable!("entries are read before they are written"),
        }
    }

    /// Keeps all changes since the last call of this or [`Table::roll_back`].
    pub(crate) fn keep(&mut self) {
        self.journal.clear();
    }

    /// Takes all changes since then back.
    pub(crate) fn roll_back(&mut self) {
        while let Some((key, before, touched)) = self.journal.pop() {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.current = before;
                slot.touched = touched;
                if touched == Touched::Read {
                    self.written.remove(&key);
                }
            }
        }
    }

    /// Takes all changes since the last [`Table::settle`] back; beyond `limit` values all are read again.
    pub(crate) fn reset(&mut self, limit: usize) {
        self.journal.clear();
        if self.slots.len() > limit {
            self.slots.clear();
            self.written.clear();
        }
        for key in std::mem::take(&mut self.written) {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.current.clone_from(&slot.original);
                slot.touched = Touched::Read;
            }
        }
    }

    /// The keys that were written and their values.
    pub(crate) fn written_values(&self) -> Vec<(K, Option<Arc<V>>)> {
        let value = |key: &K| self.slots.get(key).map(|slot| (key.clone(), slot.current.clone()));
        self.written.iter().filter_map(value).collect()
    }

    /// How many values are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Values that have changed below; those that nobody asked for yet are read when they are needed.
    pub(crate) fn follow(&mut self, changes: &[(K, Option<Arc<V>>)]) {
        for (key, value) in changes {
            if let Some(slot) = self.slots.get_mut(key) {
                *slot = Slot { original: value.clone(), current: value.clone(), touched: Touched::Read };
            }
        }
    }

    /// The entries that were written, ascending by key.
    pub(crate) fn written(&self) -> impl Iterator<Item = Written<'_, K, V>> {
        let written = |key| self.slots.get(key).map(|slot| (key, slot));
        self.written.iter().filter_map(written).map(|(key, slot)| Written {
            key,
            original: slot.original.as_deref(),
            current: slot.current.as_deref(),
        })
    }

    /// The changes are now part of the state below; at most `limit` values are kept for the next block.
    pub(crate) fn settle(&mut self, limit: usize) {
        self.journal.clear();
        if self.slots.len() > limit {
            self.slots.clear();
        }
        for key in std::mem::take(&mut self.written) {
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.original.clone_from(&slot.current);
                slot.touched = Touched::Read;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn what_has_changed_below_is_followed() {
        let (mut below, mut above) = (Table::<u32, u32>::new(), Table::<u32, u32>::new());
        assert_eq!(above.get(&1, || Ok(Some(10))).unwrap().as_deref(), Some(&10));
        assert_eq!(above.get(&2, || Ok(Some(20))).unwrap().as_deref(), Some(&20));
        for (key, value) in [(1, Some(11)), (2, None), (3, Some(33))] {
            below.get(&key, || Ok(None)).unwrap();
            below.put(key, value);
        }
        above.follow(&below.written_values());
        assert_eq!(above.get(&1, || panic!("is known")).unwrap().as_deref(), Some(&11));
        assert_eq!(above.get(&2, || panic!("is known")).unwrap(), None);
        assert_eq!(above.get(&3, || Ok(Some(34))).unwrap().as_deref(), Some(&34), "was not asked for before");
    }

    #[test]
    fn what_is_only_asked_for_is_bounded_too() {
        let mut table = Table::<u32, u32>::new();
        for key in 0..1000 {
            table.get(&key, || Ok(None)).unwrap();
            table.put(key, Some(1));
            table.reset(100);
            assert!(table.len() <= 100);
            assert_eq!(table.get(&key, || Ok(None)).unwrap(), None, "the change is taken back");
        }
    }
}

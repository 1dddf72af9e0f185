//! A bounded memory of the newest keys: the oldest is forgotten first.

use std::collections::{BTreeMap, VecDeque};

/// At most `capacity` keys with their values.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    capacity: usize,
    values: BTreeMap<K, V>,
    order: VecDeque<K>,
}

impl<K: Ord + Copy, V> Recent<K, V> {
    pub(crate) const fn new(capacity: usize) -> Self {
        Self { capacity, values: BTreeMap::new(), order: VecDeque::new() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key)
    }

    /// Remembers; a known key keeps its age.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.values.insert(key, value).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > self.capacity {
            if let Some(oldest) = self.order.pop_front() {
                self.values.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut recent = Recent::new(2);
        for key in [1, 2, 1, 3] {
            recent.insert(key, key * 10);
        }
        assert_eq!([1, 2, 3].map(|key| recent.get(&key).copied()), [None, Some(20), Some(30)]);
    }
}

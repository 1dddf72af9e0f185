//! A simulated disk: writes wait, one sync takes all that wait (group commit), and a crash loses what is
//! not synced, except a prefix that happened to reach the platter.

use crate::prng::Prng;

/// Records on their way to stable storage, oldest first.
#[derive(Debug)]
pub(crate) struct Disk<T> {
    waiting: Vec<T>,
    syncing: Vec<T>,
}

impl<T> Default for Disk<T> {
    fn default() -> Self {
        Self { waiting: Vec::new(), syncing: Vec::new() }
    }
}

impl<T> Disk<T> {
    /// Adds a record; true when a sync must be started for it.
    pub fn write(&mut self, record: T) -> bool {
        self.waiting.push(record);
        self.syncing.is_empty() && self.waiting.len() == 1
    }

    /// Starts a sync of all that waits. Called once for each `true` of [`Disk::write`] or
    /// [`Disk::finish_sync`].
    pub fn begin_sync(&mut self) {
        self.syncing = std::mem::take(&mut self.waiting);
    }

    /// Ends the sync: what is now durable, and whether another sync must be started.
    pub fn finish_sync(&mut self) -> (Vec<T>, bool) {
        (std::mem::take(&mut self.syncing), !self.waiting.is_empty())
    }

    /// The process dies: a prefix of what was not acknowledged survives.
    pub fn crash(&mut self, prng: &mut Prng) -> Vec<T> {
        let mut pending = std::mem::take(&mut self.syncing);
        pending.append(&mut self.waiting);
        pending.truncate(prng.index(pending.len() + 1));
        pending
    }

    /// How many records are not durable.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.syncing.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Disk;
    use crate::prng::Prng;

    #[test]
    fn one_sync_takes_all_that_waits() {
        let mut disk = Disk::default();
        assert!(disk.write(1));
        disk.begin_sync();
        assert!(!disk.write(2) && !disk.write(3));
        assert_eq!(disk.finish_sync(), (vec![1], true));
        disk.begin_sync();
        assert_eq!(disk.finish_sync(), (vec![2, 3], false));
    }

    #[test]
    fn a_crash_keeps_a_prefix_of_what_was_not_synced() {
        let mut lengths = [0; 4];
        for seed in 0..100 {
            let mut disk = Disk::default();
            disk.write(1);
            disk.begin_sync();
            disk.write(2);
            disk.write(3);
            let kept = disk.crash(&mut Prng::stream(seed, "test"));
            assert!([1, 2, 3].starts_with(&kept));
            lengths[kept.len()] += 1;
            assert_eq!(disk.len(), 0);
        }
        assert!(lengths.iter().all(|count| *count > 0), "{lengths:?}");
    }
}

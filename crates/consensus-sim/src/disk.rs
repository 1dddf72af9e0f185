//! A simulated disk: writes wait, one sync takes all that wait (group commit), and a crash loses what is
//! not synced, except a prefix that happened to reach the platter.

use crate::{faults::disks::Medium, prng::Prng};

/// Records on their way to stable storage, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Disk<T> {
    waiting: Vec<T>,
    syncing: Vec<T>,
}

/// What a crash left.
#[derive(Debug)]
pub(crate) struct Survivors<T> {
    pub records: Vec<T>,
    /// How many are gone, and whether one of them was cut in the middle.
    pub lost: usize,
    pub torn: bool,
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

    /// What the running sync is for.
    pub fn syncing(&self) -> &[T] {
        &self.syncing
    }

    /// Ends the sync: what is now durable, and whether another sync must be started.
    pub fn finish_sync(&mut self) -> (Vec<T>, bool) {
        (std::mem::take(&mut self.syncing), !self.waiting.is_empty())
    }

    /// The process dies: what survives of what was not acknowledged, always a prefix. The last record of it
    /// may be torn; whoever reads the file drops that one.
    pub fn crash(&mut self, prng: &mut Prng, medium: Medium) -> Survivors<T> {
        let mut pending = std::mem::take(&mut self.syncing);
        pending.append(&mut self.waiting);
        let written = match medium {
            Medium::Nothing => 0,
            Medium::Everything => pending.len(),
            Medium::Prefix | Medium::Torn => prng.index(pending.len() + 1),
        };
        let lost = pending.len() - written;
        pending.truncate(written);
        let torn = medium == Medium::Torn && pending.pop().is_some();
        Survivors { records: pending, lost: lost + usize::from(torn), torn }
    }

    /// How many records are not durable.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.syncing.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Disk;
    use crate::{faults::disks::Medium, prng::Prng};

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
            let kept = disk.crash(&mut Prng::stream(seed, "test"), Medium::Prefix).records;
            assert!([1, 2, 3].starts_with(&kept));
            lengths[kept.len()] += 1;
            assert_eq!(disk.len(), 0);
        }
        assert!(lengths.iter().all(|count| *count > 0), "{lengths:?}");
    }

    #[test]
    fn a_medium_may_keep_all_or_nothing_or_tear_the_last_record() {
        let crash = |medium, seed| {
            let mut disk = Disk::default();
            disk.write(1);
            disk.write(2);
            disk.crash(&mut Prng::stream(seed, "test"), medium)
        };
        assert_eq!(crash(Medium::Nothing, 1).records, Vec::<i32>::new());
        assert_eq!(crash(Medium::Everything, 1).records, vec![1, 2]);
        let torn: Vec<_> = (0..50).map(|seed| crash(Medium::Torn, seed)).filter(|left| left.torn).collect();
        assert!(!torn.is_empty());
        assert!(torn.iter().all(|left| left.lost > 0 && left.records.len() < 2));
    }
}

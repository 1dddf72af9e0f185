//! Partitions of the processes into groups that hear only themselves, counted through and drawn.

use crate::prng::Prng;

/// The group of each process. Groups are numbered in the order in which they appear, so that equal
/// partitions are equal vectors (restricted growth strings; Knuth, TAOCP 4A §7.2.1.5).
pub type Partition = Vec<u8>;

/// Every partition of `count` processes into at most `groups_max` groups, in lexical order.
#[must_use]
pub fn all(count: usize, groups_max: u8) -> Vec<Partition> {
    let mut found: Vec<(Partition, u8)> = vec![(Vec::new(), 0)];
    for _ in 0..count {
        let longer = |(partition, groups): &(Partition, u8)| {
            let last = (*groups).min(groups_max.saturating_sub(1));
            let with = |group: u8| {
                let mut partition = partition.clone();
                partition.push(group);
                (partition, (*groups).max(group + 1))
            };
            (0..=last).map(with).collect::<Vec<_>>()
        };
        found = found.iter().flat_map(longer).collect();
    }
    found.into_iter().map(|(partition, _)| partition).collect()
}

/// Some partition of `count` processes into at most `groups_max` groups.
pub fn draw(prng: &mut Prng, count: usize, groups_max: u8) -> Partition {
    let groups = prng.range(1, u64::from(groups_max));
    let drawn: Vec<u64> = (0..count).map(|_| prng.below(groups)).collect();
    let mut names = Vec::new();
    let name = |group: &u64| {
        let known = names.iter().position(|name| name == group).unwrap_or_else(|| {
            names.push(*group);
            names.len() - 1
        });
        u8::try_from(known).unwrap_or(u8::MAX)
    };
    drawn.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{all, draw};
    use crate::prng::Prng;

    #[test]
    fn there_are_as_many_as_bell_and_stirling_say() {
        for (count, groups, expected) in
            [(1, 5, 1), (3, 3, 5), (5, 2, 16), (5, 3, 41), (5, 5, 52), (9, 2, 256)]
        {
            let found = all(count, groups);
            assert_eq!(found.len(), expected, "{count} into {groups}");
            let distinct: BTreeSet<_> = found.iter().collect();
            assert_eq!(distinct.len(), expected);
        }
    }

    #[test]
    fn each_partition_is_drawn() {
        let mut prng = Prng::stream(1, "test");
        let drawn: BTreeSet<_> = (0..5_000).map(|_| draw(&mut prng, 5, 3)).collect();
        assert_eq!(drawn, all(5, 3).into_iter().collect());
    }
}

//! What the store's files survive.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mempool::{Counters, MempoolError, MempoolEvent, PoolMessage};
use types::{BatchRef, Height};

use crate::world::{Node, World};

/// Stores batches 0.. of validator 1 one after the other, each in its own record, and ends the node.
fn stored(world: &World, node: &Node, count: u64) -> Vec<BatchRef> {
    let give = |sequence| {
        let (encoded, reference) = world.batch(1, sequence, &[world.transfer(1, sequence + 1000)]);
        node.receive(1, PoolMessage::Batch(encoded));
        assert_eq!(node.next_held(), reference);
        reference
    };
    (0..count).map(give).collect()
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "batches"));
    files.sort();
    files
}

/// What a node finds in a directory that holds this one segment; and whether it told exactly that.
fn found(world: &World, segment: &[u8]) -> (Vec<BatchRef>, Counters) {
    let dir = world.dir.path().join("copy");
    drop(fs::remove_dir_all(&dir));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("0000000000000001.batches"), segment).unwrap();
    let node = world.node_with(Some(0), world.config(&dir));
    let (held, counters) = (node.handle.held(), node.handle.counters());
    for reference in &held {
        assert!(node.handle.get(&reference.digest).is_some(), "{reference:?}");
    }
    let told: Vec<_> = node
        .end()
        .into_iter()
        .filter_map(|event| match event {
            MempoolEvent::BatchHeld(reference) => Some(reference),
            _ => None,
        })
        .collect();
    assert_eq!(told, held);
    (held, counters)
}

/// A segment with three batches, and where each record begins.
fn three(world: &World) -> (Vec<u8>, Vec<BatchRef>, [usize; 4]) {
    let node = world.node(0);
    let batches = stored(world, &node, 3);
    node.end();
    let file = fs::read(&segments(&world.dir_of(0))[0]).unwrap();
    let record = 13 + 66 + batches[0].bytes as usize;
    assert_eq!(file.len(), 32 + 3 * record);
    (file, batches, [32, 32 + record, 32 + 2 * record, 32 + 3 * record])
}

#[test]
fn held_batches_are_told_and_readable_after_a_restart() {
    let world = World::new(4);
    let (file, batches, _) = three(&world);
    let (held, counters) = found(&world, &file);
    assert_eq!(held, batches);
    assert_eq!((counters.torn_bytes, counters.damaged_records), (0, 0));
}

#[test]
fn a_torn_tail_is_cut_at_every_offset() {
    let world = World::new(4);
    let (file, batches, starts) = three(&world);
    for length in starts[2]..starts[3] {
        let (held, counters) = found(&world, &file[..length]);
        assert_eq!(held, batches[..2], "{length}");
        assert_eq!(counters.torn_bytes as usize, length - starts[2]);
        let cut = fs::metadata(world.dir.path().join("copy/0000000000000001.batches")).unwrap().len();
        assert_eq!(cut as usize, starts[2]);
    }
}

#[test]
fn a_torn_header_is_a_segment_that_never_was() {
    let world = World::new(4);
    let (file, _, _) = three(&world);
    for length in 0..32 {
        let (held, counters) = found(&world, &file[..length]);
        assert_eq!((held, counters.torn_bytes as usize), (vec![], length));
    }
}

#[test]
fn a_flipped_bit_costs_one_batch_and_no_other() {
    let world = World::new(4);
    let (file, batches, starts) = three(&world);
    for place in (starts[1]..starts[2]).step_by(3) {
        let mut damaged = file.clone();
        damaged[place] ^= 1 << (place % 8);
        let (held, counters) = found(&world, &damaged);
        assert_eq!(held, [batches[0], batches[2]], "{place}");
        assert_eq!((counters.damaged_records, counters.torn_bytes), (1, 0), "{place}");
    }
}

#[test]
fn a_damaged_header_sets_the_segment_aside() {
    let world = World::new(4);
    let (mut file, _, _) = three(&world);
    file[9] ^= 1;
    let (held, counters) = found(&world, &file);
    assert_eq!((held, counters.damaged_records), (vec![], 1));
    assert!(world.dir.path().join("copy/0000000000000001.damaged").exists());
}

#[test]
fn a_cut_store_goes_on() {
    let world = World::new(4);
    let (file, batches, starts) = three(&world);
    found(&world, &file[..starts[3] - 1]);
    let config = world.config(world.dir.path().join("copy"));
    let node = world.node_with(Some(0), config.clone());
    let (encoded, third) = world.batch(1, 2, &[world.transfer(1, 1002)]);
    node.next_held();
    node.next_held();
    node.receive(1, PoolMessage::Batch(encoded));
    assert_eq!(node.next_held(), third);
    node.end();
    let node = world.node_with(Some(0), config);
    assert_eq!(node.handle.held(), batches);
    assert_eq!(node.handle.counters().torn_bytes, 0);
    node.handle.shutdown();
}

#[test]
fn dropped_batches_stay_dropped_and_empty_segments_go() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.segment_bytes_max = 1;
    let node = world.node_with(Some(0), config.clone());
    let batches = stored(&world, &node, 5);
    assert_eq!(segments(config.disk.path()).len(), 5, "one each");
    node.handle.ordered(Height::new(1), &batches[..4]);
    assert_eq!(node.handle.held().len(), 5, "ordered ones stay readable");
    let dropped: Vec<_> = [0, 1, 3].map(|place: usize| batches[place].digest).into();
    node.handle.prune(&dropped);
    assert!(node.handle.get(&batches[2].digest).is_some());
    node.end();
    let left = segments(config.disk.path()).len();
    assert_eq!(left, 3, "oldest first: the one behind a held batch waits for it");
    let node = world.node_with(Some(0), config.clone());
    assert_eq!(node.handle.held(), [batches[2], batches[4]]);
    node.handle.prune(&[batches[2].digest, batches[4].digest]);
    node.end();
    assert_eq!(segments(config.disk.path()).len(), 1);
}

#[test]
fn a_batch_out_of_memory_is_read_from_disk_and_damage_there_is_seen() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.cache_bytes_max = 0;
    let node = world.node_with(Some(0), config.clone());
    let batches = stored(&world, &node, 2);
    let digests = [batches[1].digest, types::BatchDigest::default(), batches[0].digest];
    let got = node.handle.get_many(&digests);
    let references: Vec<_> = got.iter().map(|batch| batch.as_ref().map(|batch| *batch.reference())).collect();
    assert_eq!(references, [Some(batches[1]), None, Some(batches[0])]);
    let path = &segments(config.disk.path())[0];
    let mut file = fs::read(path).unwrap();
    let last = file.len() - 1;
    file[last] ^= 1;
    fs::write(path, file).unwrap();
    assert!(node.handle.get(&batches[1].digest).is_none());
    assert!(node.handle.get(&batches[0].digest).is_some());
    node.handle.shutdown();
}

#[test]
fn a_store_that_cannot_be_written_is_fatal_and_nothing_is_acknowledged() {
    let world = World::new(4);
    let mut config = world.config(world.dir_of(0));
    config.segment_bytes_max = 1;
    let node = world.node_with(Some(0), config.clone());
    fs::remove_dir_all(config.disk.path()).unwrap();
    let (encoded, reference) = world.batch(1, 0, &[world.transfer(1, 0)]);
    node.receive(1, PoolMessage::Batch(encoded));
    let error = node.next(|event| match event {
        MempoolEvent::Fatal(error) => Some(error),
        MempoolEvent::BatchHeld(_) | MempoolEvent::Send { .. } => panic!("{event:?}"),
        _ => None,
    });
    assert!(matches!(error, MempoolError::Io { action: "creating", .. }), "{error}");
    assert!(!node.handle.holds(&reference.digest));
    assert!(node.end().is_empty());
}

//! R61, F20: bits that flip, sectors that vanish.

use proptest::prelude::*;
use vote_log::Fault;

use crate::support::{SMALL, new_log, open_bytes, short, three_frames};

/// Either everything is there, or the log is called damaged.
fn assert_noticed(bytes: &[u8], all: &[crate::support::Record], story: &str) -> bool {
    match open_bytes(bytes) {
        Ok(records) => {
            assert_eq!(records, all, "{story}");
            false
        }
        Err(error) => {
            assert_eq!(error.fault(), Fault::Damaged, "{story}");
            true
        }
    }
}

#[test]
fn r61_a_flipped_bit_anywhere_in_header_or_frames_is_damage() {
    let (bytes, frames, last) = three_frames();
    let all = frames.concat();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let noticed = assert_noticed(&damaged, &all, &format!("bit {bit}"));
        assert!(noticed || bit / 8 >= last.end, "the flip of bit {bit} was not noticed");
    }
}

#[test]
fn a_sector_that_turned_to_zeros_is_damage_unless_it_is_of_the_last_frame() {
    let (bytes, frames, last) = three_frames();
    for sector in 0..last.start / 512 {
        let mut damaged = bytes.clone();
        damaged[sector * 512..(sector + 1) * 512].fill(0);
        assert!(assert_noticed(&damaged, &frames.concat(), &format!("sector {sector}")), "sector {sector}");
    }
}

#[test]
fn sectors_that_changed_places_are_damage() {
    let (bytes, frames, last) = three_frames();
    for a in 0..last.end / 512 {
        for b in 0..a {
            let mut damaged = bytes.clone();
            damaged[a * 512..(a + 1) * 512].copy_from_slice(&bytes[b * 512..(b + 1) * 512]);
            damaged[b * 512..(b + 1) * 512].copy_from_slice(&bytes[a * 512..(a + 1) * 512]);
            assert!(assert_noticed(&damaged, &frames.concat(), &format!("{a} and {b}")), "{a} and {b}");
        }
    }
}

#[test]
fn a_sector_of_an_older_file_of_the_same_log_fits_nowhere() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    let old = disk.content("log").unwrap();
    drop(log);
    crate::support::open(&disk).unwrap();
    let mut bytes = disk.content("log").unwrap();
    assert_ne!(old, bytes, "the generation grew");
    bytes[512..1_024].copy_from_slice(&old[512..1_024]);
    assert!(assert_noticed(&bytes, &[short(1)], "an old sector"));
}

fn larger() -> (Vec<u8>, Vec<crate::support::Record>, usize) {
    let (disk, mut log) = new_log(vote_log::Options::default());
    let mut all = Vec::new();
    for number in 0..60 {
        let group: Vec<_> =
            (0..=number % 7).map(|member| crate::support::long(number * 10 + member, 333)).collect();
        log.append(&group).unwrap();
        all.extend(group);
    }
    let mut bytes = disk.content("log").unwrap();
    let end = crate::support::last_used(&bytes);
    bytes.truncate(end + 4_096);
    (bytes, all, end)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn f20_up_to_sixteen_flipped_bits_in_a_larger_log_are_noticed(bits in proptest::collection::btree_set(0_usize..1 << 20, 1..=16)) {
        let (bytes, all, end) = larger();
        let mut damaged = bytes.clone();
        for bit in bits {
            let bit = bit % (end * 8);
            damaged[bit / 8] ^= 1 << (bit % 8);
        }
        prop_assume!(damaged != bytes);
        prop_assert!(assert_noticed(&damaged, &all, "flips"));
    }
}

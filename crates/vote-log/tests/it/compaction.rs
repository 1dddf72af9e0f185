//! Writing a long log anew.

use vote_log::Fault;

use crate::support::{FRESH, Log, Record, SMALL, long, new_log, open, short};

fn above(low: u64) -> impl Fn(Vec<Record>) -> Vec<Record> {
    move |records| records.into_iter().filter(|record| record.number > low).collect()
}

#[test]
fn a_long_log_loses_what_is_not_needed_and_goes_on() {
    let (disk, mut log) = new_log(SMALL);
    for number in 1..=20 {
        log.append(&[short(number)]).unwrap();
        log.compact_if_long(above(15)).unwrap();
    }
    // Written anew once, behind the eleventh.
    assert_eq!(open(&disk).unwrap(), (12..=20).map(short).collect::<Vec<_>>());
}

#[test]
fn a_short_log_is_left_alone() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    log.compact_if_long(above(9)).unwrap();
    assert_eq!(open(&disk).unwrap(), [short(1)]);
}

#[test]
fn a_log_that_stays_long_is_not_written_anew_every_time() {
    let (disk, mut log) = new_log(SMALL);
    let mut times = 0;
    for number in 1..=200 {
        log.append(&[long(number, 400)]).unwrap();
        log.compact_if_long(|records| {
            times += 1;
            records
        })
        .unwrap();
    }
    assert!((3..8).contains(&times), "{times}");
    assert_eq!(open(&disk).unwrap().len(), 200);
}

#[test]
fn damage_found_when_the_log_is_written_anew_stops_it() {
    let (disk, mut log) = new_log(SMALL);
    for number in 1..=20 {
        log.append(&[short(number)]).unwrap();
    }
    let mut bytes = disk.content("log").unwrap();
    bytes[700] ^= 1;
    disk.set_content("log", &bytes);
    assert_eq!(log.compact_if_long(above(0)).unwrap_err().fault(), Fault::Damaged);
    assert!(log.append(&[short(21)]).is_err(), "and it takes nothing more");
    assert_eq!(open(&disk).unwrap_err().fault(), Fault::Damaged);
}

#[test]
fn a_log_that_was_exchanged_under_our_feet_stops_us() {
    let (disk, mut log) = new_log(SMALL);
    for number in 1..=20 {
        log.append(&[short(number)]).unwrap();
    }
    let (second, _) = Log::open(disk, FRESH, SMALL).unwrap();
    assert_eq!(log.compact_if_long(above(0)).unwrap_err().fault(), Fault::Damaged);
    drop(second);
}

#[test]
fn records_that_no_frame_can_hold_together_are_split_and_one_alone_is_refused() {
    let (disk, mut log) = new_log(vote_log::Options::default());
    let heavy: Vec<_> = (0..5).map(|number| long(number, 9 << 20)).collect();
    log.append(&heavy).unwrap();
    assert_eq!(open(&disk).unwrap(), heavy);
    let (_, mut log) = new_log(SMALL);
    assert_eq!(log.append(&[long(1, 33 << 20)]).unwrap_err().fault(), Fault::Misuse);
}

//! Logs that are missing, foreign, or new.

use types::VoteLogId;
use vote_log::{Fault, RealDisk, VoteLog, VoteLogError};

use crate::support::{FRESH, ID, Log, Record, SMALL, long, new_log, open, short};

#[test]
fn what_was_appended_is_found_again_in_groups_of_any_size() {
    let (disk, mut log) = new_log(SMALL);
    let mut all = Vec::new();
    for size in 1..=300_u64 {
        let group: Vec<_> = (0..size).map(|member| short(size * 1_000 + member)).collect();
        log.append(&group).unwrap();
        all.extend(group);
    }
    assert_eq!(open(&disk).unwrap(), all);
    assert_eq!(open(&disk).unwrap(), all, "opening changes nothing");
}

#[test]
fn r30_a_missing_log_comes_back_empty_with_another_id() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    disk.lose("log");
    let (log, records) = Log::open(disk.clone(), FRESH, SMALL).unwrap();
    assert_eq!((log.id(), records.len()), (FRESH, 0), "an empty log must not pass for the old one");
    assert_eq!(disk.content("id").unwrap(), format!("{FRESH}\n").into_bytes());
}

#[test]
fn a_missing_or_wrong_id_file_is_written_again_from_the_log() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    let right = disk.content("id").unwrap();
    assert_eq!(right, format!("{ID}\n").into_bytes());
    disk.lose("id");
    assert_eq!(open(&disk).unwrap(), [short(1)]);
    assert_eq!(disk.content("id").unwrap(), right);
    for wrong in [&b""[..], b"0707", format!("{FRESH}\n").as_bytes()] {
        disk.set_content("id", wrong);
        assert_eq!(open(&disk).unwrap(), [short(1)], "the id in the log counts");
        assert_eq!(disk.content("id").unwrap(), right);
    }
}

#[test]
fn a_log_of_another_validator_keeps_its_own_id() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    let other = vote_log::testing::FaultyDisk::default();
    Log::create_new(other.clone(), VoteLogId::new([9; 32]), SMALL).unwrap();
    other.set_content("log", &disk.content("log").unwrap());
    let (log, _) = Log::open(other, FRESH, SMALL).unwrap();
    assert_eq!(log.id(), ID, "the set names this id for somebody else, so nobody votes with it");
}

#[test]
fn a_new_home_never_replaces_a_log() {
    let (disk, mut log) = new_log(SMALL);
    log.append(&[short(1)]).unwrap();
    let refused = Log::create_new(disk.clone(), FRESH, SMALL);
    assert!(matches!(refused, Err(VoteLogError::Exists { .. })), "{refused:?}");
    assert_eq!(open(&disk).unwrap(), [short(1)]);
}

#[test]
fn an_empty_file_is_a_damaged_log_not_a_new_one() {
    let (disk, _) = new_log(SMALL);
    disk.set_content("log", b"");
    assert_eq!(open(&disk).unwrap_err().fault(), Fault::Damaged);
}

#[test]
fn a_damaged_log_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let votes = folder.path().join("votes");
    let disk = RealDisk::new(&votes);
    VoteLog::<Record>::create_new(disk.clone(), ID, SMALL).unwrap();
    std::fs::write(votes.join("log"), [1; 4_096]).unwrap();
    let error = VoteLog::<Record>::open(disk, FRESH, SMALL).unwrap_err();
    let message = error.to_string();
    for part in ["votes/log is damaged at byte 0", "Move the folder", "rejoins by itself"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(std::fs::read(votes.join("log")).unwrap(), [1; 4_096], "evidence stays as it is");
}

#[test]
fn a_log_of_the_format_before_is_refused_by_name_and_stays() {
    let disk = vote_log::testing::FaultyDisk::default();
    let mut old = b"HANSEVL1".to_vec();
    old.extend([7; 32]);
    old.extend(crc32fast::hash(&old).to_le_bytes());
    disk.set_content("log", &old);
    let error = open(&disk).unwrap_err();
    assert_eq!(error.fault(), Fault::Damaged);
    for part in ["HANSEVL1", "Move the folder", "rejoins by itself"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(disk.content("log").unwrap(), old);
}

#[test]
fn the_same_on_a_real_disk() {
    let folder = tempfile::tempdir().unwrap();
    let disk = RealDisk::new(folder.path().join("a/votes"));
    VoteLog::<Record>::create_new(disk.clone(), ID, SMALL).unwrap();
    let mut all = Vec::new();
    for life in 0..5 {
        let (mut log, records) = VoteLog::<Record>::open(disk.clone(), FRESH, SMALL).unwrap();
        assert_eq!((log.id(), &records), (ID, &all));
        for number in 0..20 {
            let group = [short(life * 100 + number), long(life * 100 + number, 600)];
            log.append(&group).unwrap();
            all.extend(group);
        }
        let low = life * 100 + 5;
        all.retain(|record| record.number > low);
        log.compact_if_long(|records| records.into_iter().filter(|record| record.number > low).collect())
            .unwrap();
        log.append(&[short(life * 100 + 50)]).unwrap();
        all.push(short(life * 100 + 50));
    }
    let torn = folder.path().join("a/votes/log");
    let bytes = std::fs::read(&torn).unwrap();
    let end = crate::support::last_used(&bytes);
    let mut cut = bytes.clone();
    cut[end - 100..end].fill(0);
    std::fs::write(&torn, cut).unwrap();
    all.pop();
    assert_eq!(VoteLog::<Record>::open(disk, FRESH, SMALL).unwrap().1, all);
}

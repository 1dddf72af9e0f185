//! No space, an I/O error or the end of the process at an operation that changes the disk.

use disk::testing::{Counted, EIO, ENOSPC, FROM_THEN_ON, KILL, PreloadedFaults};

use crate::{
    life::{assert_kept, new_folder, undisturbed},
    victim::suffer,
};

/// One life for each operation in turn, or for some of them, spread evenly.
fn walk(error: u64, many: u64, allowed: &[Option<i32>]) {
    let chain = undisturbed();
    let counting = new_folder();
    let faults = new_faults(counting.path());
    let end = suffer(&counting.path().join("ledger"), &faults);
    assert_eq!(end.code, Some(0), "{}", end.complaint);
    let operations = faults.operations().unwrap();
    assert!(operations > 100, "{operations}: the library counts");
    let step = if std::env::var("HANSE_E2E").is_ok_and(|wish| wish == "all") { 1 } else { operations / 16 };
    let mut stopped = 0;
    for operation in (1..=operations).step_by(usize::try_from(step).unwrap()) {
        let dir = new_folder();
        let faults = new_faults(dir.path());
        faults.fail(Counted::Changes, operation, many, error).unwrap();
        let end = suffer(&dir.path().join("ledger"), &faults);
        let story = format!(
            "error {error} at {operation} of {operations}, {:?}: {}",
            faults.failed().unwrap(),
            end.complaint
        );
        assert!(allowed.contains(&end.code), "{:?}, {story}", end.code);
        stopped += u64::from(end.code != Some(0));
        if end.code != Some(0) && error != KILL {
            assert!(end.complaint.contains(dir.path().to_str().unwrap()), "no path is named: {story}");
        }
        assert_kept(&dir.path().join("ledger"), &end.told, &chain, &story);
    }
    println!("{stopped} lives ended early, of {}", operations.div_ceil(step));
    assert!(stopped > 4, "{stopped}");
}

fn new_faults(dir: &std::path::Path) -> PreloadedFaults {
    PreloadedFaults::new(&dir.join("control"), &[dir.join("ledger")]).unwrap()
}

#[test]
fn f21_no_space_from_any_operation_on_stops_the_ledger_and_loses_nothing() {
    walk(ENOSPC, FROM_THEN_ON, &[Some(15), Some(0)]);
}

#[test]
fn f21_no_space_for_one_operation_only_loses_nothing() {
    walk(ENOSPC, 1, &[Some(15), Some(0)]);
}

#[test]
fn f21_an_io_error_at_any_operation_stops_the_ledger_and_loses_nothing() {
    walk(EIO, 1, &[Some(18), Some(0)]);
}

#[test]
fn f21_a_disk_that_refuses_from_any_operation_on_loses_nothing() {
    walk(EIO, FROM_THEN_ON, &[Some(18), Some(0)]);
}

#[test]
fn f8_killed_at_any_operation_loses_nothing() {
    walk(KILL, 1, &[None, Some(0)]);
}

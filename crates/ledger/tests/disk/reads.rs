//! A sector that cannot be read when the ledger is opened.

use disk::testing::{Counted, EIO, FROM_THEN_ON, PreloadedFaults};

use crate::{
    life::{BLOCKS, assert_kept, live, new_folder, undisturbed},
    victim::suffer,
};

#[test]
fn f21_what_cannot_be_read_at_the_start_is_named_as_damage_and_nothing_is_written_over_it() {
    let chain = undisturbed();
    let dir = new_folder();
    let folder = dir.path().join("ledger");
    std::fs::create_dir_all(&folder).unwrap();
    live(&folder, &mut |_, _| {}).unwrap();
    let faults = PreloadedFaults::new(&dir.path().join("control"), std::slice::from_ref(&folder)).unwrap();
    faults.fail(Counted::Reads, 0, 0, EIO).unwrap();
    assert_eq!(suffer(&folder, &faults).code, Some(0));
    let reads = faults.operations().unwrap();
    assert!(reads > 10, "{reads}");
    let step =
        if std::env::var("HANSE_E2E").is_ok_and(|wish| wish == "all") { 1 } else { reads.div_ceil(24) };
    let mut stopped = 0;
    for read in (1..=reads).step_by(usize::try_from(step).unwrap()) {
        faults.mend().unwrap();
        faults.fail(Counted::Reads, read, FROM_THEN_ON, EIO).unwrap();
        let end = suffer(&folder, &faults);
        let story = format!("read {read} of {reads}: {}", end.complaint);
        stopped += u64::from(end.code == Some(13));
        assert!(matches!(end.code, Some(0 | 13)), "{:?}, {story}", end.code);
        if end.code == Some(13) {
            assert!(end.complaint.contains(folder.to_str().unwrap()), "{story}");
        }
    }
    assert!(stopped > 4, "{stopped}");
    let told = [("executed".to_owned(), BLOCKS), ("certified".to_owned(), BLOCKS)];
    assert_kept(&folder, &told, &chain, "after all of them");
}

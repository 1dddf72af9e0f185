//! A node that kills itself in the middle of something: a few places here, all of them in `make e2e`.

use e2e::{command::binary, command::failpoint_binary, crash_round::CrashRound, failpoints::Role};

/// One place of each kind, and a view change, so that every name is passed by somebody.
const SELECTION: [(&str, Option<Role>, u32); 6] = [
    ("after_vote_write", Some(Role::Backup), 7),
    ("before_send_pre_prepare", Some(Role::Primary), 3),
    ("after_block_write", Some(Role::Backup), 3),
    ("before_persist_new_view", None, 1),
    ("before_certificate_write", Some(Role::Primary), 2),
    ("after_block_import", Some(Role::Backup), 2),
];

#[test]
fn n4f1_nodes_die_at_failpoints_and_every_failpoint_is_reached() {
    let mut round = CrashRound::start("failpoints, a selection");
    for (name, role, passing) in SELECTION {
        round.crash(name, role, passing);
    }
    let missed = round.never_passed();
    assert!(missed.is_empty(), "never passed: {missed:?}");
    round.scenario.finish();
}

#[test]
fn the_released_binary_has_no_failpoints() {
    let with_failpoints = std::fs::read(failpoint_binary()).unwrap();
    for name in ["HANSE_FAILPOINT", "before_", "persist_pre_prepare", "vote_fsync"] {
        assert!(holds(&with_failpoints, name), "{name} is not in the other one either");
    }
    let released = std::fs::read(binary()).unwrap();
    for name in ["HANSE_FAILPOINT", "persist_pre_prepare", "vote_fsync"] {
        assert!(!holds(&released, name), "the released binary knows {name}");
    }
}

/// The files are large: a look at the first byte keeps this short.
fn holds(bytes: &[u8], text: &str) -> bool {
    let text = text.as_bytes();
    bytes.windows(text.len()).any(|window| window[0] == text[0] && window == text)
}

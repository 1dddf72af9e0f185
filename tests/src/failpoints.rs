//! The names of the places at which `hanse-failpoints` can kill itself, and which node comes there when.

use std::process::Command;

use crate::command::failpoint_binary;

/// Whom a crash is to hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The primary of the present view.
    Primary,
    /// Any other validator.
    Backup,
}

/// Asks the binary for all names.
///
/// # Panics
/// When it has none.
#[must_use]
pub fn names() -> Vec<String> {
    let output = Command::new(failpoint_binary()).env("HANSE_FAILPOINT", "list").output().unwrap();
    let names: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert!(!names.is_empty());
    names
}

/// Which roles pass this place without any other fault; none: a view must change first.
#[must_use]
pub fn roles(name: &str) -> &'static [Role] {
    let edge = name.trim_start_matches("before_").trim_start_matches("after_");
    match edge {
        "persist_pre_prepare" | "send_pre_prepare" => &[Role::Primary],
        "persist_prepare" | "send_prepare" => &[Role::Backup],
        // A new view has a new primary; its backups install it.
        "persist_view_change"
        | "send_view_change"
        | "persist_new_view"
        | "send_new_view"
        | "persist_installed" => &[],
        _ => &[Role::Primary, Role::Backup],
    }
}

//! What becomes of a vote log that must not be used any more, and the operator's word that another one may
//! be used all the same (`consensus.md`, Durability).

use std::path::{Path, PathBuf};

use ledger::{Ledger, LedgerOptions};
use types::VoteLogId;

use crate::{
    exit::Failure,
    files::{self, IfExists},
    home::Home,
};

use super::{
    identity::fresh_id,
    vote_log::{VoteLog, VoteLogError},
};

/// The file that names the vote log for which the operator accepted the risk.
const ACCEPTED: &str = "accepted-risk";

/// Puts the log of a votes folder aside, under a name that says which one it was; nothing is deleted.
///
/// # Errors
/// What the disk says.
pub fn put_aside(folder: &Path, name: &str) -> Result<(), Failure> {
    let mut target = folder.join(format!("lost-{name}"));
    let mut number = 1;
    while target.symlink_metadata().is_ok() {
        number += 1;
        target = folder.join(format!("lost-{name}-{number}"));
    }
    move_file(&folder.join("log"), &target)?;
    files::sync_directory(folder)
}

fn move_file(from: &Path, to: &Path) -> Result<(), Failure> {
    match std::fs::rename(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io("moving aside", from, &error)),
    }
}

/// Accepts the risk for the log of a stopped node; a missing log is made, a damaged one put aside first. The
/// log's id, and whether one was put aside.
///
/// # Errors
/// A node that runs (exit 12), or what the disk says.
pub fn prepare_override(home: &Home) -> Result<(VoteLogId, bool), Failure> {
    // Held until the end: nobody may start the node meanwhile.
    let _in_use = Ledger::open_with(&home.ledger_directory(), &home.genesis()?, &LedgerOptions::default())?;
    let folder = home.votes_directory();
    let (log, put_aside) = match VoteLog::open(&folder, fresh_id()?) {
        Ok((log, _)) => (log, false),
        Err(VoteLogError::Damaged { .. }) => {
            put_aside(&folder, "damaged")?;
            (VoteLog::open(&folder, fresh_id()?)?.0, true)
        }
        Err(error) => return Err(error.into()),
    };
    accept_risk(&folder, log.id())?;
    Ok((log.id(), put_aside))
}

fn accepted_file(folder: &Path) -> PathBuf {
    folder.join(ACCEPTED)
}

/// The vote log for which the operator accepted the risk, if any. A file that cannot be read accepts nothing.
#[must_use]
pub fn accepted_risk(folder: &Path) -> Option<VoteLogId> {
    std::fs::read_to_string(accepted_file(folder)).ok()?.trim_end().parse().ok()
}

/// Writes the operator's word for this log.
///
/// # Errors
/// What the disk says.
pub fn accept_risk(folder: &Path, log: VoteLogId) -> Result<(), Failure> {
    files::write_whole(&accepted_file(folder), format!("{log}\n").as_bytes(), 0o600, IfExists::Replace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_counts_for_the_log_it_names_only() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (VoteLogId::new([1; 32]), VoteLogId::new([2; 32]));
        assert_eq!(accepted_risk(folder.path()), None);
        accept_risk(folder.path(), one).unwrap();
        assert_eq!(accepted_risk(folder.path()), Some(one));
        accept_risk(folder.path(), two).unwrap();
        assert_eq!(accepted_risk(folder.path()), Some(two));
        std::fs::write(folder.path().join(ACCEPTED), "yes").unwrap();
        assert_eq!(accepted_risk(folder.path()), None);
    }

    #[test]
    fn logs_put_aside_never_replace_one_another() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["first", "second"] {
            std::fs::write(folder.path().join("log"), content).unwrap();
            put_aside(folder.path(), "ab").unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((read("lost-ab").as_str(), read("lost-ab-2").as_str()), ("first", "second"));
        put_aside(folder.path(), "ab").unwrap();
        assert!(!folder.path().join("log").exists());
    }
}

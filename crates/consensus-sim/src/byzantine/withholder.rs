//! Shows its batches to as few as can prove them available, f others, and serves nobody: all the rest must
//! find the one honest holder (`consensus.md`, "Batches").

use types::ValidatorIndex;

use super::others;
use crate::identity::Identity;

/// Nor does it answer who fetches them.
pub(super) const REFUSES: bool = true;

/// The f validators after it see them; with itself they are f+1.
pub(super) fn withholds(index: ValidatorIndex, identity: &Identity, to: ValidatorIndex) -> bool {
    let others = others(identity, index);
    let start = others.iter().position(|other| *other > index).unwrap_or(0);
    let seen = others.iter().cycle().skip(start).take(identity.one_honest() - 1);
    !seen.into_iter().any(|other| *other == to)
}

//! The simulator's own tests: it is deterministic, it can fail, and the replica passes it.

mod determinism;
mod epochs;
mod mutants;
mod real_log;
mod regressions;
mod scale;
mod scripted;
mod sweep;
mod twins;

use consensus_sim::{Options, Repertoire, Verbosity};

/// Runs quietly, nothing wrong on purpose.
const PLAIN: Options = Options { verbosity: Verbosity::Hash, mutant: None, repertoire: Repertoire::All };

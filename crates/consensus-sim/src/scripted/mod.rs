//! Named scenarios: each a file, each a pair of faults that met in some real system, or a bound in time that
//! the network must keep. `sim --list` names them, `sim --scenario NAME` plays one, the tests play all.

mod quiet;
mod stage;

mod checkpoint_and_view_change;
mod dead_primaries;
mod dead_primary;
mod disk_full;
mod lone_view_changer;
mod older_directory;
mod older_ledger;
mod parameters_at_a_boundary;
mod prepared_without_committers;
mod quorum_lost;
mod restart_in_view_change;
mod returned_after_isolation;
mod small_window;
mod stale_primary;
mod start_apart;
mod sync_and_view_change;
mod sync_liars;

use crate::{
    statistics::Statistics,
    trace::Verbosity,
    world::{Options, Outcome},
};
use stage::Stage;

/// A named scenario.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in one line.
    pub about: &'static str,
    /// The network sizes it is played at.
    pub sizes: &'static [usize],
    pub(crate) play: fn(&mut Stage) -> crate::invariants::Verdict,
}

/// All of them.
#[must_use]
pub fn all() -> Vec<Script> {
    vec![
        checkpoint_and_view_change::SCRIPT,
        dead_primaries::SCRIPT,
        dead_primary::SCRIPT,
        disk_full::SCRIPT,
        lone_view_changer::SCRIPT,
        older_directory::SCRIPT,
        older_ledger::SCRIPT,
        parameters_at_a_boundary::SCRIPT,
        prepared_without_committers::SCRIPT,
        quorum_lost::SCRIPT,
        restart_in_view_change::SCRIPT,
        returned_after_isolation::SCRIPT,
        small_window::SCRIPT,
        stale_primary::SCRIPT,
        start_apart::SCRIPT,
        sync_and_view_change::SCRIPT,
        sync_liars::SCRIPT,
    ]
}

impl Script {
    /// Plays it with so many validators.
    #[must_use]
    pub fn play(&self, n: usize, verbosity: Verbosity) -> Outcome {
        let options = Options { verbosity, ..Options::default() };
        let Some(mut stage) = Stage::new(n, options) else {
            unreachable!("the simulated validators are distinct")
        };
        let verdict = (self.play)(&mut stage);
        stage.world.env.invariants.note(verdict);
        stage.world.finish(format!("{} with {n} validators", self.name))
    }

    /// Plays it at all its sizes; the first failure, or the sum of what was counted.
    ///
    /// # Errors
    /// The outcome that broke an invariant or a bound.
    pub fn play_all(&self, verbosity: Verbosity) -> Result<Statistics, Box<Outcome>> {
        let mut sum = Statistics::default();
        for n in self.sizes {
            let outcome = self.play(*n, verbosity);
            if outcome.violation.is_some() {
                return Err(Box::new(outcome));
            }
            sum.add(&outcome.statistics);
        }
        Ok(sum)
    }
}

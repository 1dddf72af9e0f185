//! The bound of issue 3 for one dead primary, and the same for a primary that was idle when it died (besu
//! #11031): first commit within 2 × view timeout + 1 s.

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "dead-primary",
    about: "a primary dies: the next commit comes within 2 T + 1 s, whether there was load or not",
    sizes: &[4, 5, 6, 7, 8, 10],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let limit = 2 * stage.timeout() + SECOND;
    let dead = stage.primary();
    stage.kill(dead);
    let took = commit_after(stage, dead, limit)?;
    stage.world.env.statistics.healing_ms_max = took / 1_000;
    stage.start(dead);
    let all = stage.others(&[]);
    stage.grow(&all, 5, 5 * SECOND)?;
    // The same while nobody has anything to order.
    stage.world.env.scenario.load.batches_max = 0;
    stage.run_for(5 * SECOND)?;
    let dead = stage.primary();
    stage.kill(dead);
    commit_after(stage, dead, limit)?;
    Ok(())
}

fn commit_after(stage: &mut Stage, dead: usize, limit: u64) -> super::stage::Waited {
    let at = stage.others(&[dead])[0];
    stage.commit_one(at, limit)
}

//! Checkpoint x view change (F32; fabric #1111, celo #1137): the replicas stand at different stable
//! checkpoints when the primary dies, one of them because its executor is slow, one because it hears nobody.

use super::{Script, stage::Stage};
use crate::{
    faults::links::towards,
    invariants::Verdict,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "checkpoint-and-view-change",
    about: "the primary dies while the replicas stand at different stable checkpoints",
    sizes: &[4, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let n = stage.n;
    for turn in 0..3 {
        let primary = stage.primary();
        let (slow, deaf) = ((primary + 1) % n, (primary + 2) % n);
        stage.world.env.scenario.machine.slow_executor = Some((slow, 60));
        let change = stage.cut(towards(n, deaf));
        stage.run_for((1 + turn) * 300 * MILLISECOND)?;
        stage.kill(primary);
        stage.heal(change);
        let alive = stage.others(&[primary]);
        stage.grow(&alive, 5, 20 * SECOND)?;
        stage.world.env.scenario.machine.slow_executor = None;
        stage.start(primary);
        let all = stage.others(&[]);
        stage.grow(&all, 5, 20 * SECOND)?;
    }
    Ok(())
}

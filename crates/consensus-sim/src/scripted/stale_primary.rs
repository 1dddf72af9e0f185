//! A primary is suspended for minutes and wakes in a view that is long over (F7; SmartBFT #436, bft-smart
//! #27): the others went on, its old words do no harm, and it votes again.

use super::{Script, stage::Stage};
use crate::{
    invariants::Verdict,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "stale-primary",
    about: "a suspended primary is replaced in 2 T + 1 s, wakes minutes later and votes again",
    sizes: &[4, 6, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    stage.world.env.scenario.load.interval = 300 * MILLISECOND;
    let frozen = stage.primary();
    let others = stage.others(&[frozen]);
    stage.suspend(frozen);
    let limit = 2 * stage.timeout() + SECOND;
    stage.commit_one(others[0], limit)?;
    stage.run_for(180 * SECOND)?;
    let (view, height) = (stage.view(others[0]), stage.height());
    stage.resume(frozen);
    let all = stage.others(&[]);
    stage.grow(&all, 10, 30 * SECOND)?;
    stage.wait_until(20 * SECOND, "one view, in which the sleeper votes", |stage| {
        stage.is_one_view(&all) && stage.world.nodes[frozen].voted > height
    })?;
    stage.expect(stage.view(others[0]) == view, "its awakening changes no view")
}

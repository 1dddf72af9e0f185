//! A node that was isolated for ten minutes comes back: it catches up, and the others do not notice: no view
//! change, no dip (issue 3, bounds; bft-smart #19, #27; raft's disruptive servers).

use super::{Script, stage::Stage};
use crate::{
    invariants::Verdict,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "returned-after-isolation",
    about: "a node isolated for 10 minutes returns, catches up and disturbs nobody",
    sizes: &[4, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    stage.world.env.scenario.load.interval = 400 * MILLISECOND;
    let lonely = (stage.primary() + 1) % stage.n;
    let change = stage.isolate(lonely);
    let others = stage.others(&[lonely]);
    stage.run_for(590 * SECOND)?;
    let before = grown_in(stage, 10 * SECOND)?;
    let (views, changes) = (stage.view(others[0]), stage.view_changes());
    stage.heal(change);
    let after = grown_in(stage, 10 * SECOND)?;
    stage.expect(after * 10 >= before * 8, &format!("{before} heights in 10 s, then {after}"))?;
    let everybody = stage.others(&[]);
    let goal = stage.height();
    stage.wait_until(60 * SECOND, "the one that returned catches up", |stage| stage.low(lonely) >= goal)?;
    stage.grow(&everybody, 5, 10 * SECOND)?;
    let voted = stage.world.nodes[lonely].voted;
    stage.expect(voted > goal, "the one that returned votes again")?;
    stage.expect(stage.view_changes() == changes, "its return changes no view")?;
    stage.expect(stage.view(others[0]) == views && stage.is_one_view(&everybody), "one view")
}

fn grown_in(stage: &mut Stage, time: u64) -> Result<u64, crate::Violation> {
    let before = stage.height();
    stage.run_for(time)?;
    Ok(stage.height() - before)
}

//! At first only one node is linked to the others, and each comes up half a minute after the last (fabric
//! #1917: "the network will never process another request").

use super::{Script, stage::Stage};
use crate::{faults::links::all_but, invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "start-apart",
    about: "a staggered start in which only node 0 is linked to the others; then all links come",
    sizes: &[4, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    let n = stage.n;
    let change = stage.cut(all_but(n, |from, to| from == 0 || to == 0));
    stage.run_for(SECOND)?;
    (1..n).for_each(|place| stage.kill(place));
    for place in 1..n {
        stage.run_for(30 * SECOND)?;
        stage.start(place);
    }
    stage.run_for(60 * SECOND)?;
    stage.heal(change);
    let all = stage.others(&[]);
    stage.grow(&all, 10, 20 * SECOND)?;
    stage.wait_until(10 * SECOND, "one view", |stage| stage.is_one_view(&all))?;
    Ok(())
}

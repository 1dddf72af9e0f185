//! A validator that is a hundred blocks behind a fast chain with the smallest window: by the time it has the
//! blocks up to the certificate that it saw, the others are past its window again, and their votes are of no
//! use to it. It must come inside, vote, and stay (`threats.md` L4).

use super::{Script, stage::Stage};
use crate::{
    invariants::Verdict,
    queue::Place,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "small-window",
    about: "a validator 100 blocks behind a fast chain with L = 4 comes inside the window and votes",
    sizes: &[4, 7],
    play,
};

const WINDOW: u64 = 4;
const BEHIND: u64 = 100;

fn play(stage: &mut Stage) -> Verdict {
    let interval = 20 * stage.n as u64 * MILLISECOND / 4;
    stage.change(|scenario| {
        scenario.parameters.window = WINDOW;
        scenario.load.interval = interval;
    });
    stage.warm_up()?;
    let lonely = (stage.primary() + 1) % stage.n;
    let change = stage.isolate(lonely);
    stage.wait_until(20 * SECOND, "the others are ahead", |stage| behind(stage, lonely) >= BEHIND)?;
    let before = stage.height();
    stage.run_for(SECOND)?;
    let rate = stage.height() - before;
    stage.expect(rate >= 20, &format!("a fast chain: {rate} heights a second"))?;
    stage.heal(change);
    let took = stage.wait_until(2 * SECOND, "it votes", |stage| {
        stage.world.nodes[lonely].voted >= stage.height() && behind(stage, lonely) <= WINDOW
    })?;
    stage.world.env.statistics.healing_ms_max = took / MILLISECOND;
    for _ in 0..50 {
        stage.run_for(100 * MILLISECOND)?;
        let behind = behind(stage, lonely);
        stage.expect(behind <= 2 * WINDOW, &format!("it stays inside the window: {behind} behind"))?;
    }
    Ok(())
}

fn behind(stage: &Stage, place: Place) -> u64 {
    stage.height() - stage.low(place)
}

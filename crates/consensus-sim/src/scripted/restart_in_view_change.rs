//! Restart x view change (F32; concord #805 "restart while in an inactive view", tendermint #247): every node
//! dies between its view change and the new view, one after the other, and all at once.

use super::{Script, stage::Stage};
use crate::{
    invariants::Verdict,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "restart-in-view-change",
    about: "nodes die between their view change and the new view, one by one and all at once",
    sizes: &[4, 6, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    for all_at_once in [false, true] {
        let dead = stage.primary();
        stage.kill(dead);
        let alive = stage.others(&[dead]);
        let limit = 3 * stage.timeout();
        stage.wait_until(limit, "somebody changes the view", |stage| {
            alive.iter().any(|place| stage.status(*place).is_some_and(|status| !status.active))
        })?;
        for place in &alive {
            stage.kill(*place);
            if !all_at_once {
                stage.run_for(50 * MILLISECOND)?;
                stage.start(*place);
            }
        }
        stage.run_for(200 * MILLISECOND)?;
        alive.iter().for_each(|place| stage.start(*place));
        stage.grow(&alive, 5, 20 * SECOND)?;
        stage.start(dead);
        let all = stage.others(&[]);
        stage.grow(&all, 5, 20 * SECOND)?;
        stage.wait_until(20 * SECOND, "one view", |stage| stage.is_one_view(&all))?;
    }
    Ok(())
}

//! A data directory is put back as it was: vote log and ledger old together, same log id (F11). The peers
//! hold votes that the log lacks: the node says so, signs nothing, and follows the chain.

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, scenario::Older, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "older-directory",
    about: "a validator restarts with an older data directory: it notices, signs nothing and follows",
    sizes: &[4, 6, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let place = (stage.primary() + 1) % stage.n;
    stage.world.nodes[place].copy_data(&mut stage.world.env);
    let others = stage.others(&[place]);
    // A view change and some votes in the new view, which stay undecided at the others.
    let dead = stage.primary();
    stage.kill(dead);
    let alive = stage.others(&[dead]);
    stage.grow(&alive, 5, 10 * SECOND)?;
    stage.start(dead);
    stage.kill(place);
    let signed = stage.world.nodes[place].voted;
    stage.world.nodes[place].restore_data(&mut stage.world.env, Older::Directory);
    stage.start(place);
    stage.wait_until(10 * SECOND, "the node notices that its vote log is too old", |stage| {
        stage.status(place).is_some_and(|status| !status.voting && status.not_voting_reason.is_some())
            && stage.world.env.statistics.rolled.noticed() == 1
    })?;
    stage.grow(&others, 5, 20 * SECOND)?;
    let goal = stage.height();
    stage.wait_until(20 * SECOND, "it follows", |stage| stage.low(place) >= goal)?;
    stage.expect(stage.world.nodes[place].voted == signed, "it signs nothing")
}

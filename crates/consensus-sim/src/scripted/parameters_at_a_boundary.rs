//! An epoch begins with other parameters: a smaller window and less patience, then a larger window and more.
//! The old ones rule up to the boundary, the new ones above it, also for who was away while it passed and
//! after a restart of everybody (`consensus.md`, "Epochs").

use types::Parameters;

use super::{Script, stage::Stage};
use crate::{
    invariants::Verdict,
    queue::Place,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "parameters-at-a-boundary",
    about: "window and patience change with the epoch, for who restarts across the boundary, too",
    sizes: &[4, 7],
    play,
};

fn small() -> Parameters {
    Parameters {
        view_timeout_ms: 500,
        view_timeout_max_ms: 2_000,
        window: 3,
        activation_delay: 40,
        ..Parameters::default()
    }
}

fn large() -> Parameters {
    Parameters { view_timeout_ms: 3_000, view_timeout_max_ms: 6_000, window: 32, ..small() }
}

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    stage.order_parameters(small())?;
    // The boundary is pending: a dead primary is given the old patience, 2 s.
    patience(stage, 1_500, 5_000)?;
    let all = stage.others(&[]);
    in_epoch(stage, &all, 1)?;
    patience(stage, 400, 2_000)?;
    fills(stage, 3)?;
    // One is away while the next boundary passes.
    let away = (stage.primary() + 1) % stage.n;
    stage.kill(away);
    stage.order_parameters(large())?;
    let others = stage.others(&[away]);
    in_epoch(stage, &others, 2)?;
    fills(stage, 8)?;
    stage.start(away);
    in_epoch(stage, &all, 2)?;
    stage.wait_until(5 * SECOND, "it votes", |stage| stage.world.nodes[away].voted >= stage.height())?;
    // And all of them at once.
    all.iter().for_each(|place| stage.kill(*place));
    all.iter().for_each(|place| stage.start(*place));
    stage.grow(&all, 3, 10 * SECOND)?;
    patience(stage, 2_500, 8_000)?;
    let changed = stage.world.nodes.iter().all(|node| *node.identity.parameters == large());
    stage.expect(changed, "everybody has the large ones")
}

fn in_epoch(stage: &mut Stage, places: &[Place], epoch: u64) -> Verdict {
    let places = places.to_vec();
    stage.wait_until(20 * SECOND, "the next epoch", move |stage| {
        places.iter().all(|place| stage.status(*place).is_some_and(|status| status.epoch.get() == epoch))
    })?;
    Ok(())
}

/// Without a primary the next height takes so many ms.
fn patience(stage: &mut Stage, least: u64, most: u64) -> Verdict {
    let dead = stage.primary();
    let alive = stage.others(&[dead]);
    stage.kill(dead);
    let height = stage.height();
    // What was on its way arrives.
    stage.run_for(100 * MILLISECOND)?;
    let already = stage.height() - height;
    let goal = stage.height() + 1;
    let took = stage.wait_until(most * MILLISECOND, "a new view", |stage| stage.height() >= goal)?;
    let took = took / MILLISECOND + 100;
    stage.start(dead);
    stage.grow(&alive, 1, 10 * SECOND)?;
    stage.expect(took >= least, &format!("{took} ms without a primary (and {already} heights before)"))
}

/// Without a quorum the primary proposes exactly so many heights.
fn fills(stage: &mut Stage, window: u64) -> Verdict {
    let alive: Vec<Place> = (0..stage.n).filter(|place| stage.status(*place).is_some()).collect();
    stage.grow(&alive, 2, 10 * SECOND)?;
    let (n, primary) = (stage.n, stage.primary());
    let mut kept = alive.clone();
    kept.retain(|place| *place != primary);
    kept.truncate(types::quorum::quorum(n) - 2);
    kept.push(primary);
    let stays = |from: Place, to: Place| kept.contains(&from) == kept.contains(&to);
    let change = stage.cut(crate::faults::links::all_but(n, stays));
    let limit = stage.timeout();
    stage.wait_until(limit, &format!("{window} heights in flight"), |stage| {
        in_flight(stage, primary) >= window
    })?;
    stage.run_for(50 * MILLISECOND)?;
    let found = in_flight(stage, primary);
    stage.heal(change);
    stage.expect(found == window, &format!("{found} heights in flight, not {window}"))?;
    stage.grow(&alive, 3, 20 * SECOND)?;
    Ok(())
}

fn in_flight(stage: &Stage, place: Place) -> u64 {
    stage.status(place).map_or(0, |status| status.in_flight)
}

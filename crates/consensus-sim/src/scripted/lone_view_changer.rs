//! A validator that hears everybody but the primary, while nobody hears it, asks for another view alone. From
//! then on it votes in no lower view; when it is heard again the others must fetch it back soon, with one view
//! change (`threats.md` L3; raft's disruptive servers).

use super::{Script, stage::Stage};
use crate::{
    faults::links::out_of,
    invariants::Verdict,
    time::{MILLISECOND, SECOND},
};

pub(super) const SCRIPT: Script = Script {
    name: "lone-view-changer",
    about: "a validator alone in a higher view is back in one view with all, and votes, within two caps",
    sizes: &[4, 7, 10],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    // It would not accuse the primary while it lacks blocks: no load but our own.
    stage.world.env.scenario.load.interval = 1_000_000 * SECOND;
    stage.run_for(SECOND)?;
    let (primary, cap) =
        (stage.primary(), stage.world.env.scenario.parameters.view_timeout_max_ms * MILLISECOND);
    let (lonely, view) = ((primary + 2) % stage.n, stage.view(primary));
    let (others, everybody) = (stage.others(&[lonely]), stage.others(&[]));
    let mut links = out_of(stage.n, lonely);
    links.push((primary, lonely));
    let cut = stage.cut(links);
    stage.wait_until(20 * SECOND, "it asks for another view", |stage| stage.view(lonely) > view)?;
    for _ in 0..4 {
        stage.commit_one(primary, SECOND)?;
        stage.run_for(cap)?;
    }
    stage.expect(others.iter().all(|place| stage.view(*place) == view), "the others go on in their view")?;
    stage.heal(cut);
    stage.wait_until(2 * cap, "one view", |stage| stage.is_one_view(&everybody))?;
    stage.expect(stage.view(primary) == view + 1, "one view change is enough")?;
    stage.commit_one(primary, SECOND)?;
    let height = stage.height();
    stage.wait_until(SECOND, "it votes again", |stage| stage.world.nodes[lonely].voted >= height)?;
    let changes = stage.view_changes();
    stage.run_for(4 * cap)?;
    stage.expect(stage.view_changes() == changes, "and then there is peace")
}

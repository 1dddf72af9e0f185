//! The ledger is put back as it was, the vote log is not (concord #805, fabric #1331): nothing that was
//! signed is forgotten, the missing blocks come by sync, and the node votes again.

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, scenario::Older, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "older-ledger",
    about: "a validator restarts with an older ledger under its own vote log: it syncs and votes again",
    sizes: &[4, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let place = (stage.primary() + 1) % stage.n;
    stage.world.nodes[place].copy_data(&mut stage.world.env);
    let all = stage.others(&[]);
    stage.grow(&all, 60, 60 * SECOND)?;
    stage.kill(place);
    stage.world.nodes[place].restore_data(&mut stage.world.env, Older::Ledger);
    let (height, synced) = (stage.height(), stage.world.env.statistics.synced);
    stage.start(place);
    stage.grow(&all, 10, 30 * SECOND)?;
    stage.expect(stage.world.env.statistics.synced > synced + 20, "the blocks came by sync")?;
    stage.expect(stage.world.nodes[place].voted > height, "it votes again")
}

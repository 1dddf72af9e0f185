//! A disk is full: the process dies at the write, again after every start, and comes back when there is
//! room; first a backup's, then the primary's, then everybody's (F21; Malachite #850).

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "disk-full",
    about: "no write succeeds on a backup, on the primary, on all: they stop, and come back by themselves",
    sizes: &[4, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let primary = stage.primary();
    let rounds = [vec![(primary + 1) % stage.n], vec![primary], stage.others(&[])];
    for full in rounds {
        let until = stage.now() + 8 * SECOND;
        full.iter().for_each(|place| stage.world.nodes[*place].disk_full_until = until);
        let refused = stage.world.env.statistics.full_disks;
        stage.run_for(8 * SECOND)?;
        stage.expect(stage.world.env.statistics.full_disks > refused, "writes were refused")?;
        let all = stage.others(&[]);
        stage.grow(&all, 5, 20 * SECOND)?;
    }
    Ok(())
}

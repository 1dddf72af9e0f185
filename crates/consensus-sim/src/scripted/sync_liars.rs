//! f peers lie to a node that is far behind, each in its own way (F24; Tendermint's blocksync poisoning,
//! bugs 67 and 68): it catches up from the honest ones, and nothing wrong is ever executed.

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, sync_lies::SyncLie, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "sync-liars",
    about: "f peers lie about blocks and heights to a node far behind: it catches up all the same",
    sizes: &[4, 7],
    play,
};

const LIES: [SyncLie; 7] = [
    SyncLie::Silent,
    SyncLie::Gap,
    SyncLie::WrongBlock,
    SyncLie::WrongCertificate,
    SyncLie::Older,
    SyncLie::Slow,
    SyncLie::Highest,
];

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let n = stage.n;
    for turn in 0..LIES.len() {
        let behind = turn % n;
        stage.kill(behind);
        let others = stage.others(&[behind]);
        stage.grow(&others, 40, 60 * SECOND)?;
        let liars = others.iter().take(stage.faulty_max());
        stage.world.env.scenario.sync_lies =
            liars.enumerate().map(|(more, place)| (*place, LIES[(turn + more) % LIES.len()])).collect();
        stage.start(behind);
        let goal = stage.height();
        stage.wait_until(60 * SECOND, "the node behind catches up", |stage| stage.low(behind) >= goal)?;
        let all = stage.others(&[]);
        stage.grow(&all, 3, 20 * SECOND)?;
    }
    stage.expect(stage.world.env.statistics.sync_lies > 5, "lies were told")
}

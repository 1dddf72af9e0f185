//! View change x sync (F32; sawtooth 6e7305f and 6cf9e38, SmartBFT #484, indy #1720): a node comes back far
//! behind while the primary dies, and its vote is needed for the new view's quorum.

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "sync-and-view-change",
    about: "a node far behind returns at the moment the primary dies, and the new view needs it",
    sizes: &[4, 5, 6, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let n = stage.n;
    for gap in [5, 40, 150] {
        let primary = stage.primary();
        // As many as may be missing: with the primary dead, too, only those who return make the quorum.
        let away: Vec<usize> =
            (0..n - types::quorum::quorum(n)).map(|turn| (primary + 1 + turn) % n).collect();
        away.iter().for_each(|place| stage.kill(*place));
        let rest = stage.others(&away);
        stage.grow(&rest, gap, 120 * SECOND)?;
        stage.kill(primary);
        away.iter().for_each(|place| stage.start(*place));
        let alive = stage.others(&[primary]);
        stage.grow(&alive, 5, 20 * SECOND)?;
        stage.wait_until(20 * SECOND, "one view", |stage| stage.is_one_view(&alive))?;
        stage.start(primary);
        let all = stage.others(&[]);
        stage.grow(&all, 5, 20 * SECOND)?;
    }
    Ok(())
}

//! Requirement 29, the first pair of F32: a height is prepared and committed by some, all of those die, and
//! the view changes without them; then the whole network restarts. What was prepared survives (neo-modules
//! #792, cothority #2080).

use consensus::{LogRecord, Statement};

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "prepared-without-committers",
    about: "prepared x crash x view change without the committers x restart of all",
    sizes: &[4, 6, 7],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    for _ in 0..6 {
        let (height, primary) = (stage.height() + 3, stage.primary());
        let committed = |stage: &Stage| wrote_commit(stage, primary, height);
        stage.wait_until(20 * SECOND, "the primary commits", committed)?;
        // It and others who know die at once, so that the view changes; their logs keep what they prepared.
        let committers =
            (0..stage.n).filter(|place| *place != primary && wrote_commit(stage, *place, height));
        let known: Vec<_> = std::iter::once(primary).chain(committers).take(stage.faulty_max()).collect();
        known.iter().for_each(|place| stage.kill(*place));
        let alive = stage.others(&known);
        let view = stage.view(alive[0]);
        stage.grow(&alive, 3, 20 * SECOND)?;
        stage.expect(stage.view(alive[0]) > view, "the view changes without the committers")?;
        (0..stage.n).for_each(|place| stage.kill(place));
        stage.run_for(SECOND)?;
        (0..stage.n).for_each(|place| stage.start(place));
        let all = stage.others(&[]);
        stage.grow(&all, 3, 30 * SECOND)?;
    }
    Ok(())
}

fn wrote_commit(stage: &Stage, place: usize, height: u64) -> bool {
    stage.world.nodes[place].log.iter().any(|record| match record {
        LogRecord::Own { signed, .. } => {
            matches!(&signed.statement, Statement::Commit(vote) if vote.height.get() >= height)
        }
        LogRecord::Installed(_) => false,
    })
}

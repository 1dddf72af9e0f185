//! A long loss of quorum, then half of the lost come back: nobody ran ahead in the meantime, no view number
//! exploded, and nobody needs a restart (besu #8307 "round 10 ... 4096 seconds").

use super::{Script, stage::Stage};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "quorum-lost",
    about: "five minutes without a quorum; when one is back, it works within 2 T + 1 s, or (1 + 2 + ...) T + 2 s",
    sizes: &[4, 5, 6, 7, 8, 10],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let n = stage.n;
    let primary = stage.primary();
    // One more than f, the primary among them.
    let dead: Vec<usize> = (0..=n - quorum(n)).map(|turn| (primary + turn) % n).collect();
    dead.iter().for_each(|place| stage.kill(*place));
    let alive = stage.others(&dead);
    stage.run_for(5 * SECOND)?;
    let height = stage.height();
    stage.run_for(295 * SECOND)?;
    stage.expect(stage.height() == height, "nothing is decided without a quorum")?;
    let highest = alive.iter().map(|place| stage.view(*place)).max().unwrap_or(0);
    stage.expect(highest <= 3, &format!("views do not run ahead without a quorum: {highest}"))?;
    stage.start(dead[dead.len() - 1]);
    // Unless the height on its way still needs votes alone, the primaries of the next views are dead in a row, all
    // but the last.
    let dead_in_a_row = (dead.len() - 1) as u32;
    let patience = 2_u64.pow(dead_in_a_row) - 1;
    let limit = (2 * stage.timeout() + SECOND).max(patience * stage.timeout() + 2 * SECOND);
    let took = stage.grow(&alive, 1, limit)?;
    stage.world.env.statistics.healing_ms_max = took / 1_000;
    dead.iter().for_each(|place| stage.start(*place));
    let all = stage.others(&[]);
    stage.grow(&all, 5, 10 * SECOND)?;
    stage.wait_until(10 * SECOND, "one view", |stage| stage.is_one_view(&all))?;
    Ok(())
}

fn quorum(n: usize) -> usize {
    types::quorum::quorum(n)
}

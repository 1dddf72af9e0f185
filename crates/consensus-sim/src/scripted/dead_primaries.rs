//! The bound of issue 3 for f dead primaries in a row: the first commit within (1 + 2 + ...) T + 2 s, and as
//! fast the second time, since a view that works resets the patience (requirement 11; besu #7642).

use super::{
    Script,
    stage::{Stage, Waited},
};
use crate::{invariants::Verdict, time::SECOND};

pub(super) const SCRIPT: Script = Script {
    name: "dead-primaries",
    about: "f primaries in a row are dead: (1 + 2 + ...) T + 2 s, and as fast the second time",
    sizes: &[7, 10],
    play,
};

fn play(stage: &mut Stage) -> Verdict {
    stage.warm_up()?;
    let first = round(stage)?;
    let second = round(stage)?;
    stage.expect(second <= first + stage.timeout(), &format!("{second} us, the first time {first} us"))?;
    stage.world.env.statistics.healing_ms_max = first.max(second) / 1_000;
    Ok(())
}

/// The primary and those after it die at once; they come back when the network works without them.
fn round(stage: &mut Stage) -> Waited {
    let (n, f) = (stage.n, stage.faulty_max());
    let dead: Vec<usize> = (0..f).map(|turn| (stage.primary() + turn) % n).collect();
    dead.iter().for_each(|place| stage.kill(*place));
    let limit = (0..f).map(|turn| stage.timeout() << turn).sum::<u64>() + 2 * SECOND;
    let alive = stage.others(&dead);
    let took = stage.commit_one(alive[0], limit)?;
    stage.grow(&alive, 10, 10 * SECOND)?;
    dead.iter().for_each(|place| stage.start(*place));
    let all = stage.others(&[]);
    stage.grow(&all, 10, 20 * SECOND)?;
    Ok(took)
}

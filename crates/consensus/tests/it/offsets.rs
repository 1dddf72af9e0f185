//! View changes that meet sync and offsets (the largest class of real failures), every cell of a table: a view
//! change for our view plus {-2..+2}, by one and by f+1 validators, where our stable checkpoint is {-2..+2}
//! heights from theirs, we are in the view or wait for it, and our window is open or closed (everything in it
//! proposed). What must happen in each cell is computed by the rules of the paper, apart from the code.

use consensus::Message;
use types::{Height, Proposal};

use crate::bench::{Bench, World, batch, h, hash_at, parameters, proposal};

/// Our own stable checkpoint and view.
const STABLE: u64 = 10;
const VIEW: u64 = 5;

#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Of the view change asked for.
    view: u64,
    /// The stable checkpoint of those who ask.
    theirs: u64,
    /// How many ask.
    askers: u16,
    active: bool,
    open: bool,
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for view in VIEW - 2..=VIEW + 2 {
        for theirs in STABLE - 2..=STABLE + 2 {
            for askers in 1..=2 {
                for active in [true, false] {
                    for open in [true, false] {
                        cells.push(Cell { view, theirs, askers, active, open });
                    }
                }
            }
        }
    }
    cells
}

fn certificate(world: &World, height: u64) -> types::Certificate {
    world.certificate(height, hash_at(height), &[0, 1, 2])
}

/// A fresh proposal for a height, with the participation that is due there.
fn fresh(world: &World, height: u64, sequence: u64) -> Proposal {
    let first = height.checked_sub(parameters().window).filter(|first| *first > 0);
    let participation = first.map(|first| certificate(world, first));
    Proposal { participation, ..proposal(&[batch(2, sequence)]) }
}

/// Validator 3 of four, primary of no view near 5, with low 10; in view 5 or waiting for it; with nothing or
/// everything in its window proposed and prepared by us.
fn stage(cell: Cell) -> (Bench, World) {
    let (mut bench, world) = (Bench::new(4, 3), World::new(4));
    for height in 1..=STABLE {
        bench.receive(0, Message::Certificate(certificate(&world, height)));
        bench.executed(height, &Proposal::null());
        bench.input(consensus::Input::CertificateDurable(h(height)));
    }
    let change = |signer| world.view_change(signer, VIEW, Some(certificate(&world, STABLE)), vec![]);
    if cell.active {
        bench.receive(1, world.new_view(VIEW, [0, 1, 2].map(change).to_vec()));
    } else {
        bench.receive(0, Message::Signed(change(0)));
        bench.receive(1, Message::Signed(change(1)));
    }
    bench.durable();
    if cell.active && !cell.open {
        for place in 0..parameters().window {
            let wanted = fresh(&world, STABLE + 1 + place, place);
            bench.input(consensus::Input::BatchHeld(batch(2, place)));
            bench.receive(1, world.pre_prepare(VIEW, STABLE + 1 + place, &wanted));
        }
        bench.durable();
    }
    (bench, world)
}

/// Whether we go to the view: above ours, and f+1 = 2 ask for more than ours. Two that asked for view 5 ask for
/// no more; one that asks for more, and whoever asks with it, do.
fn joins(cell: Cell) -> bool {
    cell.view > VIEW && cell.askers >= 2
}

#[test]
fn r12_each_cell_of_views_checkpoints_and_windows_is_answered_by_the_rules() {
    for cell in cells() {
        let (mut bench, world) = stage(cell);
        let mut shown = Vec::new();
        for signer in 0..cell.askers {
            let stable = Some(certificate(&world, cell.theirs));
            shown.extend(
                bench.receive(signer, Message::Signed(world.view_change(signer, cell.view, stable, vec![]))),
            );
        }
        let status = bench.replica.status();
        let wishes: Vec<_> = shown.iter().filter(|line| line.starts_with("persist view-change")).collect();
        // The higher view, or the one it was in; in that it stays as it was.
        let (view, active) = if joins(cell) { (cell.view, false) } else { (VIEW, cell.active) };
        assert_eq!((status.view.get(), status.active), (view, active), "{cell:?}: {shown:?}");
        // A stable checkpoint is ours where none is missing beneath it: theirs at +1 follows ours at once.
        let stable = if cell.theirs == STABLE + 1 { STABLE + 1 } else { STABLE };
        let expected = format!("persist view-change {view} stable {stable} prepared []");
        let expected: Vec<_> = joins(cell).then_some(&expected).into_iter().collect();
        assert_eq!(wishes, expected, "{cell:?}: {shown:?}");
        // Their checkpoint is known where it is news, in whatever view it came; it changes no executed height.
        // One for the very view that we know of them already, with another content, is evidence and not read.
        let is_known = cell.view == VIEW;
        let is_old = cell.view < VIEW;
        let certified = if is_known || is_old { STABLE } else { cell.theirs.max(STABLE) };
        assert_eq!(status.certified, Height::new(certified), "{cell:?}: {shown:?}");
        assert_eq!((status.low, status.executed), (h(STABLE), h(STABLE)), "{cell:?}");
        votes_only_where_it_may(cell, &mut bench, &world);
    }
}

/// Afterwards a pre-prepare of the view that it was in is answered only by who is still in it, inside its window.
fn votes_only_where_it_may(cell: Cell, bench: &mut Bench, world: &World) {
    bench.durable();
    let window = parameters().window;
    for height in [STABLE, STABLE + 1, STABLE + window, STABLE + window + 1] {
        let wanted = fresh(world, height, 100 + height);
        bench.input(consensus::Input::BatchHeld(batch(2, 100 + height)));
        let shown = bench.receive(1, world.pre_prepare(VIEW, height, &wanted));
        let votes = shown.iter().any(|line| line.starts_with("persist prepare"));
        let is_free = cell.open && height > STABLE && height <= STABLE + window;
        assert_eq!(votes, cell.active && !joins(cell) && is_free, "{cell:?} at {height}: {shown:?}");
    }
}

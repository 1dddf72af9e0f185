//! Long scenarios with real processes: minutes of faults. `make e2e` runs them; see `tests/it/faults.rs` for the
//! short selection of `make test`.

mod alone;
mod clocks;
mod crashes;
mod disks;
mod memory;
mod partitions;
mod pauses;
mod primaries;
mod resident;
mod starts;
mod sync;

use e2e::{Shape, Wanted};

/// Four impatient validators whose links can be cut.
const LINKS: Shape<'static> = Shape {
    validators: 4,
    observers: 0,
    parameters: &["view_timeout_ms=1000", "view_timeout_max_ms=8000"],
    network: Wanted::Links,
};

/// Four validators with the parameters of the contract, on plain loopback.
const PLAIN: Shape<'static> = Shape::plain(4);

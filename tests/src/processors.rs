//! The machine's processors divided, so that one node can have its own as it would on a machine of its own.

use std::{process::Command, thread::available_parallelism};

/// This process, and what it starts from here on, stays on some processors until dropped.
#[derive(Debug)]
pub struct Confined {
    all: String,
}

/// All processors but the last for this process and what it starts; gives the last one's name. `None` where there
/// is only one, or nothing to bind with.
///
/// # Panics
/// Where the system does not say how many there are.
#[must_use]
pub fn keep_last_free() -> Option<(Confined, String)> {
    let count = available_parallelism().unwrap().get();
    let last = count.checked_sub(1).filter(|last| *last > 0)?;
    let confined = Confined { all: format!("0-{last}") };
    bind(&format!("0-{}", last - 1)).then(|| (confined, last.to_string()))
}

/// All threads of this process.
fn bind(processors: &str) -> bool {
    let own = std::process::id().to_string();
    let bound = Command::new("taskset").args(["-apc", processors, &own]).output();
    bound.is_ok_and(|output| output.status.success())
}

impl Drop for Confined {
    fn drop(&mut self) {
        bind(&self.all);
    }
}

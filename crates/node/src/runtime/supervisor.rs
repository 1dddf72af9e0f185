//! Threads that must not die silently: the first one that ends stops the node.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{Builder, JoinHandle},
};

use tokio::sync::mpsc;

use crate::exit::{ExitCode, Failure};

/// How a critical task ended; `Ok` only when it was told to stop.
pub type Ended = (&'static str, Result<(), Failure>);

/// Starts and watches threads.
#[derive(Debug, Clone)]
pub struct Supervisor {
    ended: mpsc::UnboundedSender<Ended>,
}

impl Supervisor {
    /// A supervisor, and where it tells of tasks that ended (each sends once).
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Ended>) {
        let (ended, receiver) = mpsc::unbounded_channel();
        (Self { ended }, receiver)
    }

    /// Runs `task` on its own named thread; its end, a panic too, is told.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn spawn(
        &self,
        name: &'static str,
        task: impl FnOnce() -> Result<(), Failure> + Send + 'static,
    ) -> Result<JoinHandle<()>, Failure> {
        let ended = self.ended.clone();
        let body = move || {
            let result = catch_unwind(AssertUnwindSafe(task)).unwrap_or_else(|_| {
                Err(Failure::new(
                    ExitCode::Internal,
                    format!("the {name} thread panicked; see the log above"),
                ))
            });
            // Nobody listens any more only when the node is already on its way out.
            let _ = ended.send((name, result));
        };
        let spawned = Builder::new().name(name.to_owned()).spawn(body);
        spawned.map_err(|error| Failure::new(ExitCode::Internal, format!("no thread for {name}: {error}")))
    }

    /// Tells of the end of a task that runs elsewhere.
    pub fn report(&self, name: &'static str, result: Result<(), Failure>) {
        let _ = self.ended.send((name, result));
    }
}

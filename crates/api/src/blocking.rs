//! Reads of the store run on tokio's blocking threads, never on a worker.

use tonic::Status;
use types::ports::ReadError;

use crate::{Reason, api::Shared};

impl Shared {
    /// Runs a read that may touch the disk.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, Status> {
        match tokio::task::spawn_blocking(read).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                self.counters.reads_failed.add_one();
                tracing::error!(%error, "a client's read failed");
                Err(Reason::from(error).status("the node's store cannot be read"))
            }
            Err(error) => {
                self.counters.reads_failed.add_one();
                tracing::error!(%error, "a client's read ended abnormally");
                Err(Reason::ReadFailed.status("the node's store cannot be read"))
            }
        }
    }
}

//! One subscription: reads blocks in order and writes what matches, without gap.

use std::sync::Arc;

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep_until},
};
use tonic::Status;
use types::{Hash, Height};

use crate::{
    Reason,
    api::Shared,
    blocks::{EventBlock, EventTransaction},
    encode,
    filter::Filter,
    outlet::{Closed, Outlet},
    pb::{self, subscribe_reply::Message},
    token::Position,
};

/// Whether events carry the transactions' bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodies {
    /// They do.
    Included,
    /// Left out.
    Omitted,
}

/// A running subscription.
pub(crate) struct Subscriber {
    pub(crate) shared: Arc<Shared>,
    pub(crate) filter: Filter,
    pub(crate) filter_hash: Hash,
    pub(crate) bodies: Bodies,
    /// The next transaction to be looked at.
    pub(crate) position: Position,
    pub(crate) last_sent: Instant,
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// Why a subscription ends.
enum End {
    Closed(Closed),
    Status(Status),
}

impl Subscriber {
    /// Runs until the reader goes, does not read, history is missing, or the node stops.
    pub(crate) async fn run(mut self, outlet: Outlet) {
        match self.follow(&outlet).await {
            End::Closed(Closed::Gone) => {}
            End::Closed(Closed::Slow) => {
                self.shared.counters.slow_readers_cut.add_one();
                let token = hex(&self.position.token(&self.filter_hash));
                let message = "events are not read: resume with the token of the last message that was read";
                outlet.cut(Reason::SlowReader.status_with(message, &[("resume_token", token)]));
            }
            End::Status(status) => outlet.cut(status),
        }
    }

    async fn follow(&mut self, outlet: &Outlet) -> End {
        let shared = Arc::clone(&self.shared);
        let mut newest = shared.newest.subscribe();
        // The first message tells where this subscription begins, so that even an idle one can resume.
        if let Err(end) = self.push_progress(outlet).await {
            return end;
        }
        loop {
            newest.mark_unchanged();
            if let Err(end) = self.catch_up(outlet).await {
                return end;
            }
            tokio::select! {
                () = outlet.gone() => return End::Closed(Closed::Gone),
                () = shared.stopped() => return End::Status(Reason::Stopping.status("the node is stopping: resume elsewhere")),
                // The sender lives as long as `shared`.
                _ = newest.changed() => {}
                () = sleep_until(self.last_sent + shared.limits.progress_interval) => {
                    if let Err(end) = self.push_progress(outlet).await {
                        return end;
                    }
                }
            }
        }
    }

    /// Looks through all certified blocks that were not looked at yet.
    async fn catch_up(&mut self, outlet: &Outlet) -> Result<(), End> {
        let shared = Arc::clone(&self.shared);
        let mut untold = false;
        while self.position.height <= shared.ports.chain.certified().header.height {
            let block = shared.blocks.get(&shared, self.position.height).await.map_err(End::Status)?;
            untold = !self.deliver(outlet, &block).await?;
            self.position = Position::start_of(self.position.height.next());
            if untold && self.last_sent.elapsed() >= shared.limits.progress_interval {
                self.push_progress(outlet).await?;
                untold = false;
            }
        }
        if untold { self.push_progress(outlet).await } else { Ok(()) }
    }

    /// Whether anything of the block was sent.
    async fn deliver(&mut self, outlet: &Outlet, block: &EventBlock) -> Result<bool, End> {
        let height = self.position.height;
        let first = usize::try_from(self.position.index).unwrap_or(usize::MAX);
        let mut sent = false;
        for (index, transaction) in (0u32..).zip(&block.transactions).skip(first) {
            if self.filter.matches(transaction) {
                let after = Position { height, index: index.saturating_add(1) };
                let event = self.event(block, transaction, (height, index), after);
                outlet.push(event).await.map_err(End::Closed)?;
                self.position = after;
                self.last_sent = Instant::now();
                sent = true;
            }
        }
        Ok(sent)
    }

    async fn push_progress(&mut self, outlet: &Outlet) -> Result<(), End> {
        let height = self.position.height.previous().unwrap_or(Height::ZERO).get();
        let progress = pb::Progress { height, resume_token: self.position.token(&self.filter_hash) };
        let reply = pb::SubscribeReply { message: Some(Message::Progress(progress)) };
        outlet.push(reply).await.map_err(End::Closed)?;
        self.last_sent = Instant::now();
        Ok(())
    }

    fn event(
        &self,
        block: &EventBlock,
        transaction: &EventTransaction,
        (height, index): (Height, u32),
        after: Position,
    ) -> pb::SubscribeReply {
        let EventTransaction { bytes, result, operations, .. } = transaction;
        let event = pb::TransactionEvent {
            height: height.get(),
            index,
            time_ms: block.time.get(),
            transaction_id: encode::bytes(result.id.as_bytes()),
            code: u32::from(result.code.number()),
            code_name: result.code.name().to_owned(),
            operations: operations.iter().map(|name| (*name).to_owned()).collect(),
            signed_transaction: match self.bodies {
                Bodies::Included => bytes.clone(),
                Bodies::Omitted => bytes::Bytes::new(),
            },
            resume_token: after.token(&self.filter_hash),
        };
        pb::SubscribeReply { message: Some(Message::Event(event)) }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

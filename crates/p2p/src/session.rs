//! A connection in use: one task writes and one reads each class, one keeps the control stream.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    task::{JoinError, JoinSet},
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    DisconnectReason, PerClass,
    frame::FrameReader,
    handshake::Established,
    hub::Hub,
    keepalive::{ControlEnds, keep_control},
    peer::Peer,
    queue::QueueReceiver,
    streams::{read_frames, write_frames},
};

/// How long an orderly end may take.
const BYE_TIME: Duration = Duration::from_millis(1500);

/// The tasks of a connection in use.
pub(crate) struct Session {
    pub(crate) number: u64,
    pub(crate) instance: u64,
    pub(crate) since: Instant,
    tasks: JoinSet<DisconnectReason>,
    bye: Option<oneshot::Sender<DisconnectReason>>,
    close: CancellationToken,
    closed: CancellationToken,
    verdict: Arc<OnceLock<DisconnectReason>>,
}

impl Session {
    /// Starts all tasks.
    pub(crate) fn start(
        hub: &Arc<Hub>,
        peer: &Arc<Peer>,
        established: Established,
        queues: PerClass<QueueReceiver>,
    ) -> Self {
        let Established { mut link, hello, number, control, send, receive } = established;
        for ((_, stream), (_, queue)) in send.into_pairs().into_iter().zip(queues.into_pairs()) {
            link.tasks.spawn(write_frames(Arc::clone(hub), stream, queue));
        }
        for (class, stream) in receive.into_pairs() {
            let limit = hub.limits.classes.get(class).frame_bytes_max;
            let reader = FrameReader::new(stream, limit);
            link.tasks.spawn(read_frames(Arc::clone(hub), Arc::clone(peer), class, reader));
        }
        let (bye, bye_receiver) = oneshot::channel();
        let ends = ControlEnds { number, bye: bye_receiver, close: link.close.clone() };
        link.tasks.spawn(keep_control(Arc::clone(hub), Arc::clone(peer), control, ends));
        let instance = hello.instance;
        let (close, closed, verdict) = (link.close, link.ended, link.verdict);
        Self {
            number,
            instance,
            since: Instant::now(),
            tasks: link.tasks,
            bye: Some(bye),
            close,
            closed,
            verdict,
        }
    }

    /// Waits until one of the tasks ends, which ends the connection. A task that panicked is an error.
    pub(crate) async fn ended(&mut self) -> Result<DisconnectReason, JoinError> {
        match self.tasks.join_next().await {
            Some(end) => end.map(|reason| self.verdict.get().copied().unwrap_or(reason)),
            None => Ok(DisconnectReason::TransportFailed),
        }
    }

    /// Ends all tasks; no frame is delivered after this. Where the peer can still hear, it is told why, and
    /// what was written leaves first.
    pub(crate) async fn close(mut self, reason: DisconnectReason) {
        if is_worth_telling(reason) {
            if self.bye.take().is_none_or(|bye| bye.send(reason).is_err()) {
                self.close.cancel();
            }
            // Only the driver tells: streams of an orderly closed connection may never end by themselves.
            if timeout(BYE_TIME, self.closed.cancelled()).await.is_err() {
                tracing::trace!("the connection did not end in time and is dropped");
            }
        }
        self.tasks.shutdown().await;
    }
}

/// Whether a goodbye can arrive and says something new.
const fn is_worth_telling(reason: DisconnectReason) -> bool {
    match reason {
        DisconnectReason::RemoteClosed
        | DisconnectReason::TransportFailed
        | DisconnectReason::Silent
        | DisconnectReason::WriteStalled
        | DisconnectReason::Replaced => false,
        DisconnectReason::ReadStalled
        | DisconnectReason::FrameSize
        | DisconnectReason::MalformedControl
        | DisconnectReason::MalformedFrame
        | DisconnectReason::TooManyStreams
        | DisconnectReason::Removed
        | DisconnectReason::Asked
        | DisconnectReason::Shutdown => true,
    }
}

//! A connection in use: one task writes and one reads each class, one keeps the control stream.

use std::sync::Arc;

use bytes::Bytes;
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Duration, Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    DisconnectReason, Intake, Limits, PerClass, TrafficClass,
    control::Control,
    frame::{FrameReader, ReadEnd, put_frame, put_length, write_within},
    handshake::Established,
    hub::Hub,
    link::Stream,
    peer::Peer,
    queue::QueueReceiver,
};

/// Frames up to this length are gathered and written together.
const GATHER_FRAME_MAX: usize = 8 * 1024;
/// How much is gathered at most.
const GATHER_MAX: usize = 64 * 1024;
/// Between two offers of a frame that the handler did not want.
const OFFER_INTERVAL: Duration = Duration::from_millis(20);
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
        link.tasks.spawn(keep_control(
            Arc::clone(hub),
            Arc::clone(peer),
            control,
            bye_receiver,
            link.close.clone(),
        ));
        let instance = hello.instance;
        let (close, closed) = (link.close, link.ended);
        Self { number, instance, since: Instant::now(), tasks: link.tasks, bye: Some(bye), close, closed }
    }

    /// Waits until one of the tasks ends, which ends the connection. A task that panicked is an error.
    pub(crate) async fn ended(&mut self) -> Result<DisconnectReason, tokio::task::JoinError> {
        match self.tasks.join_next().await {
            Some(end) => end,
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

/// Writes what the queue holds, small frames together.
async fn write_frames(hub: Arc<Hub>, mut stream: Stream, mut queue: QueueReceiver) -> DisconnectReason {
    let mut buffer = Vec::with_capacity(GATHER_MAX + GATHER_FRAME_MAX);
    loop {
        let Some(mut frame) = queue.next().await else { return DisconnectReason::Asked };
        let (mut frames, mut bytes) = (0, 0);
        buffer.clear();
        // Gather until the buffer is full, the queue is empty, or a long frame comes.
        let long = loop {
            frames += 1;
            bytes += frame.len();
            if frame.len() > GATHER_FRAME_MAX {
                put_length(&mut buffer, &frame);
                break Some(frame);
            }
            put_frame(&mut buffer, &frame);
            if buffer.len() >= GATHER_MAX {
                break None;
            }
            match queue.next_now() {
                Some(next) => frame = next,
                None => break None,
            }
        };
        let time = hub.limits.frame_allowance(bytes);
        let written = async {
            write_within(&mut stream, &buffer, time).await?;
            match &long {
                Some(frame) => write_within(&mut stream, frame, time).await,
                None => Ok(()),
            }
        };
        match written.await {
            Ok(()) => queue.written(frames, bytes),
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                return DisconnectReason::WriteStalled;
            }
            Err(_) => return DisconnectReason::RemoteClosed,
        }
    }
}

/// Reads one class and hands its frames to the node.
async fn read_frames(
    hub: Arc<Hub>,
    peer: Arc<Peer>,
    class: TrafficClass,
    mut reader: FrameReader<Stream>,
) -> DisconnectReason {
    loop {
        let frame = match reader.next(&hub.limits).await {
            Ok(frame) => frame,
            Err(end) => return read_end(&end),
        };
        peer.counters.get(class).received(frame.len());
        if let Err(reason) = deliver(&hub, &peer, class, frame).await {
            return reason;
        }
    }
}

fn read_end(end: &ReadEnd) -> DisconnectReason {
    match end {
        ReadEnd::Closed => DisconnectReason::RemoteClosed,
        ReadEnd::Failed => DisconnectReason::TransportFailed,
        ReadEnd::BadLength => DisconnectReason::FrameSize,
        ReadEnd::Stalled => DisconnectReason::ReadStalled,
    }
}

/// Offers a frame until it is taken. Consensus frames are offered once.
async fn deliver(
    hub: &Hub,
    peer: &Peer,
    class: TrafficClass,
    mut frame: Bytes,
) -> Result<(), DisconnectReason> {
    let mut first = true;
    loop {
        let resumed = hub.resume.notified();
        match hub.handler.on_frame(&peer.key, class, frame) {
            Intake::Taken => return Ok(()),
            Intake::Malformed => return Err(DisconnectReason::MalformedFrame),
            Intake::NotNow(_) if class == TrafficClass::Consensus => {
                peer.counters.get(class).dropped_refused();
                return Ok(());
            }
            Intake::NotNow(back) => frame = back,
        }
        if std::mem::take(&mut first) {
            peer.counters.get(class).paused();
        }
        tokio::select! {
            () = resumed => {}
            () = sleep(OFFER_INTERVAL) => {}
        }
    }
}

/// Pings, answers pings, notices silence, and says goodbye.
async fn keep_control(
    hub: Arc<Hub>,
    peer: Arc<Peer>,
    mut control: FrameReader<Stream>,
    mut bye: oneshot::Receiver<DisconnectReason>,
    close: CancellationToken,
) -> DisconnectReason {
    let mut ticks = interval(hub.limits.ping_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    let mut asked: Option<(u64, Instant)> = None;
    let mut next = 0;
    loop {
        let answer = tokio::select! {
            reason = &mut bye => {
                let farewell = Control::Bye(reason.ok());
                let _ = say(&mut control, farewell, &hub.limits).await;
                close.cancel();
                return DisconnectReason::Asked;
            }
            frame = control.next(&hub.limits) => {
                heard = Instant::now();
                match frame.as_deref().map(Control::decode) {
                    Ok(Some(Control::Ping(number))) => Control::Pong(number),
                    Ok(Some(Control::Pong(number))) => {
                        if let Some((_, sent)) = asked.take_if(|(waiting, _)| *waiting == number) {
                            peer.measured(sent.elapsed());
                        }
                        continue;
                    }
                    Ok(Some(Control::Bye(reason))) => {
                        peer.said_goodbye(reason);
                        return DisconnectReason::RemoteClosed;
                    }
                    Ok(Some(Control::Use(_)) | None) => return DisconnectReason::MalformedControl,
                    Err(ReadEnd::BadLength) => return DisconnectReason::MalformedControl,
                    Err(end) => return read_end(end),
                }
            }
            _ = ticks.tick() => {
                if heard.elapsed() >= hub.limits.silence_max {
                    return DisconnectReason::Silent;
                }
                next += 1;
                // A ping that is not answered yet stays the one we wait for: its round trip is the truth.
                asked.get_or_insert_with(|| (next, Instant::now()));
                Control::Ping(next)
            }
        };
        if let Err(reason) = say(&mut control, answer, &hub.limits).await {
            return reason;
        }
    }
}

async fn say(
    control: &mut FrameReader<Stream>,
    message: Control,
    limits: &Limits,
) -> Result<(), DisconnectReason> {
    let mut bytes = Vec::with_capacity(16);
    put_frame(&mut bytes, &message.encode());
    write_within(control.stream(), &bytes, limits.frame_timeout).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::TimedOut => DisconnectReason::WriteStalled,
        _ => DisconnectReason::RemoteClosed,
    })
}

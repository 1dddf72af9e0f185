//! The tasks that write and read the frames of one class.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::sleep;

use crate::{
    DisconnectReason, Intake, TrafficClass,
    frame::{FrameReader, ReadEnd, put_frame, put_length, write_within},
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

/// Writes what the queue holds, small frames together.
pub(crate) async fn write_frames(
    hub: Arc<Hub>,
    mut stream: Stream,
    mut queue: QueueReceiver,
) -> DisconnectReason {
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
pub(crate) async fn read_frames(
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

pub(crate) fn read_end(end: &ReadEnd) -> DisconnectReason {
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

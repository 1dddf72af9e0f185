//! The task of the control stream: round trips, silence, goodbyes.

use std::sync::Arc;

use tokio::{
    sync::oneshot,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    DisconnectReason, Limits,
    control::Control,
    frame::{FrameReader, ReadEnd, put_frame, write_within},
    hub::Hub,
    link::Stream,
    peer::Peer,
    streams::read_end,
};

/// What the control task is told beside its stream.
pub(crate) struct ControlEnds {
    /// The connection's number.
    pub(crate) number: u64,
    /// Asks for a goodbye.
    pub(crate) bye: oneshot::Receiver<DisconnectReason>,
    /// Ends the connection once the goodbye is written.
    pub(crate) close: CancellationToken,
}

/// Pings, answers pings, notices silence, and says goodbye.
pub(crate) async fn keep_control(
    hub: Arc<Hub>,
    peer: Arc<Peer>,
    mut control: FrameReader<Stream>,
    ends: ControlEnds,
) -> DisconnectReason {
    let mut ticks = interval(hub.limits.ping_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    let mut asked: Option<(u64, Instant)> = None;
    let mut next = 0;
    let ControlEnds { number, mut bye, close } = ends;
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
                peer.claims.heard(number);
                match frame.as_deref().map(Control::decode) {
                    Ok(Some(Control::Ping(ping))) => Control::Pong(ping),
                    Ok(Some(Control::Pong(ping))) => {
                        if let Some((_, sent)) = asked.take_if(|(waiting, _)| *waiting == ping) {
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

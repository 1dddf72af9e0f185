//! From an authenticated connection to one in use: hellos, the decider's `Use`, and a stream for each class
//! and direction.

use futures::{AsyncReadExt as _, AsyncWrite};
use types::PublicKey;

use crate::{
    DisconnectReason, Limits, PerClass, TrafficClass,
    claim::Claims,
    control::{CONTROL_BYTES_MAX, Control},
    error::HandshakeError,
    frame::{FrameReader, ReadEnd, put_frame, write_within},
    hello::Hello,
    link::{Link, Side, Stream},
};

/// First byte of the control stream.
const CONTROL_TAG: u8 = 0;

/// A connection that both ends agreed on.
pub(crate) struct Established {
    pub(crate) link: Link,
    pub(crate) hello: Hello,
    pub(crate) number: u64,
    pub(crate) control: FrameReader<Stream>,
    pub(crate) send: PerClass<Stream>,
    pub(crate) receive: PerClass<Stream>,
}

/// Who we are in a handshake, and whether we decide.
pub(crate) struct Terms<'a> {
    pub(crate) hello: &'a Hello,
    pub(crate) limits: &'a Limits,
    /// `Some`: our key is the lower one.
    pub(crate) decider: Option<Decider<'a>>,
}

/// What the deciding end needs.
pub(crate) struct Decider<'a> {
    /// The number of this connection.
    pub(crate) number: u64,
    /// Where the connection claims to be the one.
    pub(crate) claims: &'a Claims,
}

/// Whether we decide over connections with `peer`.
pub(crate) fn decides(ours: &PublicKey, peer: &PublicKey) -> bool {
    ours < peer
}

/// Runs the handshake; the caller bounds its time.
pub(crate) async fn establish(mut link: Link, terms: &Terms<'_>) -> Result<Established, HandshakeError> {
    match agree(&mut link, terms).await {
        Ok((hello, number, control)) => match open_classes(&mut link).await {
            Ok((send, receive)) => Ok(Established { link, hello, number, control, send, receive }),
            Err(error) => Err(error),
        },
        Err(error) => {
            // Our hello must reach the other end, so that both logs say what is wrong.
            link.close().await;
            Err(error)
        }
    }
}

/// Exchanges hellos and the decision.
async fn agree(
    link: &mut Link,
    terms: &Terms<'_>,
) -> Result<(Hello, u64, FrameReader<Stream>), HandshakeError> {
    let stream = match link.side {
        Side::Dialler => {
            let mut stream = link.open().await.ok_or(HandshakeError::ClosedEarly)?;
            write(&mut stream, &[CONTROL_TAG], terms.limits).await?;
            stream
        }
        Side::Acceptor => {
            let mut stream = link.accept().await.ok_or(HandshakeError::ClosedEarly)?;
            if read_tag(&mut stream).await? != CONTROL_TAG {
                return Err(HandshakeError::Violation("the first stream is not the control stream"));
            }
            stream
        }
    };
    let mut control = FrameReader::new(stream, CONTROL_BYTES_MAX);
    write_frame(&mut control, &terms.hello.encode(), terms.limits).await?;
    let hello = Hello::decode(&read_frame(&mut control, terms.limits).await?, terms.hello)?;
    let number = match &terms.decider {
        Some(Decider { number, claims }) => {
            let number = *number;
            // Alive is what answered, or was promised, within two pings.
            if !claims.claim(hello.instance, number, terms.limits.ping_interval * 2) {
                let bye = Control::Bye(Some(DisconnectReason::Replaced));
                write_frame(&mut control, &bye.encode(), terms.limits).await?;
                return Err(HandshakeError::Duplicate);
            }
            write_frame(&mut control, &Control::Use(number).encode(), terms.limits).await?;
            number
        }
        None => match Control::decode(&read_frame(&mut control, terms.limits).await?) {
            Some(Control::Use(number)) => number,
            Some(Control::Bye(_)) => return Err(HandshakeError::Duplicate),
            Some(Control::Ping(_) | Control::Pong(_)) | None => {
                return Err(HandshakeError::Violation("expected the decision"));
            }
        },
    };
    Ok((hello, number, control))
}

/// Opens our streams and waits for theirs.
async fn open_classes(link: &mut Link) -> Result<(PerClass<Stream>, PerClass<Stream>), HandshakeError> {
    let mut send = PerClass::<Option<Stream>>::default();
    let mut receive = PerClass::<Option<Stream>>::default();
    for class in TrafficClass::ALL {
        let mut stream = link.open().await.ok_or(HandshakeError::ClosedEarly)?;
        futures::AsyncWriteExt::write_all(&mut stream, &[class.tag()])
            .await
            .map_err(|_| HandshakeError::ClosedEarly)?;
        *send.get_mut(class) = Some(stream);
    }
    for _ in TrafficClass::ALL {
        let mut stream = link.accept().await.ok_or(HandshakeError::ClosedEarly)?;
        let class = TrafficClass::of_tag(read_tag(&mut stream).await?);
        let class = class.ok_or(HandshakeError::Violation("a stream of an unknown class"))?;
        if receive.get_mut(class).replace(stream).is_some() {
            return Err(HandshakeError::Violation("two streams of one class"));
        }
    }
    match (complete(send), complete(receive)) {
        (Some(send), Some(receive)) => Ok((send, receive)),
        _ => Err(HandshakeError::Violation("a class has no stream")),
    }
}

fn complete(streams: PerClass<Option<Stream>>) -> Option<PerClass<Stream>> {
    Some(PerClass { consensus: streams.consensus?, batches: streams.batches?, sync: streams.sync? })
}

async fn read_tag(stream: &mut Stream) -> Result<u8, HandshakeError> {
    let mut tag = [0];
    stream.read_exact(&mut tag).await.map_err(|_| HandshakeError::ClosedEarly)?;
    Ok(tag[0])
}

async fn read_frame(
    control: &mut FrameReader<Stream>,
    limits: &Limits,
) -> Result<bytes::Bytes, HandshakeError> {
    control.next(limits).await.map_err(|end| match end {
        ReadEnd::Closed | ReadEnd::Failed | ReadEnd::Stalled => HandshakeError::ClosedEarly,
        ReadEnd::BadLength => HandshakeError::Violation("a control frame of impossible length"),
    })
}

async fn write_frame(
    control: &mut FrameReader<Stream>,
    payload: &[u8],
    limits: &Limits,
) -> Result<(), HandshakeError> {
    let mut bytes = Vec::with_capacity(4 + payload.len());
    put_frame(&mut bytes, payload);
    write(control.stream(), &bytes, limits).await
}

async fn write<S: AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(), HandshakeError> {
    write_within(stream, bytes, limits.handshake_timeout).await.map_err(|_| HandshakeError::ClosedEarly)
}

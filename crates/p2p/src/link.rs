//! One TCP connection, encrypted and multiplexed, and the task that drives it.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::future::poll_fn;
use libp2p::{
    PeerId,
    core::{
        muxing::StreamMuxerExt as _,
        upgrade::{InboundConnectionUpgrade as _, OutboundConnectionUpgrade as _},
    },
    identity::Keypair,
    noise, yamux,
};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, timeout},
};
use tokio_util::{
    compat::{Compat, TokioAsyncReadCompatExt as _},
    sync::CancellationToken,
};

use crate::{DisconnectReason, error::HandshakeError};

/// A stream of a connection.
pub(crate) type Stream = yamux::Stream;
/// A connection whose other end has proved its key.
type Encrypted = noise::Output<Compat<TcpStream>>;
type Muxer = yamux::Muxer<Encrypted>;

/// Streams the other end opens at most: control and one per class.
const INBOUND_STREAMS_MAX: usize = 4;
/// Of both ends.
const STREAMS_MAX: usize = 8;
/// How long we wait for the last bytes to leave.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// Which end dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// We did.
    Dialler,
    /// The peer did.
    Acceptor,
}

/// A connection after Noise, before any stream.
pub(crate) struct Authenticated {
    pub(crate) peer: PeerId,
    pub(crate) address: SocketAddr,
    /// When the whole handshake must be over.
    pub(crate) deadline: Instant,
    side: Side,
    io: Encrypted,
}

/// A connection with its driver running.
pub(crate) struct Link {
    pub(crate) address: SocketAddr,
    pub(crate) side: Side,
    open: mpsc::Sender<oneshot::Sender<Stream>>,
    inbound: mpsc::Receiver<Stream>,
    /// The driver, and whatever else lives as long as the connection; dropping this drops the connection.
    pub(crate) tasks: JoinSet<DisconnectReason>,
    /// Ends the connection after all that was written has left.
    pub(crate) close: CancellationToken,
    /// Cancelled when the driver has ended.
    pub(crate) ended: CancellationToken,
    /// Why the driver ended. Set before streams break, so that no stream's task is first to name a reason.
    pub(crate) verdict: Arc<OnceLock<DisconnectReason>>,
}

/// Runs the Noise handshake.
pub(crate) async fn authenticate(
    socket: TcpStream,
    address: SocketAddr,
    side: Side,
    keys: &Keypair,
    deadline: Instant,
) -> Result<Authenticated, HandshakeError> {
    socket.set_nodelay(true).map_err(HandshakeError::Unreachable)?;
    let noise = noise::Config::new(keys).map_err(|error| HandshakeError::Noise(error.to_string()))?;
    let socket = socket.compat();
    let done = match side {
        Side::Dialler => noise.upgrade_outbound(socket, "/noise").await,
        Side::Acceptor => noise.upgrade_inbound(socket, "/noise").await,
    };
    let (peer, io) = done.map_err(|error| HandshakeError::Noise(error.to_string()))?;
    Ok(Authenticated { peer, address, deadline, side, io })
}

impl Authenticated {
    /// Starts multiplexing.
    pub(crate) async fn into_link(self) -> Result<Link, HandshakeError> {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(STREAMS_MAX);
        let muxer = match self.side {
            Side::Dialler => config.upgrade_outbound(self.io, "/yamux/1.0.0").await,
            Side::Acceptor => config.upgrade_inbound(self.io, "/yamux/1.0.0").await,
        };
        let muxer = muxer.map_err(HandshakeError::Unreachable)?;
        let (open, open_requests) = mpsc::channel(1);
        let (inbound_sender, inbound) = mpsc::channel(INBOUND_STREAMS_MAX);
        let close = CancellationToken::new();
        let ended = CancellationToken::new();
        let (asked, at_end) = (close.clone(), ended.clone().drop_guard());
        let verdict = Arc::new(OnceLock::new());
        let to_tell = Arc::clone(&verdict);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let _at_end = at_end;
            let mut muxer = muxer;
            let reason = drive(&mut muxer, open_requests, inbound_sender, asked).await;
            *to_tell.get_or_init(|| reason)
        });
        Ok(Link { address: self.address, side: self.side, open, inbound, tasks, close, ended, verdict })
    }
}

impl Link {
    /// Opens a stream; `None` when the connection has ended.
    pub(crate) async fn open(&self) -> Option<Stream> {
        let (sender, receiver) = oneshot::channel();
        self.open.send(sender).await.ok()?;
        receiver.await.ok()
    }

    /// The next stream that the other end opened; `None` when the connection has ended.
    pub(crate) async fn accept(&mut self) -> Option<Stream> {
        self.inbound.recv().await
    }

    /// Closes after everything written has left, within a bounded time.
    pub(crate) async fn close(mut self) {
        self.close.cancel();
        let _ = timeout(CLOSE_TIME, self.tasks.join_next()).await;
    }
}

/// Moves bytes until the connection ends. Never waits for anybody who uses the streams.
async fn drive(
    muxer: &mut Muxer,
    mut open: mpsc::Receiver<oneshot::Sender<Stream>>,
    inbound: mpsc::Sender<Stream>,
    close: CancellationToken,
) -> DisconnectReason {
    let mut accepted = 0;
    loop {
        tokio::select! {
            biased;
            () = close.cancelled() => {
                let _ = timeout(CLOSE_TIME, poll_fn(|cx| muxer.poll_close_unpin(cx))).await;
                return DisconnectReason::Asked;
            }
            Some(answer) = open.recv() => match poll_fn(|cx| muxer.poll_outbound_unpin(cx)).await {
                // Whoever asked may have given up meanwhile; the stream is dropped then.
                Ok(stream) => drop(answer.send(stream)),
                Err(error) => return ended(error),
            },
            stream = poll_fn(|cx| muxer.poll_inbound_unpin(cx)) => match stream {
                Ok(stream) => {
                    accepted += 1;
                    if accepted > INBOUND_STREAMS_MAX || inbound.try_send(stream).is_err() {
                        return DisconnectReason::TooManyStreams;
                    }
                }
                Err(error) => return ended(error),
            },
        }
    }
}

fn ended(error: yamux::Error) -> DisconnectReason {
    let error = io::Error::from(error);
    match error.kind() {
        // Yamux reports the orderly end of a connection as an error without a kind of its own.
        io::ErrorKind::Other | io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            tracing::trace!(%error, "connection closed by the peer");
            DisconnectReason::RemoteClosed
        }
        _ => {
            tracing::debug!(%error, "connection failed");
            DisconnectReason::TransportFailed
        }
    }
}

//! Accepting connections: bounded in number, cut when they keep silent, and never ended by a failing
//! accept call (as for want of file descriptors).

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};
use tonic::transport::server::Connected;
use types::admission::ClientId;

use crate::counters::Counters;

/// What every HTTP/2 client sends first.
const PREFACE_BYTES: usize = 24;
/// Pauses after a failed accept call.
const BACK_OFF_FIRST: Duration = Duration::from_millis(5);
const BACK_OFF_MAX: Duration = Duration::from_secs(1);

/// Connections are numbered over both listeners.
static NEXT_CLIENT: AtomicU64 = AtomicU64::new(1);

/// Which connection a call came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The connection's own number, for quotas.
    pub client: ClientId,
    /// Where it comes from.
    pub remote: SocketAddr,
}

/// When a connection that says nothing is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Until it has sent HTTP/2's preface; then keep-alive probes take over.
    UntilPreface,
    /// Whenever nothing was answered for so long.
    BetweenAnswers,
}

/// The accepting side of a listener.
pub(crate) struct Acceptor {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    patience: Patience,
    silence_max: Duration,
    counters: Arc<Counters>,
}

/// An accepted connection; holds its place among the bounded number.
pub(crate) struct Connection {
    stream: TcpStream,
    info: ConnectionInfo,
    patience: Patience,
    silence_max: Duration,
    read: usize,
    timer: Pin<Box<Sleep>>,
    _permit: OwnedSemaphorePermit,
}

impl Acceptor {
    pub(crate) fn new(
        listener: TcpListener,
        connections_max: usize,
        (patience, silence_max): (Patience, Duration),
        counters: Arc<Counters>,
    ) -> Self {
        Self { listener, permits: Arc::new(Semaphore::new(connections_max)), patience, silence_max, counters }
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The next connection; further ones than allowed are closed at once.
    pub(crate) async fn accept(&self) -> Connection {
        let mut back_off = BACK_OFF_FIRST;
        loop {
            match self.listener.accept().await {
                Ok((stream, remote)) => {
                    if let Some(connection) = self.admit(stream, remote) {
                        return connection;
                    }
                }
                Err(error) => {
                    self.counters.accept_failures.add_one();
                    tracing::warn!(%error, "a connection could not be accepted; trying again");
                    sleep(back_off).await;
                    back_off = (back_off * 2).min(BACK_OFF_MAX);
                }
            }
        }
    }

    /// All connections, for ever.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<Connection, io::Error>> {
        futures::stream::unfold(self, |acceptor| async move {
            let connection = acceptor.accept().await;
            Some((Ok(connection), acceptor))
        })
    }

    fn admit(&self, stream: TcpStream, remote: SocketAddr) -> Option<Connection> {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            self.counters.connections_refused.add_one();
            return None;
        };
        self.counters.connections_accepted.add_one();
        // Only costs latency where it fails.
        let _ = stream.set_nodelay(true);
        let client = ClientId(NEXT_CLIENT.fetch_add(1, Ordering::Relaxed));
        Some(Connection {
            stream,
            info: ConnectionInfo { client, remote },
            patience: self.patience,
            silence_max: self.silence_max,
            read: 0,
            timer: Box::pin(sleep(self.silence_max)),
            _permit: permit,
        })
    }
}

impl Connection {
    pub(crate) const fn remote(&self) -> SocketAddr {
        self.info.remote
    }

    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let watched = match self.patience {
            Patience::UntilPreface => self.read < PREFACE_BYTES,
            Patience::BetweenAnswers => true,
        };
        if watched && self.timer.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Pending
    }

    fn answered(&mut self) {
        if self.patience == Patience::BetweenAnswers {
            let next = Instant::now() + self.silence_max;
            self.timer.as_mut().reset(next);
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ConnectionInfo;

    fn connect_info(&self) -> ConnectionInfo {
        self.info
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                self.read = self.read.saturating_add(buffer.filled().len() - before);
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_silence(context),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(context, bytes);
        if poll.is_ready() {
            self.answered();
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        if poll.is_ready() {
            self.answered();
        }
        poll
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

//! The nodes that may be asked, one after the other.

use std::{
    error::Error as _,
    future::Future,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tonic::{
    Code, Response, Status,
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt as _;

use crate::{ClientError, Refused};

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How often an idle connection is probed, so that a vanished node is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Flow-control windows, so that thousands of submissions fit into one round trip.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 4 << 20;

/// Connections made when first used; the last one that worked is tried first.
#[derive(Debug)]
pub(crate) struct Endpoints {
    channels: Vec<Channel>,
    current: AtomicUsize,
}

impl Endpoints {
    pub(crate) fn new(urls: &[String]) -> Result<Self, ClientError> {
        if urls.is_empty() {
            return Err(ClientError::NoEndpoint);
        }
        let channels = urls.iter().map(|url| channel(url)).collect::<Result<_, _>>()?;
        Ok(Self { channels, current: AtomicUsize::new(0) })
    }

    /// Asks one node after the other until one answers, be it with an error of its own.
    pub(crate) async fn call<T, F, Fut>(&self, operation: F) -> Result<T, ClientError>
    where
        F: Fn(Channel) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let first = self.current.load(Ordering::Relaxed);
        let mut last = None;
        for distance in 0..self.channels.len() {
            let place = (first + distance) % self.channels.len();
            let Some(channel) = self.channels.get(place) else { continue };
            match operation(channel.clone()).await {
                Ok(response) => {
                    self.current.store(place, Ordering::Relaxed);
                    return Ok(response.into_inner());
                }
                Err(status) if another_may_answer(&status) => last = Some(status),
                Err(status) => {
                    self.current.store(place, Ordering::Relaxed);
                    return Err(ClientError::Refused(Box::new(Refused::from(&status))));
                }
            }
        }
        Err(failure(last.as_ref(), self.channels.len()))
    }

    /// Lets the next call begin at the next node.
    pub(crate) fn skip_current(&self) {
        self.current.fetch_add(1, Ordering::Relaxed);
    }
}

/// A broken connection, a silent node, or a node that is starting or stopping: not an answer.
pub(crate) fn another_may_answer(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => true,
        Code::Cancelled | Code::Unknown | Code::Internal => status.source().is_some(),
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// A typed refusal where the last node gave one, otherwise that nobody answered.
pub(crate) fn failure(last: Option<&Status>, endpoints: usize) -> ClientError {
    match last {
        Some(status) if status.get_details_error_info().is_some() => {
            ClientError::Refused(Box::new(Refused::from(status)))
        }
        Some(status) => ClientError::Unreachable { endpoints, last: describe(status) },
        None => ClientError::NoEndpoint,
    }
}

fn describe(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut cause = status.source();
    while let Some(error) = cause {
        // Layers repeat each other's words.
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

fn channel(url: &str) -> Result<Channel, ClientError> {
    let invalid = || ClientError::Endpoint { found: url.to_owned() };
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|_| invalid())?;
    if endpoint.uri().scheme_str() != Some("http") || endpoint.uri().host().is_none() {
        return Err(invalid());
    }
    let endpoint = endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .keep_alive_while_idle(true)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
    Ok(endpoint.connect_lazy())
}

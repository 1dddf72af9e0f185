//! What clients may take, with defaults for a validator on a small machine.

use std::time::Duration;

/// The bounds of the client-facing side. Local settings: they can make a node slow to its clients, never wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Largest request message, in bytes. Default 2 MiB: above every `max_transaction_bytes`.
    pub request_bytes_max: usize,
    /// gRPC connections at once; further ones are closed at once. Default 1024.
    pub connections_max: usize,
    /// HTTP connections at once. Default 128.
    pub http_connections_max: usize,
    /// HTTP/2 streams of one connection at once. Default 1024.
    pub streams_per_connection_max: u32,
    /// Reset streams of a connection that may await acceptance (rapid reset). Default 20.
    pub pending_reset_streams_max: usize,
    /// Bytes of a request's headers. Default 16 KiB.
    pub header_list_bytes_max: u32,
    /// Flow-control window of a stream, in bytes. Default 1 MiB.
    pub stream_window_bytes: u32,
    /// Flow-control window of a connection, in bytes. Default 4 MiB.
    pub connection_window_bytes: u32,
    /// How long a fresh connection may keep silent; also how long an HTTP connection may go without an
    /// answer. Default 10 s.
    pub silence_max: Duration,
    /// How often connections are probed; a dead one is closed after the same time again. Default 30 s.
    pub keep_alive: Duration,
    /// How long a call may take until its answer begins; above `wait_max`. Default 130 s.
    pub call_max: Duration,
    /// How long the pool may take to answer a submission. Default 10 s.
    pub admission_max: Duration,
    /// How long `SubmitAndWait` waits when the request does not say. Default 10 s.
    pub wait_default: Duration,
    /// How long `SubmitAndWait` waits at most. Default 120 s.
    pub wait_max: Duration,
    /// Outcomes that may be awaited at once, over all clients. Default 200,000.
    pub waiters_max: usize,
    /// Requests of one `SubmitStream` that may be unanswered. Default 1024.
    pub stream_unanswered_max: usize,
    /// Subscriptions at once. Default 256.
    pub subscriptions_max: usize,
    /// Events queued for one subscriber. Default 256.
    pub subscriber_events_max: usize,
    /// Bytes queued for one subscriber (one event is always taken). Default 1 MiB.
    pub subscriber_bytes_max: usize,
    /// How long a subscriber's queue may stay full before it is cut. Default 10 s.
    pub slow_reader_max: Duration,
    /// How often a subscriber hears of progress at least. Default 5 s.
    pub progress_interval: Duration,
    /// How often an empty block may be asked for because an outcome is awaited past its expiry. Default 1 s.
    pub empty_block_interval: Duration,
    /// How long a picture of the node may be shown again. Default 100 ms.
    pub status_age_max: Duration,
    /// How often `grpc.health.v1` follows the node's readiness. Default 1 s.
    pub health_interval: Duration,
    /// How long calls may finish after the stop signal. Default 5 s.
    pub drain_max: Duration,
    /// Whether the services describe themselves (`grpc.reflection.v1`). Default off.
    pub reflection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 2 << 20,
            connections_max: 1024,
            http_connections_max: 128,
            streams_per_connection_max: 1024,
            pending_reset_streams_max: 20,
            header_list_bytes_max: 16 << 10,
            stream_window_bytes: 1 << 20,
            connection_window_bytes: 4 << 20,
            silence_max: Duration::from_secs(10),
            keep_alive: Duration::from_secs(30),
            call_max: Duration::from_secs(130),
            admission_max: Duration::from_secs(10),
            wait_default: Duration::from_secs(10),
            wait_max: Duration::from_secs(120),
            waiters_max: 200_000,
            stream_unanswered_max: 1024,
            subscriptions_max: 256,
            subscriber_events_max: 256,
            subscriber_bytes_max: 1 << 20,
            slow_reader_max: Duration::from_secs(10),
            progress_interval: Duration::from_secs(5),
            empty_block_interval: Duration::from_secs(1),
            status_age_max: Duration::from_millis(100),
            health_interval: Duration::from_secs(1),
            drain_max: Duration::from_secs(5),
            reflection: false,
        }
    }
}

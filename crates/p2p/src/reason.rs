//! Why connections are refused or end; the labels of counters.

use std::fmt;

use crate::error::HandshakeError;

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// As in metric labels.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            #[allow(dead_code)]
            pub(crate) const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            #[allow(dead_code)]
            pub(crate) const fn of_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

reasons! {
    /// Why a connection, dialled or accepted, was not taken into use.
    RefusalReason {
        /// The peer cannot be reached.
        Unreachable = 1, "unreachable";
        /// The Noise handshake failed.
        HandshakeFailed = 2, "handshake_failed";
        /// It took too long.
        HandshakeTimeout = 3, "handshake_timeout";
        /// It proved a key that is not configured here.
        UnknownKey = 4, "unknown_key";
        /// The dialled address is that of another node.
        OtherKey = 5, "other_key";
        /// The peer closed before its hello: our key is probably not configured there.
        ClosedEarly = 6, "closed_early";
        /// Another genesis.
        OtherNetwork = 7, "other_network";
        /// Another protocol version.
        OtherProtocol = 8, "other_protocol";
        /// Garbage in the handshake.
        Violation = 9, "violation";
        /// Too many connections are being set up.
        TooManyPending = 10, "too_many_pending";
        /// This peer has too many connections being set up.
        TooManyOfPeer = 11, "too_many_of_peer";
        /// It broke the protocol a short time ago.
        Penalty = 12, "penalty";
        /// There is a live connection already: both ends dialled.
        Duplicate = 13, "duplicate";
    }
}

reasons! {
    /// Why a connection in use ended.
    DisconnectReason {
        /// The peer closed it.
        RemoteClosed = 1, "remote_closed";
        /// The transport failed.
        TransportFailed = 2, "transport_failed";
        /// Nothing was heard for [`crate::Limits::silence_max`].
        Silent = 3, "silent";
        /// The peer did not take a frame in time.
        WriteStalled = 4, "write_stalled";
        /// The peer began a frame and did not end it in time.
        ReadStalled = 5, "read_stalled";
        /// A frame longer than its class allows, or empty.
        FrameSize = 6, "frame_size";
        /// Garbage on the control stream.
        MalformedControl = 7, "malformed_control";
        /// The handler found a frame malformed.
        MalformedFrame = 8, "malformed_frame";
        /// More streams than the protocol has.
        TooManyStreams = 9, "too_many_streams";
        /// A newer connection to the same peer took its place.
        Replaced = 10, "replaced";
        /// The peer is no longer configured.
        Removed = 11, "removed";
        /// The node asked for it.
        Asked = 12, "asked";
        /// This node stops.
        Shutdown = 13, "shutdown";
    }
}

impl DisconnectReason {
    /// Whether the peer broke the protocol, which costs it a penalty.
    #[must_use]
    pub const fn is_violation(self) -> bool {
        match self {
            Self::FrameSize | Self::MalformedControl | Self::MalformedFrame | Self::TooManyStreams => true,
            Self::RemoteClosed
            | Self::TransportFailed
            | Self::Silent
            | Self::WriteStalled
            | Self::ReadStalled
            | Self::Replaced
            | Self::Removed
            | Self::Asked
            | Self::Shutdown => false,
        }
    }
}

impl From<&HandshakeError> for RefusalReason {
    fn from(error: &HandshakeError) -> Self {
        match error {
            HandshakeError::Unreachable(_) => Self::Unreachable,
            HandshakeError::Noise(_) => Self::HandshakeFailed,
            HandshakeError::OtherKey { .. } => Self::OtherKey,
            HandshakeError::ClosedEarly => Self::ClosedEarly,
            HandshakeError::OtherNetwork { .. } => Self::OtherNetwork,
            HandshakeError::OtherProtocol { .. } => Self::OtherProtocol,
            HandshakeError::Duplicate => Self::Duplicate,
            HandshakeError::Violation(_) => Self::Violation,
            HandshakeError::Timeout(_) => Self::HandshakeTimeout,
        }
    }
}

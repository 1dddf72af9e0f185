//! What travels on the control stream after the hellos.

use crate::DisconnectReason;

/// The longest frame of the control stream; hellos included.
pub(crate) const CONTROL_BYTES_MAX: u32 = 256;

/// A frame of the control stream: kind u8, then a u64 or a u8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// 1: the decider takes this connection into use, under a number that grows.
    Use(u64),
    /// 2: asks for a pong with the same number.
    Ping(u64),
    /// 3: the answer.
    Pong(u64),
    /// 4: the sender is about to close, and why; `None`: a reason we do not know.
    Bye(Option<DisconnectReason>),
}

impl Control {
    pub(crate) fn encode(self) -> Vec<u8> {
        let numbered = |kind: u8, number: u64| [&[kind][..], &number.to_le_bytes()].concat();
        match self {
            Self::Use(number) => numbered(1, number),
            Self::Ping(number) => numbered(2, number),
            Self::Pong(number) => numbered(3, number),
            Self::Bye(reason) => vec![4, reason.map_or(0, DisconnectReason::code)],
        }
    }

    /// `None` for anything else than the exact bytes of one of these.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [4, reason] => Some(Self::Bye(DisconnectReason::of_code(*reason))),
            [kind, number @ ..] => {
                let number = u64::from_le_bytes(number.try_into().ok()?);
                match kind {
                    1 => Some(Self::Use(number)),
                    2 => Some(Self::Ping(number)),
                    3 => Some(Self::Pong(number)),
                    _ => None,
                }
            }
            [] => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_frames_read_back_and_garbage_does_not() {
        let all = [Control::Use(1), Control::Ping(u64::MAX), Control::Pong(0), Control::Bye(None)];
        for control in all.into_iter().chain([Control::Bye(Some(DisconnectReason::Shutdown))]) {
            assert_eq!(Control::decode(&control.encode()), Some(control));
        }
        for garbage in [&[][..], &[1], &[2, 0, 0], &[9; 9], &[4], &[4, 1, 1], &[1; 10]] {
            assert_eq!(Control::decode(garbage), None, "{garbage:?}");
        }
    }
}

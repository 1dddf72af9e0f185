//! The verify thread: decodes consensus frames and checks the signatures of all that wait in one go.

use std::sync::Arc;

use bytes::Bytes;
use consensus::{Input, Message, verify::Verifier};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use types::{ValidatorIndex, codec};

use crate::exit::Failure;

use super::board::Board;

/// Frames checked together.
const GROUP_MAX: usize = 256;

/// A frame of the consensus stream and who sent it.
pub type Frame = (ValidatorIndex, Bytes);

/// Verifies frames until the queue closes; what is bad is counted and dropped.
///
/// # Errors
/// None; the shape is that of a supervised task.
pub fn run(
    verifier: &Verifier,
    frames: &Receiver<Frame>,
    out: &Sender<Input>,
    board: &Arc<Board>,
) -> Result<(), Failure> {
    while let Ok(first) = frames.recv() {
        let mut group = Vec::with_capacity(16);
        take(first, &mut group, board);
        while group.len() < GROUP_MAX {
            let Ok(frame) = frames.try_recv() else { break };
            take(frame, &mut group, board);
        }
        let senders: Vec<_> = group.iter().map(|(from, _)| *from).collect();
        for (from, verified) in senders.into_iter().zip(verifier.verify_all(group)) {
            match verified {
                Ok(message) => match out.try_send(Input::Message { from, message }) {
                    Ok(()) => {}
                    Err(TrySendError::Full(_)) => board.dropped("consensus_queue_full"),
                    Err(TrySendError::Disconnected(_)) => return Ok(()),
                },
                Err(rejected) => {
                    board.dropped("rejected");
                    tracing::debug!(%from, %rejected, "a consensus message was refused");
                }
            }
        }
    }
    Ok(())
}

fn take((from, bytes): Frame, group: &mut Vec<(ValidatorIndex, Message)>, board: &Arc<Board>) {
    match codec::decode_canonical::<Message>(&bytes) {
        Ok(message) => {
            if let Message::Status(status) = &message {
                board.peer_status(from, status);
            }
            group.push((from, message));
        }
        Err(error) => {
            board.dropped("malformed");
            tracing::debug!(%from, %error, "a consensus frame cannot be decoded");
        }
    }
}

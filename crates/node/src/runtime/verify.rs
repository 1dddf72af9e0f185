//! The verify thread: decodes consensus frames and checks the signatures of all that wait in one go.

use std::{sync::Arc, time::Instant};

use consensus::{Input, Message};
use crossbeam_channel::{Sender, TrySendError};
use types::{ValidatorIndex, codec};

use crate::exit::Failure;

use super::{
    board::Board,
    lanes::{Frame, Lanes},
    relayed::{self, Relayed},
    seat::Seats,
};

/// Frames checked together.
const GROUP_MAX: usize = 256;

/// Verifies frames for ever; what is bad is counted and dropped.
///
/// # Errors
/// None; the shape is that of a supervised task.
pub fn run(seats: &Seats, frames: &Lanes, out: &Sender<Input>, board: &Arc<Board>) -> Result<(), Failure> {
    let mut relayed = Relayed::default();
    loop {
        let frames = frames.take(GROUP_MAX);
        let now = Instant::now();
        let decoded = frames.into_iter().filter_map(|frame| decode(frame, board));
        let group = relayed::different(decoded.filter(|(_, message)| relayed.is_new(message, now)));
        let heads: Vec<_> = group.iter().map(|(from, message)| (*from, status_of(message))).collect();
        for ((from, status), verified) in heads.into_iter().zip(seats.get().verifier.verify_all(group)) {
            match verified {
                Ok(message) => {
                    if let Some(status) = status {
                        board.peer_status(from, &status);
                    }
                    let proof = Relayed::name(message.message());
                    match out.try_send(Input::Message { from, message }) {
                        Ok(()) => relayed.passed(proof, now),
                        Err(TrySendError::Full(_)) => board.dropped("consensus_queue_full"),
                        Err(TrySendError::Disconnected(_)) => return Ok(()),
                    }
                }
                Err(rejected) => {
                    board.dropped("rejected");
                    tracing::debug!(%from, %rejected, "a consensus message was refused");
                }
            }
        }
    }
}

fn decode((from, bytes): Frame, board: &Arc<Board>) -> Option<(ValidatorIndex, Message)> {
    match codec::decode_canonical::<Message>(&bytes) {
        Ok(message) => Some((from, message)),
        Err(error) => {
            board.dropped("malformed");
            tracing::debug!(%from, %error, "a consensus frame cannot be decoded");
            None
        }
    }
}

fn status_of(message: &Message) -> Option<consensus::Status> {
    if let Message::Status(status) = message { Some(*status) } else { None }
}

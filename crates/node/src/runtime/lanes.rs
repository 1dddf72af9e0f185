//! The queue in front of the verify thread: one bounded lane per validator, taken in turn, so that nobody's
//! flood crowds out the votes of others.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use types::ValidatorIndex;

/// Frames that wait in one lane.
const LANE_FRAMES_MAX: usize = 4096;
/// Their bytes; one frame is always taken.
const LANE_BYTES_MAX: usize = 16 << 20;

/// A frame of the consensus stream and who sent it.
pub type Frame = (ValidatorIndex, Bytes);

#[derive(Default)]
struct Lane {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

#[derive(Default)]
struct State {
    lanes: Vec<Lane>,
    next: usize,
    waiting: usize,
}

/// Bounded lanes; pushed by network tasks, taken by one thread.
pub struct Lanes {
    state: Mutex<State>,
    arrived: Condvar,
}

impl Lanes {
    /// One lane for each of `validators`.
    #[must_use]
    pub fn new(validators: usize) -> Self {
        let lanes = (0..validators).map(|_| Lane::default()).collect();
        Self { state: Mutex::new(State { lanes, ..State::default() }), arrived: Condvar::new() }
    }

    /// Another set of so many validators: what waits is dropped, since its lanes are places in the old set.
    pub fn resize(&self, validators: usize) {
        let mut state = self.state.lock();
        state.lanes = (0..validators).map(|_| Lane::default()).collect();
        state.waiting = 0;
        state.next = 0;
    }

    /// Queues a frame; never waits. Gives it back when the sender's lane is full or there is no such lane.
    ///
    /// # Errors
    /// The frame.
    pub fn push(&self, from: ValidatorIndex, frame: Bytes) -> Result<(), Bytes> {
        let mut state = self.state.lock();
        let Some(lane) = state.lanes.get_mut(usize::from(from.get())) else { return Err(frame) };
        let full = lane.frames.len() >= LANE_FRAMES_MAX || lane.bytes + frame.len() > LANE_BYTES_MAX;
        if full && !lane.frames.is_empty() {
            return Err(frame);
        }
        lane.bytes += frame.len();
        lane.frames.push_back(frame);
        state.waiting += 1;
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits for frames and takes up to `max`, one from each lane in turn.
    pub fn take(&self, max: usize) -> Vec<Frame> {
        let mut state = self.state.lock();
        while state.waiting == 0 {
            self.arrived.wait(&mut state);
        }
        let mut taken = Vec::new();
        while taken.len() < max && state.waiting > 0 {
            let place = state.next;
            state.next = (place + 1) % state.lanes.len();
            let lane = &mut state.lanes[place];
            if let Some(frame) = lane.frames.pop_front() {
                lane.bytes -= frame.len();
                state.waiting -= 1;
                taken.push((ValidatorIndex::new(u16::try_from(place).unwrap_or(u16::MAX)), frame));
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_fills_its_own_lane_only_and_lanes_take_turns() {
        let lanes = Lanes::new(3);
        let (flood, quiet) = (ValidatorIndex::new(0), ValidatorIndex::new(2));
        let mut refused = 0;
        for _ in 0..LANE_FRAMES_MAX + 5 {
            refused += usize::from(lanes.push(flood, Bytes::from_static(b"x")).is_err());
        }
        assert_eq!(refused, 5);
        lanes.push(quiet, Bytes::from_static(b"vote")).unwrap();
        let first: Vec<_> = lanes.take(2).into_iter().map(|(from, _)| from).collect();
        assert_eq!(first, [flood, quiet], "the quiet one is served at once");
    }

    #[test]
    fn another_set_begins_with_empty_lanes() {
        let lanes = Lanes::new(3);
        let (stays, goes) = (ValidatorIndex::new(0), ValidatorIndex::new(2));
        lanes.push(goes, Bytes::from_static(b"old")).unwrap();
        lanes.push(stays, Bytes::from_static(b"vote")).unwrap();
        lanes.resize(2);
        lanes.push(stays, Bytes::from_static(b"new")).unwrap();
        assert_eq!(lanes.take(9), [(stays, Bytes::from_static(b"new"))]);
        assert!(lanes.push(goes, Bytes::new()).is_err());
        lanes.resize(3);
        assert!(lanes.push(goes, Bytes::new()).is_ok());
    }

    #[test]
    fn a_lane_is_bounded_in_bytes_but_takes_any_single_frame() {
        let lanes = Lanes::new(1);
        let from = ValidatorIndex::ZERO;
        let large = Bytes::from(vec![0; LANE_BYTES_MAX + 1]);
        assert!(lanes.push(from, large.clone()).is_ok());
        assert_eq!(lanes.push(from, large.clone()), Err(large), "the second one is too much");
        assert!(lanes.push(ValidatorIndex::new(1), Bytes::new()).is_err(), "no such validator");
    }
}

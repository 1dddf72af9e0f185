//! The threads of mesh and API: frames in and out, submissions and outcomes.

use std::rc::Rc;

use consensus::Message;
use types::{BatchDigest, ValidatorIndex};

use super::{
    costs::{MICROSECOND, Nanos},
    frame::{Content, Frame},
    lanes::{Item, Lane, Then, Work},
    node::{Node, Rules},
};

/// A task gives way after about so long.
const TURN: Nanos = 100 * MICROSECOND;

/// What one turn handled.
#[derive(Debug, Default)]
struct Handled {
    sent: u64,
    received: u64,
    cpu: Nanos,
}

impl Node {
    /// One turn of one of the network's threads.
    pub fn traffic(&mut self, rules: &Rules) -> Work {
        let costs = &rules.costs;
        let others = rules.n() - 1;
        let (mut work, mut handled) = (Work::default(), Handled::default());
        while handled.cpu < TURN
            && let Some(item) = self.queue(Lane::Network).pop_front()
        {
            match item {
                Item::Api(group) => {
                    handled.cpu += group.count * costs.api / 2;
                    work.then.push(Then::Queue(Lane::Admission, Item::Submitted(group)));
                }
                Item::Outcomes(groups) => {
                    let count: u64 = groups.iter().map(|group| group.count).sum();
                    handled.cpu += count * costs.api / 2;
                    work.then.push(Then::Answered(groups));
                }
                Item::Send(frame, to) => {
                    let copies = if to.is_some() { 1 } else { others };
                    handled.sent += copies;
                    handled.cpu += copies * (costs.frame_out + costs.bytes(frame.bytes));
                    work.then.push(Then::Wire(frame, to));
                }
                Item::Receive(frame) => {
                    handled.received += 1;
                    handled.cpu += costs.frame_in + costs.bytes(frame.bytes);
                    work.then.extend(self.received(frame));
                }
                _ => {}
            }
        }
        // Frames to or from one peer share a write or a read.
        let calls = handled.sent.min(others) + handled.received.min(others);
        work.cpu = handled.cpu + calls * costs.system_call;
        work
    }

    fn received(&mut self, frame: Rc<Frame>) -> Option<Then> {
        Some(match &frame.content {
            Content::Consensus(_) => Then::Queue(Lane::Verify, Item::Message(frame)),
            Content::Batch(body) if self.pool.arrive(body) => {
                Then::Queue(Lane::BatchCheck, Item::Check(Rc::clone(body)))
            }
            Content::Batch(_) => return None,
            Content::Acknowledgement(acknowledgement) => {
                Then::Queue(Lane::Notes, Item::Acknowledged(Box::new(*acknowledgement)))
            }
            Content::Proof(proof) => Then::Queue(Lane::Notes, Item::Proven(Rc::clone(proof))),
            Content::Fetch(digest) => return self.serve(&frame, digest),
        })
    }

    fn serve(&self, asked: &Frame, digest: &BatchDigest) -> Option<Then> {
        let body = self.pool.body(digest).filter(|_| self.pool.is_held(digest))?;
        let frame = Frame::new(self.index, Content::Batch(Rc::clone(body)));
        Some(Then::Queue(Lane::Network, Item::Send(frame, Some(asked.from))))
    }

    /// A message of the replica, to one or to all.
    pub fn say(&self, message: Message, to: Option<ValidatorIndex>) -> Then {
        let frame = Frame::new(self.index, Content::Consensus(message));
        Then::Queue(Lane::Network, Item::Send(frame, to))
    }
}

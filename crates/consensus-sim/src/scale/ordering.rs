//! The threads around the replica: verification of its messages, the replica itself, the vote log, the executor.

use consensus::{Effect, Input, LogRecord, Message, Notice, Persist, SignedStatement, Statement};
use types::{BlockHash, Epoch, Height, Proposal, hash::sha256};

use super::{
    costs::{MICROSECOND, Nanos},
    frame::Content,
    lanes::{Item, Lane, Then, Work},
    node::{Node, Rules, SIGNATURE},
    work::take_while,
};

/// What the real threads take at once.
const MESSAGES_TOGETHER_MAX: usize = 256;
const RECORDS_TOGETHER_MAX: usize = 256;
const CERTIFICATES_TOGETHER_MAX: usize = 64;
/// Effects leave the replica's thread one by one; here after about so long.
const TURN: Nanos = 200 * MICROSECOND;

impl Node {
    /// Consensus messages are verified, those that wait together.
    pub fn verify(&mut self, rules: &Rules) -> Work {
        let messages = take_while(self.queue(Lane::Verify), MESSAGES_TOGETHER_MAX, |item| match item {
            Item::Message(frame) => Ok(frame),
            other => Err(other),
        });
        let mut work = Work::default();
        let mut heard = Vec::with_capacity(messages.len());
        for frame in messages {
            work.cpu += rules.costs.message;
            if let Content::Consensus(message) = &frame.content {
                heard.push((frame.from, message.clone()));
            }
        }
        let senders: Vec<_> = heard.iter().map(|(from, _)| *from).collect();
        for (from, verified) in senders.into_iter().zip(self.verifier.verify_all(heard)) {
            if let Ok(message) = verified {
                work.then.push(input(Input::Message { from, message }));
            }
        }
        work.cpu += rules.costs.verifying(self.counted.take());
        work
    }

    /// The replica takes inputs.
    pub fn decide(&mut self, now: Nanos, rules: &Rules) -> Work {
        let mut work = Work::default();
        let effects = self.replica.step(Input::Tick(Rules::clock(now)));
        self.follow(effects, now, &mut work);
        work.cpu += rules.costs.step;
        while work.cpu < TURN
            && let Some(item) = self.queue(Lane::Consensus).pop_front()
        {
            let Item::Input(Some(input)) = item else { continue };
            work.cpu += rules.costs.step + references(&input) * rules.costs.reference;
            let effects = self.replica.step(*input);
            self.verifier.set_horizon(self.replica.horizon());
            self.follow(effects, now, &mut work);
        }
        work.then.push(Then::Alarm);
        work
    }

    /// Carries effects out, in order.
    pub fn follow(&mut self, effects: Vec<Effect>, now: Nanos, work: &mut Work) {
        for effect in effects {
            match effect {
                Effect::Persist(persist) => {
                    work.then.push(Then::Queue(Lane::Votes, Item::Persist(Box::new(persist))));
                }
                Effect::Send { to, message } => work.then.push(self.say(message, Some(to))),
                Effect::Broadcast(message) => work.then.push(self.say(message, None)),
                Effect::FetchBatch { reference, from } => {
                    let digest = reference.digest;
                    if self.pool.is_held(&digest) {
                        work.then.push(input(Input::BatchHeld(reference)));
                    } else {
                        self.pool.want(&digest, from, now);
                    }
                }
                Effect::Ordered { references, .. } => {
                    references.iter().for_each(|reference| self.pool.order(&reference.digest));
                }
                Effect::Execute { height, proposal } => {
                    let item = Item::Execute(height, Box::new(proposal));
                    work.then.push(Then::Queue(Lane::Executor, item));
                }
                Effect::StoreCertificate(certificate) => {
                    let item = Item::Certify(Box::new(certificate));
                    work.then.push(Then::Queue(Lane::Executor, item));
                }
                Effect::ReleaseBatches { references, .. } => {
                    references.iter().for_each(|reference| self.pool.release(&reference.digest));
                }
                Effect::Notice(Notice::ViewChangeStarted { .. }) => self.views += 1,
                // Nobody is away, nothing expires, epochs do not end, nobody lies.
                Effect::Sync { .. }
                | Effect::ExpireBatches { .. }
                | Effect::EpochEnded { .. }
                | Effect::SendEpochEnd { .. }
                | Effect::MemoryLost
                | Effect::Evidence(_)
                | Effect::Notice(_)
                | Effect::Halt(_) => {}
            }
        }
    }

    /// Statements are signed and logged, those that wait with one sync.
    pub fn log_votes(&mut self, rules: &Rules) -> Work {
        let signer = self.index;
        let records = take_while(self.queue(Lane::Votes), RECORDS_TOGETHER_MAX, |item| match item {
            Item::Persist(persist) => Ok(match *persist {
                Persist::Own { statement, proposal, prepared } => {
                    let signed =
                        SignedStatement { signer, epoch: Epoch::ZERO, statement, signature: SIGNATURE };
                    LogRecord::Own { signed, proposal, prepared }
                }
                Persist::Installed(signed) => LogRecord::Installed(signed),
            }),
            other => Err(other),
        });
        let costs = &rules.costs;
        let cpu = costs.synced + records.len() as u64 * (costs.sign + costs.vote_write);
        let then = records.into_iter().map(|record| input(Input::Durable(record))).collect();
        Work { cpu, disk: costs.sync, then }
    }

    /// A block is executed, or certificates are written.
    pub fn execute(&mut self, rules: &Rules) -> Work {
        let costs = &rules.costs;
        let queue = self.queue(Lane::Executor);
        if let Some(Item::Execute(..)) = queue.front() {
            let Some(Item::Execute(height, proposal)) = queue.pop_front() else { return Work::default() };
            return self.execute_block(height, &proposal, rules);
        }
        let heights = take_while(queue, CERTIFICATES_TOGETHER_MAX, |item| match item {
            Item::Certify(certificate) => Ok(certificate.height),
            other => Err(other),
        });
        let Some(highest) = heights.last() else { return Work::default() };
        let then = vec![input(Input::CertificateDurable(*highest)), Then::Told(*highest)];
        Work { cpu: costs.certificate + costs.synced, disk: costs.sync, then }
    }

    fn execute_block(&mut self, height: Height, proposal: &Proposal, rules: &Rules) -> Work {
        let costs = &rules.costs;
        let time = proposal.time.max(self.executed.1.next());
        self.executed = (height, time);
        let own = proposal.references.iter().filter(|reference| reference.author == self.index);
        let bodies = own.filter_map(|reference| self.pool.body(&reference.digest).cloned()).collect();
        self.untold.insert(height, bodies);
        let count: u64 = proposal.references.iter().map(|reference| u64::from(reference.count)).sum();
        let digest = proposal.digest();
        let header_hash =
            BlockHash::new(sha256("scale.block", &[&height.get().to_le_bytes(), digest.as_bytes()]));
        let executed = Input::Executed {
            height,
            header_hash,
            proposal: digest,
            references: proposal.references.clone(),
            time,
            checkpoint: Some(SIGNATURE),
            boundary: None,
        };
        let cpu = costs.block + costs.synced + costs.sign + count * costs.execute;
        let compaction = Then::Queue(Lane::Compaction, Item::Compact(count * costs.compact));
        Work { cpu, disk: costs.sync, then: vec![input(executed), compaction] }
    }
}

fn input(input: Input) -> Then {
    Then::Queue(Lane::Consensus, Item::Input(Some(Box::new(input))))
}

/// How many references an input carries.
fn references(input: &Input) -> u64 {
    let count = match input {
        Input::Message { message, .. } => match message.message() {
            Message::PrePrepare { proposal, .. } | Message::Proposal(proposal) => proposal.references.len(),
            _ => 0,
        },
        Input::Durable(LogRecord::Own { signed, proposal: Some(proposal), .. }) => match signed.statement {
            Statement::PrePrepare(_) | Statement::Commit(_) => proposal.references.len(),
            _ => 0,
        },
        Input::Executed { references, .. } => references.len(),
        _ => 0,
    };
    count as u64
}

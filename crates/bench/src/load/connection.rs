//! One stream: sends when due, hears replies, opens again when it breaks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use client::{Client, ClientError, Outcome, StreamReceiver, StreamReply, StreamSender, Trust};
use tokio::{sync::watch, time::Instant};
use types::Transaction;

use super::{Answer, LoadPlan, Tally, payments::Payments};

/// The pause before a broken stream is opened again.
const REOPEN: Duration = Duration::from_millis(500);

/// A transfer without an answer.
#[derive(Debug, Clone)]
struct Unanswered {
    transaction: Transaction,
    due: Instant,
}

/// One connection of the load.
#[derive(Debug)]
pub(super) struct Connection {
    plan: Arc<LoadPlan>,
    tally: Arc<dyn Tally>,
    /// Whose turn it is: the next target after each break, where that is wanted.
    turn: usize,
    payments: Payments,
    unanswered: Mutex<BTreeMap<u64, Unanswered>>,
    next_reference: u64,
    next_due: Instant,
}

impl Connection {
    pub(super) fn new(plan: Arc<LoadPlan>, tally: Arc<dyn Tally>, place: usize, number: usize) -> Self {
        // Spread over the first interval, so that connections do not send in step.
        let connections = (plan.targets.len() * plan.connections_per_target).max(1);
        let offset = plan.interval().mul_f64(number as f64 / connections as f64);
        let next_due = plan.start.unwrap_or_else(Instant::now) + offset;
        Self {
            payments: Payments::new(plan.clone(), number),
            plan,
            tally,
            turn: place,
            unanswered: Mutex::default(),
            next_reference: 0,
            next_due,
        }
    }

    /// Runs until stopped.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                _ = self.attempt() => {}
            }
            self.tally.broke();
            if self.plan.failover {
                self.turn += 1;
            }
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(REOPEN) => {}
            }
            self.skip_what_was_due();
        }
    }

    /// Opens a stream and uses it until it breaks.
    async fn attempt(&mut self) -> Result<(), ClientError> {
        let client = Client::connect(vec![self.target()], Trust::None).await?;
        let (sender, receiver) = client.submit_stream().await?;
        let again: Vec<_> =
            self.lock().iter().map(|(reference, u)| (*reference, u.transaction.clone())).collect();
        let tally = self.tally.clone();
        let Self { plan, payments, unanswered, next_reference, next_due, .. } = self;
        let sending = async {
            for (reference, transaction) in again {
                sender.send(reference, transaction.bytes().clone(), true).await?;
            }
            send(&sender, plan, payments, unanswered, &*tally, next_reference, next_due).await
        };
        tokio::select! {
            ended = sending => ended,
            ended = hear(receiver, unanswered, &*tally) => ended,
        }
    }

    /// What was due while there was no connection is counted, not sent in a burst.
    fn skip_what_was_due(&mut self) {
        let interval = self.plan.interval();
        let now = self.plan.until.map_or_else(Instant::now, |until| until.min(Instant::now()));
        while self.next_due < now {
            self.tally.not_sent(self.next_due);
            self.next_due += interval;
        }
    }

    fn target(&self) -> String {
        let targets = &self.plan.targets;
        targets.get(self.turn % targets.len().max(1)).cloned().unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Unanswered>> {
        self.unanswered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn send(
    sender: &StreamSender,
    plan: &LoadPlan,
    payments: &mut Payments,
    unanswered: &Mutex<BTreeMap<u64, Unanswered>>,
    tally: &dyn Tally,
    next_reference: &mut u64,
    next_due: &mut Instant,
) -> Result<(), ClientError> {
    let interval = plan.interval();
    loop {
        if plan.until.is_some_and(|until| *next_due >= until) {
            // All was sent; answers may still come.
            return std::future::pending().await;
        }
        tokio::time::sleep_until(*next_due).await;
        let due = *next_due;
        *next_due += interval;
        let waiting = unanswered.lock().unwrap_or_else(PoisonError::into_inner).len();
        let payment = if waiting < plan.in_flight_max { payments.next() } else { None };
        let Some(transaction) = payment else {
            tally.not_sent(due);
            continue;
        };
        let reference = *next_reference;
        *next_reference += 1;
        // Noted before it is sent: if the stream breaks in between, it is sent again.
        let bytes = transaction.bytes().clone();
        let note = Unanswered { transaction, due };
        unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(reference, note);
        tally.sent(due);
        sender.send(reference, bytes, true).await?;
    }
}

async fn hear(
    mut receiver: StreamReceiver,
    unanswered: &Mutex<BTreeMap<u64, Unanswered>>,
    tally: &dyn Tally,
) -> Result<(), ClientError> {
    while let Some((reference, reply)) = receiver.next().await? {
        let answer = match reply {
            // The answer to a request that does not wait; ours do.
            StreamReply::Admitted { .. } => continue,
            StreamReply::Refused { .. } => Answer::Refused,
            StreamReply::Outcome { outcome: Outcome::Committed(_), .. } => Answer::Committed,
            StreamReply::Outcome { outcome: Outcome::Failed(_), .. } => Answer::Failed,
            StreamReply::Outcome { outcome: Outcome::Expired { .. }, .. } => Answer::Expired,
            StreamReply::Outcome { outcome: Outcome::Pending { .. } | Outcome::Unknown { .. }, .. } => {
                Answer::Unknown
            }
        };
        // An answer to what was answered before, on an earlier stream, counts once.
        let known = unanswered.lock().unwrap_or_else(PoisonError::into_inner).remove(&reference);
        if let Some(Unanswered { due, .. }) = known {
            tally.answered(due, answer);
        }
    }
    Ok(())
}

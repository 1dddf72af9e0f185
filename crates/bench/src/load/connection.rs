//! One stream: sends when due, hears replies, opens again when it breaks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use client::{Client, ClientError, Outcome, StreamReceiver, StreamReply, StreamSender, Trust};
use tokio::{sync::watch, time::Instant};
use types::Transaction;

use super::{LoadPlan, counters::Counters, payments::Payments};

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
    counters: Arc<Counters>,
    target: String,
    payments: Payments,
    unanswered: Mutex<BTreeMap<u64, Unanswered>>,
    next_reference: u64,
    next_due: Instant,
}

impl Connection {
    pub(super) fn new(plan: Arc<LoadPlan>, counters: Arc<Counters>, place: usize, number: usize) -> Self {
        let target = plan.targets.get(place).cloned().unwrap_or_default();
        // Spread over the first interval, so that connections do not send in step.
        let connections = (plan.targets.len() * plan.connections_per_target).max(1);
        let offset = plan.interval().mul_f64(number as f64 / connections as f64);
        Self {
            payments: Payments::new(plan.clone(), number),
            plan,
            counters,
            target,
            unanswered: Mutex::default(),
            next_reference: 0,
            next_due: Instant::now() + offset,
        }
    }

    /// Runs until stopped.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                _ = self.attempt() => {}
            }
            Counters::count(&self.counters.breaks);
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(REOPEN) => {}
            }
            self.skip_what_was_due();
        }
    }

    /// Opens a stream and uses it until it breaks.
    async fn attempt(&mut self) -> Result<(), ClientError> {
        let client = Client::connect(vec![self.target.clone()], Trust::None).await?;
        let (sender, receiver) = client.submit_stream().await?;
        let again: Vec<_> =
            self.lock().iter().map(|(reference, u)| (*reference, u.transaction.clone())).collect();
        let counters = self.counters.clone();
        let Self { plan, payments, unanswered, next_reference, next_due, .. } = self;
        let sending = async {
            for (reference, transaction) in again {
                sender.send(reference, transaction.bytes().clone(), true).await?;
            }
            send(&sender, plan, payments, unanswered, &counters, next_reference, next_due).await
        };
        tokio::select! {
            ended = sending => ended,
            ended = hear(receiver, unanswered, &counters) => ended,
        }
    }

    /// What was due while there was no connection is counted, not sent in a burst.
    fn skip_what_was_due(&mut self) {
        let interval = self.plan.interval();
        while self.next_due < Instant::now() {
            self.next_due += interval;
            Counters::count(&self.counters.not_sent);
        }
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
    counters: &Counters,
    next_reference: &mut u64,
    next_due: &mut Instant,
) -> Result<(), ClientError> {
    let interval = plan.interval();
    loop {
        tokio::time::sleep_until(*next_due).await;
        let due = *next_due;
        *next_due += interval;
        let waiting = unanswered.lock().unwrap_or_else(PoisonError::into_inner).len();
        let payment = if waiting < plan.in_flight_max { payments.next() } else { None };
        let Some(transaction) = payment else {
            Counters::count(&counters.not_sent);
            continue;
        };
        let reference = *next_reference;
        *next_reference += 1;
        // Noted before it is sent: if the stream breaks in between, it is sent again.
        let bytes = transaction.bytes().clone();
        let note = Unanswered { transaction, due };
        unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(reference, note);
        Counters::count(&counters.sent);
        Counters::count(&counters.in_flight);
        sender.send(reference, bytes, true).await?;
    }
}

async fn hear(
    mut receiver: StreamReceiver,
    unanswered: &Mutex<BTreeMap<u64, Unanswered>>,
    counters: &Counters,
) -> Result<(), ClientError> {
    while let Some((reference, reply)) = receiver.next().await? {
        let outcome = match reply {
            // The answer to a request that does not wait; ours do.
            StreamReply::Admitted { .. } => continue,
            StreamReply::Refused { .. } => None,
            StreamReply::Outcome { outcome, .. } => Some(outcome),
        };
        // An answer to what was answered before, on an earlier stream, counts once.
        let known = unanswered.lock().unwrap_or_else(PoisonError::into_inner).remove(&reference);
        let Some(Unanswered { due, .. }) = known else { continue };
        counters.in_flight.fetch_sub(1, Ordering::Relaxed);
        match outcome {
            None => Counters::count(&counters.refused),
            Some(Outcome::Committed(_)) => {
                Counters::count(&counters.committed);
                counters.record(due.elapsed());
            }
            Some(Outcome::Failed(_)) => Counters::count(&counters.failed),
            Some(Outcome::Expired { .. } | Outcome::Pending { .. } | Outcome::Unknown { .. }) => {
                Counters::count(&counters.expired);
            }
        }
    }
    Ok(())
}

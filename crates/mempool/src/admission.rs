//! Admission: cheap judgements first, then the signatures of all that waits in one go.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;
use crossbeam_channel::{Receiver, TrySendError};
use parking_lot::Mutex;
use types::{
    CheckedTransaction, Code, Operation, Parameters, TimeMs, Transaction, ValidatorIndex,
    admission::{Admitted, ClientId, Refusal},
    ports::AdmissionReply,
};

use crate::{
    pending::{Known, Shortage, key_of},
    shared::Shared,
    threads::{Stop, gather},
};

/// Submissions whose signatures are verified together.
const TOGETHER_MAX: usize = 512;
/// Clients remembered for a bad signature.
const SUSPECTS_MAX: usize = 4_096;
/// When to try again if the pool is full, in ms.
const RETRY_POOL_MS: u64 = 200;
/// When to try again if a quota is used up, in ms.
const RETRY_QUOTA_MS: u64 = 500;

/// Bytes from a client that wait for a worker.
pub(crate) struct Submission {
    bytes: Bytes,
    client: ClientId,
    reply: Reply,
}

/// Answers exactly once, also when it is dropped.
struct Reply(Option<AdmissionReply>);

impl Reply {
    fn answer(mut self, answer: Result<Admitted, Refusal>) {
        if let Some(reply) = self.0.take() {
            reply(answer);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(reply) = self.0.take() {
            reply(Err(Refusal::new(Code::Unavailable, "this node is stopping; use another", None)));
        }
    }
}

/// Takes a validator's own request to be readmitted, and nothing else, from a peer: it may not pack batches
/// itself. Its quota is that of a client of its own.
pub(crate) fn forwarded(shared: &Shared, bytes: Bytes, from: ValidatorIndex) {
    let era = shared.era();
    let is_rejoin_of_sender = Transaction::decode(bytes.clone(), &shared.chain, &era.parameters).is_ok_and(
        |transaction| {
            let named = |operation: &Operation| {
                matches!(operation, Operation::Rejoin { validator, .. } if Some(validator) == era.validators.key(from))
            };
            matches!(&transaction.body().operations[..], [only] if named(only))
        },
    );
    if !is_rejoin_of_sender {
        return shared.counters.messages_malformed.add(1);
    }
    let client = ClientId(u64::MAX - u64::from(from.get()));
    submit(shared, bytes, client, Box::new(|_| {}));
}

/// Takes bytes from a client; the answer comes from a worker, or at once if there is no room.
pub(crate) fn submit(shared: &Shared, bytes: Bytes, client: ClientId, reply: AdmissionReply) {
    let refuse = |reply: Reply, refusal: Refusal| {
        shared.counters.refuse(refusal.code);
        reply.answer(Err(refusal));
    };
    let reply = Reply(Some(reply));
    if shared.is_stopping() {
        return drop(reply);
    }
    let era = shared.era();
    if era.signer.is_none() {
        let reason = "this node does not vote at present and packs no batches; submit to a validator";
        return refuse(reply, Refusal::new(Code::Unavailable, reason, None));
    }
    let limit = era.parameters.max_transaction_bytes as usize;
    if bytes.len() > limit {
        let reason = format!("the transaction has {} bytes, at most {limit} are allowed", bytes.len());
        return refuse(reply, Refusal::new(Code::TooLarge, reason, None));
    }
    let length = bytes.len();
    let reserved = shared.pending.lock().reserve(client, length);
    if let Err(shortage) = reserved {
        return refuse(reply, refusal_of(shortage, None));
    }
    match shared.queues.submissions.try_send(Submission { bytes, client, reply }) {
        Ok(()) => {}
        Err(TrySendError::Full(submission) | TrySendError::Disconnected(submission)) => {
            {
                let mut pending = shared.pending.lock();
                pending.judged(client);
                pending.release(client, length);
            }
            let found = shared.config.submissions_max;
            let full = Shortage::Pool { what: "unverified transactions", found, limit: found };
            refuse(submission.reply, refusal_of(full, None));
        }
    }
}

/// A worker: takes what waits until the mempool stops; while own batches are under way it gathers a whole batch
/// first. One worker gathers at a time, so that they do not split what comes between them.
pub(crate) fn work(shared: &Arc<Shared>, queue: &Receiver<Submission>, gathering: &Mutex<()>, stop: &Stop) {
    loop {
        let gathered = {
            let _one = gathering.lock();
            let gathered = gather(queue, stop, TOGETHER_MAX, || shared.busy_delay(), || shared.is_busy());
            shared.judging.fetch_add(usize::from(gathered.is_some()), Ordering::SeqCst);
            gathered
        };
        let Some((submissions, has_waited)) = gathered else { return };
        admit_together(shared, submissions, has_waited);
        shared.judging.fetch_sub(1, Ordering::SeqCst);
        shared.wake_maker();
    }
}

/// What is known of a submission before its signatures are looked at.
enum Verdict {
    /// It is here or executed already.
    Repeated(Admitted),
    /// Its signatures were verified here before.
    Verified(CheckedTransaction),
    /// To be verified.
    Candidate(Transaction),
}

fn admit_together(shared: &Shared, submissions: Vec<Submission>, has_waited: bool) {
    let now = shared.now();
    let mut answers = Vec::with_capacity(submissions.len());
    let (mut candidates, mut good) = (Vec::new(), Vec::new());
    for submission in submissions {
        match judge(shared, &submission.bytes, now) {
            Ok(Verdict::Repeated(admitted)) => answers.push((submission, Ok(admitted), Room::Release)),
            Ok(Verdict::Verified(checked)) => good.push((submission, checked)),
            Ok(Verdict::Candidate(transaction)) => candidates.push((submission, transaction)),
            Err(refusal) => answers.push((submission, Err(refusal), Room::Release)),
        }
    }
    for (submission, checked) in verify(shared, candidates) {
        match checked {
            Ok(checked) => good.push((submission, checked)),
            Err(refusal) => answers.push((submission, Err(refusal), Room::Release)),
        }
    }
    shared.verified.insert(good.iter().map(|(_, checked)| checked));
    settle(shared, good, answers, has_waited);
}

/// Verifies together what comes from clients without fault, and one by one what comes from those whose last
/// signature was bad: each bad one among many would cost the others a search.
fn verify(
    shared: &Shared,
    candidates: Vec<(Submission, Transaction)>,
) -> Vec<(Submission, Result<CheckedTransaction, Refusal>)> {
    let (alone, together): (Vec<_>, Vec<_>) = {
        let suspects = shared.suspects.lock();
        candidates.into_iter().partition(|(submission, _)| suspects.contains(&submission.client))
    };
    let groups = std::iter::once(together).chain(alone.into_iter().map(|one| vec![one]));
    let mut verified = Vec::new();
    for group in groups.filter(|group| !group.is_empty()) {
        let (submissions, transactions): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let ids: Vec<_> = transactions.iter().map(|transaction| *transaction.id()).collect();
        let checked = CheckedTransaction::check_each(transactions);
        for ((submission, id), checked) in submissions.into_iter().zip(ids).zip(checked) {
            note_signature(shared, submission.client, checked.is_ok());
            let reason = "a signature does not verify; sign the body again";
            verified.push((submission, checked.map_err(|code| Refusal::new(code, reason, Some(id)))));
        }
    }
    verified
}

fn note_signature(shared: &Shared, client: ClientId, good: bool) {
    let mut suspects = shared.suspects.lock();
    if good {
        shared.counters.signatures_good.add(1);
        suspects.remove(&client);
        return;
    }
    shared.counters.signatures_bad.add(1);
    if suspects.len() >= SUSPECTS_MAX {
        suspects.pop_first();
    }
    suspects.insert(client);
}

/// Whether the room reserved at submission is given back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Keep,
    Release,
}

type Answers = Vec<(Submission, Result<Admitted, Refusal>, Room)>;

fn settle(
    shared: &Shared,
    good: Vec<(Submission, CheckedTransaction)>,
    mut answers: Answers,
    has_waited: bool,
) {
    let mut pending = shared.pending.lock();
    if has_waited && !good.is_empty() {
        pending.ripen();
    }
    for submission in
        good.iter().map(|(submission, _)| submission).chain(answers.iter().map(|answer| &answer.0))
    {
        pending.judged(submission.client);
    }
    for (submission, checked) in good {
        let admitted = admitted(checked.get());
        match pending.admit(checked, submission.client) {
            Ok(true) => answers.push((submission, Ok(admitted), Room::Keep)),
            Ok(false) => answers.push((submission, Ok(admitted), Room::Release)),
            Err(shortage) => {
                answers.push((submission, Err(refusal_of(shortage, Some(admitted.id))), Room::Release));
            }
        }
    }
    for (submission, _, _) in answers.iter().filter(|(_, _, room)| *room == Room::Release) {
        pending.release(submission.client, submission.bytes.len());
    }
    shared.work.notify_all();
    drop(pending);
    for (submission, answer, room) in answers {
        match &answer {
            Ok(_) => shared.counters.admitted.add(usize::from(room == Room::Keep)),
            Err(refusal) => shared.counters.refuse(refusal.code),
        }
        submission.reply.answer(answer);
    }
}

fn judge(shared: &Shared, bytes: &Bytes, now: TimeMs) -> Result<Verdict, Refusal> {
    let era = shared.era();
    let transaction = Transaction::decode(bytes.clone(), &shared.chain, &era.parameters)
        .map_err(|error| Refusal::new(error.code(), error.to_string(), None))?;
    let id = *transaction.id();
    judge_lifetime(&transaction, &era.parameters, now)?;
    let known = shared.pending.lock().known(&key_of(&transaction));
    if known == Known::Waiting || shared.state.is_seen(&transaction) {
        return Ok(Verdict::Repeated(admitted(&transaction)));
    }
    if let Some((code, reason)) = shared.state.refusal(&transaction) {
        return Err(Refusal::new(code, reason, Some(id)));
    }
    if known == Known::No {
        let room = shared.pending.lock().room_of(&transaction);
        room.map_err(|shortage| refusal_of(shortage, Some(id)))?;
    }
    Ok(match shared.verified.get(&transaction) {
        Some(checked) => Verdict::Verified(checked),
        None => Verdict::Candidate(transaction),
    })
}

/// Only the node that takes a transaction from a client compares its lifetime with a clock.
fn judge_lifetime(transaction: &Transaction, parameters: &Parameters, now: TimeMs) -> Result<(), Refusal> {
    let valid_until = transaction.body().valid_until;
    let refuse = |code, reason| Err(Refusal::new(code, reason, Some(*transaction.id())));
    if valid_until < now {
        return refuse(Code::Expired, format!("valid_until is {valid_until} ms, the time here is {now} ms"));
    }
    let latest = now.plus(parameters.max_long_lifetime_ms).plus(parameters.clock_drift_ms);
    if valid_until > latest {
        let reason = format!("valid_until is {valid_until} ms, at most {latest} ms is allowed now");
        return refuse(Code::LifetimeTooLong, reason);
    }
    Ok(())
}

fn admitted(transaction: &Transaction) -> Admitted {
    Admitted { id: *transaction.id(), valid_until: transaction.body().valid_until }
}

fn refusal_of(shortage: Shortage, id: Option<types::TransactionId>) -> Refusal {
    let (code, retry) = match shortage {
        Shortage::Pool { .. } => (Code::Overloaded, RETRY_POOL_MS),
        Shortage::Client { .. }
        | Shortage::Unverified { .. }
        | Shortage::Account { .. }
        | Shortage::Forms { .. } => (Code::QuotaExceeded, RETRY_QUOTA_MS),
    };
    Refusal { retry_after_ms: Some(retry), ..Refusal::new(code, shortage.to_string(), id) }
}

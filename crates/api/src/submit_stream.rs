//! One `SubmitStream`: one task for all its transactions, one reply for each, a bounded number unanswered.

use std::{collections::BTreeMap, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tonic::{Status, Streaming};
use types::{
    TransactionId,
    admission::{Admitted, ClientId, Refusal},
    ports::ReadError,
};

use crate::{
    Reason,
    api::Shared,
    encode,
    outcomes::{self, Outcomes, Receipts},
    pb::{self, submit_stream_reply::Reply},
    transaction_service::{admitted_of, too_many_wait},
    waiters::{Registration, Signal},
};

/// Replies that may wait for the connection.
const REPLY_QUEUE: usize = 64;
/// Answers of the pool and signals that are handled in one go: one visit of a blocking thread for all.
const BATCH: usize = 256;

type Replies = mpsc::Sender<Result<pb::SubmitStreamReply, Status>>;
type Admission = (u64, Result<Admitted, Refusal>);

/// What a request asked for.
#[derive(Debug, Clone, Copy)]
struct Wish {
    reference: u64,
    wait: bool,
    receipts: Receipts,
}

/// An unanswered request.
struct Unanswered {
    wish: Wish,
    permit: Option<OwnedSemaphorePermit>,
    waiting: Option<(Admitted, Registration)>,
}

/// A question to the chain about an unanswered request.
enum Question {
    /// It was taken: what became of it?
    Outcome(Admitted, Receipts),
    /// It was refused: was it executed before?
    Earlier(TransactionId, Refusal, Wish),
}

struct SubmitStream {
    shared: Arc<Shared>,
    client: ClientId,
    replies: Replies,
    unanswered: BTreeMap<u64, Unanswered>,
    next_token: u64,
    // Both are bounded by `unanswered`: at most one item of each per request.
    admitted: mpsc::UnboundedSender<Admission>,
    signalled: mpsc::UnboundedSender<(u64, Signal)>,
}

/// Nobody reads the replies any more.
struct Gone;

pub(crate) fn start(
    shared: Arc<Shared>,
    client: ClientId,
    requests: Streaming<pb::SubmitStreamRequest>,
) -> mpsc::Receiver<Result<pb::SubmitStreamReply, Status>> {
    let (replies, outgoing) = mpsc::channel(REPLY_QUEUE);
    let (admitted, admissions) = mpsc::unbounded_channel();
    let (signalled, signals) = mpsc::unbounded_channel();
    let unanswered = BTreeMap::new();
    let stream = SubmitStream { shared, client, replies, unanswered, next_token: 0, admitted, signalled };
    tokio::spawn(async move {
        // Ends when the client has gone, when all is answered, or when the node stops.
        let _ = stream.run(requests, admissions, signals).await;
    });
    outgoing
}

impl SubmitStream {
    async fn run(
        mut self,
        mut requests: Streaming<pb::SubmitStreamRequest>,
        mut admissions: mpsc::UnboundedReceiver<Admission>,
        mut signals: mpsc::UnboundedReceiver<(u64, Signal)>,
    ) -> Result<(), Gone> {
        let shared = Arc::clone(&self.shared);
        let replies = self.replies.clone();
        let (gone, stopped) = (replies.closed(), shared.stopped());
        tokio::pin!(gone, stopped);
        let mut open = true;
        let (mut taken, mut told) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        while open || !self.unanswered.is_empty() {
            let has_room = self.unanswered.len() < shared.limits.stream_unanswered_max;
            tokio::select! {
                biased;
                () = &mut gone => return Err(Gone),
                () = &mut stopped => {
                    let status = Reason::Stopping.status("the node is stopping: send what has no reply elsewhere");
                    return replies.send(Err(status)).await.map_err(|_| Gone);
                }
                _ = signals.recv_many(&mut told, BATCH) => self.on_signals(&mut told).await?,
                _ = admissions.recv_many(&mut taken, BATCH) => self.on_admissions(&mut taken).await?,
                message = requests.message(), if open && has_room => match message {
                    Ok(Some(request)) => self.on_request(request).await?,
                    // Half-closed: answer the rest.
                    Ok(None) => open = false,
                    Err(_) => return Err(Gone),
                },
            }
        }
        Ok(())
    }

    async fn on_request(&mut self, request: pb::SubmitStreamRequest) -> Result<(), Gone> {
        let pb::SubmitStreamRequest { r#ref: reference, signed_transaction, wait, with_receipt } = request;
        let receipts = if with_receipt { Receipts::Included } else { Receipts::Omitted };
        let permit = if wait { self.shared.waiters.reserve() } else { None };
        if wait && permit.is_none() {
            return self.reply(reference, Reply::Refused(encode::refused(&too_many_wait()))).await;
        }
        let token = self.next_token;
        self.next_token += 1;
        let wish = Wish { reference, wait, receipts };
        self.unanswered.insert(token, Unanswered { wish, permit, waiting: None });
        let admitted = self.admitted.clone();
        self.shared.counters.transactions_submitted.add_one();
        // When the stream has ended nobody needs the answer.
        let reply = Box::new(move |result| drop(admitted.send((token, result))));
        self.shared.ports.pool.submit(signed_transaction, self.client, reply);
        Ok(())
    }

    async fn on_admissions(&mut self, taken: &mut Vec<Admission>) -> Result<(), Gone> {
        let mut questions = Vec::new();
        for (token, result) in taken.drain(..) {
            let Some(request) = self.unanswered.get_mut(&token) else { continue };
            let wish = request.wish;
            match (result, wish.wait) {
                (Ok(admitted), false) => {
                    self.answer(token, Reply::Admitted(encode::admitted(&admitted))).await?
                }
                (Ok(admitted), true) => {
                    let Some(permit) = request.permit.take() else { continue };
                    let whom = (admitted.id, admitted.valid_until);
                    let registration =
                        self.shared.waiters.register(permit, whom, token, self.signalled.clone());
                    request.waiting = Some((admitted, registration));
                    questions.push((token, Question::Outcome(admitted, wish.receipts)));
                }
                (Err(refusal), _) => {
                    self.shared.counters.transactions_refused.add_one();
                    match refusal.id.filter(|_| refusal.code.is_retryable()) {
                        Some(id) => questions.push((token, Question::Earlier(id, refusal, wish))),
                        None => self.answer(token, Reply::Refused(encode::refused(&refusal))).await?,
                    }
                }
            }
        }
        self.ask(questions).await
    }

    async fn on_signals(&mut self, told: &mut Vec<(u64, Signal)>) -> Result<(), Gone> {
        let mut questions = Vec::new();
        for (token, signal) in told.drain(..) {
            // Answered already, when the chain was read after the registration.
            let Some(request) = self.unanswered.get(&token) else { continue };
            let (wish, Some((admitted, _))) = (request.wish, &request.waiting) else { continue };
            let admitted = *admitted;
            match (signal, wish.receipts) {
                (Signal::Executed { height, index, code }, Receipts::Omitted) => {
                    let outcome = outcomes::of_execution(&admitted.id, (height, index, code), None);
                    self.answer(token, Reply::Outcome(outcome)).await?;
                }
                (Signal::Executed { .. } | Signal::PastExpiry, receipts) => {
                    questions.push((token, Question::Outcome(admitted, receipts)));
                }
            }
        }
        self.ask(questions).await
    }

    /// Reads the chain for all questions at once, and answers what can be answered now.
    async fn ask(&mut self, questions: Vec<(u64, Question)>) -> Result<(), Gone> {
        if questions.is_empty() {
            return Ok(());
        }
        let outcomes = Arc::clone(&self.shared.outcomes);
        let read = move || {
            let answer =
                |(token, question): (u64, Question)| Ok((token, answer_from_chain(&outcomes, question)?));
            questions.into_iter().map(answer).collect::<Result<Vec<_>, ReadError>>()
        };
        let answers = match self.shared.read(read).await {
            Ok(answers) => answers,
            Err(status) => {
                // The stream ends with the fault; whether the client still hears it makes no difference.
                let _ = self.replies.send(Err(status)).await;
                return Err(Gone);
            }
        };
        for (token, reply) in answers {
            if let Some(reply) = reply {
                self.answer(token, reply).await?;
            }
        }
        Ok(())
    }

    async fn answer(&mut self, token: u64, reply: Reply) -> Result<(), Gone> {
        match self.unanswered.remove(&token) {
            Some(request) => self.reply(request.wish.reference, reply).await,
            None => Ok(()),
        }
    }

    async fn reply(&self, reference: u64, reply: Reply) -> Result<(), Gone> {
        let reply = pb::SubmitStreamReply { r#ref: reference, reply: Some(reply) };
        self.replies.send(Ok(reply)).await.map_err(|_| Gone)
    }
}

/// `None`: it may still commit, so the waiter goes on waiting.
fn answer_from_chain(outcomes: &Outcomes, question: Question) -> Result<Option<Reply>, ReadError> {
    Ok(match question {
        Question::Outcome(admitted, receipts) => {
            let outcome = outcomes.resolve(&admitted.id, admitted.valid_until, receipts)?;
            (!outcomes::is_pending(&outcome)).then_some(Reply::Outcome(outcome))
        }
        Question::Earlier(id, refusal, wish) => Some(match (outcomes.executed(&id)?, wish.wait) {
            (Some(record), true) => Reply::Outcome(outcomes::of_record(&record, wish.receipts)),
            (Some(record), false) => Reply::Admitted(encode::admitted(&admitted_of(&record))),
            (None, _) => Reply::Refused(encode::refused(&refusal)),
        }),
    })
}

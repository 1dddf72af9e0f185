//! Sending, and telling what became of it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::Args;
use client::{ClientError, ErrorCode, Outcome as Became, Receipt, Verified};
use serde_json::{Value, json};
use types::{Code, Transaction};

use super::{
    super::{
        Outcome,
        network::{Network, NetworkArguments, failure},
    },
    WaitArguments,
    file::{read_transaction, written_object},
};
use crate::{
    exit::{ExitCode, Failure},
    files::{self, IfExists},
    json::Output,
};

/// The pause before asking a node again that answered `pending` early.
const ASK_AGAIN: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub(in crate::cli) struct SubmitArguments {
    /// The transaction.
    file: PathBuf,
    #[command(flatten)]
    waiting: WaitArguments,
    #[command(flatten)]
    network: NetworkArguments,
}

/// The answer that scripts rely on.
struct Answer {
    outcome: &'static str,
    exit: ExitCode,
    code: Option<String>,
    height: Option<u64>,
    index: Option<u32>,
    verified: bool,
    reason: Option<String>,
}

pub(super) fn run(arguments: &SubmitArguments, output: Output) -> Outcome {
    let transaction = read_transaction(&arguments.file)?;
    let network = arguments.network.reach()?;
    send(&transaction, &arguments.waiting, &network, output)
}

/// Says where a transaction file was written.
pub(super) fn written(transaction: &Transaction, file: &Path, output: Output) -> Outcome {
    let signers = transaction.signatures().len();
    output.answer(&written_object(transaction, file), || {
        format!("{}\nwritten to {} with {signers} signature(s)", transaction.id(), file.display())
    });
    Ok(ExitCode::Done)
}

/// Submits, waits if asked to, prints.
pub(super) fn send(
    transaction: &Transaction,
    waiting: &WaitArguments,
    network: &Network,
    output: Output,
) -> Outcome {
    let start = Instant::now();
    let answer =
        if waiting.wait { wait(transaction, waiting, network)? } else { submit(transaction, network)? };
    let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let object = object(transaction, &answer, latency_ms, network);
    output.answer(&object, || words(transaction, &answer, latency_ms));
    Ok(answer.exit)
}

fn submit(transaction: &Transaction, network: &Network) -> Result<Answer, Failure> {
    match network.try_on(network.client()?.submit(transaction)) {
        Ok(_) => Ok(Answer::plain("pending", ExitCode::Done)),
        Err(error) => refused(transaction, error),
    }
}

/// A node may answer `pending` before the time is up; then it is asked again.
fn wait(transaction: &Transaction, waiting: &WaitArguments, network: &Network) -> Result<Answer, Failure> {
    let client = network.client()?;
    if let Some(folder) =
        waiting.receipt.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        let message = format!("--receipt: there is no folder {}; nothing was sent", folder.display());
        return Err(Failure::usage(message));
    }
    let deadline = Instant::now() + waiting.wait_for;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = match network.try_on(client.submit_and_wait(transaction, left)) {
            Ok(answer) => answer,
            Err(error) => return refused(transaction, error),
        };
        let Verified { value, verified, .. } = answer;
        if let (Became::Pending { .. }, false) = (&value, Instant::now() >= deadline) {
            std::thread::sleep(ASK_AGAIN);
            continue;
        }
        let kept = match (&waiting.receipt, value.receipt()) {
            (Some(path), Some(receipt)) => keep_receipt(path, receipt),
            _ => Ok(()),
        };
        if let Err(failure) = kept {
            // The outcome must not be lost with the file.
            eprintln!("the receipt was not written: {failure}; `hanse query proof` gives it again");
        }
        return Ok(Answer::of(&value, verified));
    }
}

/// Writes a receipt where the operator wants it.
pub(in crate::cli) fn keep_receipt(path: &Path, receipt: &Receipt) -> Result<(), Failure> {
    let text = receipt.to_json().map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    files::write_whole(path, format!("{text}\n").as_bytes(), 0o644, IfExists::Replace)
}

/// A refusal with one of the registry's codes is an answer: `rejected`. Anything else leaves the outcome open.
fn refused(transaction: &Transaction, error: ClientError) -> Result<Answer, Failure> {
    let code = error.code();
    if let (ClientError::Refused(refused), Some(code)) = (&error, code) {
        return Ok(Answer {
            code: Some(code.name().to_owned()),
            reason: Some(refused.message.clone()),
            ..Answer::plain("rejected", ExitCode::TransactionRejected)
        });
    }
    if let ClientError::Refused(refused) = &error
        && refused.code == ErrorCode::InvalidArgument
    {
        return Ok(Answer {
            code: Some(refused.reason.clone()),
            reason: Some(refused.message.clone()),
            ..Answer::plain("rejected", ExitCode::TransactionRejected)
        });
    }
    let failure = failure(error);
    let message = match failure.exit {
        ExitCode::Unreachable => format!(
            "{}; what became of {} is unknown: sending the same bytes again is safe",
            failure.message,
            transaction.id()
        ),
        _ => failure.message,
    };
    Err(Failure { message, ..failure })
}

impl Answer {
    const fn plain(outcome: &'static str, exit: ExitCode) -> Self {
        Self { outcome, exit, code: None, height: None, index: None, verified: false, reason: None }
    }

    fn of(became: &Became, verified: bool) -> Self {
        let exit = match became {
            Became::Pending { .. } => ExitCode::TransactionPending,
            Became::Committed(_) => ExitCode::Done,
            Became::Failed(_) => ExitCode::TransactionFailed,
            Became::Expired { .. } => ExitCode::TransactionExpired,
            Became::Unknown { .. } => ExitCode::Unreachable,
        };
        // Where history was pruned nobody knows; for scripts that is not final either.
        let outcome = if let Became::Unknown { .. } = became { "pending" } else { became.name() };
        let mut answer = Self { verified, ..Self::plain(outcome, exit) };
        match became {
            Became::Committed(executed) | Became::Failed(executed) => {
                answer.height = Some(executed.height.get());
                answer.index = Some(executed.index);
                answer.code = (executed.code != Code::Committed).then(|| executed.code.name().to_owned());
            }
            Became::Expired { .. } => answer.code = Some(Code::Expired.name().to_owned()),
            Became::Unknown { first_kept } => {
                answer.code = Some("unknown".to_owned());
                answer.reason =
                    Some(format!("history below height {first_kept} was pruned here: ask an archive"));
            }
            Became::Pending { .. } => {}
        }
        answer
    }
}

fn object(transaction: &Transaction, answer: &Answer, latency_ms: u64, network: &Network) -> Value {
    json!({
        "id": transaction.id().to_string(),
        "outcome": answer.outcome,
        "code": answer.code,
        "height": answer.height,
        "index": answer.index,
        "latency_ms": latency_ms,
        "locks": super::describe::locks(transaction),
        "verified": answer.verified,
        "reason": answer.reason,
        "names": network.believed(),
    })
}

fn words(transaction: &Transaction, answer: &Answer, latency_ms: u64) -> String {
    let mut text = format!("{}\n{}", transaction.id(), answer.outcome);
    if let Some(code) = &answer.code {
        text += &format!(" ({code})");
    }
    if let (Some(height), Some(index)) = (answer.height, answer.index) {
        text += &format!(" in block {height} at {index}");
    }
    text += &format!(" after {latency_ms} ms");
    if let Some(reason) = &answer.reason {
        text += &format!("\n{}", crate::json::printable(reason));
    }
    text + if answer.verified { ", verified" } else { "" }
}

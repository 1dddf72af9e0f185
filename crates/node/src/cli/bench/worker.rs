//! `hanse bench-worker`: a load process of `hanse bench`.

use std::path::Path;

use bench::{load::Payer, worker};

use crate::{
    cli::Outcome,
    exit::{ExitCode, Failure},
    keys,
    testnet::read_account_card,
};

pub(in crate::cli) fn run() -> Outcome {
    let runtime = super::runtime()?;
    runtime.block_on(worker::serve(|plan| {
        let numbers = plan.first_account..plan.first_account + plan.account_count;
        let payers = numbers.map(|number| payer(&plan.accounts, number)).collect::<Result<Vec<_>, _>>();
        let issuer = payer(&plan.accounts, 0);
        match (payers, issuer) {
            (Ok(payers), issuer) => Ok((payers, issuer.ok())),
            (Err(failure), _) => Err(failure.message),
        }
    }))?;
    Ok(ExitCode::Done)
}

/// `accountN.key`, with the card beside it.
fn payer(accounts: &Path, number: usize) -> Result<Payer, Failure> {
    let file = accounts.join(format!("account{number}.key"));
    let key = keys::load_key_file(&file, None)?;
    let Some(card) = read_account_card(&file, &key.public_key())? else {
        let message = format!("{}: expected account{number}.json beside it", file.display());
        return Err(Failure::new(ExitCode::Failed, message));
    };
    Ok(Payer { account: card.id, key })
}

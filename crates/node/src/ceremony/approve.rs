//! Approvals: adding one's own, and joining copies that were approved apart.

use types::{Genesis, SecretKey, genesis::Approval};

use crate::exit::{ExitCode, Failure};

/// Adds the approval of every member for which this key speaks (usually one), keeping the others'.
///
/// # Errors
/// [`ExitCode::GenesisMismatch`] for a bad genesis, or when the key is nobody's in it.
pub fn approve(genesis: &Genesis, key: &SecretKey) -> Result<(Genesis, Vec<String>), Failure> {
    if let Err(errors) = genesis.check() {
        let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
        return Err(Failure::new(ExitCode::GenesisMismatch, lines.join("\n")));
    }
    let public_key = key.public_key();
    let chain = genesis.chain_id();
    let speaks_for = |name: &&String| genesis.may_approve(name, &public_key);
    let members: Vec<String> =
        genesis.members.iter().map(|member| &member.name).filter(speaks_for).cloned().collect();
    if members.is_empty() {
        let message = format!(
            "key {public_key} speaks for no member: expected the consensus key of a validator or a key of an admin account of this genesis"
        );
        return Err(Failure::new(ExitCode::GenesisMismatch, message));
    }
    let mut approved = genesis.clone();
    for member in &members {
        let signature = key.sign(&Approval::signing_bytes(&chain, member));
        approved.approvals.push(Approval { member: member.clone(), public_key, signature });
    }
    Ok((tidy(approved), members))
}

/// Joins copies of one genesis that different members approved.
///
/// # Errors
/// [`ExitCode::GenesisMismatch`] when they are not copies of one genesis.
pub fn merge(copies: &[Genesis]) -> Result<Genesis, Failure> {
    let Some(first) = copies.first() else {
        return Err(Failure::usage("nothing to merge: name at least one file"));
    };
    let chain = first.chain_id();
    let mut merged = first.clone();
    for copy in &copies[1..] {
        let other = copy.chain_id();
        if other != chain {
            let message = format!("the files are not one genesis: expected hash {chain}, found {other}");
            return Err(Failure::new(ExitCode::GenesisMismatch, message));
        }
        merged.approvals.extend(copy.approvals.iter().cloned());
    }
    Ok(tidy(merged))
}

/// Drops approvals that do not verify or whose key does not speak for the member (a copied or forged line
/// must not displace a good one), sorts and removes doubles.
fn tidy(mut genesis: Genesis) -> Genesis {
    let chain = genesis.chain_id();
    let mut approvals = std::mem::take(&mut genesis.approvals);
    approvals.retain(|a| genesis.may_approve(&a.member, &a.public_key) && a.verify(&chain).is_ok());
    approvals.sort_by(|a, b| (&a.member, a.public_key).cmp(&(&b.member, b.public_key)));
    approvals.dedup_by(|a, b| a.member == b.member && a.public_key == b.public_key);
    genesis.approvals = approvals;
    genesis
}

//! `hanse status`

use clap::Args;
use client::NodeReport;
use serde_json::{Value, json};
use types::{Height, ports::PeerStatus};

use super::{Outcome, network::NetworkArguments};
use crate::{
    exit::ExitCode,
    json::{Output, printable},
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    network: NetworkArguments,
}

pub(super) fn run(arguments: &Arguments, output: Output) -> Outcome {
    let network = arguments.network.reach()?;
    let report = network.block_on(network.client()?.status())?;
    output.answer(&status_object(&report), || printable(&words(&report)));
    Ok(ExitCode::Done)
}

/// The object that scripts rely on.
pub(crate) fn status_object(report: &NodeReport) -> Value {
    let s = &report.status;
    json!({
        "chain_id": report.chain_id.to_string(),
        "height": s.height.get(),
        "header_hash": report.header_hash.to_string(),
        "state_root": report.state_root.to_string(),
        "time_ms": report.time.get(),
        "view": s.view,
        "primary": s.primary,
        "index": s.index,
        "role": report.role,
        "voting": s.voting,
        "not_voting_reason": s.not_voting_reason,
        "last_commit_age_ms": s.last_commit_age_ms,
        "syncing": s.syncing,
        "sync_target": s.sync_target.map(Height::get),
        "peers": s.peers.iter().map(peer).collect::<Vec<_>>(),
        "mempool": {
            "transactions": s.mempool.transactions,
            "bytes": s.mempool.bytes,
            "batches_unordered": s.mempool.batches_unordered,
        },
        "view_changes": s.view_changes,
        "evidence": s.evidence,
        "version": s.version,
        "rules_version": report.rules_version,
        "rules_supported": report.rules_supported,
        "executed_height": report.executed.get(),
        "first_kept_height": report.first_kept.get(),
        "not_ready_reasons": s.not_ready_reasons,
    })
}

fn peer(peer: &PeerStatus) -> Value {
    json!({
        "index": peer.index,
        "id": peer.id,
        "address": peer.address,
        "connected": peer.connected,
        "height": peer.height.map(Height::get),
        "view": peer.view,
        "rtt_ms": peer.rtt_ms,
        "version": peer.version,
    })
}

fn words(report: &NodeReport) -> String {
    let s = &report.status;
    let mut text = format!(
        "network    {}\nheight     {}\nheader     {}\n",
        report.chain_id, s.height, report.header_hash
    );
    text += &format!("state root {}\nview       {} (primary {})\n", report.state_root, s.view, s.primary);
    let voting = match (&s.not_voting_reason, s.voting) {
        (Some(reason), true) => format!("voting: {reason}"),
        (None, true) => "voting".to_owned(),
        (Some(reason), false) => format!("not voting: {reason}"),
        (None, false) => "not voting".to_owned(),
    };
    let index = s.index.map(|index| format!(" {index}")).unwrap_or_default();
    text += &format!("role       {}{index}, {voting}\n", report.role);
    let age = s.last_commit_age_ms.map_or("none since the start".to_owned(), |age| format!("{age} ms ago"));
    text += &format!("commit     {age}\n");
    if s.syncing {
        let target = s.sync_target.map(|height| format!(" to {height}")).unwrap_or_default();
        text += &format!("syncing{target}\n");
    }
    text += &format!("mempool    {} transactions, {} bytes\n", s.mempool.transactions, s.mempool.bytes);
    for p in &s.peers {
        let state = if p.connected { "connected" } else { "unreachable" };
        let height = p.height.map(|height| format!(" height {height}")).unwrap_or_default();
        let rtt = p.rtt_ms.map(|rtt| format!(" {rtt} ms")).unwrap_or_default();
        text += &format!("peer       {} {} {state}{height}{rtt}\n", p.id, p.address);
    }
    for reason in &s.not_ready_reasons {
        text += &format!("not ready  {reason}\n");
    }
    text + &format!("version    {} (rules {} of {})", s.version, report.rules_version, report.rules_supported)
}

//! The status page: plain HTML made here, everything escaped, no scripts.

use std::fmt::Write as _;

use types::{
    ChainId,
    block::CertifiedHeader,
    ports::{NodeStatus, PeerStatus},
};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #ddd;overflow-wrap:anywhere}th{white-space:nowrap}";

pub(crate) fn render(
    network: &str,
    chain_id: &ChainId,
    newest: &CertifiedHeader,
    status: &NodeStatus,
) -> String {
    let header = &newest.header;
    let role = status.index.map_or_else(|| "observer".to_owned(), |index| format!("validator {index}"));
    let voting = match (status.voting, &status.not_voting_reason) {
        (true, _) => "yes".to_owned(),
        (false, Some(reason)) => format!("no: {reason}"),
        (false, None) => "no".to_owned(),
    };
    let ready = match status.not_ready_reasons.as_slice() {
        [] => "yes".to_owned(),
        reasons => format!("no: {}", reasons.join("; ")),
    };
    let rows = [
        ("Network", network.to_owned()),
        ("Chain id", chain_id.to_string()),
        ("Height", header.height.to_string()),
        ("Header hash", newest.hash().to_string()),
        ("State root", header.state_root.to_string()),
        ("Block time (unix ms)", header.time.to_string()),
        ("View", format!("{}, primary {}", status.view, status.primary)),
        ("Role", role),
        ("Voting", voting),
        ("Ready", ready),
        ("Waiting transactions", format!("{} ({} bytes)", status.mempool.transactions, status.mempool.bytes)),
        ("Release", status.version.clone()),
    ];
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Hanse: {0}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body><h1>{0}</h1><table>",
        escape(network)
    );
    for (name, value) in rows {
        // Writing into a string cannot fail.
        let _ = write!(html, "<tr><th>{name}</th><td>{}</td></tr>", escape(&value));
    }
    html.push_str("</table><h2>Peers</h2><table><tr><th>Name</th><th>Connected</th><th>Height</th><th>Round trip</th></tr>");
    for peer in &status.peers {
        html.push_str(&peer_row(peer));
    }
    html.push_str("</table></body></html>\n");
    html
}

fn peer_row(peer: &PeerStatus) -> String {
    let height = peer.height.map_or_else(|| "-".to_owned(), |height| height.to_string());
    let rtt = peer.rtt_ms.map_or_else(|| "-".to_owned(), |rtt| format!("{rtt} ms"));
    let connected = if peer.connected { "yes" } else { "no" };
    format!("<tr><td>{}</td><td>{connected}</td><td>{height}</td><td>{rtt}</td></tr>", escape(&peer.id))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_peers_say_cannot_become_markup() {
        let peer = PeerStatus { id: "<script>\u{1b}'\"&".to_owned(), ..PeerStatus::default() };
        let row = peer_row(&peer);
        assert!(row.contains("&lt;script&gt;\u{fffd}&#39;&quot;&amp;"), "{row}");
    }
}

//! Showing the network: lines that redraw themselves on a terminal, plain lines elsewhere, or JSON.

use std::{
    io::{IsTerminal as _, Write as _},
    path::Path,
};

use bench::processes::Death;
use serde_json::{Value, json};

use super::{
    nodes::Node,
    pulse::{Beat, NodeBeat},
};
use crate::json::{Output, line, printable};

/// Without a terminal, every how manieth picture is printed.
const PLAIN_EVERY: u64 = 5;

/// Where pictures go.
pub(super) struct Screen {
    output: Output,
    terminal: bool,
    /// Lines of the last picture, to be drawn over.
    drawn: usize,
    pictures: u64,
}

impl Screen {
    pub(super) fn new(output: Output) -> Self {
        let terminal = !output.json && std::io::stdout().is_terminal();
        Self { output, terminal, drawn: 0, pictures: 0 }
    }

    /// Where everything is.
    pub(super) fn introduce(&mut self, directory: &Path, nodes: &[Node]) {
        if self.output.json {
            return;
        }
        for node in nodes {
            line(&format!(
                "{:8} grpc {}  http {}  log {}",
                node.name,
                node.grpc,
                node.http,
                node.log.display()
            ));
        }
        let dir = directory.display();
        let endpoint = nodes.first().map(|node| node.grpc.as_str()).unwrap_or_default();
        line(&format!(
            "try:  hanse tx transfer --to account3 --asset TEST --amount 12.50 --key {dir}/accounts/account2.key --endpoint {endpoint} --wait"
        ));
        line(&format!(
            "and:  hanse query account account3 --genesis {dir}/genesis.json --endpoint {endpoint}"
        ));
        line("Ctrl-C stops all nodes.");
    }

    /// A sentence that stays.
    pub(super) fn say(&mut self, words: &str) {
        if !self.output.json {
            self.drawn = 0;
            line(words);
        }
    }

    /// A node's death, with the end of its log.
    pub(super) fn announce(&mut self, death: &Death) {
        if self.output.json {
            let object = json!({"event": "ended", "name": death.name, "exit_code": death.exit_code,
                "how": death.how, "log": death.log});
            line(&object.to_string());
            return;
        }
        let mut text = format!("{} {}; the end of its log:", death.name, death.how);
        for entry in &death.log {
            text += &format!("\n  {}", printable(entry));
        }
        self.say(&text);
    }

    /// The next picture.
    pub(super) fn show(&mut self, beat: &Beat) {
        let turn = self.pictures;
        self.pictures += 1;
        if self.output.json {
            line(&object(beat).to_string());
        } else if self.terminal {
            self.redraw(&lines(beat));
        } else if turn.is_multiple_of(PLAIN_EVERY) {
            lines(beat).iter().for_each(|entry| line(entry));
        }
    }

    fn redraw(&mut self, lines: &[String]) {
        let mut text = String::new();
        if self.drawn > 0 {
            text += &format!("\x1b[{}A", self.drawn);
        }
        for entry in lines {
            text += &format!("\r{entry}\x1b[K\n");
        }
        self.drawn = lines.len();
        let mut out = std::io::stdout().lock();
        // Nobody may be looking; the network runs all the same.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

fn lines(beat: &Beat) -> Vec<String> {
    let mut lines: Vec<String> = beat.nodes.iter().map(node_line).collect();
    if let Some(load) = &beat.load {
        lines.push(format!(
            "load     sent {}  committed {}  failed {}  refused {}  in flight {}",
            load.sent, load.committed, load.failed, load.refused, load.in_flight
        ));
    }
    lines
}

fn node_line(node: &NodeBeat) -> String {
    let name = &node.name;
    match (&node.report, node.running) {
        (_, false) => format!("{name:8} ended"),
        (None, true) => format!("{name:8} no answer yet"),
        (Some(report), true) => {
            let status = &report.status;
            let latency =
                node.latency.map_or("-".to_owned(), |latency| format!("{} ms", latency.as_millis()));
            let state = match (&status.not_voting_reason, status.voting, status.syncing) {
                (_, true, false) => "voting".to_owned(),
                (_, _, true) => "syncing".to_owned(),
                (Some(reason), false, false) => format!("not voting: {}", printable(reason)),
                (None, false, false) => "not voting".to_owned(),
            };
            format!(
                "{name:8} height {:>8}  view {:>4}  {:>7.1} TPS  latency {latency:>7}  {state}",
                status.height.get(),
                status.view,
                node.tps
            )
        }
    }
}

fn object(beat: &Beat) -> Value {
    let node = |node: &NodeBeat| {
        let status = node.report.as_ref().map(|report| &report.status);
        json!({
            "name": node.name,
            "running": node.running,
            "height": status.map(|status| status.height.get()),
            "view": status.map(|status| status.view),
            "primary": status.map(|status| status.primary),
            "voting": status.map(|status| status.voting),
            "tps": (node.tps * 10.0).round() / 10.0,
            "latency_ms": node.latency.map(|latency| u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)),
        })
    };
    let load = beat.load.map(|load| {
        json!({
            "sent": load.sent,
            "committed": load.committed,
            "failed": load.failed,
            "refused": load.refused,
            "expired": load.expired,
            "not_sent": load.not_sent,
            "in_flight": load.in_flight,
        })
    });
    json!({
        "event": "tick",
        "time_ms": crate::testnet::now_ms(),
        "nodes": beat.nodes.iter().map(node).collect::<Vec<_>>(),
        "load": load,
    })
}

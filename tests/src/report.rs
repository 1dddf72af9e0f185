//! The table of what was measured: each scenario prints its line, and appends it to the file that
//! `HANSE_E2E_REPORT` names (`make e2e` prints that at its end).

use std::{fs::File, io::Write as _, time::Duration};

/// The head of the table, before the first line.
const HEAD: &str = "| scenario | network | longest silence in the fault | first commit after heal | all level after heal | one view after heal | view changes | blocks | resident MiB before -> after |\n|---|---|---|---|---|---|---|---|---|";

/// One line.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Which scenario.
    pub name: String,
    /// What lay between the nodes.
    pub network: &'static str,
    /// The longest time without a commit from the first fault to its end.
    pub silence: Option<Duration>,
    /// From the end of the last fault.
    pub first_commit: Option<Duration>,
    /// Until all nodes have the height of then, and vote.
    pub level: Option<Duration>,
    /// Until all nodes are in one view.
    pub one_view: Option<Duration>,
    /// Of the node that had the most.
    pub view_changes: u64,
    /// The chain's height.
    pub blocks: u64,
    /// Of the largest node, warm.
    pub resident_before: u64,
    /// Of the largest node, at the end.
    pub resident_after: u64,
}

impl Row {
    /// Prints and keeps it.
    pub fn tell(&self) {
        let seconds =
            |time: Option<Duration>| time.map_or("".into(), |t| format!("{:.1} s", t.as_secs_f64()));
        let line = format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} -> {} |",
            self.name,
            self.network,
            seconds(self.silence),
            seconds(self.first_commit),
            seconds(self.level),
            seconds(self.one_view),
            self.view_changes,
            self.blocks,
            self.resident_before,
            self.resident_after
        );
        note(&line);
    }
}

/// Prints a line and keeps it.
pub fn note(line: &str) {
    println!("{line}");
    let Some(path) = std::env::var_os("HANSE_E2E_REPORT") else { return };
    let head = if std::path::Path::new(&path).exists() { String::new() } else { format!("{HEAD}\n") };
    if let Ok(mut file) = File::options().create(true).append(true).open(path) {
        let _ = writeln!(file, "{head}{line}");
    }
}

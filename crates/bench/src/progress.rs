//! Progress for people: on a terminal one line that redraws itself, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _};

use crate::{run::RunPlan, worker::SecondLine};

/// Where progress goes: stderr, so that stdout holds the answer alone.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    what: String,
    open: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), what: String::new(), open: false }
    }
}

impl Progress {
    /// A sentence that stays.
    pub fn say(&mut self, words: &str) {
        let end = if std::mem::take(&mut self.open) { "\n" } else { "" };
        print(&format!("{end}{words}\n"));
    }

    /// What the next seconds belong to.
    pub fn begin(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    /// A second of a measurement.
    pub fn second(&mut self, second: u64, plan: &RunPlan, line: &SecondLine) {
        let (warmup, window) = (plan.warmup.as_secs(), (plan.warmup + plan.duration).as_secs());
        let phase = match second {
            second if second < warmup => "warm-up",
            second if second < window => "measure",
            _ => "drain",
        };
        let ms = |share| {
            let found = line.latency.quantile_us(share, 0);
            found.map_or_else(|| "-".to_owned(), |micros| format!("{:.1}", micros as f64 / 1000.0))
        };
        let text = format!(
            "{}  {phase:7} {:>3}/{} s  sent {:>6}  committed {:>6}/s  refused {:>5}  waiting {:>6}  p50 {} ms  p99 {} ms",
            self.what,
            second + 1,
            window,
            line.sent,
            line.committed,
            line.refused,
            line.in_flight,
            ms(0.5),
            ms(0.99),
        );
        if self.terminal {
            print(&format!("\r{text}\x1b[K"));
            self.open = true;
        } else {
            print(&format!("{text}\n"));
        }
    }
}

/// Nobody may be looking; the measurement goes on all the same.
fn print(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

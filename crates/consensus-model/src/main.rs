//! `model`: explores the larger checks too (or those named), and prints states, depth and time of each.

use std::process::ExitCode;

use consensus_model::checks::{LARGE, QUICK};

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut failed = false;
    for check in QUICK.iter().chain(LARGE).filter(|check| is_wanted(check.name)) {
        let report = check.explore();
        println!("{report}");
        failed |= !report.failures().is_empty();
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

//! The process that suffers.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use disk::testing::PreloadedFaults;
use ledger::LedgerError;

use crate::life;

/// In the process: where its ledger is. Otherwise the test below is nothing.
const FOLDER: &str = "HANSE_LEDGER_LIFE";

/// How it ended, and what it told before.
pub struct End {
    /// As the node's exit codes; `None`: killed.
    pub code: Option<i32>,
    pub told: Vec<(String, u64)>,
    pub complaint: String,
}

/// Runs a life on `dir` in a process of its own, on a disk that fails.
pub fn suffer(dir: &Path, faults: &PreloadedFaults) -> End {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["victim::the_process_that_suffers", "--exact", "--nocapture", "--test-threads", "1"])
        .envs(faults.environment())
        .env(FOLDER, dir)
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let told = text.lines().filter_map(|line| {
        let (what, height) = line.strip_prefix("told ")?.split_once(' ')?;
        Some((what.to_owned(), height.parse().ok()?))
    });
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    End { code: output.status.code(), told: told.collect(), complaint }
}

#[test]
fn the_process_that_suffers() {
    let Some(dir) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let mut out = std::io::stdout();
    println!();
    let outcome = life::live(&dir, &mut |what, height| {
        out.write_all(format!("told {what} {height}\n").as_bytes()).unwrap()
    });
    let code = match &outcome {
        Ok(()) => 0,
        Err(LedgerError::Damaged { .. }) => 13,
        Err(LedgerError::NoSpace { .. }) => 15,
        Err(LedgerError::Io { .. }) => 18,
        Err(_) => 19,
    };
    if let Err(error) = outcome {
        eprintln!("{error}");
    }
    std::process::exit(code);
}

//! The `hanse` command line with `--json`.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What a command printed and how it ended.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The exit code.
    pub code: i32,
    /// The last JSON object on stdout; null when there is none.
    pub json: Value,
    /// Standard error, for people.
    pub stderr: String,
}

/// The binary that `make test` built beside these tests.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn binary() -> PathBuf {
    built("hanse", "make build")
}

/// The same with failpoints.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn failpoint_binary() -> PathBuf {
    built("hanse-failpoints", "make failpoints")
}

/// The library for `LD_PRELOAD`: wrong clocks, bad disks.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn shim() -> PathBuf {
    built("libe2e_shim.so", "make shim")
}

/// A binary beside these tests.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn built(name: &str, how: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let release = test.ancestors().nth(2).unwrap();
    let binary = release.join(name);
    assert!(binary.exists(), "{} is missing: run `{how}`", binary.display());
    binary
}

/// Runs `hanse ARGUMENTS --json`.
///
/// # Panics
/// When the process cannot be started.
pub fn hanse<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Answer {
    let output = Command::new(binary()).args(arguments).arg("--json").stdin(Stdio::null()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let json = stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok()).unwrap_or(Value::Null);
    let json = if json.is_null() { serde_json::from_str(&stdout).unwrap_or(Value::Null) } else { json };
    Answer {
        code: output.status.code().unwrap_or(-1),
        json,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

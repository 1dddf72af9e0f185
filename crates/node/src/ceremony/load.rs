//! Reading and writing `genesis.json`.

use std::path::Path;

use types::Genesis;

use crate::{
    exit::{ExitCode, Failure},
    files::{self, IfExists},
};

/// The largest genesis that is read, in bytes.
pub const GENESIS_BYTES_MAX: u64 = 32 << 20;

/// Reads a genesis and checks its content, not its approvals.
///
/// # Errors
/// [`ExitCode::GenesisMismatch`] with all faults; [`ExitCode::Io`].
pub fn read_genesis(path: &Path) -> Result<Genesis, Failure> {
    let text = files::read_text(path, GENESIS_BYTES_MAX)?;
    let genesis: Genesis = serde_json::from_str(&text).map_err(|error| {
        Failure::new(ExitCode::GenesisMismatch, format!("{}: expected a genesis: {error}", path.display()))
    })?;
    genesis.check().map_err(|errors| faults(path, &errors))?;
    Ok(genesis)
}

/// Reads a genesis from which a network may start: checked, and approved by every member.
///
/// # Errors
/// As [`read_genesis`]; [`ExitCode::GenesisMismatch`] for missing approvals.
pub fn load_genesis(path: &Path) -> Result<Genesis, Failure> {
    let genesis = read_genesis(path)?;
    genesis.check_approvals().map_err(|errors| faults(path, &errors))?;
    Ok(genesis)
}

/// Writes a genesis for people and programs.
///
/// # Errors
/// [`ExitCode::Failed`] when it exists and may not be replaced; [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn write_genesis(path: &Path, genesis: &Genesis, if_exists: IfExists) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(genesis).map_err(|error| {
        Failure::new(ExitCode::Internal, format!("the genesis cannot be written: {error}"))
    })?;
    text.push('\n');
    files::write_whole(path, text.as_bytes(), 0o644, if_exists)
}

fn faults(path: &Path, errors: &[types::genesis::GenesisError]) -> Failure {
    let lines: Vec<_> = errors.iter().map(|error| format!("{}: {error}", path.display())).collect();
    Failure::new(ExitCode::GenesisMismatch, lines.join("\n"))
}

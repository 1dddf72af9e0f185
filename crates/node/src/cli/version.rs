//! `hanse version`

use serde_json::json;

use super::Outcome;
use crate::{exit::ExitCode, json::Output};

/// The execution rules that this release knows.
pub(crate) const RULES_SUPPORTED: &[u32] = &[1];

pub(super) fn run(output: Output) -> Outcome {
    let version = crate::VERSION;
    let commit = option_env!("HANSE_COMMIT");
    let object = json!({
        "version": version,
        "commit": commit,
        "rules_supported": RULES_SUPPORTED,
        "protocol": "hanse.v1",
    });
    output.answer(&object, || match commit {
        Some(commit) => format!("hanse {version} ({commit}), execution rules {RULES_SUPPORTED:?}"),
        None => format!("hanse {version}, execution rules {RULES_SUPPORTED:?}"),
    });
    Ok(ExitCode::Done)
}

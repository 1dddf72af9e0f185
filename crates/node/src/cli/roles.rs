//! `hanse roles`

use serde_json::json;

use super::Outcome;
use crate::{
    exit::{ExitCode, Failure},
    json::Output,
};

pub(super) fn run(output: Output) -> Outcome {
    let table = ledger::roles_table();
    let rules =
        serde_json::to_value(table).map_err(|error| Failure::new(ExitCode::Internal, error.to_string()))?;
    let word = |value: &serde_json::Value| value.as_str().unwrap_or("any").to_owned();
    let line = |rule: &serde_json::Value| {
        let consent: Vec<_> = rule["consent"].as_array().into_iter().flatten().map(word).collect();
        format!(
            "{:26} {:10} {:16} {:8} {}",
            word(&rule["operation"]),
            word(&rule["role"]),
            word(&rule["relation"]),
            word(&rule["scope"]),
            consent.join("+")
        )
    };
    output.answer(&json!({"rules": rules}), || {
        let head = format!("{:26} {:10} {:16} {:8} consent", "operation", "role", "relation", "scope");
        let lines: Vec<_> = rules.as_array().into_iter().flatten().map(line).collect();
        format!("{head}\n{}", lines.join("\n"))
    });
    Ok(ExitCode::Done)
}

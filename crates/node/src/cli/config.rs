//! `hanse config`

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Outcome;
use crate::{
    config::{self, CONFIG_BYTES_MAX, ConfigProblem, NodeRole},
    exit::{ExitCode, Failure},
    files,
    home::Home,
    json::Output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say all that is wrong with a home's settings, with file, line and cure.
    Check {
        /// The home.
        #[arg(long, value_name = "DIR")]
        home: PathBuf,
    },
    /// Print a config.toml with all settings at their defaults.
    Sample,
}

pub(super) fn run(command: &Command, output: Output) -> Outcome {
    match command {
        Command::Check { home } => check(&Home::new(home), output),
        Command::Sample => {
            let text = config::sample();
            output.answer(&json!({"config": text}), || text.clone());
            Ok(ExitCode::Done)
        }
    }
}

fn check(home: &Home, output: Output) -> Outcome {
    let path = home.config_file();
    let file = path.display().to_string();
    let text = files::read_text(&path, CONFIG_BYTES_MAX)
        .map_err(|failure| Failure::new(ExitCode::ConfigInvalid, failure.message))?;
    let variables =
        std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
    let problems = match config::parse(&text, &file, variables) {
        Ok(config) => match config::missing(&text, &file) {
            absent if absent.is_empty() => surroundings(home, &config, &file),
            absent => absent,
        },
        Err(problems) => problems,
    };
    let exit = if problems.is_empty() { ExitCode::Done } else { ExitCode::ConfigInvalid };
    output.answer(&json!({"ok": problems.is_empty(), "file": file, "problems": problems}), || {
        if problems.is_empty() {
            return format!("{file}: good");
        }
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    });
    Ok(exit)
}

/// What the settings name: keys that can be read safely, peers that stand in the genesis.
fn surroundings(home: &Home, settings: &config::Config, file: &str) -> Vec<ConfigProblem> {
    let problem = |key: &str, expected: &str, found: String, cure: &str| ConfigProblem {
        file: file.to_owned(),
        line: None,
        key: key.to_owned(),
        expected: expected.to_owned(),
        found,
        cure: cure.to_owned(),
    };
    let mut problems = Vec::new();
    let mut keys = vec![("keys.node", home.node_key(settings))];
    if settings.node.role == NodeRole::Validator {
        keys.push(("keys.validator", home.validator_key(settings)));
    }
    for (key, result) in keys {
        if let Err(failure) = result {
            problems.push(problem(key, "a key that can be used", failure.message, "see `hanse init`"));
        }
    }
    if !home.genesis_file().exists() {
        return problems;
    }
    match crate::ceremony::read_genesis(&home.genesis_file()) {
        Err(failure) => {
            problems.push(problem("genesis.json", "a good genesis", failure.message, "fetch it again"))
        }
        Ok(genesis) => {
            let names: Vec<_> = genesis.validators.iter().map(|v| v.name.as_str()).collect();
            for name in settings.peers.keys().filter(|name| !names.contains(&name.as_str())) {
                let cure = format!("its validators are {}", names.join(", "));
                problems.push(problem(
                    &format!("peers.{name}"),
                    "a validator of genesis.json",
                    name.clone(),
                    &cure,
                ));
            }
        }
    }
    problems
}

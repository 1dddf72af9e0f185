//! Running the built binary.

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

/// What a command printed and how it ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `hanse` with these arguments in an environment without our variables.
pub fn hanse(arguments: &[&str]) -> Ran {
    hanse_with(arguments, &[])
}

/// As [`hanse`], with these variables.
pub fn hanse_with(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanse"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HANSE")) {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } =
        command.args(arguments).envs(variables.iter().copied()).output().expect("the binary runs");
    Ran {
        code: status.code().expect("it ends by itself"),
        stdout: String::from_utf8(stdout).expect("UTF-8"),
        stderr: String::from_utf8(stderr).expect("UTF-8"),
    }
}

/// Runs with `--json`; the last line of stdout is the one object.
pub fn json(arguments: &[&str]) -> (i32, Value) {
    let mut all = arguments.to_vec();
    all.push("--json");
    let ran = hanse(&all);
    assert_eq!(ran.stdout.lines().count(), 1, "one object on stdout: {:?} {:?}", ran.stdout, ran.stderr);
    let object = serde_json::from_str(&ran.stdout).expect("JSON on stdout");
    (ran.code, object)
}

/// As [`json`], and it must end with 0.
pub fn good(arguments: &[&str]) -> Value {
    let (code, object) = json(arguments);
    assert_eq!(code, 0, "{arguments:?}: {object}");
    object
}

/// As [`json`], and it must fail with this code; the message.
pub fn bad(arguments: &[&str], expected: i32) -> String {
    let (code, object) = json(arguments);
    assert_eq!(code, expected, "{arguments:?}: {object}");
    assert_eq!(object["error"]["exit_code"], expected, "{object}");
    assert!(object["error"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{object}");
    object["error"]["message"].as_str().expect("a message").to_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8 path")
}

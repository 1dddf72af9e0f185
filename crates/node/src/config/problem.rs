//! What is wrong with a configuration, so that one reading is enough to mend it.

use std::fmt;

use serde::Serialize;

use crate::exit::{ExitCode, Failure};

/// One fault of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigProblem {
    /// The file, or `environment`.
    pub file: String,
    /// Line in the file, from 1; `None` when the fault is that something is not there, or in the environment.
    pub line: Option<usize>,
    /// `section.key`, or the variable's name.
    pub key: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// What to do.
    pub cure: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: expected {}, found {}; {}", self.key, self.expected, self.found, self.cure)
    }
}

/// All problems as the one failure a command ends with.
#[must_use]
pub fn problems_to_failure(problems: &[ConfigProblem]) -> Failure {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    Failure::new(ExitCode::ConfigInvalid, lines.join("\n"))
}

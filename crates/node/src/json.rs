//! What commands print: one JSON object, or words for people.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::exit::Failure;

/// Where and how a command's answer goes.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// JSON on stdout instead of words.
    pub json: bool,
}

impl Output {
    /// Prints the answer: the JSON object on one line, or the words.
    pub fn answer(self, object: &Value, words: impl FnOnce() -> String) {
        if self.json { line(&object.to_string()) } else { line(words().trim_end_matches('\n')) }
    }

    /// Tells people something beside the answer; nothing in JSON mode.
    pub fn note(self, words: &str) {
        if !self.json {
            // Nobody may be reading; the answer does not depend on it.
            let _ = writeln!(std::io::stderr(), "{words}");
        }
    }

    /// Says why a command failed: words on stderr and, with JSON, one object on stdout.
    pub fn failure(self, failure: &Failure) {
        let _ = writeln!(std::io::stderr(), "error: {}", printable(&failure.message));
        if self.json {
            line(&failure_object(failure).to_string());
        }
    }
}

/// `{"error":{"exit_code","reason","message"}}`
#[must_use]
pub fn failure_object(failure: &Failure) -> Value {
    json!({"error": {
        "exit_code": failure.exit.number(),
        "reason": failure.reason,
        "message": failure.message,
    }})
}

/// Control bytes made visible, so that text from elsewhere (a memo, a name) cannot steer a terminal or
/// forge a line. Newlines of our own messages stay.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// Writes a line to stdout; a reader that went away is no error.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

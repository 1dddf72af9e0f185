//! The processor.

use std::{fs, num::NonZero};

use serde::{Deserialize, Serialize};

/// The processor that all processes of a run share.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Machine {
    /// Cores that may be used.
    pub cores: usize,
    /// As it calls itself.
    pub model: String,
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn here() -> Self {
        let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let named = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let model = named.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned());
        Self { cores: std::thread::available_parallelism().map_or(1, NonZero::get), model }
    }
}

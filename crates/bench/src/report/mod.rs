//! What is written: `results.json`, `results.csv`, `report.html`.

mod chart;
mod csv;
mod html;
mod record;
mod words;

use std::path::Path;

pub use record::{
    BytesByClass, BytesPerTx, Disk, FaultRecord, LatencyMs, Purpose, Results, RunRecord, SecondRecord,
};

pub use words::{headline, sentence};

use crate::BenchError;

/// Writes all files into a directory that exists.
///
/// # Errors
/// [`BenchError::File`].
pub fn write(directory: &Path, results: &Results) -> Result<(), BenchError> {
    let json = serde_json::to_string_pretty(results).unwrap_or_default();
    let files = [
        ("results.json", json),
        ("results.csv", csv::render(&results.runs)),
        ("report.html", html::render(results)),
    ];
    for (name, text) in files {
        let path = directory.join(name);
        std::fs::write(&path, text).map_err(BenchError::file("cannot write", &path))?;
    }
    Ok(())
}

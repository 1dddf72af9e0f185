//! Logs to stderr: text for people, JSON for machines. Control characters of peers and clients are escaped
//! by the formatters.

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    config::{LogFormat, LogSection},
    exit::{ExitCode, Failure},
};

/// Starts logging; once per process.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(log: &LogSection, format: Option<LogFormat>) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| {
        Failure::new(
            ExitCode::ConfigInvalid,
            format!("log.filter = {:?} cannot be read: {error}", log.filter),
        )
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format.unwrap_or(log.format) {
        LogFormat::Text => {
            registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(false)).try_init()
        }
        LogFormat::Json => registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init(),
    };
    // A second start in one process (tests) keeps the first.
    let _ = started;
    Ok(())
}

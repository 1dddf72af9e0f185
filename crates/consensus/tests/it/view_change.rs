//! View changes.

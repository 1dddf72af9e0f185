//! A disk that fails when told to, for real processes: loaded with `LD_PRELOAD`, it stands in front of the C
//! library's calls that open, write, sync, rename or read files.
//!
//! `DISK_FAULTS=FILE` names the control file (see [`control`]), `DISK_FAULTS_UNDER=DIR:DIR` the folders that are
//! concerned. Everything else passes. Tests use it through `e2e::faulty_disk`.

mod calls;
mod control;
mod files;
mod reads;

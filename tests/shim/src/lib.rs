//! Faults that only the operating system can have, for real nodes in end-to-end tests: a library that stands between
//! a process and libc (`LD_PRELOAD`). Without its variables in the environment it changes nothing.
//!
//! | variable | fault |
//! |---|---|
//! | `HANSE_SHIM_CLOCK=FILE` | [`clock`]: a clock that is wrong, and can be set while the process runs |

pub mod clock;

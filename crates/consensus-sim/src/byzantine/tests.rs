//! Each actor acts: what it says leaves, and passes the verifier where it is well-formed, or not where it is
//! forged. And a network with f of each kind lives and does not fork.

mod acts;
mod bench;
mod forgeries;
mod lives;

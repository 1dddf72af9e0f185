//! Load for a network: open-loop transfers over many streams, counted and timed.

pub mod load;

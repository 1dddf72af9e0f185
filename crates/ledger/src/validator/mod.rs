//! What validators themselves ask for.

mod rejoin;

pub(crate) use rejoin::rejoin;

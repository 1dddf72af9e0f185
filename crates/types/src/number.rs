//! Counters as types, so that a view is never taken for a height.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! number_types {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name($inner);

        impl $name {
            /// The first one.
            pub const ZERO: Self = Self(0);

            /// Names the number.
            #[must_use]
            pub const fn new(value: $inner) -> Self {
                Self(value)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $inner {
                self.0
            }

            /// One more; stays at the maximum.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }

            /// One less, if there is one.
            #[must_use]
            pub const fn previous(self) -> Option<Self> {
                match self.0.checked_sub(1) { Some(value) => Some(Self(value)), None => None }
            }

            /// `distance` more; stays at the maximum.
            #[must_use]
            pub const fn plus(self, distance: $inner) -> Self {
                Self(self.0.saturating_add(distance))
            }

            /// `distance` less; stays at zero.
            #[must_use]
            pub const fn minus(self, distance: $inner) -> Self {
                Self(self.0.saturating_sub(distance))
            }

            /// How far this is above `lower`; zero when it is not above.
            #[must_use]
            pub const fn since(self, lower: Self) -> $inner {
                self.0.saturating_sub(lower.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", &stringify!($name)[..1], self.0)
            }
        }
    )*};
}

number_types! {
    /// A block height, which is PBFT's sequence number. Genesis is height 0.
    Height(u64);
    /// A view within an epoch; its primary is `set[(epoch + view) mod n]`.
    View(u64);
    /// A run of heights with one validator set.
    Epoch(u64);
    /// A validator's place in the set of its epoch.
    ValidatorIndex(u16);
    /// The number an author gives its batch.
    BatchSequence(u64);
    /// Unix time in milliseconds, as agreed or as a clock says; never used for protocol timers.
    TimeMs(u64);
}

//! The words of the model: digests, votes, prepared certificates, and the bounds of one check.

/// How many validators: f = 1.
pub const VALIDATORS: usize = 4;
/// f + 1: one of them is honest.
pub const ONE_HONEST: usize = 2;
/// The most heights a model can have.
pub const HEIGHTS: usize = 3;
/// The most views a model can have.
pub const VIEWS: usize = 3;

/// A view, from 0.
pub type View = u8;
/// A height, from 1; 0 is genesis.
pub type Height = u8;
/// A validator, from 0.
pub type Index = u8;

/// What can be ordered at a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// The null request: it fills a gap.
    Null,
    /// A proposal.
    A,
    /// Another one.
    B,
    /// A third one.
    C,
    /// A fourth one.
    D,
}

impl Digest {
    /// Every digest.
    pub const ALL: [Self; 5] = [Self::Null, Self::A, Self::B, Self::C, Self::D];
}

/// A set of digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digests(u8);

impl Digests {
    /// The set of one.
    #[must_use]
    pub fn of(digest: Option<Digest>) -> Self {
        Self::default().with(digest)
    }

    /// With one more.
    #[must_use]
    pub fn with(self, digest: Option<Digest>) -> Self {
        Self(self.0 | digest.map_or(0, |digest| 1 << digest as u8))
    }

    /// Whether it is in.
    #[must_use]
    pub fn contains(self, digest: Digest) -> bool {
        self.0 & (1 << digest as u8) != 0
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, ascending.
    pub fn iter(self) -> impl Iterator<Item = Digest> {
        Digest::ALL.into_iter().filter(move |digest| self.contains(*digest))
    }
}

/// One thing for each height.
pub type PerHeight<T> = [T; HEIGHTS];
/// One thing for each (view, height).
pub type PerSlot<T> = [PerHeight<T>; VIEWS];

/// The place of a height (1 and up) in an array.
#[must_use]
pub fn at(height: Height) -> usize {
    usize::from(height).saturating_sub(1)
}

/// A prepared certificate: the slot's height is where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prepared {
    /// In this view.
    pub view: View,
    /// On this.
    pub digest: Digest,
}

/// A view change without its signature: its wish, and what must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewChange {
    /// Who signs it.
    pub signer: Index,
    /// The view wished for.
    pub view: View,
    /// The height of the stable checkpoint.
    pub stable: Height,
    /// Prepared certificates above it.
    pub prepared: PerHeight<Option<Prepared>>,
}

/// What of a protocol is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// A quorum is one less: two quorums may share only a liar.
    SmallQuorum,
    /// O takes the prepared certificate with the lowest view.
    LowestViewWins,
    /// After its view change a replica still prepares and commits in the old view.
    OldViewKept,
    /// View changes carry no prepared certificates.
    NothingCarried,
    /// A restart forgets the whole vote log.
    LogLost,
    /// A commit is logged without the certificate that made it prepared.
    CertificateNotLogged,
    /// Gaps of O are free for fresh proposals, and so is everything else in it.
    OrderIgnored,
}

/// The bounds of one check: everything inside them is explored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Heights 1 to this.
    pub heights: Height,
    /// Views 0 to this, exclusive.
    pub views: View,
    /// L: heights in (low, low+L] are voted on.
    pub window: u8,
    /// The liar, if any.
    pub byzantine: Option<Index>,
    /// At heights up to this a Byzantine primary makes two proposals, above only one.
    pub equivocates_to: Height,
    /// Whether blocks are executed and checkpointed.
    pub checkpoints: bool,
    /// Whether being prepared and committing are two steps, with crashes between.
    pub crashes: bool,
    /// What is broken.
    pub fault: Fault,
}

impl Bounds {
    /// ⌈(n+f+1)/2⌉ = 3, unless broken.
    #[must_use]
    pub fn quorum(&self) -> usize {
        if self.fault == Fault::SmallQuorum { 2 } else { 3 }
    }

    /// Who leads a view.
    #[must_use]
    pub const fn primary(view: View) -> Index {
        view % 4
    }

    /// Whether it is the liar.
    #[must_use]
    pub fn is_liar(&self, index: Index) -> bool {
        self.byzantine == Some(index)
    }

    /// All validators that keep to the rules.
    pub fn honest(&self) -> impl Iterator<Item = Index> + use<> {
        let byzantine = self.byzantine;
        (0..4).filter(move |index| Some(*index) != byzantine)
    }
}

//! What must hold in every state, and what must be possible in some.

use stateright::Property;

use crate::{
    order::Order,
    replica::Replica,
    rules::Evidence,
    soup::{Soup, State},
    terms::{Bounds, Digest, Digests, Height, View, at},
};

/// All properties that make sense within the bounds.
#[must_use]
pub fn properties(bounds: &Bounds) -> Vec<Property<Bounds>> {
    let mut all = vec![
        Property::always("agreement", |bounds, state| agreement(Soup { bounds, state })),
        Property::always("one certificate per slot", |bounds, state| one_certificate(Soup { bounds, state })),
        Property::always("one vote per slot", |bounds, state| !Soup { bounds, state }.has_double_vote()),
        Property::always("what is committed survives", |bounds, state| survives(Soup { bounds, state })),
        Property::always("a view change carries what was committed", carries),
        Property::always("O is well-formed", |bounds, state| well_formed(Soup { bounds, state })),
        Property::always("votes stay in the window", in_window),
        Property::sometimes("a view above 0 commits", |bounds, state| {
            commits_in_view_1(Soup { bounds, state }, |_, _| true)
        }),
        Property::sometimes("a prepared digest is ordered and committed again", |bounds, state| {
            commits_in_view_1(Soup { bounds, state }, |order, height| {
                order.digests[at(height)].is_some_and(|digest| digest != Digest::Null)
            })
        }),
        Property::sometimes("a fresh digest is committed in a new view", |bounds, state| {
            commits_in_view_1(Soup { bounds, state }, |order, height| height > order.hi)
        }),
    ];
    if bounds.heights > 1 && bounds.window > 1 {
        all.push(Property::sometimes("null fills a gap", |bounds, state| {
            commits_in_view_1(Soup { bounds, state }, |order, height| {
                order.digests[at(height)] == Some(Digest::Null)
            })
        }));
    }
    if bounds.checkpoints {
        all.push(Property::always("one block per height", one_block));
        all.push(Property::always("low is executed and certified", |bounds, state| {
            low_is_certified(Soup { bounds, state })
        }));
        all.push(Property::sometimes(
            "a view begins above a checkpoint",
            |bounds: &Bounds, state: &State| {
                bounds.honest().any(|index| state.replicas[usize::from(index)].order.lo > 0)
            },
        ));
        all.push(Property::sometimes("everything is certified", |bounds: &Bounds, state: &State| {
            bounds.honest().all(|index| state.replicas[usize::from(index)].low == bounds.heights)
        }));
    }
    if bounds.views > 2 {
        all.push(Property::sometimes("view 2 commits", |bounds, state| {
            let soup = Soup { bounds, state };
            Digest::ALL.iter().any(|digest| soup.is_chosen(2, 1, *digest))
        }));
    }
    all
}

fn honest<'s>(bounds: &'s Bounds, state: &'s State) -> impl Iterator<Item = &'s Replica> {
    bounds.honest().map(|index| &state.replicas[usize::from(index)])
}

/// No two digests are committed at one height, in whatever views.
fn agreement(soup: Soup<'_>) -> bool {
    (1..=soup.bounds.heights).all(|height| soup.chosen_below(soup.bounds.views, height).len() <= 1)
}

/// No two digests are prepared in one slot.
fn one_certificate(soup: Soup<'_>) -> bool {
    let prepared = |view: View, height: Height| {
        Digest::ALL.into_iter().filter(|digest| soup.is_prepared(view, height, *digest)).count()
    };
    (0..soup.bounds.views).all(|view| (1..=soup.bounds.heights).all(|height| prepared(view, height) <= 1))
}

/// A digest that q committed is ordered by every later view that begins, or lies beneath its lo.
fn survives(soup: Soup<'_>) -> bool {
    let keeps = |order: Order| {
        (order.lo + 1..=soup.bounds.heights).all(|height| {
            let chosen = soup.chosen_below(order.view, height);
            chosen.is_empty() || chosen == Digests::of(order.digests[at(height)])
        })
    };
    honest(soup.bounds, soup.state).all(|replica| keeps(replica.order))
}

/// What a replica committed in lower views is in its view change: it votes in none of them afterwards.
fn carries(bounds: &Bounds, state: &State) -> bool {
    honest(bounds, state).all(|replica| {
        replica.own.view_changes.iter().flatten().all(|change| {
            (0..change.view).zip(&replica.own.commits).all(|(view, commits)| {
                (change.stable + 1..=bounds.heights).all(|height| {
                    let carried = change.prepared[at(height)];
                    commits[at(height)].is_none() || carried.is_some_and(|carried| carried.view >= view)
                })
            })
        })
    })
}

/// One digest for each height in (lo, hi] and no other; hi is prepared; what is not null is proved by a
/// certificate of a lower view; lo is certified.
fn well_formed(soup: Soup<'_>) -> bool {
    let proved = |order: Order, height: Height, digest: Digest| {
        digest == Digest::Null && height < order.hi
            || (0..order.view).any(|view| soup.is_prepared(view, height, digest))
    };
    honest(soup.bounds, soup.state).all(|replica| {
        let order = replica.order;
        order.lo <= order.hi
            && (order.lo == 0 || soup.certified(order.lo).is_some())
            && (1..=soup.bounds.heights).all(|height| match order.digests[at(height)] {
                Some(digest) => height > order.lo && height <= order.hi && proved(order, height, digest),
                None => height <= order.lo || height > order.hi,
            })
    })
}

/// Nobody votes above low+L.
fn in_window(bounds: &Bounds, state: &State) -> bool {
    honest(bounds, state).all(|replica| {
        let own = &replica.own;
        let votes = own.pre_prepares.iter().chain(&own.prepares).chain(&own.commits);
        votes.into_iter().all(|of_view| {
            (replica.low + bounds.window + 1..=bounds.heights).all(|height| of_view[at(height)].is_none())
        })
    })
}

/// All who executed a height executed the same, and what q committed.
fn one_block(bounds: &Bounds, state: &State) -> bool {
    let soup = Soup { bounds, state };
    (1..=bounds.heights).all(|height| {
        let executed = honest(bounds, state).filter(|replica| replica.executed >= height);
        let blocks =
            executed.map(|replica| replica.decided[at(height)]).fold(Digests::default(), Digests::with);
        blocks.is_empty() || blocks == soup.chosen_below(bounds.views, height)
    })
}

/// Low never passes what is executed here and certified by q.
fn low_is_certified(soup: Soup<'_>) -> bool {
    honest(soup.bounds, soup.state).all(|replica| {
        replica.low <= replica.executed && (replica.low == 0 || soup.certified(replica.low).is_some())
    })
}

/// Something was committed in a view above 0, at a height of which its O says so.
fn commits_in_view_1(soup: Soup<'_>, says: impl Fn(&Order, Height) -> bool) -> bool {
    honest(soup.bounds, soup.state).any(|replica| {
        let order = replica.order;
        order.view > 0
            && (1..=soup.bounds.heights).any(|height| {
                says(&order, height)
                    && Digest::ALL.into_iter().any(|digest| soup.is_chosen(order.view, height, digest))
            })
    })
}

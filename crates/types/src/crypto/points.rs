//! The points of public keys, kept because accounts sign again: taking one apart costs as much as a third of
//! verifying a signature. What is kept is a pure function of the key, so nobody can tell, but by the time it takes,
//! whether it was.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use curve25519_dalek::{EdwardsPoint, edwards::CompressedEdwardsY};

use super::PublicKey;

/// Points of one generation, about 250 bytes each; there are two.
const GENERATION_MAX: usize = 16_384;

static KEPT: LazyLock<Mutex<Generations>> = LazyLock::new(Mutex::default);

/// When the young one is full it becomes the old one, and the old one is forgotten.
#[derive(Default)]
struct Generations {
    young: HashMap<PublicKey, EdwardsPoint>,
    old: HashMap<PublicKey, EdwardsPoint>,
}

/// The points of these keys, in order; `None` when one is no point. By the ZIP-215 rule an encoding that is not
/// canonical is good.
pub(super) fn of(keys: &[PublicKey]) -> Option<Vec<EdwardsPoint>> {
    let mut points: Vec<_> = {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter().map(|key| kept.young.get(key).or_else(|| kept.old.get(key)).copied()).collect()
    };
    let mut new = Vec::new();
    for (key, point) in keys.iter().zip(&mut points).filter(|(_, point)| point.is_none()) {
        let found = CompressedEdwardsY(*key.as_bytes()).decompress()?;
        *point = Some(found);
        new.push((*key, found));
    }
    if !new.is_empty() {
        keep(new);
    }
    points.into_iter().collect()
}

fn keep(new: Vec<(PublicKey, EdwardsPoint)>) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    for (key, point) in new {
        if kept.young.len() >= GENERATION_MAX {
            kept.old = std::mem::take(&mut kept.young);
        }
        kept.young.insert(key, point);
    }
}

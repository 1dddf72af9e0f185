//! Many signatures in one equation (Bernstein et al., "High-speed high-security signatures", section 5), with
//! the cofactor, so that the answer is that of one by one (ZIP-215):
//!
//! ```text
//! 8 · ( Σ zᵢRᵢ + Σ (zᵢkᵢ)Aᵢ − (Σ zᵢsᵢ)B ) = 0        kᵢ = SHA-512(Rᵢ ‖ Aᵢ ‖ messageᵢ), zᵢ random, 128 bits
//! ```
//! The terms of one key are added up first, and the points of keys are kept between calls.

use std::collections::HashMap;

use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::ED25519_BASEPOINT_POINT,
    edwards::CompressedEdwardsY,
    traits::{IsIdentity, VartimeMultiscalarMul},
};
use sha2::{Digest, Sha512};

use super::{SignedBytes, points};

/// Whether all are good.
pub(super) fn is_good(items: &[SignedBytes<'_>]) -> bool {
    sum(items).is_some_and(|sum| sum.mul_by_cofactor().is_identity())
}

/// The sum in the brackets; `None` when a key or R is no point, or s is not canonical.
fn sum(items: &[SignedBytes<'_>]) -> Option<EdwardsPoint> {
    let mut places = HashMap::with_capacity(items.len());
    let (mut keys, mut of_keys) = (Vec::new(), Vec::<Scalar>::new());
    let (mut scalars, mut points) = (Vec::new(), Vec::with_capacity(2 * items.len() + 1));
    let mut of_base = Scalar::ZERO;
    for item in items {
        let (r, s) = item.signature.as_bytes().split_first_chunk::<32>()?;
        points.push(CompressedEdwardsY(*r).decompress()?);
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let hash = Sha512::new().chain_update(r).chain_update(item.key.as_bytes()).chain_update(item.message);
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let z = Scalar::from(rand::random::<u128>());
        of_base -= z * s;
        scalars.push(z);
        let place = *places.entry(item.key).or_insert_with(|| {
            keys.push(item.key);
            of_keys.push(Scalar::ZERO);
            keys.len() - 1
        });
        of_keys[place] += z * k;
    }
    points.extend(points::of(&keys)?);
    points.push(ED25519_BASEPOINT_POINT);
    scalars.append(&mut of_keys);
    scalars.push(of_base);
    Some(EdwardsPoint::vartime_multiscalar_mul(&scalars, &points))
}

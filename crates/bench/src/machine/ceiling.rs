//! The signature ceiling: the rate at which a machine would do nothing but sign and verify.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use types::{
    SecretKey,
    crypto::{BadSignature, SignedBytes, verify_batch},
    hash::sha256,
};

/// Signatures that are verified together.
const BATCH: usize = 256;
/// Rounds of each measurement; the fastest counts, since others only add disturbance.
const ROUNDS: usize = 40;
/// Signatures that are made in one go: short enough that some go is not interrupted on a loaded machine.
const SIGN: usize = 16;

/// What a signature costs on one core of this machine now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignatureCosts {
    /// To sign one transaction.
    pub sign_us: f64,
    /// To verify one among 256.
    pub verify_us: f64,
}

impl SignatureCosts {
    /// Measures, in some tenths of a second.
    ///
    /// # Errors
    /// [`BadSignature`]: never, by the rule.
    pub fn measure() -> Result<Self, BadSignature> {
        let keys: Vec<_> = (0..BATCH as u64)
            .map(|i| SecretKey::from_seed(&sha256("bench.key", &[&i.to_le_bytes()])))
            .collect();
        // About as long as a transfer.
        let messages: Vec<Vec<u8>> = (0..BATCH).map(|i| i.to_le_bytes().repeat(30)).collect();
        let signatures: Vec<_> = keys.iter().zip(&messages).map(|(key, text)| key.sign(text)).collect();
        let items: Vec<_> = keys
            .iter()
            .zip(&signatures)
            .zip(&messages)
            .map(|((key, signature), message)| SignedBytes {
                key: key.public_key(),
                signature: *signature,
                message,
            })
            .collect();
        let (mut signing, mut verifying) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for (key, text) in keys.iter().zip(&messages).take(SIGN) {
                std::hint::black_box(key.sign(text));
            }
            signing = signing.min(start.elapsed());
            let start = Instant::now();
            verify_batch(&items)?;
            verifying = verifying.min(start.elapsed());
        }
        let each = |time: Duration, count: usize| time.as_secs_f64() * 1e6 / count as f64;
        Ok(Self { sign_us: each(signing, SIGN), verify_us: each(verifying, BATCH) })
    }
}

/// Transactions per second of `validators` and their clients on `cores`, were signatures all there is.
#[must_use]
pub fn ceiling_tps(cores: usize, validators: usize, costs: SignatureCosts) -> f64 {
    cores as f64 * 1e6 / (validators as f64 * costs.verify_us + costs.sign_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_is_that_of_the_design() {
        let costs = SignatureCosts { sign_us: 13.5, verify_us: 11.3 };
        let ceiling = ceiling_tps(2, 4, costs);
        assert!((34_000.0..34_200.0).contains(&ceiling), "{ceiling}");
    }

    #[test]
    fn signatures_cost_something() {
        let costs = SignatureCosts::measure().expect("all good");
        assert!(costs.sign_us > 0.5 && costs.verify_us > 0.5, "{costs:?}");
    }
}

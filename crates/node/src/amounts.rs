//! Amounts as people write them: `12.50` of an asset with two decimals is 1250 minor units.

use types::Amount;

/// A text that is no amount of the asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an amount such as {example} with at most {decimals} digits after the point, up to 2^128-1 minor units, found {found:?}"
)]
pub struct AmountTextError {
    /// A good one.
    pub example: String,
    /// The asset's decimals.
    pub decimals: u8,
    /// The text.
    pub found: String,
}

/// Minor units of a decimal text. No sign, exponent or grouping.
///
/// # Errors
/// [`AmountTextError`].
pub fn parse_amount(text: &str, decimals: u8) -> Result<Amount, AmountTextError> {
    let error = || AmountTextError {
        example: format_amount(Amount::new(1250), decimals),
        decimals,
        found: text.chars().take(80).collect(),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let dangling = text.ends_with('.');
    if whole.is_empty() || !digits(whole) || !digits(fraction) || dangling {
        return Err(error());
    }
    let missing = usize::from(decimals).checked_sub(fraction.len()).ok_or_else(error)?;
    let units = format!("{whole}{fraction}{}", "0".repeat(missing));
    let significant = units.trim_start_matches('0');
    if significant.is_empty() { Ok(Amount::ZERO) } else { significant.parse().map_err(|_| error()) }
}

/// The decimal text of minor units, always with all decimals.
#[must_use]
pub fn format_amount(amount: Amount, decimals: u8) -> String {
    let width = usize::from(decimals);
    let digits = format!("{:0>1$}", amount.get(), width + 1);
    let (whole, fraction) = digits.split_at(digits.len() - width);
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_texts_become_minor_units() {
        for (text, decimals, units) in [
            ("12.50", 2, 1250),
            ("12.5", 2, 1250),
            ("12", 2, 1200),
            ("0.01", 2, 1),
            ("0", 2, 0),
            ("007", 0, 7),
            ("340282366920938463463374607431768211455", 0, u128::MAX),
            ("340282366920938463463.374607431768211455", 18, u128::MAX),
        ] {
            assert_eq!(parse_amount(text, decimals), Ok(Amount::new(units)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for (text, decimals) in [
            ("", 2),
            (".5", 2),
            ("5.", 2),
            ("1.234", 2),
            ("1.0", 0),
            ("-1", 2),
            ("+1", 2),
            ("1e3", 2),
            ("1,000", 2),
            ("1 000", 2),
            ("٣", 2),
            ("340282366920938463463374607431768211456", 0),
            ("340282366920938463463374607431768211455", 1),
        ] {
            assert!(parse_amount(text, decimals).is_err(), "{text} with {decimals}");
        }
    }

    #[test]
    fn shown_with_all_decimals() {
        assert_eq!(format_amount(Amount::new(5), 2), "0.05");
        assert_eq!(format_amount(Amount::new(1250), 2), "12.50");
        assert_eq!(format_amount(Amount::new(7), 0), "7");
    }
}

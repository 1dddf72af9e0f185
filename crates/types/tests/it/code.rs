//! The registry of codes: distinct, append-only, and documented.

use std::collections::BTreeSet;

use types::{Code, code::CodeKind, codec};

/// What is promised to scripts: never changed, only added to.
const PUBLISHED: &[(u16, &str)] = &[
    (0, "committed"),
    (1, "malformed"),
    (2, "wrong_chain"),
    (3, "bad_signature"),
    (4, "too_large"),
    (5, "lifetime_too_long"),
    (6, "too_many"),
    (20, "expired"),
    (21, "quota_exceeded"),
    (22, "overloaded"),
    (23, "unavailable"),
    (40, "unauthorised"),
    (41, "unknown_account"),
    (42, "unknown_member"),
    (43, "unknown_asset"),
    (44, "unknown_lock"),
    (45, "account_suspended"),
    (46, "account_frozen"),
    (47, "not_permitted"),
    (48, "already_exists"),
    (49, "insufficient_funds"),
    (50, "amount_overflow"),
    (51, "zero_amount"),
    (52, "holder_not_allowed"),
    (53, "lock_time"),
    (54, "wrong_preimage"),
    (55, "invalid_keys"),
    (56, "invalid_name"),
    (57, "too_many_long_lived"),
    (58, "not_yet_valid"),
    (59, "invalid_argument"),
    (60, "unknown_validator"),
    (61, "change_pending"),
    (62, "rejoin_too_soon"),
    (63, "vote_log_in_use"),
];

#[test]
fn published_codes_keep_their_numbers_and_names() {
    for (number, name) in PUBLISHED {
        let code = Code::from_number(*number).unwrap();
        assert_eq!((code.number(), code.name()), (*number, *name));
        assert_eq!(name.parse(), Ok(code));
        assert_eq!(codec::encode(&code), number.to_le_bytes());
        assert_eq!(codec::decode::<Code>(&number.to_le_bytes()), Ok(code));
        assert_eq!(serde_json::to_value(code).unwrap(), *name);
    }
    let all = Code::ALL;
    assert!(all.windows(2).all(|pair| pair[0].number() < pair[1].number()), "ascending and distinct");
    assert_eq!(all.iter().map(|code| code.name()).collect::<BTreeSet<_>>().len(), all.len());
    assert!(codec::decode::<Code>(&999u16.to_le_bytes()).is_err());
    assert!("Committed".parse::<Code>().is_err());
}

#[test]
fn every_code_stands_in_the_document_in_its_section() {
    let document = include_str!("../../../../docs/codes.md");
    for code in Code::ALL {
        let row = format!("| {} | `{}` |", code.number(), code.name());
        assert_eq!(document.matches(&row).count(), 1, "docs/codes.md needs one row starting {row}");
        let before = &document[..document.find(&row).unwrap()];
        let section = before.rsplit("\n## ").next().unwrap().lines().next().unwrap();
        let expected = match code.kind() {
            CodeKind::Success => "Success",
            CodeKind::Final => "Final refusals",
            CodeKind::Retryable => "Retryable refusals",
            CodeKind::Failure => "Failures in a block",
        };
        assert_eq!(section, expected, "{code}");
        assert_eq!(code.is_retryable(), matches!(code.kind(), CodeKind::Retryable | CodeKind::Failure));
    }
    let rows = document.lines().filter(|line| line.starts_with("| ") && line.contains(" | `")).count();
    assert_eq!(rows, Code::ALL.len(), "the document names a code that does not exist");
}

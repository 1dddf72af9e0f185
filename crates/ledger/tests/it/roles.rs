//! The table of roles is what `hanse roles --json` prints.

use std::collections::BTreeSet;

use ledger::{Consent, roles_table};
use types::{AccountStatus, Code};

#[test]
fn every_operation_has_a_rule_and_every_rule_an_operation() {
    let named: BTreeSet<_> = roles_table().iter().map(|rule| rule.operation).collect();
    let expected = [
        "asset.create",
        "asset.issue",
        "asset.lock",
        "asset.redeem",
        "asset.set_holder",
        "asset.transfer",
        "asset.unlock",
        "identity.register_account",
        "identity.register_member",
        "identity.rotate_keys",
        "identity.set_roles",
        "identity.set_status",
        "validator.rejoin",
    ];
    assert_eq!(named.into_iter().collect::<Vec<_>>(), expected);
    for rule in roles_table() {
        let is_of_account = rule.operation != "validator.rejoin";
        assert_eq!(rule.consent.contains(&Consent::Source), is_of_account, "{}", rule.operation);
        assert_eq!(rule.consent.contains(&Consent::ValidatorKey), !is_of_account, "{}", rule.operation);
        assert_eq!(
            rule.refused_when.contains(&AccountStatus::Suspended),
            is_of_account,
            "{}",
            rule.operation
        );
        assert!(rule.codes.contains(&Code::Unauthorised), "{}", rule.operation);
        let distinct: BTreeSet<_> = rule.codes.iter().collect();
        assert_eq!(distinct.len(), rule.codes.len(), "{}", rule.operation);
    }
}

//! Transfer policies: allow-lists bind receivers, approval binds the issuer.

use types::{AccountId, Code, Operation};

use super::support::{World, asset, id, transfer};

fn set_holder(source: &str, name: &str, account: &str, allowed: bool) -> Operation {
    Operation::SetHolder { source: id(source), asset: asset(name), account: id(account), allowed }
}

#[test]
fn policies_bind_receivers_and_issuers() {
    let mut world = World::new();
    let (alice, issuer) = (&["alpha/alice"], &["alpha/issuer"]);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "SEC", 1), alice), Code::HolderNotAllowed);
    assert_eq!(world.code(set_holder("alpha/alice", "SEC", "beta/bob", true), alice), Code::NotPermitted);
    assert_eq!(world.code(set_holder("alpha/issuer", "NONE", "beta/bob", true), issuer), Code::UnknownAsset);
    let nobody = Operation::SetHolder {
        source: id("alpha/issuer"),
        asset: asset("SEC"),
        account: AccountId::new([1; 32]),
        allowed: true,
    };
    assert_eq!(world.code(nobody, issuer), Code::UnknownAccount);
    assert_eq!(world.code(set_holder("alpha/issuer", "SEC", "beta/bob", true), issuer), Code::Committed);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "SEC", 1), alice), Code::Committed);
    assert_eq!(world.code(transfer("alpha/alice", "alpha/issuer", "SEC", 1), alice), Code::Committed);
    assert_eq!(world.code(set_holder("alpha/issuer", "SEC", "beta/bob", false), issuer), Code::Committed);
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "SEC", 1), alice), Code::HolderNotAllowed);

    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "PE", 1), alice), Code::Unauthorised);
    let both = &["alpha/alice", "alpha/issuer"];
    assert_eq!(world.code(transfer("alpha/alice", "beta/bob", "PE", 1), both), Code::Committed);
}

//! Four homes that never exchange a private key found a network, and it runs.

use e2e::{founders::Founders, hanse};

#[test]
fn n4f1_four_homes_found_a_network() {
    let mut founders = Founders::new(4);
    let cards: Vec<String> = (0..4).map(|home| founders.card(home)).collect();
    let draft = founders.file("draft.json");
    let mut create = vec!["genesis", "create", "--network", "clearing", "--out", &draft];
    for card in &cards {
        create.extend(["--card", card]);
    }
    let created = hanse(&create);
    assert_eq!(created.code, 0, "{created:?}");

    // Without every approval nobody starts.
    founders.place(&draft);
    let early = hanse(&["start", "--home", &founders.home(0)]);
    assert_eq!(early.code, 11, "{early:?}");

    let approved: Vec<String> = (0..4).map(|home| founders.approve(home, &draft)).collect();
    let genesis = founders.file("genesis.json");
    let mut merge = vec!["genesis", "merge", "--out", &genesis];
    merge.extend(approved.iter().map(String::as_str));
    let merged = hanse(&merge);
    assert_eq!(merged.code, 0, "{merged:?}");
    let checked = hanse(&["genesis", "check", &genesis, "--home", &founders.home(2)]);
    assert_eq!(checked.code, 0, "{checked:?}");

    founders.place(&genesis);
    founders.start();
    let key = format!("{}/keys/admin.key", founders.home(1));
    let endpoint = founders.endpoint(3);
    let answer = hanse(&[
        "tx",
        "create-asset",
        "--name",
        "BOND",
        "--decimals",
        "0",
        "--policy",
        "open",
        "--from",
        "member1/admin",
        "--key",
        &key,
        "--endpoint",
        &endpoint,
        "--genesis",
        &genesis,
        "--wait",
    ]);
    // A founder's admin is no issuer: the network answers with the code, which proves that it runs.
    assert_eq!((answer.code, answer.json["code"].as_str()), (31, Some("not_permitted")), "{answer:?}");
}

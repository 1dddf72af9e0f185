//! `hanse testnet`: complete homes, an approved genesis, funded accounts.

use std::{fs, os::unix::fs::PermissionsExt as _};

use node::{ceremony::load_genesis, home::Home, keys::load_key_file, testnet};
use types::{Amount, Role};

use crate::run::{bad, good, hanse, text};

#[test]
fn the_layout_is_the_contracts() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("net");
    let made = good(&[
        "testnet",
        "--validators",
        "4",
        "--output",
        text(&out),
        "--observers",
        "1",
        "--base-port",
        "30000",
        "--param",
        "window=32",
    ]);
    let genesis = load_genesis(&out.join("genesis.json")).expect("approved by all");
    assert_eq!(made["chain_id"], genesis.chain_id().to_string());
    assert_eq!(genesis.parameters.window, 32);
    assert_eq!(genesis.validators.len(), 4);
    for i in 0..5 {
        let home = Home::new(out.join(format!("node{i}")));
        let config = home.config().expect("good settings");
        assert_eq!(config.p2p.listen.port(), 30000 + 10 * i);
        assert_eq!(config.api.grpc.port(), 30001 + 10 * i);
        assert_eq!(config.api.http.port(), 30002 + 10 * i);
        assert!(config.api.grpc.ip().is_loopback() && config.api.explorer && !config.api.insecure);
        assert_eq!(
            fs::read(home.genesis_file()).expect("copy"),
            fs::read(out.join("genesis.json")).expect("genesis")
        );
        let node_key = home.node_key(&config).expect("node key").public_key();
        if i == 4 {
            assert_eq!(config.peers.len(), 4);
            assert!(
                !home.vote_log_id_file().exists() && !home.directory().join("keys/validator.key").exists()
            );
            let zero = Home::new(out.join("node0")).config().expect("settings");
            assert_eq!(zero.observers.get("node4"), Some(&node_key));
            continue;
        }
        assert_eq!(config.peers.len(), 3);
        let validator = &genesis.validators[usize::from(i)];
        assert_eq!(validator.name, config.node.name);
        assert_eq!(validator.node_key, node_key);
        assert_eq!(validator.consensus_key, home.validator_key(&config).expect("key").public_key());
        assert_eq!(validator.vote_log, home.vote_log_id().expect("id"));
        let id = fs::read_to_string(home.vote_log_id_file()).expect("id file");
        assert_eq!(id, format!("{}\n", validator.vote_log));
        let mode = fs::metadata(home.directory().join("keys")).expect("keys").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        good(&["config", "check", "--home", text(home.directory())]);
    }
}

#[test]
fn the_accounts_are_funded_and_have_their_roles() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("net");
    good(&["testnet", "--validators", "3", "--output", text(&out)]);
    let genesis = load_genesis(&out.join("genesis.json")).expect("approved by all");
    assert_eq!(genesis.accounts.len(), testnet::ACCOUNTS);
    let asset = &genesis.assets[0];
    assert_eq!((asset.name.as_str(), asset.decimals, asset.issuer.as_str()), ("TEST", 2, "member0/account0"));
    for (i, account) in genesis.accounts.iter().enumerate() {
        assert_eq!(account.full_name(), format!("member{}/account{i}", i % 3));
        assert_eq!(account.roles.contains(&Role::Issuer), i == 0);
        assert_eq!(account.roles.contains(&Role::Regulator), i == 1);
        assert_eq!(account.roles.contains(&Role::Admin), i < 3);
        assert_eq!(asset.holdings.get(&account.full_name()), Some(&Amount::new(100_000_000_000)));
        let file = out.join(format!("accounts/account{i}.key"));
        let key = load_key_file(&file, None).expect("key").public_key();
        assert_eq!(account.keys.keys[0].public_key, key);
        let card = testnet::read_account_card(&file, &key).expect("readable").expect("there");
        assert_eq!(
            (card.id, card.member, card.name),
            (account.id(), account.member.clone(), account.name.clone())
        );
    }
}

#[test]
fn hosts_and_containers_get_equal_ports() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("hosts");
    good(&["testnet", "--validators", "2", "--output", text(&out), "--hosts", "a.example,10.0.0.2"]);
    for (i, host) in ["a.example", "10.0.0.2"].iter().enumerate() {
        let config = Home::new(out.join(format!("node{i}"))).config().expect("good settings");
        assert_eq!(config.p2p.address, format!("{host}:26600"));
        assert_eq!(config.api.grpc.to_string(), "0.0.0.0:26601");
        assert!(config.api.insecure, "said in the file, since it is plaintext");
    }
    let out = dir.path().join("compose");
    good(&["testnet", "--validators", "2", "--output", text(&out), "--compose"]);
    let compose = fs::read_to_string(out.join("compose.yaml")).expect("compose.yaml");
    assert!(compose.contains("127.0.0.1:26611:26601"), "{compose}");
}

#[test]
fn impossible_plans_are_usage_errors_and_nothing_is_overwritten() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("net");
    let with = |more: &[&str]| {
        let mut arguments = vec!["testnet", "--output", text(&out)];
        arguments.extend(more);
        bad(&arguments, 2)
    };
    with(&["--validators", "0"]);
    with(&["--validators", "2", "--hosts", "one"]);
    with(&["--validators", "2", "--hosts", "a b,c"]);
    with(&["--validators", "4", "--base-port", "65530"]);
    let message =
        with(&["--validators", "1", "--param", "windw=1", "--param", "window=x", "--param", "window=1"]);
    assert_eq!(message.lines().count(), 3, "all at once: {message}");
    assert!(!out.exists(), "nothing is written for a plan that cannot be");
    good(&["testnet", "--validators", "1", "--output", text(&out)]);
    let before = fs::read(out.join("genesis.json")).expect("genesis");
    bad(&["testnet", "--validators", "1", "--output", text(&out)], 1);
    assert_eq!(fs::read(out.join("genesis.json")).expect("genesis"), before);
}

#[test]
fn start_refuses_a_genesis_without_approvals() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("net");
    good(&["testnet", "--validators", "1", "--output", text(&out)]);
    let home = Home::new(out.join("node0"));
    let mut genesis = home.genesis().expect("approved");
    genesis.approvals.clear();
    fs::write(home.genesis_file(), serde_json::to_string(&genesis).expect("JSON")).expect("written");
    let ran = hanse(&["start", "--home", text(home.directory())]);
    assert_eq!(ran.code, 11, "{}", ran.stderr);
    assert!(ran.stderr.contains("member0 has not approved"), "{}", ran.stderr);
}

#[test]
fn start_refuses_an_open_key_and_a_bad_configuration() {
    let dir = tempfile::tempdir().expect("a directory");
    let out = dir.path().join("net");
    good(&["testnet", "--validators", "1", "--output", text(&out)]);
    let home = Home::new(out.join("node0"));
    let key = home.directory().join("keys/validator.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("chmod");
    let ran = hanse(&["start", "--home", text(home.directory())]);
    assert_eq!(ran.code, 16, "{}", ran.stderr);
    fs::write(home.config_file(), "[node]\nnam = 1\n").expect("written");
    let ran = hanse(&["start", "--home", text(home.directory())]);
    assert_eq!(ran.code, 10, "{}", ran.stderr);
    assert!(ran.stderr.contains("config.toml:2: node.nam"), "{}", ran.stderr);
}

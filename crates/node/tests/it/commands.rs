//! Exit codes and JSON of commands that need no network.

use std::fs;

use crate::run::{bad, good, hanse, hanse_with, json, text};

#[test]
fn usage_errors_end_with_two_also_in_json() {
    for arguments in [
        &["nonsense"][..],
        &["keygen"],
        &["testnet", "--validators", "x", "--output", "d"],
        &["tx", "transfer", "--to", "a", "--asset", "T", "--amount", "1"],
        &["tx", "lock", "--valid-for", "60"],
        &["query", "block", "--height", "high", "--endpoint", "no url"],
        &["devnet", "--load", "NaN"],
    ] {
        assert_eq!(hanse(arguments).code, 2, "{arguments:?}");
        bad(arguments, 2);
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [&["--help"][..], &["--version"], &["tx", "--help"], &["genesis", "create", "--help"]] {
        let ran = hanse(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}");
        assert!(!ran.stdout.is_empty());
    }
    let version = good(&["version"]);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(version["rules_supported"], serde_json::json!([1]));
}

#[test]
fn roles_are_a_table_of_rules() {
    let roles = good(&["roles"]);
    let rules = roles["rules"].as_array().expect("rules");
    let transfer = rules.iter().find(|rule| rule["operation"] == "asset.transfer").expect("transfer");
    assert_eq!(transfer["role"], serde_json::Value::Null);
    assert!(transfer["codes"].as_array().expect("codes").contains(&"insufficient_funds".into()));
    assert!(hanse(&["roles"]).stdout.contains("asset.transfer"));
}

/// A port that nobody listens on: taken from the system and given back.
#[test]
fn nobody_there_is_exit_code_three() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("address"));
    drop(listener);
    bad(&["status", "--endpoint", &endpoint], 3);
    bad(&["query", "block", "--endpoint", &endpoint], 3);
    let ran = hanse_with(&["query", "params", "--json"], &[("HANSECTL_ENDPOINT", &endpoint)]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stdout.contains("\"unreachable\""), "{}", ran.stdout);
}

#[test]
fn config_check_lists_every_problem() {
    let dir = tempfile::tempdir().expect("a directory");
    let home = dir.path().join("home");
    good(&["init", "--home", text(&home), "--member", "m", "--address", "h:26600"]);
    let checked = good(&["config", "check", "--home", text(&home)]);
    assert_eq!(checked["ok"], true);
    fs::write(home.join("config.toml"), "[node]\nname = 1\n[api]\nhttp = \"0.0.0.0:1\"\n").expect("written");
    let (code, object) = json(&["config", "check", "--home", text(&home)]);
    assert_eq!(code, 10);
    let problems = object["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 2, "{object}");
    for field in ["file", "line", "key", "expected", "found", "cure"] {
        assert!(!problems[0][field].is_null(), "{field} of {object}");
    }
    let words = hanse(&["config", "check", "--home", text(&home)]);
    assert_eq!(words.code, 10);
    assert!(words.stdout.contains("config.toml:4: api.http"), "{}", words.stdout);
    bad(&["config", "check", "--home", text(&dir.path().join("none"))], 10);
}

#[test]
fn init_makes_a_careful_home() {
    let dir = tempfile::tempdir().expect("a directory");
    let home = node::home::Home::new(dir.path().join("home"));
    let made =
        good(&["init", "--home", text(home.directory()), "--member", "m", "--address", "example.org:7000"]);
    let config = home.config().expect("settings");
    assert!(config.api.http.ip().is_loopback() && config.api.grpc.ip().is_loopback() && !config.api.explorer);
    assert_eq!(
        (config.p2p.listen.port(), config.api.grpc.port(), config.api.http.port()),
        (7000, 7001, 7002)
    );
    assert_eq!(made["vote_log"], home.vote_log_id().expect("id").to_string());
    bad(&["init", "--home", text(&dir.path().join("x")), "--member", "No", "--address", "h:1"], 2);
    bad(&["init", "--home", text(&dir.path().join("x")), "--member", "m", "--address", "h"], 2);
    assert!(!dir.path().join("x").exists());
}

//! Settings: the sample, every kind of problem, overrides.

use node::config::{self, Config, ConfigProblem, SETTINGS};

fn parse(text: &str) -> Result<Config, Vec<ConfigProblem>> {
    config::parse(text, "config.toml", std::iter::empty())
}

fn with(variables: &[(&str, &str)]) -> Result<Config, Vec<ConfigProblem>> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    config::parse("", "config.toml", variables)
}

/// The file in the repository is the generated one and says the defaults.
#[test]
fn the_sample_is_the_defaults() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/config.toml");
    let text = std::fs::read_to_string(path).expect("config/config.toml");
    assert_eq!(text, config::sample(), "write it again: hanse config sample > config/config.toml");
    assert_eq!(parse(&text), parse(""));
    assert_eq!(parse(&text), Config::defaults());
    for setting in SETTINGS {
        assert!(text.contains(&format!("\n{} = {}\n", setting.key, setting.default)), "{}", setting.key);
    }
}

#[test]
fn each_problem_names_line_key_and_cure() {
    let cases: &[(&str, usize, &str, &str)] = &[
        ("[node]\nname = \"Upper\"\n", 2, "node.name", "1 to 64 of a-z"),
        ("[node]\nname = 7\n", 2, "node.name", "a name in quotes"),
        ("[node]\n\nrole = \"leader\"\n", 3, "node.role", "\"validator\" or \"observer\""),
        ("[node]\nnane = \"a\"\n", 2, "node.nane", "a setting of this release"),
        ("[api]\nlisten = \"127.0.0.1:1\"\n", 2, "api.listen", "a setting of this release"),
        ("[wallet]\na = 1\n", 1, "wallet", "a section of this release"),
        ("node = 1\n", 1, "node", "a table"),
        ("[p2p]\nlisten = \"26600\"\n", 2, "p2p.listen", "IP:PORT"),
        ("[p2p]\naddress = \"host\"\n", 2, "p2p.address", "HOST:PORT"),
        (
            "[p2p]\npending_connections_max = 0\n",
            2,
            "p2p.pending_connections_max",
            "a whole number from 4 to",
        ),
        (
            "[p2p]\npending_connections_max = -5\n",
            2,
            "p2p.pending_connections_max",
            "a whole number from 4 to",
        ),
        ("[p2p]\npending_connections_max = 1.5\n", 2, "p2p.pending_connections_max", "a whole number"),
        ("[api]\nexplorer = \"yes\"\n", 2, "api.explorer", "true or false"),
        ("[api]\ngrpc = \"0.0.0.0:26601\"\n", 2, "api.grpc", "a loopback address"),
        ("[api]\nhttp = \"10.0.0.1:26602\"\n", 2, "api.http", "a loopback address"),
        ("[api]\nhttp = \"127.0.0.1:26601\"\n", 2, "api.http", "a port that api.grpc does not use"),
        ("[keys]\nnode = \"pkcs11:token\"\n", 2, "keys.node", "reserved"),
        ("[keys]\nnode = \"credential:../x\"\n", 2, "keys.node", "without '/'"),
        ("[keys]\nnode = \"\"\n", 2, "keys.node", "a path"),
        ("[peers]\nnode1 = \"10.0.0.5\"\n", 2, "peers.node1", "HOST:PORT"),
        ("[peers]\n\"a b\" = \"10.0.0.5:1\"\n", 2, "peers.a b", "a node's name"),
        ("[observers]\no = \"00\"\n", 2, "observers.o", "64 hexadecimal digits"),
        (
            "[observers]\no = \"0000000000000000000000000000000000000000000000000000000000000000\"\n",
            2,
            "observers.o",
            "a node key",
        ),
        ("[log]\nformat = \"xml\"\n", 2, "log.format", "\"text\" or \"json\""),
        ("[log]\nfilter = [\"info\"]\n", 2, "log.filter", "a text"),
        ("[node\nname = \"a\"\n", 1, "toml", ""),
    ];
    for (text, line, key, expected) in cases {
        let problems = parse(text).expect_err(text);
        let found = problems.iter().find(|problem| problem.key == *key);
        let problem = found.unwrap_or_else(|| panic!("{text:?}: no problem with {key} in {problems:?}"));
        assert_eq!(problem.line, Some(*line), "{text:?}: {problem}");
        assert!(problem.expected.contains(expected), "{text:?}: {problem}");
        assert!(!problem.cure.is_empty(), "{problem}");
        assert_eq!(problem.file, "config.toml");
    }
}

#[test]
fn a_misplaced_setting_is_told_where_it_belongs() {
    let problems = parse("[node]\nexplorer = true\n").expect_err("misplaced");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].cure, "move it to [api]");
}

/// One reading is enough to mend it all.
#[test]
fn all_problems_are_reported_at_once() {
    let text =
        "[node]\nname = 1\nrole = \"x\"\n[api]\ngrpc = \"0.0.0.0:1\"\nnonsense = 1\n[peers]\na = \"b\"\n";
    let problems = parse(text).expect_err("five problems");
    let keys: Vec<_> = problems.iter().map(|problem| (problem.line, problem.key.as_str())).collect();
    assert_eq!(
        keys,
        [
            (Some(2), "node.name"),
            (Some(3), "node.role"),
            (Some(5), "api.grpc"),
            (Some(6), "api.nonsense"),
            (Some(8), "peers.a"),
        ]
    );
    let failure = config::problems_to_failure(&problems);
    assert_eq!(failure.exit.number(), 10);
    assert_eq!(failure.message.lines().count(), 5);
    assert!(failure.message.starts_with("config.toml:2: node.name: expected "), "{}", failure.message);
}

#[test]
fn plaintext_beyond_loopback_must_be_asked_for() {
    assert!(parse("[api]\ngrpc = \"[::1]:5\"\n").is_ok());
    assert!(parse("[api]\ngrpc = \"0.0.0.0:5\"\n").is_err());
    assert!(parse("[api]\ngrpc = \"0.0.0.0:5\"\ninsecure = true\n").is_ok());
}

#[test]
fn the_environment_overrides_and_is_checked_alike() {
    let config = with(&[
        ("HANSE_NODE__NAME", "from-env"),
        ("HANSE_API__EXPLORER", "true"),
        ("HANSE_API__STREAMS_MAX", "9"),
        ("HANSE_PEERS__NODE7", "h:1"),
        ("HANSE_COMMIT", "ignored: no double underscore"),
        ("PATH", "ignored"),
    ])
    .expect("good overrides");
    assert_eq!(config.node.name, "from-env");
    assert!(config.api.explorer);
    assert_eq!(config.api.streams_max, 9);
    assert_eq!(config.peers.get("node7").map(String::as_str), Some("h:1"));

    let problems = with(&[
        ("HANSE_API__STREAMS_MAX", "many"),
        ("HANSE_API__GRCP", "127.0.0.1:1"),
        ("HANSE_NODE__EXPLORER", "true"),
    ])
    .expect_err("three problems");
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.file == "environment"), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.cure.contains("HANSE_API__EXPLORER")), "{problems:?}");
}

/// An override is judged together with the file: the relation between the two counts.
#[test]
fn relations_hold_between_file_and_environment() {
    let variables = [("HANSE_API__INSECURE".to_owned(), "true".to_owned())];
    let text = "[api]\ngrpc = \"0.0.0.0:5\"\n";
    assert!(config::parse(text, "f", variables.into_iter()).is_ok());
}

#[test]
fn a_file_that_was_cut_off_is_not_a_configuration() {
    let whole = config::sample();
    assert_eq!(config::missing(&whole, "config.toml"), []);
    let keys: Vec<_> = config::missing("", "config.toml").into_iter().map(|problem| problem.key).collect();
    assert_eq!(keys, ["node.name", "node.member", "p2p.listen", "api.grpc", "api.http"]);
    let cut = &whole[..whole.find("[p2p]").unwrap()];
    let keys: Vec<_> = config::missing(cut, "config.toml").into_iter().map(|problem| problem.key).collect();
    assert_eq!(keys, ["p2p.listen", "api.grpc", "api.http"]);
}

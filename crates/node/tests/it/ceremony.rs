//! The genesis ceremony through the command line: four homes that share nothing but cards and the genesis.

use std::{
    fs,
    path::{Path, PathBuf},
};

use node::{ceremony, home::Home, keys::load_key_file};
use serde_json::Value;
use tempfile::TempDir;
use types::Genesis;

use crate::run::{bad, good, hanse, json, text};

const MEMBERS: [&str; 4] = ["alba", "bosch", "cern", "delft"];

struct Ceremony {
    dir: TempDir,
}

impl Ceremony {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Four homes and their cards.
    fn with_cards() -> Self {
        let this = Self { dir: tempfile::tempdir().expect("a directory") };
        for (i, member) in MEMBERS.iter().enumerate() {
            let home = this.path(member);
            let address = format!("10.0.0.{i}:26600");
            good(&[
                "init",
                "--home",
                text(&home),
                "--member",
                member,
                "--address",
                &address,
                "--contact",
                "ops",
            ]);
            let card = this.path(&format!("{member}.card"));
            good(&["genesis", "card", "--home", text(&home), "--out", text(&card)]);
        }
        this
    }

    fn create(&self, order: [usize; 4], out: &str) -> Value {
        let cards: Vec<_> = order.iter().map(|i| self.path(&format!("{}.card", MEMBERS[*i]))).collect();
        let out = self.path(out);
        let mut arguments = vec!["genesis", "create", "--network", "hansa"];
        for card in &cards {
            arguments.extend(["--card", text(card)]);
        }
        arguments.extend([
            "--asset",
            "EUR:2:alba/admin",
            "--param",
            "view_timeout_ms=1500",
            "--out",
            text(&out),
        ]);
        good(&arguments)
    }

    fn key(&self, member: &str, name: &str) -> PathBuf {
        self.path(member).join(format!("keys/{name}.key"))
    }
}

fn read(path: &Path) -> Genesis {
    serde_json::from_slice(&fs::read(path).expect("read")).expect("a genesis")
}

#[test]
fn four_members_agree_without_sharing_a_key() {
    let c = Ceremony::with_cards();
    let made = c.create([2, 0, 3, 1], "genesis.json");
    assert_eq!(made["missing_approvals"].as_array().map(Vec::len), Some(4), "{made}");
    assert_eq!(made["peers"]["cern"], "10.0.0.2:26600");
    let file = c.path("genesis.json");
    let names: Vec<_> = read(&file).validators.iter().map(|v| v.name.clone()).collect();
    assert_eq!(names, MEMBERS, "sorted, whatever the order of the cards");
    assert_eq!(read(&file).parameters.view_timeout_ms, 1500);

    // Nobody may start it yet.
    assert_eq!(ceremony::load_genesis(&file).expect_err("no approvals").exit.number(), 11);
    // Two approve one after the other, two apart; the copies are joined.
    let (a, b, d) = (c.path("a.json"), c.path("b.json"), c.path("d.json"));
    let approve = |from: &Path, key: &Path, to: &Path| {
        good(&["genesis", "approve", text(from), "--key", text(key), "--out", text(to)])
    };
    approve(&file, &c.key("alba", "validator"), &a);
    let two = approve(&a, &c.key("bosch", "admin"), &a);
    assert_eq!(two["missing_approvals"], serde_json::json!(["cern", "delft"]));
    approve(&file, &c.key("cern", "validator"), &b);
    approve(&file, &c.key("delft", "validator"), &d);
    let all = c.path("all.json");
    let merged = good(&["genesis", "merge", text(&a), text(&b), text(&d), "--out", text(&all)]);
    assert_eq!(merged["missing_approvals"], serde_json::json!([]));
    assert_eq!(merged["chain_id"], made["chain_id"], "approvals are not part of the hash");
    ceremony::load_genesis(&all).expect("approved by all");

    for member in MEMBERS {
        let home = c.path(member);
        let checked = good(&["genesis", "check", text(&all), "--home", text(&home)]);
        assert_eq!(checked["my_keys"]["validator"], member, "{checked}");
        assert_eq!(checked["my_keys"]["admin_account"], format!("{member}/admin"));
    }
}

/// The seeds in the key files stand in no card, no genesis and no output, in no usual spelling.
#[test]
fn no_private_key_leaves_its_home() {
    let c = Ceremony::with_cards();
    c.create([0, 1, 2, 3], "genesis.json");
    let key = c.key("alba", "validator");
    let genesis = c.path("genesis.json");
    let mut public = fs::read_to_string(&genesis).expect("genesis");
    for member in MEMBERS {
        public += &fs::read_to_string(c.path(&format!("{member}.card"))).expect("card");
        public += &fs::read_to_string(c.path(member).join("config.toml")).expect("config");
    }
    for arguments in [
        vec!["genesis", "approve", text(&genesis), "--key", text(&key), "--out", text(&genesis)],
        vec!["genesis", "check", text(&genesis)],
        vec!["genesis", "approve", text(&genesis), "--key", text(&genesis), "--out", "/dev/null"],
    ] {
        let ran = hanse(&arguments);
        public += &ran.stdout;
        public += &ran.stderr;
    }
    for member in MEMBERS {
        for name in ["validator", "node", "admin"] {
            let file = c.key(member, name);
            let seed = load_key_file(&file, None).expect("a key").seed();
            assert!(!public.to_lowercase().contains(&hex::encode(&seed[..])), "{member} {name} in hex");
            let pem = fs::read_to_string(&file).expect("PEM");
            let body = pem.lines().nth(1).expect("the base64 line");
            // The last 40 characters hold 30 bytes of the seed, at the alignment of PKCS#8.
            assert!(!public.contains(&body[body.len() - 40..]), "{member} {name} in base64");
        }
    }
}

#[test]
fn a_tampered_card_is_refused() {
    let c = Ceremony::with_cards();
    let card = c.path("alba.card");
    let original = fs::read_to_string(&card).expect("card");
    let home = Home::new(c.path("bosch"));
    let foreign = load_key_file(&home.directory().join("keys/node.key"), None).expect("key").public_key();
    let content: Value = serde_json::from_str(&original).expect("JSON");
    let node_key = content["content"]["node_key"].as_str().expect("a key").to_owned();
    let vote_log = content["content"]["vote_log"].as_str().expect("an id").to_owned();
    let small_order = format!("01{}", "00".repeat(31));
    for (from, to) in [
        ("\"member\": \"alba\"".to_owned(), "\"member\": \"alma\"".to_owned()),
        ("10.0.0.0:26600".to_owned(), "10.9.9.9:26600".to_owned()),
        (node_key.clone(), foreign.to_string()),
        (node_key, small_order),
        (vote_log, "00".repeat(32)),
        ("\"version\": 1".to_owned(), "\"version\": 2".to_owned()),
        ("\"content\": {".to_owned(), "\"extra\": 1, \"content\": {".to_owned()),
    ] {
        let changed = original.replace(&from, &to);
        assert_ne!(changed, original, "{from} stands on the card");
        fs::write(&card, changed).expect("written");
        let out = c.path("never.json");
        bad(&["genesis", "create", "--network", "n", "--card", text(&card), "--out", text(&out)], 11);
        assert!(!out.exists());
    }
    fs::write(&card, original).expect("written");
    let out = c.path("good.json");
    good(&["genesis", "create", "--network", "n", "--card", text(&card), "--out", text(&out)]);
}

#[test]
fn wrong_approvals_do_not_count() {
    let c = Ceremony::with_cards();
    c.create([0, 1, 2, 3], "genesis.json");
    let file = c.path("genesis.json");
    // A stranger's key, and a node key, speak for nobody.
    let stranger = c.path("stranger.key");
    good(&["keygen", "--out", text(&stranger)]);
    for key in [&stranger, &c.key("alba", "node")] {
        let out = c.path("x.json");
        bad(&["genesis", "approve", text(&file), "--key", text(key), "--out", text(&out)], 11);
    }
    // An approval of other content, and one claimed for another member, are not approvals.
    let approve = |key: &Path| {
        good(&["genesis", "approve", text(&file), "--key", text(key), "--out", text(&file)]);
    };
    for member in MEMBERS {
        approve(&c.key(member, "validator"));
    }
    ceremony::load_genesis(&file).expect("all approved");
    let mut changed = read(&file);
    changed.parameters.view_timeout_ms += 1;
    assert!(changed.check_approvals().is_err_and(|missing| missing.len() == 4));
    let mut claimed = read(&file);
    claimed.approvals[1] = claimed.approvals[0].clone();
    claimed.approvals[1].member = claimed.approvals[2].member.clone();
    let path = c.path("claimed.json");
    fs::write(&path, serde_json::to_string(&claimed).expect("JSON")).expect("written");
    let message = ceremony::load_genesis(&path).expect_err("bosch is missing").message;
    assert!(message.contains("bosch"), "{message}");
}

#[test]
fn another_genesis_is_not_merged_and_nothing_is_overwritten() {
    let c = Ceremony::with_cards();
    c.create([0, 1, 2, 3], "one.json");
    c.create([0, 1, 2, 3], "two.json");
    let (one, two) = (c.path("one.json"), c.path("two.json"));
    assert_ne!(read(&one).chain_id(), read(&two).chain_id(), "the nonce makes them distinct");
    bad(&["genesis", "merge", text(&one), text(&two), "--out", text(&c.path("m.json"))], 11);
    let card = c.path("alba.card");
    bad(&["genesis", "create", "--network", "n", "--card", text(&card), "--out", text(&one)], 1);
    let message = bad(&["init", "--home", text(&c.path("alba")), "--member", "alba", "--address", "h:1"], 1);
    assert!(message.contains("holds a home already"), "{message}");
}

#[test]
fn a_member_with_too_many_validators_is_warned_of() {
    let c = Ceremony::with_cards();
    let home = c.path("alba2");
    good(&[
        "init",
        "--home",
        text(&home),
        "--member",
        "alba",
        "--name",
        "alba2",
        "--address",
        "h:1",
        "--contact",
        "ops",
    ]);
    let card = c.path("alba2.card");
    good(&["genesis", "card", "--home", text(&home), "--out", text(&card)]);
    let cards: Vec<_> =
        ["alba", "alba2", "bosch", "cern"].iter().map(|m| c.path(&format!("{m}.card"))).collect();
    let out = c.path("g.json");
    let mut arguments = vec!["genesis", "create", "--network", "n", "--out", text(&out)];
    for card in &cards {
        arguments.extend(["--card", text(card)]);
    }
    let made = good(&arguments);
    assert!(made["warnings"][0].as_str().is_some_and(|w| w.contains("alba runs 2 of 4")), "{made}");
    assert_eq!(made["members"]["alba"], 2);
}

#[test]
fn a_foreign_home_is_told_that_it_is_not_in() {
    let c = Ceremony::with_cards();
    c.create([0, 1, 2, 3], "g.json");
    let home = c.path("late");
    good(&["init", "--home", text(&home), "--member", "late", "--address", "h:1"]);
    let (code, object) = json(&["genesis", "check", text(&c.path("g.json")), "--home", text(&home)]);
    assert_eq!(code, 11);
    assert_eq!(object["my_keys"]["validator"], Value::Null, "{object}");
}

#[test]
fn huge_and_odd_files_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let huge = dir.path().join("huge.json");
    fs::File::create(&huge).and_then(|file| file.set_len(1 << 40)).expect("a sparse terabyte");
    bad(&["genesis", "check", text(&huge)], 18);
    bad(&["genesis", "check", "/dev/zero"], 18);
    bad(&["genesis", "check", text(dir.path())], 18);
    let odd = dir.path().join("odd.json");
    fs::write(&odd, "{\"network\":").expect("written");
    bad(&["genesis", "check", text(&odd)], 11);
}

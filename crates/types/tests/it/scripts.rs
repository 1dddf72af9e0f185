//! The independent verifiers in Python agree with this crate. Python 3 is part of every supported system.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use types::{
    Certificate, Header, Height, Proposal, StateRoot, TimeMs, ValidatorIndex,
    certificate::CheckpointStatement, merkle,
};

use crate::support;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether the script is content, and what it says.
fn run(script: &str, arguments: &[&Path]) -> (bool, String) {
    let path = root().join("scripts").join(script);
    let output = Command::new("python3")
        .arg("-B")
        .arg(path)
        .args(arguments)
        .output()
        .expect("python3 must be installed");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn the_second_implementation_agrees_on_every_vector() {
    let (good, text) = run("check_vectors.py", &[]);
    assert!(good, "{text}");
    assert!(text.contains("8 files agree"), "{text}");
}

/// A certified block 1 of the tests' genesis, as `hanse query block --json` prints it.
fn block(signers: &[u16]) -> Value {
    let genesis = support::genesis();
    let (chain, set) = (genesis.chain_id(), genesis.validator_set().unwrap());
    let header = Header {
        version: 1,
        chain_id: chain,
        epoch: types::Epoch::ZERO,
        height: Height::new(1),
        parent: types::BlockHash::new([3; 32]),
        time: TimeMs::new(1_767_225_600_001),
        proposal: Proposal::null().digest(),
        transactions_root: merkle::root::<Vec<u8>>(&[]),
        transaction_count: 0,
        results_root: merkle::root::<Vec<u8>>(&[]),
        state_root: StateRoot::new([4; 32]),
        active_set: set.hash(),
        next_set: set.hash(),
        rules: 1,
    };
    let statement = CheckpointStatement { height: header.height, header_hash: header.hash() };
    let message = statement.signing_bytes(&chain, header.epoch);
    let vote = |i: &u16| (ValidatorIndex::new(*i), support::key("consensus", usize::from(*i)).sign(&message));
    let votes: Vec<_> = signers.iter().map(vote).collect();
    let certificate = Certificate::assemble(header.epoch, statement, set.len(), &votes);
    json!({
        "version": header.version,
        "chain_id": header.chain_id,
        "epoch": header.epoch,
        "height": header.height,
        "parent": header.parent,
        "time_ms": header.time,
        "proposal": header.proposal,
        "transactions_root": hex::encode(header.transactions_root),
        "transaction_count": header.transaction_count,
        "results_root": hex::encode(header.results_root),
        "state_root": header.state_root,
        "active_set": header.active_set,
        "next_set": header.next_set,
        "rules": header.rules,
        "header_hash": header.hash(),
        "certificate": { "signers": signers, "signatures": certificate.signatures },
        "transactions": [],
    })
}

fn other_hex(value: &Value) -> Value {
    let text = value.as_str().unwrap();
    let first = if text.starts_with('0') { "1" } else { "0" };
    json!(format!("{first}{}", &text[1..]))
}

#[test]
fn verify_certificate_accepts_the_genuine_block_and_nothing_else() {
    let directory = std::env::temp_dir().join(format!("hanse-verify-certificate-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let write = |name: &str, value: &Value| {
        let path = directory.join(name);
        fs::write(&path, value.to_string()).unwrap();
        path
    };
    let genesis = serde_json::to_value(support::genesis()).unwrap();
    let genesis_file = write("genesis.json", &genesis);
    let good = block(&[0, 2, 3]);
    let check = |block: &Value| run("verify_certificate.py", &[&genesis_file, &write("block.json", block)]);
    let (accepted, text) = check(&good);
    assert!(accepted && text.contains("certified by validators [0, 2, 3]"), "{text}");

    let refused = |why: &str, block: &Value| {
        let (accepted, text) = check(block);
        assert!(!accepted && text.contains(why), "{why}: {text}");
    };
    refused("a quorum of 4 is 3", &block(&[0, 1]));
    for field in ["parent", "proposal", "transactions_root", "results_root", "state_root", "next_set"] {
        refused("its fields give", &json!({ field: other_hex(&good[field]) }).merged_over(&good));
    }
    for field in ["version", "epoch", "height", "time_ms", "transaction_count", "rules"] {
        refused("its fields give", &json!({ field: good[field].as_u64().unwrap() + 1 }).merged_over(&good));
    }
    refused("this genesis makes", &json!({ "chain_id": other_hex(&good["chain_id"]) }).merged_over(&good));
    refused(
        "another validator set",
        &json!({ "active_set": other_hex(&good["active_set"]) }).merged_over(&good),
    );
    refused("its fields give", &json!({ "header_hash": other_hex(&good["header_hash"]) }).merged_over(&good));
    refused("no certificate", &json!({ "certificate": null }).merged_over(&good));
    let certificate = |signers: Value, signatures: Value| {
        json!({ "certificate": { "signers": signers, "signatures": signatures } }).merged_over(&good)
    };
    let signatures = &good["certificate"]["signatures"];
    refused("does not verify", &certificate(json!([0, 1, 3]), signatures.clone()));
    refused("not distinct", &certificate(json!([0, 0, 3]), signatures.clone()));
    refused("not distinct", &certificate(json!([0, 2, 4]), signatures.clone()));
    refused("but 2 signatures", &certificate(json!([0, 2, 3]), json!([signatures[0], signatures[1]])));
    refused(
        "does not verify",
        &certificate(json!([0, 2, 3]), json!([signatures[0], signatures[0], signatures[0]])),
    );
    refused("malformed", &certificate(json!([0, 2, 3]), json!(["zz", "", ""])));

    let mut unapproved = genesis;
    unapproved["approvals"].as_array_mut().unwrap().pop();
    let unapproved = write("unapproved.json", &unapproved);
    let (accepted, text) = run("verify_certificate.py", &[&unapproved, &write("block.json", &good)]);
    assert!(!accepted && text.contains("not approved by beta"), "{text}");
    fs::remove_dir_all(&directory).unwrap();
}

/// Objects with some members replaced.
trait Merged {
    fn merged_over(self, base: &Value) -> Value;
}

impl Merged for Value {
    fn merged_over(self, base: &Value) -> Value {
        let mut merged = base.clone();
        for (name, value) in self.as_object().unwrap() {
            merged[name] = value.clone();
        }
        merged
    }
}

//! Golden vectors: `tests/vectors/*.json` at the root of the repository hold the bytes of everything that is
//! hashed or signed, and must never change. `HANSE_BLESS=1` writes them anew; only new ones may differ.
//! `scripts/check_vectors.py` computes all of them a second time, from `docs/formats.md`.

mod blocks;
mod genesis;
mod signatures;
mod state;
mod transactions;
mod trees;

use std::fs;

use serde_json::Value;

use crate::scripts::root;

/// Compares with the committed file.
fn freeze(name: &str, computed: &Value) {
    let path = root().join("tests/vectors").join(name);
    if std::env::var_os("HANSE_BLESS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(computed).unwrap() + "\n").unwrap();
    }
    let frozen: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_same(name, &frozen, computed);
}

/// As `assert_eq`, but names the first place that differs.
fn assert_same(place: &str, frozen: &Value, computed: &Value) {
    match (frozen, computed) {
        (Value::Object(a), Value::Object(b))
            if a.keys().all(|key| b.contains_key(key)) && a.len() == b.len() =>
        {
            a.iter().for_each(|(key, value)| assert_same(&format!("{place}.{key}"), value, &b[key]));
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| assert_same(&format!("{place}[{i}]"), a, b));
        }
        _ => assert_eq!(frozen, computed, "{place} has changed: the bytes of a network must never change"),
    }
}

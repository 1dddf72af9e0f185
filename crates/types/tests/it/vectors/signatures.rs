//! `signatures.json`: what the one signature rule accepts and refuses.

use serde_json::{Value, json};
use types::{PublicKey, Signature};

use crate::{crypto::plus_order, small_order, support::key};

fn case(why: &str, public_key: PublicKey, message: &[u8], signature: Signature, usable: bool) -> Value {
    json!({
        "why": why,
        "public_key": public_key,
        "message": hex::encode(message),
        "signature": signature,
        "valid": public_key.verify(message, &signature).is_ok(),
        "key_may_be_registered": usable,
    })
}

#[test]
fn the_signature_rule_is_frozen() {
    let (secret, message) = (key("account", 0), b"a message".as_slice());
    let (public_key, signature) = (secret.public_key(), secret.sign(message));
    let mut r_flipped = *signature.as_bytes();
    r_flipped[0] ^= 1;
    let mut no_point = *signature.as_bytes();
    no_point[..32].copy_from_slice(&[2; 32]);
    let mut cases = vec![
        case("honest", public_key, message, signature, true),
        case("honest, empty message", public_key, b"", secret.sign(b""), true),
        case("another message", public_key, b"a messagf", signature, true),
        case("another key", key("account", 1).public_key(), message, signature, true),
        case("s + L", public_key, message, plus_order(&signature), true),
        case("another R", public_key, message, Signature::new(r_flipped), true),
        case("R is no point", public_key, message, Signature::new(no_point), true),
        case("the key is no point", PublicKey::new([2; 32]), message, signature, false),
    ];
    for (key, signature) in small_order::mixed_order() {
        cases.push(case(
            "key or R with a component of small order",
            key,
            b"torsion",
            signature,
            key.is_usable(),
        ));
    }
    for (key, signature) in small_order::pairs() {
        cases.push(case("key and R of small order, s = 0", key, b"Zcash", signature, false));
    }
    for case in &cases {
        let key: PublicKey = case["public_key"].as_str().unwrap().parse().unwrap();
        assert_eq!(case["key_may_be_registered"], key.is_usable());
    }
    let valid = cases.iter().filter(|case| case["valid"] == true).count();
    assert_eq!(valid, 2 + 4 + 196);
    super::freeze("signatures.json", &json!({ "cases": cases }));
}

//! Each rule of the chain parameters, at its border.

use types::Parameters;

/// A change that breaks exactly the rule of the named parameter.
type Break = (&'static str, fn(&mut Parameters));

const BREAKS: &[Break] = &[
    ("view_timeout_ms", |p| p.view_timeout_ms = 9),
    ("view_timeout_max_ms", |p| p.view_timeout_max_ms = p.view_timeout_ms - 1),
    ("view_timeout_max_ms", |p| {
        (p.view_timeout_max_ms, p.clock_lag_ms, p.batch_lifetime_ms) = (600_001, 600_001, 600_002)
    }),
    ("window", |p| p.window = 1),
    ("window", |p| (p.window, p.activation_delay) = (1025, 1025)),
    ("activation_delay", |p| p.activation_delay = p.window - 1),
    ("activation_delay", |p| p.activation_delay = (1 << 20) + 1),
    ("max_transaction_bytes", |p| p.max_transaction_bytes = 1023),
    ("max_transaction_bytes", |p| (p.max_transaction_bytes, p.max_batch_bytes) = ((1 << 20) + 1, 4 << 20)),
    ("max_batch_bytes", |p| p.max_batch_bytes = p.max_transaction_bytes + 1023),
    ("max_batch_bytes", |p| (p.max_batch_bytes, p.max_block_bytes) = ((8 << 20) + 1, 16 << 20)),
    ("max_block_bytes", |p| p.max_block_bytes = u64::from(p.max_batch_bytes) - 1),
    ("max_block_bytes", |p| p.max_block_bytes = (32 << 20) + 1),
    ("max_batch_delay_ms", |p| p.max_batch_delay_ms = 0),
    ("max_batch_delay_ms", |p| p.max_batch_delay_ms = 10_001),
    ("batch_lifetime_ms", |p| p.batch_lifetime_ms = p.clock_lag_ms),
    ("batch_lifetime_ms", |p| p.batch_lifetime_ms = 86_400_001),
    ("batches_per_author", |p| p.batches_per_author = 0),
    ("batches_per_author", |p| p.batches_per_author = 65_537),
    ("max_signatures", |p| p.max_signatures = 0),
    ("max_signatures", |p| p.max_signatures = 33),
    ("max_operations", |p| p.max_operations = 0),
    ("max_operations", |p| p.max_operations = 1025),
    ("max_lifetime_ms", |p| p.max_lifetime_ms = 999),
    ("max_long_lifetime_ms", |p| p.max_long_lifetime_ms = p.max_lifetime_ms - 1),
    ("max_long_lifetime_ms", |p| p.max_long_lifetime_ms = 366 * 86_400_000 + 1),
    ("expiry_grace_ms", |p| p.expiry_grace_ms = 999),
    ("expiry_grace_ms", |p| p.expiry_grace_ms = 86_400_001),
    ("clock_drift_ms", |p| p.clock_drift_ms = 9),
    ("clock_drift_ms", |p| p.clock_drift_ms = 600_001),
    ("clock_lag_ms", |p| p.clock_lag_ms = p.view_timeout_max_ms - 1),
    ("clock_lag_ms", |p| (p.clock_lag_ms, p.batch_lifetime_ms) = (3_600_001, 3_600_002)),
];

#[test]
fn the_defaults_are_good() {
    assert_eq!(Parameters::default().check(), Ok(()));
}

#[test]
fn each_rule_alone_is_found() {
    for (number, (name, change)) in BREAKS.iter().enumerate() {
        let mut parameters = Parameters::default();
        change(&mut parameters);
        let faults: Vec<_> = parameters.check().unwrap_err().into_iter().map(|fault| fault.name).collect();
        assert_eq!(faults, [*name], "case {number}");
    }
}

#[test]
fn all_faults_are_found_at_once() {
    let faults = Parameters { window: 0, max_signatures: 0, clock_drift_ms: 0, ..Parameters::default() }
        .check()
        .unwrap_err();
    assert_eq!(faults.len(), 3);
    assert_eq!(faults[0].to_string(), "parameter window = 0: 2 to 1024");
}

#[test]
fn a_genesis_names_every_parameter_and_no_other() {
    let full = serde_json::to_value(Parameters::default()).unwrap();
    assert_eq!(serde_json::from_value::<Parameters>(full.clone()).unwrap(), Parameters::default());
    for name in full.as_object().unwrap().keys() {
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove(name);
        let error = serde_json::from_value::<Parameters>(less).unwrap_err().to_string();
        assert!(error.contains(name), "{error}");
    }
    let mut more = full;
    more["window_size"] = 1.into();
    assert!(serde_json::from_value::<Parameters>(more).is_err());
}

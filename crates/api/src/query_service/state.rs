//! Raw values, and the helpers with which the other queries read the state.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use tonic::Status;
use types::{
    Parameters,
    ports::{ReadError, StateView},
    state::{StateKey, decode_value},
};

use crate::{Reason, api::Shared, encode, pb};

/// Longest key that is looked up, in bytes; names are at most 64.
const KEY_BYTES_MAX: usize = 256;

pub(crate) async fn get_state(
    shared: &Shared,
    request: pb::GetStateRequest,
) -> Result<pb::GetStateResponse, Status> {
    let key = request.key;
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        return Err(Reason::BadRequest.status(format!("key must have 1 to {KEY_BYTES_MAX} bytes")));
    }
    at_newest(shared, move |view| {
        let value = Some(encode::proven(&key, view.prove(&key)?));
        Ok(pb::GetStateResponse { block: Some(encode::certified_header(view.at())), value })
    })
    .await
}

pub(crate) async fn get_parameters(
    shared: &Shared,
    _request: pb::GetParametersRequest,
) -> Result<pb::GetParametersResponse, Status> {
    at_newest(shared, |view| {
        let (proven, parameters) = prove::<Parameters>(view, &StateKey::Parameters)?;
        Ok(pb::GetParametersResponse {
            block: Some(encode::certified_header(view.at())),
            parameters: Some(proven),
            values: parameters.map(values).unwrap_or_default(),
        })
    })
    .await
}

/// Runs reads against the state of the newest certified block, all against the same.
pub(super) async fn at_newest<T: Send + 'static>(
    shared: &Shared,
    read: impl FnOnce(&dyn StateView) -> Result<T, ReadError> + Send + 'static,
) -> Result<T, Status> {
    let chain = Arc::clone(&shared.ports.chain);
    shared.read(move || read(chain.state().as_ref())).await
}

/// A value with its proof, and decoded.
pub(super) fn prove<T: Serialize + DeserializeOwned>(
    view: &dyn StateView,
    key: &StateKey,
) -> Result<(pb::ProvenValue, Option<T>), ReadError> {
    let key = key.encode();
    let proven = view.prove(&key)?;
    let value = proven.value.as_deref().map(read_value).transpose()?;
    Ok((encode::proven(&key, proven), value))
}

pub(super) fn read_value<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, ReadError> {
    decode_value(bytes).map_err(|error| ReadError { reason: error.to_string() })
}

fn values(parameters: Parameters) -> BTreeMap<String, u64> {
    let Parameters {
        view_timeout_ms,
        view_timeout_max_ms,
        window,
        activation_delay,
        max_block_bytes,
        max_batch_bytes,
        max_batch_delay_ms,
        batch_lifetime_ms,
        batches_per_author,
        max_transaction_bytes,
        max_signatures,
        max_operations,
        max_lifetime_ms,
        max_long_lifetime_ms,
        long_lived_slots,
        expiry_grace_ms,
        clock_drift_ms,
        clock_lag_ms,
        rules,
    } = parameters;
    let values = [
        ("view_timeout_ms", view_timeout_ms),
        ("view_timeout_max_ms", view_timeout_max_ms),
        ("window", window),
        ("activation_delay", activation_delay),
        ("max_block_bytes", max_block_bytes),
        ("max_batch_bytes", u64::from(max_batch_bytes)),
        ("max_batch_delay_ms", max_batch_delay_ms),
        ("batch_lifetime_ms", batch_lifetime_ms),
        ("batches_per_author", u64::from(batches_per_author)),
        ("max_transaction_bytes", u64::from(max_transaction_bytes)),
        ("max_signatures", u64::from(max_signatures)),
        ("max_operations", u64::from(max_operations)),
        ("max_lifetime_ms", max_lifetime_ms),
        ("max_long_lifetime_ms", max_long_lifetime_ms),
        ("long_lived_slots", u64::from(long_lived_slots)),
        ("expiry_grace_ms", expiry_grace_ms),
        ("clock_drift_ms", clock_drift_ms),
        ("clock_lag_ms", clock_lag_ms),
        ("rules", u64::from(rules)),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

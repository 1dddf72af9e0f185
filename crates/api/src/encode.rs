//! From the vocabulary of `types` to the generated messages.

use bytes::Bytes;
use types::{
    AccountStatus, Hash, ResultRecord, Role,
    admission::{Admitted, Refusal},
    block::CertifiedHeader,
    merkle::MerklePath,
    ports::{ProvenValue, TransactionRecord},
    state::TransferPolicy,
    state_proof::StateProof,
};

use crate::{errors, pb};

pub(crate) fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}

pub(crate) fn certified_header(block: &CertifiedHeader) -> pb::CertifiedHeader {
    let certificate = block.certificate.as_ref().map(|certificate| pb::Certificate {
        epoch: certificate.epoch.get(),
        height: certificate.height.get(),
        header_hash: bytes(certificate.header_hash.as_bytes()),
        signers: bytes(&certificate.signers),
        signatures: certificate.signatures.iter().map(|signature| bytes(signature.as_bytes())).collect(),
    });
    pb::CertifiedHeader { header: block.header.encode().into(), certificate }
}

pub(crate) fn result(record: &ResultRecord) -> pb::TransactionResult {
    pb::TransactionResult {
        transaction_id: bytes(record.id.as_bytes()),
        code: u32::from(record.code.number()),
        code_name: record.code.name().to_owned(),
        operation: record.operation,
    }
}

pub(crate) fn receipt(record: &TransactionRecord) -> pb::Receipt {
    pb::Receipt {
        signed_transaction: record.transaction.clone(),
        result: Some(result(&record.result)),
        index: record.index,
        block: Some(certified_header(&record.block)),
        transaction_path: Some(merkle_path(&record.transaction_path)),
        result_path: Some(merkle_path(&record.result_path)),
    }
}

pub(crate) fn proven(key: &[u8], proven: ProvenValue) -> pb::ProvenValue {
    pb::ProvenValue {
        key: bytes(key),
        value: proven.value.map(Bytes::from),
        proof: Some(state_proof(&proven.proof)),
    }
}

pub(crate) fn admitted(admitted: &Admitted) -> pb::SubmitResponse {
    pb::SubmitResponse {
        transaction_id: bytes(admitted.id.as_bytes()),
        valid_until_ms: admitted.valid_until.get(),
    }
}

pub(crate) fn refused(refusal: &Refusal) -> pb::Refused {
    pb::Refused {
        transaction_id: refusal.id.map(|id| bytes(id.as_bytes())).unwrap_or_default(),
        code: u32::from(refusal.code.number()),
        code_name: refusal.code.name().to_owned(),
        reason: errors::printable(&refusal.reason),
        retryable: refusal.code.is_retryable(),
        retry_after_ms: errors::retry_after(refusal)
            .map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)),
    }
}

pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Issuer => "issuer",
        Role::Operator => "operator",
        Role::Regulator => "regulator",
        Role::Auditor => "auditor",
        Role::User => "user",
    }
}

pub(crate) const fn account_status(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => "active",
        AccountStatus::Suspended => "suspended",
        AccountStatus::Frozen => "frozen",
    }
}

pub(crate) const fn policy(policy: TransferPolicy) -> &'static str {
    match policy {
        TransferPolicy::Open => "open",
        TransferPolicy::AllowList => "allow_list",
        TransferPolicy::IssuerApproved => "issuer_approved",
    }
}

fn merkle_path(path: &MerklePath) -> pb::MerklePath {
    pb::MerklePath { index: path.index, leaves: path.leaves, siblings: siblings(&path.siblings) }
}

fn state_proof(proof: &StateProof) -> pb::StateProof {
    let leaf =
        proof.leaf.map(|leaf| pb::ProofLeaf { path: bytes(&leaf.path), value_hash: bytes(&leaf.value_hash) });
    pb::StateProof { siblings: siblings(&proof.siblings), leaf }
}

fn siblings(hashes: &[Hash]) -> Vec<Bytes> {
    hashes.iter().map(|hash| bytes(hash)).collect()
}

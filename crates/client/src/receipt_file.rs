//! The portable form of a receipt: one JSON object, hashes and bytes in lowercase hex. `docs/formats.md`
//! describes it for verifiers in other languages.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use types::{
    BlockHash, Certificate, Epoch, EpochEnd, Hash, Header, Height, ResultRecord, Signature,
    block::CertifiedHeader, codec, merkle::MerklePath,
};

use crate::Receipt;

/// Blocks of epoch 0, whose validators the genesis names.
const VERSION: u32 = 1;
/// Blocks of later epochs: with `epochs`.
const VERSION_WITH_EPOCHS: u32 = 2;

/// A receipt file is far smaller; a larger file is none.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// A file or text that is no receipt. Whether a receipt is true, [`Receipt::verify`] says.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptFileError {
    /// The file cannot be read or written.
    #[error("receipt file: {0}")]
    Io(#[from] io::Error),
    /// Not the JSON of a receipt.
    #[error("not a receipt: {0}")]
    Json(#[from] serde_json::Error),
    /// Unknown or missing fields within, capitals in hexadecimal: there is one way to write a receipt.
    #[error("not a receipt: it is not written in the one form that docs/formats.md gives")]
    Form,
    /// A hexadecimal field.
    #[error("{field} must be lowercase hex of the right length")]
    Field {
        /// Which.
        field: &'static str,
    },
    /// Of a newer release.
    #[error("receipt version {found}, this release reads up to {VERSION_WITH_EPOCHS}")]
    Version {
        /// The file's.
        found: u32,
    },
    /// Larger than any receipt.
    #[error("{found} bytes are no receipt: at most {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        found: u64,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiptJson {
    version: u32,
    transaction: String,
    result: ResultRecord,
    index: u32,
    header: String,
    certificate: Option<CertificateJson>,
    transaction_path: PathJson,
    result_path: PathJson,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    epochs: Vec<EpochEndJson>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EpochEndJson {
    header: String,
    certificate: Option<CertificateJson>,
    next_set: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateJson {
    epoch: Epoch,
    height: Height,
    header_hash: BlockHash,
    signers: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathJson {
    index: u64,
    leaves: u64,
    siblings: Vec<String>,
}

impl Receipt {
    /// The portable text.
    ///
    /// # Errors
    /// [`ReceiptFileError::Json`]; does not happen for receipts that verify.
    pub fn to_json(&self) -> Result<String, ReceiptFileError> {
        Ok(serde_json::to_string_pretty(&ReceiptJson::of(self))?)
    }

    /// Reads the portable text; nothing is verified.
    ///
    /// # Errors
    /// [`ReceiptFileError`].
    pub fn from_json(text: impl AsRef<[u8]>) -> Result<Self, ReceiptFileError> {
        let receipt = serde_json::from_slice::<ReceiptJson>(text.as_ref())?.read()?;
        // Types from elsewhere read more than one spelling of a value.
        let found: serde_json::Value = serde_json::from_slice(text.as_ref())?;
        if serde_json::to_value(ReceiptJson::of(&receipt))? != found {
            return Err(ReceiptFileError::Form);
        }
        Ok(receipt)
    }

    /// Writes the portable text, replacing the file.
    ///
    /// # Errors
    /// [`ReceiptFileError`].
    pub fn write_file(&self, path: &Path) -> Result<(), ReceiptFileError> {
        Ok(fs::write(path, self.to_json()? + "\n")?)
    }

    /// Reads a receipt file; nothing is verified.
    ///
    /// # Errors
    /// [`ReceiptFileError`].
    pub fn read_file(path: &Path) -> Result<Self, ReceiptFileError> {
        let found = fs::metadata(path)?.len();
        if found > FILE_BYTES_MAX {
            return Err(ReceiptFileError::TooLarge { found });
        }
        Self::from_json(fs::read(path)?)
    }
}

impl ReceiptJson {
    fn of(receipt: &Receipt) -> Self {
        Self {
            version: if receipt.epochs.is_empty() { VERSION } else { VERSION_WITH_EPOCHS },
            transaction: hex::encode(&receipt.transaction),
            result: receipt.result,
            index: receipt.index,
            header: hex::encode(receipt.block.header.encode()),
            certificate: receipt.block.certificate.as_ref().map(CertificateJson::of),
            transaction_path: PathJson::of(&receipt.transaction_path),
            result_path: PathJson::of(&receipt.result_path),
            epochs: receipt.epochs.iter().map(EpochEndJson::of).collect(),
        }
    }

    fn read(self) -> Result<Receipt, ReceiptFileError> {
        match (self.version, self.epochs.is_empty()) {
            (VERSION, true) | (VERSION_WITH_EPOCHS, false) => {}
            (VERSION, false) | (VERSION_WITH_EPOCHS, true) => {
                return Err(ReceiptFileError::Field { field: "epochs" });
            }
            (found, _) => return Err(ReceiptFileError::Version { found }),
        }
        Ok(Receipt {
            transaction: bytes_of("transaction", &self.transaction)?.into(),
            result: self.result,
            index: self.index,
            block: certified("header", &self.header, self.certificate)?,
            transaction_path: self.transaction_path.read("transaction_path")?,
            result_path: self.result_path.read("result_path")?,
            epochs: self.epochs.into_iter().map(EpochEndJson::read).collect::<Result<_, _>>()?,
        })
    }
}

impl EpochEndJson {
    fn of(end: &EpochEnd) -> Self {
        Self {
            header: hex::encode(end.block.header.encode()),
            certificate: end.block.certificate.as_ref().map(CertificateJson::of),
            next_set: hex::encode(codec::encode(&end.next)),
        }
    }

    fn read(self) -> Result<EpochEnd, ReceiptFileError> {
        let block = certified("epochs.header", &self.header, self.certificate)?;
        let next = codec::decode_canonical(&bytes_of("epochs.next_set", &self.next_set)?);
        Ok(EpochEnd { block, next: next.map_err(|_| ReceiptFileError::Field { field: "epochs.next_set" })? })
    }
}

impl CertificateJson {
    fn of(certificate: &Certificate) -> Self {
        Self {
            epoch: certificate.epoch,
            height: certificate.height,
            header_hash: certificate.header_hash,
            signers: hex::encode(&certificate.signers),
            signatures: certificate.signatures.clone(),
        }
    }

    fn read(self) -> Result<Certificate, ReceiptFileError> {
        let Self { epoch, height, header_hash, signers, signatures } = self;
        let signers = bytes_of("certificate.signers", &signers)?;
        Ok(Certificate { epoch, height, header_hash, signers, signatures })
    }
}

impl PathJson {
    fn of(path: &MerklePath) -> Self {
        Self {
            index: path.index,
            leaves: path.leaves,
            siblings: path.siblings.iter().map(hex::encode).collect(),
        }
    }

    fn read(self, field: &'static str) -> Result<MerklePath, ReceiptFileError> {
        let sibling = |text: &String| {
            let bytes = bytes_of(field, text)?;
            Hash::try_from(bytes.as_slice()).map_err(|_| ReceiptFileError::Field { field })
        };
        let siblings = self.siblings.iter().map(sibling).collect::<Result<_, _>>()?;
        Ok(MerklePath { index: self.index, leaves: self.leaves, siblings })
    }
}

fn certified(
    field: &'static str,
    header: &str,
    certificate: Option<CertificateJson>,
) -> Result<CertifiedHeader, ReceiptFileError> {
    let header = Header::decode(&bytes_of(field, header)?).map_err(|_| ReceiptFileError::Field { field })?;
    Ok(CertifiedHeader { header, certificate: certificate.map(CertificateJson::read).transpose()? })
}

fn bytes_of(field: &'static str, text: &str) -> Result<Vec<u8>, ReceiptFileError> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(ReceiptFileError::Field { field });
    }
    hex::decode(text).map_err(|_| ReceiptFileError::Field { field })
}

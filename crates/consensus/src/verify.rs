//! The gate: only what passes here reaches the replica. Shape first (cheap), then the signatures of many
//! messages in one batched check. Structure is checked the same under every [`SignatureScheme`].

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use types::{
    Certificate, CertificateError, ChainId, Epoch, Height, Parameters, PublicKey, Signature, ValidatorIndex,
    ValidatorSet, View,
    crypto::{SignedBytes, verify_each},
};

use crate::message::{Message, PreparedCertificate};

mod shape;

/// How signatures are checked. The real one is [`Zip215`]; a simulator may plug in a cheap keyed hash.
pub trait SignatureScheme: Send + Sync {
    /// One answer per item: whether the signature is good.
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool>;
}

/// Ed25519 by the ZIP-215 rule, batched, bisected on failure.
#[derive(Debug, Clone, Copy, Default)]
pub struct Zip215;

impl SignatureScheme for Zip215 {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        verify_each(items)
    }
}

/// A message whose shape and every signature are good in one epoch. Built by a [`Verifier`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    message: Message,
    epoch: Epoch,
}

/// A block certificate whose shape and every signature are good. Built by a [`Verifier`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCertificate(Certificate);

/// Where the replica stands, so that useless messages cost no signature check. A hint: it may lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Horizon {
    /// The replica's view.
    pub view: View,
    /// Its low watermark.
    pub low: Height,
}

/// Why a message is dropped. Data to be counted, never a reason to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Signed for another epoch.
    #[error("for epoch {found}, this is epoch {expected}")]
    Epoch {
        /// Ours.
        expected: Epoch,
        /// Of the message.
        found: Epoch,
    },
    /// The signer or sender is not in the set.
    #[error("validator {found} is not in a set of {validators}")]
    UnknownValidator {
        /// n.
        validators: usize,
        /// Who.
        found: ValidatorIndex,
    },
    /// Its view is too far from ours to be kept.
    #[error("view {found} is too far from view {ours}")]
    FarView {
        /// Ours.
        ours: View,
        /// Of the message.
        found: View,
    },
    /// Its height is too far above our window to be kept.
    #[error("height {found} is too far above {low}")]
    FarHeight {
        /// Our low watermark.
        low: Height,
        /// Of the message.
        found: Height,
    },
    /// It breaks a rule that needs no signature to be seen.
    #[error("{0}")]
    Shape(&'static str),
    /// A certificate in it has a wrong shape.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// At least one signature is bad.
    #[error("a signature does not verify")]
    Signature,
}

/// Who must have signed what, one per signature.
pub(crate) struct Items(pub(crate) Vec<(PublicKey, Signature, Arc<[u8]>)>);

/// Checks messages of one epoch. Shared between threads; holds no state but the hint.
pub struct Verifier {
    pub(crate) chain: ChainId,
    pub(crate) validators: Arc<ValidatorSet>,
    pub(crate) epoch: Epoch,
    pub(crate) base: Height,
    pub(crate) parameters: Parameters,
    scheme: Arc<dyn SignatureScheme>,
    view_hint: AtomicU64,
    low_hint: AtomicU64,
}

impl Verified {
    /// The message.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// The epoch by whose set it was verified.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The message.
    #[must_use]
    pub fn into_message(self) -> Message {
        self.message
    }
}

impl VerifiedCertificate {
    /// The certificate.
    #[must_use]
    pub const fn get(&self) -> &Certificate {
        &self.0
    }

    /// The certificate.
    #[must_use]
    pub fn into_inner(self) -> Certificate {
        self.0
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier(epoch {}, n = {})", self.epoch, self.validators.len())
    }
}

impl Verifier {
    /// A verifier for one epoch of one network; `base` is the last height of the epoch before.
    #[must_use]
    pub fn new(
        chain: ChainId,
        validators: Arc<ValidatorSet>,
        epoch: Epoch,
        base: Height,
        parameters: Parameters,
        scheme: Arc<dyn SignatureScheme>,
    ) -> Self {
        let (view_hint, low_hint) = (AtomicU64::new(0), AtomicU64::new(base.get()));
        Self { chain, validators, epoch, base, parameters, scheme, view_hint, low_hint }
    }

    /// Tells where the replica stands, see [`crate::Replica::horizon`].
    pub fn set_horizon(&self, horizon: Horizon) {
        self.view_hint.store(horizon.view.get(), Ordering::Relaxed);
        self.low_hint.store(horizon.low.get(), Ordering::Relaxed);
    }

    pub(crate) fn horizon(&self) -> Horizon {
        Horizon {
            view: View::new(self.view_hint.load(Ordering::Relaxed)),
            low: Height::new(self.low_hint.load(Ordering::Relaxed)),
        }
    }

    /// Checks one message.
    ///
    /// # Errors
    /// [`Rejected`]: drop and count it.
    pub fn verify(&self, from: ValidatorIndex, message: Message) -> Result<Verified, Rejected> {
        let items = self.shape(from, &message)?;
        if self.check(&[&items]) == [true] { Ok(self.verified(message)) } else { Err(Rejected::Signature) }
    }

    /// Checks many messages with one batched signature check; one answer each, in order.
    #[must_use]
    pub fn verify_all(&self, messages: Vec<(ValidatorIndex, Message)>) -> Vec<Result<Verified, Rejected>> {
        let shapes: Vec<_> = messages.iter().map(|(from, message)| self.shape(*from, message)).collect();
        let sound: Vec<_> = shapes.iter().filter_map(|shape| shape.as_ref().ok()).collect();
        let mut good = self.check(&sound).into_iter();
        let mut answers = Vec::with_capacity(messages.len());
        for ((_, message), shape) in messages.into_iter().zip(&shapes) {
            answers.push(match shape {
                Err(rejected) => Err(*rejected),
                Ok(_) if good.next() == Some(true) => Ok(self.verified(message)),
                Ok(_) => Err(Rejected::Signature),
            });
        }
        answers
    }

    const fn verified(&self, message: Message) -> Verified {
        Verified { message, epoch: self.epoch }
    }

    /// Checks a block certificate of this epoch.
    ///
    /// # Errors
    /// [`Rejected`].
    pub fn verify_certificate(&self, certificate: Certificate) -> Result<VerifiedCertificate, Rejected> {
        let mut items = Items(Vec::new());
        self.certificate(&certificate, &mut items)?;
        if self.check(&[&items]) == [true] {
            Ok(VerifiedCertificate(certificate))
        } else {
            Err(Rejected::Signature)
        }
    }

    /// Several, as blocks from peers bring them: all signatures in one go. One answer for each, in order.
    ///
    /// # Errors
    /// In an answer: [`Rejected`].
    #[must_use]
    pub fn verify_certificates(
        &self,
        certificates: Vec<Certificate>,
    ) -> Vec<Result<VerifiedCertificate, Rejected>> {
        let shape = |certificate: &Certificate| {
            let mut items = Items(Vec::new());
            self.certificate(certificate, &mut items).map(|()| items)
        };
        let shaped: Vec<_> = certificates.iter().map(shape).collect();
        let sound: Vec<_> = shaped.iter().filter_map(|shaped| shaped.as_ref().ok()).collect();
        let mut good = self.check(&sound).into_iter();
        let mut judge = |(certificate, shaped): (Certificate, Result<Items, Rejected>)| {
            shaped?;
            if good.next() == Some(true) {
                Ok(VerifiedCertificate(certificate))
            } else {
                Err(Rejected::Signature)
            }
        };
        certificates.into_iter().zip(shaped).map(&mut judge).collect()
    }

    /// Checks a prepared certificate of this epoch, e.g. one read from the vote log.
    ///
    /// # Errors
    /// [`Rejected`].
    pub fn verify_prepared(&self, certificate: &PreparedCertificate) -> Result<(), Rejected> {
        let mut items = Items(Vec::new());
        self.prepared(certificate, &mut items)?;
        if self.check(&[&items]) == [true] { Ok(()) } else { Err(Rejected::Signature) }
    }

    /// One answer per group: whether all its signatures are good.
    fn check(&self, groups: &[&Items]) -> Vec<bool> {
        let flat = groups.iter().flat_map(|group| &group.0);
        let items: Vec<_> = flat
            .map(|(key, signature, message)| SignedBytes { key: *key, signature: *signature, message })
            .collect();
        let answers = self.scheme.verify_each(&items);
        let mut rest = answers.as_slice();
        let mut good = Vec::with_capacity(groups.len());
        for group in groups {
            let (own, others) = rest.split_at(group.0.len().min(rest.len()));
            good.push(own.len() == group.0.len() && own.iter().all(|good| *good));
            rest = others;
        }
        good
    }
}

//! Secret keys. They sign, they go to a file that only their owner can read, and nowhere else.
//!
//! Their text form is the one that Go's `note` package writes, `PRIVATE+KEY+name+id+base64`.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use super::{COSIGNATURE, ED25519, KeyError, OTHER, PublicKey, TIME_MAX, VerifierKey, sm2};
use super::{cosigned_message, parse_key, print_key};
use crate::note::{Note, SignatureLine};

const PREFIX: &str = "PRIVATE+KEY+";

#[derive(Clone)]
enum SecretKey {
    Ed25519(SigningKey),
    Sm2(sm2::Sm2SecretKey),
}

/// The secret key of a log.
#[derive(Clone)]
pub struct Signer {
    secret: SecretKey,
    verifier: VerifierKey,
}

/// The secret key of a witness.
#[derive(Clone)]
pub struct Cosigner {
    secret: SigningKey,
    verifier: VerifierKey,
}

fn random_bytes() -> Result<[u8; 32], KeyError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::Random)?;
    Ok(bytes)
}

impl Signer {
    /// A new Ed25519 key. The name should be the origin of the log it signs for.
    pub fn generate(name: &str) -> Result<Signer, KeyError> {
        Signer::from_seed(name, &random_bytes()?)
    }

    /// A new SM2 key, for a second signature line.
    pub fn generate_sm2(name: &str) -> Result<Signer, KeyError> {
        loop {
            // All but about one number in 2³² are scalars of the curve.
            if let Some(secret) = sm2::Sm2SecretKey::from_bytes(&random_bytes()?) {
                return Signer::from_sm2(name, secret);
            }
        }
    }

    /// The Ed25519 key that follows from a seed. For tests: a seed somebody knows is no secret.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Signer, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, PublicKey::Ed25519(secret.verifying_key()))?;
        Ok(Signer { secret: SecretKey::Ed25519(secret), verifier })
    }

    fn from_sm2(name: &str, secret: sm2::Sm2SecretKey) -> Result<Signer, KeyError> {
        let verifier = VerifierKey::new(name, PublicKey::Sm2(Box::new(secret.public_key())))?;
        Ok(Signer { secret: SecretKey::Sm2(secret), verifier })
    }

    /// The public key.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// A signature line over the text of a note.
    pub(crate) fn sign_text(&self, text: &str) -> SignatureLine {
        let signature = match &self.secret {
            SecretKey::Ed25519(key) => key.sign(text.as_bytes()).to_bytes().to_vec(),
            SecretKey::Sm2(key) => key.sign_text(text.as_bytes()),
        };
        SignatureLine::new(&self.verifier.name, self.verifier.id, signature)
    }

    pub(super) fn to_text(&self) -> String {
        let encoded = match &self.secret {
            SecretKey::Ed25519(key) => [&[ED25519], key.as_bytes().as_slice()].concat(),
            SecretKey::Sm2(key) => [&[OTHER], sm2::TYPE_NAME, &key.to_bytes()].concat(),
        };
        PREFIX.to_owned() + &print_key(&self.verifier.name, self.verifier.id, &encoded)
    }

    pub(super) fn from_text(text: &str) -> Result<Signer, KeyError> {
        let (name, id, bytes) = parse_key(text.strip_prefix(PREFIX).ok_or(KeyError::Malformed)?)?;
        let (kind, rest) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let signer = match *kind {
            ED25519 => Signer::from_seed(name, rest.try_into().map_err(|_| KeyError::Malformed)?),
            OTHER => {
                let scalar = rest.strip_prefix(sm2::TYPE_NAME).ok_or(KeyError::Type(OTHER))?;
                let secret = sm2::Sm2SecretKey::from_bytes(scalar).ok_or(KeyError::Malformed)?;
                Signer::from_sm2(name, secret)
            }
            COSIGNATURE => Err(KeyError::Kind),
            other => Err(KeyError::Type(other)),
        }?;
        if signer.verifier.id == id { Ok(signer) } else { Err(KeyError::Id) }
    }
}

impl Cosigner {
    /// A new Ed25519 key for cosignatures.
    pub fn generate(name: &str) -> Result<Cosigner, KeyError> {
        Cosigner::from_seed(name, &random_bytes()?)
    }

    /// The key that follows from a seed. For tests: a seed somebody knows is no secret.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Cosigner, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, PublicKey::Cosignature(secret.verifying_key()))?;
        Ok(Cosigner { secret, verifier })
    }

    /// The public key.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// States that no larger checkpoint of this log had been seen at that time (seconds since
    /// 1970).
    ///
    /// The caller must have made sure of it: [`crate::witness::Witness`] does.
    pub(crate) fn cosign_note(&self, note: &Note, time: u64) -> SignatureLine {
        let time = time.min(TIME_MAX);
        let signature = self.secret.sign(&cosigned_message(time, note.text().as_bytes()));
        let signature = [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        SignatureLine::new(&self.verifier.name, self.verifier.id, signature)
    }

    pub(super) fn to_text(&self) -> String {
        let encoded = [&[COSIGNATURE], self.secret.as_bytes().as_slice()].concat();
        PREFIX.to_owned() + &print_key(&self.verifier.name, self.verifier.id, &encoded)
    }

    pub(super) fn from_text(text: &str) -> Result<Cosigner, KeyError> {
        let (name, id, bytes) = parse_key(text.strip_prefix(PREFIX).ok_or(KeyError::Malformed)?)?;
        let (kind, rest) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let cosigner = match *kind {
            COSIGNATURE => {
                Cosigner::from_seed(name, rest.try_into().map_err(|_| KeyError::Malformed)?)
            }
            ED25519 | OTHER => Err(KeyError::Kind),
            other => Err(KeyError::Type(other)),
        }?;
        if cosigner.verifier.id == id { Ok(cosigner) } else { Err(KeyError::Id) }
    }
}

// A secret must not slip into a log by way of `{:?}`.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cosigner").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

//! Keys: who may sign a checkpoint, who may cosign one, and how their signatures are checked.
//!
//! | Kind | Type byte | Signs |
//! |---|---|---|
//! | log, Ed25519 | `0x01` | the text of the note |
//! | witness, Ed25519 | `0x04` | `cosignature/v1`, the time, and the text |
//! | log, SM2 with SM3 | `0xff` and a name | the text of the note, GB/T 32918.2 |
//!
//! The same secret under another kind or name is another key: its id differs.

pub(crate) mod file;
pub(crate) mod secret;
mod sm2;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::hash::{Hash, encode_hex};
use crate::note::is_key_name;

const ED25519: u8 = 0x01;
const COSIGNATURE: u8 = 0x04;
const OTHER: u8 = 0xff;
const TIME_MAX: u64 = i64::MAX as u64;

/// Why a text is not a usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, trueline_language::Explain)]
pub enum KeyError {
    /// It is not `name+id+base64`.
    #[error("not a key")]
    #[zh("不是密钥")]
    Malformed,
    /// A name must not be empty or hold spaces or a plus.
    #[error("the name of a key must not be empty or contain spaces or `+`")]
    #[zh("密钥名称不得为空，也不得含空格或 `+`")]
    Name,
    /// The id in it belongs to another name or key.
    #[error("the id does not belong to this name and key")]
    #[zh("编号与该名称和密钥不符")]
    Id,
    /// Its type is not supported.
    #[error("a key of type {0:#04x} is not supported")]
    #[zh("不支持类型为 {0:#04x} 的密钥")]
    Type(u8),
    /// A key for checkpoints where one for cosignatures belongs, or the other way round.
    #[error("a key of the wrong kind")]
    #[zh("密钥种类不符")]
    Kind,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    #[zh("操作系统未能提供随机数")]
    Random,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PublicKey {
    Ed25519(VerifyingKey),
    Cosignature(VerifyingKey),
    Sm2(Box<sm2::Sm2PublicKey>),
}

impl PublicKey {
    // The type byte and what follows it, as ids and the text form hold them.
    fn encode_key(&self) -> Vec<u8> {
        match self {
            PublicKey::Ed25519(key) => [&[ED25519], key.as_bytes().as_slice()].concat(),
            PublicKey::Cosignature(key) => [&[COSIGNATURE], key.as_bytes().as_slice()].concat(),
            PublicKey::Sm2(key) => [&[OTHER], sm2::TYPE_NAME, &key.to_bytes()].concat(),
        }
    }

    fn decode_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
        let (kind, rest) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let ed25519 = || {
            let bytes = rest.try_into().map_err(|_| KeyError::Malformed)?;
            VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Malformed)
        };
        match *kind {
            ED25519 => Ok(PublicKey::Ed25519(ed25519()?)),
            COSIGNATURE => Ok(PublicKey::Cosignature(ed25519()?)),
            OTHER => {
                let point = rest.strip_prefix(sm2::TYPE_NAME).ok_or(KeyError::Type(OTHER))?;
                let key = sm2::Sm2PublicKey::from_bytes(point).ok_or(KeyError::Malformed)?;
                Ok(PublicKey::Sm2(Box::new(key)))
            }
            other => Err(KeyError::Type(other)),
        }
    }
}

/// A public key with the name it signs under. It reads and prints as a verifier key ("vkey").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    public: PublicKey,
}

impl VerifierKey {
    fn new(name: &str, public: PublicKey) -> Result<VerifierKey, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let id = key_id(name, &public.encode_key());
        Ok(VerifierKey { name: name.to_owned(), id, public })
    }

    /// The name it signs under; for a log's key the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of the digest over name, type and key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Whether it makes cosignatures, as a witness does, and not signatures of a log.
    pub fn is_cosigner(&self) -> bool {
        match self.public {
            PublicKey::Cosignature(_) => true,
            PublicKey::Ed25519(_) | PublicKey::Sm2(_) => false,
        }
    }

    /// Whether it signs by SM2 with SM3.
    pub fn is_sm2(&self) -> bool {
        match self.public {
            PublicKey::Sm2(_) => true,
            PublicKey::Ed25519(_) | PublicKey::Cosignature(_) => false,
        }
    }

    /// Whether both belong to the same secret, whatever their names and uses.
    pub fn has_same_secret(&self, other: &VerifierKey) -> bool {
        let ed25519 = |public: &PublicKey| match public {
            PublicKey::Ed25519(key) | PublicKey::Cosignature(key) => Some(*key.as_bytes()),
            PublicKey::Sm2(_) => None,
        };
        match (ed25519(&self.public), ed25519(&other.public)) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.public == other.public,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// `Some` if this key made the signature over the text; inside, the time of a cosignature.
    #[expect(clippy::option_option, reason = "whether it verifies, and whether it bears a time")]
    pub(crate) fn check_signature(&self, text: &[u8], signature: &[u8]) -> Option<Option<u64>> {
        match &self.public {
            PublicKey::Ed25519(key) => {
                let signature = Signature::from_slice(signature).ok()?;
                key.verify_strict(text, &signature).ok()?;
                Some(None)
            }
            PublicKey::Cosignature(key) => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                let signature = Signature::from_slice(signature).ok()?;
                key.verify_strict(&cosigned_message(time, text), &signature).ok()?;
                (time <= TIME_MAX).then_some(Some(time))
            }
            PublicKey::Sm2(key) => key.verifies_text(text, signature).then_some(None),
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print_key(&self.name, self.id, &self.public.encode_key()))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<VerifierKey, KeyError> {
        let (name, id, bytes) = parse_key(text)?;
        let key = VerifierKey::new(name, PublicKey::decode_key(&bytes)?)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Id) }
    }
}

/// What a witness signs.
fn cosigned_message(time: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat()
}

fn key_id(name: &str, encoded: &[u8]) -> u32 {
    let digest = Hash::digest_of(&[name.as_bytes(), b"\n", encoded].concat());
    let [a, b, c, d, ..] = digest.0;
    u32::from_be_bytes([a, b, c, d])
}

// `name+id+base64`, for public and secret keys alike.
fn print_key(name: &str, id: u32, encoded: &[u8]) -> String {
    format!("{name}+{}+{}", encode_hex(&id.to_be_bytes()), STANDARD.encode(encoded))
}

fn parse_key(text: &str) -> Result<(&str, u32, Vec<u8>), KeyError> {
    let mut parts = text.splitn(3, '+');
    let mut next = || parts.next().ok_or(KeyError::Malformed);
    let (name, id, encoded) = (next()?, next()?, next()?);
    let hexadecimal = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hexadecimal {
        return Err(KeyError::Malformed);
    }
    let id = u32::from_str_radix(id, 16).map_err(|_| KeyError::Malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| KeyError::Malformed)?;
    Ok((name, id, bytes))
}

//! SM2 with SM3 (GB/T 32918.2, GB/T 32905) over the text of a note.
//!
//! The public key is the uncompressed point of 65 bytes, the signature r and s of 32 bytes each,
//! the signer's identity the default one of GM/T 0009. C2SP has no type byte for it, so its
//! keys are of type `0xff` with [`TYPE_NAME`] behind it, as the specification lays down.

use ::sm2::dsa::signature::{Signer as _, Verifier as _};
use ::sm2::dsa::{Signature, SigningKey, VerifyingKey};

/// Follows the type byte `0xff` in keys and ids.
pub(super) const TYPE_NAME: &[u8] = b"GB/T 32918.2 SM2 with SM3";
const IDENTITY: &str = "1234567812345678";

#[derive(Debug, Clone)]
pub(super) struct Sm2PublicKey(VerifyingKey);

impl PartialEq for Sm2PublicKey {
    fn eq(&self, other: &Sm2PublicKey) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for Sm2PublicKey {}

impl Sm2PublicKey {
    pub(super) fn from_bytes(point: &[u8]) -> Option<Sm2PublicKey> {
        // Only one form of a point, so that a key has one id.
        let uncompressed = point.len() == 65 && point[0] == 4;
        let key = VerifyingKey::from_sec1_bytes(IDENTITY, point).ok()?;
        uncompressed.then_some(Sm2PublicKey(key))
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.to_sec1_bytes().into_vec()
    }

    pub(super) fn verifies_text(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify(text, &signature).is_ok())
    }
}

#[derive(Clone)]
pub(super) struct Sm2SecretKey(SigningKey);

impl Sm2SecretKey {
    pub(super) fn from_bytes(scalar: &[u8]) -> Option<Sm2SecretKey> {
        if scalar.len() != 32 {
            return None;
        }
        SigningKey::from_slice(IDENTITY, scalar).ok().map(Sm2SecretKey)
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    pub(super) fn public_key(&self) -> Sm2PublicKey {
        Sm2PublicKey(self.0.verifying_key().clone())
    }

    // The nonce follows from key and text, as in RFC 6979: no random number, so none that leaks.
    pub(super) fn sign_text(&self, text: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(text);
        signature.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pair =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(pair).collect()
    }

    #[test]
    fn the_example_of_gb_t_32918_5_verifies() {
        let public = Sm2PublicKey::from_bytes(&bytes(
            "04 09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020
             CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13",
        ))
        .unwrap();
        let signature = bytes(
            "F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3
             B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA",
        );
        assert!(public.verifies_text(b"message digest", &signature));
        assert!(!public.verifies_text(b"message Digest", &signature));
        let mut other = signature.clone();
        other[40] ^= 1;
        assert!(!public.verifies_text(b"message digest", &other));

        let secret = Sm2SecretKey::from_bytes(&bytes(
            "3945208F 7B2144B1 3F36E38A C6D39F95 88939369 2860B51A 42FB81EF 4DF7C5B8",
        ))
        .unwrap();
        assert_eq!(secret.public_key(), public);
        assert!(public.verifies_text(b"message digest", &secret.sign_text(b"message digest")));
    }
    // `openssl dgst -sm3 -sign key -sigopt distid:1234567812345678`, OpenSSL 3.0.19.
    #[test]
    fn what_openssl_signed_verifies() {
        let public = Sm2PublicKey::from_bytes(&bytes(
            "04 5abed928 f92a27c0 2624ae53 bddecd6a e41e9114 ee56315f c17e902b 58adb121
             bcb37ea6 1750da21 424a57bd b784c9fe 682ebcd0 7e070c21 5611a070 fc209ac0",
        ));
        let signature = bytes(
            "F456B95C 5EF493E0 7572D477 80542B5E A82458BD A89A9802 FB0A3BC0 8A5356DC
             ED9CC142 14408787 40C4BA6C 4FAE0E99 16541526 ED1440E3 691B5056 528209DE",
        );
        let text = b"log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        assert!(public.unwrap().verifies_text(text, &signature));
    }
}

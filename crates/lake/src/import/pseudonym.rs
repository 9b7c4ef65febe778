//! Pseudonyms: the first 16 hex digits of HMAC-SHA-256 under a key that the instance keeps.

use sha2::{Digest as _, Sha256};

const BLOCK: usize = 64;

/// Makes pseudonyms under one key.
#[derive(Clone)]
pub(crate) struct Pseudonyms {
    inner: Sha256,
    outer: Sha256,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    pub(crate) fn new(key: &[u8]) -> Pseudonyms {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let start = |pad: u8| {
            let mut sha = Sha256::new();
            sha.update(block.map(|byte| byte ^ pad));
            sha
        };
        Pseudonyms { inner: start(0x36), outer: start(0x5c) }
    }

    pub(crate) fn make_pseudonym(&self, text: &str) -> String {
        let inner = self.inner.clone().chain_update(text.as_bytes()).finalize();
        let outer = self.outer.clone().chain_update(inner).finalize();
        crate::hex::hex_digits(&outer[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_hmac_sha_256() {
        // RFC 4231, test case 2, and case 6 with its key longer than a block.
        assert_eq!(
            Pseudonyms::new(b"Jefe").make_pseudonym("what do ya want for nothing?"),
            "5bdcc146bf60754e"
        );
        let long = Pseudonyms::new(&[0xaa; 131]);
        let text = "Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(long.make_pseudonym(text), "60e431591ee0b67f");
    }
}

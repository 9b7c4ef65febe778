//! Vectors that others published.

use trueline_ledger::{
    Hash, Note, NoteError, Signer, VerifierKey, leaf_hash, node_hash, verify_consistency,
    verify_inclusion,
};

fn hash(hex: &str) -> Hash {
    let byte = |at: usize| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
    Hash(std::array::from_fn(byte))
}

// The eight leaves and the roots over them that Certificate Transparency's implementations test
// with, RFC 6962.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_roots_of_certificate_transparency_s_eight_leaves() {
    let work = tempfile::tempdir().unwrap();
    let signer = Signer::from_seed("a", &[1; 32]).unwrap();
    let mut log = trueline_ledger::Log::create(work.path().join("log"), "a", vec![signer]).unwrap();
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        let note = log.append_entries(&[leaf]).unwrap().checkpoint;
        assert_eq!(note.text().lines().nth(2), Some(hash(root).to_string().as_str()));
    }
}

#[test]
fn the_paths_of_certificate_transparency_s_eight_leaves() {
    let leaf: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let pair = |at: usize| node_hash(&leaf[at], &leaf[at + 1]);
    let root = |size: u64| hash(ROOTS[size as usize - 1]);
    let check = |index: u64, size: u64, path: &[Hash]| {
        verify_inclusion(&leaf[index as usize], index, path, size, &root(size)).unwrap();
    };
    check(0, 1, &[]);
    check(5, 8, &[leaf[4], pair(6), root(4)]);
    check(2, 3, &[root(2)]);
    check(1, 5, &[leaf[0], pair(2), leaf[4]]);
    let consistent = |old: u64, new: u64, proof: &[Hash]| {
        verify_consistency((old, &root(old)), (new, &root(new)), proof).unwrap();
    };
    consistent(1, 1, &[]);
    consistent(1, 8, &[leaf[1], pair(2), node_hash(&pair(4), &pair(6))]);
    consistent(6, 8, &[pair(4), pair(6), root(4)]);
    consistent(2, 5, &[pair(2), leaf[4]]);
    // The hexadecimal that those implementations give for the first hash of 6 in 8.
    assert_eq!(pair(4), hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"));
}

// From the documentation of Go's golang.org/x/mod/sumdb/note.
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng\
    otpRZb6KE6RyyBwJnAM=\n";
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

#[test]
fn the_note_that_go_signed_verifies() {
    let key: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(
        (key.name(), key.id(), key.to_string().as_str()),
        ("PeterNeumann", 0xc74f_20a3, GO_KEY)
    );
    let note = Note::parse(GO_NOTE.as_bytes()).unwrap();
    assert_eq!(note.verify_signatures([&key]).unwrap()[0].key, &key);
    let changed = GO_NOTE.replace("cryptography", "Cryptography");
    let refused = Note::parse(changed.as_bytes()).unwrap().verify_signatures([&key]).map(|_| ());
    assert_eq!(refused, Err(NoteError::BadSignature { name: "PeterNeumann".to_owned() }));
    let stranger: VerifierKey = Signer::generate("PeterNeumann").unwrap().verifier_key().clone();
    assert_eq!(note.verify_signatures([&stranger]).map(|_| ()), Err(NoteError::Unsigned));
}

// The examples in the text of signed-note, tlog-checkpoint and tlog-cosignature.
#[test]
fn the_specifications_examples_read_and_print() {
    let poem = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito \
        sera.\n\n\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+\
        EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let note = Note::parse(poem.as_bytes()).unwrap();
    assert!(note.text().ends_with("sole:\n\ned è subito sera.\n"));
    assert_eq!(note.signatures()[0].key_id(), 0x367b_a04b);
    assert_eq!(note.to_string(), poem);
    let cosigned = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URY\
        N7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC\
        B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(cosigned.as_bytes()).unwrap();
    // A cosignature is eight bytes of time and sixty-four of signature.
    let signature = note.signatures()[1].signature();
    assert_eq!(signature.len(), 72);
    assert_eq!(signature[..8], 1_679_315_147_u64.to_be_bytes());
    assert_eq!(note.to_string(), cosigned);
}

#[test]
fn what_the_specification_forbids_in_a_note_is_refused() {
    let line = GO_NOTE.lines().last().unwrap();
    let refused = [
        String::new(),
        "text\n".to_owned(),
        format!("text\n\n{line}"),
        format!("text\n{line}\n"),
        format!("text\r\n\n{line}\n"),
        format!("te\txt\n\n{line}\n"),
        format!("text\n\n{line}\n\n"),
        "text\n\n\n".to_owned(),
        format!("text\n\n{}\n", line.replace('\u{2014}', "-")),
        format!("text\n\n{}\n", line.replace("PeterNeumann", "Peter+Neumann")),
        format!("text\n\n{}\n", line.replace("PeterNeumann", "Peter\u{2003}Neumann")),
        format!("text\n\n{}\n", line.replace("PeterNeumann", "")),
        format!("text\n\n{}\n", line.replace("AM=", "AN=")),
        "text\n\n\u{2014} name x08goA==\n".replace("x08goA==", "x08goA"),
        "text\n\n\u{2014} name x08gow==\n".to_owned(),
        format!("text\n\n{}", format!("{line}\n").repeat(101)),
    ];
    for note in refused {
        assert!(Note::parse(note.as_bytes()).is_err(), "{note:?}");
    }
    assert!(Note::parse(b"text\xff\n\n").is_err());
    let many = format!("text\n\n{}", format!("{line}\n").repeat(16));
    assert!(Note::parse(many.as_bytes()).is_ok());
}

//! Key files, and the SM2 line beside the Ed25519 one.

use std::fs;

use trueline_ledger::{
    Cosigner, KeyError, KeyFileError, Log, Note, NoteError, Policy, Signer, VerifierKey,
};

#[test]
fn a_key_file_is_its_owner_s_alone_and_never_inside_the_log() {
    let work = tempfile::tempdir().unwrap();
    let log = work.path().join("log");
    fs::create_dir(&log).unwrap();
    let signer = Signer::generate("log.example").unwrap();
    let inside = log.join("key");
    assert!(matches!(signer.save_key(&inside, &log), Err(KeyFileError::Inside { .. })));
    let path = work.path().join("key");
    signer.save_key(&path, &log).unwrap();
    assert!(matches!(signer.save_key(&path, &log), Err(KeyFileError::Exists(_))));
    let read = Signer::load_key(&path, &log).unwrap();
    assert_eq!(read.verifier_key(), signer.verifier_key());
    assert!(!format!("{read:?}").contains("PRIVATE"));
    let kind = Cosigner::load_key(&path, &log);
    assert!(matches!(kind, Err(KeyFileError::Key { source: KeyError::Kind, .. })), "{kind:?}");

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o644, 0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = Signer::load_key(&path, &log);
            assert!(matches!(refused, Err(KeyFileError::Exposed { .. })), "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink(&log, work.path().join("alias")).unwrap();
        let through_a_link = signer.save_key(&work.path().join("alias/key"), &log);
        assert!(matches!(through_a_link, Err(KeyFileError::Inside { .. })));
    }
}

#[test]
fn secret_keys_of_all_kinds_come_back() {
    let work = tempfile::tempdir().unwrap();
    let log = work.path().join("log");
    let sm2 = Signer::generate_sm2("log.example").unwrap();
    sm2.save_key(&work.path().join("sm2"), &log).unwrap();
    let read = Signer::load_key(&work.path().join("sm2"), &log).unwrap();
    assert_eq!(read.verifier_key(), sm2.verifier_key());
    let cosigner = Cosigner::generate("witness.example").unwrap();
    cosigner.save_key(&work.path().join("w"), &log).unwrap();
    let read = Cosigner::load_key(&work.path().join("w"), &log).unwrap();
    assert_eq!(read.verifier_key(), cosigner.verifier_key());
    for key in [sm2.verifier_key(), cosigner.verifier_key()] {
        assert_eq!(&key.to_string().parse::<VerifierKey>().unwrap(), key);
    }
}

#[test]
fn a_key_text_that_does_not_hold_together_is_refused() {
    let key = Signer::from_seed("log.example", &[1; 32]).unwrap().verifier_key().to_string();
    let cases = [
        (key.replace("log.example", "log.example2"), KeyError::Id),
        (key.replace("log.example", ""), KeyError::Name),
        (key.replace("log.example", "log example"), KeyError::Name),
        (key.replace("+AY", "+BY"), KeyError::Type(5)),
        (key.replacen('1', "2", 1), KeyError::Id),
        ("a+00000000+".to_owned(), KeyError::Malformed),
        ("a+0000000+AQ==".to_owned(), KeyError::Malformed),
        ("a+00000000+Ag==".to_owned(), KeyError::Type(2)),
        ("a+00000000+/w==".to_owned(), KeyError::Type(255)),
        ("nothing".to_owned(), KeyError::Malformed),
    ];
    for (text, error) in cases {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    }
}

#[test]
fn sm2_signs_the_same_checkpoint_and_both_lines_count() {
    let work = tempfile::tempdir().unwrap();
    let signers = vec![
        Signer::generate("log.example").unwrap(),
        Signer::generate_sm2("log.example").unwrap(),
    ];
    let keys: Vec<VerifierKey> =
        signers.iter().map(|signer| signer.verifier_key().clone()).collect();
    let mut log = Log::create(work.path().join("log"), "log.example", signers).unwrap();
    let note = log.append_entries(&["an entry"]).unwrap().checkpoint;
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.signatures()[1].signature().len(), 64);
    let policy = format!("log {}\nlog {}\nquorum none\n", keys[0], keys[1]);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    assert_eq!(policy.check_checkpoint(&note, &[]).unwrap().log_keys, keys);

    // Either line alone will do, a wrong one refuses the note.
    for key in &keys {
        assert_eq!(note.verify_signatures([key]).unwrap().len(), 1);
    }
    let lines: Vec<String> = note.to_string().lines().map(str::to_owned).collect();
    let [.., ed25519, _] = lines.as_slice() else { panic!() };
    let other = log.append_entries(&["another"]).unwrap().checkpoint;
    let other_sm2 = other.to_string().lines().last().unwrap().to_owned();
    let mixed = format!("{}\n{ed25519}\n{other_sm2}\n", note.text());
    let mixed = Note::parse(mixed.as_bytes()).unwrap();
    assert!(mixed.verify_signatures([&keys[0]]).is_ok());
    let refused = mixed.verify_signatures(&keys).map(|_| ());
    assert_eq!(refused, Err(NoteError::BadSignature { name: "log.example".to_owned() }));
}

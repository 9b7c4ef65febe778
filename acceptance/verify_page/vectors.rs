//! What the page computes by itself, against published vectors: hashes and signatures.

use serde_json::{Value, json};

use super::page;

#[test]
fn its_own_sha_256_gives_the_examples_of_fips_180_4_and_what_the_browser_gives() {
    let browser = page();
    // The standard's examples: of one block, of two, of a million bytes; and of nothing.
    let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    for (input, expected) in [
        ("''", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("'abc'", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (&format!("'{long}'"), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ("'a'.repeat(1000000)", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ] {
        assert_eq!(browser.text(&format!("hex(ownSha256(utf8({input})))")), expected, "{input}");
    }
    let differing = browser.js("(async () => { const all = [];
           for (let n = 0; n <= 200; n += 1) {
             const bytes = Uint8Array.from({ length: n }, (_, at) => (at * 131 + n * 17) % 256);
             const known = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
             if (!same(ownSha256(bytes), known)) all.push(n);
           }
           return all; })()");
    assert_eq!(differing, json!([]));
}

#[test]
fn its_own_sha_512_gives_the_example_of_fips_180_4_and_what_the_browser_gives() {
    let browser = page();
    let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
        2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    assert_eq!(browser.text("hex(sha512(utf8('abc')))"), abc);
    let differing = browser.js("(async () => { const all = [];
           for (let n = 0; n <= 300; n += 7) {
             const bytes = Uint8Array.from({ length: n }, (_, at) => (at * 31 + n) % 256);
             const known = new Uint8Array(await crypto.subtle.digest('SHA-512', bytes));
             if (!same(sha512(bytes), known)) all.push(n);
           }
           return all; })()");
    assert_eq!(differing, json!([]));
}

const RFC_8032: &str = include_str!("rfc8032.txt");

#[test]
fn its_own_ed25519_takes_the_vectors_of_rfc_8032_and_nothing_near_them() {
    let browser = page();
    let lines: Vec<&str> = RFC_8032.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 5);
    for line in lines {
        let parts: Vec<&str> = line.split(' ').collect();
        let (key, signature) = (parts[1], parts[2]);
        let message = parts.get(3).copied().unwrap_or_default();
        let judged = browser.js(&format!(
            "(async () => {{
               const key = unhex('{key}'), sig = unhex('{signature}'), message = unhex('{message}');
               const flipped = (bytes, bit) => {{
                 const other = bytes.slice(); other[bit >> 3] ^= 1 << (bit & 7); return other;
               }};
               const higher = (() => {{
                 const s = little(sig.subarray(32)) + L, out = sig.slice();
                 for (let at = 0; at < 32; at += 1) {{
                   out[32 + at] = Number((s >> BigInt(8 * at)) & 255n);
                 }}
                 return out;
               }})();
               const taken = [];
               const refuse = (what, ...all) => {{ if (ownEd25519(...all)) taken.push(what); }};
               for (const bit of [0, 7, 100, 254, 255]) {{
                 refuse(`R ${{bit}}`, key, flipped(sig, bit), message);
                 refuse(`S ${{bit}}`, key, flipped(sig, 256 + bit), message);
                 refuse(`key ${{bit}}`, flipped(key, bit), sig, message);
               }}
               for (const bit of [0, message.length * 8 - 1]) {{
                 if (message.length) refuse(`message ${{bit}}`, key, sig, flipped(message, bit));
               }}
               refuse('S + L', key, higher, message);
               refuse('a longer message', key, sig, join(message, Uint8Array.of(0)));
               refuse('a shorter signature', key, sig.subarray(0, 63), message);
               const own = ownEd25519(key, sig, message);
               return {{ own, both: await ed25519(key, sig, message), taken }};
             }})()"
        ));
        assert_eq!(judged, json!({ "own": true, "both": true, "taken": [] }), "TEST {}", parts[0]);
    }
}

// Keys of small order verify signatures that nobody made; with the strict check none does.
#[test]
fn its_own_ed25519_refuses_keys_and_points_of_small_order_and_other_encodings() {
    let browser = page();
    let points = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        // The first of them again, with p added: not a canonical encoding.
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for point in points {
        let taken = browser.js(&format!(
            "ownEd25519(unhex('{point}'), join(unhex('{point}'), new Uint8Array(32)), utf8('x'))"
        ));
        assert_eq!(taken, false, "{point}");
    }
}

// GB/T 32918.5 and what OpenSSL 3.0.19 signed: the vectors that `crates/ledger` uses.
const SM2: [(&str, &str, &str); 2] = [
    (
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
         ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        "message digest",
    ),
    (
        "045abed928f92a27c02624ae53bddecd6ae41e9114ee56315fc17e902b58adb121\
         bcb37ea61750da21424a57bdb784c9fe682ebcd07e070c215611a070fc209ac0",
        "f456b95c5ef493e07572d47780542b5ea82458bda89a9802fb0a3bc08a5356dc\
         ed9cc1421440878740c4ba6c4fae0e9916541526ed1440e3691b5056528209de",
        "log.example\\n0\\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\\n",
    ),
];

#[test]
fn sm3_gives_the_examples_of_gb_t_32905() {
    let browser = page();
    for (input, expected) in [
        ("'abc'", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        ("'abcd'.repeat(16)", "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ] {
        assert_eq!(browser.text(&format!("hex(sm3(utf8({input})))")), expected);
    }
}

#[test]
fn sm2_takes_the_vectors_of_gb_t_32918_5_and_of_openssl_and_nothing_near_them() {
    let browser = page();
    for (key, signature, message) in SM2 {
        let judged: Value = browser.js(&format!(
            "(() => {{
               const key = unhex('{key}'), sig = unhex('{signature}'), message = utf8('{message}');
               const flipped = (bytes, bit) => {{
                 const other = bytes.slice(); other[bit >> 3] ^= 1 << (bit & 7); return other;
               }};
               const none = new Uint8Array(32), order = unhex(SM2_N.toString(16));
               const r = sig.subarray(0, 32), s = sig.subarray(32);
               const other = unhex((SM2_N - bigEnd(s)).toString(16).padStart(64, '0'));
               const wrong = {{
                 'r flipped': [key, flipped(sig, 40), message],
                 's flipped': [key, flipped(sig, 400), message],
                 'key flipped': [flipped(key, 100), sig, message],
                 'message': [key, sig, flipped(message, 3)],
                 'r is 0': [key, join(none, s), message],
                 's is 0': [key, join(r, none), message],
                 'r is n': [key, join(order, s), message],
                 'r + s is n': [key, join(other, s), message],
                 'compressed': [key.subarray(0, 33), sig, message],
                 'short': [key, sig.subarray(1), message],
               }};
               const taken = Object.keys(wrong).filter((what) => sm2(...wrong[what]));
               return {{ right: sm2(key, sig, message), taken }};
             }})()"
        ));
        assert_eq!(judged, json!({ "right": true, "taken": [] }), "{message}");
    }
}

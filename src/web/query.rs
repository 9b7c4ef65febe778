//! Queries of addresses: names and values, percent-encoded.

/// The parameters of a query: name, decoded value, and the pair as it was written.
pub(crate) fn parameters(query: Option<&str>) -> impl Iterator<Item = (&str, String, &str)> {
    query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name, decode_form_value(value), pair)
    })
}

/// Percent-decoding of a form value. What is no code stays as it is.
fn decode_form_value(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%')
            .then(|| value.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], code) {
            (_, Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', None) => out.push(b' '),
            (byte, None) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encoding for a query value.
pub(crate) fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~,=/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{decode_form_value, encoded};

    #[test]
    fn a_form_value_comes_back_as_it_was_typed() {
        assert_eq!(
            decode_form_value("prefecture%3D141100%2Cmonth%3D2020-05"),
            "prefecture=141100,month=2020-05"
        );
        assert_eq!(decode_form_value("a+b%"), "a b%");
        assert_eq!(decode_form_value(&encoded("吕梁 & 太原")), "吕梁 & 太原");
    }
}

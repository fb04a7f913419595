//! Finds a secret in whatever form it may have slipped out.

use std::collections::HashMap;

use ark_bn254::Fr;
use ark_ff::{BigInteger, PrimeField};

/// Bytes that are looked up at once.
const KEY: usize = 8;

/// Secrets in all forms in which they could be written by mistake. Each is also found when some of it is missing, as long as
/// its first, middle or last half is there.
#[derive(Default)]
pub(crate) struct Secrets {
    /// Halves of forms, by their first bytes.
    halves: HashMap<[u8; KEY], Vec<Half>>,
}

struct Half {
    what: String,
    form: &'static str,
    bytes: Vec<u8>,
}

impl Secrets {
    pub(crate) fn plant(&mut self, what: impl Into<String>, secret: &[u8]) {
        assert!(secret.len() >= 2 * KEY, "half of a short secret is found by chance");
        let what = what.into();
        let hex = hex::encode(secret);
        let numbers = secret.iter().map(u8::to_string).collect::<Vec<_>>();
        self.add(&what, "as it is", secret);
        self.add(&what, "in hex", hex.as_bytes());
        self.add(&what, "in capital hex", hex.to_ascii_uppercase().as_bytes());
        self.add(&what, "as a list of numbers", numbers.join(", ").as_bytes());
        self.add(&what, "as a list of numbers", numbers.join(",").as_bytes());
        for alphabet in [b"+/", b"-_"] {
            for before in 0..3 {
                self.add(&what, "in base64", &base64(secret, before, *alphabet));
            }
        }
    }

    /// Plants a field element: as a number, as its bytes in either order, and as arkworks and proving keys hold it.
    pub(crate) fn plant_element(&mut self, what: &str, element: Fr) {
        let number = element.into_bigint();
        self.add(what, "in decimal", number.to_string().as_bytes());
        for form in [number, element.0] {
            self.plant(what, &form.to_bytes_le());
            self.plant(what, &form.to_bytes_be());
            self.add(what, "as limbs", form.0.map(|limb| limb.to_string()).join(", ").as_bytes());
        }
    }

    fn add(&mut self, what: &str, form: &'static str, bytes: &[u8]) {
        let half = bytes.len() / 2;
        for from in [0, half / 2, bytes.len() - half] {
            let bytes = bytes[from..from + half].to_vec();
            let key = bytes[..KEY].try_into().unwrap();
            self.halves.entry(key).or_default().push(Half { what: what.to_owned(), form, bytes });
        }
    }

    /// Which secrets are in `text`, and in which form.
    pub(crate) fn found(&self, text: &[u8]) -> Vec<(&str, &'static str)> {
        let mut found = Vec::new();
        for (at, key) in text.windows(KEY).enumerate() {
            let halves = self.halves.get(key).into_iter().flatten();
            found.extend(halves.filter(|half| text[at..].starts_with(&half.bytes)).map(|h| (h.what.as_str(), h.form)));
        }
        found
    }
}

/// The digits of base64 that `secret` alone decides, when it stands after `before` other bytes.
fn base64(secret: &[u8], before: usize, last: [u8; 2]) -> Vec<u8> {
    let digits: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last).collect();
    let bit = |at: usize| secret[at / 8] >> (7 - at % 8) & 1;
    // The first digit that begins inside the secret.
    let first = (6 - 8 * before % 6) % 6;
    let whole = (8 * secret.len() - first) / 6;
    (0..whole)
        .map(|digit| (0..6).fold(0, |value, i| 2 * value + bit(first + 6 * digit + i)))
        .map(|d| digits[usize::from(d)])
        .collect()
}

#[test]
fn the_search_finds_what_is_there() {
    let secret: Vec<u8> = (100..132).collect();
    let mut planted = Secrets::default();
    planted.plant("planted", &secret);
    let form = |text: &[u8]| planted.found(text).first().map(|(_, form)| *form);
    // "defgh…" after none, one and two bytes, as `base64` of coreutils writes them.
    for text in [
        "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=",
        "eGRlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKD",
        "eHhkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8fX5/gIGCgw==",
    ] {
        assert_eq!(form(text.as_bytes()), Some("in base64"), "{text}");
    }
    let hex = hex::encode(&secret);
    assert_eq!(form(format!("x{hex}x").as_bytes()), Some("in hex"));
    // Without its first digit, and only its end.
    assert_eq!((form(&hex.as_bytes()[1..]), form(&hex.as_bytes()[32..])), (Some("in hex"), Some("in hex")));
    assert_eq!(form(format!("{secret:?}").as_bytes()), Some("as a list of numbers"));
    assert_eq!(form(&[b"x", &secret[..], b"x"].concat()), Some("as it is"));
    assert_eq!(form(&secret[20..]), None);

    let element = -Fr::from(12345u64);
    let mut planted = Secrets::default();
    planted.plant_element("planted", element);
    let mut bytes = element.into_bigint().to_bytes_le();
    for (text, expected) in [
        (format!("{element:?}"), "in decimal"),
        (element.to_string(), "in decimal"),
        (format!("{:?}", element.into_bigint().0), "as limbs"),
        (hex::encode(&bytes), "in hex"),
        (format!("{bytes:?}"), "as a list of numbers"),
    ] {
        assert_eq!(planted.found(text.as_bytes()).first(), Some(&("planted", expected)), "{text}");
    }
    bytes.reverse();
    assert_eq!(planted.found(&bytes).first(), Some(&("planted", "as it is")));
}

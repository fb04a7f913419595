//! The metadata of a GGUF file: typed values by key.

use std::collections::BTreeMap;

/// A value, its number types widened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Unsigned(u64),
    Signed(i64),
    F32(f32),
    F64(f64),
    Bool(bool),
    Text(String),
    Integers(Vec<i64>),
    Floats(Vec<f32>),
    Texts(Vec<String>),
    Bools(Vec<bool>),
}

impl Value {
    /// The kind of value, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Unsigned(_) => "a number without sign",
            Self::Signed(_) => "a number with a sign",
            Self::F32(_) | Self::F64(_) => "a fraction",
            Self::Bool(_) => "true or false",
            Self::Text(_) => "a text",
            Self::Integers(_) => "a list of numbers",
            Self::Floats(_) => "a list of fractions",
            Self::Texts(_) => "a list of texts",
            Self::Bools(_) => "a list of true and false",
        }
    }
}

/// The key-value pairs of a file. Errors are sentences that name the key.
#[derive(Debug, Default)]
pub(crate) struct Values(pub(super) BTreeMap<String, Value>);

/// The value as another kind than the key asks for.
fn wrong<T>(key: &str, value: &Value, expected: &str) -> Result<T, String> {
    Err(format!("{key} is {}, expected {expected}", value.kind()))
}

impl Values {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn whole(&self, key: &str) -> Result<Option<u64>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Unsigned(n)) => Ok(Some(*n)),
            Some(Value::Signed(n)) if *n >= 0 => Ok(Some(n.unsigned_abs())),
            Some(other) => wrong(key, other, "a number that is not negative"),
        }
    }

    /// A fraction, in the shortest decimal form that gives the stored single precision.
    pub(crate) fn fraction(&self, key: &str) -> Result<Option<f64>, String> {
        let value = match self.get(key) {
            None => return Ok(None),
            Some(Value::F32(x)) => x.to_string().parse().map_err(|_| format!("{key} is {x}"))?,
            Some(Value::F64(x)) => *x,
            Some(other) => return wrong(key, other, "a fraction"),
        };
        if value.is_finite() { Ok(Some(value)) } else { Err(format!("{key} is {value}")) }
    }

    pub(crate) fn truth(&self, key: &str) -> Result<Option<bool>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(b)) => Ok(Some(*b)),
            Some(other) => wrong(key, other, "true or false"),
        }
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(other) => wrong(key, other, "a text"),
        }
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Option<&[String]>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Texts(texts)) => Ok(Some(texts)),
            Some(other) => wrong(key, other, "a list of texts"),
        }
    }

    pub(crate) fn integers(&self, key: &str) -> Result<Option<&[i64]>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Integers(list)) => Ok(Some(list)),
            Some(other) => wrong(key, other, "a list of numbers"),
        }
    }

    pub(crate) fn fractions(&self, key: &str) -> Result<Option<&[f32]>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Floats(list)) => Ok(Some(list)),
            Some(other) => wrong(key, other, "a list of fractions"),
        }
    }
}

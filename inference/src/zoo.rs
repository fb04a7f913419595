//! The built-in models, compiled into the library. `inference/zoo/README.md` tells what they are.

use crate::InferenceError;

/// Name and file of each built-in model.
const FILES: &[(&str, &[u8])] = &[
    ("base", include_bytes!("../zoo/base.safetensors")),
    ("base-q8", include_bytes!("../zoo/base-q8.safetensors")),
    ("base-q4", include_bytes!("../zoo/base-q4.safetensors")),
    ("finetuned", include_bytes!("../zoo/finetuned.safetensors")),
    ("distilled", include_bytes!("../zoo/distilled.safetensors")),
    ("larger", include_bytes!("../zoo/larger.safetensors")),
    ("other", include_bytes!("../zoo/other.safetensors")),
];

/// The names that `builtin:` accepts.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The safetensors file of the built-in model `name`.
///
/// # Errors
/// [`InferenceError::UnknownBuiltin`] when there is none of this name.
pub fn bytes(name: &str) -> Result<&'static [u8], InferenceError> {
    FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes).ok_or_else(|| {
        InferenceError::UnknownBuiltin { name: name.to_owned(), known: names().collect::<Vec<_>>().join(", ") }
    })
}

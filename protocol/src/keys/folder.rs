//! Where a user's keys lie.

use std::{ffi::OsString, path::PathBuf};

/// The per-user key folder, from the environment that `variable` looks up: `$POT_KEY_DIR`, else
/// `$XDG_CACHE_HOME/pot/keys`, else `$HOME/.cache/pot/keys`. `None` without any of them. Empty variables do not count.
pub fn key_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("POT_KEY_DIR")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("pot/keys")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/pot/keys")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_wins() {
        let with = |set: &[(&str, &str)]| {
            let set: Vec<_> = set.iter().map(|(n, v)| ((*n).to_owned(), OsString::from(*v))).collect();
            key_folder(move |name| set.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()))
        };
        let all = [("POT_KEY_DIR", "/k"), ("XDG_CACHE_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(with(&all), Some("/k".into()));
        assert_eq!(with(&all[1..]), Some("/x/pot/keys".into()));
        assert_eq!(with(&all[2..]), Some("/h/.cache/pot/keys".into()));
        assert_eq!(with(&[("POT_KEY_DIR", ""), ("HOME", "/h")]), Some("/h/.cache/pot/keys".into()));
        assert_eq!(with(&[]), None);
    }
}

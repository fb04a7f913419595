//! The trusted keys of a call: those that are named, else the built-in ones.

use pot_protocol::{
    bundle::Bundle,
    keys::{KeyId, RawVerifyingKey, key_folder},
};
use pot_verifier::trust::{BUILT_IN, KeyBytes, TrustStore, parse_trust_file};

use crate::{
    args::Trust,
    exit::{Exit, Stop},
    files,
};

/// Reads the keys that count. With `bundle` and without any named key, the user's own development key for it counts
/// too, where development keys are allowed.
pub(crate) fn store(args: &Trust, bundle: Option<&[u8]>) -> Result<TrustStore, Stop> {
    let refuse = |message| Stop(Exit::Trust, message);
    let mut store = TrustStore::new(args.allow_development_key);
    for path in &args.named {
        let bytes = files::file(path).map_err(refuse)?;
        store.add(&bytes).map_err(|e| refuse(format!("{}: {e}", path.display())))?;
    }
    for path in &args.lists {
        let at = |message| refuse(format!("{}: {message}", path.display()));
        for key in parse_trust_file(&files::file(path).map_err(refuse)?).map_err(|e| at(e.to_string()))? {
            let bytes = match &key.bytes {
                KeyBytes::Here(bytes) => bytes.clone(),
                KeyBytes::File(name) => {
                    let file = path.parent().unwrap_or(path).join(name);
                    files::small_file(&file, RawVerifyingKey::MAX_LEN as u64).map_err(at)?
                }
            };
            store.add_listed(&key, &bytes).map_err(|e| at(e.to_string()))?;
        }
    }
    if !(args.named.is_empty() && args.lists.is_empty()) {
        return Ok(store);
    }
    store.add_built_in(BUILT_IN)?;
    // A malformed bundle is reported by the check itself.
    if let (true, Some(Ok(bundle))) = (own_keys_count(args), bundle.map(Bundle::from_bytes)) {
        add_own(&mut store, bundle.key)?;
    }
    Ok(store)
}

/// Whether keys in the user's own key folder count: where development keys are allowed and no key was named.
pub(crate) fn own_keys_count(args: &Trust) -> bool {
    args.allow_development_key && args.named.is_empty() && args.lists.is_empty()
}

/// Adds the key with this id out of the user's own key folder, if there is one.
pub(crate) fn add_own(store: &mut TrustStore, id: KeyId) -> Result<(), Stop> {
    let own = key_folder(|name| std::env::var_os(name)).map(|f| f.join(id.to_string()).join("verifying.key"));
    if let Some(Ok(bytes)) = own.map(|path| files::file(&path)) {
        store.add_own(&bytes)?;
    }
    Ok(())
}

//! Many bundles at once: everything as in [`crate::check`], and the equations of all proofs under one key by one product of
//! pairings.

use std::{collections::BTreeMap, num::NonZeroUsize};

use pot_protocol::{
    digest::Digest,
    keys::KeyId,
    parallel,
    policy::{Policy, Preset},
    statement::Statement,
};

use super::{
    Evidence, accepted,
    claim::{Claim, refused},
    policy_file, policy_of,
};
use crate::{error::CheckError, report::Report, trust::TrustStore};

/// Checks many bundles under the keys in `trust`, on up to `threads` threads, and says of each what [`crate::check`] says of
/// it with nothing given beside but `policy`, the file that is accepted.
///
/// A false proof passes with a chance of 2^-128 for each batch that its maker tries, where `check` takes no chance at all.
/// Memory grows with the number of bundles, by less than 10 kB and twice the size of each: pass a few thousand at a time.
pub fn check_batch<B: AsRef<[u8]> + Sync>(
    bundles: &[B],
    trust: &TrustStore,
    policy: Option<&[u8]>,
    threads: NonZeroUsize,
) -> Vec<Result<Report, CheckError>> {
    let policies = Policies::new(policy);
    let claims =
        parallel::map(bundles, threads, |bundle| Claim::read(bundle.as_ref(), trust, |s| policies.registered(s)));

    let mut by_key: BTreeMap<KeyId, Vec<(usize, &Claim<'_>)>> = BTreeMap::new();
    for (place, claim) in claims.iter().enumerate() {
        if let Ok(claim) = claim {
            by_key.entry(claim.bundle.key).or_default().push((place, claim));
        }
    }
    let mut false_proofs = BTreeMap::new();
    for group in by_key.values() {
        let proofs: Vec<_> = group.iter().map(|(_, claim)| *claim.proof()).collect();
        // All claims of a group have one key.
        let Some((_, first)) = group.first() else { continue };
        let told = first.trusted.key().verify_each(&proofs, threads);
        let refusals = told.into_iter().zip(group).filter_map(|(held, (place, _))| Some((*place, held.err()?)));
        false_proofs.extend(refusals);
    }

    let places: Vec<_> = claims.iter().enumerate().collect();
    parallel::map(&places, threads, |(place, claim)| match (claim, false_proofs.get(place)) {
        (Err(e), _) => Err(e.clone()),
        (Ok(_), Some(e)) => Err(refused(*e)),
        (Ok(claim), None) => accepted(claim, &Evidence::default()),
    })
}

/// The policies that bundles may have, each read once for all of them.
struct Policies {
    /// The file that is accepted, or why it is refused.
    file: Option<Result<Policy, CheckError>>,
    /// Those that come with the program, by their digest.
    presets: BTreeMap<Digest, Policy>,
}

impl Policies {
    fn new(file: Option<&[u8]>) -> Self {
        let presets = Preset::all().into_iter().map(|preset| (preset.document_digest(), preset.policy())).collect();
        Self { file: file.map(policy_file), presets }
    }

    fn registered(&self, statement: &Statement) -> Result<Policy, CheckError> {
        if let Some(policy) = &self.file {
            return policy.clone();
        }
        let known = self.presets.get(&statement.registration().fields().policy.document);
        known.map_or_else(|| policy_of(statement, None), |policy| Ok(policy.clone()))
    }
}

//! Development keys: made on one machine, from the operating system's randomness.

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::PrimeGroup;
use ark_ff::{One, UniformRand, Zero};
use ark_relations::gr1cs::ConstraintSynthesizer;
use ark_std::rand::{SeedableRng, rngs::StdRng};
use pot_protocol::{
    digest::Digest,
    keys::{KeyId, Provenance},
    rule::Capacity,
};
use zeroize::Zeroizing;

use crate::{Groth16, KeyStore, ProvingKey, SetupError, formats::r1cs::R1cs, proving::Parameters, randomness};

/// A point on the way to a key, for those who show progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key of the store has a damaged manifest and is passed over; it may have been one for this circuit.
    PassedOver(KeyId, String),
    /// Another process makes a key: waiting for it.
    Waiting,
    /// The circuit is laid out and its key computed: seconds.
    Computing,
    /// The key is written.
    Saving,
}

/// Makes a key for `circuit` and throws its secrets away.
///
/// γ is 1 over the standard generators, as in every key that a ceremony gives, so that both kinds have one form.
///
/// The secrets α, β, δ and the evaluation point are wiped where this function holds them. arkworks copies them by
/// value while it computes (and derives powers of the point on the heap) and wipes nothing, and the machine may swap:
/// a development key asks for trust in the machine that made it, which is why the checker calls it worthless.
///
/// # Errors
/// [`SetupError`] when there is no randomness, or the circuit cannot be laid out or has not four public inputs.
pub fn make<C: ConstraintSynthesizer<Fr> + Clone>(
    circuit: C,
    circuit_id: Digest,
    capacity: Capacity,
) -> Result<ProvingKey, SetupError> {
    let r1cs = R1cs::of(circuit.clone())?;
    let mut rng = randomness::from_os()?;
    let secret = |rng: &mut StdRng| loop {
        let scalar = Zeroizing::new(Fr::rand(rng));
        // δ = 1 would equal γ; the chance is that of guessing a key.
        if !scalar.is_zero() && !scalar.is_one() {
            return scalar;
        }
    };
    let (alpha, beta, delta) = (secret(&mut rng), secret(&mut rng), secret(&mut rng));
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    let parameters = Groth16::generate_parameters_with_qap(circuit, *alpha, *beta, Fr::one(), *delta, g1, g2, &mut rng);
    // The generator's state would give every secret again.
    rng = StdRng::from_seed([0; 32]);
    std::hint::black_box(&mut rng);
    ProvingKey::new(Parameters::new(parameters?, &r1cs)?, circuit_id, capacity, Provenance::Development)
}

/// The id of the store's development key for `circuit`, which is made first if there is none. Processes that ask at
/// the same time wait for the first one and share its key.
///
/// # Errors
/// [`SetupError`] as of [`make`], or when the store cannot be read or written.
pub fn find_or_make<C: ConstraintSynthesizer<Fr> + Clone>(
    store: &KeyStore,
    circuit: C,
    circuit_id: Digest,
    capacity: Capacity,
    mut progress: impl FnMut(Step),
) -> Result<KeyId, SetupError> {
    if let Some(id) = store.find(circuit_id)? {
        return Ok(id);
    }
    let _lock = store.lock(|| progress(Step::Waiting))?;
    if let Some(id) = store.find(circuit_id)? {
        return Ok(id);
    }
    for key in store.list()? {
        if let Err(error) = key.manifest {
            progress(Step::PassedOver(key.id, error.to_string()));
        }
    }
    progress(Step::Computing);
    let key = make(circuit, circuit_id, capacity)?;
    progress(Step::Saving);
    store.save(&key)?;
    Ok(key.id())
}

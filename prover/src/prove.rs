//! From a finished run to a bundle: seal, state, check natively, prove, verify, write.

use ark_bn254::Fr;
use pot_circuits::{VerdictCircuit, VerdictPrivate, VerdictPublic, circuit_id, native};
use pot_protocol::{
    bundle::Bundle,
    commitment::{BlindingSeed, ScoreCommitment},
    digest::Digest,
    keys::{KeyId, ProofBytes, ProofPoints, VerifyingKey},
    policy::Policy,
    poseidon,
    registration::Registration,
    rule::{Capacity, Outcome, Progress, decide},
    statement::{RawStatement, Statement},
    transcript::{Opening, Transcript},
};
use pot_setup::{
    KeyStore, ProvingKey, SetupError,
    development::{Step, find_or_make},
    formats::{r1cs::R1cs, wtns::Witness},
};
use zeroize::Zeroizing;

use crate::{
    error::ProverError,
    groth16,
    run_folder::{RunFolder, read_file},
};

const SEED_TAG: &[u8; 16] = b"pot/run-seed/v1\0";

/// Everything that a proof of a run needs.
pub struct Prepared {
    statement: Statement,
    private: VerdictPrivate,
    capacity: Capacity,
    outcome: Outcome,
    opening: Opening,
}

impl Prepared {
    /// Replays and seals the run in `folder`, builds its statement and runs the native check of the relation.
    ///
    /// # Errors
    /// [`ProverError::Undecided`] when the run has not stopped yet; another error when a file of the run is refused.
    pub fn from_folder(folder: &RunFolder) -> Result<Self, ProverError> {
        let registration = folder.registration()?;
        let policy = folder.policy(&registration)?;
        let path = folder.path("transcript.ndjson");
        if !path.exists() {
            return Err(ProverError::Undecided("nothing was queried yet: use `pot-prove run` first".to_owned()));
        }
        let transcript = Transcript::replay(&read_file(&path)?).map_err(|e| ProverError::input(&path, e))?;
        let secrets = folder.secrets()?;
        if !secrets.key().verify(&registration.fields().key_commitment.0) {
            return Err(ProverError::input(&folder.path("secret/challenge-key"), "not the registered challenge key"));
        }
        let nonce = registration.nonce(folder.nonce_file(&registration)?.as_ref())?;
        if transcript.registration() != registration.digest() || transcript.nonce() != nonce {
            return Err(ProverError::input(&path, "belongs to another registration"));
        }
        Self::new(&registration, nonce, &policy, &transcript, secrets.seed()).map_err(|e| match e {
            ProverError::Transcript(e) => ProverError::input(&path, e),
            other => other,
        })
    }

    fn new(
        registration: &Registration,
        nonce: Digest,
        policy: &Policy,
        transcript: &Transcript,
        seed: &[u8; 32],
    ) -> Result<Self, ProverError> {
        for record in transcript.records() {
            record.check(registration).map_err(|e| ProverError::Sealed(format!("record {}: {e}", record.index)))?;
        }
        let scores = transcript.scores();
        let coefficients = policy.coefficients();
        let outcome = match decide(coefficients, &scores) {
            Progress::Decided(outcome) if outcome.n as usize == scores.len() => outcome,
            Progress::Decided(outcome) => {
                return Err(ProverError::Sealed(format!(
                    "the transcript holds {} records, but the rule stopped at {}",
                    scores.len(),
                    outcome.n
                )));
            }
            Progress::GoOn { n } => {
                return Err(ProverError::Undecided(format!(
                    "no decision after {n} challenges: go on with `pot-prove run --resume`"
                )));
            }
        };
        let capacity = Capacity::for_scores(coefficients.n_max)
            .ok_or_else(|| ProverError::Usage(format!("no circuit holds n_max = {}", coefficients.n_max)))?;
        let sealed = transcript.seal()?;
        if !transcript.is_at_rest() {
            return Err(ProverError::Sealed("the transcript goes on after its decision".to_owned()));
        }
        transcript.check_batches(coefficients).map_err(|index| {
            ProverError::Sealed(format!("challenge {index} was asked before the rule had looked at those before it"))
        })?;
        // The evidence root holds every record with its salt, so a copied run folder that goes on differently gets
        // other blindings, and opening one run says nothing about the other.
        let bound = Zeroizing::new([*seed, sealed.evidence_root.0].concat());
        let seed = Zeroizing::new(Digest::tagged(SEED_TAG, &bound).0);
        let mut opening = Opening { statement: Digest::default(), seed: Digest(*seed), scores: scores.clone() };
        let blinding = BlindingSeed::new(*seed);
        let root = ScoreCommitment::commit(capacity, &scores, &blinding).root();
        let statement = RawStatement {
            version: RawStatement::VERSION,
            registration: registration.fields().clone(),
            nonce,
            capacity,
            circuit: Digest(circuit_id(capacity)),
            verdict: outcome.verdict,
            grade: outcome.grade,
            n: outcome.n,
            score_root: Digest(poseidon::to_bytes(root)),
            evidence_root: sealed.evidence_root,
            attempts_total: sealed.attempts.total,
            attempts_most: sealed.attempts.most,
            sealed_at: sealed_at(registration, transcript),
        }
        .validate()?;
        statement.bind_policy(policy)?;
        let private = VerdictPrivate { coefficients: coefficients.clone(), scores, seed: blinding };
        opening.statement = statement.digest();
        let prepared = Self { statement, private, capacity, outcome, opening };
        native::check(prepared.capacity, &prepared.public(), &prepared.private)
            .map_err(|e| ProverError::Proof(format!("the native check refuses this run: {e}")))?;
        Ok(prepared)
    }

    fn public(&self) -> VerdictPublic {
        let [digest, score_root, policy, verdict]: [Fr; 4] = self.statement.public_inputs().to_elements();
        VerdictPublic { digest, score_root, policy, verdict }
    }

    /// Capacity of the circuit that this run needs.
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// What the rule decided.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The score opening, to be published or kept as the auditor chooses.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The commitment whose root is stated.
    pub fn commitment(&self) -> ScoreCommitment {
        ScoreCommitment::commit(self.capacity, &self.opening.scores, &BlindingSeed::new(self.opening.seed.0))
    }

    /// Proves under `key` and verifies the proof.
    ///
    /// # Errors
    /// [`ProverError::Key`] when the key is for another circuit, [`ProverError::Proof`] when proving fails or the
    /// proof does not verify.
    pub fn prove(&self, key: &ProvingKey) -> Result<Bundle, ProverError> {
        self.fits(key.verifying())?;
        let proof = groth16::prove(key, self.circuit())?;
        self.bundle(key.verifying(), proof)
    }

    /// A bundle with a proof that another prover made of this run, from the files of [`Prepared::files`]; verified as one of
    /// our own.
    ///
    /// # Errors
    /// [`ProverError::Key`] when the key is for another circuit, [`ProverError::Proof`] when the proof does not verify.
    pub fn with_proof(&self, key: &VerifyingKey, proof: &ProofPoints) -> Result<Bundle, ProverError> {
        self.fits(key)?;
        self.bundle(key, proof.to_bytes())
    }

    /// Constraints and witness, for another prover. The witness holds the scores and the blindings of this run: a secret.
    ///
    /// # Errors
    /// [`ProverError::Proof`] when the circuit cannot be laid out or the witness does not satisfy it.
    pub fn files(&self) -> Result<(R1cs, Witness), ProverError> {
        let failed = |e: &dyn std::fmt::Display| ProverError::Proof(format!("the circuit could not be written: {e}"));
        let r1cs = R1cs::of(VerdictCircuit::shape(self.capacity)).map_err(|e| failed(&e))?;
        let witness = Witness(std::mem::take(&mut *groth16::assign(self.circuit())?.values));
        r1cs.satisfied_by(&witness.0).map_err(|e| failed(&e))?;
        Ok((r1cs, witness))
    }

    fn circuit(&self) -> VerdictCircuit {
        VerdictCircuit::new(self.capacity, self.public(), self.private.clone())
    }

    fn fits(&self, key: &VerifyingKey) -> Result<(), ProverError> {
        if key.circuit().0 == circuit_id(self.capacity) {
            Ok(())
        } else {
            Err(ProverError::Key("the key is for another circuit: make or import one for this".to_owned()))
        }
    }

    fn bundle(&self, key: &VerifyingKey, proof: ProofBytes) -> Result<Bundle, ProverError> {
        let bundle = Bundle { statement: self.statement.clone(), key: key.id(), proof };
        groth16::verify_own(key, &bundle)?;
        Ok(bundle)
    }
}

/// The last answer's time, in Unix seconds; never before the registration.
fn sealed_at(registration: &Registration, transcript: &Transcript) -> u64 {
    let last = transcript.records().last().map_or(0, |r| r.candidate.started_at.max(r.reference.started_at) / 1000);
    last.max(registration.fields().registered_at)
}

/// The key `id` of the store, or its key for the circuit of `capacity`, made as a development key when there is none.
///
/// # Errors
/// [`ProverError::Key`] when the store cannot be read or written or the key is damaged.
pub fn key_for(
    store: &KeyStore,
    capacity: Capacity,
    id: Option<KeyId>,
    progress: impl FnMut(Step),
) -> Result<ProvingKey, ProverError> {
    let failed = |e: SetupError| ProverError::Key(e.to_string());
    let circuit = Digest(circuit_id(capacity));
    let id = match id {
        Some(id) => id,
        None => find_or_make(store, VerdictCircuit::shape(capacity), circuit, capacity, progress).map_err(failed)?,
    };
    store.load_proving(id).map_err(failed)
}

/// The verifying key `id` of the store, or that of its key for the circuit of `capacity`. None is made.
///
/// # Errors
/// [`ProverError::Key`] when there is none, or it is damaged.
pub fn verifying_key_for(store: &KeyStore, capacity: Capacity, id: Option<KeyId>) -> Result<VerifyingKey, ProverError> {
    let failed = |e: SetupError| ProverError::Key(e.to_string());
    let found = match id {
        Some(id) => Some(id),
        None => store.find(Digest(circuit_id(capacity))).map_err(failed)?,
    };
    let missing = || ProverError::Key(format!("no key for this circuit in {}", store.folder().display()));
    store.load_verifying(found.ok_or_else(missing)?).map_err(failed)
}
